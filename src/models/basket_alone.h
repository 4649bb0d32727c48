/* basket_alone: what goes with one product, by trees that learned on the shop's own newest baskets what the older ones tell.
 * Promise: an input describes a pair by counts, shares and the regression, never by ids; the same bits for a seed on any number of
 * threads; too few baskets to learn from say so, and the caller keeps his rule. It does NOT cover: basket_cover.c does.
 * Owner: results lie in c->arena; constant, any thread reads.
 * Read next: basket_parts.h (the baskets), boost.h (who grows trees), basket_blend.c (who asks). */
#pragma once
#include "models/basket_parts.h"
#include "models/ranker.h"

enum { ALONE_POOL = 100, ALONE_WIDTH = 19 };

/* How strongly each item speaks for every other: a fitted regression behind its row. */
typedef struct { const model_row *row; const void *state; } item_regression;

/* Learn which of the partners that `older` baskets name come in the `newer` ones: each basket counts 1, divided among its items.
 *   ret_rows   inputs of pairs, ALONE_WIDTH wide, in c->arena; n = 0 when nothing is asked
 * ERR_NO_MEMORY, ERR_CANCELLED. O(sum of squares of basket sizes + items * n_items). */
CHECK_RESULT err_code basket_alone_rows(ctx *c, const basket_log *older, const basket_log *newer, const item_regression *r,
                                        ranker_rows *ret_rows);
/* Grow the trees. Errors of boost_fit(). */
CHECK_RESULT err_code basket_alone_learn(ctx *c, const ranker_rows *rows, uint32_t trees, uint64_t seed, ranker *ret_ranker);
/* For every item ALONE_POOL partners at most, each with the chance that a basket with the item holds it, likeliest first.
 * ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code basket_alone_pool(ctx *c, const basket_log *log, const item_regression *r, const ranker *trees,
                                        item_lists *ret_pool);
