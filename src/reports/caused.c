/* Two streams in time, answers and orders, into sums of two groups. It does NOT know statistics: experiments/ does. */
#include "reports/caused.h"
#include <stdlib.h>
#include "base/grow.h"
#include "base/limits.h"
#include "events/identity.h"
#include "experiments/fixed.h"
#include "reports/passes.h"
#include "schema/exposed_items.h"
#include "schema/rec_id.h"
#include "storage/queries.h"

#define ALPHA 0.05
enum { MOST_KEYS = 1000, HOLDOUT_PERCENT = 5 };
#define SCRATCH_ARENA (16 * MIB)            /* one row */

const char *const caused_state_words[CAUSED_STATES] = {
#define X(name, word, doc) word,
    CAUSED_STATE_LIST(X)
#undef X
};
const char *const caused_state_docs[CAUSED_STATES] = {
#define X(name, word, doc) doc,
    CAUSED_STATE_LIST(X)
#undef X
};

/* ---- the judgement ---- */
static caused_state state_of(const caused_row *r) {
    if (r->revenue.ratio.alarm) return CAUSED_RATIO_MISMATCH;
    bool few = r->sums.buyers[CAUSED_HELD_OUT].y < CAUSED_LEAST_BUYERS || r->sums.buyers[CAUSED_TREATED].y < CAUSED_LEAST_BUYERS;
    return few ? CAUSED_FEW_BUYERS : CAUSED_OK;
}

err_code caused_judge(ctx *c, double held_out_share, caused_row *row) {
    const sequential_plan plan = { ALPHA, SEQUENTIAL_TUNING };
    const moments *y = row->sums.revenue, *b = row->sums.buyers;
    row->state = CAUSED_NO_HOLDOUT;
    row->once = effect_unknown();
    row->revenue = row->buyers = (holdout_report){ .per_visitor = effect_unknown(), .lift = effect_unknown() };
    if (!(held_out_share > 0)) return ERR_OK;
    TRY(holdout_measure(c, &y[0], &y[1], METRIC_KIND_MEAN, false, held_out_share, plan, &row->revenue));
    TRY(holdout_measure(c, &b[0], &b[1], METRIC_KIND_SHARE, false, held_out_share, plan, &row->buyers));
    estimate arm[CAUSED_GROUPS] = { moments_estimate(&y[0], METRIC_KIND_MEAN), moments_estimate(&y[1], METRIC_KIND_MEAN) };
    effect_pool_spending(y, b, CAUSED_GROUPS, arm);
    row->once = fixed_test(effect_difference(arm[0], arm[1]), ALPHA, SIDES_TWO);
    row->state = state_of(row);
    return ERR_OK;
}

double caused_held_out_share(ctx *c, const store *s) {
    const json_value *v = NULL;
    int64_t percent = HOLDOUT_PERCENT;
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &v)) v = NULL;
    if (!jr_i64(jr_get(v, "holdout_percent"), &percent) || percent < 0 || percent > 50) percent = HOLDOUT_PERCENT;
    return (double)percent / 100;
}

/* ---- who was met ---- */
typedef struct { uint32_t first_unit; bool held_out, mixed; } person;
/* A person in a row of the report. */
typedef struct { uint32_t next, row, orders; int64_t first_ms; double revenue; } unit;

typedef struct {
    ctx *c;
    const report_source *from;
    report_passes passes;
    unsigned by;
    arena scratch;
    map64 persons_at;
    person *persons;
    unit *units;
    size_t n_persons, persons_room, n_units, units_room;
    map keys;
    caused_row *rows;                       /* of keys or days */
    caused_sums total;
} walk;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "remember visitors for a report"); }

/* Row 0 is the total: every person has a unit in it. */
static caused_sums *sums_of(walk *w, uint32_t row) { return row ? &w->rows[row - 1].sums : &w->total; }

static err_code add_unit(walk *w, person *p, uint32_t row, int64_t ms) {
    for (uint32_t at = p->first_unit; at; at = w->units[at - 1].next)
        if (w->units[at - 1].row == row) return ERR_OK;
    void *more = grow_array(&w->passes.memory, w->units, w->n_units, &w->units_room, sizeof *w->units);
    if (!more) return no_memory(w->c);
    w->units = more;
    w->units[w->n_units++] = (unit){ .next = p->first_unit, .row = row, .first_ms = ms };
    p->first_unit = (uint32_t)w->n_units;
    caused_sums *s = sums_of(w, row);
    s->mixed += p->mixed;
    moments_add(&s->revenue[p->held_out ? CAUSED_HELD_OUT : CAUSED_TREATED], (unit_totals){ 0 });
    moments_add(&s->buyers[p->held_out ? CAUSED_HELD_OUT : CAUSED_TREATED], (unit_totals){ 0 });
    return report_passes_count(w->c, &w->passes);
}

