/* special: distribution functions that statistics needs: normal, Student t, chi-square, beta.
 * Promise: pure, same bits everywhere libm is the same; tails are computed as tails, never as 1 - cdf, so that a p value of 1e-30 is
 * one. Relative error below 1e-10 unless said otherwise; tests/num/special_test.c holds them to published digits.
 * NaN in gives NaN out. Any thread. Source: Abramowitz and Stegun 1964, ch. 6 and 26; DiDonato and Morris 1992 (log beta). */
#pragma once

/* Standard normal: density at x, P(Z <= x), P(Z > x). */
double special_normal_density(double x);
double special_normal_cdf(double x);
double special_normal_tail(double x);
/* x with P(Z <= x) = p; -inf at 0, inf at 1, NaN outside [0, 1]. */
double special_normal_quantile(double p);

/* log gamma(x), x > 0; any thread, as lgamma() is not. */
double special_log_gamma(double x);
/* log B(a, b), a > 0, b > 0, without the cancellation of three large log-gammas. */
double special_log_beta(double a, double b);
/* Regularised incomplete beta I_x(a, b) = P(X <= x) for X ~ Beta(a, b); 0 below 0, 1 above 1. Absolute error below 1e-9 for
 * a + b up to 1e7. O(sqrt(a + b)) steps. */
double special_beta_cdf(double a, double b, double x);

/* Regularised upper incomplete gamma Q(a, x), a > 0; 1 for x <= 0. */
double special_gamma_tail(double a, double x);
/* P(X > x) for X chi-square with df > 0 degrees of freedom. */
double special_chi2_tail(double x, double df);

/* Student t with df > 0 (inf: the normal): P(T > t), and t with P(T > t) = tail, 0 < tail < 1. */
double special_t_tail(double t, double df);
double special_t_upper(double tail, double df);
