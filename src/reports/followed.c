/* Walks events and attributed lines, and says where each counts. It does NOT add up: figures.c does. */
#include "reports/followed.h"
#include "base/grow.h"
#include "base/limits.h"
#include "events/attribution.h"
#include "events/event.h"
#include "reports/passes.h"
#include "schema/exposed_items.h"
#include "storage/queries.h"

#define SHOWN_ARENA (16 * MIB)              /* the answer looked at, the event looked at; emptied before the next */

/* What a visitor did with an answer: a bit a position. */
typedef struct { uint64_t seen, clicked, carted; bool dismissed; } marks;
/* The last answer in which a visitor clicked a product. */
typedef struct { char rec_id[31]; uint8_t length; } clicked;

typedef struct {
    ctx *c;
    const report_source *from;
    report_passes passes;
    followed_table *t, empty;               /* empty: as it was given */
    arena scratch;                          /* of one event */
    arena shown;
    exposure answer;
    exposed_item *items;
    size_t n_items;
    bool given;                             /* the answer is known, was given and can be read */
    map64 marks_at, clicks_at;
    marks *marks;
    clicked *clicks;
    size_t n_marks, marks_room, n_clicks, clicks_room;
} walk;

typedef struct {
    event_kind kind;
    int64_t received_ms;
    str visitor_id, product_id, rec_id, items, device;
    int64_t first_ms;
} told;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "remember answers for a report"); }

