/* What evidence does to a score, how soon, and that propensities are what really happens. */
#include "decide/live.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "num/special.h"
#include "tests/test.h"

/* ---- belief ---- */
static live_sums seen(double expected, double clicks, double purchases) {
    return (live_sums){ .expected = expected, .clicks = clicks, .purchases = purchases };
}

TEST(live, without_evidence_every_factor_is_one) {
    const live_evidence none = { 0 }, looks_only = { .all = seen(100, 0, 0), .of = { [LIVE_ITEM] = seen(10, 0, 0) } };
    assert_true(live_believe(&none, &LIVE_STRENGTHS).factor == 1 && live_believe(&none, &LIVE_STRENGTHS).spread == 0);
    assert_true(live_believe(&looks_only, &LIVE_STRENGTHS).factor == 1);
}

TEST(live, an_item_nobody_saw_stands_where_its_source_stands) {
    const live_evidence e = { .all = seen(1000, 500, 0), .of = { [LIVE_SOURCE] = seen(400, 300, 0) } };
    live_belief b = live_believe(&e, &LIVE_STRENGTHS);
    assert_true(fabs(b.factor - (50 + 300.0) / (50 + 200)) < 1e-12);
    assert_true(fabs(b.spread - sqrt(1.0 / 15 + 1.0 / 20)) < 1e-12);
}

/* Worked by hand: unit 0.5; source as expected; anchor and item and pair in turn. */
TEST(live, each_level_counts_what_the_levels_above_did_not_foresee) {
    live_evidence e = { .all = seen(1000, 500, 50) };
    e.of[LIVE_SOURCE] = seen(400, 200, 20);
    e.of[LIVE_ITEM] = seen(90, 75, 7.5);
    e.of[LIVE_PAIR] = seen(40, 30, 3);
    double item = (15 + 75.0) / (15 + 45), pair = (20 + 30.0) / (20 + 20 * item);
    assert_true(fabs(live_believe(&e, &LIVE_STRENGTHS).factor - item * pair) < 1e-12);
    /* the same clicks of which nobody buys: worth less than half */
    e.of[LIVE_ITEM].purchases = e.of[LIVE_PAIR].purchases = 0;
    double unsold = 10 / (10 + 7.5) * (20 / (20 + 30 * 0.1 * (10 / 17.5)));
    assert_true(fabs(live_believe(&e, &LIVE_STRENGTHS).factor - item * pair * unsold) < 1e-12);
}

TEST(live, more_evidence_moves_further_and_spreads_less) {
    double before = 1, spread = 1;
    for (double n = 10; n < 1e5; n *= 10) {
        const live_evidence e = { .all = seen(1e6, 1e6, 0), .of = { [LIVE_SOURCE] = seen(1e5, 1e5, 0), [LIVE_ITEM] = seen(n, 2 * n, 0),
                                                                    [LIVE_PAIR] = seen(n, 2 * n, 0) } };
        live_belief b = live_believe(&e, &LIVE_STRENGTHS);
        assert_true(b.factor > before && b.spread < spread);
        before = b.factor, spread = b.spread;
    }
    assert_true(fabs(before - 2) < 0.01);
}

/* An item clicked `rate` of `looks`, promised `promise` each, in a shop where promises hold. */
static double factor_of(double looks, double clicks, double promise) {
    const live_sums s = seen(looks * promise, clicks, 0);
    const live_evidence e = { .all = seen(1e6, 1e6, 0), .of = { [LIVE_SOURCE] = seen(1e6, 1e6, 0), [LIVE_ITEM] = s, [LIVE_PAIR] = s } };
    return live_believe(&e, &LIVE_STRENGTHS).factor;
}

static double drawn_clicks(rng *r, int looks, double rate) {
    int n = 0;
    for (int i = 0; i < looks; i++) n += rng_unit(r) < rate;
    return n;
}

/* Two items promised alike. Of `runs`, how often the better one stands above after so many looks each? */
static double right_order(int looks, double good, double bad) {
    enum { RUNS = 300 };
    rng r;
    rng_seed(&r, (uint64_t)looks);
    double right = 0;
    for (int i = 0; i < RUNS; i++) {
        double a = factor_of(looks, drawn_clicks(&r, looks, good), 0.06), b = factor_of(looks, drawn_clicks(&r, looks, bad), 0.06);
        right += a > b ? 1 : a == b ? 0.5 : 0;
    }
    return right / RUNS;
}

