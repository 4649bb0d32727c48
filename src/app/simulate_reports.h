/* What the shop's own report says of what suggestions caused, held against the truth: shops of simulated visitors written as rows of
 * answers, names, orders and refunds, read by reports/caused as an owner would. The statistics alone are simulate/proof.h.
 * Promise: the same world and plan give the same figures; nothing stays. One thread. Read next: reports/caused.h, simulate/README.md. */
#pragma once
#include "simulate/proof.h"

enum { REPORTS_LEAST = 100, REPORTS_MOST = 20000 };     /* visitors of a shop: 28 million rows are two minutes */
typedef struct {
    int runs;                       /* shops, 1..SIM_RUNS_MOST */
    int64_t visitors;               /* of each shop, REPORTS_LEAST..REPORTS_MOST */
    int64_t holdout_percent;        /* 1..50 */
} reports_plan;

typedef struct {
    double truth;                   /* revenue of a visitor that suggestions cause, major units */
    double coverage, coverage_any_look;     /* share of shops whose reported interval holds it: that of one look, that valid at any */
    double z_mean, z_deviation;     /* (reported - truth) / standard error: 0 and 1 of an honest one */
    double believed;                /* share of shops whose report said "ok" */
    int runs;
} reports_proof;
/*   folder  for a database, which is the caller's to remove; nothing is in it afterwards
 * ERR_INVALID, ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED. O(runs x visitors) rows. */
CHECK_RESULT err_code simulate_prove_reports(ctx *c, const sim_world *w, const reports_plan *plan, const char *folder, reports_proof *ret);
