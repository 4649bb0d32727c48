/* A shop's own past as questions: nothing of the future in them, the right things asked, intervals that hold. */
#include "tests/test.h"
#include "eval/store.h"
#include <math.h>
#include <string.h>

static const int64_t DAY = MS_PER_DAY, BEGIN = INT64_C(1700000000000);

typedef struct { int64_t time_ms; uint32_t item; uint32_t visit; } bought;

/* People of two tastes (even and odd items) who come every 20 days or so for a year; a visit is two or three things. */
static interactions made_up(ctx *c, uint32_t n_users, uint32_t n_items, uint64_t seed) {
    enum { VISITS = 18, MOST = VISITS * 3 };
    rng r;
    rng_seed(&r, seed);
    uint64_t *start = arena_new(c->arena, uint64_t, n_users + 1), n = 0;
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n_users * MOST), *visit = arena_new(c->arena, uint32_t, (size_t)n_users * MOST);
    int64_t *time_ms = arena_new(c->arena, int64_t, (size_t)n_users * MOST);
    for (uint32_t u = 0; u < n_users; u++) {
        int64_t at = BEGIN + (int64_t)rng_below(&r, 20) * DAY;
        for (uint32_t v = 0; v < VISITS; v++, at += DAY * (10 + (int64_t)rng_below(&r, 20)))
            for (uint64_t k = 0, size = 2 + rng_below(&r, 2); k < size; k++, n++) {
                item[n] = (uint32_t)(2 * rng_below(&r, n_items / 2) + u % 2);
                visit[n] = v, time_ms[n] = at;
            }
        start[u + 1] = n;
    }
    return (interactions){ .n_users = n_users, .n_items = n_items, .start = start, .item = item, .visit = visit, .time_ms = time_ms,
                           .as_of_ms = BEGIN + 500 * DAY };
}

TEST(interval, holds_the_true_mean_about_as_often_as_it_says) {
    /* given: 200 samples of 150 coins that show 1 three times of ten; then: about 190 intervals hold .3 */
    TEST_CTX(c);
    enum { SAMPLES = 200, COINS = 150 };
    rng r;
    rng_seed(&r, 11);
    int held = 0;
    for (int s = 0; s < SAMPLES; s++) {
        double sum[COINS], weight[COINS];
        interval i;
        for (int k = 0; k < COINS; k++) sum[k] = rng_unit(&r) < 0.3, weight[k] = 1;
        assert_ok(c, interval_means(c, (const double *const[]){ sum }, 1, weight, COINS, 0.95, (uint64_t)s, &i));
        assert_true(i.low <= i.value && i.value <= i.high);
        held += i.low <= 0.3 && 0.3 <= i.high;
    }
    if (held < 178 || held > 198) test_fail("%d of %d intervals hold the mean", held, SAMPLES);
}

TEST(interval, takes_nothing_one_case_and_the_same_seed_twice) {
    TEST_CTX(c);
    const double sum[3] = { 1, 0, 2 }, weight[3] = { 1, 2, 4 };
    interval a, b;
    assert_ok(c, interval_means(c, (const double *const[]){ sum }, 1, weight, 0, 0.95, 1, &a));
    assert_true(a.value == 0.0 && a.low == 0.0 && a.high == 0.0);
    assert_ok(c, interval_means(c, (const double *const[]){ sum }, 1, weight, 1, 0.95, 1, &a));
    assert_true(a.value == 1.0 && a.low == 1.0 && a.high == 1.0);
    assert_ok(c, interval_means(c, (const double *const[]){ sum }, 1, weight, 3, 0.95, 1, &a));
    assert_ok(c, interval_means(c, (const double *const[]){ sum }, 1, weight, 3, 0.95, 1, &b));
    assert_true(fabs(a.value - 3.0 / 7) < 1e-12);
    assert_memory_equal(&a, &b, sizeof a);
}

TEST(interval, of_a_figure_is_the_same_alone_and_among_others) {
    TEST_CTX(c);
    const double one[4] = { 1, 0, 2, 5 }, two[4] = { 3, 3, 0, 1 }, weight[4] = { 1, 2, 4, 1 };
    const double *const both[] = { one, two };
    interval alone, among[2];
    assert_ok(c, interval_means(c, both, 2, weight, 4, 0.95, 9, among));
    for (int f = 0; f < 2; f++) {
        assert_ok(c, interval_means(c, &both[f], 1, weight, 4, 0.95, 9, &alone));
        assert_memory_equal(&alone, &among[f], sizeof alone);
    }
    assert_true(among[0].low < among[0].high);
}

