/* A difference a visitor, times visitors; see holdout.h. */
#include "experiments/holdout.h"
#include <math.h>
#include "experiments/cuped.h"

err_code holdout_measure(ctx *c, const moments *held_out, const moments *treated, metric_kind kind, bool cuped, double held_out_share,
                         sequential_plan plan, holdout_report *ret) {
    TRY(moments_check(c, held_out));
    TRY(moments_check(c, treated));
    if (kind == METRIC_KIND_RATIO) return fail(c, ERR_INVALID, "a ratio has no total that could be caused; give a metric a visitor");
    if (!(held_out_share > 0 && held_out_share < 1)) return fail(c, ERR_INVALID, "a hold-out of %g; give a share, as .05", held_out_share);
    if (!(plan.alpha > 0 && plan.alpha < 1 && plan.tuning >= 1))
        return fail(c, ERR_INVALID, "alpha %g, tuning %g; alpha between 0 and 1, tuning 1 or more", plan.alpha, plan.tuning);
    const moments both[2] = { *held_out, *treated };
    estimate arm[2] = { moments_estimate(held_out, kind), moments_estimate(treated, kind) };
    holdout_report out = { 0 };
    TRY(ratio_check_counts(c, (double[]){ held_out->n, treated->n }, (double[]){ held_out_share, 1 - held_out_share }, 2, &out.ratio));
    if (cuped) cuped_estimates(both, 2, kind, arm);
    effect_steady(arm, 2);
    out.per_visitor = sequential_test(effect_difference(arm[0], arm[1]), plan, plan.alpha, SIDES_TWO);
    out.lift = sequential_lift(arm[0], arm[1], plan, plan.alpha, SIDES_TWO);
    out.caused = out.per_visitor.value * treated->n;
    out.caused_low = out.per_visitor.low * fmax(treated->n, 1), out.caused_high = out.per_visitor.high * fmax(treated->n, 1);
    out.caused_share = treated->y > 0 ? out.caused / treated->y : 0;
    *ret = out;
    return ERR_OK;
}
