/* item_knn_live: an item_knn that takes new orders without a refit.
 * Promise: after any orders, a list is what a fit on everything would give, up to rounding (tests/models/item_knn_live_test.c).
 * An order costs the rows of its items: the sum of the histories of all who took them. How: the matrix is kept by users and by items,
 * with room to grow, beside lengths and weights. An order changes the cells of its user, the lengths of the items it touches (TF-IDF:
 * of all his items, as his weight changes) and therefore their rows, which are made again when somebody asks; and one entry in the
 * list of each of their partners, which is moved to its new place. Only where that entry leaves a full list is it unknown
 * who takes its place, and the list is made again when asked for.
 * What it does not take: BM25, whose values all change with the mean length; decay, where all values change with the clock; items
 * after the fit. Owner: the arena of the ctx it was made with, which grows with the orders. One thread at a time.
 * Read next: item_knn.c (the fit), similarity.h (the formulas). */
#pragma once
#include "models/item_knn.h"

typedef struct item_knn_live item_knn_live;

/* Fit and keep what it takes to go on.
 *   o   parameters of model_item_knn
 * ERR_INVALID (BM25, half_life_days), ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code item_knn_live_new(ctx *c, const interactions *x, const model_options *o, item_knn_live **ret_live);
/* Somebody took n items.
 *   user     his number; the number of users so far makes a new one
 *   item     < n_items; may repeat
 *   weight   as in interactions; NULL: 1
 * ERR_INVALID (a user, item or weight out of range: nothing has changed), ERR_NO_MEMORY (the live lists are spoilt). */
CHECK_RESULT err_code item_knn_add(ctx *c, item_knn_live *l, uint32_t user, const uint32_t *item, const float *weight, size_t n);
/* The neighbours of an item, strongest first; valid until the next call. ERR_INVALID (no such item). */
CHECK_RESULT err_code item_knn_live_list(ctx *c, item_knn_live *l, uint32_t item, const topk_entry **ret_list, uint32_t *ret_n);
/* Scores of one history, as model_score(); ret_scores: n_items. ERR_NO_MEMORY. */
CHECK_RESULT err_code item_knn_live_score(ctx *c, item_knn_live *l, const history *h, float *ret_scores);
