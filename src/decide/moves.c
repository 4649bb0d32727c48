/* Nights' factors: kept, read, obeyed. It does NOT make beliefs: live.c does. */
#include "decide/moves.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "decide/live.h"

enum { PAGE = 5000 };
static const double NEWS = 0.02;            /* a factor nearer to 1, or to last night's, is not worth a row */

/* ---- obeying ---- */

uint64_t moves_seed(str placement, str source) { return hash_bytes(placement.p, placement.n, hash_str(source)); }

static uint64_t key_of(uint64_t seed, str anchor, str item) {
    return hash_bytes(item.p, item.n, anchor.n ? hash_bytes(anchor.p, anchor.n, seed) : seed);
}

double moves_factor(const move_base *b, uint64_t seed, str anchor, str item) {
    const uint32_t *at = NULL;
    if (!b->n) return 1;
    if (anchor.n) at = map64_find(&b->at, key_of(seed, anchor, item));
    if (!at) at = map64_find(&b->at, key_of(seed, (str){ 0 }, item));
    return at ? (double)b->factor[*at - 1] : 1;
}

double moves_guard(double p, double factor, double before, double points) {
    if (!(p > 0)) return factor;
    return fmin(fmax(factor, before - points / p), before + points / p);
}

/* ---- reading ---- */

