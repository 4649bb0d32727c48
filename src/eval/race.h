/* race: the best of several models by one figure, where whoever is clearly worse is stopped early.
 * Promise: every model is asked the same cases in the same order, drawn from the seed; whoever is asked all of them has the figures
 * judge.h would give it; a model as good as the leader is stopped by chance in at most 1.5 of 100 races; same figures and same stops
 * for a seed on any number of threads. Owner: all in the ctx's arena. Read next: judge.h, decide/learn_personal.h (who races). */
#pragma once
#include "eval/judge.h"

/* After an eighth, a quarter and half of the cases a model is compared with the best so far on the same cases: it goes on unless the mean
 * difference lies RACE_ERRORS of its standard errors below 0. Fewer cases than RACE_LEAST decide nothing. */
enum { RACE_LEAST = 50 };
#define RACE_ERRORS 2.58            /* 99 % interval, two-sided: each of three looks stops an equal by chance once in 200 */

typedef struct {
    eval_cases cases;               /* in the order asked */
    const uint32_t *place;          /* n: number the caller knows a case by */
    unsigned metrics;
    const double *leader;           /* n: figure of the best so far in each case, in the order asked; NULL: nobody yet, the next is asked
                                     * all cases */
    double leader_value;
} race;

typedef struct {
    bool refused;                   /* the model does not take the data; c->error says why */
    bool stopped;                   /* clearly worse than the leader of then */
    uint32_t asked;                 /* cases */
    double value;                   /* mean of the metrics over the cases asked */
    const float *each;              /* n x METRIC_COUNT in the caller's order, NAN where there is no truth; NULL unless all were asked */
} race_run;

/* Begin.
 *   cases     one group without weights; its arrays are kept
 *   metrics   bits 1 << metric: their mean is what is compared
 * ERR_INVALID (no cases, groups or weights), ERR_NO_MEMORY. */
CHECK_RESULT err_code race_new(ctx *c, const eval_cases *cases, unsigned metrics, uint64_t seed, race *ret_race);
/* Fit one model more and ask it until it is clearly worse or has answered all; then it leads if it is better. Memory of the fit is given
 * back. ERR_NO_MEMORY, ERR_CANCELLED, and of the first model ERR_INVALID, ERR_TOO_LARGE. */
CHECK_RESULT err_code race_next(ctx *c, race *r, const model_row *row, const model_options *o, race_run *ret_run);
