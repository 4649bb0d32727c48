/* How an experiment is judged: the JSON of its column `plan`, read whole or refused.
 *     {"metric":"revenue","guards":["conversion"],"guard_margin":0.02,"alpha":0.05,"least_days":7,"most_days":28,
 *      "least_visitors":100,"least_buyers":30,"worth":0,"tuning":5000,"cuped":true,"margin":0.3,"activate":false,
 *      "bandit":{"burn_in":500,"floor":0.1}}
 * Every member may be left out. Promise: what was read can be judged by (decide_end.h refuses nothing of it). Pure.
 * Read next: experiments/metrics.h, experiments/figures.h. */
#pragma once
#include "experiments/bandit.h"
#include "experiments/decide_end.h"
#include "experiments/metrics.h"

typedef struct {
    metric_id metric;               /* decides */
    bool guard[METRICS];            /* must not fall by more than guard_margin, and that must be shown */
    double guard_margin;
    end_plan end;
    bool cuped;
    double margin_0_1;              /* of the shop, for profit */
    bool activate;                  /* the winner's settings become those of the placement */
    bool is_bandit;
    bandit_plan bandit;
} experiment_plan;

/* The plan of an empty text. */
experiment_plan experiment_plan_default(void);
/* ERR_INVALID names the member and says what would be right. */
CHECK_RESULT err_code experiment_plan_read(ctx *c, str text, experiment_plan *ret_plan);
