/* Contrasts of two arms; see effect.h. */
#include "experiments/effect.h"
#include <math.h>

effect effect_unknown(void) { return (effect){ .low = -INFINITY, .high = INFINITY, .p = 1 }; }

void effect_steady(estimate *arm, size_t arms) {
    double n = 0, squares = 0;
    for (size_t i = 0; i < arms; i++) n += arm[i].n, squares += arm[i].n * arm[i].unit_variance;
    for (size_t i = 0; i < arms && n > 0; i++) arm[i].unit_variance = fmax(arm[i].unit_variance, squares / n);
}

/* Mean square of what a buyer of the arm spends: its own, drawn towards everybody's the more the fewer buyers it has, and never below
 * its own. */
static double squares_a_buyer(double own_squares, double buyers, double of_all) {
    double drawn = (own_squares + EFFECT_BUYERS_LENT * of_all) / (buyers + EFFECT_BUYERS_LENT);
    return fmax(drawn, own_squares / buyers);
}

void effect_pool_spending(const moments *revenue, const moments *buyers, size_t arms, estimate *arm) {
    double squares = 0, who = 0;
    for (size_t i = 0; i < arms; i++) squares += revenue[i].yy, who += buyers[i].y;
    for (size_t i = 0; i < arms && who > 0; i++) {
        double n = arm[i].n, b = buyers[i].y;
        if (!(n > 1 && b > 0)) continue;
        double variance = b / n * squares_a_buyer(revenue[i].yy, b, squares / who) - arm[i].value * arm[i].value;
        if (variance > 0) arm[i].unit_variance = variance * n / (n - 1);
    }
}

static double welch_df(estimate a, estimate b) {
    double va = estimate_error2(a), vb = estimate_error2(b);
    return (va + vb) * (va + vb) / (va * va / (a.n - 1) + vb * vb / (b.n - 1));
}

static bool comparable(estimate a, estimate b) {
    return a.n > 1 && b.n > 1 && a.unit_variance >= 0 && b.unit_variance >= 0 && a.unit_variance + b.unit_variance > 0;
}

static contrast build(estimate a, estimate b, double value, double variance) {
    return (contrast){ true, value, sqrt(variance), welch_df(a, b), a.n + b.n };
}

contrast effect_difference(estimate control, estimate variant) {
    if (!comparable(control, variant)) return (contrast){ 0 };
    return build(control, variant, variant.value - control.value, estimate_error2(control) + estimate_error2(variant));
}

contrast effect_lift(estimate control, estimate variant) {
    if (!comparable(control, variant) || !(control.value > 0)) return (contrast){ 0 };
    double a2 = control.value * control.value, ratio = variant.value / control.value;
    return build(control, variant, ratio - 1, (estimate_error2(variant) + estimate_error2(control) * ratio * ratio) / a2);
}

contrast effect_log_ratio(estimate control, estimate variant) {
    if (!comparable(control, variant) || !(control.value > 0) || !(variant.value > 0)) return (contrast){ 0 };
    return build(control, variant, log(variant.value / control.value),
                 estimate_error2(variant) / (variant.value * variant.value) + estimate_error2(control) / (control.value * control.value));
}

/* (b - r a)^2 = k^2 (vb + r^2 va) is the quadratic  A r^2 - 2 B r + C = 0  in r. */
void effect_fieller(estimate control, estimate variant, double multiplier, double *ret_low, double *ret_high) {
    double k2 = multiplier * multiplier;
    double A = control.value * control.value - k2 * estimate_error2(control), B = control.value * variant.value;
    double C = variant.value * variant.value - k2 * estimate_error2(variant);
    double root = sqrt(fmax(B * B - A * C, 0));
    bool control_sure = A > 0, variant_sure = C > 0;
    *ret_high = control_sure ? (B + root) / A - 1 : INFINITY;
    /* C / (B + root) is (B - root) / A without the cancellation, and stays right when A is not above 0 */
    *ret_low = control_sure || variant_sure ? C / (B + root) - 1 : -INFINITY;
}
