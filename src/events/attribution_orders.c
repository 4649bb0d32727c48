/* Many orders, in short transactions: those somebody told of, and those nobody did. */
#include "events/attribution.h"
#include "events/event.h"
#include "storage/queries.h"

enum { CHUNK_ORDERS = 50 };         /* a few milliseconds of the write lock */

/* When anything of this store was first shown or done; INT64_MAX when nothing was. Orders from before follow nothing. */
static err_code first_shown(ctx *c, db *d, int64_t store_id, int64_t *ret_ms) {
    logged_event *events = NULL;
    exposure *answers = NULL;
    size_t n_events = 0, n_answers = 0;
    TRY(storage_scan(c, d, &logged_event_entity, &(logged_event){ .store_id = store_id }, 1, NULL, 1, &events, &n_events));
    TRY(storage_scan(c, d, &exposure_entity, &(exposure){ .store_id = store_id }, 1, NULL, 1, &answers, &n_answers));
    *ret_ms = INT64_MAX;
    if (n_events) *ret_ms = (events[0].event_id >> EVENT_ID_BITS) - EVENT_LATE_MS;
    if (n_answers && answers[0].time_ms < *ret_ms) *ret_ms = answers[0].time_ms;
    return ERR_OK;
}

/* Placed before anything was shown, and nobody told of it: there is nothing to write. */
static err_code is_idle(ctx *c, db *d, int64_t store_id, str order_id, int64_t since_ms, bool *ret_idle) {
    order o = { .store_id = store_id, .order_id = order_id };
    order_link l = { .store_id = store_id, .order_id = order_id };
    err_code e = storage_get(c, d, &order_entity, &o);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_idle = !e && o.created_ms < since_ms && !o.rec_ids.n && !o.visitor_id.n;
    if (!*ret_idle) return ERR_OK;
    e = storage_get(c, d, &order_link_entity, &l);
    *ret_idle = e == ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_code run_chunk(ctx *c, db *d, int64_t store_id, const str *ids, size_t n, int64_t since_ms) {
    for (size_t i = 0; i < n; i++) {
        bool idle = false;
        arena_mark before = arena_save(c->arena);
        TRY(is_idle(c, d, store_id, ids[i], since_ms, &idle));
        if (!idle) TRY(attribution_store(c, d, store_id, ids[i]));
        arena_restore(c->arena, before);
    }
    return ERR_OK;
}

static err_code write_chunk(ctx *c, db *d, int64_t store_id, const str *ids, size_t n, int64_t since_ms) {
    TRY(ctx_check(c));
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = run_chunk(c, d, store_id, ids, n, since_ms);
    if (!e) return storage_commit(c, d);            /* no sync to disk when nothing was written */
    storage_rollback(d);
    return e;
}

err_code attribution_orders(ctx *c, db *d, int64_t store_id, const str *order_ids, size_t n) {
    int64_t since_ms = 0;
    if (!n) return ERR_OK;
    TRY(first_shown(c, d, store_id, &since_ms));
    for (size_t i = 0; i < n; i += CHUNK_ORDERS)
        TRY(write_chunk(c, d, store_id, order_ids + i, n - i < CHUNK_ORDERS ? n - i : CHUNK_ORDERS, since_ms));
    return ERR_OK;
}

/* ---- catching up ---- */
typedef struct { ctx *c; int64_t created_ms; str ids[CHUNK_ORDERS]; size_t n; } order_page;

static err_code take_order(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                /* the query's own, fixed */
    order_page *p = arg;
    p->created_ms = v[0].v.i;
    p->ids[p->n] = str_dup(p->c->arena, v[1].v.s);
    return p->ids[p->n++].p ? ERR_OK : fail(p->c, ERR_NO_MEMORY, "read the orders of the last weeks");
}

err_code attribution_catch_up(ctx *c, db *d, int64_t store_id, size_t *ret_n) {
    int64_t since_ms = 0, from_ms = ctx_now_ms(c) - ATTRIBUTION_CATCH_UP_MS;
    order_page p = { .c = c, .n = CHUNK_ORDERS };
    size_t looked_at = 0;
    str after = STR("");
    TRY(first_shown(c, d, store_id, &since_ms));
    p.created_ms = since_ms > from_ms ? since_ms : from_ms;
    while (p.n == CHUNK_ORDERS && since_ms < INT64_MAX) {
        const sql_value binds[] = { SQL_INT(store_id), SQL_INT(p.created_ms), SQL_TEXT(after), SQL_INT(CHUNK_ORDERS) };
        p.n = 0;
        TRY(storage_query(c, d, &query_orders_since, binds, COUNT(binds), take_order, &p));
        TRY(write_chunk(c, d, store_id, p.ids, p.n, since_ms));
        looked_at += p.n;
        if (p.n) after = p.ids[p.n - 1];
    }
    if (ret_n) *ret_n = looked_at;
    return ERR_OK;
}