TEST(store_split, asks_with_what_was_before_and_looks_for_the_next_visit) {
    TEST_CTX(c);
    /* user 0: {0,1} day 1, {2,1} day 5, {3} day 6; user 1 only before; user 2 only after; user 3: {4} day 2, {4} day 5 */
    static const uint64_t start[] = { 0, 5, 6, 7, 9 };
    static const uint32_t item[] = { 0, 1, 2, 1, 3, 2, 0, 4, 4 }, visit[] = { 0, 0, 1, 1, 2, 0, 0, 0, 1 };
    int64_t time_ms[] = { DAY, DAY, 5 * DAY, 5 * DAY, 6 * DAY, DAY, 5 * DAY, 2 * DAY, 5 * DAY };
    interactions x = { .n_users = 4, .n_items = 5, .start = start, .item = item, .visit = visit, .time_ms = time_ms, .as_of_ms = 9 * DAY };
    eval_cases cases;
    assert_ok(c, store_next_cases(c, &x, 5 * DAY, &cases));
    /* user 0 had 1 before and people here repeat nothing before the split, so 2 is all there is to find; user 3 has nothing new */
    assert_int_equal(1, cases.n);
    assert_true(cases.hide_history);
    assert_int_equal(2, cases.asked[0].n);
    assert_int_equal(0, cases.asked[0].user);
    assert_int_equal(1, cases.truth_start[1]);
    assert_int_equal(2, cases.truth[0]);
    assert_int_equal(4, cases.train.start[4]);
    assert_int_equal(5 * DAY, cases.train.as_of_ms);
    assert_true(store_repeat_share(&x) > 0.39 && store_repeat_share(&x) < 0.51);    /* 2 of { 2, 1, 3, 4 } came again */
}

TEST(store_split, baskets_ask_each_item_and_one_hidden) {
    TEST_CTX(c);
    /* before: 0, 1, 2 are sold; after: {0,1,2,9} of which 9 is new, and {0} */
    static const uint64_t start[] = { 0, 3, 7, 8 };
    static const uint32_t item[] = { 0, 1, 2, 9, 1, 2, 0, 0 }, visit[] = { 0, 0, 0, 0, 0, 0, 0, 0 };
    int64_t time_ms[] = { DAY, DAY, DAY, 5 * DAY, 5 * DAY, 5 * DAY, 5 * DAY, 6 * DAY };
    interactions x = { .n_users = 3, .n_items = 10, .start = start, .item = item, .visit = visit, .time_ms = time_ms, .as_of_ms = 9 * DAY };
    eval_cases cases;
    const uint32_t *cluster;
    uint32_t n_clusters;
    assert_ok(c, store_basket_cases(c, &x, 5 * DAY, &cases, &cluster, &n_clusters));
    assert_int_equal(1, n_clusters);
    assert_int_equal(4, cases.n);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(0, cases.group[i]);
        assert_int_equal(1, cases.asked[i].n);
        assert_int_equal(i, cases.asked[i].item[0]);
        assert_int_equal(2, cases.truth_start[i + 1] - cases.truth_start[i]);
        assert_true(fabsf(cases.weight[i] - 1.0f / 3) < 1e-6f);
    }
    assert_int_equal(1, cases.group[3]);
    assert_int_equal(2, cases.asked[3].n);
    assert_int_equal(1, cases.truth_start[4] - cases.truth_start[3]);
}

TEST(store_split, takes_the_fewest_weeks_with_enough_cases_and_never_most_of_the_past) {
    static const struct { uint32_t users; bool enough; } cases[] = { { 0, false }, { 1, false }, { 40, false }, { 3000, true } };
    for (size_t k = 0; k < COUNT(cases); k++) {
        TEST_CTX(c);
        interactions x = made_up(c, cases[k].users, 30, 5);
        store_window w;
        assert_ok(c, store_choose_window(c, &x, &w));
        assert_true(cases[k].enough == (w.cases >= 500));
        uint64_t after = 0;
        for (uint64_t e = 0; e < x.start[x.n_users]; e++) after += x.time_ms[e] >= w.split_ms;
        if (cases[k].users > 1 && (double)after > 0.3 * (double)x.start[x.n_users]) test_fail("case %zu: tested on %llu", k,
            (unsigned long long)after);
    }
}