static err_code meet(walk *w, str name, bool held_out, int64_t ms, person **ret_person, bool *ret_new) {
    uint32_t *at = map64_at(&w->persons_at, hash_str(name));
    if (!at) return no_memory(w->c);
    *ret_new = !*at;
    if (!*at) {
        void *more = grow_array(&w->passes.memory, w->persons, w->n_persons, &w->persons_room, sizeof *w->persons);
        if (!more) return no_memory(w->c);
        w->persons = more;
        w->persons[w->n_persons++] = (person){ .held_out = held_out };
        *at = (uint32_t)w->n_persons;
    }
    person *p = &w->persons[*at - 1];
    *ret_person = p;
    if (*ret_new) return add_unit(w, p, 0, ms);
    if (p->held_out == held_out || p->mixed) return ERR_OK;
    p->mixed = true;
    for (uint32_t u = p->first_unit; u; u = w->units[u - 1].next) sums_of(w, w->units[u - 1].row)->mixed++;
    return ERR_OK;
}

static err_code add_key(walk *w, person *p, str key, int64_t ms) {
    uint32_t row = map_put(&w->keys, key, (uint32_t)w->keys.count, NULL);
    if (row == UINT32_MAX) return no_memory(w->c);
    if (row >= MOST_KEYS) return fail(w->c, ERR_TOO_LARGE, "a report of what was caused has at most %d rows", MOST_KEYS);
    if (!w->rows[row].key.p) w->rows[row].key = str_dup(w->keys.home, key);
    return w->rows[row].key.p ? add_unit(w, p, row + 1, ms) : no_memory(w->c);
}

static err_code add_sources(walk *w, person *p, str items, int64_t ms) {
    exposed_item *x = NULL;
    size_t n = 0;
    if (exposed_items_read(w->c, items, &x, &n)) return ERR_OK;         /* none of ours */
    for (size_t i = 0; i < n; i++) TRY(add_key(w, p, x[i].source, ms));
    return ERR_OK;
}

static err_code meet_in_answer(walk *w, const sql_value *v) {
    person *p = NULL;
    bool is_new = false;
    int64_t ms = v[0].v.i;
    TRY(meet(w, v[1].v.s, v[2].v.i != 0, ms, &p, &is_new));
    if (w->by & REPORT_BY(REPORT_PLACEMENT)) return add_key(w, p, v[3].v.s, ms);
    if (w->by & REPORT_BY(REPORT_SOURCE)) return add_sources(w, p, v[4].v.s, ms);
    if (is_new && w->by & REPORT_BY(REPORT_DEVICE)) return add_key(w, p, v[5].v.s, ms);
    if (is_new && w->by & REPORT_BY(REPORT_SEGMENT)) return add_key(w, p, report_segment(v[6].v.i, ms), ms);
    return ERR_OK;
}

/* One row at a time with the scratch arena: the walk's own holds the rows of the report. */
typedef err_code row_taker(walk *w, const sql_value *columns);
static err_code take_row(walk *w, row_taker *take, const sql_value *columns) {
    arena *outer = w->c->arena;
    arena_reset(&w->scratch);
    w->c->arena = &w->scratch;
    err_code e = take(w, columns);
    w->c->arena = outer;
    return e;
}

/* query_report_answers */
static err_code take_answer(void *arg, const sql_value *columns, size_t n) {
    walk *w = arg;
    (void)n;                                /* the query has its columns */
    return report_passes_is_mine(&w->passes, columns[1].v.s) ? take_row(w, meet_in_answer, columns) : ERR_OK;
}

/* ---- what they bought ---- */
static void add_order(walk *w, const person *p, unit *u, const reported_order *o) {
    int group = p->held_out ? CAUSED_HELD_OUT : CAUSED_TREATED;
    caused_sums *s = sums_of(w, u->row);
    unit_totals before = { .y = u->revenue }, bought = { .y = u->orders > 0 };
    u->revenue += (double)(o->total - o->refunded);
    u->orders++;
    moments_change(&s->revenue[group], before, (unit_totals){ .y = u->revenue });
    moments_change(&s->buyers[group], bought, (unit_totals){ .y = 1 });
}

/* The customer of the order says who it is; without one, the browser: as attribution has it. */
static err_code person_of(walk *w, const reported_order *o, str *ret_person) {
    str alias = identity_customer_alias(w->c->arena, o->customer_id);
    if (alias.p && !alias.n) alias = identity_alias(w->c->arena, 'v', o->visitor_id);
    if (!alias.p) return no_memory(w->c);
    *ret_person = alias;
    return alias.n ? identity_person(w->c, w->from->d, w->from->store_id, alias, ret_person) : ERR_OK;
}

/* What was given back whole was not bought. */
static err_code credit_order(walk *w, const sql_value *v) {
    const reported_order o = reported_order_of(v);
    str name = { 0 };
    if (o.refunded >= o.total) return ERR_OK;
    TRY(person_of(w, &o, &name));
    if (!name.n || !report_passes_is_mine(&w->passes, name)) return ERR_OK;
    const uint32_t *at = map64_find(&w->persons_at, hash_str(name));
    if (!at) return ERR_OK;
    const person *p = &w->persons[*at - 1];
    for (uint32_t u = p->first_unit; u; u = w->units[u - 1].next)
        if (w->units[u - 1].first_ms <= o.placed_ms) add_order(w, p, &w->units[u - 1], &o);
    return ERR_OK;
}

