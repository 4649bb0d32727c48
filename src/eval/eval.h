/* Offline evaluation: `vitrine eval TASK --data DIR --model NAME`.
 * Promise: one JSON object a line for each model measured, in the same form for every task; models are chosen (`best`) on a
 * validation part inside the training part, never by looking at the test. Read next: eval/basket.h. */
#pragma once
#include "base/ctx.h"

typedef struct {
    str task;                       /* "basket" */
    const char *data;               /* folder of the data set */
    str model;                      /* a model's name, "all", or "best" */
    const str *sets;                /* "key=value" each */
    size_t n_sets;
    uint64_t seed;
} eval_options;

/* Measure, and write one JSON object a line.
 * ERR_INVALID (unknown task, model or parameter), ERR_NOT_FOUND (no data), ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code eval_command(ctx *c, const eval_options *o, buf *out);
/* Names of the tasks separated by ", ", for messages and help; static. */
const char *eval_task_names(void);
