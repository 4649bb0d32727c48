/* Judging a policy by another one's log. */
#include "eval/off_policy.h"
#include "tests/experiments/near.h"

enum { COPIES = 20, ROWS = 5 };

/* The worked case: three actions, a model q = (.6, .4, .5), new chances (.2, .5, .3); many times, as five rows may not be judged. */
static const logged_decision worked[ROWS] = {
    { 1, 0.5, 0.2, 0.6, 0.47 }, { 0, 0.25, 0.5, 0.4, 0.47 }, { 1, 0.5, 0.2, 0.6, 0.47 },
    { 1, 0.25, 0.3, 0.5, 0.47 }, { 1, 0.25, 0.5, 0.4, 0.47 },
};

static void repeat(logged_decision *ret) {
    for (size_t i = 0; i < COPIES * ROWS; i++) ret[i] = worked[i % ROWS];
}

TEST(off_policy, equals_the_worked_case) {
    TEST_CTX(c);
    logged_decision log[COPIES * ROWS];
    off_policy v;
    repeat(log);
    assert_ok(c, off_policy_judge(c, log, NULL, COPIES * ROWS, INFINITY, 0.05, &v));
    assert_near(1.2, v.ips.value / v.snips.value, 1e-12);
    assert_near(0.8, v.ips.value, 1e-12);
    assert_near(0.666667, v.snips.value, 5e-7);
    assert_near(0.47, v.direct.value, 1e-12);
    assert_near(0.734, v.robust.value, 1e-12);
    assert_near(1.2, v.mean_weight, 1e-12);
    assert_near(COPIES * 36.0 / (2 * 0.16 + 2 * 4 + 1.44), v.effective, 1e-9);
    assert_int_equal(0, v.clipped);
}

TEST(off_policy, refuses_below_an_effective_size_of_thirty) {
    TEST_CTX(c);
    logged_decision log[ROWS * COPIES];
    off_policy v = { .effective = -1 };
    repeat(log);
    assert_err(ERR_INVALID, off_policy_judge(c, log, NULL, ROWS, INFINITY, 0.05, &v));
    assert_true(v.effective < 0);
    log[3].logged_chance = 1e-6;                                /* one decision nearly never taken: it would speak for all */
    assert_err(ERR_INVALID, off_policy_judge(c, log, NULL, ROWS * COPIES, INFINITY, 0.05, &v));
    assert_non_null(strstr(c->error.text, "100 decisions are worth 1.0"));
    assert_ok(c, off_policy_judge(c, log, NULL, ROWS * COPIES, 3, 0.05, &v));
    assert_int_equal(1, v.clipped);
    assert_err(ERR_INVALID, off_policy_judge(c, log, NULL, 0, INFINITY, 0.05, &v));
}

TEST(off_policy, refuses_chances_that_are_none) {
    TEST_CTX(c);
    off_policy v;
    static const logged_decision bad[] = {
        { 1, 0, 0.5, 0, 0 }, { 1, 1.5, 0.5, 0, 0 }, { 1, 0.5, -0.1, 0, 0 }, { NAN, 0.5, 0.5, 0, 0 }, { 1, NAN, 0.5, 0, 0 },
        { 1, 0.5, 0.5, INFINITY, 0 },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        logged_decision log[ROWS * COPIES];
        repeat(log);
        log[7] = bad[i];
        assert_err(ERR_INVALID, off_policy_judge(c, log, NULL, ROWS * COPIES, INFINITY, 0.05, &v));
    }
    assert_err(ERR_INVALID, off_policy_judge(c, worked, NULL, ROWS, 0, 0.05, &v));
    assert_err(ERR_INVALID, off_policy_judge(c, worked, NULL, ROWS, 1, 1, &v));
}

TEST(off_policy, of_the_same_policy_is_the_plain_mean) {
    TEST_CTX(c);
    logged_decision log[200];
    double mean = 0;
    for (size_t i = 0; i < COUNT(log); i++) {
        log[i] = (logged_decision){ (double)(i % 7), 0.3, 0.3, 0, 0 };
        mean += (double)(i % 7) / COUNT(log);
    }
    off_policy v;
    assert_ok(c, off_policy_judge(c, log, NULL, COUNT(log), INFINITY, 0.05, &v));
    assert_near(mean, v.ips.value, 1e-12);
    assert_near(mean, v.snips.value, 1e-12);
    assert_near(COUNT(log), v.effective, 1e-9);
    assert_near(v.ips.high, v.snips.high, 1e-12);
}

