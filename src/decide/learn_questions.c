/* Baskets as questions. */
#include "decide/learn_questions_int.h"
#include "events/session_memory.h"

const ask_row ask_rows[ASK_KINDS] = {
    [ASK_PRODUCT] = { "product", "product", SNAPSHOT_RANKS_PRODUCT, SHAPE_PRODUCT, false },
    [ASK_CART] = { "cart", "cart", SNAPSHOT_RANKS_CART, SHAPE_CART, false },
    [ASK_VISITOR] = { "visitor", "home", SNAPSHOT_RANKS_VISITOR, SHAPE_VISITOR, false },
    [ASK_STRANGER_PRODUCT] = { "stranger_product", "product", SNAPSHOT_RANKS_STRANGER_PRODUCT, SHAPE_PRODUCT, true },
    [ASK_STRANGER_CART] = { "stranger_cart", "cart", SNAPSHOT_RANKS_STRANGER_CART, SHAPE_CART, true },
};
enum { HISTORY_ITEMS = 50 };

static err_code find_earlier(ctx *c, const shop_baskets *b, uint32_t **ret_earlier) {
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

err_code question_source_of(ctx *c, const learning *now, question_source *ret_source) {
    question_source s = { .baskets = &now->shop.baskets, .visits = &now->visits };
    TRY(find_earlier(c, s.baskets, &s.earlier));
    TRY(shop_visits_buyers(c, s.visits, s.baskets, &s.buyer));
    *ret_source = s;
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

/* ---- the visit of the order ---- */
/* What the visitor did up to a moment; from `visit` on in the visit in which he ordered. */
typedef struct { uint64_t from, visit, to; } browsing;

static browsing browsing_before(const shop_visits *v, uint32_t visitor, int64_t before_ms) {
    uint64_t low = v->start[visitor], high = v->start[visitor + 1];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (v->time_ms[middle] < before_ms) low = middle + 1;
        else high = middle;
    }
    browsing b = { v->start[visitor], low, low };
    if (b.to == b.from || before_ms - v->time_ms[b.to - 1] > SESSION_GAP_MS) return b;
    while (b.visit > b.from && v->visit[b.visit - 1] == v->visit[b.to - 1]) b.visit--;
    return b;
}

static bool touched(const shop_visits *v, uint64_t from, uint64_t to, uint32_t item) {
    for (uint64_t e = from; e < to; e++)
        if (v->item[e] == item) return true;
    return false;
}

/* Newest first; purchases are known by the orders. */
static size_t tell_history(const shop_visits *v, const browsing *b, told_event *list) {
    size_t n = 0;
    for (uint64_t e = b->to; e-- > b->from && n < HISTORY_ITEMS;)
        if (v->kind[e] != EVENT_PURCHASE) list[n++] = (told_event){ v->item[e], (event_kind)v->kind[e], v->time_ms[e] };
    return n;
}

/* Move the question to the moment `chosen` came into the visit. What was in hand by then is taken out of what is wanted; a question
 * without anything wanted left stays as it was. */
static err_code move_into_visit(ctx *c, const shop_visits *v, uint32_t visitor, uint32_t chosen, question *q) {
    browsing b = browsing_before(v, visitor, q->time_ms);
    uint64_t moment = b.visit;
    while (moment < b.to && v->item[moment] != chosen) moment++;
    uint32_t *left = arena_new_raw(c->arena, uint32_t, q->n_wanted), *seen = arena_new_raw(c->arena, uint32_t, q->n_wanted), n = 0, m = 0;
    told_event *list = arena_new_raw(c->arena, told_event, HISTORY_ITEMS);
    if (!left || !seen || !list) return learn_no_memory(c);
    for (uint32_t i = 0; i < q->n_wanted; i++)
        if (touched(v, b.visit, moment, q->wanted[i])) seen[m++] = q->wanted[i];
        else left[n++] = q->wanted[i];
    if (!n || moment == b.from) return ERR_OK;
    if (moment < b.to) q->time_ms = v->time_ms[moment];
    b.to = moment;
    q->wanted = left, q->n_wanted = n;
    q->t.exclude = seen, q->t.n_exclude = m;
    q->t.history = list, q->t.n_history = tell_history(v, &b, list);
    return ERR_OK;
}

/* ---- one basket, one question ---- */
err_code question_of(ctx *c, const question_source *from, uint32_t at, ask_kind kind, question *ret_question, bool *ret_is) {
    const shop_baskets *b = from->baskets;
    uint32_t *items = arena_new_raw(c->arena, uint32_t, b->start[at + 1] - b->start[at] + 1);
    told_event *bought = arena_new_raw(c->arena, told_event, HISTORY_ITEMS);
    uint32_t *one = arena_new_raw(c->arena, uint32_t, 1);
    if (!items || !bought || !one) return learn_no_memory(c);
    const ask_row *row = &ask_rows[kind];
    uint32_t n = known_items(from->past, b, at, items), n_bought = row->stranger ? 0 : bought_before(b, from->earlier, at, bought),
        luck = at * 2654435761u >> 8;
    question q = { .kind = kind, .time_ms = b->time_ms[at], .t = { .product = NO_SLOT, .bought = bought, .n_bought = n_bought } };
    *ret_is = false;
    if (n < (row->shape == SHAPE_VISITOR ? 1 : 2)) return ERR_OK;
    uint32_t chosen = items[luck % n];
    q.wanted = items;
    if (row->shape == SHAPE_PRODUCT) q.t.product = take_out(items, &n, luck % n);
    q.n_wanted = n;
    if (row->shape == SHAPE_CART) {
        *one = take_out(items, &n, luck % n);
        q.wanted = one, q.n_wanted = 1;
        q.t.cart = items, q.t.n_cart = n < LIMIT_CART_ITEMS ? n : LIMIT_CART_ITEMS;
    }
    if (!row->stranger && from->buyer[at] != SHOP_NONE) TRY(move_into_visit(c, from->visits, from->buyer[at], chosen, &q));
    *ret_is = row->stranger || n_bought || q.t.n_history;
    *ret_question = q;
    return ERR_OK;
}
