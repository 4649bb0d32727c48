/* From the log to sums: an event and the answer it is about give positions looked at, clicked, put into the cart; attributed lines give
 * purchases. It does NOT know batches, nor where sums are kept. */
#include <stdlib.h>
#include <string.h>
#include "events/attribution.h"
#include "events/catch_up.h"
#include "events/counters_int.h"
#include "events/exposures.h"

enum { PAGE_ROWS = 500 };
#define READER_ARENA (64 * MIB)

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "count what was shown"); }

void log_reader_init(log_reader *r, ctx *c, db *d, counter_state *s, pthread_rwlock_t *guard) {
    *r = (log_reader){ .c = c, .d = d, .s = s, .guard = guard };
    arena_init(&r->page, READER_ARENA);
    arena_init(&r->shown, READER_ARENA);
}

void log_reader_done(log_reader *r) {
    arena_done(&r->page);
    arena_done(&r->shown);
}

static void lock_readers_out(log_reader *r) {
    if (r->guard) pthread_rwlock_wrlock(r->guard);
}
static void let_readers_in(log_reader *r) {
    if (r->guard) pthread_rwlock_unlock(r->guard);
}

/* ---- the answer ---- */
/* The visitor was quicker than the log: answer and event become visible together. The log writes the same row again. */
static err_code write_waiting(log_reader *r, str rec_id) {
    err_code e = exposure_log_find(r->waiting, r->c, r->s->store_id, rec_id, &r->answer);
    return e ? e : storage_put(r->c, r->d, &exposure_entity, &r->answer);
}

static err_code read_answer(log_reader *r, str rec_id) {
    r->found = false;
    r->n_items = 0;
    arena_reset(&r->shown);
    r->answer = (exposure){ .store_id = r->s->store_id, .rec_id = str_dup(&r->shown, rec_id) };
    r->c->arena = &r->shown;
    if (!r->answer.rec_id.p) return no_memory(r->c);
    err_code e = storage_get(r->c, r->d, &exposure_entity, &r->answer);
    if (e == ERR_NOT_FOUND && r->waiting) e = write_waiting(r, rec_id);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    /* what cannot be read was not written by us: it counts for nothing */
    r->found = !r->answer.held_out && exposed_items_read(r->c, r->answer.items, &r->items, &r->n_items) == ERR_OK;
    return ERR_OK;
}

/* Events of one answer often come together. */
static err_code find_answer(log_reader *r, str rec_id) {
    if (r->answer.rec_id.n && str_eq(r->answer.rec_id, rec_id)) return ERR_OK;
    arena *outer = r->c->arena;
    err_code e = read_answer(r, rec_id);
    r->c->arena = outer;
    if (e) r->answer.rec_id = (str){ 0 };
    return e;
}

/* Position from 1; 0 when it did not hold the product. */
static size_t position_of(const log_reader *r, str product_id) {
    for (size_t i = 0; i < r->n_items && product_id.n; i++)
        if (str_eq(r->items[i].product_id, product_id)) return i + 1;
    return 0;
}

/* ---- told before? ---- */
/* NULL with ERR_OK: too old to know. */
static err_code counted_of(log_reader *r, counted_answer **ret_answer) {
    counter_state *s = r->s;
    uint64_t hash = hash_str(r->answer.rec_id);
    answer_set *sets[] = { &s->newer, &s->older };
    for (size_t i = 0; i < COUNT(sets); i++) {
        const uint32_t *at = map64_find(&sets[i]->at, hash);
        if (at) return *ret_answer = &sets[i]->answers[*at - 1], ERR_OK;
    }
    *ret_answer = NULL;
    if (r->answer.time_ms <= s->forgot_ms) return ERR_OK;
    if (s->newer.n >= s->most_answers / 2) state_forget_answers(s);
    answer_set *a = &s->newer;
    if (a->n == a->room) {
        size_t room = a->room ? 2 * a->room : 256;
        counted_answer *more = realloc(a->answers, room * sizeof *more);
        if (!more) return no_memory(r->c);
        a->answers = more, a->room = room;
    }
    uint32_t *at = map64_at(&a->at, hash);
    if (!at) return no_memory(r->c);
    a->answers[a->n++] = (counted_answer){ 0 };
    *at = (uint32_t)a->n;
    if (r->answer.time_ms > a->newest_ms) a->newest_ms = r->answer.time_ms;
    *ret_answer = &a->answers[a->n - 1];
    return ERR_OK;
}

