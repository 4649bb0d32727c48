/* Continued fractions by Lentz's method, quantiles by safeguarded Newton steps; see special.h. */
#include "num/special.h"
#include <math.h>

enum { STEPS = 20000 };             /* a continued fraction takes some 5 sqrt(a + b) of them near the mean */
static const double TINY = 1e-300, CLOSE = 1e-15;

double special_normal_density(double x) { return exp(-x * x / 2) * 0.3989422804014326779; }
double special_normal_cdf(double x) { return erfc(-x * M_SQRT1_2) / 2; }
double special_normal_tail(double x) { return erfc(x * M_SQRT1_2) / 2; }

/* x >= 0 with P(Z > x) = q <= 1/2: a rational start (Abramowitz and Stegun 26.2.23, error 4.5e-4), then Halley steps on the tail. */
static double normal_upper(double q) {
    double t = sqrt(-2 * log(q));
    double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 4; i++) {
        double density = special_normal_density(x);
        if (density <= 0) break;
        double step = (special_normal_tail(x) - q) / density;
        x += step / (1 + x * step / 2);
    }
    return x;
}

double special_normal_quantile(double p) {
    if (!(p >= 0 && p <= 1)) return NAN;
    if (p == 0 || p == 1) return p > 0 ? INFINITY : -INFINITY;
    return p <= 0.5 ? -normal_upper(p) : normal_upper(1 - p);
}

/* What Stirling's formula leaves of log gamma(x), x >= 10. */
static double stirling_rest(double x) {
    double r = 1 / (x * x);
    return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / x;
}

double special_log_gamma(double x) {
    int sign;                       /* lgamma() would write the global signgam */
    return lgamma_r(x, &sign);
}

double special_log_beta(double a, double b) {
    if (a > b) return special_log_beta(b, a);
    if (a < 10) {
        if (b < 1e4) return special_log_gamma(a) + special_log_gamma(b) - special_log_gamma(a + b);
        /* gamma(b) / gamma(a + b) by Stirling: both large, their difference is not */
        return special_log_gamma(a) - a * log(a + b) + a - (b - 0.5) * log1p(a / b) + stirling_rest(b) - stirling_rest(a + b);
    }
    return (a - 0.5) * log(a / (a + b)) - b * log1p(a / b) - log(b) / 2 + 0.9189385332046727418
           + stirling_rest(a) + stirling_rest(b) - stirling_rest(a + b);
}

static double away_from_zero(double x) { return fabs(x) < TINY ? TINY : x; }

/* The continued fraction 26.5.8, which converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x) {
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m < STEPS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d), c = away_from_zero(1 + even / c);
        h *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d), c = away_from_zero(1 + odd / c);
        h *= d * c;
        if (fabs(d * c - 1) < CLOSE) break;
    }
    return h;
}

/* I_x(a, b) with y = 1 - x given, so that neither end loses digits. */
static double beta_both(double a, double b, double x, double y) {
    if (x <= 0) return 0;
    if (y <= 0) return 1;
    double front = exp(a * log(x) + b * log(y) - special_log_beta(a, b));
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, y) / b;
}

double special_beta_cdf(double a, double b, double x) { return isnan(x) ? NAN : beta_both(a, b, x, 1 - x); }

/* P(a, x) by its series, for x < a + 1. */
static double gamma_series(double a, double x, double front) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < STEPS && term > sum * CLOSE; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * front;
}

/* Q(a, x) by its continued fraction, for x >= a + 1. */
static double gamma_fraction(double a, double x, double front) {
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int i = 1; i < STEPS; i++) {
        double an = -i * (i - a);
        b += 2;
        d = 1 / away_from_zero(an * d + b), c = away_from_zero(b + an / c);
        h *= d * c;
        if (fabs(d * c - 1) < CLOSE) break;
    }
    return h * front;
}

double special_gamma_tail(double a, double x) {
    if (isnan(a) || isnan(x)) return NAN;
    if (x <= 0) return 1;
    double front = exp(a * log(x) - x - special_log_gamma(a));
    return x < a + 1 ? 1 - gamma_series(a, x, front) : gamma_fraction(a, x, front);
}

double special_chi2_tail(double x, double df) { return special_gamma_tail(df / 2, x / 2); }

double special_t_tail(double t, double df) {
    if (isnan(t) || isnan(df)) return NAN;
    if (isinf(df)) return special_normal_tail(t);
    double square = t * t, upper = isinf(square) ? 0 : beta_both(df / 2, 0.5, df / (df + square), square / (df + square)) / 2;
    return t >= 0 ? upper : 1 - upper;
}

static double t_density(double t, double df) {
    return exp(-(df + 1) / 2 * log1p(t * t / df) - special_log_beta(df / 2, 0.5)) / sqrt(df);
}

/* Newton inside a bracket that every step narrows: t > 0 with P(T > t) = q < 1/2. */
static double t_upper_half(double q, double df) {
    double low = 0, high = fmax(2 * normal_upper(q), 1);
    while (special_t_tail(high, df) > q && high < 1e300) low = high, high *= 4;
    double t = fmin(high, fmax(low, normal_upper(q)));
    for (int i = 0; i < 200; i++) {
        double miss = special_t_tail(t, df) - q;
        if (miss > 0) low = t;
        else high = t;
        double next = t + miss / t_density(t, df);
        if (!(next > low && next < high)) next = (low + high) / 2;
        if (fabs(next - t) <= 1e-14 * t) return next;
        t = next;
    }
    return t;
}

double special_t_upper(double tail, double df) {
    if (!(tail > 0 && tail < 1 && df > 0)) return NAN;
    if (isinf(df)) return tail <= 0.5 ? normal_upper(tail) : -normal_upper(1 - tail);
    if (tail == 0.5) return 0;
    return tail < 0.5 ? t_upper_half(tail, df) : -t_upper_half(1 - tail, df);
}
