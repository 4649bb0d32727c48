/* Counters between memory and database, and the taker. It does NOT count (counters_log.c).
 *
 * write: for each shop of the batch: what others wrote meanwhile is followed, then each event is counted; now and then rows are kept, in
 * the transaction of the events, with the id of the last one counted. A write that comes to nothing leaves `unsure`: the next
 * one loads the shop anew. load: rows, then the log beyond; events of the day before only say what was counted already. */
#include <stdio.h>
#include "base/parse.h"
#include "events/counters_int.h"
#include "storage/queries.h"

enum { KEEP_EVERY_MS = 5 * MS_PER_MINUTE };      /* all that changed at once: a second of the committer where everything did */
static const char position_source[] = "#position";

/* ---- keep ---- */
static err_code keep_curve(ctx *c, db *d, int64_t store_id, str placement, const examination *e) {
    char number[16];
    for (int k = 0; k < EXAMINED_POSITIONS; k++) {
        snprintf(number, sizeof number, "%d", k + 1);
        const learning_counter row = { .store_id = store_id, .placement = placement, .source = str_of(position_source),
                                       .item = str_of(number), .looks = e->seen[k], .at_ms = ctx_now_ms(c) };
        TRY(storage_put(c, d, &learning_counter_entity, &row));
    }
    return ERR_OK;
}

static err_code keep_curves(ctx *c, db *d, const counter_state *s) {
    for (size_t i = 0; i < s->n_curves; i++)
        TRY(keep_curve(c, d, s->store_id, s->name_of[s->curves[i].placement], &s->curves[i].e));
    return ERR_OK;
}

/* The row of no placement says up to which event rows were counted (a number of 63 bits, so it lies in two columns), and of which edition
 * of the log: who takes something out of the log begins a new one, and rows of before say nothing any more. */
typedef struct { int64_t last, edition, orders; } mark;

static learning_counter mark_row(int64_t store_id, mark m) {
    return (learning_counter){ .store_id = store_id, .at_ms = m.last >> EVENT_ID_BITS, .impressions = (double)m.edition,
                               .carts = (double)m.orders,
                               .looks = (double)(m.last & ((1 << EVENT_ID_BITS) - 1)) };
}

