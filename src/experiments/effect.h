/* effect: what a variant does to a metric, as a contrast of two arms, before anybody says how sure that is.
 * fixed.h (looked at once) and sequential.h (looked at daily) put the same contrasts into intervals; bayes.h into a posterior.
 * Promise: pure; lifts are relative to the control (.1 = 10 % more). Any thread. */
#pragma once
#include <stdbool.h>
#include "experiments/moments.h"

/* Which alternatives count against "no effect". Of one side the interval is open on the other. */
typedef enum { SIDES_TWO, SIDES_GREATER, SIDES_LESS } sides;

typedef struct {
    bool known;                     /* false: nothing can be said (an arm without units or variance, a control not above 0) */
    double value, se;               /* the contrast and its standard error */
    double df;                      /* degrees of freedom of the standard error, Welch and Satterthwaite */
    double n;                       /* units in both arms */
} contrast;

typedef struct {
    bool known;                     /* false: value 0, interval -inf to inf, p 1. An end may be infinite otherwise too: null in JSON */
    double value, low, high, se, p;
} effect;

/* An effect of which nothing is known. */
effect effect_unknown(void);
/* Raise each arm's variance of a unit to that of all arms pooled, where it is lower. With long-tailed orders an arm that happened to
 * miss the large ones has a low mean *and* a low variance, and looks sure of being low; of a small hold-out beside a large rest that
 * gives false wins (docs/benchmarks.md, "Experiments"). For decisions; published figures use the plain ones.
 *   arm    arms estimates, in place */
void effect_steady(estimate *arm, size_t arms);
/* Each arm's variance of a visitor's revenue from its own share of buyers and what a buyer spends: share x mean square - mean^2. Orders
 * have long tails: a small arm's own mean square rests on a few of them and is low where its mean is, so that intervals miss too often on
 * one side; raising the variance to that of all (effect_steady) misses too rarely where arms differ. So the mean square is drawn towards
 * that of all arms' buyers as if EFFECT_BUYERS_LENT of them stood beside the arm's own, and is never below the arm's own. An arm without
 * buyers stays as it is. For the interval of one look: docs/benchmarks.md, "Experiments".
 *   revenue, buyers   arms sums each: net revenue, and 1 for whoever bought
 *   arm               arms estimates of revenue, in place */
enum { EFFECT_BUYERS_LENT = 30 };
void effect_pool_spending(const moments *revenue, const moments *buyers, size_t arms, estimate *arm);
/* variant - control. */
contrast effect_difference(estimate control, estimate variant);
/* variant / control - 1, standard error by the delta method: s_b^2 / m_a^2 + s_a^2 m_b^2 / m_a^4. As GrowthBook has it. Off where the
 * control is known badly: prefer effect_fieller() for a decision. Not known unless the control is above 0. */
contrast effect_lift(estimate control, estimate variant);
/* log(variant / control), for multiplying and for drawing on a log axis; both must be above 0. */
contrast effect_log_ratio(estimate control, estimate variant);

/* All lifts r - 1 for which variant - r control lies within `multiplier` standard errors of 0 (Fieller 1954): holds its level for any
 * control above 0, and leaves out 0 exactly when the difference is more than `multiplier` standard errors from 0.
 *   multiplier   > 0
 *   ret          low, high; high is inf when the control may be 0, low -inf too when the variant may be 0 as well
 * Metrics whose mean cannot be negative. */
void effect_fieller(estimate control, estimate variant, double multiplier, double *ret_low, double *ret_high);
