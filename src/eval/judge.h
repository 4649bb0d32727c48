/* judge: fit a model, ask it all cases, and say how good and how fast it was.
 * Promise: the test part is read only here, after fitting; the same seed gives the same figures to the last digit, for any number
 * of threads; ties are broken by the smaller item number. Read next: cases.h, metric.h, interval.h. */
#pragma once
#include "eval/cases.h"
#include "eval/metric.h"

enum { JUDGE_MAX_TOP = 100 };

typedef struct {
    double mean[CASES_MAX_GROUPS][METRIC_COUNT];
    uint32_t n[CASES_MAX_GROUPS];   /* cases with a truth */
    double fit_s, fit_cpu_s;        /* wall and processor time of the fit */
    double peak_mb;                 /* of the process so far */
    double p50_us, p99_us;          /* one answer of `top` items on one thread, over up to JUDGE_LATENCY_CASES of the
                                     * cases; where they would take over two seconds, over fewer (100 at least) */
    float *each;                    /* n cases x METRIC_COUNT, in c->arena; NAN rows have no truth. NULL unless asked for */
} judgement;

enum { JUDGE_LATENCY_CASES = 2000 };

/* Ask a fitted model all cases.
 *   ret_each    n x METRIC_COUNT: figures of each case; NAN rows have no truth
 * ERR_INVALID (no cases), ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code judge_answers(ctx *c, const eval_cases *cases, const model *m, float *ret_each);
/* Fit `row` and measure. Memory of the fit is given back.
 *   keep_each   fill ret->each, for intervals
 * ERR_INVALID (no case with a truth), what the model says. */
CHECK_RESULT err_code judge_model(ctx *c, const eval_cases *cases, const model_row *row, const model_options *o, bool keep_each,
                                  judgement *ret);
/* Fit `row` and say only how good it is: what a choice among many needs, without timing answers. The same errors. */
CHECK_RESULT err_code judge_value(ctx *c, const eval_cases *cases, const model_row *row, const model_options *o, unsigned metrics,
                                  double *ret_value);
/* The one figure models are compared by: the mean of a task's metrics over its groups. `metrics` are bits 1 << metric. */
double judgement_value(const judgement *j, unsigned metrics);
