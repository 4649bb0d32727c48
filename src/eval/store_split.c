/* Time split of interactions, and the two kinds of questions; see store_split.h. */
#include "eval/store_split.h"
#include <stdlib.h>
#include <string.h>
#include "eval/store_split_int.h"
#include "eval/task_int.h"

enum { ENOUGH_CASES = 500, MOST_ASKED_OF_VISIT = 8 };
static const double MOST_TESTED = 0.25;                     /* of all visits */
static const uint32_t window_weeks[] = { 1, 2, 4, 8, 13, 26, 52 };

static bool same_visit(const interactions *x, uint64_t a, uint64_t b) {
    return x->visit ? x->visit[a] == x->visit[b] : x->time_ms[a] == x->time_ms[b];
}

uint64_t store_visit_end(const interactions *x, uint64_t from, uint64_t end) {
    uint64_t at = from + 1;
    while (at < end && same_visit(x, from, at)) at++;
    return at;
}

uint64_t store_first_after(const interactions *x, uint32_t u, int64_t split_ms) {
    uint64_t low = x->start[u], high = x->start[u + 1];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (x->time_ms[middle] < split_ms) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool bought_on_both_sides(const interactions *x, uint32_t u, int64_t split_ms) {
    uint64_t at = store_first_after(x, u, split_ms);
    return at > x->start[u] && at < x->start[u + 1];
}

static uint32_t count_cases(const interactions *x, int64_t split_ms) {
    uint32_t n = 0;
    for (uint32_t u = 0; u < x->n_users; u++) n += bought_on_both_sides(x, u, split_ms);
    return n;
}

/* ---- where to split ---- */

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Times of all visits. */
static err_code visit_times(ctx *c, const interactions *x, int64_t **ret_times, size_t *ret_n) {
    int64_t *times = arena_new_raw(c->arena, int64_t, x->start[x->n_users]);
    size_t n = 0;
    if (!times) return fail(c, ERR_NO_MEMORY, "times of %llu events", (unsigned long long)x->start[x->n_users]);
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = x->start[u]; e < x->start[u + 1]; e = store_visit_end(x, e, x->start[u + 1])) times[n++] = x->time_ms[e];
    *ret_times = times, *ret_n = n;
    return ERR_OK;
}

store_window store_window_of(const interactions *x, int64_t *times, size_t n, store_counter *count) {
    store_window best = { 0 };
    if (!n) return best;
    qsort(times, n, sizeof *times, by_time);
    int64_t earliest = times[n - 1 - (size_t)((double)(n - 1) * MOST_TESTED)], newest = times[n - 1];
    for (size_t i = 0; i < COUNT(window_weeks) && best.cases < ENOUGH_CASES; i++) {
        int64_t split = newest + 1 - (int64_t)window_weeks[i] * 7 * MS_PER_DAY;
        bool too_early = split < earliest;                  /* a young shop: a quarter of its visits, whatever the weeks */
        if (too_early) split = earliest;
        best = (store_window){ split, (uint32_t)((newest - split) / (7 * (int64_t)MS_PER_DAY)) + 1, count(x, split) };
        if (too_early) break;
    }
    return best;
}

err_code store_choose_window(ctx *c, const interactions *x, store_window *ret_window) {
    arena_mark mark = arena_save(c->arena);
    int64_t *times = NULL;
    size_t n = 0;
    TRY(visit_times(c, x, &times, &n));
    *ret_window = store_window_of(x, times, n, count_cases);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code store_events_before(ctx *c, const interactions *x, int64_t split_ms, interactions *ret_train) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)x->n_users + 1), n = 0;
    if (!start) return fail(c, ERR_NO_MEMORY, "%u users", x->n_users);
    for (uint32_t u = 0; u < x->n_users; u++) start[u + 1] = start[u] + (store_first_after(x, u, split_ms) - x->start[u]);
    uint64_t total = start[x->n_users];
    uint32_t *item = arena_new_raw(c->arena, uint32_t, total), *visit = x->visit ? arena_new_raw(c->arena, uint32_t, total) : NULL;
    int64_t *time_ms = arena_new_raw(c->arena, int64_t, total);
    float *weight = x->weight ? arena_new_raw(c->arena, float, total) : NULL;
    if (!item || !time_ms || (x->visit && !visit) || (x->weight && !weight))
        return fail(c, ERR_NO_MEMORY, "%llu events", (unsigned long long)total);
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t k = 0; k < start[u + 1] - start[u]; k++, n++) {
            uint64_t e = x->start[u] + k;
            item[n] = x->item[e], time_ms[n] = x->time_ms[e];
            if (visit) visit[n] = x->visit[e];
            if (weight) weight[n] = x->weight[e];
        }
    *ret_train = (interactions){ .n_users = x->n_users, .n_items = x->n_items, .start = start, .item = item, .weight = weight,
                                 .visit = visit, .time_ms = time_ms, .as_of_ms = split_ms, .facts = x->facts };
    return ERR_OK;
}

