/* Tests of daily figures as a series. Drawn shops have weekdays and noise; references are worked by hand or written another way. */
#include "tests/test.h"
#include <math.h>
#include "base/rng.h"
#include "insights/series.h"
#include "tests/experiments/near.h"

static const double week[7] = { 0.8, 0.9, 1.0, 1.0, 1.1, 1.5, 0.7 };     /* Monday first */
enum { MONDAY = 4 };                                                       /* 1970-01-05 */

/* A count near `mean`: normal with Poisson's variance is near enough for means of a hundred. */
static double draw(rng *r, double mean) {
    double u = sqrt(-2 * log(1 - rng_unit(r))) * cos(2 * M_PI * rng_unit(r));
    return fmax(round(mean + u * sqrt(mean)), 0);
}

static void draw_days(rng *r, double mean, double weekly, size_t n, double *y) {
    for (size_t i = 0; i < n; i++) y[i] = draw(r, mean * week[i % 7] * pow(weekly, (double)i / 7));
}

TEST(series, learns_what_weekdays_are_worth) {
    rng r;
    double y[140], got[7];
    rng_seed(&r, 1);
    draw_days(&r, 400, 1, COUNT(y), y);
    series_weekdays(y, COUNT(y), MONDAY, got);
    for (size_t w = 0; w < 7; w++) assert_near(week[w], got[w], 0.06);
    series_weekdays(y, 3, MONDAY, got);
    for (size_t w = 0; w < 7; w++) assert_near(1, got[w], 1e-12);
}

TEST(series, calls_few_ordinary_days_unusual_and_most_extraordinary_ones) {
    rng r;
    rng_seed(&r, 2);
    int false_alarms = 0, found = 0;
    for (int i = 0; i < 1000; i++) {
        double y[57];
        series_verdict v;
        draw_days(&r, 100, 1, COUNT(y), y);
        assert_true(series_judge(y, COUNT(y), MONDAY, true, &v));
        false_alarms += v.unusual;
        y[56] *= 0.4;
        assert_true(series_judge(y, COUNT(y), MONDAY, true, &v));
        found += v.unusual && v.z < 0;
    }
    assert_in_range(false_alarms, 0, 15);
    assert_in_range(found, 850, 1000);
}

TEST(series, is_not_led_astray_by_one_black_friday) {
    rng r;
    rng_seed(&r, 3);
    double y[36];
    series_verdict v, without;
    draw_days(&r, 100, 1, COUNT(y), y);
    assert_true(series_judge(y, COUNT(y), MONDAY, true, &without));
    y[25] *= 9;
    assert_true(series_judge(y, COUNT(y), MONDAY, true, &v));
    assert_near(without.usual, v.usual, 0.1 * without.usual);
}

TEST(series, says_nothing_of_too_few_days_or_of_nothing) {
    double y[30] = { 0 };
    series_verdict v;
    series_trend t;
    assert_false(series_judge(y, 30, MONDAY, true, &v));
    for (size_t i = 0; i < 30; i++) y[i] = 10;
    assert_false(series_judge(y, SERIES_LEAST_DAYS, MONDAY, true, &v));
    assert_true(series_judge(y, SERIES_LEAST_DAYS + 1, MONDAY, true, &v));
    assert_false(v.unusual);
    assert_false(series_trend_of(y, SERIES_LEAST_DAYS - 1, MONDAY, &t));
    assert_true(series_trend_of(y, 30, MONDAY, &t));
    assert_near(1, t.weekly, 1e-12);
    assert_near(1, t.p, 1e-12);
    for (size_t i = 0; i < 8; i++) y[3 * i] = 0;
    assert_false(series_trend_of(y, 30, MONDAY, &t));
}

TEST(series, finds_the_trend_and_seldom_one_that_is_not_there) {
    rng r;
    rng_seed(&r, 4);
    int found = 0, false_alarms = 0;
    double sum = 0;
    for (int i = 0; i < 200; i++) {
        double y[56];
        series_trend t;
        draw_days(&r, 200, 1.05, COUNT(y), y);
        assert_true(series_trend_of(y, COUNT(y), MONDAY, &t));
        found += t.p < .01, sum += t.weekly;
        draw_days(&r, 200, 1, COUNT(y), y);
        assert_true(series_trend_of(y, COUNT(y), MONDAY, &t));
        false_alarms += t.p < .01;
    }
    assert_in_range(found, 195, 200);
    assert_in_range(false_alarms, 0, 8);
    assert_near(1.05, sum / 200, 0.005);
}

TEST(series, measures_a_line_that_only_rises) {
    double rising[21];
    series_trend t;
    for (size_t i = 0; i < 21; i++) rising[i] = exp(0.01 * (double)i);
    assert_true(series_trend_of(rising, 21, MONDAY, &t));
    assert_near(exp(0.07), t.weekly, 0.003);
    assert_near(2.77e-10, t.p, 0.02e-10);       /* S = 210, variance 21 * 20 * 47 / 18 = 1096.67, z = 209 / 33.116 = 6.311 */
}

TEST(series, tells_a_shifted_mix_from_chance) {
    const double before[4] = { 500, 300, 150, 50 }, same[4] = { 101, 59, 29, 11 }, other[4] = { 60, 60, 60, 20 };
    series_drift d;
    assert_true(series_drift_of(before, same, 4, &d));
    assert_true(d.psi < .01 && d.p > .5);
    assert_true(series_drift_of(before, other, 4, &d));
    double psi = 0;                         /* the definition, to the half counts added */
    for (int i = 0; i < 4; i++) psi += (other[i] / 200 - before[i] / 1000) * log(other[i] / 200 / (before[i] / 1000));
    assert_near(psi, d.psi, .02);
    assert_true(d.p < 1e-6);
    assert_false(series_drift_of(before, (const double[4]){ 10, 10, 10, 10 }, 4, &d));
    assert_false(series_drift_of((const double[2]){ 900, 1 }, (const double[2]){ 800, 1 }, 1, &d));
}

TEST(series, is_wrong_about_a_mix_as_often_as_it_says) {
    const double share[5] = { .4, .3, .15, .1, .05 };
    rng r;
    rng_seed(&r, 5);
    int below = 0;
    for (int i = 0; i < 1000; i++) {
        double a[5] = { 0 }, b[5] = { 0 };
        series_drift d;
        for (int k = 0; k < 1500; k++) {
            double u = rng_unit(&r);
            int kind = 0;
            while (kind < 4 && u > share[kind]) u -= share[kind++];
            (k < 1000 ? a : b)[kind]++;
        }
        assert_true(series_drift_of(a, b, 5, &d));
        below += d.p < .05;
    }
    assert_in_range(below, 30, 75);
}
