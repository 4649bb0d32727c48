/* Shares from chances to be best; see bandit.h. */
#include "experiments/bandit.h"
#include <math.h>
#include "base/limits.h"
#include "experiments/bayes.h"

/* Within-arm variance of all arms together, and the mean of all. */
static void pool(const moments *arm, size_t arms, double *ret_mean, double *ret_variance) {
    double n = 0, y = 0, squares = 0, df = 0;
    for (size_t k = 0; k < arms; k++) {
        estimate e = moments_estimate(&arm[k], METRIC_KIND_MEAN);
        n += arm[k].n, y += arm[k].y;
        if (arm[k].n > 1) squares += e.unit_variance * (arm[k].n - 1), df += arm[k].n - 1;
    }
    *ret_mean = n > 0 ? y / n : 0;
    *ret_variance = df > 0 ? squares / df : 0;
}

err_code bandit_posteriors(ctx *c, const moments *arm, size_t arms, metric_kind kind, double prior_units, posterior *ret) {
    if (!arms || arms > LIMIT_EXPERIMENT_ARMS) return fail(c, ERR_INVALID, "%zu arms; give 1 to %d", arms, LIMIT_EXPERIMENT_ARMS);
    if (kind == METRIC_KIND_RATIO) return fail(c, ERR_INVALID, "a bandit cannot learn from a ratio; give it a mean a visitor");
    if (kind != METRIC_KIND_SHARE && !(prior_units > 0)) return fail(c, ERR_INVALID, "prior units %g; give more than 0", prior_units);
    double mean, variance;
    pool(arm, arms, &mean, &variance);
    for (size_t k = 0; k < arms; k++) {
        if (kind == METRIC_KIND_SHARE) {
            ret[k] = bayes_share(arm[k].y, arm[k].n);
            continue;
        }
        double own = moments_estimate(&arm[k], METRIC_KIND_MEAN).unit_variance, n = arm[k].n + prior_units;
        double unit = (arm[k].n * own + prior_units * variance) / n;
        ret[k] = (posterior){ POSTERIOR_NORMAL, (arm[k].y + prior_units * mean) / n, sqrt(unit / n) };
    }
    return ERR_OK;
}

/* Too few units in an arm, or arms that never varied: nothing to prefer one by. */
static bool too_early(const posterior *belief, const double *n, size_t arms, bandit_plan plan) {
    for (size_t k = 0; k < arms; k++)
        if (n[k] < plan.burn_in || (belief[k].kind == POSTERIOR_NORMAL && !(belief[k].b > 0))) return true;
    return false;
}

err_code bandit_shares(ctx *c, const posterior *belief, const double *n, size_t arms, bandit_plan plan, double *ret_share) {
    if (!arms || arms > LIMIT_EXPERIMENT_ARMS) return fail(c, ERR_INVALID, "%zu arms; give 1 to %d", arms, LIMIT_EXPERIMENT_ARMS);
    if (!(plan.floor >= 0 && plan.floor * (double)arms <= 1))
        return fail(c, ERR_INVALID, "a floor of %g does not leave room for %zu arms; give at most %g", plan.floor, arms, 1 / (double)arms);
    if (too_early(belief, n, arms, plan)) {
        for (size_t k = 0; k < arms; k++) ret_share[k] = 1 / (double)arms;
        return ERR_OK;
    }
    double chance[LIMIT_EXPERIMENT_ARMS];
    TRY(best_of(c, belief, arms, chance, NULL));
    for (size_t k = 0; k < arms; k++) ret_share[k] = plan.floor + (1 - (double)arms * plan.floor) * chance[k];
    return ERR_OK;
}

size_t bandit_draw(rng *r, const double *share, size_t arms, double *ret_propensity) {
    double at = rng_unit(r), sum = 0;
    size_t drawn = 0;
    for (size_t k = 0; k < arms; k++) {
        if (!(share[k] > 0)) continue;
        drawn = k;                  /* the last one possible, should the shares sum to less than 1 by rounding */
        sum += share[k];
        if (at < sum) break;
    }
    *ret_propensity = share[drawn];
    return drawn;
}
