/* Lines into sets, sets into pairs; see affinity.h. */
#include "reports/affinity.h"
#include <stdlib.h>
#include "base/grow.h"
#include "base/limits.h"
#include "base/map.h"
#include "reports/passes.h"
#include "schema/order_status.h"
#include "storage/queries.h"

typedef struct { uint32_t a, b, n; } pair_count;

typedef struct {
    ctx *c;
    const report_source *from;
    const affinity_params *p;
    report_passes passes;
    map ids;
    affinity out;
    size_t items_room, pairs_room;
    char order_id[LIMIT_ID_BYTES];          /* being gathered */
    size_t order_id_n;
    uint32_t *basket;                       /* LIMIT_BASKET_ITEMS + 1 distinct products */
    size_t n_basket;
    map64 pairs_at;
    pair_count *counts;
    size_t n_counts, counts_room;
} walk;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "count what is bought together"); }

/* ---- counting ---- */
static err_code count_pair(walk *w, uint32_t a, uint32_t b) {
    if (a > b) return count_pair(w, b, a);
    uint64_t key = (uint64_t)a << 32 | b;
    if (!report_passes_is_my_number(&w->passes, key)) return ERR_OK;
    uint32_t *at = map64_at(&w->pairs_at, key);
    if (!at) return no_memory(w->c);
    if (!*at) {
        void *more = grow_array(&w->passes.memory, w->counts, w->n_counts, &w->counts_room, sizeof *w->counts);
        if (!more) return no_memory(w->c);
        w->counts = more;
        w->counts[w->n_counts++] = (pair_count){ a, b, 0 };
        *at = (uint32_t)w->n_counts;
        TRY(report_passes_count(w->c, &w->passes));
    }
    w->counts[*at - 1].n++;
    return ERR_OK;
}

static err_code end_order(walk *w) {
    size_t n = w->n_basket;
    w->n_basket = 0;
    if (!n || n > LIMIT_BASKET_ITEMS) return ERR_OK;
    for (size_t i = 0; i < n && w->passes.part == 0; i++) w->out.items[w->basket[i]].orders++;
    w->out.orders += w->passes.part == 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) TRY(count_pair(w, w->basket[i], w->basket[k]));
    return ERR_OK;
}

static err_code add_product(walk *w, str product_id) {
    bool added = false;
    uint32_t at = map_put(&w->ids, product_id, (uint32_t)w->out.n_items, &added);
    if (at == UINT32_MAX) return no_memory(w->c);
    if (added) {
        void *more = grow_array(w->c->arena, w->out.items, w->out.n_items, &w->items_room, sizeof *w->out.items);
        if (!more) return no_memory(w->c);
        w->out.items = more;
        w->out.items[w->out.n_items++] = (affinity_item){ .product_id = str_dup(w->c->arena, product_id) };
        if (!w->out.items[at].product_id.p) return no_memory(w->c);
    }
    for (size_t i = 0; i < w->n_basket; i++)
        if (w->basket[i] == at) return ERR_OK;
    if (w->n_basket <= LIMIT_BASKET_ITEMS) w->basket[w->n_basket++] = at;       /* one too many says that it is too large */
    return ERR_OK;
}

/* query_order_items */
static err_code take_line(void *arg, const sql_value *v, size_t n) {
    walk *w = arg;
    str order_id = v[0].v.s, product_id = v[4].v.s;
    (void)n;                                /* the query has its columns */
    if (!order_status_is_sale(v[3].v.s) || !product_id.n || order_id.n > sizeof w->order_id) return ERR_OK;
    if (!str_eq(order_id, (str){ w->order_id, w->order_id_n })) {
        TRY(end_order(w));
        memcpy(w->order_id, order_id.p, order_id.n);
        w->order_id_n = order_id.n;
    }
    return add_product(w, product_id);
}

