/* store: all sensible models side by side on one shop's own newest weeks, with intervals: `vitrine eval store` and what the trainer
 * chooses by (decide/learn_personal.h).
 * Promise: popularity is always first and the others are compared with it; a shop with too few cases is said so plainly and is no
 * failure; `best` is picked inside the training part. Works on numbers. Read next: store_split.h (the questions), compare.h. */
#pragma once
#include "eval/compare.h"
#include "eval/store_split.h"

typedef enum { STORE_NEXT, STORE_BASKET, STORE_VISIT, STORE_TASKS } store_task;
typedef struct {
    const char *name;               /* "next", "basket", "visit": as JSON has it */
    const char *title;              /* one line for people */
    const char *case_words;         /* what a case is: "people who bought again" */
    const char *made_of;            /* what there are too few of when there are too few cases: "orders" */
    unsigned metrics;               /* bits 1 << metric, shown with intervals; the first is what models are chosen by */
    const char *metric_names[METRIC_COUNT];
    const char *group_names[CASES_MAX_GROUPS];      /* prefixes: "" or "p_", "c_"; NULL ends */
    const char *group_titles[CASES_MAX_GROUPS];
    const char *models;             /* names, blank between, popularity first; names of no model are passed over */
} store_task_row;
extern const store_task_row store_tasks[STORE_TASKS];

/* One task's questions on one shop. */
typedef struct {
    store_task task;
    store_window window;
    eval_cases cases;
    const uint32_t *cluster;        /* NULL: every case its own */
    uint32_t n_clusters;            /* people or visits judged on: what STORE_LEAST_CASES counts */
} store_questions;
/* Cut the questions: with too few of them (n_clusters < STORE_LEAST_CASES) they are there all the same. ERR_NO_MEMORY. */
CHECK_RESULT err_code store_ask(ctx *c, const interactions *x, store_task task, store_questions *ret);

typedef struct {
    str model;                      /* a model's name, "all" or "best" */
    uint64_t seed;
    int threads;                    /* 0: one per core */
    void (*progress)(void *state, const char *what, double share_0_1);      /* may be NULL */
    void (*show)(void *state, const store_questions *q, const comparison *r);   /* r NULL: before the first of a task */
    void *state;                    /* of both */
} store_options;

/* Measure all tasks.
 *   x        purchases of the whole shop, with times
 *   visits   of its visitors (decide/shop_visits.h); no users, or NULL: nobody was seen there and STORE_VISIT is left out
 * ERR_INVALID (unknown model), ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code eval_store(ctx *c, const interactions *x, const interactions *visits, const store_options *o);
