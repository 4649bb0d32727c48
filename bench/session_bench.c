/* How long one answer of the session models takes with a million sessions in memory: drawn sessions whose items are as unevenly popular
 * as a shop's, asked by later sessions of the same kind. One JSON line a model; processor time of one thread in microseconds, the best
 * 20 picked out of the scores of all items included. Arguments: sessions, items (default 1000000 100000). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "eval/judge.h"

enum { GROUP_ITEMS = 200, ASKED = 2000, MOST_CLICKS = 40 };
static const double STAY = 0.9, AGAIN = 0.15, GO_ON = 0.79;      /* stay in a group, click again, click once more: 4.8 clicks */

/* Zipf with exponent 1, near enough: a rank in 0..n - 1, drawn by its inverse. */
static uint32_t draw_rank(rng *r, uint32_t n) { return (uint32_t)(exp(rng_unit(r) * log((double)n + 1)) - 1) % n; }

static uint32_t draw_item(rng *r, uint32_t group, uint32_t n_items) {
    uint32_t item = group * GROUP_ITEMS + draw_rank(r, GROUP_ITEMS);
    return item < n_items ? item : n_items - 1;
}

/* One session at `item`; its length. */
static uint32_t draw_session(rng *r, uint32_t n_items, uint32_t *item) {
    uint32_t groups = (n_items + GROUP_ITEMS - 1) / GROUP_ITEMS, group = draw_rank(r, groups), n = 0;
    do {
        if (rng_unit(r) > STAY) group = draw_rank(r, groups);
        item[n] = n && rng_unit(r) < AGAIN ? item[rng_below(r, n)] : draw_item(r, group, n_items);
        n++;
    } while (n < MOST_CLICKS && (n < 2 || rng_unit(r) < GO_ON));
    return n;
}

static interactions draw_sessions(ctx *c, rng *r, uint32_t n, uint32_t n_items) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, (size_t)n * MOST_CLICKS);
    if (!start || !item) abort();
    for (uint32_t s = 0; s < n; s++) start[s + 1] = start[s] + draw_session(r, n_items, item + start[s]);
    return (interactions){ .n_users = n, .n_items = n_items, .start = start, .item = item };
}

static eval_cases draw_cases(ctx *c, rng *r, const interactions *train) {
    interactions later = draw_sessions(c, r, ASKED, train->n_items);
    history *asked = arena_new(c->arena, history, ASKED);
    uint64_t *start = arena_new(c->arena, uint64_t, ASKED + 1);
    uint32_t *truth = arena_new(c->arena, uint32_t, ASKED);
    if (!asked || !start || !truth) abort();
    for (uint32_t i = 0; i < ASKED; i++) {
        asked[i] = interactions_history(&later, i);
        asked[i].user = MODEL_NOBODY;
        truth[i] = asked[i].item[--asked[i].n];
        start[i + 1] = i + 1;
    }
    return (eval_cases){ .train = *train, .n = ASKED, .asked = asked, .truth_start = start, .truth = truth, .top = 20 };
}

static void measure(ctx *c, const eval_cases *cases, const char *name) {
    const model_row *row = model_named(str_of(name));
    model_options o = model_default_options(row);
    judgement j;
    o.threads = 1;
    if (judge_model(c, cases, row, &o, false, &j)) {
        fprintf(stderr, "%s: %s\n", name, c->error.text);
        exit(1);
    }
    printf("{\"bench\":\"sessions\",\"model\":\"%s\",\"sessions\":%u,\"items\":%u,\"clicks\":%llu,\"fit_cpu_s\":%.2f,\"p50_us\":%.0f,"
           "\"p99_us\":%.0f,\"p_20\":%.4f,\"peak_mb\":%.0f}\n",
           name, cases->train.n_users, cases->train.n_items, (unsigned long long)cases->train.start[cases->train.n_users], j.fit_cpu_s,
           j.p50_us, j.p99_us, j.mean[0][METRIC_HIT], j.peak_mb);
    fflush(stdout);
}

int main(int argc, char **argv) {
    static const char *const names[] = { "popularity", "markov", "vmis_knn", "vstan", "session_blend" };
    int64_t n_sessions = 1000000, n_items = 100000;
    if ((argc > 1 && !parse_int_in(str_of(argv[1]), 100, 100000000, &n_sessions)) ||
        (argc > 2 && !parse_int_in(str_of(argv[2]), 10, 10000000, &n_items))) {
        fprintf(stderr, "usage: session_bench [sessions] [items]\n");
        return 2;
    }
    AUTO_ARENA memory;
    arena_init(&memory, 16 * 1024 * MIB);
    ctx c;
    ctx_init(&c, &memory);
    rng r;
    rng_seed(&r, 1);
    interactions train = draw_sessions(&c, &r, (uint32_t)n_sessions, (uint32_t)n_items);
    eval_cases cases = draw_cases(&c, &r, &train);
    for (size_t i = 0; i < COUNT(names); i++) measure(&c, &cases, names[i]);
    return 0;
}
