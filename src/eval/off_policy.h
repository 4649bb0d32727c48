/* off_policy: what another policy would have earned, from what the present one showed and with which chance.
 * Promise: pure; estimates with intervals, and no answer at all where the log cannot carry one. Any thread.
 * Source: Horvitz and Thompson 1952 (IPS), Swaminathan and Joachims 2015 (SNIPS), Dudik, Langford, Li 2011 (DR), Kish 1965 (effective
 * sample size); definitions as Saito, Aihara, Matsutani, Narita 2021 (Open Bandit). */
#pragma once
#include "base/ctx.h"

/* One decision that was logged. */
typedef struct {
    double reward;
    double logged_chance;           /* with which the action was shown, 0 < . <= 1, as it was logged then */
    double new_chance;              /* with which the policy to be judged shows this action here, 0..1 */
    double model_action;            /* a model's reward for the action shown; 0 without a model */
    double model_policy;            /* the model's reward of the new policy: sum over actions of its chance times the model; 0 without */
} logged_decision;

typedef struct { double value, low, high; } off_policy_value;

typedef struct {
    off_policy_value ips;           /* mean of w r, w = new_chance / logged_chance: unbiased, noisy */
    off_policy_value snips;         /* sum of w r / sum of w: the weighted mean; slightly biased, much steadier. The one to read */
    off_policy_value direct;        /* mean of the model's opinion: only as good as the model, and its interval does not know that */
    off_policy_value robust;        /* direct + mean of w (r - model): right when either the chances or the model are */
    off_policy_value logged;        /* plain mean: what the policy that ran earned */
    off_policy_value gain;          /* snips - logged; its interval knows that both are of the same decisions */
    double effective;               /* effective sample size, (sum W)^2 / sum W^2, W the weights of a unit */
    double mean_weight;             /* near 1 when the chances were logged truly */
    double largest_share;           /* of the largest weight in the sum of all; above .1 one decision speaks for many */
    size_t clipped;                 /* decisions whose weight was cut */
    size_t units;                   /* that decided on their own */
} off_policy;

#define OFF_POLICY_LEAST_EFFECTIVE 30

/* Judge a policy.
 *   log      n decisions
 *   unit     n: whom each was made for; those of one unit stand together and count as one in every interval, since what one visitor
 *            does hangs together. NULL: each is on its own
 *   clip     most weight a decision may have, > 0; INFINITY: none is cut. Cutting trades noise for a value that is too low where
 *            rewards are positive
 *   alpha    intervals are 1 - alpha, normal, from the spread of the terms of units (of the ratio for snips, by the delta method)
 * ERR_INVALID: a chance outside its range, a value that is not finite, clip or alpha out of range, or an effective sample size below
 * OFF_POLICY_LEAST_EFFECTIVE: the two policies are too different for this log. O(n). */
CHECK_RESULT err_code off_policy_judge(ctx *c, const logged_decision *log, const uint64_t *unit, size_t n, double clip, double alpha,
                                       off_policy *ret);
