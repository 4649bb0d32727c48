/* Offline evaluation: `vitrine eval TASK --data DIR --model NAME`.
 * Promise: one JSON object a line for each model measured, in the same form for every task; models are chosen (`best`) on a
 * validation part inside the training part, never by looking at the test. Read next: task.h, judge.h, pick.h. */
#pragma once
#include "eval/task.h"

typedef struct {
    str task;                       /* name of a row of eval.c's table */
    const char *data;               /* folder of the data set */
    str model;                      /* a model's name, "all", or "best" */
    const str *sets;                /* "key=value" each: parameters of models; split, end (dates, task basket); inside=1 measures
                                     * on the validation part cut out of the training part */
    size_t n_sets;
    uint32_t top;                   /* answers asked for; 0: as the protocol says */
    uint64_t seed;
    int threads;                    /* 0: one per core */
    void (*progress)(void *state, const char *what, double share_0_1);      /* may be NULL */
    void *progress_state;
} eval_options;

/* Measure, and write one JSON object a line.
 *   line_done  called after each line, so that it can be shown while the next model is fitted; may be NULL
 * ERR_INVALID (unknown task, model or parameter), ERR_NOT_FOUND (no data), ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code eval_command(ctx *c, const eval_options *o, buf *out, void (*line_done)(void *state, buf *out), void *state);
/* NULL when there is none of that name. */
const eval_task *eval_task_named(str name);
