/* bayes: chance to win and expected loss, for a reader who asks "how likely is it better, and what do I risk?".
 * Promise: pure and deterministic, by integrals in closed form or by best.h. Two answers exist to the same question, and each says
 * which it is: exact Beta(1, 1) posteriors of shares, and the normal approximation of the lift (GrowthBook's). 49 against 51 of 100:
 * .610771 and .60918. Neither is safe under daily looking: stop by decide_end.h, read this beside it. Any thread. */
#pragma once
#include "experiments/best.h"
#include "experiments/effect.h"

/* Beta posterior of a share, uniform prior: hits of n, 0 <= hits <= n. Exact. */
posterior bayes_share(double hits, double n);
/* Normal posterior of a figure, normal prior with mean and deviation; deviation INFINITY: no prior. Its b is 0 when nothing varies. */
posterior bayes_mean(estimate e, double prior_mean, double prior_deviation);

typedef struct {
    bool known;
    double mean, deviation;         /* posterior of the contrast, normal */
    double low, high;               /* its middle 1 - alpha */
    double chance;                  /* that the variant is better */
    double loss_variant;            /* expected loss by taking the variant: E[max(-effect, 0)] */
    double loss_control;            /* by staying: E[max(effect, 0)] */
} bayes_effect;

/* Posterior of a contrast (a lift by the delta method, or a difference), normal prior; deviation INFINITY: no prior.
 * A negative effect of a metric where less is better: give the contrast with its sign turned. */
bayes_effect bayes_contrast(contrast x, double prior_mean, double prior_deviation, double alpha);
