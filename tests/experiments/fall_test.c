/* A fall of clicks: worked by hand, then simulated shops in which nothing or something changed. */
#include "experiments/fall.h"
#include <string.h>
#include "tests/experiments/near.h"

/* Every day has 1,000 answers; weekends are clicked twice as often. */
static void even_days(fall_day *day, size_t n, double rate) {
    memset(day, 0, n * sizeof *day);
    for (size_t i = 0; i < n; i++) {
        day[i].answers[0] = 1000;
        day[i].clicked[0] = 1000 * rate * (i % 7 >= 5 ? 2 : 1);
    }
}

TEST(fall, compares_each_weekday_with_itself) {
    fall_day day[FALL_BEFORE + 2];
    even_days(day, COUNT(day), .05);
    fall_answer a = fall_test(day, FALL_BEFORE, 2);
    assert_true(a.known);
    assert_near(100, a.expected, 1e-9);
    assert_near(0, a.fall_0_1, 1e-12);
    assert_near(.5, a.p, 1e-12);
    day[FALL_BEFORE].clicked[0] = 30, day[FALL_BEFORE + 1].clicked[0] = 40;
    a = fall_test(day, FALL_BEFORE, 2);
    assert_near(.3, a.fall_0_1, 1e-12);
    /* days were all alike, so tau is 0: (70 - 100) / sqrt(2 (50 + 50^2 / 200)) = -2.6833; Student t of 21: .006958 */
    assert_near(.006958, a.p, 5e-7);
    assert_false(fall_is_alarm(a, 1));
}

TEST(fall, leaves_new_places_and_short_pasts_alone) {
    fall_day day[FALL_BEFORE + 1];
    even_days(day, COUNT(day), .05);
    day[FALL_BEFORE].answers[1] = 5000;                     /* a place that is new, and hardly clicked */
    assert_near(0, fall_test(day, FALL_BEFORE, 1).fall_0_1, 1e-12);
    day[FALL_BEFORE].clicked[0] = 0;
    assert_true(fall_is_alarm(fall_test(day, FALL_BEFORE, 1), 1));
    assert_false(fall_test(day + 21, 7, 1).known);
    even_days(day, COUNT(day), .0005);                      /* half a click a day */
    assert_false(fall_test(day, FALL_BEFORE, 1).known);
}

static double normal(rng *r) { return sqrt(-2 * log(1 - rng_unit(r))) * cos(6.283185307179586 * rng_unit(r)); }

/* Weekdays, two places, days unlike each other by 15 %, visitors who click several answers; `change` holds after. */
static void simulate(rng *r, fall_day *day, size_t n_before, size_t n_after, double change) {
    memset(day, 0, (n_before + n_after) * sizeof *day);
    for (size_t i = 0; i < n_before + n_after; i++) {
        double mood = exp(.15 * normal(r)) * (i % 7 >= 5 ? 1.5 : 1) * (i >= n_before ? change : 1);
        for (size_t p = 0; p < 2; p++) {
            day[i].answers[p] = (p ? 2000 : 600) * exp(.2 * normal(r));
            for (int v = rng_poisson(r, fmin(day[i].answers[p] * (p ? .03 : .06) * mood, 600)); v > 0; v--)
                day[i].clicked[p] += 1 + (double)rng_below(r, 3);
        }
    }
}

TEST(fall, is_seldom_seen_where_there_is_none_and_mostly_where_there_is) {
    enum { SHOPS = 4000 };
    fall_day day[FALL_BEFORE + FALL_AFTER];
    rng r;
    size_t one_percent = 0, alarms = 0, found = 0;
    rng_seed(&r, 17);
    for (int i = 0; i < SHOPS; i++) {
        size_t after = 1 + (size_t)i % FALL_AFTER;
        simulate(&r, day, FALL_BEFORE, after, 1);
        fall_answer a = fall_test(day, FALL_BEFORE, after);
        one_percent += a.p <= .01;
        alarms += fall_is_alarm(a, 1);
    }
    assert_in_range(one_percent, 1, SHOPS / 100 * 2);       /* nominal 40; about 1 in 100 */
    if (one_percent > 80) test_fail("%zu", one_percent);
    assert_true(alarms <= 3);                               /* 0.5 expected at the nominal level */
    for (int i = 0; i < 400; i++) {
        simulate(&r, day, FALL_BEFORE, FALL_AFTER, .5);
        found += fall_is_alarm(fall_test(day, FALL_BEFORE, FALL_AFTER), 4);
    }
    if (found < 360) test_fail("%zu of 400 found", found);
}