TEST(store_split, the_future_changes_no_question_and_no_score) {
    /* given: the same past, and a future that is shuffled, or is another altogether */
    static const struct { uint64_t seed; bool delete_half; } futures[] = { { 1, false }, { 2, true } };
    TEST_CTX(c);
    interactions x = made_up(c, 100, 30, 5);
    store_window w;
    eval_cases is;
    assert_ok(c, store_choose_window(c, &x, &w));
    assert_ok(c, store_next_cases(c, &x, w.split_ms, &is));
    uint64_t n = x.start[x.n_users];
    for (size_t k = 0; k < COUNT(futures); k++) {
        rng r;
        rng_seed(&r, futures[k].seed);
        uint32_t *item = arena_new(c->arena, uint32_t, n), *visit = arena_new(c->arena, uint32_t, n);
        uint64_t *start = arena_new(c->arena, uint64_t, x.n_users + 1), at = 0;
        int64_t *time_ms = arena_new(c->arena, int64_t, n);
        for (uint32_t u = 0; u < x.n_users; u++) {
            for (uint64_t e = x.start[u]; e < x.start[u + 1]; e++) {
                bool future = x.time_ms[e] >= w.split_ms;
                if (future && futures[k].delete_half && u % 2) continue;
                item[at] = future ? (uint32_t)rng_below(&r, 30) : x.item[e];
                visit[at] = x.visit[e], time_ms[at++] = x.time_ms[e];
            }
            start[u + 1] = at;
        }
        interactions y = x;
        y.item = item, y.start = start, y.visit = visit, y.time_ms = time_ms;
        /* then: models fitted on either answer everybody the same */
        eval_cases other;
        assert_ok(c, store_next_cases(c, &y, w.split_ms, &other));
        for (size_t m = 0; m < n_model_rows; m++) {
            if (model_rows[m]->needs & MODEL_NEEDS_FACTS || (k > 0 && m > 4)) continue;     /* the slower ones see one future */
            model_options o = model_default_options(model_rows[m]);
            model a, b;
            o.threads = 1;
            if (model_fit(c, model_rows[m], &is.train, &o, &a)) continue;
            assert_ok(c, model_fit(c, model_rows[m], &other.train, &o, &b));
            for (uint32_t u = 0; u < x.n_users; u += 17) {
                float one[30], two[30];
                history h = interactions_history(&is.train, u), g = interactions_history(&other.train, u);
                assert_ok(c, model_score(c, &a, &h, 1, one));
                assert_ok(c, model_score(c, &b, &g, 1, two));
                assert_memory_equal(one, two, sizeof one);
            }
        }
    }
}

typedef struct { uint32_t n[STORE_TASKS]; double gain[STORE_TASKS], low[STORE_TASKS], value[STORE_TASKS]; uint32_t cases; } shown;
static void note(void *state, const store_questions *q, const comparison *r) {
    shown *s = state;
    s->cases = q->n_clusters;
    if (!r) return;
    s->n[q->task]++;
    s->value[q->task] = r->figure[0][METRIC_HIT].value;
    s->gain[q->task] = r->gain[0][METRIC_HIT].value, s->low[q->task] = r->gain[0][METRIC_HIT].low;
}

TEST(store, a_model_that_knows_tastes_beats_popularity_beyond_chance) {
    TEST_CTX(c);
    interactions x = made_up(c, 400, 40, 9);
    shown s = { .cases = 0 }, again = s;
    store_options o = { .model = STR("rules"), .seed = 1, .threads = 1, .show = note, .state = &s };
    assert_ok(c, eval_store(c, &x, NULL, &o));
    assert_int_equal(2, s.n[STORE_NEXT]);
    assert_int_equal(2, s.n[STORE_BASKET]);
    assert_true(s.low[STORE_NEXT] > 0 && s.low[STORE_BASKET] > 0);
    assert_true(s.low[STORE_NEXT] < s.gain[STORE_NEXT]);
    o.state = &again, o.threads = 2;                    /* then: the same figures for a seed on any number of threads */
    assert_ok(c, eval_store(c, &x, NULL, &o));
    assert_memory_equal(s.value, again.value, sizeof s.value);
    assert_memory_equal(s.low, again.low, sizeof s.low);
}

TEST(store, best_is_among_the_named_and_unknown_names_are_refused) {
    TEST_CTX(c);
    interactions x = made_up(c, 160, 20, 9);
    shown s = { .cases = 0 };
    store_options o = { .model = STR("best"), .seed = 1, .threads = 1, .show = note, .state = &s };
    assert_ok(c, eval_store(c, &x, NULL, &o));
    assert_int_equal(2, s.n[STORE_NEXT]);
    assert_true(s.gain[STORE_NEXT] > 0);
    o.model = STR("magic");
    assert_err(ERR_INVALID, eval_store(c, &x, NULL, &o));
}

