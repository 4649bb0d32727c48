/* Sample sizes against published ones, and daily looks against simulated paths. */
#include "experiments/power.h"
#include "experiments/sequential.h"
#include "num/special.h"
#include "tests/experiments/near.h"

static power_plan plan_of_share(double mean) {
    return (power_plan){ .kind = METRIC_KIND_SHARE, .mean = mean, .control_share = 0.5, .variant_share = 0.5, .alpha = 0.05,
                         .visitors_per_day = 100 };
}

TEST(power, of_one_look_equals_the_textbook) {
    TEST_CTX(c);
    power_answer a;
    power_plan p = plan_of_share(0.5);
    assert_ok(c, power_visitors(c, &p, 0.5, 0.9, &a));          /* R: power.prop.test(p1 = .5, p2 = .75, power = .9), 76.65294 a group */
    assert_near(1, a.visitors / (2 * 76.65294), 1.1e-3);
    assert_near(a.visitors / 100, a.days, 1e-12);
    assert_near(a.visitors, a.expected_visitors, 0);
    power_plan mean = { .kind = METRIC_KIND_MEAN, .mean = 20, .deviation = 60, .control_share = 0.5, .variant_share = 0.5,
                        .alpha = 0.05, .visitors_per_day = 1000 };
    assert_ok(c, power_visitors(c, &mean, 0.05, 0.8, &a));      /* (z .975 + z .8)^2 60^2 (1 + 1.05) / 1^2 a group */
    double z = special_normal_quantile(0.975) + special_normal_quantile(0.8);
    assert_near(1, a.visitors / (2 * z * z * 3600 * 2.05), 1.1e-3);
    assert_ok(c, power_of(c, &mean, 0.05, a.visitors, &a));
    assert_near(0.8, a.power, 1e-3);
}

TEST(power, answers_agree_with_each_other) {
    TEST_CTX(c);
    for (int sequential = 0; sequential < 2; sequential++) {
        power_plan p = plan_of_share(0.03);
        p.sequential = sequential, p.visitors_per_day = 4000, p.tuning = 60000;
        power_answer need, have;
        double lift;
        assert_ok(c, power_visitors(c, &p, 0.12, 0.8, &need));
        assert_ok(c, power_of(c, &p, 0.12, need.visitors, &have));
        assert_near(have.power, need.power, 1e-12);
        assert_near(0.8, have.power, 2e-3);
        assert_ok(c, power_lift(c, &p, need.visitors, 0.8, &lift));
        assert_near(0.12, lift, 5e-4);
        /* the test of one side, and fewer comparisons, need fewer; a small arm needs more */
        power_answer other;
        p.sides = SIDES_GREATER;
        assert_ok(c, power_of(c, &p, 0.12, need.visitors, &other));
        assert_true(other.power > have.power);
        p.sides = SIDES_TWO, p.comparisons = 3;
        assert_ok(c, power_of(c, &p, 0.12, need.visitors, &other));
        assert_true(other.power < have.power);
        p.comparisons = 1, p.variant_share = 0.05;
        assert_ok(c, power_of(c, &p, 0.12, need.visitors, &other));
        assert_true(other.power < have.power);
    }
}

static double normal(rng *r) { return sqrt(-2 * log(1 - rng_unit(r))) * cos(2 * M_PI * rng_unit(r)); }

/* Paths of the z score looked at daily, walked one by one: the slow reference of the integration. */
static void walk(const power_plan *p, double drift, int days, int first, int paths, double *ret_power, double *ret_days) {
    rng r;
    rng_seed(&r, 77);
    double called = 0, spent = 0;
    for (int i = 0; i < paths; i++) {
        double w = 0;
        int d = 1;
        for (bool on = true; on && d <= days; d++) {
            w += drift / days + normal(&r) / sqrt(days);
            double edge = sequential_multiplier((sequential_plan){ p->alpha, p->tuning }, p->alpha, d * p->visitors_per_day, SIDES_TWO);
            double z = w / sqrt((double)d / days);
            on = d < first || fabs(z) < edge;
            called += !on && z > 0;
        }
        spent += d - 1;
    }
    *ret_power = called / paths, *ret_days = spent / paths;
}

TEST(power, of_daily_looks_equals_simulated_paths) {
    TEST_CTX(c);
    static const struct { double drift; int days, first; } cases[] = { { 3.2, 14, 1 }, { 2.5, 28, 7 }, { 4, 21, 14 } };
    enum { PATHS = 8000 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        power_plan p = { .kind = METRIC_KIND_MEAN, .mean = 1000, .deviation = 10, .control_share = 0.5, .variant_share = 0.5, .alpha = 0.05,
                         .sequential = true, .tuning = 20000, .first_look_days = cases[i].first, .visitors_per_day = 1000 };
        double visitors = 1000.0 * cases[i].days, se = 10 * sqrt(4 / visitors), power, days;
        power_answer a;
        assert_ok(c, power_of(c, &p, cases[i].drift * se / 1000, visitors, &a));
        walk(&p, cases[i].drift, cases[i].days, cases[i].first, PATHS, &power, &days);
        assert_near(power, a.power, 3.5 * sqrt(power * (1 - power) / PATHS));
        assert_near(1, days * 1000 / a.expected_visitors, 0.02);
    }
}

TEST(power, of_no_effect_is_a_false_alarm_on_one_side) {
    TEST_CTX(c);
    power_plan p = plan_of_share(0.1);
    p.visitors_per_day = 500;
    power_answer a;
    assert_ok(c, power_of(c, &p, 1e-9, 14000, &a));
    assert_near(0.025, a.power, 1e-6);
    p.sequential = true;
    assert_ok(c, power_of(c, &p, 1e-9, 14000, &a));
    assert_true(a.power > 0.001 && a.power < 0.025);
    assert_near(14000, a.expected_visitors, 0.05 * 14000);
}

TEST(power, refuses_what_cannot_be_asked) {
    TEST_CTX(c);
    power_answer a;
    double lift;
    power_plan good = plan_of_share(0.03);
    assert_err(ERR_INVALID, power_of(c, &good, 0, 1000, &a));
    assert_err(ERR_INVALID, power_of(c, &good, 50, 1000, &a));
    assert_err(ERR_INVALID, power_of(c, &good, 0.1, 5, &a));
    assert_err(ERR_INVALID, power_visitors(c, &good, 0.1, 1, &a));
    assert_err(ERR_INVALID, power_visitors(c, &good, 1e-9, 0.8, &a));
    assert_err(ERR_INVALID, power_lift(c, &good, 20, 0.8, &lift));
    power_plan bad[7] = { good, good, good, good, good, good, good };
    bad[0].mean = 0, bad[1].kind = METRIC_KIND_RATIO, bad[2].control_share = 0.6, bad[3].alpha = 0, bad[4].visitors_per_day = 0;
    bad[5].kind = METRIC_KIND_MEAN, bad[6].mean = 1;
    for (size_t i = 0; i < COUNT(bad); i++) assert_err(ERR_INVALID, power_of(c, &bad[i], 0.1, 1000, &a));
}
