/* compare: models side by side on the same cases, with intervals, each against the first.
 * Promise: draws are the same for all, so differences are paired; a model that refuses the data says why and the others go on.
 * Owner: plain numbers; detail in c->arena. Read next: judge.h, interval.h. */
#pragma once
#include "eval/interval.h"
#include "eval/judge.h"

enum { COMPARE_REASON_BYTES = 160 };

typedef struct {
    const model_row *row;
    model_options options;
    bool refused;
    char reason[COMPARE_REASON_BYTES];                      /* why it refused */
    judgement j;                                            /* without j.each */
    interval figure[CASES_MAX_GROUPS][METRIC_COUNT];
    interval gain[CASES_MAX_GROUPS][METRIC_COUNT];          /* this one minus the first, paired */
} comparison;

typedef struct {
    const eval_cases *cases;
    const uint32_t *cluster;        /* of each case; NULL: every case its own */
    uint32_t n_clusters;
    unsigned metrics;               /* bits 1 << metric: those that get intervals */
    uint64_t seed;
    const float *first;             /* figures of the first model's cases, kept by compare_next() */
    uint32_t done;
} compare_state;

/* Fit and measure one model more; the first call's model is what the others are compared with, and must not refuse.
 * Memory of the fit is given back. ERR_NO_MEMORY, ERR_CANCELLED, and of the first ERR_INVALID, ERR_TOO_LARGE. */
CHECK_RESULT err_code compare_next(ctx *c, compare_state *s, const model_row *row, const model_options *o, comparison *ret);
