/* Chi-square of counts against shares; see ratio_check.h. */
#include "experiments/ratio_check.h"
#include <math.h>
#include "num/special.h"

err_code ratio_check_counts(ctx *c, const double *n, const double *share, size_t arms, ratio_check *ret) {
    double all = 0, shares = 0, furthest = -1;
    if (arms < 2) return fail(c, ERR_INVALID, "an experiment has two arms at least, not %zu", arms);
    for (size_t i = 0; i < arms; i++) {
        if (!(n[i] >= 0) || !isfinite(n[i])) return fail(c, ERR_INVALID, "arm %zu counts %g visitors; give 0 or more", i, n[i]);
        if (!(share[i] > 0) || !isfinite(share[i])) return fail(c, ERR_INVALID, "arm %zu has the share %g; give more than 0", i, share[i]);
        all += n[i], shares += share[i];
    }
    ratio_check out = { .p = 1 };
    for (size_t i = 0; i < arms && all > 0; i++) {
        double expected = all * share[i] / shares, miss = (n[i] - expected) * (n[i] - expected);
        double deviations = miss / (expected * (1 - share[i] / shares));
        out.chi2 += miss / expected;
        if (deviations > furthest) furthest = deviations, out.worst = i;
    }
    if (all > 0) out.p = special_chi2_tail(out.chi2, (double)(arms - 1));
    out.alarm = out.p < RATIO_CHECK_ALARM;
    *ret = out;
    return ERR_OK;
}