/* ---- the answer ---- */
static err_code read_answer(walk *w, str rec_id) {
    arena *outer = w->c->arena;
    w->given = false;
    w->n_items = 0;
    arena_reset(&w->shown);
    w->answer = (exposure){ .store_id = w->from->store_id, .rec_id = str_dup(&w->shown, rec_id) };
    if (!w->answer.rec_id.p) return no_memory(w->c);
    w->c->arena = &w->shown;
    err_code e = storage_get(w->c, w->from->d, &exposure_entity, &w->answer);
    if (!e) w->given = !w->answer.held_out && !exposed_items_read(w->c, w->answer.items, &w->items, &w->n_items);
    w->c->arena = outer;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Events of one answer often come together. */
static err_code find_answer(walk *w, str rec_id) {
    if (w->answer.rec_id.n && str_eq(w->answer.rec_id, rec_id)) return ERR_OK;
    return read_answer(w, rec_id);
}

/* From 1; 0 when it does not hold the product. */
static size_t position_of(const walk *w, str product_id) {
    for (size_t i = 0; w->given && product_id.n && i < w->n_items; i++)
        if (str_eq(w->items[i].product_id, product_id)) return i + 1;
    return 0;
}

/* ---- memory of a visitor ---- */
static err_code marks_of(walk *w, const told *e, marks **ret_marks) {
    uint64_t key = hash_bytes(e->visitor_id.p, e->visitor_id.n, hash_str(w->answer.rec_id));
    uint32_t *at = map64_at(&w->marks_at, key);
    if (!at) return no_memory(w->c);
    if (!*at) {
        void *more = grow_array(&w->passes.memory, w->marks, w->n_marks, &w->marks_room, sizeof *w->marks);
        if (!more) return no_memory(w->c);
        w->marks = more;
        w->marks[w->n_marks++] = (marks){ 0 };
        *at = (uint32_t)w->n_marks;
        TRY(report_passes_count(w->c, &w->passes));
    }
    *ret_marks = &w->marks[*at - 1];
    return ERR_OK;
}

static uint64_t click_key(const told *e) { return hash_bytes(e->product_id.p, e->product_id.n, hash_str(e->visitor_id)); }

static err_code remember_click(walk *w, const told *e) {
    if (!e->visitor_id.n || e->rec_id.n > sizeof w->clicks->rec_id) return ERR_OK;      /* ours are shorter */
    uint32_t *at = map64_at(&w->clicks_at, click_key(e));
    if (!at) return no_memory(w->c);
    if (!*at) {
        void *more = grow_array(&w->passes.memory, w->clicks, w->n_clicks, &w->clicks_room, sizeof *w->clicks);
        if (!more) return no_memory(w->c);
        w->clicks = more;
        *at = (uint32_t)++w->n_clicks;
        TRY(report_passes_count(w->c, &w->passes));
    }
    clicked *k = &w->clicks[*at - 1];
    memcpy(k->rec_id, e->rec_id.p, e->rec_id.n);
    k->length = (uint8_t)e->rec_id.n;
    return ERR_OK;
}

static str clicked_in(const walk *w, const told *e) {
    const uint32_t *at = e->visitor_id.n ? map64_find(&w->clicks_at, click_key(e)) : NULL;
    return at ? (str){ w->clicks[*at - 1].rec_id, w->clicks[*at - 1].length } : STR("");
}

/* ---- counting ---- */
static report_place place_of(const walk *w, const told *e, size_t position) {
    report_place p = { .day = w->from->period->first_day + (int64_t)report_period_day(w->from->period, e->received_ms) };
    p.of[REPORT_PLACEMENT] = w->answer.placement;
    p.of[REPORT_ARM] = w->answer.arms;
    p.of[REPORT_DEVICE] = e->device;
    p.of[REPORT_SEGMENT] = report_segment(e->first_ms, w->answer.time_ms);
    if (position) {
        p.of[REPORT_SOURCE] = w->items[position - 1].source;
        p.of[REPORT_PRODUCT] = w->items[position - 1].product_id;
    }
    return p;
}

static bool is_first(uint64_t *bits, size_t position) {
    uint64_t bit = (uint64_t)1 << (position - 1), before = *bits;
    *bits |= bit;
    return !(before & bit);
}

/* The day before the period is walked for what it leaves in memory. */
static err_code count(walk *w, const told *e, size_t position, const followed_figures *x) {
    if (e->received_ms < w->from->period->from_ms) return ERR_OK;
    report_place p = place_of(w, e, position);
    return followed_add(w->c, w->t, &p, x, 0);
}

static err_code count_position(walk *w, const told *e, size_t position) {
    marks *m = NULL;
    TRY(marks_of(w, e, &m));
    followed_figures x = { .impressions = is_first(&m->seen, position) };
    if (e->kind == EVENT_CLICK) x.clicks = is_first(&m->clicked, position);
    if (e->kind == EVENT_CART) x.carts = is_first(&m->carted, position);
    return x.impressions || x.clicks || x.carts ? count(w, e, position, &x) : ERR_OK;
}

/* An impression names its products, or stands for all of its answer. */
static err_code count_impression(walk *w, const told *e) {
    const json_value *list = NULL;
    size_t one = position_of(w, e->product_id);
    if (e->items.n && json_parse(w->c, e->items, JSON_READ_STRICT, &list)) list = NULL;
    if (one) TRY(count_position(w, e, one));
    for (size_t i = 0; i < jr_count(list); i++) {
        size_t position = position_of(w, jr_string(jr_at(jr_at(list, i), 0)));
        if (position) TRY(count_position(w, e, position));
    }
    for (size_t i = 1; i <= w->n_items && !list && !e->product_id.n; i++) TRY(count_position(w, e, i));
    return ERR_OK;
}

static err_code count_dismissal(walk *w, const told *e) {
    const followed_figures x = { .dismissals = 1 };
    marks *m = NULL;
    TRY(marks_of(w, e, &m));
    if (m->dismissed) return ERR_OK;
    m->dismissed = true;
    return count(w, e, 0, &x);
}

/* Is the answer of the event known, given and young enough? */
static err_code is_of_answer(walk *w, const told *e, str rec_id, bool *ret_is) {
    *ret_is = false;
    if (!rec_id.n) return ERR_OK;
    TRY(find_answer(w, rec_id));
    *ret_is = w->given && e->received_ms - w->answer.time_ms <= SHOWN_MS;
    return ERR_OK;
}

static err_code take_cart(walk *w, const told *e) {
    bool is = false;
    TRY(is_of_answer(w, e, e->rec_id, &is));
    if (!is || !position_of(w, e->product_id)) TRY(is_of_answer(w, e, clicked_in(w, e), &is));
    size_t position = is ? position_of(w, e->product_id) : 0;
    return position ? count_position(w, e, position) : ERR_OK;
}

static err_code take_click(walk *w, const told *e) {
    size_t position = position_of(w, e->product_id);
    if (!position) return ERR_OK;
    TRY(remember_click(w, e));
    return count_position(w, e, position);
}

static err_code take_told(walk *w, const told *e) {
    bool is = false;
    if (e->kind == EVENT_CART) return take_cart(w, e);
    TRY(is_of_answer(w, e, e->rec_id, &is));
    if (!is) return ERR_OK;
    if (e->kind == EVENT_CLICK) return take_click(w, e);
    return e->kind == EVENT_IMPRESSION ? count_impression(w, e) : count_dismissal(w, e);
}

/* query_report_events */
static err_code take_event(void *arg, const sql_value *v, size_t n) {
    walk *w = arg;
    told e = { .received_ms = v[0].v.i >> EVENT_ID_BITS, .visitor_id = v[2].v.s, .product_id = v[3].v.s, .rec_id = v[4].v.s,
               .items = v[5].v.s, .device = v[6].v.s, .first_ms = v[7].v.i };
    (void)n;                                /* the query has its columns */
    if (!event_kind_find(v[1].v.s, &e.kind) || !report_passes_is_mine(&w->passes, e.visitor_id.n ? e.visitor_id : e.rec_id)) return ERR_OK;
    arena *outer = w->c->arena;             /* it may hold the rows */
    arena_reset(&w->scratch);
    w->c->arena = &w->scratch;
    err_code err = take_told(w, &e);
    w->c->arena = outer;
    return err;
}

/* ---- bought ---- */
/* query_report_attributed */
static err_code take_line(void *arg, const sql_value *v, size_t n) {
    walk *w = arg;
    int64_t ordered_ms = v[0].v.i, value = v[8].v.i, refunded = v[9].v.i, answered_ms = v[10].v.i;
    bool view = str_eq(v[3].v.s, str_of(touch_words[TOUCH_VIEW])), stayed = value > refunded;
    report_place p = { .day = w->from->period->first_day + (int64_t)report_period_day(w->from->period, ordered_ms) };
    (void)n;
    p.of[REPORT_PLACEMENT] = v[4].v.s;
    p.of[REPORT_SOURCE] = v[5].v.s;
    p.of[REPORT_PRODUCT] = v[6].v.s;
    p.of[REPORT_ARM] = v[7].v.s;
    p.of[REPORT_DEVICE] = v[11].v.s;
    p.of[REPORT_SEGMENT] = answered_ms ? report_segment(v[12].v.i, answered_ms) : STR("");
    const followed_figures by_view = { .view_lines = stayed, .view_value = value, .view_refunded = refunded };
    const followed_figures by_click = { .click_lines = stayed, .click_value = value, .click_refunded = refunded };
    return followed_add(w->c, w->t, &p, view ? &by_view : &by_click, hash_str(v[1].v.s) | 1);
}

/* ---- reading ---- */
static err_code walk_events(void *arg) {
    walk *w = arg;
    const report_period *p = w->from->period;
    int64_t from_ms = p->from_ms - SHOWN_MS > 0 ? p->from_ms - SHOWN_MS : 0;
    const sql_value binds[] = { SQL_INT(w->from->store_id), SQL_INT(from_ms << EVENT_ID_BITS), SQL_INT(p->to_ms << EVENT_ID_BITS) };
    map64_init(&w->marks_at, &w->passes.memory);
    map64_init(&w->clicks_at, &w->passes.memory);
    w->marks = NULL, w->clicks = NULL;
    w->n_marks = w->marks_room = w->n_clicks = w->clicks_room = 0;
    w->answer.rec_id = (str){ 0 };
    return storage_query(w->c, w->from->d, &query_report_events, binds, COUNT(binds), take_event, w);
}

static err_code walk_lines(walk *w) {
    const report_period *p = w->from->period;
    const sql_value binds[] = { SQL_INT(w->from->store_id), SQL_INT(p->from_ms), SQL_INT(p->to_ms) };
    return storage_query(w->c, w->from->d, &query_report_attributed, binds, COUNT(binds), take_line, w);
}

static err_code begin_table(void *arg) {
    walk *w = arg;
    *w->t = w->empty;
    return ERR_OK;
}

static err_code read_all(walk *w) {
    static const report_reader reader = { begin_table, walk_events, NULL };
    w->empty = *w->t;
    TRY(report_passes_read(&w->passes, w->from->units, w->t->home, &reader, w));
    return walk_lines(w);
}

err_code followed_read(ctx *c, const report_source *from, followed_table *t) {
    walk w = { .c = c, .from = from, .t = t };
    bool own = !storage_in_transaction(from->d);
    if (own) TRY(storage_begin(c, from->d, STORAGE_READ));
    arena_init(&w.shown, SHOWN_ARENA);
    arena_init(&w.scratch, SHOWN_ARENA);
    err_code e = read_all(&w);
    report_passes_end(&w.passes);
    arena_done(&w.shown);
    arena_done(&w.scratch);
    if (own) storage_rollback(from->d);
    return e;
}

err_code reports_day(ctx *c, db *d, int64_t store_id, str zone, int64_t day, report_day *ret_day) {
    report_day out = { 0 };
    followed_table t;
    TRY(report_period_make(c, zone, day, day, &out.period));
    followed_table_init(&t, c->arena, REPORT_BY(REPORT_PLACEMENT) | REPORT_BY(REPORT_SOURCE) | REPORT_BY(REPORT_PRODUCT), 0);
    TRY(followed_read(c, &(report_source){ .d = d, .store_id = store_id, .period = &out.period }, &t));
    followed_sort(&t);
    out.rows = t.rows;
    out.n = t.n;
    out.total = t.total.f;
    *ret_day = out;
    return ERR_OK;
}