static bool is_first(uint64_t *bits, size_t position) {
    uint64_t bit = (uint64_t)1 << (position - 1), before = *bits;
    *bits |= bit;
    return !(before & bit);
}

/* ---- counting ---- */
static cell_key key_of(log_reader *r, str placement, str source, str anchor, str item, str arms) {
    const str parts[KEY_PARTS] = { placement, source, anchor, item, arms };
    cell_key k;
    for (int i = 0; i < KEY_PARTS; i++) k.of[i] = state_name(r->s, parts[i]);
    return k;
}

/* What the event adds at a position: a click and a cart were looked at too. */
static counter_sums change_of(const log_reader *r, event_kind kind, size_t position, uint32_t placement, counted_answer *seen) {
    counter_sums x = { 0 };
    if (is_first(&seen->seen, position)) {
        x.impressions = 1;
        x.looks = state_seen(r->s, placement, (int64_t)position);
        x.expected = x.late_expected = x.looks * r->items[position - 1].probability;
    }
    if (kind == EVENT_CLICK && is_first(&seen->clicked, position)) x.clicks = x.late_clicks = 1;
    if (kind == EVENT_CART && is_first(&seen->carted, position)) x.carts = 1;
    return x;
}

static err_code tell(const log_reader *r, size_t position, const counter_sums *x, int64_t time_ms) {
    if (x->impressions > 0) r->told(r->arg, r, position, false, time_ms);
    if (x->clicks > 0) r->told(r->arg, r, position, true, time_ms);
    return ERR_OK;
}

static err_code count_position(log_reader *r, const logged_event *e, event_kind kind, size_t position, counted_answer *seen) {
    const exposed_item *it = &r->items[position - 1];
    TRY(state_make_room(r->c, r->s));
    cell_key k = key_of(r, r->answer.placement, it->source, r->answer.product_id, it->product_id, r->answer.arms);
    counter_sums x = change_of(r, kind, position, k.of[KEY_PLACEMENT], seen);
    if (e->event_id <= r->s->last || !(x.impressions > 0 || x.clicks > 0 || x.carts > 0)) return ERR_OK;
    if (r->told) return tell(r, position, &x, e->time_ms);
    r->s->changes += x.clicks > 0 || x.carts > 0 || r->s->changes < COUNTER_YOUNG;
    return state_add(r->c, r->s, &k, &x, e->time_ms);
}

/* An impression names its products, or stands for all of its answer. */
static err_code count_impression(log_reader *r, const logged_event *e, const json_value *list, counted_answer *seen) {
    size_t one = position_of(r, e->product_id);
    if (one) TRY(count_position(r, e, EVENT_IMPRESSION, one, seen));
    for (size_t i = 0; i < jr_count(list); i++) {
        size_t position = position_of(r, jr_string(jr_at(jr_at(list, i), 0)));
        if (position) TRY(count_position(r, e, EVENT_IMPRESSION, position, seen));
    }
    for (size_t i = 1; i <= r->n_items && !list && !e->product_id.n; i++) TRY(count_position(r, e, EVENT_IMPRESSION, i, seen));
    return ERR_OK;
}

static err_code count_in(log_reader *r, const logged_event *e, event_kind kind, const json_value *list) {
    counted_answer *seen = NULL;
    size_t position = position_of(r, e->product_id);
    if (kind != EVENT_IMPRESSION && !position) return ERR_OK;
    TRY(counted_of(r, &seen));
    if (!seen) return ERR_OK;
    return kind == EVENT_IMPRESSION ? count_impression(r, e, list, seen) : count_position(r, e, kind, position, seen);
}

