/* What another way to choose would have earned, from what was shown and with which chance.
 * Promise: estimates with 95 % intervals that know that one person's doings hang together, or a sentence why this log cannot tell: nobody
 * explored where the policy differs, too few decisions speak for it, too little followed them. Never a figure in place of a refusal.
 * The unit of decision is a suggestion at its position: what follows one is taken not to depend on the others of its answer.
 * Source: item-position model of Li, Abbasi-Yadkori, Kveton, Muthukrishnan, Vinay, Wen 2018 ("Offline Evaluation of Ranking Policies with
 * Click Models"); weights cut at sqrt(n), Ionides 2008. Threads: policy_judge() any, policy_read() that of the db.
 * Read next: reports/policies.h, eval/off_policy.h, reports/README.md ("Another policy"). */
#pragma once
#include "base/json.h"
#include "eval/off_policy.h"
#include "reports/policy_log.h"

enum { POLICY_LEAST_REWARDED = 10 };    /* suggestions followed by something, before any figure is told */
enum { POLICY_PLACE_LEAST = 10 };       /* what the policy would show must have stood in a place so often, by chance, to be judged there */
enum { POLICY_CELL_LEAST = 50 };        /* of a product's own page and position, before it stands for itself; else all of the placement */

typedef struct {
    off_policy v;                   /* of a suggestion shown; minor units for revenue */
    size_t shown, judged;           /* suggestions of the log; of them where the policy has something to show */
    size_t by_chance;               /* judged, shown by chance, and the policy differs from the log there */
    double clip;
} policy_estimate;

/* Judge.
 *   log     of one metric
 *   row, source  as of policy_find()
 * ERR_INVALID with the field "policy" and the reason. c->arena is as before. O(n). */
CHECK_RESULT err_code policy_judge(ctx *c, const policy_log *log, const policy_row *row, str source, policy_estimate *ret);

/* What may be asked; empty texts take what is usual. */
typedef struct {
    str policy, metric;             /* "no_exploration", "click" */
    str from, to;                   /* dates in the shop's zone; the last 28 days */
} policy_request;
typedef struct {
    policy_estimate of;
    str policy;
    policy_metric metric;
    report_period period;
    size_t answers;
    double visitors_0_1;            /* share of the visitors it was judged by */
} policy_answer;
/* Read the log and judge.
 *   ret  in c->arena
 * ERR_INVALID (names the field), ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code policy_read(ctx *c, db *d, const store *s, const policy_request *q, policy_answer *ret);
/* One JSON object. Money in major units with four digits more than the currency has. */
void policy_write(json_out *w, const policy_answer *a, str currency);
