/* What the statistics of experiments/ say of a simulated shop, held against its truth: many months of visitors without a server.
 * Revenue of a visitor is drawn from what visitors of the world spent, without suggestions and with the best ones; so the truth is
 * known and the tail is that of baskets, not of a formula. Promise: the same world and runs give the same figures.
 * Intervals of caused revenue go through the report itself: app/simulate_reports.h. Read next: trial.h. */
#pragma once
#include "simulate/trial.h"
#include "simulate/world.h"

enum { SIM_PROOF_DAYS = 28, SIM_RUNS_MOST = 10000, SIM_RUNS_LEAST = 10 };

/* Visitors of some days and what each spent: those who bought nothing are only counted. */
typedef struct { double visitors; double *spent; size_t n; double buyers_mean; } sim_spenders;
/* Without suggestions, and with the clairvoyant's. O(visits x products). ERR_NO_MEMORY. */
CHECK_RESULT err_code sim_spenders_of(ctx *c, const sim_world *w, uint32_t days, sim_spenders *ret_without, sim_spenders *ret_with);

typedef struct {
    double false_alarms;            /* experiments without any effect, looked at daily for 28 days, that were called */
    double false_alarms_daily_p;    /* the same with a plain p value looked at daily: the mistake that is avoided */
    double power_promised, power_found;     /* a true tenth more buyers, asked daily */
    int runs;
} sim_proof;
/*   runs   SIM_RUNS_LEAST..SIM_RUNS_MOST of each kind
 * ERR_INVALID, ERR_NO_MEMORY. */
CHECK_RESULT err_code sim_prove(ctx *c, const sim_world *w, int runs, sim_proof *ret);
