/* Fixed and sequential tests against published vectors, and against each other. */
#include "experiments/fixed.h"
#include "experiments/ratio_check.h"
#include "experiments/sequential.h"
#include "num/special.h"
#include "tests/experiments/near.h"

static estimate mean_of(double n, double sum, double squares) {
    return moments_estimate(&(moments){ .n = n, .y = sum, .yy = squares }, METRIC_KIND_MEAN);
}
static estimate share_of(double hits, double n) {
    return moments_estimate(&(moments){ .n = n, .y = hits, .yy = hits }, METRIC_KIND_SHARE);
}

TEST(fixed, welch_equals_growthbook) {
    estimate a = mean_of(3407, 1396.87, 52377.9767), b = mean_of(3461, 2422.7, 134698.29);
    effect lift = fixed_test(effect_lift(a, b), 0.05, SIDES_TWO), difference = fixed_test(effect_difference(a, b), 0.05, SIDES_TWO);
    assert_near(0.70732, lift.value, 5e-6);
    assert_near(-0.03526, lift.low, 5e-6);
    assert_near(1.44989, lift.high, 5e-6);
    assert_near(0.37879, lift.se, 5e-6);
    assert_near(0.06191, lift.p, 5e-6);
    assert_near(0.29, difference.value, 5e-6);
    assert_near(0.04538, difference.low, 5e-6);
    assert_near(0.53462, difference.high, 5e-6);
    assert_near(0.12478, difference.se, 5e-6);
    assert_near(0.02016, difference.p, 5e-6);
}

TEST(fixed, shares_equal_growthbook_and_newcombe) {
    effect lift = fixed_test(effect_lift(share_of(14, 28), share_of(16, 30)), 0.05, SIDES_TWO);
    assert_near(0.06667, lift.value, 5e-6);
    assert_near(-0.47767, lift.low, 5e-6);
    assert_near(0.61101, lift.high, 5e-6);
    assert_near(0.80707, lift.p, 5e-6);
    /* Newcombe 1998, table II, method 10: 56/70 against 48/80, and nothing at all against nothing at all */
    effect newcombe = fixed_shares(48, 80, 56, 70, 0.05), none = fixed_shares(0, 10, 0, 20, 0.05);
    assert_near(0.0524, newcombe.low, 5e-5);
    assert_near(0.3339, newcombe.high, 5e-5);
    assert_true(none.p == 1 && none.low < -0.1 && none.high > 0.1);
    /* the square of the pooled z is Pearson's chi-square of the 2 x 2 table */
    double chi2 = 150.0 * (48 * 14 - 56 * 32.0) * (48 * 14 - 56 * 32.0) / (104.0 * 46 * 80 * 70);
    assert_near(special_chi2_tail(chi2, 1), newcombe.p, 1e-12);
}

