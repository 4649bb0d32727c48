/* task: one kind of question with a public protocol: how its files are read, how a validation part is cut out of the training
 * part, which figures are printed. A row here and a file eval/task_NAME.c is a task.
 * Promise: `inside` never sees the test part. Read next: cases.h, docs/benchmarks.md (protocols). */
#pragma once
#include "eval/cases.h"
#include "eval/metric.h"

/* What a reader may be told by --set before the model gets the rest. */
typedef struct {
    const char *folder;
    uint32_t top;                   /* 0: the task's own */
    str split, end;                 /* dates, "" = the task's own (task `basket`) */
    uint64_t seed;
} task_options;

typedef struct eval_task {
    const char *name;               /* as the command takes it */
    const char *summary;
    uint32_t top;                   /* answers asked for by the protocol */
    unsigned metrics;               /* bits 1 << metric, printed */
    const char *metric_names[METRIC_COUNT];     /* as printed, before "@top" */
    const char *group_names[CASES_MAX_GROUPS];  /* prefixes of groups: "" or "p_", "c_"; NULL ends */
    unsigned offers;                /* MODEL_NEEDS_* that its data satisfy */
    const char *models;             /* names that make sense here, blank between: what `all` measures and `best` picks from */
    /* Read the files. ERR_NOT_FOUND, ERR_INVALID (with the line), ERR_NO_MEMORY. */
    err_code (*read)(ctx *c, const task_options *o, eval_cases *ret_cases);
    /* Cut a validation part out of cases->train in the same manner as the test was cut: new cases, fewer training events. */
    err_code (*inside)(ctx *c, const task_options *o, const eval_cases *cases, eval_cases *ret_inside);
} eval_task;
