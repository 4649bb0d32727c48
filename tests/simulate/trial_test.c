/* Small simulated experiments: false alarms under daily looks, coverage with heavy tails, and the power that was promised.
 * The long ones, with more runs, are bench/experiments_bench.c. */
#include "experiments/power.h"
#include "tests/experiments/near.h"
#include "simulate/trial.h"

static const trial_arm shop = { .a_day = 500, .conversion = 0.03, .order_log_mean = 4, .order_log_deviation = 1 };
enum { DAYS = 28 };

TEST(trial, looking_daily_for_four_weeks_raises_few_false_alarms) {
    enum { RUNS = 200 };
    int sequential = 0, fixed_daily = 0, fixed_end = 0;
    rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < RUNS; i++) {
        trial_said x = trial_run(&r, shop, shop, DAYS);
        sequential += x.sequential, fixed_daily += x.fixed_daily, fixed_end += x.fixed_end;
    }
    assert_true(sequential <= RUNS * 0.05);
    assert_true(fixed_end <= RUNS * 0.1);
    assert_true(fixed_daily >= RUNS * 0.15);                    /* the very mistake that sequential intervals are there for */
}

TEST(trial, a_small_hold_out_beside_a_large_rest_raises_few_false_alarms) {
    enum { RUNS = 100 };
    trial_arm held_out = TRIAL_ARM(100, 0.03, 4, 1.5), rest = TRIAL_ARM(1900, 0.03, 4, 1.5);
    int sequential = 0, fixed_daily = 0;
    rng r;
    rng_seed(&r, 4);
    for (int i = 0; i < RUNS; i++) {
        trial_said x = trial_run(&r, held_out, rest, 2 * DAYS);
        sequential += x.sequential, fixed_daily += x.fixed_daily;
    }
    assert_true(sequential <= RUNS * 0.02);                     /* plain variances: .06 to .08, nearly all in favour of suggestions */
    assert_true(fixed_daily >= RUNS * 0.15);
}

TEST(trial, intervals_hold_the_truth_with_heavy_tailed_revenue) {
    enum { RUNS = 200 };
    int sequential = 0, fixed = 0;
    trial_arm better = TRIAL_ARM(500, 0.033, 4.05, 1);
    rng r;
    rng_seed(&r, 2);
    for (int i = 0; i < RUNS; i++) {
        trial_said x = trial_run(&r, shop, better, DAYS);
        sequential += x.sequential_missed, fixed += x.fixed_missed;
    }
    assert_true(sequential <= RUNS * 0.05);
    assert_true(fixed >= RUNS * 0.01 && fixed <= RUNS * 0.1);
}

TEST(trial, a_tenth_more_is_called_as_often_as_the_calculator_promised) {
    TEST_CTX(c);
    enum { RUNS = 300 };
    power_plan ask = { .kind = METRIC_KIND_SHARE, .mean = 0.1, .control_share = 0.5, .variant_share = 0.5, .alpha = 0.05,
                       .sequential = true, .tuning = 40000, .first_look_days = 7, .visitors_per_day = 2000 };
    power_answer promised;
    rng r;
    rng_seed(&r, 3);
    assert_ok(c, power_of(c, &ask, 0.1, 2000 * DAYS, &promised));
    assert_true(promised.power > 0.75 && promised.power < 0.9);
    end_plan plan = { .alpha = 0.05, .tuning = 40000, .least_days = 7, .most_days = DAYS, .least_visitors = 100, .least_buyers = 30 };
    trial_arm base = { .a_day = 1000, .conversion = 0.1 }, better = { .a_day = 1000, .conversion = 0.11 };
    int won = 0;
    for (int i = 0; i < RUNS; i++) {
        end_answer a;
        assert_ok(c, trial_to_end(c, &r, &plan, METRIC_KIND_SHARE, base, better, &a));
        won += a.verdict == END_WON;
    }
    assert_near(promised.power, won / (double)RUNS, 3 * sqrt(promised.power * (1 - promised.power) / RUNS));
}
