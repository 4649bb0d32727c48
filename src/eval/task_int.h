/* What the readers of tasks share; private to eval/. */
#pragma once
#include "base/map.h"
#include "eval/task.h"

/* A growing list of what users did, in the order it is read. */
typedef struct {
    uint32_t *user, *item;
    int64_t *time_ms;
    size_t n, cap;
} event_list;

/* Add one event. Memory: c->arena, at most three times what is kept. ERR_NO_MEMORY. */
CHECK_RESULT err_code events_add(ctx *c, event_list *l, uint32_t user, uint32_t item, int64_t time_ms);
/* Events by user, within a user in order of time, then as they were read.
 *   timed   keep the times; else time_ms is NULL */
CHECK_RESULT err_code events_by_user(ctx *c, const event_list *l, uint32_t n_users, uint32_t n_items, bool timed, interactions *ret_x);

/* Path of the first file of `folder`, in byte order, whose name ends with one of `endings` (NULL at the end; earlier endings win).
 * ERR_NOT_FOUND names the folder and what was looked for. */
CHECK_RESULT err_code task_find_file(ctx *c, const char *folder, const char *const *endings, const char **ret_path);
/* Number of a text id, given out in order of first sight. ERR_NO_MEMORY. */
CHECK_RESULT err_code task_number(ctx *c, map *ids, str id, uint32_t *ret_number);

/* Task `basket`: position of the hidden item in a basket of `size` items; `rank` is the basket's place among the test baskets. */
uint32_t basket_hidden_position(uint32_t rank, uint32_t size);

/* Task `sessions` from text in memory instead of files, for tests. Same errors; files are called "train" and "test". */
CHECK_RESULT err_code task_sessions_read_text(ctx *c, str train_text, str test_text, eval_cases *ret_cases);

/* Task `nextbasket` from text in memory instead of files, for tests. Same errors; files are called "history" and "future". */
CHECK_RESULT err_code task_nextbasket_read_text(ctx *c, str history_text, str future_text, eval_cases *ret_cases);

extern const eval_task task_topn, task_basket, task_sessions, task_nextbasket;
