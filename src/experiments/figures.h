/* All figures of an experiment, from its sums: what each arm did in each metric, how sure that is, and whether it ends.
 * Promise: pure: the same sums, plan and days give the same figures; as JSON they are what the API shows and what a day's row and
 * a verdict keep. Read next: experiments/decide_end.h, jobs/outcomes.h (where sums come from). */
#pragma once
#include "base/json.h"
#include "experiments/experiment.h"
#include "experiments/plan.h"

typedef struct {
    size_t arms;
    moments of[METRICS][LIMIT_VARIANTS];    /* every metric counts the same visitors */
    double mixed;                           /* persons left out: they met two arms before their names were known to be one */
} experiment_sums;

/* One more visitor of an arm. */
void experiment_sums_add(experiment_sums *s, size_t arm, const visitor_doings *v);

typedef struct {
    end_answer end;
    estimate value[METRICS][LIMIT_VARIANTS];                /* plain, not adjusted */
    end_figure figure[METRICS][LIMIT_VARIANTS];             /* [0] not used: against the control */
    double chance[LIMIT_VARIANTS], loss[LIMIT_VARIANTS];    /* to be best in the deciding metric; expected loss of taking this one */
    double share[LIMIT_VARIANTS];                           /* of new visitors from now on: planned, or the bandit's */
} experiment_figures;

/* Judge.
 *   share  planned shares, those of the arms while they were filled
 *   days   since it began
 * A bandit changes shares on the way: its arms are not held against them. ERR_INVALID: sums that cannot be. */
CHECK_RESULT err_code experiment_figures_of(ctx *c, const experiment_plan *plan, const experiment_sums *s, const double *share, double days,
                                            experiment_figures *ret_figures);
/* One JSON object.
 *   keys    names of the arms
 *   digits  of the currency: money is written in major units */
void experiment_figures_write(json_out *w, const experiment_plan *plan, const experiment_sums *s, const experiment_figures *f,
                              const str *keys, double days, int digits);
