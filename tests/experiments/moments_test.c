/* Sums of arms: days, refunds, ratios, and the covariate. */
#include "experiments/cuped.h"
#include "experiments/moments.h"
#include "tests/experiments/near.h"

static unit_totals draw(rng *r) {
    double d = (double)rng_below(r, 5);
    return (unit_totals){ .y = d * (double)rng_below(r, 9000), .d = d, .x = (double)rng_below(r, 20000) };
}

TEST(moments, of_days_equal_those_of_the_whole_period) {
    rng r;
    rng_seed(&r, 5);
    moments whole = { 0 }, days[3] = { { 0 } };
    for (int i = 0; i < 500; i++) {
        unit_totals first = draw(&r), second = first;
        second.y += 1234, second.d += 1;                        /* bought again the next day */
        unit_totals last = second;
        if (i % 7 == 0) last.y -= 1000;                         /* and sent something back on the third */
        moments_add(&whole, last);
        moments_add(&days[0], first);
        moments_change(&days[1], first, second);
        moments_change(&days[2], second, last);
    }
    moments sum = days[0];
    moments_merge(&sum, &days[1]);
    moments_merge(&sum, &days[2]);
    assert_memory_equal(&whole, &sum, sizeof sum);
    moments_subtract(&sum, &days[2]);
    moments_subtract(&sum, &days[1]);
    assert_memory_equal(&days[0], &sum, sizeof sum);
}

TEST(moments, forget_a_unit_that_is_removed) {
    moments m = { 0 };
    moments_add(&m, (unit_totals){ 3, 2, 5 });
    moments before = m;
    moments_add(&m, (unit_totals){ 700, 1, 4 });
    moments_remove(&m, (unit_totals){ 700, 1, 4 });
    assert_memory_equal(&before, &m, sizeof m);
}

TEST(moments, give_the_mean_the_share_and_the_ratio_a_person_works_out) {
    static const unit_totals units[] = { { 2, 1, 0 }, { 4, 2, 0 }, { 9, 3, 0 } };
    moments m = { 0 }, share = { .n = 50, .y = 10, .yy = 10 };
    for (size_t i = 0; i < COUNT(units); i++) moments_add(&m, units[i]);
    estimate mean = moments_estimate(&m, METRIC_KIND_MEAN), ratio = moments_estimate(&m, METRIC_KIND_RATIO);
    assert_near(5, mean.value, 1e-12);
    assert_near(13, mean.unit_variance, 1e-12);
    assert_near(13.0 / 3, estimate_error2(mean), 1e-12);
    assert_near(2.5, ratio.value, 1e-12);                       /* residuals y - 2.5 d: -.5, -1, 1.5; squares 3.5; / 2 / 2^2 */
    assert_near(3.5 / 2 / 4, ratio.unit_variance, 1e-12);
    assert_near(0.2 * 0.8 / 50, estimate_error2(moments_estimate(&share, METRIC_KIND_SHARE)), 1e-15);
}

/* The spread of a ratio the slow way: leave out one unit after the other (Quenouille 1956). */
TEST(moments, of_a_ratio_give_the_variance_of_the_jackknife) {
    rng r;
    rng_seed(&r, 21);
    enum { N = 400 };
    static unit_totals u[N];
    moments all = { 0 };
    for (int i = 0; i < N; i++) {
        u[i] = draw(&r);
        moments_add(&all, u[i]);
    }
    double squares = 0;
    for (int i = 0; i < N; i++) {
        double without = (all.y - u[i].y) / (all.d - u[i].d) - all.y / all.d;
        squares += without * without;
    }
    double jackknife = (N - 1.0) / N * squares;
    assert_near(1, estimate_error2(moments_estimate(&all, METRIC_KIND_RATIO)) / jackknife, 0.02);
}

TEST(moments, of_nothing_are_an_estimate_of_nothing) {
    moments none = { 0 }, one = { 0 };
    moments_add(&one, (unit_totals){ 5, 0, 0 });
    for (int k = 0; k < METRIC_KIND_COUNT; k++) {
        estimate e = moments_estimate(&none, (metric_kind)k);
        assert_true(e.n == 0 && e.value == 0 && estimate_error2(e) == 0);
    }
    assert_true(moments_estimate(&one, METRIC_KIND_MEAN).unit_variance == 0);
    assert_true(moments_estimate(&one, METRIC_KIND_RATIO).value == 0);
}

