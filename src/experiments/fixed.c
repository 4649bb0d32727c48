/* Tests for one look; see fixed.h. */
#include "experiments/fixed.h"
#include <assert.h>
#include <math.h>
#include "num/special.h"

static double p_of(double t, double df, sides s) {
    switch (s) {
    case SIDES_GREATER: return special_t_tail(t, df);
    case SIDES_LESS: return special_t_tail(-t, df);
    case SIDES_TWO: break;
    }
    return fmin(2 * special_t_tail(fabs(t), df), 1);
}

static double t_multiplier(double df, double alpha, sides s) { return special_t_upper(s == SIDES_TWO ? alpha / 2 : alpha, df); }

effect fixed_test(contrast x, double alpha, sides s) {
    if (!x.known) return effect_unknown();
    double reach = t_multiplier(x.df, alpha, s) * x.se;
    return (effect){ true, x.value, s == SIDES_LESS ? -INFINITY : x.value - reach, s == SIDES_GREATER ? INFINITY : x.value + reach,
                     x.se, p_of(x.value / x.se, x.df, s) };
}

effect fixed_lift(estimate control, estimate variant, double alpha, sides s) {
    contrast lift = effect_lift(control, variant), difference = effect_difference(control, variant);
    if (!lift.known) return effect_unknown();
    effect out = { true, lift.value, 0, 0, lift.se, p_of(difference.value / difference.se, difference.df, s) };
    effect_fieller(control, variant, t_multiplier(difference.df, alpha, s), &out.low, &out.high);
    if (s == SIDES_LESS) out.low = -INFINITY;
    if (s == SIDES_GREATER) out.high = INFINITY;
    return out;
}

/* Wilson's score interval of one share. */
static void wilson(double hits, double n, double z, double *ret_low, double *ret_high) {
    double p = hits / n, middle = p + z * z / (2 * n), reach = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *ret_low = (middle - reach) / (1 + z * z / n), *ret_high = (middle + reach) / (1 + z * z / n);
}

void fixed_share_interval(double hits, double n, double alpha, double *ret_low, double *ret_high) {
    wilson(hits, n, -special_normal_quantile(alpha / 2), ret_low, ret_high);
}

effect fixed_shares(double control_hits, double control_n, double variant_hits, double variant_n, double alpha) {
    if (!(control_n > 0 && variant_n > 0)) return effect_unknown();
    double a = control_hits / control_n, b = variant_hits / variant_n, z = -special_normal_quantile(alpha / 2);
    double pooled = (control_hits + variant_hits) / (control_n + variant_n);
    double null_se = sqrt(pooled * (1 - pooled) * (1 / control_n + 1 / variant_n));
    double a_low, a_high, b_low, b_high;
    wilson(control_hits, control_n, z, &a_low, &a_high);
    wilson(variant_hits, variant_n, z, &b_low, &b_high);
    effect out = { .known = true, .value = b - a, .se = sqrt(a * (1 - a) / control_n + b * (1 - b) / variant_n) };
    out.low = b - a - sqrt((b - b_low) * (b - b_low) + (a_high - a) * (a_high - a));
    out.high = b - a + sqrt((b_high - b) * (b_high - b) + (a - a_low) * (a - a_low));
    out.p = null_se > 0 ? p_of((b - a) / null_se, INFINITY, SIDES_TWO) : 1;
    return out;
}

enum { MOST = 100 };                 /* variants or metrics corrected for at once */

/* How many p values stand before p[i]: smaller ones, and equal ones with a smaller index. */
static size_t rank_of(const double *p, size_t n, size_t i) {
    size_t rank = 0;
    for (size_t k = 0; k < n; k++) rank += p[k] < p[i] || (p[k] <= p[i] && k < i);
    return rank;
}

void fixed_holm(const double *p, size_t n, double *ret_adjusted) {
    double out[MOST];
    assert(n <= MOST);
    for (size_t i = 0; i < n; i++) {
        out[i] = 0;
        for (size_t k = 0; k < n; k++)
            if (p[k] <= p[i]) out[i] = fmax(out[i], (double)(n - rank_of(p, n, k)) * p[k]);
    }
    for (size_t i = 0; i < n; i++) ret_adjusted[i] = fmin(out[i], 1);
}

void fixed_benjamini_hochberg(const double *p, size_t n, double *ret_adjusted) {
    double out[MOST];
    assert(n <= MOST);
    for (size_t i = 0; i < n; i++) {
        out[i] = 1;
        for (size_t k = 0; k < n; k++)
            if (p[k] >= p[i]) out[i] = fmin(out[i], (double)n / (double)(rank_of(p, n, k) + 1) * p[k]);
    }
    for (size_t i = 0; i < n; i++) ret_adjusted[i] = out[i];
}
