/* Reads events others wrote into the set of client ids and the session memory. It does NOT write. */
#include "events/catch_up.h"
#include <stdlib.h>
#include "base/limits.h"
#include "events/visit.h"
#include "storage/queries.h"

enum { FIRST_TAILS = 16 };

typedef struct { ctx *c; db *d; tail_table *t; store_tail *tail; int64_t remember_from; } walk;

/* Columns as query_events_after lists them. */
static void read_event(const walk *w, const sql_value *columns, visitor_event *e) {
    *e = (visitor_event){ .row = {
        .store_id = w->tail->store_id, .event_id = columns[0].v.i, .kind = columns[1].v.s, .time_ms = columns[2].v.i,
        .visitor_id = columns[3].v.s, .session_id = columns[4].v.s, .product_id = columns[5].v.s, .device = columns[6].v.s,
        .robot = columns[7].v.i != 0, .items = columns[8].v.s, .client_hash = columns[9].v.i } };
}

static err_code take_row(void *arg, const sql_value *columns, size_t n_columns) {
    walk *w = arg;
    visitor_event e;
    (void)n_columns;                                        /* ten, as the query says */
    read_event(w, columns, &e);
    w->tail->last = e.row.event_id;
    uint64_t hash = (uint64_t)e.row.client_hash;
    if (hash) repeats_learn(&w->t->seen, hash);
    if (e.row.time_ms < w->remember_from || !event_kind_find(e.row.kind, &e.kind)) return ERR_OK;
    arena_mark before = arena_save(w->c->arena);
    err_code failed = visit_restore(w->c, w->d, w->t->memory, &e);
    arena_restore(w->c->arena, before);
    return failed;
}

static store_tail *tail_of(tail_table *t, int64_t store_id) {
    uint32_t *place = map64_at(&t->places, (uint64_t)store_id);
    if (!place) return NULL;
    if (*place) return &t->tails[*place - 1];
    if (t->n == t->room) {
        size_t room = t->room ? t->room * 2 : FIRST_TAILS;
        store_tail *tails = realloc(t->tails, room * sizeof *tails);
        if (!tails) return NULL;
        t->tails = tails;
        t->room = room;
    }
    t->tails[t->n] = (store_tail){ .store_id = store_id };
    *place = (uint32_t)++t->n;
    return &t->tails[t->n - 1];
}

/* Where the first reading of a store begins: a week ago, and not more events than may be remembered. */
static err_code first_of(ctx *c, db *d, int64_t store_id, int64_t now_ms, int64_t *ret_id) {
    int64_t week = (now_ms - EVENT_LATE_MS) << EVENT_ID_BITS;
    sql_value binds[] = { SQL_INT(store_id), SQL_INT(week), SQL_INT(INT64_MAX), SQL_INT(LIMIT_REPEAT_IDS) };
    return storage_query_i64(c, d, &query_event_before, binds, COUNT(binds), week, ret_id);
}

err_code catch_up(ctx *c, db *d, tail_table *t, int64_t store_id, int64_t now_ms, uint64_t round, store_tail **ret_tail) {
    store_tail *tail = tail_of(t, store_id);
    int64_t newest = 0;
    if (!tail) return fail(c, ERR_NO_MEMORY, "remember the events of store %lld", (long long)store_id);
    *ret_tail = tail;
    if (tail->round == round && round) return ERR_OK;
    TRY(storage_query_i64(c, d, &query_last_event, &SQL_INT(store_id), 1, 0, &newest));
    if (!tail->round && newest) TRY(first_of(c, d, store_id, now_ms, &tail->last));
    if (newest > tail->last) {
        walk w = { c, d, t, tail, now_ms - MS_PER_DAY };
        sql_value binds[] = { SQL_INT(store_id), SQL_INT(tail->last) };
        TRY(storage_query(c, d, &query_events_after, binds, COUNT(binds), take_row, &w));
    }
    tail->safe = tail->last;
    tail->round = round;
    return ERR_OK;
}

void catch_up_settle(tail_table *t, uint64_t round, bool written) {
    for (size_t i = 0; i < t->n; i++) {
        store_tail *tail = &t->tails[i];
        if (tail->round != round) continue;
        if (written) tail->safe = tail->last;
        else tail->last = tail->safe;
    }
}
