/* holdout: what all suggestions together caused, measured against the visitors who never see any (5 % by default).
 * Caused, not touched: a purchase counts only as far as those with suggestions buy more than those without. Promise: pure; intervals
 * are always-valid (sequential.h), so a report may show them every day, with steadied variances
 * (effect_steady: the hold-out is small); refunds are in the sums already (moments.h). Any thread. */
#pragma once
#include "experiments/effect.h"
#include "experiments/ratio_check.h"
#include "experiments/sequential.h"

typedef struct {
    effect per_visitor;             /* treated - held out, unit of the metric (minor units of money) */
    effect lift;                    /* relative to those held out */
    double caused, caused_low, caused_high;     /* per_visitor times the treated visitors: the metric's total that suggestions caused */
    double caused_share;            /* of the treated visitors' total; 0 when that is not above 0 */
    ratio_check ratio;              /* do both groups hold the visitors they should? With its alarm nothing above may be shown */
} holdout_report;

/* Measure. METRIC_KIND_MEAN or _SHARE.
 *   held_out, treated   sums of each group, the same period
 *   held_out_share      as it was set, 0 < . < 1
 *   cuped               adjust by the covariate of the sums
 * ERR_INVALID: sums that cannot be, a share or a plan out of range, a ratio metric. Too few visitors: known = false, interval
 * -inf to inf. */
CHECK_RESULT err_code holdout_measure(ctx *c, const moments *held_out, const moments *treated, metric_kind kind, bool cuped,
                                      double held_out_share, sequential_plan plan, holdout_report *ret);
