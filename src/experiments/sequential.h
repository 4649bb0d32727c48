/* sequential: intervals and p values that stay valid however often one looks and whenever one stops.
 * The price is width: some 1.5 times the fixed interval at the sample size it is tuned for. Promise: pure. Any thread.
 * Asymptotic in the same way as the fixed test: an arm needs some dozens of conversions before the first look counts (the plan of
 * decide_end.h holds that back). Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2021 (asymptotic confidence sequences), in the
 * form GrowthBook publishes:
 *     value +- se sqrt(N) sqrt( 2 (N r^2 + 1) / (N^2 r^2)  log( sqrt(N r^2 + 1) / alpha ) ),   N units in both arms,
 *     r = sqrt( (-2 log alpha + log(1 - 2 log alpha)) / tuning )
 * and Johari, Koomen, Pekelis, Walsh 2017 (the mixture ratio). */
#pragma once
#include "experiments/effect.h"

typedef struct {
    double alpha;                   /* 0 < alpha < 1 */
    double tuning;                  /* N* >= 1: units in both arms at which the interval is narrowest; valid at any other N too */
} sequential_plan;

enum { SEQUENTIAL_TUNING = 5000 };  /* where nothing better is known; else the sample size one expects to need */

/* How many standard errors the interval reaches at N units, N > 0.
 *   level    the error allowed, <= plan.alpha: a share of it where several variants are compared (Bonferroni). r is that of the plan */
double sequential_multiplier(sequential_plan plan, double level, double n, sides s);
/* Always-valid p value of the contrast being 0: the smallest level whose interval leaves out 0. */
double sequential_p(contrast x, sequential_plan plan, sides s);
/* Interval and p of a contrast. */
effect sequential_test(contrast x, sequential_plan plan, double level, sides s);
/* Lift with Fieller's interval at the sequential multiplier, which is anytime-valid as each variant - r control is; p is that of the
 * difference, so that interval and p agree. This is what decisions use. */
effect sequential_lift(estimate control, estimate variant, sequential_plan plan, double level, sides s);

/* Mixture sequential probability ratio: evidence against a difference of 0 when differences are thought to be normal with variance
 * tau2 about 0. sqrt(V / (V + tau2)) exp( tau2 d^2 / (2 V (V + tau2)) ); reject at >= 1 / alpha.
 *   variance   of the estimated difference, > 0
 *   tau2       > 0 */
double sequential_mixture_ratio(double difference, double variance, double tau2);
/* The p value after one more look: min(before, 1 / ratio). Begin with 1. */
double sequential_mixture_p(double before, double ratio);
