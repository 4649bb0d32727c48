/* The normal mixture boundary, solved for interval and for p; see sequential.h. */
#include "experiments/sequential.h"
#include <math.h>

static double rho2(sequential_plan plan) {
    double a = -2 * log(plan.alpha);
    return (a + log1p(a)) / plan.tuning;
}

double sequential_multiplier(sequential_plan plan, double level, double n, sides s) {
    double nr = n * rho2(plan), height = sqrt(nr + 1) / level;
    double evidence = s == SIDES_TWO ? log(height) : log1p(height / 2);
    return sqrt(2 * (nr + 1) / nr * evidence);
}

/* The boundary of sequential_multiplier() solved for the level. */
double sequential_p(contrast x, sequential_plan plan, sides s) {
    if (!x.known || !(x.n > 0)) return 1;
    double z = x.value / x.se, nr = x.n * rho2(plan), evidence = z * z * nr / (2 * (nr + 1));
    if (s == SIDES_TWO) return fmin(sqrt(nr + 1) * exp(-evidence), 1);
    if (s == SIDES_GREATER ? z <= 0 : z >= 0) return 1;
    return fmin(sqrt(nr + 1) / (2 * expm1(evidence)), 1);
}

effect sequential_test(contrast x, sequential_plan plan, double level, sides s) {
    if (!x.known) return effect_unknown();
    double reach = sequential_multiplier(plan, level, x.n, s) * x.se;
    return (effect){ true, x.value, s == SIDES_LESS ? -INFINITY : x.value - reach, s == SIDES_GREATER ? INFINITY : x.value + reach,
                     x.se, sequential_p(x, plan, s) };
}

effect sequential_lift(estimate control, estimate variant, sequential_plan plan, double level, sides s) {
    contrast lift = effect_lift(control, variant), difference = effect_difference(control, variant);
    if (!lift.known) return effect_unknown();
    effect out = { true, lift.value, 0, 0, lift.se, sequential_p(difference, plan, s) };
    effect_fieller(control, variant, sequential_multiplier(plan, level, difference.n, s), &out.low, &out.high);
    if (s == SIDES_LESS) out.low = -INFINITY;
    if (s == SIDES_GREATER) out.high = INFINITY;
    return out;
}

double sequential_mixture_ratio(double difference, double variance, double tau2) {
    double both = variance + tau2;
    return sqrt(variance / both) * exp(tau2 * difference * difference / (2 * variance * both));
}

double sequential_mixture_p(double before, double ratio) { return fmin(before, 1 / ratio); }
