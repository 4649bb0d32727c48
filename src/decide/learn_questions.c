/* Baskets as questions. */
#include "decide/learn_questions_int.h"

const ask_row ask_rows[ASK_KINDS] = {
    [ASK_PRODUCT] = { "product", "product", SNAPSHOT_RANKS_PRODUCT, SHAPE_PRODUCT, false },
    [ASK_CART] = { "cart", "cart", SNAPSHOT_RANKS_CART, SHAPE_CART, false },
    [ASK_VISITOR] = { "visitor", "home", SNAPSHOT_RANKS_VISITOR, SHAPE_VISITOR, false },
    [ASK_STRANGER_PRODUCT] = { "stranger_product", "product", SNAPSHOT_RANKS_STRANGER_PRODUCT, SHAPE_PRODUCT, true },
    [ASK_STRANGER_CART] = { "stranger_cart", "cart", SNAPSHOT_RANKS_STRANGER_CART, SHAPE_CART, true },
};
enum { HISTORY_ITEMS = 50 };

err_code questions_earlier(ctx *c, const shop_baskets *b, uint32_t **ret_earlier) {
    uint32_t *earlier = arena_new_raw(c->arena, uint32_t, b->n), *last = arena_new_raw(c->arena, uint32_t, b->n_customers);
    if (!earlier || !last) return learn_no_memory(c);
    for (uint32_t i = 0; i < b->n_customers; i++) last[i] = SHOP_NONE;
    for (uint32_t i = 0; i < b->n; i++) {
        bool known = b->customer[i] != SHOP_NONE;
        earlier[i] = known ? last[b->customer[i]] : SHOP_NONE;
        if (known) last[b->customer[i]] = i;
    }
    *ret_earlier = earlier;
    return ERR_OK;
}

/* Items the past shop had seen sold. */
static uint32_t known_items(const past_shop *p, const shop_baskets *b, uint32_t at, uint32_t *ret_items) {
    uint32_t n = 0;
    for (uint64_t k = b->start[at]; k < b->start[at + 1]; k++)
        if (p->l.shop.items[b->items[k]].sales) ret_items[n++] = b->items[k];
    return n;
}

static uint32_t bought_before(const shop_baskets *b, const uint32_t *earlier, uint32_t at, told_event *list) {
    uint32_t n = 0;
    for (uint32_t from = earlier[at]; from != SHOP_NONE && n < HISTORY_ITEMS; from = earlier[from])
        for (uint64_t k = b->start[from]; k < b->start[from + 1] && n < HISTORY_ITEMS; k++)
            list[n++] = (told_event){ b->items[k], EVENT_PURCHASE, b->time_ms[from] };
    return n;
}

/* Take entry `at` of a list out of it. */
static uint32_t take_out(uint32_t *items, uint32_t *n, uint32_t at) {
    uint32_t taken = items[at];
    for (uint32_t i = at + 1; i < *n; i++) items[i - 1] = items[i];
    --*n;
    return taken;
}

err_code question_of(ctx *c, const past_shop *p, const shop_baskets *b, const uint32_t *earlier, uint32_t at, ask_kind kind,
                     question *ret_question, bool *ret_is) {
    uint32_t *items = arena_new_raw(c->arena, uint32_t, b->start[at + 1] - b->start[at] + 1);
    told_event *bought = arena_new_raw(c->arena, told_event, HISTORY_ITEMS);
    uint32_t *one = arena_new_raw(c->arena, uint32_t, 1);
    if (!items || !bought || !one) return learn_no_memory(c);
    const ask_row *row = &ask_rows[kind];
    uint32_t n = known_items(p, b, at, items), n_bought = row->stranger ? 0 : bought_before(b, earlier, at, bought),
        luck = at * 2654435761u >> 8;
    question q = { .kind = kind, .time_ms = b->time_ms[at], .t = { .product = NO_SLOT, .bought = bought, .n_bought = n_bought } };
    *ret_is = n >= (row->shape == SHAPE_VISITOR ? 1 : 2) && (row->stranger || n_bought);
    if (!*ret_is) return ERR_OK;
    q.wanted = items;
    if (row->shape == SHAPE_PRODUCT) q.t.product = take_out(items, &n, luck % n);
    q.n_wanted = n;
    if (row->shape == SHAPE_CART) {
        *one = take_out(items, &n, luck % n);
        q.wanted = one, q.n_wanted = 1;
        q.t.cart = items, q.t.n_cart = n < LIMIT_CART_ITEMS ? n : LIMIT_CART_ITEMS;
    }
    *ret_question = q;
    return ERR_OK;
}
