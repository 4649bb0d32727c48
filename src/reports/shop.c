/* Distinct visitors and sessions by sets of hashes, orders by sums; see shop.h. */
#include "reports/shop.h"
#include <stdlib.h>
#include "base/limits.h"
#include "base/map.h"
#include "events/event.h"
#include "reports/passes.h"
#include "storage/queries.h"

enum { MOST_KEYS = 100, A_VISITOR = 1, A_SESSION = 2 };

typedef struct {
    ctx *c;
    const report_source *from;
    report_passes passes;
    unsigned by;
    map64 met;
    map keys;
    shop_report out;
} walk;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "count visitors for a report"); }

/* Its place from 1; 0 when the report has the total alone. */
static err_code row_of(walk *w, int64_t ms, str device, int64_t first_ms, uint32_t *ret_row) {
    *ret_row = 0;
    if (!w->by) return ERR_OK;
    if (w->by & REPORT_BY(REPORT_DAY)) {
        *ret_row = 1 + (uint32_t)report_period_day(w->from->period, ms);
        return ERR_OK;
    }
    str key = w->by & REPORT_BY(REPORT_DEVICE) ? device : report_segment(first_ms, ms);
    uint32_t at = map_put(&w->keys, key, (uint32_t)w->keys.count, NULL);
    if (at == UINT32_MAX) return no_memory(w->c);
    if (at >= MOST_KEYS) return fail(w->c, ERR_CORRUPT, "more than %d kinds of devices", MOST_KEYS);
    if (at == w->out.n) w->out.rows[w->out.n++].key = str_dup(w->keys.home, key);
    if (!w->out.rows[at].key.p) return no_memory(w->c);
    *ret_row = at + 1;
    return ERR_OK;
}

/* Not the row as a seed: seeds that differ by little make short names meet each other. */
static uint64_t key_of(str name, uint64_t kind, uint32_t row) {
    const uint64_t parts[] = { hash_str(name), kind << 32 | row };
    return hash_bytes(parts, sizeof parts, 0);
}

/* Is it the first time that this name is met in the row? */
static err_code is_news(walk *w, str name, uint64_t kind, uint32_t row, bool *ret_news) {
    uint32_t *known = name.n ? map64_at(&w->met, key_of(name, kind, row)) : NULL;
    *ret_news = known && !*known;
    if (name.n && !known) return no_memory(w->c);
    if (!*ret_news) return ERR_OK;
    *known = 1;
    return report_passes_count(w->c, &w->passes);
}

static err_code meet(walk *w, str visitor, str session, uint32_t row, shop_figures *f) {
    bool news = false;
    TRY(is_news(w, visitor, A_VISITOR, row, &news));
    f->visitors += news;
    TRY(is_news(w, session, A_SESSION, row, &news));
    f->sessions += news;
    return ERR_OK;
}

/* query_report_visits. A session is one visitor's, so both are of one pass. */
static err_code take_visit(void *arg, const sql_value *v, size_t n) {
    walk *w = arg;
    str visitor = v[1].v.s, session = v[2].v.s;
    uint32_t row = 0;
    (void)n;                                /* the query has its columns */
    if (!report_passes_is_mine(&w->passes, visitor.n ? visitor : session)) return ERR_OK;
    TRY(row_of(w, v[0].v.i >> EVENT_ID_BITS, v[3].v.s, v[4].v.i, &row));
    TRY(meet(w, visitor, session, 0, &w->out.total));
    return row ? meet(w, visitor, session, row, &w->out.rows[row - 1].f) : ERR_OK;
}

static void add_order(shop_figures *f, const reported_order *o) {
    f->orders++;
    f->revenue += o->total;
    f->refunded += o->refunded;
    if (!o->followed) return;
    f->followed_orders++;
    f->followed_revenue += o->total;
    f->followed_refunded += o->refunded;
}

/* query_report_orders */
static err_code take_order(void *arg, const sql_value *v, size_t n) {
    walk *w = arg;
    const reported_order o = reported_order_of(v);
    uint32_t row = 0;
    (void)n;
    if (!o.is_sale) return ERR_OK;
    TRY(row_of(w, v[0].v.i, o.device, o.first_ms, &row));
    add_order(&w->out.total, &o);
    if (row) add_order(&w->out.rows[row - 1].f, &o);
    return ERR_OK;
}

/* ---- reading ---- */
static err_code walk_visits(void *arg) {
    walk *w = arg;
    const report_period *p = w->from->period;
    const sql_value binds[] = { SQL_INT(w->from->store_id), SQL_INT(p->from_ms << EVENT_ID_BITS), SQL_INT(p->to_ms << EVENT_ID_BITS) };
    map64_init(&w->met, &w->passes.memory);
    return storage_query(w->c, w->from->d, &query_report_visits, binds, COUNT(binds), take_visit, w);
}

static err_code walk_orders(walk *w) {
    const report_period *p = w->from->period;
    const sql_value binds[] = { SQL_INT(w->from->store_id), SQL_INT(p->from_ms), SQL_INT(p->to_ms) };
    return storage_query(w->c, w->from->d, &query_report_orders, binds, COUNT(binds), take_order, w);
}

static err_code begin_rows(void *arg) {
    walk *w = arg;
    const report_period *p = w->from->period;
    bool days = w->by & REPORT_BY(REPORT_DAY);
    map_init(&w->keys, w->c->arena);
    w->out = (shop_report){ .rows = arena_new(w->c->arena, shop_row, days ? (size_t)p->n_days : MOST_KEYS) };
    if (!w->out.rows) return no_memory(w->c);
    for (int64_t i = 0; days && i < p->n_days; i++) w->out.rows[w->out.n++].day = p->first_day + i;
    return ERR_OK;
}

static err_code read_all(walk *w) {
    static const report_reader reader = { begin_rows, walk_visits, NULL };
    TRY(report_passes_read(&w->passes, w->from->units, w->c->arena, &reader, w));
    return walk_orders(w);
}

static int compare(const void *a, const void *b) {
    const shop_row *x = a, *y = b;
    return x->day != y->day ? (x->day < y->day ? -1 : 1) : str_cmp(x->key, y->key);
}

err_code shop_read(ctx *c, const report_source *from, unsigned by, shop_report *ret) {
    if (by & (by - 1) || by & ~(REPORT_BY(REPORT_DAY) | REPORT_BY(REPORT_DEVICE) | REPORT_BY(REPORT_SEGMENT)))
        return fail_field(c, ERR_INVALID, "by", "the figures of the whole shop can be told by one of day, device, segment");
    walk w = { .c = c, .from = from, .by = by };
    bool own = !storage_in_transaction(from->d);
    if (own) TRY(storage_begin(c, from->d, STORAGE_READ));
    err_code e = read_all(&w);
    report_passes_end(&w.passes);
    if (own) storage_rollback(from->d);
    if (e) return e;
    qsort(w.out.rows, w.out.n, sizeof *w.out.rows, compare);
    *ret = w.out;
    return ERR_OK;
}
