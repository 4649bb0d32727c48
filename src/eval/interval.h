/* interval: how far a measured mean may be off, by the percentile bootstrap over cases.
 * Promise: cases that hang together (questions of one basket) are drawn together, as one cluster; the same seed gives the same draws
 * for every model, so that a difference of two is paired; same figures to the last digit for a seed. Source: Efron and Tibshirani
 * 1993, ch. 13. It says nothing about next month being like this one. Read next: compare.h. */
#pragma once
#include "base/ctx.h"

typedef struct { double value, low, high; } interval;

enum { INTERVAL_DRAWS = 1000 };

/* Intervals of sum(sum) / sum(weight), of several figures over the same draws.
 *   sum          figures arrays of n clusters: weighted sum of the figure within the cluster
 *   weight       n: weight of the cluster, >= 0
 *   figures      >= 1
 *   share        of draws inside, e.g. .95
 *   ret          `figures` intervals; a figure gets the same one alone and among others
 * With no weight at all, or one cluster, all three are the value (0 without weight). Scratch in c->arena, given back.
 * ERR_NO_MEMORY, ERR_CANCELLED. O(INTERVAL_DRAWS * n * figures). */
CHECK_RESULT err_code interval_means(ctx *c, const double *const *sum, size_t figures, const double *weight, size_t n, double share,
                                     uint64_t seed, interval *ret);
