/* fixed: the tests of a textbook, valid for one look at a sample size chosen before. Looking daily and stopping at the first p below
 * .05 is wrong a fifth of the time and more: that is what sequential.h is for.
 * Promise: pure; a contrast of which nothing is known gives effect_unknown(). Any thread. */
#pragma once
#include "experiments/effect.h"

/* Welch's t test of a contrast being 0, with its 1 - alpha interval. Welch 1947.
 *   alpha    0 < alpha < 1 */
effect fixed_test(contrast x, double alpha, sides s);
/* Lift with Fieller's interval; p is that of the difference, so that p < alpha exactly when the interval leaves out 0. */
effect fixed_lift(estimate control, estimate variant, double alpha, sides s);
/* Two shares: difference, p by the z test with pooled variance (Pearson's chi-square without correction), interval by Newcombe 1998,
 * method 10, which holds near 0 % and 100 %. Two-sided.
 *   hits     0..n */
effect fixed_shares(double control_hits, double control_n, double variant_hits, double variant_n, double alpha);

/* Wilson's score interval of one share, hits of n, n > 0; two-sided. Wilson 1927. */
void fixed_share_interval(double hits, double n, double alpha, double *ret_low, double *ret_high);

/* Several variants against one control: n p values into adjusted ones, to be compared with alpha. ret may be p. O(n^3), n <= 100.
 * Holm 1979: the chance of any false claim is at most alpha. For decisions. */
void fixed_holm(const double *p, size_t n, double *ret_adjusted);
/* Benjamini and Hochberg 1995: of the claims, a share of at most alpha is false. For reading many secondary metrics. */
void fixed_benjamini_hochberg(const double *p, size_t n, double *ret_adjusted);