TEST(live, the_better_item_wins_after_the_looks_theory_says) {
    /* normal approximation: P(order right) = Phi((p - q) sqrt(looks / (p (1 - p) + q (1 - q)))) */
    const double p = 0.075, q = 0.05, variance = p * (1 - p) + q * (1 - q);
    static const double chances[] = { 0.8, 0.9, 0.975 };
    for (size_t i = 0; i < COUNT(chances); i++) {
        double z = special_normal_quantile(chances[i]), looks = z * z * variance / ((p - q) * (p - q));
        assert_true(fabs(right_order((int)ceil(looks), p, q) - chances[i]) < 0.06);
    }
}

/* ---- change ---- */
typedef struct { double slow_e, slow_n, fast_e, fast_n; } day_sums;
static live_sums live_of(const day_sums *s) {
    return (live_sums){ .expected = s->slow_e, .clicks = s->slow_n, .late_expected = s->fast_e, .late_clicks = s->fast_n };
}

static void a_day(day_sums *s, double looks, double promise, double clicks) {
    double slow = exp2(-1.0 / 14), fast = exp2(-1.0 / 2);
    s->slow_e = s->slow_e * slow + looks * promise, s->slow_n = s->slow_n * slow + clicks;
    s->fast_e = s->fast_e * fast + looks * promise, s->fast_n = s->fast_n * fast + clicks;
}

static double factor_of_days(const day_sums *s) {
    const live_sums l = live_of(s);
    const live_evidence e = { .all = seen(1e6, 1e6, 0), .of = { [LIVE_SOURCE] = seen(1e6, 1e6, 0), [LIVE_ITEM] = l, [LIVE_PAIR] = l } };
    return live_believe(&e, &LIVE_STRENGTHS).factor;
}

TEST(live, a_swapped_item_recovers_within_three_days) {
    enum { BEFORE = 30, LOOKS = 500 };
    int days = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        day_sums a = { 0 }, b = { 0 };
        rng r;
        rng_seed(&r, seed);
        for (int d = 0; d < BEFORE; d++) {
            a_day(&a, LOOKS, 0.05, drawn_clicks(&r, LOOKS, 0.08));
            a_day(&b, LOOKS, 0.05, drawn_clicks(&r, LOOKS, 0.03));
        }
        assert_true(factor_of_days(&a) > factor_of_days(&b));
        int d = 0;
        for (; d < BEFORE && factor_of_days(&a) > factor_of_days(&b); d++) {
            a_day(&a, LOOKS, 0.05, drawn_clicks(&r, LOOKS, 0.03));
            a_day(&b, LOOKS, 0.05, drawn_clicks(&r, LOOKS, 0.08));
        }
        if (d > days) days = d;
    }
    assert_in_range(days, 1, 3);
}

TEST(live, without_a_change_the_past_keeps_counting) {
    day_sums a = { 0 };
    for (int d = 0; d < 60; d++) a_day(&a, 100, 0.05, 10);      /* twice what was promised, every day */
    live_sums late_only = { .expected = a.fast_e, .clicks = a.fast_n, .late_expected = a.fast_e, .late_clicks = a.fast_n };
    const live_evidence e = { .all = seen(1e6, 1e6, 0), .of = { [LIVE_ITEM] = live_of(&a) } },
                        late = { .all = seen(1e6, 1e6, 0), .of = { [LIVE_ITEM] = late_only } };
    assert_true(live_believe(&e, &LIVE_STRENGTHS).factor > 1.8);
    assert_true(live_believe(&late, &LIVE_STRENGTHS).factor < 1.6);
}

/* ---- exploration ---- */
enum { POOL = 60, SLOTS = 6 };
static double score[POOL], spread[POOL];
static const uint16_t best[SLOTS] = { 0, 1, 2, 3, 5, 4 };   /* variety moved one */

static live_pool a_pool(void) {
    for (int i = 0; i < POOL; i++) score[i] = 0.2 / (1 + 0.3 * i), spread[i] = 0.15 + 0.01 * (i % 7);
    return (live_pool){ .score = score, .spread = spread, .m = POOL, .best = best, .n = SLOTS };
}