static bool has(const uint32_t *items, uint64_t n, uint32_t item) {
    for (uint64_t i = 0; i < n; i++)
        if (items[i] == item) return true;
    return false;
}

double store_repeat_share(const interactions *x) {
    uint64_t again = 0, all = 0;
    for (uint32_t u = 0; u < x->n_users; u++) {
        uint64_t first = x->start[u], end = x->start[u + 1];
        for (uint64_t e = first < end ? store_visit_end(x, first, end) : end, from = e; e < end; e++) {
            if (!same_visit(x, from, e)) from = e;
            all++;
            again += has(x->item + first, from - first, x->item[e]);
        }
    }
    return all ? (double)again / (double)all : 0;
}

/* ---- what next? ---- */

typedef struct {
    history *asked;
    uint64_t *start;
    uint32_t *truth;
    uint32_t n;
} questions;

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sorted and distinct; those in `had` are left out. Returns how many stay. */
static uint64_t keep_truth(uint32_t *items, uint64_t n, const uint32_t *had, uint64_t n_had) {
    uint64_t kept = 0;
    qsort(items, n, sizeof *items, by_number);
    for (uint64_t i = 0; i < n; i++)
        if ((i == 0 || items[i] != items[i - 1]) && !has(had, n_had, items[i])) items[kept++] = items[i];
    return kept;
}

static void ask_next(const interactions *x, const interactions *train, uint32_t u, int64_t split_ms, bool repeats, questions *q) {
    uint64_t from = store_first_after(x, u, split_ms), to = store_visit_end(x, from, x->start[u + 1]), at = q->start[q->n];
    history h = interactions_history(train, u);
    memcpy(q->truth + at, x->item + from, (to - from) * sizeof *q->truth);
    uint64_t kept = keep_truth(q->truth + at, to - from, h.item, repeats ? 0 : h.n);
    if (!kept) return;
    h.now_ms = x->time_ms[from];
    q->asked[q->n] = h;
    q->start[++q->n] = at + kept;
}

err_code store_next_cases(ctx *c, const interactions *x, int64_t split_ms, eval_cases *ret_cases) {
    eval_cases cases = { .top = STORE_TOP };
    TRY(store_events_before(c, x, split_ms, &cases.train));
    bool repeats = store_repeat_share(&cases.train) >= STORE_REPEATS;
    uint64_t eligible = count_cases(x, split_ms), most = eligible < STORE_MOST_CASES ? eligible : STORE_MOST_CASES, room = 0, seen = 0;
    for (uint32_t u = 0; u < x->n_users; u++)
        if (bought_on_both_sides(x, u, split_ms)) room += x->start[u + 1] - store_first_after(x, u, split_ms);
    questions q = { arena_new(c->arena, history, most), arena_new(c->arena, uint64_t, most + 1),
                    arena_new_raw(c->arena, uint32_t, room), 0 };
    if (!q.asked || !q.start || !q.truth) return fail(c, ERR_NO_MEMORY, "%llu questions", (unsigned long long)most);
    for (uint32_t u = 0; u < x->n_users; u++) {
        if (!bought_on_both_sides(x, u, split_ms)) continue;
        if ((seen + 1) * most / eligible > seen * most / eligible)          /* spread over all of them */
            ask_next(x, &cases.train, u, split_ms, repeats, &q);
        seen++;
    }
    cases.n = q.n, cases.asked = q.asked, cases.truth_start = q.start, cases.truth = q.truth, cases.hide_history = !repeats;
    *ret_cases = cases;
    return ERR_OK;
}

/* ---- what goes with it? ---- */

typedef struct { int64_t time_ms; uint64_t from; uint32_t n; } test_visit;

