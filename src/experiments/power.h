/* power: how many visitors and days an experiment needs, and what it can see with those it gets, before it begins.
 * Promise: for one look the formula of the textbooks; for daily looks no rule of thumb but the chance that the path of the estimate
 * crosses the boundary of sequential.h at any look, by numerical integration from look to look. Deterministic. Any thread.
 * Normal approximation: fine from some dozens of conversions an arm. Source: Fleiss 1981, ch. 3 (shares);
 * Armitage, McPherson, Rowe 1969 (repeated looks). */
#pragma once
#include "experiments/effect.h"

typedef struct {
    metric_kind kind;               /* METRIC_KIND_SHARE or METRIC_KIND_MEAN */
    double mean;                    /* of the control, > 0: share of visitors, or metric a visitor */
    double deviation;               /* of the metric between visitors of the control, > 0; not read for a share. A lift is thought of as
                                     * more buyers: the variant's variance is 1 + lift times as large */
    double control_share, variant_share;    /* of all visitors of the experiment, > 0, together <= 1 */
    size_t comparisons;             /* variants held against the control, >= 1: each gets alpha / comparisons (0 counts as 1) */
    double alpha;                   /* 0 < alpha < 1, all comparisons together */
    sides sides;                    /* a test of one side looks to the side of the lift asked about */
    bool sequential;                /* false: one look at the end. true: looked at daily, ended at the first clear answer */
    double tuning;                  /* N* of the sequential test; 0: the visitors of both arms that are asked about */
    double first_look_days;         /* no look before, >= 0; sequential only */
    double visitors_per_day;        /* into the experiment, all arms, > 0 */
} power_plan;

typedef struct {
    double visitors, days;          /* of the experiment, all arms; days = visitors / visitors_per_day */
    double power;                   /* chance that an effect of this size is called, and called right way round */
    double expected_visitors;       /* until the end, when it ends at the first clear answer; = visitors with one look */
} power_answer;

enum { POWER_LOOKS = 60 };          /* a longer experiment is reckoned with so many, evenly spread */

/* The chance to call a lift with so many visitors.
 *   lift      relative effect, not 0; a share must stay below 1
 *   visitors  of all arms, >= 10
 * ERR_INVALID names what is out of range; ERR_NO_MEMORY. Scratch in c->arena, given back. */
CHECK_RESULT err_code power_of(ctx *c, const power_plan *p, double lift, double visitors, power_answer *ret);
/* The visitors needed to call a lift with the given power, 0 < power < 1, to within .1 %. ERR_INVALID too when 1e12 do not suffice. */
CHECK_RESULT err_code power_visitors(ctx *c, const power_plan *p, double lift, double power, power_answer *ret);
/* The smallest upward lift that so many visitors call with the given power, to within .1 % of it.
 * ERR_INVALID too when not even ten times as much (a share of 1) would be called. */
CHECK_RESULT err_code power_lift(ctx *c, const power_plan *p, double visitors, double power, double *ret_lift);
