/* Distribution functions against published digits and 40-digit arithmetic (mpmath). */
#include <math.h>
#include "num/quadrature.h"
#include "num/special.h"
#include "tests/test.h"

static void near(double expected, double got, double relative) {
    if (!(fabs(got - expected) <= relative * fabs(expected) + 1e-300)) test_fail("expected %.15g, got %.15g", expected, got);
}

TEST(special, normal_has_the_digits_of_the_tables) {
    static const struct { double x, tail; } cases[] = {
        { -1, 0.841344746068543 }, { 1.96, 0.0249978951482204 }, { 5, 2.86651571879194e-7 },
        { 10, 7.61985302416053e-24 }, { 37, 5.72557122252458e-300 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) near(cases[i].tail, special_normal_tail(cases[i].x), 1e-12);
    near(1.959963984540054, special_normal_quantile(0.975), 1e-14);
    near(-2.326347874040841, special_normal_quantile(0.01), 1e-14);
    near(-37.0471, special_normal_quantile(1e-300), 1e-6);
    assert_true(fabs(special_normal_quantile(0.5)) < 1e-15);
    assert_true(isinf(special_normal_quantile(0)) && isinf(special_normal_quantile(1)) && isnan(special_normal_quantile(1.1)));
}

TEST(special, quantiles_turn_the_tails_round) {
    static const double freedom[] = { 0.7, 1, 2, 3, 7.5, 30, 400, 1e5, 1e7, INFINITY };
    for (double tail = 1e-12; tail < 0.999; tail = tail < 0.01 ? tail * 10 : tail + 0.07) {
        near(tail, special_normal_tail(-special_normal_quantile(tail)), 1e-11);
        for (size_t k = 0; k < COUNT(freedom); k++) near(tail, special_t_tail(special_t_upper(tail, freedom[k]), freedom[k]), 1e-8);
    }
    near(12.7062047361747, special_t_upper(0.025, 1), 1e-12);
    near(2.570581835636314, special_t_upper(0.025, 5), 1e-12);
    near(-2.042272456301238, special_t_upper(0.975, 30), 1e-12);
}

TEST(special, student_tails_equal_exact_arithmetic) {
    static const struct { double t, df, tail; } cases[] = {
        { 1, 1, 0.25 }, { 2, 5, 0.0509697394149292 }, { 2.5, 1000, 0.0062892839005454 }, { 8, 3, 0.00203828879389273 },
        { 40, 30, 6.8630225972032e-28 }, { 6, 6000, 1.04418727159759e-9 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        near(cases[i].tail, special_t_tail(cases[i].t, cases[i].df), 1e-11);
        near(1 - cases[i].tail, special_t_tail(-cases[i].t, cases[i].df), 1e-12);
    }
}

TEST(special, beta_equals_exact_arithmetic) {
    static const struct { double a, b, x, p; } cases[] = {
        { 0.5, 0.5, 0.1, 0.204832764699133 }, { 2, 3, 0.5, 0.6875 }, { 50, 30, 0.6, 0.317057153969112 },
        { 5, 2000, 0.001, 0.0529241845231013 }, { 1000, 1000, 0.49, 0.185552659431512 }, { 121, 881, 0.13, 0.816756308320728 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        near(cases[i].p, special_beta_cdf(cases[i].a, cases[i].b, cases[i].x), 1e-11);
        near(1 - cases[i].p, special_beta_cdf(cases[i].b, cases[i].a, 1 - cases[i].x), 1e-11);
    }
    near(0.5, special_beta_cdf(5e6, 5e6, 0.5), 1e-8);
    assert_true(special_beta_cdf(2, 3, -1) == 0 && special_beta_cdf(2, 3, 2) == 1);
    static const struct { double a, b, log_beta; } logs[] = {
        { 0.5, 0.5, 1.1447298858494 }, { 3, 20000, -29.0174654707988 }, { 12, 15, -18.5681727323894 },
        { 1e6, 2e6, -1909548.29096853 }, { 9.5, 12000.5, -77.5447143299928 },
    };
    for (size_t i = 0; i < COUNT(logs); i++) near(logs[i].log_beta, special_log_beta(logs[i].a, logs[i].b), 1e-13);
    assert_true(fabs(special_log_beta(1, 1)) < 1e-14);
}

TEST(special, chi_square_has_the_digits_of_the_tables) {
    static const struct { double a, x, tail; } cases[] = {
        { 0.5, 1.92, 0.0500435212487051 }, { 5, 3, 0.815263244523772 }, { 5, 12, 0.007600390681067 },
        { 100, 120, 0.0278637398905207 }, { 0.5, 11.387, 1.82214255808501e-6 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) near(cases[i].tail, special_gamma_tail(cases[i].a, cases[i].x), 1e-11);
    near(0.05, special_chi2_tail(3.841458820694124, 1), 1e-12);
    near(0.05, special_chi2_tail(18.307038053275146, 10), 1e-12);
    assert_true(special_chi2_tail(0, 3) == 1);
}

TEST(quadrature, is_exact_for_polynomials_of_degree_31) {
    double at[QUADRATURE_POINTS], weight[QUADRATURE_POINTS];
    quadrature_points(-1, 3, at, weight);
    for (int degree = 0; degree < 32; degree++) {
        double sum = 0;
        for (int i = 0; i < QUADRATURE_POINTS; i++) sum += weight[i] * pow(at[i], degree);
        near((pow(3, degree + 1) - pow(-1, degree + 1)) / (degree + 1), sum, 1e-12);
    }
    for (int i = 1; i < QUADRATURE_POINTS; i++) assert_true(at[i] > at[i - 1]);
}
