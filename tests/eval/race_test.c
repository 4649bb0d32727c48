/* Models in a race: whoever answers all has the judge's figures, whoever is stopped was clearly worse when it was. */
#include "tests/test.h"
#include "eval/race.h"
#include <math.h>

enum { ITEMS = 40, EVENTS = 12, VALUE = 1 << METRIC_HIT | 1 << METRIC_NDCG };

/* People of two tastes (even and odd items, `plain` of a hundred events by neither), each asked for one item more. */
static eval_cases tastes(ctx *c, uint32_t n, uint32_t plain, uint64_t seed) {
    rng r;
    rng_seed(&r, seed);
    uint64_t *start = arena_new(c->arena, uint64_t, n + 1), *truth_start = arena_new(c->arena, uint64_t, n + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n * EVENTS), *truth = arena_new(c->arena, uint32_t, n);
    history *asked = arena_new(c->arena, history, n);
    for (uint32_t u = 0; u < n; u++) {
        for (uint32_t k = 0; k <= EVENTS; k++) {
            uint32_t i = (uint32_t)rng_below(&r, ITEMS / 2) * 2 + (rng_below(&r, 100) < plain ? (uint32_t)rng_below(&r, 2) : u % 2);
            *(k < EVENTS ? &item[(size_t)u * EVENTS + k] : &truth[u]) = i;
        }
        start[u + 1] = (uint64_t)(u + 1) * EVENTS, truth_start[u + 1] = u + 1;
    }
    eval_cases cases = { .train = { .n_users = n, .n_items = ITEMS, .start = start, .item = item }, .n = n, .asked = asked,
                         .truth_start = truth_start, .truth = truth, .top = 10 };
    for (uint32_t u = 0; u < n; u++) asked[u] = interactions_history(&cases.train, u);
    return cases;
}

static const model_row *named(const char *name) { return model_named(str_of(name)); }

static model_options options_of(const char *name, int threads) {
    model_options o = model_default_options(named(name));
    o.threads = threads;
    return o;
}

static race_run next(ctx *c, race *r, const char *name, int threads) {
    race_run run;
    model_options o = options_of(name, threads);
    assert_ok(c, race_next(c, r, named(name), &o, &run));
    return run;
}

static judgement judged(ctx *c, const eval_cases *cases, const char *name) {
    judgement j;
    model_options o = options_of(name, 1);
    assert_ok(c, judge_model(c, cases, named(name), &o, true, &j));
    return j;
}

TEST(race, whoever_answers_all_has_the_figures_of_the_judge) {
    static const char *const names[] = { "popularity", "item_knn" };
    TEST_CTX(c);
    eval_cases cases = tastes(c, 500, 10, 3);
    race r;
    assert_ok(c, race_new(c, &cases, VALUE, 1, &r));
    for (size_t k = 0; k < COUNT(names); k++) {
        race_run run = next(c, &r, names[k], 1);
        judgement j = judged(c, &cases, names[k]);
        assert_true(!run.refused && !run.stopped && run.asked == cases.n);
        assert_memory_equal(j.each, run.each, cases.n * METRIC_COUNT * sizeof(float));
        assert_true(fabs(run.value - judgement_value(&j, VALUE)) < 1e-9);
    }
}

/* Cases a model is asked by the promise of race.h, from the judge's figures of all of them. */
static uint32_t asked_by_the_book(const race *r, const judgement *now, const judgement *leader) {
    static const uint32_t parts[] = { 8, 4, 2 };
    for (size_t k = 0; k < COUNT(parts); k++) {
        uint32_t n = r->cases.n / parts[k];
        double mean = 0, squares = 0;
        for (int pass = 0; pass < 2; pass++)
            for (uint32_t i = 0; i < n; i++) {
                const float *a = now->each + (size_t)r->place[i] * METRIC_COUNT, *b = leader->each + (size_t)r->place[i] * METRIC_COUNT;
                double less = ((double)a[METRIC_HIT] + (double)a[METRIC_NDCG] - (double)b[METRIC_HIT] - (double)b[METRIC_NDCG]) / 2;
                if (pass == 0) mean += less / n;
                else squares += (less - mean) * (less - mean);
            }
        if (n >= RACE_LEAST && mean + RACE_ERRORS * sqrt(squares / (n - 1.0) / n) < 0) return n;
    }
    return r->cases.n;
}

TEST(race, stops_whoever_is_clearly_worse_and_nobody_else) {
    static const struct { uint32_t n, plain; const char *leader, *other; uint32_t most, least; } cases[] = {
        { 800, 0, "rp3beta", "popularity", 100, 100 },          /* an eighth suffices */
        { 800, 40, "rp3beta", "popularity", 400, 200 },         /* tastes are fainter: later */
        { 800, 10, "rp3beta", "rp3beta", 800, 800 },            /* an equal */
        { 800, 0, "popularity", "rp3beta", 800, 800 },          /* a better one */
        { 90, 0, "rp3beta", "popularity", 90, 90 },             /* half of these decides nothing */
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        TEST_CTX(c);
        race r;
        eval_cases asked = tastes(c, cases[k].n, cases[k].plain, 5);
        assert_ok(c, race_new(c, &asked, VALUE, 1, &r));
        race_run leader = next(c, &r, cases[k].leader, 1), other = next(c, &r, cases[k].other, 1);
        judgement by_judge[] = { judged(c, &asked, cases[k].leader), judged(c, &asked, cases[k].other) };
        assert_int_equal(asked.n, leader.asked);
        assert_int_equal(asked_by_the_book(&r, &by_judge[1], &by_judge[0]), other.asked);
        assert_true(other.asked <= cases[k].most && other.asked >= cases[k].least);
        assert_true(other.stopped == (other.asked < asked.n) && (other.each == NULL) == other.stopped);
    }
}

TEST(race, is_the_same_for_a_seed_on_any_number_of_threads) {
    static const char *const names[] = { "popularity", "rp3beta", "item_knn", "popularity" };
    TEST_CTX(c);
    eval_cases cases = tastes(c, 600, 30, 8);
    race one, three;
    assert_ok(c, race_new(c, &cases, VALUE, 2, &one));
    assert_ok(c, race_new(c, &cases, VALUE, 2, &three));
    for (size_t k = 0; k < COUNT(names); k++) {
        race_run a = next(c, &one, names[k], 1), b = next(c, &three, names[k], 3);
        assert_int_equal(a.asked, b.asked);
        assert_memory_equal(&a.value, &b.value, sizeof a.value);
    }
}

TEST(race, passes_over_who_refuses_and_takes_no_groups) {
    TEST_CTX(c);
    eval_cases cases = tastes(c, 100, 0, 1), grouped = cases, weighted = cases, none = cases;
    race r;
    race_run run;
    grouped.group = arena_new(c->arena, uint8_t, cases.n), weighted.weight = arena_new(c->arena, float, cases.n), none.n = 0;
    assert_err(ERR_INVALID, race_new(c, &grouped, VALUE, 1, &r));
    assert_err(ERR_INVALID, race_new(c, &weighted, VALUE, 1, &r));
    assert_err(ERR_INVALID, race_new(c, &none, VALUE, 1, &r));
    assert_ok(c, race_new(c, &cases, VALUE, 1, &r));
    model_options wrong = options_of("content", 1);             /* nothing is known of these items */
    assert_err(ERR_INVALID, race_next(c, &r, named("content"), &wrong, &run));
    next(c, &r, "popularity", 1);
    assert_ok(c, race_next(c, &r, named("content"), &wrong, &run));
    assert_true(run.refused && run.each == NULL);
}
