/* shrink: how far many counts are to be believed beside what was expected of each, as all of them together tell (empirical Bayes).
 * A count is Poisson; its mean is what was expected times a factor of its own, which is gamma of mean 1 and shape k. Then the factor's
 * mean, known the count, is (seen + k) / (expected + k): k counts are needed to believe half of what is seen. Large: the factors are alike.
 * Promise: pure. Source: negative binomial marginal likelihood (Robbins 1956; Efron 2010, chapter 1). Read next: decide/kinship.c. */
#pragma once
#include <stddef.h>

/* The k of 1, 2, 4 .. 1024 that makes what was seen likeliest, drawn to what is usual by a normal of one logarithm.
 *   sums     n pairs: seen; expected, 0 = nothing is known
 *   factor   n, on what was expected; NULL: 1
 *   usual    without data, > 0
 * O(11 n). */
double shrink_strength(const double *sums, const double *factor, size_t n, double usual);
/* Log of how much likelier a count is if its factor is such a gamma than if it is 1. */
double shrink_evidence(double seen, double expected, double k);
