/* Conjugate posteriors and the normal loss integral; see bayes.h. */
#include "experiments/bayes.h"
#include <math.h>
#include "num/special.h"

posterior bayes_share(double hits, double n) { return (posterior){ POSTERIOR_BETA, 1 + hits, 1 + n - hits }; }

/* Precisions add up; the mean is weighted by them. */
static void combine(double value, double variance, double prior_mean, double prior_deviation, double *ret_mean, double *ret_deviation) {
    double prior = isinf(prior_deviation) ? 0 : 1 / (prior_deviation * prior_deviation);
    *ret_mean = isinf(prior_deviation) ? value : (value + prior * variance * prior_mean) / (1 + prior * variance);
    *ret_deviation = sqrt(variance / (1 + prior * variance));
}

posterior bayes_mean(estimate e, double prior_mean, double prior_deviation) {
    posterior p = { .kind = POSTERIOR_NORMAL };
    combine(e.value, estimate_error2(e), prior_mean, prior_deviation, &p.a, &p.b);
    return p;
}

bayes_effect bayes_contrast(contrast x, double prior_mean, double prior_deviation, double alpha) {
    if (!x.known) return (bayes_effect){ .low = -INFINITY, .high = INFINITY, .chance = 0.5 };
    bayes_effect out = { .known = true };
    combine(x.value, x.se * x.se, prior_mean, prior_deviation, &out.mean, &out.deviation);
    double z = out.mean / out.deviation, reach = -special_normal_quantile(alpha / 2) * out.deviation;
    out.low = out.mean - reach, out.high = out.mean + reach;
    out.chance = special_normal_cdf(z);
    double bell = out.deviation * special_normal_density(z);
    out.loss_variant = bell - out.mean * special_normal_tail(z);
    out.loss_control = bell + out.mean * special_normal_cdf(z);
    return out;
}