static err_code read_mark(ctx *c, db *d, int64_t store_id, mark *ret_mark) {
    learning_counter row = { .store_id = store_id };
    err_code e = storage_get(c, d, &learning_counter_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_mark = e ? (mark){ 0 } : (mark){ row.at_ms << EVENT_ID_BITS | (int64_t)row.looks, (int64_t)row.impressions, (int64_t)row.carts };
    return ERR_OK;
}

static err_code keep_rows(ctx *c, db *d, counter_state *s, int64_t now_ms) {
    const learning_counter of_store = { .store_id = s->store_id };
    if (s->rewrite) TRY(storage_delete(c, d, &learning_counter_entity, &of_store, 1, NULL));
    for (size_t i = 0; i < s->n_cells; i++) {
        if (!s->cells[i].dirty && !s->rewrite) continue;
        const learning_counter row = state_row(s, &s->cells[i], now_ms);
        TRY(storage_put(c, d, &learning_counter_entity, &row));
        s->cells[i].dirty = false;
    }
    if (s->rewrite) TRY(keep_curves(c, d, s));
    s->rewrite = false;
    s->n_dirty = 0;
    return ERR_OK;
}

/* What changed, unless somebody who has seen more kept already, or the log is no longer the one that was counted. In a transaction. */
static err_code keep_state(ctx *c, db *d, counter_state *s, int64_t now_ms) {
    mark m;
    TRY(read_mark(c, d, s->store_id, &m));
    if (m.edition != s->edition || m.last > s->last) return ERR_OK;
    TRY(keep_rows(c, d, s, now_ms));
    const learning_counter row = mark_row(s->store_id, (mark){ s->last, s->edition, m.orders });
    return storage_put(c, d, &learning_counter_entity, &row);
}

static err_code void_log(ctx *c, db *d, int64_t store_id) {
    mark m;
    TRY(read_mark(c, d, store_id, &m));
    const learning_counter row = mark_row(store_id, (mark){ 0, m.edition + 1, m.orders });
    return storage_put(c, d, &learning_counter_entity, &row);
}

/* Where no order ever followed an answer there is nothing to take again. */
static err_code void_orders(ctx *c, db *d, int64_t store_id) {
    attribution by = { .store_id = store_id }, *rows = NULL;
    size_t n = 0;
    mark m;
    TRY(read_mark(c, d, store_id, &m));
    TRY(storage_scan(c, d, &attribution_entity, &by, 1, NULL, 1, &rows, &n));
    if (!n && !m.last && !m.orders) return ERR_OK;
    const learning_counter row = mark_row(store_id, (mark){ m.last, m.edition, m.orders + 1 });
    return storage_put(c, d, &learning_counter_entity, &row);
}

static err_code in_transaction(ctx *c, db *d, int64_t store_id, err_code (*change)(ctx *, db *, int64_t)) {
    if (storage_in_transaction(d)) return change(c, d, store_id);
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = change(c, d, store_id);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

err_code counters_void(ctx *c, db *d, int64_t store_id) { return in_transaction(c, d, store_id, void_log); }
err_code counters_void_orders(ctx *c, db *d, int64_t store_id) { return in_transaction(c, d, store_id, void_orders); }

/* Curves for everybody: in place of those kept, and all is counted anew with them. */
static err_code put_curves(ctx *c, db *d, int64_t store_id, const named_curve *curves, size_t n) {
    for (size_t i = 0; i < n; i++) TRY(keep_curve(c, d, store_id, curves[i].placement, &curves[i].e));
    return void_log(c, d, store_id);
}

err_code counters_put_curves(ctx *c, db *d, int64_t store_id, const named_curve *curves, size_t n) {
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = put_curves(c, d, store_id, curves, n);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

/* ---- load ---- */
static void take_position(examination *e, const learning_counter *row) {
    int64_t position;
    if (parse_int_in(row->item, 1, EXAMINED_POSITIONS, &position)) e->seen[position - 1] = row->looks;
}

static err_code restore_curve(counter_state *s, const learning_counter *row) {
    uint32_t placement = state_name(s, row->placement);
    examination *e = placement == COUNTER_UNKNOWN ? NULL : state_curve(s, placement);
    if (e) take_position(e, row);
    return ERR_OK;
}

err_code counters_read_curve(ctx *c, db *d, int64_t store_id, str placement, examination *ret_curve) {
    const learning_counter by = { .store_id = store_id, .placement = placement, .source = str_of(position_source) };
    learning_counter *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(c, d, &learning_counter_entity, &by, 3, NULL, EXAMINED_POSITIONS, &rows, &n));
    *ret_curve = EXAMINATION_PRIOR;
    for (size_t i = 0; i < n; i++) take_position(ret_curve, &rows[i]);
    return ERR_OK;
}

/*   all  sums too; else only the curves */
static err_code read_pages(ctx *c, db *d, counter_state *s, bool all) {
    enum { PAGE = 1000 };
    learning_counter by = { .store_id = s->store_id }, after = by, *rows = NULL;        /* behind the mark, which is the first */
    for (size_t n = PAGE; n == PAGE;) {
        TRY(storage_scan(c, d, &learning_counter_entity, &by, 1, &after, PAGE, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            bool is_curve = str_eq(rows[i].source, str_of(position_source));
            if (is_curve) TRY(restore_curve(s, &rows[i]));
            else if (all) TRY(state_restore(c, s, &rows[i]));
        }
        if (n) after = rows[n - 1];
    }
    for (size_t i = 0; i < s->n_cells; i++) s->cells[i].dirty = false;
    s->n_dirty = 0;
    return ERR_OK;
}

static err_code read_kept(ctx *c, db *d, counter_state *s, bool anew) {
    mark m;
    TRY(read_mark(c, d, s->store_id, &m));
    s->edition = m.edition;
    s->orders_edition = m.orders;
    s->last = anew ? 0 : m.last;
    s->rewrite = !s->last;
    return read_pages(c, d, s, s->last > 0);
}

/* All at one moment: others keep while it is read. */
static err_code read_rows(ctx *c, db *d, counter_state *s, bool anew) {
    if (storage_in_transaction(d)) return read_kept(c, d, s, anew);
    TRY(storage_begin(c, d, STORAGE_READ));
    err_code e = read_kept(c, d, s, anew);
    storage_rollback(d);                                    /* nothing was written */
    return e;
}

static double half_life_of(ctx *c, db *d, int64_t store_id, err_code *ret_error) {
    const json_value *v = NULL;
    int64_t days = COUNTER_HALF_LIFE_DAYS, told;
    store s = { .store_id = store_id };
    err_code e = storage_get(c, d, &store_entity, &s);
    *ret_error = e == ERR_NOT_FOUND ? ERR_OK : e;
    if (!e && s.settings.n && json_parse(c, s.settings, JSON_READ_TOLERANT, &v)) v = NULL;
    if (jr_i64(jr_get(v, "learning_half_life_days"), &told) && told >= 1 && told <= 365) days = told;
    return (double)days * MS_PER_DAY;
}

err_code counters_read_half_life(ctx *c, db *d, int64_t store_id, double *ret_ms) {
    err_code e = ERR_OK;
    double ms = half_life_of(c, d, store_id, &e);
    if (!e) *ret_ms = ms;
    return e;
}

/* What happened before weighs less than a millionth. */
enum { HALF_LIVES_COUNTED = 20 };

static int64_t faded_ms_of(const ctx *c, const counter_state *s) {
    return ctx_now_ms(c) - (int64_t)(HALF_LIVES_COUNTED * s->half_life_ms);
}

/* Where reading begins: a day before what was counted, to tell repeats; but not more events than there is room to tell apart. */
static err_code first_of(ctx *c, db *d, counter_state *s, int64_t faded_ms, int64_t *ret_from) {
    enum { EVENTS_AN_ANSWER = 4 };
    int64_t from = s->last - (COUNTED_MS << EVENT_ID_BITS), faded = faded_ms > 0 ? faded_ms << EVENT_ID_BITS : 0, bound = 0;
    if (from < faded) from = faded;
    *ret_from = from;
    if (from >= s->last) return ERR_OK;
    const sql_value binds[] = { SQL_INT(s->store_id), SQL_INT(from), SQL_INT(INT64_MAX),
                                SQL_INT((int64_t)EVENTS_AN_ANSWER * LIMIT_COUNTED_ANSWERS) };
    TRY(storage_query_i64(c, d, &query_event_before, binds, COUNT(binds), 0, &bound));
    if (bound > s->last) bound = s->last;
    if (bound <= from) return ERR_OK;
    s->forgot_ms = bound >> EVENT_ID_BITS;
    *ret_from = bound;
    return ERR_OK;
}

static err_code fill(ctx *c, db *d, counter_state *s, const build_plan *plan) {
    log_reader r;
    TRY(read_rows(c, d, s, plan->anew));
    log_reader_init(&r, c, d, s, NULL);
    r.told = plan->told;
    r.arg = plan->arg;
    r.waiting = plan->waiting;
    int64_t faded_ms = plan->since_ms ? plan->since_ms : faded_ms_of(c, s), from = 0;
    err_code e = first_of(c, d, s, faded_ms, &from);
    if (!e) e = log_follow(&r, from, 0);
    if (!e && !plan->told) e = log_take_orders(&r, faded_ms);
    log_reader_done(&r);
    return e;
}

err_code counters_build(ctx *c, const counters *k, db *d, int64_t store_id, const build_plan *plan, counter_state **ret_state) {
    AUTO_ARENA own;
    counter_state *s = NULL;
    err_code e = ERR_OK;
    arena_init(&own, 512 * MIB);
    arena *outer = c->arena;
    c->arena = &own;
    double half_life_ms = half_life_of(c, d, store_id, &e);
    if (!e) e = state_new(c, store_id, &k->most, half_life_ms, &s);
    if (!e) e = fill(c, d, s, plan);
    c->arena = outer;
    if (e) state_free(s);
    else *ret_state = s;
    return e;
}

/* With `writing` held. */
static void tell_change(counters_shop *p) {
    if (p->state->changes == p->told) return;
    p->told = p->state->changes;
    atomic_store(&p->settled, p->told >= COUNTER_YOUNG);
    atomic_fetch_add(&p->changed, 1);
}

/* With `writing` held. */
static void publish(const ctx *c, counters *k, counters_shop *p, counter_state *s) {
    pthread_rwlock_wrlock(&p->guard);
    counter_state *old = p->state;
    p->state = s;
    pthread_rwlock_unlock(&p->guard);
    p->told = s->changes;
    atomic_store(&p->used_ms, ctx_now_ms(c));
    shop_weigh(k, p);
    atomic_fetch_add(&p->changed, 1);
    state_free(old);
}

static err_code make_shop(ctx *c, counters *k, int64_t store_id, counters_shop **ret_shop) {
    counters_shop *p = shop_find(k, store_id, true);
    if (!p) return fail(c, ERR_NO_MEMORY, "count what was shown");
    *ret_shop = p;
    return ERR_OK;
}

static err_code load_shop(ctx *c, counters *k, db *d, counters_shop *p) {
    counter_state *s = NULL;
    WITH_LOCK(&p->writing);
    if (p->state) return ERR_OK;
    TRY(counters_build(c, k, d, p->store_id, &(build_plan){ 0 }, &s));
    publish(c, k, p, s);
    return ERR_OK;
}

err_code counters_load(ctx *c, counters *k, db *d, int64_t store_id) {
    counters_shop *p = NULL;
    TRY(make_shop(c, k, store_id, &p));
    TRY(load_shop(c, k, d, p));
    counters_stay_bounded(c, k);
    return ERR_OK;
}

static err_code take_all_orders(ctx *c, db *d, counter_state *s) {
    log_reader r;
    log_reader_init(&r, c, d, s, NULL);
    err_code e = log_take_orders(&r, faded_ms_of(c, s));
    log_reader_done(&r);
    return e;
}

/* Count while others go on counting. Events told meanwhile are followed from the log by the next who counts; orders that were taken
 * again meanwhile are not in the log, so all are taken again. */
static err_code rebuild(ctx *c, counters *k, db *d, int64_t store_id, bool anew) {
    counters_shop *p = NULL;
    counter_state *s = NULL;
    TRY(make_shop(c, k, store_id, &p));
    pthread_mutex_lock(&p->writing);
    uint64_t orders_told = p->orders_told;
    pthread_mutex_unlock(&p->writing);
    TRY(counters_build(c, k, d, store_id, &(build_plan){ .anew = anew }, &s));
    WITH_LOCK(&p->writing);
    err_code e = ERR_OK;
    if (orders_told != p->orders_told) e = take_all_orders(c, d, s);
    if (e) state_free(s);
    else publish(c, k, p, s);
    return e;
}

err_code counters_recount(ctx *c, counters *k, db *d, int64_t store_id) { return rebuild(c, k, d, store_id, true); }

/* ---- the taker ---- */
/* Events another process wrote since; one step into the table when there are none. */
static err_code follow_others(log_reader *r, int64_t before) {
    logged_event by = { .store_id = r->s->store_id }, after = { .store_id = r->s->store_id, .event_id = r->s->last }, *next = NULL;
    size_t n = 0;
    TRY(storage_scan(r->c, r->d, &logged_event_entity, &by, 1, &after, 1, &next, &n));
    return n && next[0].event_id < before ? log_follow(r, r->s->last, before) : ERR_OK;
}

static err_code count_events(log_reader *r, const visitor_event *const *events, size_t n) {
    bool followed = false;
    for (size_t i = 0; i < n; i++) {
        const logged_event *e = &events[i]->row;
        if (e->store_id != r->s->store_id || e->event_id <= r->s->last) continue;
        if (!followed) TRY(follow_others(r, e->event_id));
        followed = true;
        arena_mark before = arena_save(r->c->arena);
        TRY(log_count(r, e));
        arena_restore(r->c->arena, before);
    }
    return ERR_OK;
}

static err_code keep_if_due(ctx *c, db *d, counters_shop *p) {
    int64_t now_ms = ctx_now_ms(c);
    if (now_ms >= p->kept_ms && now_ms - p->kept_ms < KEEP_EVERY_MS) return ERR_OK;
    p->kept_ms = now_ms;
    return keep_state(c, d, p->state, now_ms);
}

static err_code write_shop(ctx *c, db *d, counters *k, int64_t store_id, const visitor_event *const *events, size_t n) {
    counters_shop *p = NULL;
    counter_state *s = NULL;
    log_reader r;
    TRY(make_shop(c, k, store_id, &p));
    WITH_LOCK(&p->writing);
    if (!p->state || p->unsure) {
        TRY(counters_build(c, k, d, store_id, &(build_plan){ .waiting = k->waiting }, &s));
        publish(c, k, p, s);
    }
    p->unsure = true;
    log_reader_init(&r, c, d, p->state, &p->guard);
    r.waiting = k->waiting;
    err_code e = count_events(&r, events, n);
    log_reader_done(&r);
    atomic_store(&p->used_ms, ctx_now_ms(c));
    shop_weigh(k, p);
    tell_change(p);
    return e ? e : keep_if_due(c, d, p);
}

static bool is_first_of_store(const visitor_event *const *events, size_t i) {
    for (size_t j = i; j-- > 0;)
        if (events[j]->row.store_id == events[i]->row.store_id) return false;
    return true;
}

static err_code write_counts(ctx *c, db *d, void *arg, const visitor_event *const *events, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (i && events[i]->row.store_id == events[i - 1]->row.store_id) continue;
        if (is_first_of_store(events, i)) TRY(write_shop(c, d, arg, events[i]->row.store_id, events + i, n - i));
    }
    counters_stay_bounded(c, arg);
    return ERR_OK;
}

static void settle(counters_shop *p) {
    WITH_LOCK(&p->writing);                                 /* the clock looks at it */
    p->unsure = false;
}

static void counts_written(ctx *c, void *arg, const visitor_event *const *events, size_t n) {
    (void)c;                                                /* nothing can fail */
    for (size_t i = 0; i < n; i++) {
        if (i && events[i]->row.store_id == events[i - 1]->row.store_id) continue;
        counters_shop *p = shop_find(arg, events[i]->row.store_id, false);
        if (p) settle(p);
    }
}

event_taker counters_taker(counters *k) {
    return (event_taker){ .name = "counters", .write = write_counts, .taken = counts_written, .arg = k };
}

/* ---- orders, the end ---- */
err_code counters_take_order(ctx *c, counters *k, db *d, int64_t store_id, str order_id) {
    counters_shop *p = shop_find(k, store_id, false);
    if (!p) return ERR_OK;
    WITH_LOCK(&p->writing);
    if (!p->state) return ERR_OK;
    log_reader r;
    log_reader_init(&r, c, d, p->state, &p->guard);
    err_code e = log_take_order(&r, order_id);
    log_reader_done(&r);
    shop_weigh(k, p);
    p->orders_told++;
    tell_change(p);
    return e;
}

/* ---- what others did ---- */
static err_code follow_log(ctx *c, db *d, counters_shop *p) {
    log_reader r;
    log_reader_init(&r, c, d, p->state, &p->guard);
    err_code e = follow_others(&r, INT64_MAX);
    log_reader_done(&r);
    tell_change(p);
    return e;
}

/* Counted otherwise than it would be now. */
static err_code is_outdated(ctx *c, db *d, counters_shop *p, const mark *m, bool *ret_outdated) {
    err_code e = ERR_OK;
    double half_life_ms = half_life_of(c, d, p->store_id, &e);
    WITH_LOCK(&p->writing);
    *ret_outdated = p->state && (m->edition != p->state->edition || half_life_ms != p->state->half_life_ms);
    return e;
}

/* With `writing` held. */
static err_code follow_orders(ctx *c, db *d, counters_shop *p, const mark *m) {
    log_reader r;
    if (m->orders == p->state->orders_edition) return ERR_OK;
    log_reader_init(&r, c, d, p->state, &p->guard);
    err_code e = log_take_orders(&r, faded_ms_of(c, p->state));
    log_reader_done(&r);
    if (!e) p->state->orders_edition = m->orders;
    tell_change(p);
    return e;
}

static err_code follow(ctx *c, counters *k, db *d, counters_shop *p, const mark *m) {
    WITH_LOCK(&p->writing);
    if (!p->state || p->unsure) return ERR_OK;              /* unsure: the committer is at it */
    TRY(follow_orders(c, d, p, m));
    err_code e = follow_log(c, d, p);
    shop_weigh(k, p);
    return e;
}

err_code counters_tend(ctx *c, counters *k, db *d, int64_t store_id) {
    counters_shop *p = shop_find(k, store_id, false);
    bool outdated = false;
    mark m;
    if (!p) return ERR_OK;
    TRY(read_mark(c, d, store_id, &m));
    TRY(is_outdated(c, d, p, &m, &outdated));
    TRY(outdated ? rebuild(c, k, d, store_id, true) : follow(c, k, d, p, &m));
    counters_stay_bounded(c, k);
    return ERR_OK;
}

err_code counters_keep(ctx *c, counters *k, db *d) {
    for (size_t i = 0; i < k->n; i++) {
        counters_shop *p = k->shops[i];
        WITH_LOCK(&p->writing);
        if (!p->state || p->unsure || (!p->state->n_dirty && !p->state->rewrite)) continue;
        TRY(storage_begin(c, d, STORAGE_WRITE));
        err_code e = keep_state(c, d, p->state, ctx_now_ms(c));
        if (e) {
            storage_rollback(d);
            p->unsure = true;                               /* rows may be fewer than thought: load before the next count */
            return e;
        }
        TRY(storage_commit(c, d));
    }
    return ERR_OK;
}
