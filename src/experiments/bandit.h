/* bandit: how to share visitors between arms while learning which is best. Thompson's rule in batches: each arm gets the share of
 * visitors that is its chance to be the best, worked out by integration (best.h), so that the shares *are* the propensities: what
 * was shown can be judged offline for any other policy (eval/off_policy.h).
 * Promise: deterministic from sums and, for a draw, from the given stream. Any thread with its own stream.
 * Source: Thompson 1933; Scott 2010 (batches); Agrawal and Goyal 2012 (regret). */
#pragma once
#include "base/rng.h"
#include "experiments/best.h"
#include "experiments/moments.h"

typedef struct {
    double burn_in;                 /* equal shares until every arm has so many units, >= 0 */
    double floor;                   /* least share of an arm, 0 <= floor <= 1 / arms: what keeps learning, and off-policy weights bounded */
} bandit_plan;

/* Posteriors of arms whose metric is a share (METRIC_KIND_SHARE: Beta(1, 1) prior) or a mean such as revenue a visitor: normal, each arm
 * drawn towards what all arms have in common by as many imaginary visitors as `prior_units` says, in mean and in variance; that
 * is what keeps an arm with one lucky order from taking all.
 *   arm          arms sums, each through moments_check(), 1..LIMIT_EXPERIMENT_ARMS
 *   prior_units  > 0, for means only; 100 is a start
 *   ret          arms posteriors
 * ERR_INVALID: a ratio metric (make it a mean a visitor), no arm, too many, prior_units not above 0. */
CHECK_RESULT err_code bandit_posteriors(ctx *c, const moments *arm, size_t arms, metric_kind kind, double prior_units, posterior *ret);

/* Shares of the next batch: floor + (1 - arms floor) P(best), or equal ones during burn-in or when nothing varies yet.
 *   belief     arms posteriors
 *   n          arms: units seen
 *   ret_share  arms, each >= plan.floor, summing to 1
 * ERR_INVALID as best_of(), and for a floor outside its range. */
CHECK_RESULT err_code bandit_shares(ctx *c, const posterior *belief, const double *n, size_t arms, bandit_plan plan, double *ret_share);

/* Draw the arm of one decision.
 *   share           arms, as of bandit_shares()
 *   ret_propensity  the chance with which this arm was drawn: to be logged with the exposure, > 0 */
size_t bandit_draw(rng *r, const double *share, size_t arms, double *ret_propensity);