TEST(fixed, interval_of_one_share_equals_newcombe) {
    /* Newcombe 1998 (Statistics in Medicine 17, 857), table I, method 3 */
    static const struct { double hits, n, low, high; } cases[] = {
        { 81, 263, 0.2553, 0.3662 }, { 15, 148, 0.0624, 0.1605 }, { 0, 20, 0, 0.1611 }, { 1, 29, 0.0061, 0.1718 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double low, high;
        fixed_share_interval(cases[i].hits, cases[i].n, 0.05, &low, &high);
        assert_near(cases[i].low, low, 5e-5);
        assert_near(cases[i].high, high, 5e-5);
    }
}

TEST(fixed, one_side_has_half_the_p_and_an_open_end) {
    contrast x = effect_difference(mean_of(3407, 1396.87, 52377.9767), mean_of(3461, 2422.7, 134698.29));
    effect two = fixed_test(x, 0.1, SIDES_TWO), up = fixed_test(x, 0.05, SIDES_GREATER), down = fixed_test(x, 0.05, SIDES_LESS);
    assert_near(two.p / 2, up.p, 1e-15);
    assert_near(1 - two.p / 2, down.p, 1e-15);
    assert_near(two.low, up.low, 1e-15);
    assert_near(two.high, down.high, 1e-15);
    assert_true(isinf(up.high) && isinf(down.low));
}

TEST(fixed, lift_leaves_out_zero_exactly_when_the_difference_is_significant) {
    rng r;
    rng_seed(&r, 2);
    int out = 0;
    for (int i = 0; i < 2000; i++) {
        estimate a = { 200, 0.2 + rng_unit(&r), 40 * rng_unit(&r) + 0.01 }, b = { 150, 0.2 + 3 * rng_unit(&r), 40 * rng_unit(&r) };
        effect e = fixed_lift(a, b, 0.05, SIDES_TWO);
        assert_true(e.low <= e.value && e.value <= e.high);
        assert_int_equal(e.p < 0.05, e.low > 0 || e.high < 0);
        out += e.p < 0.05;
    }
    assert_true(out > 100 && out < 1900);
}

TEST(fixed, lift_over_a_control_that_may_be_zero_has_no_upper_end) {
    estimate a = { 100, 0.1, 1 }, b = { 100, 3, 1 }, neither = { 100, 0.1, 4 };
    effect e = fixed_lift(a, b, 0.05, SIDES_TWO), nothing = fixed_lift(a, neither, 0.05, SIDES_TWO);
    assert_true(isinf(e.high) && e.low > 5 && e.low < e.value);
    assert_true(isinf(nothing.high) && isinf(nothing.low) && nothing.low < 0);
    assert_false(fixed_lift((estimate){ 100, 0, 1 }, b, 0.05, SIDES_TWO).known);
}

/* The set that Fieller's interval is, the slow way: every ratio tried. */
TEST(effect, fieller_holds_exactly_the_ratios_that_are_not_rejected) {
    estimate a = { 400, 2, 90 }, b = { 300, 2.5, 150 };
    double low, high;
    effect_fieller(a, b, 1.96, &low, &high);
    for (double ratio = 0.01; ratio < 4; ratio += 0.01) {
        double z = (b.value - ratio * a.value) / sqrt(estimate_error2(b) + ratio * ratio * estimate_error2(a));
        assert_int_equal(fabs(z) <= 1.96, ratio - 1 >= low && ratio - 1 <= high);
    }
}

TEST(effect, believes_no_arm_to_vary_less_than_all_do) {
    estimate arm[3] = { { 100, 1, 2 }, { 300, 1, 10 }, { 0, 0, 0 } };
    effect_steady(arm, 3);
    assert_near(8, arm[0].unit_variance, 1e-12);
    assert_near(10, arm[1].unit_variance, 0);
    assert_near(8, arm[2].unit_variance, 1e-12);
    estimate none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
    effect_steady(none, 2);
    assert_true(none[0].unit_variance == 0 && !effect_difference(none[0], none[1]).known);
}

/* Arm 0: ten visitors, one buys for 100; arm 1: ten, two buy for 10 each. Squares of all three: 10,200, so 3,400 a buyer: less than arm 0's
 * own 10,000, and arm 1's 100 becomes (200 + 30 x 3,400) / 32. */
TEST(effect, of_few_buyers_takes_its_width_from_what_buyers_of_all_arms_spend) {
    const moments spent[2] = { { .n = 10, .y = 100, .yy = 10000 }, { .n = 10, .y = 20, .yy = 200 } };
    const moments bought[2] = { { .n = 10, .y = 1, .yy = 1 }, { .n = 10, .y = 2, .yy = 2 } };
    estimate arm[2] = { moments_estimate(&spent[0], METRIC_KIND_MEAN), moments_estimate(&spent[1], METRIC_KIND_MEAN) };
    effect_pool_spending(spent, bought, 2, arm);
    assert_near((1000 - 100) * 10.0 / 9, arm[0].unit_variance, 1e-9);
    assert_near((.2 * 102200 / 32 - 4) * 10.0 / 9, arm[1].unit_variance, 1e-9);
    const moments nobody[2] = { { .n = 10 }, { .n = 10 } };
    estimate none[2] = { moments_estimate(&nobody[0], METRIC_KIND_MEAN), moments_estimate(&nobody[1], METRIC_KIND_MEAN) };
    effect_pool_spending(nobody, nobody, 2, none);
    assert_near(0, none[0].unit_variance, 0);
}

TEST(fixed, knows_nothing_of_arms_without_units_or_variance) {
    estimate some = { 100, 1, 1 }, bad[] = { { 0 }, { 1, 5, 0 } };
    for (size_t i = 0; i < COUNT(bad); i++) {
        effect e = fixed_test(effect_difference(some, bad[i]), 0.05, SIDES_TWO);
        assert_true(!e.known && e.p == 1 && isinf(e.low) && isinf(e.high));
    }
    assert_false(effect_difference((estimate){ 9, 1, 0 }, (estimate){ 9, 2, 0 }).known);
    assert_false(effect_log_ratio(some, (estimate){ 100, 0, 1 }).known);
    assert_near(log(2), effect_log_ratio(some, (estimate){ 100, 2, 1 }).value, 1e-15);
    assert_near(sqrt(0.01 + 0.0025), effect_log_ratio(some, (estimate){ 100, 2, 1 }).se, 1e-15);
}

TEST(fixed, corrects_for_many_tests_as_the_papers_do) {
    /* Holm: sorted .01 .03 .04 .2 -> 4*.01, 3*.03, max(.09, 2*.04), .2; Benjamini-Hochberg 1995, table 1, first six of 15 */
    static const double p[] = { 0.04, 0.01, 0.2, 0.03 }, holm[] = { 0.09, 0.04, 0.2, 0.09 };
    double out[15];
    fixed_holm(p, 4, out);
    for (size_t i = 0; i < 4; i++) assert_near(holm[i], out[i], 1e-15);
    static const double paper[] = { .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1 };
    fixed_benjamini_hochberg(paper, 15, out);
    for (size_t i = 0; i < 15; i++) assert_int_equal(i < 4, out[i] <= 0.05);      /* the paper rejects four, Bonferroni three */
    fixed_holm(paper, 15, out);
    for (size_t i = 0; i < 15; i++) assert_int_equal(i < 3, out[i] <= 0.05);
    double same[3] = { 0.02, 0.02, 0.02 };
    fixed_holm(same, 3, same);
    for (size_t i = 0; i < 3; i++) assert_near(0.06, same[i], 1e-15);
}

TEST(sequential, interval_equals_growthbook) {
    estimate a = mean_of(3000, 1396.87, 52377.9767), b = mean_of(3461, 2422.7, 134698.29);
    effect e = sequential_test(effect_lift(a, b), (sequential_plan){ 0.05, 1000 }, 0.05, SIDES_TWO);
    assert_near(0.50336, e.value, 5e-6);
    assert_near(-0.55844, e.low, 5e-6);
    assert_near(1.56516, e.high, 5e-6);
    assert_near(0.33341, e.se, 5e-6);
    assert_near(1, e.p, 0);
    e = sequential_test(effect_lift(a, b), (sequential_plan){ 0.05, 5000 }, 0.05, SIDES_TWO);
    assert_near(-0.50972, e.low, 5e-6);
    assert_near(1.51644, e.high, 5e-6);
    e = sequential_test(effect_lift(share_of(1396, 3000), share_of(2422, 3461)), (sequential_plan){ 0.05, 5000 }, 0.05, SIDES_TWO);
    assert_near(0.50386, e.value, 5e-6);
    assert_near(0.40098, e.low, 5e-6);
    assert_near(0.60675, e.high, 5e-6);
}

TEST(sequential, p_is_the_level_whose_interval_just_leaves_out_zero) {
    sequential_plan plan = { 0.05, 2000 };
    for (int s = SIDES_TWO; s <= SIDES_LESS; s++)
        for (double value = -0.6; value < 0.6; value += 0.13) {
            contrast x = { true, value, 0.1, 900, 3000 };
            double p = sequential_p(x, plan, (sides)s);
            if (p >= 1 || p < 1e-200) continue;
            assert_near(fabs(value) / x.se, sequential_multiplier(plan, p, x.n, (sides)s), 1e-9);
        }
    /* without an effect on the right side there is no evidence */
    assert_true(sequential_p((contrast){ true, -1, 0.1, 9, 90 }, plan, SIDES_GREATER) == 1);
    assert_true(sequential_p((contrast){ true, 1, 0.1, 9, 90 }, plan, SIDES_LESS) == 1);
}

TEST(sequential, interval_is_narrowest_where_it_is_tuned_and_never_narrower_than_the_fixed_one) {
    static const double tuned[] = { 500, 5000, 50000 };
    for (size_t i = 0; i < COUNT(tuned); i++) {
        double here = sequential_multiplier((sequential_plan){ 0.05, tuned[i] }, 0.05, tuned[i], SIDES_TWO);
        for (size_t k = 0; k < COUNT(tuned); k++) {
            double other = sequential_multiplier((sequential_plan){ 0.05, tuned[k] }, 0.05, tuned[i], SIDES_TWO);
            assert_true(here <= other * (1 + 1e-4) && other > 1.96);
        }
        assert_true(here > 2.7 && here < 3.1);
    }
}

TEST(sequential, lift_leaves_out_zero_exactly_when_p_is_small) {
    rng r;
    rng_seed(&r, 4);
    sequential_plan plan = { 0.05, 400 };
    int out = 0;
    for (int i = 0; i < 2000; i++) {
        estimate a = { 200, 0.5 + rng_unit(&r), 4 * rng_unit(&r) + 0.01 }, b = { 150, 0.3 + 2 * rng_unit(&r), 4 * rng_unit(&r) };
        effect e = sequential_lift(a, b, plan, 0.05, SIDES_TWO);
        assert_int_equal(e.p < 0.05, e.low > 0 || e.high < 0);
        out += e.p < 0.05;
    }
    assert_true(out > 100 && out < 1900);
    assert_false(sequential_lift((estimate){ 9, 0, 1 }, (estimate){ 9, 1, 1 }, plan, 0.05, SIDES_TWO).known);
}

TEST(sequential, mixture_ratio_equals_the_reference) {
    assert_near(2.215063, sequential_mixture_ratio(0.02, 1e-4, 4e-4), 5e-7);
    assert_near(6.708842, sequential_mixture_ratio(0.3, 0.01, 0.01), 5e-7);
    assert_near(0.707107, sequential_mixture_ratio(0, 0.01, 0.01), 5e-7);
    assert_near(0.451454, sequential_mixture_p(1, 2.215063), 5e-7);
    assert_near(0.149057, sequential_mixture_p(0.149057, 2.2), 0);
}

TEST(ratio_check, sees_the_published_mismatches) {
    TEST_CTX(c);
    static const struct { double a, b, chi2, p; bool alarm; } cases[] = {
        { 821588, 815482, 22.774369, 1.8218e-6, true }, { 1000, 1100, 4.761905, 0.0290963, false },
        { 10000, 10300, 4.433498, 0.0352402, false }, { 5000, 5100, 0.990099, 0.319718, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        ratio_check r;
        assert_ok(c, ratio_check_counts(c, (double[]){ cases[i].a, cases[i].b }, (double[]){ 1, 1 }, 2, &r));
        assert_near(cases[i].chi2, r.chi2, 5e-7);
        assert_near(cases[i].p, r.p, 5e-5 * cases[i].p);
        assert_int_equal(cases[i].alarm, r.alarm);
    }
}

TEST(ratio_check, knows_unequal_shares_and_names_the_arm_that_is_off) {
    TEST_CTX(c);
    ratio_check r;
    assert_ok(c, ratio_check_counts(c, (double[]){ 500, 4750, 4750 }, (double[]){ 0.05, 0.475, 0.475 }, 3, &r));
    assert_true(r.chi2 < 1e-9 && r.p > 0.999 && !r.alarm);
    assert_ok(c, ratio_check_counts(c, (double[]){ 400, 4800, 4800 }, (double[]){ 5, 47.5, 47.5 }, 3, &r));
    assert_near(10000.0 / 500 + 2 * 2500.0 / 4750, r.chi2, 1e-9);
    assert_true(r.alarm && r.worst == 0);
    assert_ok(c, ratio_check_counts(c, (double[]){ 0, 0 }, (double[]){ 1, 1 }, 2, &r));
    assert_true(r.p == 1 && !r.alarm);
}

TEST(ratio_check, refuses_what_is_no_experiment) {
    TEST_CTX(c);
    ratio_check r;
    assert_err(ERR_INVALID, ratio_check_counts(c, (double[]){ 9 }, (double[]){ 1 }, 1, &r));
    assert_err(ERR_INVALID, ratio_check_counts(c, (double[]){ 9, 8 }, (double[]){ 1, 0 }, 2, &r));
    assert_err(ERR_INVALID, ratio_check_counts(c, (double[]){ 9, -8 }, (double[]){ 1, 1 }, 2, &r));
}
