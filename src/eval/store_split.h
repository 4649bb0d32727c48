/* store_split: questions to ask of a shop's own past: what it sold in its newest weeks, asked with what was known before.
 * Promise: nothing at or after the split reaches a training part or a question's history but the cart being completed (a leakage test
 * deletes and shuffles all of it: no score changes). Times are compared, never positions. Works on numbers; who the shop is, is known
 * above. Owner: results in c->arena, pointing into x where they can. Read next: compare.h (who asks), store.h. */
#pragma once
#include "eval/cases.h"

enum { STORE_LEAST_CASES = 50, STORE_MOST_CASES = 2000, STORE_TOP = 10 };

typedef struct {
    int64_t split_ms;               /* first moment of the test part */
    uint32_t weeks;                 /* whole weeks it spans, 1.. */
    uint32_t cases;                 /* next purchases of known people in it */
} store_window;

/* The fewest newest weeks in which at least 500 known people bought again, but never more than a quarter of all visits.
 * x needs times. cases 0 when nobody came twice. O(events). ERR_NO_MEMORY. */
CHECK_RESULT err_code store_choose_window(ctx *c, const interactions *x, store_window *ret_window);
/* Share of a visit's items its user had before, in visits that are not the first: 0 in a furniture shop, above half in a grocery. */
double store_repeat_share(const interactions *x);

/* What will a known person buy next? One case each of at most STORE_MOST_CASES people who bought before and after the split: asked with
 * all of before, truth: the first visit after. Where people seldom buy the same again (STORE_REPEATS of it in the training part), what
 * they have may not be answered and is no truth. ERR_NO_MEMORY. */
#define STORE_REPEATS 0.1
CHECK_RESULT err_code store_next_cases(ctx *c, const interactions *x, int64_t split_ms, eval_cases *ret_cases);
/* What goes with it? Visits after the split of two items or more that are sold in the training part. Group 0: asked with one item each,
 * to find the others (a visit counts 1); group 1: asked with all but one, to find that one. ERR_NO_MEMORY.
 *   ret_cluster  for each case, the visit it is of: 0 .. n_clusters - 1 */
CHECK_RESULT err_code store_basket_cases(ctx *c, const interactions *x, int64_t split_ms, eval_cases *ret_cases,
                                         const uint32_t **ret_cluster, uint32_t *ret_n_clusters);

/* What will a visitor look at next? One case each of at most STORE_MOST_CASES visits that began after the split and touched two
 * products or more: at one of the products that came into it, drawn by the visit's place, asked with all that happened in the visit
 * before. Truth: that product. What was touched may not be answered again.
 *   x            visits of visitors by all they did there (decide/shop_visits.h), with times and visits
 *   ret_window   the fewest newest weeks with 500 of them, never more than a quarter of such visits
 * Histories point into x. ERR_NO_MEMORY. */
CHECK_RESULT err_code store_visit_cases(ctx *c, const interactions *x, store_window *ret_window, eval_cases *ret_cases);
