/* Walks answers, then what followed them. It does NOT judge: policy.c does. */
#include "reports/policy_log.h"
#include <stdlib.h>
#include "base/grow.h"
#include "base/limits.h"
#include "base/map.h"
#include "events/event.h"
#include "reports/followed.h"
#include "schema/exposed_items.h"
#include "schema/rec_id.h"
#include "storage/queries.h"

const char *const policy_metric_words[POLICY_METRICS] = {
#define X(name, word, doc) word,
    POLICY_METRIC_LIST(X)
#undef X
};

typedef struct { uint32_t first, n; } answer_items;     /* of the log's list */

typedef struct {
    ctx *c;
    const report_source *from;
    policy_metric metric;
    arena *home;
    uint64_t parts;                 /* one of so many visitors is read */
    bool over;
    policy_log log;
    size_t room, answer_room, source_room;
    answer_items *answers;
    str *sources;
    map64 answer_at, cell_at, wide_at, source_at;
} reading;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "read the log of a policy"); }

/* ---- answers ---- */
/* The number of a key, counted from 0 as keys are met. */
static bool number_of(map64 *at, uint64_t key, uint32_t *count, uint32_t *ret_number) {
    uint32_t *place = map64_at(at, key);
    if (!place) return false;
    if (!*place) *place = ++*count;
    *ret_number = *place - 1;
    return true;
}

static bool number_source(reading *r, str source, uint16_t *ret_number) {
    uint32_t count = (uint32_t)r->log.n_sources, number = 0;
    if (!number_of(&r->source_at, hash_str(source), &count, &number) || count > UINT16_MAX) return false;
    if (count > r->log.n_sources) {
        str *more = grow_array(r->home, r->sources, r->log.n_sources, &r->source_room, sizeof *more);
        if (!more) return false;
        r->sources = more;
        r->sources[r->log.n_sources++] = str_dup(r->home, source);
    }
    *ret_number = (uint16_t)number;
    return true;
}

static double model_of(const reading *r, const exposed_item *x) {
    return r->metric == POLICY_REVENUE ? x->probability * (double)x->price_minor : x->probability;
}

static err_code add_item(reading *r, str placement, str anchor, size_t position, uint64_t unit, const exposed_item *x) {
    shown_item s = { .propensity = x->propensity, .model = model_of(r, x), .unit = unit, .product = hash_str(x->product_id) };
    uint64_t wide = hash_bytes(placement.p, placement.n, position), cell = hash_bytes(anchor.p, anchor.n, wide);
    if (!number_of(&r->wide_at, wide, &r->log.wides, &s.wide) || !number_of(&r->cell_at, cell, &r->log.cells, &s.cell) ||
        !number_source(r, x->source, &s.source))
        return no_memory(r->c);
    shown_item *more = grow_array(r->home, r->log.p, r->log.n, &r->room, sizeof *more);
    if (!more) return no_memory(r->c);
    r->log.p = more;
    r->log.p[r->log.n++] = s;
    return ERR_OK;
}

static err_code add_answer(reading *r, str rec_id, size_t first) {
    uint32_t count = (uint32_t)r->log.answers, number = 0;
    answer_items *more = grow_array(r->home, r->answers, r->log.answers, &r->answer_room, sizeof *more);
    if (!more || !number_of(&r->answer_at, hash_str(rec_id), &count, &number)) return no_memory(r->c);
    r->answers = more;
    r->answers[r->log.answers++] = (answer_items){ .first = (uint32_t)first, .n = (uint32_t)(r->log.n - first) };
    return ERR_OK;
}

/* query_report_given */
static err_code take_answer(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                        /* as the query says */
    reading *r = arg;
    exposed_item *items = NULL;
    size_t n = 0, first = r->log.n;
    str rec_id = v[0].v.s, who = v[1].v.s.n ? v[1].v.s : rec_id;
    uint64_t unit = hash_str(who);
    if (unit % r->parts) return ERR_OK;
    arena_mark before = arena_save(r->c->arena);
    if (exposed_items_read(r->c, v[4].v.s, &items, &n)) n = 0;          /* none of ours: nothing can be said of it */
    err_code e = ERR_OK;
    for (size_t k = 0; k < n && !e; k++)
        if (items[k].propensity > 0 && items[k].propensity <= 1) e = add_item(r, v[2].v.s, v[3].v.s, k, unit, &items[k]);
    if (!e && r->log.n > first) e = add_answer(r, rec_id, first);
    arena_restore(r->c->arena, before);
    r->over = r->log.n > LIMIT_POLICY_SHOWN;
    return e ? e : r->over ? fail(r->c, ERR_TOO_LARGE, "more than %d suggestions to judge by", LIMIT_POLICY_SHOWN) : ERR_OK;
}