static err_code count_shown(log_reader *r, const logged_event *e, event_kind kind) {
    const json_value *list = NULL;
    int64_t received_ms = e->event_id >> EVENT_ID_BITS;
    TRY(find_answer(r, e->rec_id));
    if (!r->found || received_ms - r->answer.time_ms > COUNTED_MS) return ERR_OK;
    if (kind == EVENT_IMPRESSION && e->items.n && json_parse(r->c, e->items, JSON_READ_STRICT, &list)) list = NULL;
    lock_readers_out(r);
    err_code err = count_in(r, e, kind, list);
    let_readers_in(r);
    return err;
}

err_code log_count(log_reader *r, const logged_event *e) {
    event_kind kind;
    if (!e->robot && event_kind_find(e->kind, &kind)) {
        if (e->rec_id.n && (kind == EVENT_IMPRESSION || kind == EVENT_CLICK || kind == EVENT_CART)) TRY(count_shown(r, e, kind));
        if (kind == EVENT_PURCHASE && e->order_id.n && e->event_id > r->s->last) TRY(log_take_order(r, e->order_id));
    }
    if (e->event_id > r->s->last) r->s->last = e->event_id;
    return ERR_OK;
}

err_code log_follow(log_reader *r, int64_t from, int64_t to) {
    logged_event by = { .store_id = r->s->store_id }, after = by, *rows = NULL;
    after.event_id = from;
    arena *outer = r->c->arena;
    err_code e = ERR_OK;
    for (size_t n = PAGE_ROWS; !e && n == PAGE_ROWS && (!to || after.event_id < to);) {
        arena_reset(&r->page);
        r->c->arena = &r->page;
        e = storage_scan(r->c, r->d, &logged_event_entity, &by, 1, &after, PAGE_ROWS, &rows, &n);
        for (size_t i = 0; !e && i < n && (!to || rows[i].event_id < to); i++) e = log_count(r, &rows[i]);
        if (!e && n) after.event_id = rows[n - 1].event_id;
        if (!e) e = ctx_check(r->c);
    }
    r->c->arena = outer;
    return e;
}

/* ---- purchases ---- */
static err_code add_line(log_reader *r, const counted_line *l, double sign) {
    const counter_sums x = { .purchases = sign * l->purchases, .revenue = sign * l->revenue };
    if (!(l->purchases > 0)) return ERR_OK;
    r->s->changes++;
    return state_add(r->c, r->s, &l->at, &x, l->ordered_ms);
}

/* An assist says little of what a recommendation did: it is reported, not learned from. */
static bool is_learned_from(const attribution *row) { return !str_eq(row->how, str_of(touch_words[TOUCH_VIEW])); }

static counted_line line_of(log_reader *r, const attribution *row) {
    str anchor = row->rec_id.n && r->found ? r->answer.product_id : STR("");
    int64_t stayed = row->value - row->refunded;
    bool counts = stayed > 0 && is_learned_from(row);
    return (counted_line){ .line = hash_str(row->line_id), .order = hash_str(row->order_id), .ordered_ms = row->ordered_ms,
                           .purchases = counts, .revenue = counts ? (double)stayed : 0,
                           .at = key_of(r, row->placement, row->source, anchor, row->product_id, row->arms) };
}

static err_code place_of(log_reader *r, uint32_t *first, uint64_t line, counted_line **ret_line) {
    counter_state *s = r->s;
    for (uint32_t at = *first; at; at = s->lines[at - 1].next)
        if (s->lines[at - 1].line == line) return *ret_line = &s->lines[at - 1], ERR_OK;
    if (s->n_lines == s->lines_room) {
        size_t room = s->lines_room ? 2 * s->lines_room : 64;
        counted_line *more = realloc(s->lines, room * sizeof *more);
        if (!more) return no_memory(r->c);
        s->lines = more, s->lines_room = room;
    }
    s->lines[s->n_lines++] = (counted_line){ .line = line, .next = *first };
    *first = (uint32_t)s->n_lines;
    *ret_line = &s->lines[s->n_lines - 1];
    return ERR_OK;
}

