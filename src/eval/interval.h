/* interval: how far a measured mean may be off, by the percentile bootstrap over cases.
 * Promise: cases that hang together (questions of one basket) are drawn together, as one cluster; the same seed gives the same draws
 * for every model, so that a difference of two is paired; same figures to the last digit for a seed. Source: Efron and Tibshirani
 * 1993, ch. 13. It says nothing about next month being like this one. Read next: compare.h. */
#pragma once
#include "base/ctx.h"

typedef struct { double value, low, high; } interval;

enum { INTERVAL_DRAWS = 1000 };

/* Interval of sum(sum) / sum(weight).
 *   sum, weight  n clusters each: weighted sum of the figure within the cluster, and its weight, >= 0
 *   share        of draws inside, e.g. .95
 * With no weight at all, or one cluster, all three are the value (0 without weight). ERR_NO_MEMORY. O(INTERVAL_DRAWS * n). */
CHECK_RESULT err_code interval_mean(ctx *c, const double *sum, const double *weight, size_t n, double share, uint64_t seed,
                                    interval *ret);
