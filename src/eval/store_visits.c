/* What visitors looked at, as questions; see store_visit_cases() in store_split.h. */
#include "eval/store_split_int.h"
#include "eval/task_int.h"

static bool came_before(const uint32_t *items, uint64_t n, uint32_t item) {
    for (uint64_t i = 0; i < n; i++)
        if (items[i] == item) return true;
    return false;
}

enum { MOST_LOOKED_AT = 200 };      /* events of a visit: what is beyond is no person's */

/* Where the product that is the `wanted`th new one of a visit came into it (0: the first); `to` when there is none. */
static uint64_t place_of_new(const interactions *x, uint64_t from, uint64_t to, uint32_t wanted) {
    if (to - from > MOST_LOOKED_AT) to = from + MOST_LOOKED_AT;
    for (uint64_t e = from; e < to; e++)
        if (!came_before(x->item + from, e - from, x->item[e]) && wanted-- == 0) return e;
    return UINT64_MAX;
}

static uint32_t products_of(const interactions *x, uint64_t from, uint64_t to) {
    uint32_t n = 0;
    if (to - from > MOST_LOOKED_AT) to = from + MOST_LOOKED_AT;
    for (uint64_t e = from; e < to; e++) n += !came_before(x->item + from, e - from, x->item[e]);
    return n;
}

/* Where the first visit of u that began at or after the split begins. */
static uint64_t first_visit_after(const interactions *x, uint32_t u, int64_t split_ms) {
    uint64_t at = store_first_after(x, u, split_ms), end = x->start[u + 1];
    while (at < end && at > x->start[u] && x->visit[at] == x->visit[at - 1]) at++;      /* it was going on */
    return at;
}

typedef void visit_fn(const interactions *x, uint64_t from, uint64_t to, void *state);

/* Visits that began at or after the split and can be asked of. */
static void walk(const interactions *x, int64_t split_ms, visit_fn *fn, void *state) {
    for (uint32_t u = 0; u < x->n_users; u++) {
        uint64_t end = x->start[u + 1];
        for (uint64_t from = first_visit_after(x, u, split_ms), to; from < end; from = to) {
            to = store_visit_end(x, from, end);
            if (products_of(x, from, to) >= 2) fn(x, from, to, state);
        }
    }
}

static void count_one(const interactions *x, uint64_t from, uint64_t to, void *state) {
    (void)x, (void)from, (void)to;                          /* that there is one is all */
    ++*(uint32_t *)state;
}

static uint32_t count_visits(const interactions *x, int64_t split_ms) {
    uint32_t n = 0;
    walk(x, split_ms, count_one, &n);
    return n;
}

typedef struct { int64_t *times; size_t n; } visit_times;

static void note_time(const interactions *x, uint64_t from, uint64_t to, void *state) {
    visit_times *t = state;
    (void)to;                                               /* when it began is what is asked for */
    t->times[t->n++] = x->time_ms[from];
}

static err_code choose_window(ctx *c, const interactions *x, store_window *ret_window) {
    arena_mark mark = arena_save(c->arena);
    visit_times t = { arena_new_raw(c->arena, int64_t, count_visits(x, INT64_MIN)), 0 };
    if (!t.times) return fail(c, ERR_NO_MEMORY, "times of visits");
    walk(x, INT64_MIN, note_time, &t);
    *ret_window = store_window_of(x, t.times, t.n, count_visits);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

typedef struct { history *asked; uint64_t *start; uint32_t *truth, n, eligible, most, seen; } asking;

static void ask_one(const interactions *x, uint64_t from, uint64_t to, void *state) {
    asking *q = state;
    uint64_t seen = q->seen++;
    if ((seen + 1) * q->most / q->eligible == seen * q->most / q->eligible) return;     /* spread over all of them */
    uint64_t at = place_of_new(x, from, to, 1 + basket_hidden_position((uint32_t)seen, products_of(x, from, to) - 1));
    q->asked[q->n] = (history){ .n = (size_t)(at - from), .item = x->item + from, .weight = x->weight ? x->weight + from : NULL,
                                .time_ms = x->time_ms + from, .now_ms = x->time_ms[at], .user = MODEL_NOBODY };
    q->truth[q->n] = x->item[at];
    q->start[q->n + 1] = q->n + 1;
    q->n++;
}

err_code store_visit_cases(ctx *c, const interactions *x, store_window *ret_window, eval_cases *ret_cases) {
    eval_cases cases = { .top = STORE_TOP, .hide_history = true };
    store_window window;
    TRY(choose_window(c, x, &window));
    TRY(store_events_before(c, x, window.split_ms, &cases.train));
    asking q = { .eligible = window.cases, .most = window.cases < STORE_MOST_CASES ? window.cases : STORE_MOST_CASES };
    q.asked = arena_new(c->arena, history, q.most), q.start = arena_new(c->arena, uint64_t, (size_t)q.most + 1);
    q.truth = arena_new_raw(c->arena, uint32_t, q.most);
    if (!q.asked || !q.start || !q.truth) return fail(c, ERR_NO_MEMORY, "%u questions", q.most);
    if (q.most) walk(x, window.split_ms, ask_one, &q);
    cases.n = q.n, cases.asked = q.asked, cases.truth_start = q.start, cases.truth = q.truth;
    *ret_window = window, *ret_cases = cases;
    return ERR_OK;
}