static err_code change_line(log_reader *r, const attribution *row) {
    TRY(state_make_room(r->c, r->s));
    TRY(state_make_line_room(r->c, r->s));
    if (row->ordered_ms < r->s->lines_since_ms) return ERR_OK;
    counted_line now = line_of(r, row), *was = NULL;
    uint32_t *first = map64_at(&r->s->orders, now.order);
    if (!first) return no_memory(r->c);
    TRY(place_of(r, first, now.line, &was));
    now.next = was->next;
    now.round = r->s->orders_round;
    TRY(add_line(r, was, -1));
    *was = now;
    return add_line(r, was, 1);
}

static err_code take_line(log_reader *r, const attribution *row) {
    if (row->rec_id.n) TRY(find_answer(r, row->rec_id));
    lock_readers_out(r);
    err_code e = change_line(r, row);
    let_readers_in(r);
    return e;
}

static bool has_line(const attribution *rows, size_t n, uint64_t line) {
    for (size_t i = 0; i < n; i++)
        if (hash_str(rows[i].line_id) == line) return true;
    return false;
}

/* Lines that are no longer attributed, or not in the order any more. */
static err_code drop_lines(log_reader *r, str order_id, const attribution *rows, size_t n) {
    const uint32_t *first = map64_find(&r->s->orders, hash_str(order_id));
    for (uint32_t at = first ? *first : 0; at; at = r->s->lines[at - 1].next) {
        counted_line *l = &r->s->lines[at - 1];
        if (has_line(rows, n, l->line)) continue;
        TRY(add_line(r, l, -1));
        l->purchases = l->revenue = 0;
    }
    return ERR_OK;
}

err_code log_take_order(log_reader *r, str order_id) {
    attribution by = { .store_id = r->s->store_id, .order_id = order_id }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(r->c, r->d, &attribution_entity, &by, 2, NULL, LIMIT_SCAN_ROWS, &rows, &n));
    for (size_t i = 0; i < n; i++) TRY(take_line(r, &rows[i]));
    lock_readers_out(r);
    err_code e = drop_lines(r, order_id, rows, n);
    let_readers_in(r);
    return e;
}

/* Lines no row was found of. */
static err_code drop_unseen(log_reader *r) {
    for (size_t i = 0; i < r->s->n_lines; i++) {
        counted_line *l = &r->s->lines[i];
        if (l->round == r->s->orders_round) continue;
        TRY(add_line(r, l, -1));
        l->purchases = l->revenue = 0;
    }
    return ERR_OK;
}

static err_code take_rows(log_reader *r, int64_t since_ms) {
    attribution by = { .store_id = r->s->store_id }, after, *rows = NULL;
    bool begun = false;
    arena *outer = r->c->arena, keep[2];
    int turn = 0;
    err_code e = ERR_OK;
    arena_init(&keep[0], READER_ARENA);                     /* the cursor's texts lie in the page before */
    arena_init(&keep[1], READER_ARENA);
    for (size_t n = PAGE_ROWS; !e && n == PAGE_ROWS; turn = !turn) {
        arena_reset(&keep[turn]);
        r->c->arena = &keep[turn];
        e = storage_scan(r->c, r->d, &attribution_entity, &by, 1, begun ? &after : NULL, PAGE_ROWS, &rows, &n);
        for (size_t i = 0; !e && i < n; i++)
            if (rows[i].ordered_ms >= since_ms) e = take_line(r, &rows[i]);
        if (!e && n) after = rows[n - 1], begun = true;
        if (!e) e = ctx_check(r->c);
    }
    r->c->arena = outer;
    arena_done(&keep[0]);
    arena_done(&keep[1]);
    return e;
}

err_code log_take_orders(log_reader *r, int64_t since_ms) {
    r->s->orders_round++;
    TRY(take_rows(r, since_ms));
    lock_readers_out(r);
    err_code e = drop_unseen(r);
    let_readers_in(r);
    return e;
}