static err_code walk_lines(void *arg) {
    walk *w = arg;
    const report_period *p = w->from->period;
    const sql_value binds[] = { SQL_INT(w->from->store_id), SQL_INT(p->from_ms), SQL_INT(p->to_ms) };
    map64_init(&w->pairs_at, &w->passes.memory);
    w->counts = NULL;
    w->n_counts = w->counts_room = w->order_id_n = w->n_basket = 0;
    TRY(storage_query(w->c, w->from->d, &query_order_items, binds, COUNT(binds), take_line, w));
    return end_order(w);
}

/* ---- the best of them ---- */
static affinity_pair measure(const walk *w, const pair_count *k) {
    const affinity_item *a = &w->out.items[k->a], *b = &w->out.items[k->b];
    double n = k->n, all = (double)w->out.orders;
    affinity_pair p = { .a = k->a, .b = k->b, .orders = k->n, .support = n / all, .a_to_b = n / (double)a->orders,
                        .b_to_a = n / (double)b->orders, .lift = n * all / ((double)a->orders * (double)b->orders) };
    if (str_cmp(a->product_id, b->product_id) <= 0) return p;
    return (affinity_pair){ .a = p.b, .b = p.a, .orders = p.orders, .support = p.support, .a_to_b = p.b_to_a, .b_to_a = p.a_to_b,
                            .lift = p.lift };
}

static int descending(double x, double y) { return x > y ? -1 : x < y; }

static int compare(const void *x, const void *y, void *arg) {
    const affinity_pair *p = x, *q = y;
    const walk *w = arg;
    int orders = descending((double)p->orders, (double)q->orders), lift = descending(p->lift, q->lift);
    int first = w->p->by_lift ? lift : orders, second = w->p->by_lift ? orders : lift;
    if (first || second) return first ? first : second;
    int a = str_cmp(w->out.items[p->a].product_id, w->out.items[q->a].product_id);
    return a ? a : str_cmp(w->out.items[p->b].product_id, w->out.items[q->b].product_id);
}

static void keep_best(walk *w) {
    if (w->out.n_pairs) qsort_r(w->out.pairs, w->out.n_pairs, sizeof *w->out.pairs, compare, w);
    if (w->out.n_pairs > w->p->most) w->out.n_pairs = w->p->most;
}

static err_code collect(void *arg) {
    walk *w = arg;
    for (size_t i = 0; i < w->n_counts; i++) {
        if (w->counts[i].n < w->p->least_orders) continue;
        if (w->out.n_pairs >= 2 * w->p->most + 64) keep_best(w);
        void *more = grow_array(w->c->arena, w->out.pairs, w->out.n_pairs, &w->pairs_room, sizeof *w->out.pairs);
        if (!more) return no_memory(w->c);
        w->out.pairs = more;
        w->out.pairs[w->out.n_pairs++] = measure(w, &w->counts[i]);
    }
    keep_best(w);
    return ERR_OK;
}

static err_code begin(void *arg) {
    walk *w = arg;
    w->out = (affinity){ 0 };
    w->items_room = w->pairs_room = 0;
    map_init(&w->ids, w->c->arena);
    w->basket = arena_new(w->c->arena, uint32_t, LIMIT_BASKET_ITEMS + 1);
    return w->basket ? ERR_OK : no_memory(w->c);
}

static err_code read_all(walk *w) {
    static const report_reader reader = { begin, walk_lines, collect };
    return report_passes_read(&w->passes, w->from->units, w->c->arena, &reader, w);
}

err_code affinity_read(ctx *c, const report_source *from, const affinity_params *p, affinity *ret) {
    walk w = { .c = c, .from = from, .p = p };
    bool own = !storage_in_transaction(from->d);
    if (own) TRY(storage_begin(c, from->d, STORAGE_READ));
    err_code e = read_all(&w);
    report_passes_end(&w.passes);
    if (own) storage_rollback(from->d);
    if (!e) *ret = w.out;
    return e;
}