/* Three actions with known rewards; the log draws with (.6, .3, .1), the policy to judge shows (.1, .3, .6). */
TEST(off_policy, intervals_hold_the_truth_as_often_as_they_say) {
    TEST_CTX(c);
    static const double reward[] = { 0.1, 0.2, 0.4 }, logged[] = { 0.6, 0.3, 0.1 }, wanted[] = { 0.1, 0.3, 0.6 };
    static logged_decision log[1000];
    double truth = 0.1 * 0.1 + 0.2 * 0.3 + 0.4 * 0.6, model = 0.15 * 0.1 + 0.15 * 0.3 + 0.3 * 0.6;
    int held[3] = { 0 }, runs = 400;
    rng r;
    rng_seed(&r, 6);
    for (int run = 0; run < runs; run++) {
        for (size_t i = 0; i < COUNT(log); i++) {
            double at = rng_unit(&r);
            size_t a = at < 0.6 ? 0 : at < 0.9 ? 1 : 2;
            log[i] = (logged_decision){ rng_unit(&r) < reward[a], logged[a], wanted[a], a == 2 ? 0.3 : 0.15, model };
        }
        off_policy v;
        assert_ok(c, off_policy_judge(c, log, NULL, COUNT(log), INFINITY, 0.05, &v));
        const off_policy_value *which[] = { &v.ips, &v.snips, &v.robust };
        for (size_t k = 0; k < 3; k++) held[k] += which[k]->low <= truth && truth <= which[k]->high;
    }
    for (size_t k = 0; k < 3; k++) assert_true(held[k] >= runs * 0.92 && held[k] <= runs * 0.98);
}

/* Ten decisions a visitor, all of them with his own luck: to take them for ten times the knowledge would be wrong. */
TEST(off_policy, what_one_visitor_does_counts_as_one_in_intervals) {
    TEST_CTX(c);
    static logged_decision log[3000];
    static uint64_t unit[COUNT(log)];
    double truth = 0.3;                                         /* both actions alike: a visitor clicks everything or nothing */
    int held = 0, taken_apart = 0, runs = 200;
    rng r;
    rng_seed(&r, 9);
    for (int run = 0; run < runs; run++) {
        off_policy v, apart;
        for (size_t i = 0; i < COUNT(log); i++) {
            unit[i] = i / 10;
            double reward = i % 10 ? log[i - 1].reward : rng_unit(&r) < truth;
            bool second = rng_unit(&r) < 0.2;
            log[i] = (logged_decision){ reward, second ? 0.2 : 0.8, 0.5, truth, truth };
        }
        assert_ok(c, off_policy_judge(c, log, unit, COUNT(log), INFINITY, 0.05, &v));
        assert_ok(c, off_policy_judge(c, log, NULL, COUNT(log), INFINITY, 0.05, &apart));
        assert_int_equal(300, v.units);
        assert_near(apart.snips.value, v.snips.value, 1e-12);
        held += v.snips.low <= truth && truth <= v.snips.high;
        taken_apart += apart.snips.low <= truth && truth <= apart.snips.high;
    }
    assert_true(held >= runs * 0.91 && held <= runs * 0.99);
    assert_true(taken_apart < runs * 0.8);
}

TEST(off_policy, tells_what_was_earned_and_the_difference_to_it) {
    TEST_CTX(c);
    logged_decision log[COPIES * ROWS];
    off_policy v;
    repeat(log);
    assert_ok(c, off_policy_judge(c, log, NULL, COPIES * ROWS, INFINITY, 0.05, &v));
    assert_near(0.8, v.logged.value, 1e-12);
    assert_near(v.snips.value - 0.8, v.gain.value, 1e-12);
    for (size_t i = 0; i < COPIES * ROWS; i++) log[i].new_chance = log[i].logged_chance;
    assert_ok(c, off_policy_judge(c, log, NULL, COPIES * ROWS, INFINITY, 0.05, &v));
    assert_near(0, v.gain.low, 1e-12);
    assert_near(0, v.gain.high, 1e-12);
}