static err_code read_answers(reading *r) {
    char first[REC_ID_LENGTH + 1], end[REC_ID_LENGTH + 1];
    rec_id_first(r->from->period->from_ms, first);
    rec_id_first(r->from->period->to_ms, end);
    const sql_value binds[] = { SQL_INT(r->from->store_id), SQL_TEXT(str_of(first)), SQL_TEXT(str_of(end)) };
    return storage_query(r->c, r->from->d, &query_report_given, binds, COUNT(binds), take_answer, r);
}

/* ---- what followed ---- */
static shown_item *item_of(reading *r, str rec_id, str product_id) {
    const uint32_t *at = rec_id.n ? map64_find(&r->answer_at, hash_str(rec_id)) : NULL;
    uint64_t wanted = hash_str(product_id);
    if (!at) return NULL;
    const answer_items *a = &r->answers[*at - 1];
    for (size_t i = a->first; i < a->first + a->n; i++)
        if (r->log.p[i].product == wanted) return &r->log.p[i];
    return NULL;
}

/* query_report_events */
static err_code take_event(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;
    event_kind kind;
    if (!event_kind_find(v[1].v.s, &kind) || kind != EVENT_CLICK) return ERR_OK;
    shown_item *x = item_of(arg, v[4].v.s, v[3].v.s);
    if (x) x->reward = 1;
    return ERR_OK;
}

/* query_report_clicked_lines */
static err_code take_line(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;
    reading *r = arg;
    int64_t stayed = v[2].v.i - v[3].v.i;
    shown_item *x = item_of(r, v[0].v.s, v[1].v.s);
    if (!x || stayed <= 0) return ERR_OK;
    x->reward = r->metric == POLICY_PURCHASE ? 1 : x->reward + (double)stayed;
    return ERR_OK;
}

static err_code read_rewards(reading *r) {
    const report_period *p = r->from->period;
    const sql_value events[] = { SQL_INT(r->from->store_id), SQL_INT(p->from_ms << EVENT_ID_BITS),
                                 SQL_INT((p->to_ms + SHOWN_MS) << EVENT_ID_BITS) };
    const sql_value lines[] = { SQL_INT(r->from->store_id), SQL_INT(p->from_ms), SQL_INT(INT64_MAX) };
    if (r->metric == POLICY_CLICK)
        return storage_query(r->c, r->from->d, &query_report_events, events, COUNT(events), take_event, r);
    return storage_query(r->c, r->from->d, &query_report_clicked_lines, lines, COUNT(lines), take_line, r);
}

/* ---- all of it ---- */
static int by_person(const void *a, const void *b) {
    const shown_item *x = a, *y = b;
    if (x->unit != y->unit) return x->unit < y->unit ? -1 : 1;
    if (x->cell != y->cell) return x->cell < y->cell ? -1 : 1;
    if (x->product != y->product) return x->product < y->product ? -1 : 1;
    if (x->propensity != y->propensity) return x->propensity < y->propensity ? -1 : 1;
    return x->reward < y->reward ? -1 : x->reward > y->reward;
}

static err_code read_part(reading *r) {
    arena_reset(r->home);
    r->log = (policy_log){ .visitors_0_1 = 1 / (double)r->parts };
    r->over = false;
    r->room = r->answer_room = r->source_room = 0;
    r->answers = NULL, r->sources = NULL;
    map64_init(&r->answer_at, r->home);
    map64_init(&r->cell_at, r->home);
    map64_init(&r->wide_at, r->home);
    map64_init(&r->source_at, r->home);
    return read_answers(r);
}

static err_code read_all(reading *r) {
    err_code e = read_part(r);
    while (e && r->over) {
        r->parts *= 2;
        e = read_part(r);
    }
    if (e) return e;
    TRY(read_rewards(r));
    r->log.sources = r->sources;
    if (r->log.n) qsort(r->log.p, r->log.n, sizeof *r->log.p, by_person);
    return ERR_OK;
}

err_code policy_log_read(ctx *c, const report_source *from, policy_metric metric, arena *home, policy_log *ret_log) {
    reading r = { .c = c, .from = from, .metric = metric, .home = home, .parts = 1 };
    bool own = !storage_in_transaction(from->d);
    if (own) TRY(storage_begin(c, from->d, STORAGE_READ));
    err_code e = read_all(&r);
    if (own) storage_rollback(from->d);
    if (!e) *ret_log = r.log;
    return e;
}