/* query_report_orders */
static err_code take_order(void *arg, const sql_value *columns, size_t n) {
    (void)n;
    return take_row(arg, credit_order, columns);
}

/* ---- reading ---- */
static err_code walk_span(walk *w, int64_t from_ms, int64_t to_ms) {
    char first[REC_ID_LENGTH + 1], end[REC_ID_LENGTH + 1];
    rec_id_first(from_ms, first);
    rec_id_first(to_ms, end);
    const sql_value answers[] = { SQL_INT(w->from->store_id), SQL_TEXT(str_of(first)), SQL_TEXT(str_of(end)) };
    const sql_value orders[] = { SQL_INT(w->from->store_id), SQL_INT(from_ms), SQL_INT(to_ms) };
    TRY(storage_query(w->c, w->from->d, &query_report_answers, answers, COUNT(answers), take_answer, w));
    return storage_query(w->c, w->from->d, &query_report_orders, orders, COUNT(orders), take_order, w);
}

static void merge(caused_sums *to, const caused_sums *part) {
    for (int g = 0; g < CAUSED_GROUPS; g++) {
        moments_merge(&to->revenue[g], &part->revenue[g]);
        moments_merge(&to->buyers[g], &part->buyers[g]);
    }
    to->mixed += part->mixed;
}

/* Day by day, so that each can be seen as it stood in the evening. */
static err_code walk_days(walk *w) {
    const report_period *p = w->from->period;
    const caused_sums others = w->total;            /* of the passes before */
    w->total = (caused_sums){ 0 };
    for (int64_t i = 0; i < p->n_days; i++) {
        TRY(walk_span(w, p->starts[i], p->starts[i + 1]));
        w->rows[i].day = p->first_day + i;
        merge(&w->rows[i].sums, &w->total);
    }
    merge(&w->total, &others);
    return ERR_OK;
}

static err_code walk_once(void *arg) {
    walk *w = arg;
    map64_init(&w->persons_at, &w->passes.memory);
    w->persons = NULL, w->units = NULL;
    w->n_persons = w->persons_room = w->n_units = w->units_room = 0;
    return w->by & REPORT_BY(REPORT_DAY) ? walk_days(w) : walk_span(w, w->from->period->from_ms, w->from->period->to_ms);
}

static err_code begin_rows(void *arg) {
    walk *w = arg;
    size_t room = w->by & REPORT_BY(REPORT_DAY) ? (size_t)w->from->period->n_days : MOST_KEYS;
    w->total = (caused_sums){ 0 };
    map_init(&w->keys, w->c->arena);
    w->rows = arena_new(w->c->arena, caused_row, w->by ? room : 1);
    return w->rows ? ERR_OK : no_memory(w->c);
}

static err_code read_all(walk *w) {
    static const report_reader reader = { begin_rows, walk_once, NULL };
    return report_passes_read(&w->passes, w->from->units, w->c->arena, &reader, w);
}

static int compare(const void *a, const void *b) {
    const caused_row *x = a, *y = b;
    return x->day != y->day ? (x->day < y->day ? -1 : 1) : str_cmp(x->key, y->key);
}

static err_code judge_all(ctx *c, walk *w, double share, caused_report *ret) {
    caused_report out = { .total = { .sums = w->total }, .rows = w->rows };
    out.n = w->by & REPORT_BY(REPORT_DAY) ? (size_t)w->from->period->n_days : w->keys.count;
    TRY(caused_judge(c, share, &out.total));
    for (size_t i = 0; i < out.n; i++) TRY(caused_judge(c, share, &out.rows[i]));
    if (out.n) qsort(out.rows, out.n, sizeof *out.rows, compare);
    *ret = out;
    return ERR_OK;
}

err_code caused_read(ctx *c, const report_source *from, double held_out_share, unsigned by, caused_report *ret) {
    const unsigned can = REPORT_BY(REPORT_DAY) | REPORT_BY(REPORT_PLACEMENT) | REPORT_BY(REPORT_SOURCE) | REPORT_BY(REPORT_DEVICE) |
                         REPORT_BY(REPORT_SEGMENT);
    if (by & ~can || by & (by - 1))
        return fail_field(c, ERR_INVALID, "by", "what was caused can be told by one of day, placement, source, device, segment");
    walk w = { .c = c, .from = from, .by = by };
    bool own = !storage_in_transaction(from->d);
    if (own) TRY(storage_begin(c, from->d, STORAGE_READ));
    arena_init(&w.scratch, SCRATCH_ARENA);
    err_code e = read_all(&w);
    report_passes_end(&w.passes);
    arena_done(&w.scratch);
    if (own) storage_rollback(from->d);
    return e ? e : judge_all(c, &w, held_out_share, ret);
}