err_code moves_night(ctx *c, db *d, int64_t store_id, int64_t *ret_night_ms) {
    suggestion_move mark = { .store_id = store_id };
    err_code e = storage_get(c, d, &suggestion_move_entity, &mark);
    *ret_night_ms = e ? 0 : mark.moved_ms;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

typedef err_code row_told(ctx *c, void *arg, const suggestion_move *row);

/* All rows but the mark, a page in memory at a time. */
static err_code each_row(ctx *c, db *d, int64_t store_id, row_told *told, void *arg) {
    suggestion_move by = { .store_id = store_id }, after = { 0 };
    arena pages[2];
    for (int k = 0; k < 2; k++) arena_init(&pages[k], 64 * MIB);
    ctx own = *c;
    err_code e = ERR_OK;
    size_t n = PAGE;
    for (int k = 0; !e && n == PAGE; k ^= 1) {              /* the last row of a page is the cursor of the next */
        suggestion_move *rows = NULL;
        arena_reset(&pages[k]);
        own.arena = &pages[k];
        e = storage_scan(&own, d, &suggestion_move_entity, &by, 1, after.store_id ? &after : NULL, PAGE, &rows, &n);
        for (size_t i = 0; !e && i < n; i++)
            if (rows[i].placement.n) e = told(c, arg, &rows[i]);
        if (n) after = rows[n - 1];
    }
    for (int k = 0; k < 2; k++) arena_done(&pages[k]);
    return e;
}

static err_code take_row(ctx *c, void *arg, const suggestion_move *row) {
    move_base *b = arg;
    uint32_t *at = map64_at(&b->at, key_of(moves_seed(row->placement, row->source), row->anchor, row->item));
    if (!at) return fail(c, ERR_NO_MEMORY, "read how far suggestions were moved");
    if (*at || b->n == LIMIT_MOVES) return ERR_OK;
    b->factor[b->n++] = (float)row->factor;
    *at = (uint32_t)b->n;
    return ERR_OK;
}

err_code moves_read(ctx *c, db *d, int64_t store_id, arena *home, move_base *ret_base) {
    move_base b = { .n = 0 };
    TRY(moves_night(c, d, store_id, &b.night_ms));
    map64_init(&b.at, home);
    b.factor = b.night_ms ? arena_new_raw(home, float, LIMIT_MOVES) : NULL;
    if (b.night_ms && !b.factor) return fail(c, ERR_NO_MEMORY, "read how far suggestions were moved");
    if (b.night_ms) TRY(each_row(c, d, store_id, take_row, &b));
    *ret_base = b;
    return ERR_OK;
}

/* ---- keeping ---- */

typedef struct {
    ctx *c;
    const counters_view *v;
    const move_base *before;
    suggestion_move *rows;
    size_t n, room;
    int64_t store_id, now_ms;
    bool full;
} night;

static live_sums sums_at(const night *t, const uint32_t of[5]) {
    counter_sums x = counters_at(t->v, of);
    return (live_sums){ .expected = x.expected, .clicks = x.clicks, .purchases = x.purchases, .late_expected = x.late_expected,
                        .late_clicks = x.late_clicks };
}

static double factor_of(const night *t, const counted_item *x) {
    uint32_t p = counters_name(t->v, x->placement), s = counters_name(t->v, x->source), a = counters_name(t->v, x->anchor),
             i = counters_name(t->v, x->item);
    live_evidence e = { .all = sums_at(t, (const uint32_t[5]){ p }), .of = { [LIVE_SOURCE] = sums_at(t, (const uint32_t[5]){ p, s }),
                                                                             [LIVE_ITEM] = sums_at(t,
                                                                                                   (const uint32_t[5]){ p, s, 0, i }) } };
    if (a) e.of[LIVE_ANCHOR] = sums_at(t, (const uint32_t[5]){ p, s, a }), e.of[LIVE_PAIR] = sums_at(t, (const uint32_t[5]){ p, s, a, i });
    return live_believe(&e, &LIVE_STRENGTHS).factor;
}

static bool has_room(night *t) {
    if (t->n < t->room) return true;
    size_t more = t->room ? 2 * t->room : 1024;
    suggestion_move *rows = arena_new_raw(t->c->arena, suggestion_move, more);
    if (!rows) return false;
    if (t->n) memcpy(rows, t->rows, t->n * sizeof *rows);
    t->rows = rows, t->room = more;
    return true;
}

static void take_item(void *arg, const counted_item *x) {
    night *t = arg;
    arena *a = t->c->arena;
    double factor = factor_of(t, x);
    if (fabs(factor - 1) < NEWS || t->full) return;
    if (!has_room(t)) {
        t->full = true;
        return;
    }
    t->rows[t->n++] = (suggestion_move){
        .store_id = t->store_id, .placement = str_dup(a, x->placement), .source = str_dup(a, x->source), .anchor = str_dup(a, x->anchor),
        .item = str_dup(a, x->item), .factor = factor, .looks = x->sums.looks, .clicks = x->sums.clicks, .moved_ms = t->now_ms,
        .before = moves_factor(t->before, moves_seed(x->placement, x->source), x->anchor, x->item),
    };
    t->full = !t->rows[t->n - 1].item.p;
}

static int by_distance(const void *a, const void *b) {
    double x = fabs(log(((const suggestion_move *)a)->factor)), y = fabs(log(((const suggestion_move *)b)->factor));
    return (y > x) - (y < x);
}

/* Clicks that a change is worth: of what was looked at. */
static double worth(const suggestion_move *m) { return fabs(log(m->factor / m->before)) * (1 + m->clicks); }
static int by_worth(const void *a, const void *b) {
    double x = worth(a), y = worth(b);
    return (y > x) - (y < x);
}

static err_code gather(ctx *c, counters *k, db *d, night *t) {
    counters_view v;
    TRY(counters_load(c, k, d, t->store_id));
    if (!counters_begin(k, t->store_id, t->now_ms, &v)) return ERR_OK;
    t->v = &v;
    counters_each(&v, take_item, t);
    counters_end(&v);
    if (t->full) return fail(c, ERR_NO_MEMORY, "keep how far suggestions were moved");
    if (t->n > 1) qsort(t->rows, t->n, sizeof *t->rows, by_distance);
    if (t->n > LIMIT_MOVES) t->n = LIMIT_MOVES;
    return ERR_OK;
}

/* So many rows in one transaction that others come in between. */
static err_code put_rows(ctx *c, db *d, const suggestion_move *rows, size_t n) {
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = ERR_OK;
    for (size_t i = 0; !e && i < n; i++) e = storage_put(c, d, &suggestion_move_entity, &rows[i]);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

typedef struct { suggestion_move *rows; size_t n, room; int64_t night_ms; } stale;

static err_code take_stale(ctx *c, void *arg, const suggestion_move *row) {
    stale *s = arg;
    if (row->moved_ms == s->night_ms) return ERR_OK;
    if (s->n == s->room) {
        size_t more = s->room ? 2 * s->room : 1024;
        suggestion_move *rows = arena_new_raw(c->arena, suggestion_move, more);
        if (!rows) return fail(c, ERR_NO_MEMORY, "forget last night's factors");
        if (s->n) memcpy(rows, s->rows, s->n * sizeof *rows);
        s->rows = rows, s->room = more;
    }
    s->rows[s->n] = *row;
    return entity_dup_texts(c, c->arena, &suggestion_move_entity, &s->rows[s->n++]);
}

static err_code delete_rows(ctx *c, db *d, const suggestion_move *rows, size_t n) {
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = ERR_OK;
    for (size_t i = 0; !e && i < n; i++) e = storage_delete(c, d, &suggestion_move_entity, &rows[i], suggestion_move_entity.n_keys, NULL);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

typedef err_code some_rows(ctx *c, db *d, const suggestion_move *rows, size_t n);
static err_code in_parts(ctx *c, db *d, const suggestion_move *rows, size_t n, some_rows *deed) {
    enum { PART = 500 };
    for (size_t i = 0; i < n; i += PART) {
        TRY(ctx_check(c));
        TRY(deed(c, d, rows + i, n - i < PART ? n - i : PART));
    }
    return ERR_OK;
}

err_code moves_keep(ctx *c, counters *k, db *d, int64_t store_id, size_t most, suggestion_move **ret_moves, size_t *ret_n) {
    move_base before;
    night t = { .c = c, .before = &before, .store_id = store_id, .now_ms = ctx_now_ms(c) };
    stale old = { .night_ms = t.now_ms };
    TRY(moves_read(c, d, store_id, c->arena, &before));
    TRY(gather(c, k, d, &t));
    TRY(in_parts(c, d, t.rows, t.n, put_rows));
    TRY(each_row(c, d, store_id, take_stale, &old));
    TRY(in_parts(c, d, old.rows, old.n, delete_rows));
    TRY(put_rows(c, d, &(suggestion_move){ .store_id = store_id, .factor = 1, .before = 1, .moved_ms = t.now_ms }, 1));
    if (t.n > 1) qsort(t.rows, t.n, sizeof *t.rows, by_worth);
    *ret_moves = t.rows;
    *ret_n = t.n < most ? t.n : most;
    return ERR_OK;
}
