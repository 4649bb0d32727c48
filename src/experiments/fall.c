/* The test of a fall; see fall.h. */
#include "experiments/fall.h"
#include <math.h>
#include "experiments/fixed.h"

typedef struct { double expected, came, base; } forecast;       /* base: clicks that the expectation rests on */

/* A day as its weekday fellows among the days before foretell it; `self` is left out of them. */
static forecast foretell(const fall_day *day, size_t n_before, size_t self) {
    forecast f = { 0 };
    for (size_t p = 0; p < FALL_PLACES; p++) {
        double answers = 0, clicked = 0;
        for (size_t b = self % 7; b < n_before; b += 7)
            if (b != self) answers += day[b].answers[p], clicked += day[b].clicked[p];
        if (!(answers > 0)) continue;           /* a place that is new says nothing */
        f.expected += day[self].answers[p] * clicked / answers;
        f.came += day[self].clicked[p];
        f.base += clicked;
    }
    return f;
}

static double own_variance(forecast f) { return f.expected + (f.base > 0 ? f.expected * f.expected / f.base : 0); }

/* How unlike days are beyond chance, from each day before against its fellows. */
static double unlikeness(const fall_day *day, size_t n_before, double *ret_days) {
    double beyond = 0, squares = 0;
    *ret_days = 0;
    for (size_t b = 0; b < n_before; b++) {
        forecast f = foretell(day, n_before, b);
        if (!(f.expected > 0)) continue;
        beyond += pow(f.came - f.expected, 2) - own_variance(f);
        squares += f.expected * f.expected;
        *ret_days += 1;
    }
    return squares > 0 ? fmax(beyond / squares, 0) : 0;
}

fall_answer fall_test(const fall_day *day, size_t n_before, size_t n_after) {
    fall_answer a = { .p = 1 };
    double days = 0, variance = 0, tau2 = unlikeness(day, n_before, &days);
    if (n_before < FALL_BEFORE_LEAST || days < FALL_BEFORE_LEAST) return a;
    for (size_t i = n_before; i < n_before + n_after; i++) {
        forecast f = foretell(day, n_before, i);
        a.expected += f.expected, a.came += f.came;
        variance += own_variance(f) + tau2 * f.expected * f.expected;
    }
    a.known = a.expected >= FALL_CLICKS_LEAST;
    if (!a.known) return a;
    const contrast c = { .known = true, .value = a.came - a.expected, .se = sqrt(variance), .df = days - 7, .n = days };
    a.fall_0_1 = 1 - a.came / a.expected;
    a.p = fixed_test(c, .05, SIDES_LESS).p;
    return a;
}

bool fall_is_alarm(fall_answer a, size_t tests) {
    const double each_night = 1 / (365.0 * FALL_YEARS);
    return a.known && a.fall_0_1 >= FALL_MATTERS && a.p * (double)tests <= each_night;
}