TEST(store, a_tiny_shop_is_told_so_and_nothing_is_measured) {
    static const uint32_t users[] = { 0, 1, 7 };
    for (size_t k = 0; k < COUNT(users); k++) {
        TEST_CTX(c);
        interactions x = made_up(c, users[k], 10, 3);
        shown s = { .cases = 99 };
        store_options o = { .model = STR("all"), .seed = 1, .threads = 1, .show = note, .state = &s };
        assert_ok(c, eval_store(c, &x, NULL, &o));
        assert_true(s.cases < STORE_LEAST_CASES);
        assert_int_equal(0, s.n[STORE_NEXT] + s.n[STORE_BASKET]);
    }
}

TEST(store_split, visits_ask_for_a_product_that_came_new_with_all_before_it) {
    TEST_CTX(c);
    /* user 0: {0 0 1 0 2} day 1, {3 3} day 6, {4 5} going on at the split; user 1: {1 2} day 7, {2 4 2 6} day 8 */
    static const uint64_t start[] = { 0, 9, 15 };
    static const uint32_t item[] = { 0, 0, 1, 0, 2, 3, 3, 4, 5, 1, 2, 2, 4, 2, 6 };
    static const uint32_t visit[] = { 0, 0, 0, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 1, 1 };
    float weight[15];
    for (int i = 0; i < 15; i++) weight[i] = 0.15f;
    int64_t time_ms[] = { DAY, DAY + 1, DAY + 2, DAY + 3, DAY + 4, 6 * DAY, 6 * DAY + 1, 8 * DAY - 1, 8 * DAY + 1, 7 * DAY, 7 * DAY + 1,
                          8 * DAY, 8 * DAY + 1, 8 * DAY + 2, 8 * DAY + 3 };
    interactions x = { .n_users = 2, .n_items = 7, .start = start, .item = item, .visit = visit, .weight = weight, .time_ms = time_ms,
                       .as_of_ms = 9 * DAY };
    eval_cases cases;
    store_window window;
    assert_ok(c, store_visit_cases(c, &x, &window, &cases));
    /* then the newest quarter of the four visits to two products or more is asked, and nothing of it is learned from */
    assert_int_equal(8 * DAY, window.split_ms);
    assert_int_equal(1, cases.n);
    assert_true(cases.hide_history);
    assert_true((cases.truth[0] == 4 && cases.asked[0].n == 1) || (cases.truth[0] == 6 && cases.asked[0].n == 3));
    assert_int_equal(2, cases.asked[0].item[0]);
    assert_int_equal(8, cases.train.start[1]);
    assert_int_equal(8 + 2, cases.train.start[2]);
}

TEST(store_split, visits_of_the_future_change_nothing_that_is_learned) {
    TEST_CTX(c);
    interactions x = made_up(c, 200, 30, 5), other = x;
    eval_cases cases, then;
    store_window window, window_then;
    assert_ok(c, store_visit_cases(c, &x, &window, &cases));
    uint64_t n = x.start[x.n_users];
    uint32_t *item = arena_new(c->arena, uint32_t, n);
    for (uint64_t e = 0; e < n; e++) item[e] = x.time_ms[e] < window.split_ms ? x.item[e] : (x.item[e] + 7) % 30;
    other.item = item;
    assert_ok(c, store_visit_cases(c, &other, &window_then, &then));
    assert_true(cases.n >= STORE_LEAST_CASES);
    assert_int_equal(window.split_ms, window_then.split_ms);
    assert_int_equal(cases.train.start[200], then.train.start[200]);
    assert_memory_equal(cases.train.item, then.train.item, cases.train.start[200] * sizeof *item);
}

TEST(store, session_models_stand_side_by_side_where_visits_were_seen) {
    TEST_CTX(c);
    interactions x = made_up(c, 160, 20, 9);
    shown s = { .cases = 0 };
    store_options o = { .model = STR("markov"), .seed = 1, .threads = 1, .show = note, .state = &s };
    assert_ok(c, eval_store(c, &x, &x, &o));
    assert_int_equal(2, s.n[STORE_VISIT]);
    assert_true(s.gain[STORE_VISIT] > 0);                   /* odd ones follow odd ones here */
}