static int by_visit_time(const void *a, const void *b) {
    const test_visit *x = a, *y = b;
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

typedef struct {
    test_visit *visit;
    uint32_t n_visits;
    uint32_t *item;                 /* of all visits: distinct, ascending, sold in the training part */
} visit_list;

static err_code test_visits(ctx *c, const interactions *x, const interactions *train, visit_list *ret) {
    uint64_t n = x->start[x->n_users] - train->start[train->n_users], at = 0;
    visit_list l = { arena_new_raw(c->arena, test_visit, n), 0, arena_new_raw(c->arena, uint32_t, n) };
    bool *sold = arena_new(c->arena, bool, x->n_items);
    if (!l.visit || !l.item || !sold) return fail(c, ERR_NO_MEMORY, "visits of %llu events", (unsigned long long)n);
    for (uint64_t e = 0; e < train->start[train->n_users]; e++) sold[train->item[e]] = true;
    for (uint32_t u = 0; u < x->n_users; u++) {
        uint64_t end = x->start[u + 1];
        for (uint64_t e = store_first_after(x, u, train->as_of_ms), to; e < end; e = to) {
            uint64_t from = at;
            to = store_visit_end(x, e, end);
            for (uint64_t k = e; k < to; k++)
                if (sold[x->item[k]]) l.item[at++] = x->item[k];
            at = from + keep_truth(l.item + from, at - from, NULL, 0);
            if (at - from >= 2) l.visit[l.n_visits++] = (test_visit){ x->time_ms[e], from, (uint32_t)(at - from) };
        }
    }
    qsort(l.visit, l.n_visits, sizeof *l.visit, by_visit_time);
    *ret = l;
    return ERR_OK;
}

typedef struct {
    history *asked;
    uint64_t *start, n_query;
    uint32_t *truth, *query, *cluster;
    float *weight;
    uint8_t *group;
    uint32_t n;
} basket_questions;

/* Ask with the item at `position` to find the others; rest_asks: the other way round. */
static void ask_basket(basket_questions *q, const uint32_t *items, const test_visit *v, uint32_t position, bool rest_asks,
                       uint32_t asked_of, uint32_t cluster) {
    uint64_t to = q->start[q->n], from = q->n_query;
    for (uint32_t i = 0; i < v->n; i++)
        if ((i == position) == rest_asks) q->truth[to++] = items[i];
        else q->query[q->n_query++] = items[i];
    q->asked[q->n] = (history){ .n = (size_t)(q->n_query - from), .item = q->query + from, .now_ms = v->time_ms, .user = MODEL_NOBODY };
    q->weight[q->n] = rest_asks ? 1 : 1 / (float)asked_of;
    q->group[q->n] = rest_asks;
    q->cluster[q->n] = cluster;
    q->start[++q->n] = to;
}

static err_code basket_room(ctx *c, const visit_list *l, uint32_t most, basket_questions *ret) {
    uint64_t entries = 0;
    for (uint32_t i = 0; i < l->n_visits; i++) entries += l->visit[i].n;
    size_t n = (size_t)most * (MOST_ASKED_OF_VISIT + 1);
    basket_questions q = { arena_new(c->arena, history, n), arena_new(c->arena, uint64_t, n + 1), 0,
                           arena_new_raw(c->arena, uint32_t, entries * (MOST_ASKED_OF_VISIT + 1)),
                           arena_new_raw(c->arena, uint32_t, entries + n), arena_new_raw(c->arena, uint32_t, n),
                           arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, uint8_t, n), 0 };
    *ret = q;
    return q.asked && q.start && q.truth && q.query && q.cluster && q.weight && q.group ? ERR_OK
                                                                                        : fail(c, ERR_NO_MEMORY, "%zu questions", n);
}

err_code store_basket_cases(ctx *c, const interactions *x, int64_t split_ms, eval_cases *ret_cases, const uint32_t **ret_cluster,
                            uint32_t *ret_n_clusters) {
    eval_cases cases = { .top = STORE_TOP, .hide_history = true };
    visit_list l = { 0 };
    basket_questions q;
    TRY(store_events_before(c, x, split_ms, &cases.train));
    TRY(test_visits(c, x, &cases.train, &l));
    uint32_t most = l.n_visits < STORE_MOST_CASES ? l.n_visits : STORE_MOST_CASES;
    TRY(basket_room(c, &l, most, &q));
    for (uint32_t k = 0; k < most; k++) {
        const test_visit *v = &l.visit[(uint64_t)k * l.n_visits / most];    /* spread over all of them */
        const uint32_t *items = l.item + v->from;
        uint32_t asked = v->n < MOST_ASKED_OF_VISIT ? v->n : MOST_ASKED_OF_VISIT;
        for (uint32_t i = 0; i < asked; i++) ask_basket(&q, items, v, (uint32_t)((uint64_t)i * v->n / asked), false, asked, k);
        ask_basket(&q, items, v, basket_hidden_position(k, v->n), true, 1, k);
    }
    cases.n = q.n, cases.asked = q.asked, cases.truth_start = q.start, cases.truth = q.truth, cases.weight = q.weight;
    cases.group = q.group;
    *ret_cases = cases;
    *ret_cluster = q.cluster, *ret_n_clusters = most;
    return ERR_OK;
}
