/* Orders since the snapshot, from rows to pairs. It does NOT score them: candidates.c does. */
#include "decide/fresh.h"
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "schema/order_status.h"
#include "storage/queries.h"

/* Orders placed so long before a training began may not have arrived when it read. */
#define ARRIVES_WITHIN_MS (2 * (int64_t)MS_PER_MINUTE)

typedef struct { uint32_t from, to; } pair_told;
typedef struct {
    const catalogue_view *v;
    uint64_t state;
    char order_id[LIMIT_ID_BYTES + 1];          /* whose lines come now */
    uint32_t items[FRESH_ITEMS], n_items;
    pair_told *told;                            /* from = to: an order with it */
    size_t n;
} reader;

static void end_order(reader *r) {
    for (uint32_t i = 0; i < r->n_items; i++)
        for (uint32_t k = 0; k < r->n_items; k++) r->told[r->n++] = (pair_told){ r->items[i], r->items[k] };
    r->n_items = 0;
}

static void begin_order(reader *r, str order_id) {
    end_order(r);
    size_t n = order_id.n < sizeof r->order_id - 1 ? order_id.n : sizeof r->order_id - 1;
    memcpy(r->order_id, order_id.p, n);
    r->order_id[n] = 0;
}

/* order_id, status, product_id; lines of an order stand together. */
static err_code take_line(void *arg, const sql_value *v, size_t n_columns) {
    reader *r = arg;
    for (size_t i = 0; i < n_columns; i++) r->state = hash_bytes(v[i].v.s.p, v[i].v.s.n, r->state);
    if (!str_eq(v[0].v.s, str_of(r->order_id))) begin_order(r, v[0].v.s);
    uint32_t slot = order_status_is_sale(v[1].v.s) ? catalogue_find(r->v, v[2].v.s) : NO_SLOT;
    bool known = slot == NO_SLOT || r->n_items == FRESH_ITEMS;
    for (uint32_t i = 0; i < r->n_items && !known; i++) known = r->items[i] == slot;
    if (!known) r->items[r->n_items++] = slot;
    return ERR_OK;
}

static int by_pair(const void *a, const void *b) {
    const pair_told *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static int by_count(const void *a, const void *b) {
    const fresh_pair *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return (x->slot > y->slot) - (x->slot < y->slot);
}

/* All that was told of one anchor: [i, end). */
static void add_anchor_pairs(fresh_orders *f, const pair_told *told, size_t i, size_t end) {
    fresh_anchor a = { .slot = told[i].from, .at = f->n_pairs };
    for (; i < end; i++) {
        bool again = f->n_pairs > a.at && f->pairs[f->n_pairs - 1].slot == told[i].to;
        if (told[i].to == a.slot) a.orders++;
        else if (again) f->pairs[f->n_pairs - 1].count++;
        else f->pairs[f->n_pairs++] = (fresh_pair){ told[i].to, 1 };
    }
    a.n = f->n_pairs - a.at;
    if (!a.n) return;                           /* bought alone: nothing goes with it */
    qsort(f->pairs + a.at, a.n, sizeof *f->pairs, by_count);
    f->anchors[f->n_anchors++] = a;
}

static void count_pairs(fresh_orders *f, pair_told *told, size_t n) {
    qsort(told, n, sizeof *told, by_pair);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && told[end].from == told[i].from; end++) continue;
        add_anchor_pairs(f, told, i, end);
    }
}

static err_code make(ctx *c, const reader *r, fresh_orders **ret_fresh) {
    fresh_orders *f = calloc(1, sizeof *f);
    if (f) f->anchors = calloc(r->n + 1, sizeof *f->anchors), f->pairs = calloc(r->n + 1, sizeof *f->pairs);
    if (!f || !f->anchors || !f->pairs) {
        fresh_orders_free(f);
        return fail(c, ERR_NO_MEMORY, "count what was bought together lately");
    }
    f->state = r->state;
    count_pairs(f, r->told, r->n);
    *ret_fresh = f;
    return ERR_OK;
}

err_code fresh_orders_read(ctx *c, db *d, int64_t store_id, int64_t learned_ms, const catalogue_view *v, fresh_orders **ret_fresh) {
    /* a product that came may be in an order told before: with it, the state is another */
    reader r = { .v = v, .state = hash_bytes(&v->n_slots, sizeof v->n_slots, 1) };
    r.told = malloc((size_t)FRESH_ORDERS * FRESH_ITEMS * FRESH_ITEMS * sizeof *r.told);
    if (!r.told) return fail(c, ERR_NO_MEMORY, "count what was bought together lately");
    sql_value binds[] = { SQL_INT(store_id), SQL_INT(learned_ms - ARRIVES_WITHIN_MS), SQL_INT(FRESH_ORDERS) };
    err_code e = storage_query(c, d, &query_fresh_items, binds, COUNT(binds), take_line, &r);
    end_order(&r);
    if (!e) e = make(c, &r, ret_fresh);
    free(r.told);
    return e;
}

void fresh_orders_free(fresh_orders *f) {
    if (!f) return;
    free(f->anchors);
    free(f->pairs);
    free(f);
}

const fresh_anchor *fresh_orders_of(const fresh_orders *f, uint32_t slot) {
    uint32_t low = 0, high = f ? f->n_anchors : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (f->anchors[middle].slot == slot) return &f->anchors[middle];
        if (f->anchors[middle].slot < slot) low = middle + 1;
        else high = middle;
    }
    return NULL;
}
