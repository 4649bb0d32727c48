/* weigh: from events to one number for each pair of somebody and an item.
 * Promise: fitting and answering weigh events alike; items ascend, none twice. What counts is a rule of the model's parameters.
 * Memory: c->arena. Any thread. Read next: model.h (events), item_lists.h (who uses it). */
#pragma once
#include "models/model.h"

/* What several events of one pair come to. */
enum {
    WEIGH_ONE = 0,                  /* 1, whatever happened */
    WEIGH_LARGEST = 1,              /* the event that weighs most */
    WEIGH_SUM = 2,                  /* all of them */
    WEIGH_LOG = 3,                  /* log2(1 + sum): one event of weight 1 is 1 */
};
typedef struct {
    int values;                     /* WEIGH_* */
    double half_life_days;          /* an event this old counts half; 0: all alike. Needs times */
} weighing;

/* The two parameters as table rows, for a model's own table. */
#define WEIGH_PARAM_VALUES \
    { "values", WEIGH_LARGEST, WEIGH_ONE, WEIGH_LOG, true, "what events of a pair come to: 0 one, 1 the largest, 2 their sum, 3 its log" }
#define WEIGH_PARAM_HALF_LIFE { "half_life_days", 0, 0, 36500, false, "an event this old counts half; 0: all alike" }

/* Users by items. ERR_NO_MEMORY. O(users + items + events).
 *   ret_matrix   `value` is NULL when every cell is 1 */
CHECK_RESULT err_code weigh_matrix(ctx *c, const interactions *x, const weighing *w, csr *ret_matrix);

typedef struct { uint32_t item; float value; } weighed;

/* What one history comes to, in c->arena: items below n_items, ascending.
 *   ret_n   entries of ret_items
 * ERR_NO_MEMORY. O(n log n). */
CHECK_RESULT err_code weigh_history(ctx *c, const history *h, uint32_t n_items, const weighing *w, weighed **ret_items, size_t *ret_n);

/* One more event of a pair whose events so far come to `sum`; and what such a sum is worth in the end. */
float weighing_join(const weighing *w, float sum, float more);
float weighing_finish(const weighing *w, float sum);

enum { WEIGHING_NUMBERS = 2 };
/* What to hand to pack_write(); `room` must live until then. */
pack_array weighing_array(const weighing *w, double room[WEIGHING_NUMBERS]);
/* Read it back. ERR_CORRUPT. */
CHECK_RESULT err_code weighing_load(ctx *c, const pack *p, weighing *ret_weighing);