TEST(moments, that_no_units_can_have_are_refused) {
    TEST_CTX(c);
    static const moments bad[] = {
        { .n = -1 }, { .n = 0, .y = 4, .yy = 16 }, { .n = 2, .y = 10, .yy = 20 }, { .n = 5, .yy = -1 }, { .n = NAN },
        { .n = 5, .y = INFINITY }, { .n = 9, .yy = 1, .xx = 1, .xy = 2 },
    };
    for (size_t i = 0; i < COUNT(bad); i++) assert_err(ERR_INVALID, moments_check(c, &bad[i]));
    assert_ok(c, moments_check(c, &(moments){ .n = 3000, .y = 1396.87, .yy = 52377.9767 }));
}

TEST(cuped, equals_the_published_case) {
    static const double y[] = { 2, 4, 6, 8, 5, 7 }, x[] = { 1, 3, 4, 7, 5, 6 };
    moments m = { 0 };
    for (size_t i = 0; i < COUNT(y); i++) moments_add(&m, (unit_totals){ y[i], 0, x[i] });
    estimate adjusted;
    cuped_estimates(&m, 1, METRIC_KIND_MEAN, &adjusted);
    assert_near(0.957143, cuped_theta(&m, 1, METRIC_KIND_MEAN), 5e-7);
    assert_near(4.666667, moments_estimate(&m, METRIC_KIND_MEAN).unit_variance, 5e-7);
    assert_near(0.391429, adjusted.unit_variance, 5e-7);
    assert_near(32.0 / 6, adjusted.value, 1e-12);
}

TEST(cuped, takes_the_share_of_variance_that_the_correlation_explains) {
    rng r;
    rng_seed(&r, 3);
    moments arm[2] = { { 0 } };
    double xx = 0, yy = 0, xy = 0;                              /* within arms, by the slow way: two passes over kept values */
    enum { N = 4000 };
    static double ys[2][N], xs[2][N];
    for (int a = 0; a < 2; a++)
        for (int i = 0; i < N; i++) {
            xs[a][i] = 20 * rng_unit(&r), ys[a][i] = 3 * a + 2 * xs[a][i] + 15 * rng_unit(&r);
            moments_add(&arm[a], (unit_totals){ ys[a][i], 0, xs[a][i] });
        }
    for (int a = 0; a < 2; a++)
        for (int i = 0; i < N; i++) {
            double dx = xs[a][i] - arm[a].x / N, dy = ys[a][i] - arm[a].y / N;
            xx += dx * dx, yy += dy * dy, xy += dx * dy;
        }
    estimate plain[2], adjusted[2];
    for (int a = 0; a < 2; a++) plain[a] = moments_estimate(&arm[a], METRIC_KIND_MEAN);
    cuped_estimates(arm, 2, METRIC_KIND_MEAN, adjusted);
    double factor = (adjusted[0].unit_variance + adjusted[1].unit_variance) / (plain[0].unit_variance + plain[1].unit_variance);
    assert_near(1 - xy * xy / (xx * yy), factor, 1e-9);
    assert_near(3, adjusted[1].value - adjusted[0].value, 4 * sqrt(2 * 15 * 15 / 12.0 / N));
}

TEST(cuped, without_a_covariate_changes_nothing) {
    moments arm[2] = { { .n = 100, .y = 30, .yy = 30 }, { .n = 90, .y = 33, .yy = 33, .x = 90 * 7, .xx = 90 * 49, .xy = 33 * 7 } };
    arm[0].x = 700, arm[0].xx = 4900, arm[0].xy = 210;          /* the same everywhere: it explains nothing */
    estimate adjusted[2];
    cuped_estimates(arm, 2, METRIC_KIND_SHARE, adjusted);
    for (int a = 0; a < 2; a++) {
        estimate plain = moments_estimate(&arm[a], METRIC_KIND_SHARE);
        assert_memory_equal(&plain, &adjusted[a], sizeof plain);
    }
}

TEST(cuped, of_a_ratio_equals_cuped_of_its_linearised_values) {
    rng r;
    rng_seed(&r, 8);
    enum { N = 300 };
    moments ratio = { 0 }, linear = { 0 };
    static unit_totals u[N];
    for (int i = 0; i < N; i++) {
        u[i] = draw(&r);
        u[i].x += u[i].y;
        moments_add(&ratio, u[i]);
    }
    double value = ratio.y / ratio.d, mean = ratio.d / N;
    for (int i = 0; i < N; i++) moments_add(&linear, (unit_totals){ (u[i].y - value * u[i].d) / mean, 0, u[i].x });
    estimate a, b;
    cuped_estimates(&ratio, 1, METRIC_KIND_RATIO, &a);
    cuped_estimates(&linear, 1, METRIC_KIND_MEAN, &b);
    assert_near(1, cuped_theta(&ratio, 1, METRIC_KIND_RATIO) / cuped_theta(&linear, 1, METRIC_KIND_MEAN), 1e-9);
    assert_near(1, a.unit_variance / b.unit_variance, 1e-9);
    assert_near(value, a.value, 1e-9 * value);
}
