/* Worth of displays and shares by it; see displays.h. */
#include "experiments/displays.h"
#include "base/limits.h"

/* So many imaginary visitors draw each display to what all have in common. */
#define PRIOR_UNITS 100.0

double display_worth(const display_doings *d, double cost) { return d->value - cost * (d->dismissals + DISPLAY_EXIT_COST * d->exits); }

err_code display_shares(ctx *c, const moments *worth, size_t arms, double *ret_share) {
    const bandit_plan plan = { .burn_in = DISPLAY_BURN_IN, .floor = DISPLAY_FLOOR };
    posterior belief[LIMIT_EXPERIMENT_ARMS];
    double n[LIMIT_EXPERIMENT_ARMS];
    TRY(bandit_posteriors(c, worth, arms, METRIC_KIND_MEAN, PRIOR_UNITS, belief));
    for (size_t a = 0; a < arms; a++) n[a] = worth[a].n;
    return bandit_shares(c, belief, n, arms, plan, ret_share);
}
