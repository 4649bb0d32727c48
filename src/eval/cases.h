/* cases: what a task asks every model: training data, questions, and what should have been answered.
 * Promise: one form for all tasks, so that one judge measures them and metrics cannot differ between them.
 * Owner: plain arrays in the arena of the ctx that read them. Read next: task.h (where they come from), judge.h. */
#pragma once
#include "models/model.h"

enum { CASES_MAX_GROUPS = 2 };

typedef struct {
    interactions train;
    uint32_t n;
    const history *asked;           /* n */
    const uint64_t *truth_start;    /* n + 1: case i should find truth[truth_start[i] .. truth_start[i + 1]) */
    const uint32_t *truth;          /* ascending and distinct within a case; those >= train.n_items can never be found */
    const float *weight;            /* n, of a case in the mean of its group; NULL: all alike */
    const uint8_t *group;           /* n, < CASES_MAX_GROUPS: metrics are means within a group; NULL: one group */
    bool hide_history;              /* items of the history may not be answered */
    uint32_t top;                   /* answers asked for, 1..JUDGE_MAX_TOP */
} eval_cases;
