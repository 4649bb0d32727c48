/* best: several arms, each with a posterior: which one is best, and what is lost by choosing each. By numerical integration, never by
 * sampling: the same answer every time. Promise: chances sum to 1 within 1e-9; absolute error below 1e-8 for up to
 * LIMIT_EXPERIMENT_ARMS arms of any sizes beside each other, and evidence up to 1e7 units. Any thread.
 *
 *     P(k is best) = integral f_k(x) prod_{j != k} F_j(x) dx        E[max] - E[k] = integral (F_k(x) - prod_j F_j(x)) dx
 *
 * Beta arms are integrated over z = log(x / (1 - x)), where they are bell-shaped even at 3 conversions of 100,000. The range is cut
 * where any arm bends, so that a sharp arm beside a vague one is not stepped over. Used by: bayes.h, bandit.h. */
#pragma once
#include "base/ctx.h"

typedef enum { POSTERIOR_BETA, POSTERIOR_NORMAL } posterior_kind;

typedef struct {
    posterior_kind kind;            /* all arms of one question have the same */
    double a, b;                    /* beta: successes and failures, prior included, both >= .5; normal: mean and deviation > 0 */
} posterior;

/* Mean of a posterior. */
double posterior_mean(posterior p);

/* Per arm the chance of having the largest value.
 *   arm         arms posteriors, 1..LIMIT_EXPERIMENT_ARMS
 *   ret_chance  arms, each 0..1, summing to 1
 *   ret_loss    arms: expected loss of choosing this one, E[max of all - this], >= 0, unit of the metric; may be NULL
 * ERR_INVALID: no arm, too many, different kinds, parameters out of range. O(150 arms^2) distribution functions. */
CHECK_RESULT err_code best_of(ctx *c, const posterior *arm, size_t arms, double *ret_chance, double *ret_loss);
