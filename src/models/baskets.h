/* Baskets as a sparse matrix: what every model of this folder is fitted on.
 * Promise: plain data that callers fill; baskets_check() says what is wrong with it before a model reads it.
 * Read next: rules.h, cooc.h. */
#pragma once
#include "base/ctx.h"

/* Baskets as CSR: basket b holds items[start[b] .. start[b+1]), ascending and distinct. */
typedef struct basket_matrix {
    uint32_t n_baskets, n_items;
    const uint64_t *start;          /* n_baskets + 1, start[0] = 0 */
    const uint32_t *items;          /* < n_items */
    const float *weight;            /* per basket, > 0: time decay; NULL = 1 */
} basket_matrix;

/* Items to baskets: item i stands in baskets[start[i] .. start[i+1]), ascending. */
typedef struct {
    const uint64_t *start;          /* n_items + 1 */
    const uint32_t *baskets;
} basket_transpose;

/* ERR_INVALID when starts go down, items are not ascending, distinct and < n_items, or a weight is not finite and > 0. */
CHECK_RESULT err_code baskets_check(ctx *c, const basket_matrix *b);
/* Turn the matrix round, leaving out baskets of fewer than two and more than `max_items` items (0 = no maximum): no pair, and
 * no taste in a wholesaler's or robot's order, whose pairs also grow with the square of its length. Memory: c->arena.
 * ERR_NO_MEMORY. O(items + entries). */
CHECK_RESULT err_code baskets_transpose(ctx *c, const basket_matrix *b, uint32_t max_items, basket_transpose *ret_t);
/* Weights 2^(-age / half_life) for the time decay of baskets.
 *   time_ms         n times; those after `as_of_ms` count as new
 *   half_life_days  > 0; not finite or <= 0: no decay, every weight 1
 *   ret_weight      n weights in (0, 1], never 0 (1e-6 at least, so that an old shop keeps its rules) */
void baskets_decay(const int64_t *time_ms, uint32_t n, int64_t as_of_ms, double half_life_days, float *ret_weight);
