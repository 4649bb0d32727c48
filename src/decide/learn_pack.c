/* What a snapshot holds without learning: ids, categories, similar lists, customers. It does NOT write the file (snapshot.c). */
#include "decide/learn_int.h"
#include <stdlib.h>
#include <string.h>

/* Append an id; its place in the text. */
static snapshot_range add_text(buf *text, str id) {
    snapshot_range r = { (uint32_t)text->n, (uint32_t)id.n };
    buf_str(text, id);
    return r;
}

static err_code pack_ids(ctx *c, learning *l, buf *text) {
    const shop_data *s = &l->shop;
    uint32_t n = s->n_items + s->n_aliases;
    snapshot_alias *aliases = arena_new(c->arena, snapshot_alias, n);
    snapshot_category *categories = arena_new(c->arena, snapshot_category, s->n_categories);
    if (!aliases || !categories) return learn_no_memory(c);
    for (uint32_t i = 0; i < s->n_items; i++) {
        l->items[i].id = add_text(text, s->items[i].id);
        aliases[i] = (snapshot_alias){ l->items[i].id, i, 0 };
    }
    for (uint32_t i = 0; i < s->n_aliases; i++)
        aliases[s->n_items + i] = (snapshot_alias){ add_text(text, s->aliases[i].id), s->aliases[i].item, 0 };
    for (uint32_t i = 0; i < s->n_categories; i++)
        categories[i] = (snapshot_category){ .id = add_text(text, s->categories[i].id), .parent = s->categories[i].parent };
    for (uint32_t i = 0; i < s->n_items; i++) {
        const shop_item *x = &s->items[i];
        l->items[i].categories = (snapshot_range){ x->categories.at, x->categories.n };
        l->items[i].price_minor = x->price_minor;
        l->items[i].created_ms = x->created_ms;
        for (uint32_t k = 0; k < x->categories.n; k++) categories[s->category_lists[x->categories.at + k]].items++;
    }
    l->out.aliases = aliases, l->out.n_aliases = n;
    l->out.categories = categories, l->out.n_categories = s->n_categories;
    l->out.item_categories = s->category_lists, l->out.n_item_categories = s->n_category_lists;
    return ERR_OK;
}

static err_code pack_similar(ctx *c, learning *l) {
    uint32_t n = l->shop.n_items, k = l->p->similar_k;
    snapshot_ranked *all = arena_new(c->arena, snapshot_ranked, (size_t)n * k);
    if (!all) return learn_no_memory(c);
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        l->items[i].similar = (snapshot_range){ at, l->n_similar[i] };
        for (uint32_t j = 0; j < l->n_similar[i]; j++) {
            topk_entry e = l->similar[(size_t)i * k + j];
            all[at++] = (snapshot_ranked){ e.item, e.score };
        }
    }
    l->out.similar = all, l->out.n_similar = at;
    return ERR_OK;
}

enum { HISTORY_ITEMS = 50 };
typedef struct { uint64_t hash; uint32_t customer; } hashed;

static int by_hash(const void *a, const void *b) {
    const hashed *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static err_code pack_customers(ctx *c, learning *l) {
    const shop_baskets *b = &l->shop.baskets;
    shop_histories h = { 0 };
    TRY(features_histories(c, &l->shop, HISTORY_ITEMS, &h));
    hashed *order_of = arena_new(c->arena, hashed, b->n_customers);
    snapshot_customer *customers = arena_new(c->arena, snapshot_customer, b->n_customers);
    snapshot_purchase *purchases = arena_new(c->arena, snapshot_purchase, h.start[b->n_customers]);
    if (!order_of || !customers || !purchases) return learn_no_memory(c);
    for (uint32_t i = 0; i < b->n_customers; i++)
        order_of[i] = (hashed){ snapshot_customer_hash(l->shop.store_id, b->customer_ids[i]), i };
    if (b->n_customers) qsort(order_of, b->n_customers, sizeof *order_of, by_hash);
    uint32_t n = 0, at = 0;
    for (uint32_t i = 0; i < b->n_customers; i++) {
        uint32_t who = order_of[i].customer, count = (uint32_t)(h.start[who + 1] - h.start[who]);
        if (!count || (i && order_of[i].hash == order_of[i - 1].hash)) continue;       /* two of one hash: nobody's history is shown */
        customers[n++] = (snapshot_customer){ order_of[i].hash, { at, count } };
        for (uint64_t k = h.start[who]; k < h.start[who + 1]; k++) {
            int64_t s = h.time_ms[k] / MS_PER_SECOND;
            purchases[at++] = (snapshot_purchase){ h.items[k], s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s };
        }
    }
    l->out.customers = customers, l->out.n_customers = n;
    l->out.purchases = purchases, l->out.n_purchases = at;
    return ERR_OK;
}

err_code learn_pack(ctx *c, learning *l) {
    buf text;
    buf_init_in(&text, c->arena, UINT32_MAX / 2);
    TRY(pack_ids(c, l, &text));
    if (buf_err(&text)) return learn_no_memory(c);
    l->out.text = buf_view(&text).p, l->out.n_text = text.n;
    TRY(pack_similar(c, l));
    return pack_customers(c, l);
}
