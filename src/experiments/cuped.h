/* cuped: less noise by what was known before: y - theta (x - mean x), x the same metric before assignment. Variance falls to
 * (1 - correlation^2) of itself; the expected difference stays, since assignment could not know x.
 * Promise: pure, from sums; without a covariate that varies the plain figures come out. Any thread.
 * Source: Deng, Xu, Kohavi, Walker 2013. Theta is pooled over the arms, the centre of x too, so that all arms shift alike. */
#pragma once
#include "experiments/moments.h"

/* theta = sum over arms of within-arm cov(y, x) / var(x); for METRIC_KIND_RATIO y is linearised as (y - ratio d) / mean d of the arm.
 *   arm     arms sums
 * 0 where x does not vary. */
double cuped_theta(const moments *arm, size_t arms, metric_kind kind);

/* Adjusted figures of all arms.
 *   arm     arms sums, each through moments_check()
 *   ret     arms estimates; METRIC_KIND_SHARE is treated as a mean, as the adjusted values are no longer 0 and 1 */
void cuped_estimates(const moments *arm, size_t arms, metric_kind kind, estimate *ret);