TEST(live, a_share_of_nothing_shows_the_best_for_certain) {
    live_pool p = a_pool();
    live_list l;
    live_choose(&p, &(live_plan){ .share = 0, .question = 1, .visitor = 2 }, &l);
    assert_int_equal(SLOTS, l.n);
    assert_memory_equal(best, l.at, sizeof best);
    for (int k = 0; k < SLOTS; k++) assert_true(l.propensity[k] == 1);
    assert_false(l.explored);
}

TEST(live, propensities_of_a_slot_add_up_to_one) {
    live_pool p = a_pool();
    for (uint64_t question = 1; question < 6; question++) {
        const live_plan plan = { 0.1, question, 0 };
        for (size_t k = 0; k < SLOTS; k++) {
            double sum = 0;
            for (uint16_t i = 0; i < POOL; i++) sum += live_propensity(&p, &plan, k, i);
            assert_true(fabs(sum - 1) < 1e-12);
        }
    }
}

TEST(live, propensities_are_how_often_visitors_see_it) {
    enum { VISITORS = 20000 };
    live_pool p = a_pool();
    static double times[SLOTS][POOL];
    memset(times, 0, sizeof times);
    for (uint64_t v = 0; v < VISITORS; v++) {
        const live_plan plan = { 0.4, 77, v };
        live_list l;
        live_choose(&p, &plan, &l);
        for (size_t k = 0; k < l.n; k++) {
            times[k][l.at[k]]++;
            if (v % 1000 == 0) assert_true(l.propensity[k] == live_propensity(&p, &plan, k, l.at[k]));
        }
    }
    const live_plan plan = { 0.4, 77, 0 };
    for (size_t k = 0; k < SLOTS; k++) {
        double chi2 = 0, df = -1;
        for (uint16_t i = 0; i < POOL; i++) {
            double wanted = VISITORS * live_propensity(&p, &plan, k, i);
            if (!(wanted > 0)) {
                assert_true(times[k][i] == 0);
                continue;
            }
            chi2 += (times[k][i] - wanted) * (times[k][i] - wanted) / wanted;
            df++;
        }
        assert_true(df > 0 && special_chi2_tail(chi2, df) > 0.001);
    }
}

TEST(live, no_item_stands_twice_in_a_list_and_the_same_visitor_sees_the_same) {
    live_pool p = a_pool();
    int explored = 0;
    for (uint64_t v = 0; v < 300; v++) {
        live_list a, b;
        live_choose(&p, &(live_plan){ 0.5, 3, v }, &a);
        live_choose(&p, &(live_plan){ 0.5, 3, v }, &b);
        assert_memory_equal(a.at, b.at, SLOTS * sizeof *a.at);
        for (size_t i = 0; i < a.n; i++)
            for (size_t j = 0; j < i; j++) assert_true(a.at[i] != a.at[j]);
        explored += a.explored;
    }
    assert_in_range(explored, 110, 190);
}

static bool of_another_dozen(void *arg, const uint16_t *taken, size_t n, uint16_t next) {
    (void)arg;
    for (size_t i = 0; i < n; i++)
        if (taken[i] % 12 == next % 12) return false;
    return true;
}

TEST(live, drawn_lists_keep_what_must_be_kept) {
    live_pool p = a_pool();
    p.fits = of_another_dozen;
    for (uint64_t v = 0; v < 100; v++) {
        live_list l;
        live_choose(&p, &(live_plan){ 1, 3, v }, &l);
        assert_int_equal(SLOTS, l.n);
        for (size_t k = 0; k < l.n; k++) assert_true(of_another_dozen(NULL, l.at, k, l.at[k]) && l.propensity[k] > 0);
    }
}

TEST(live, an_uncertain_item_is_tried_more_often_than_a_known_one_of_the_same_promise) {
    double s[20], d[20];
    uint16_t top[1] = { 0 };
    for (int i = 0; i < 20; i++) s[i] = i ? 0.7 : 1, d[i] = 0.05;
    d[7] = 0.6;
    live_pool p = { .score = s, .spread = d, .m = 20, .best = top, .n = 1 };
    double known = 0, unknown = 0;
    for (uint64_t q = 1; q <= 50; q++) {
        unknown += live_propensity(&p, &(live_plan){ 1, q, 0 }, 0, 7);
        known += live_propensity(&p, &(live_plan){ 1, q, 0 }, 0, 8);
    }
    assert_true(unknown / 50 > 0.1 && known == 0);
}
