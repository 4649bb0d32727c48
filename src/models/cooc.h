/* How often two items stand in one basket: exact counts, decayed weights, the best partners of each item.
 * Promise: counts are exact; order and ties are fixed (larger first, then the smaller item number); same bits for any number of
 * threads; memory O(items * k + entries), never the pairs. It does NOT judge: rules.h turns counts into probabilities.
 * Owner: results live in c->arena. Read next: README.md. */
#pragma once
#include "models/baskets.h"

#define COOC_MAX_BASKETS (UINT32_C(1) << 24)    /* counts of more would not be exact where lists are picked by float scores */

typedef struct { uint32_t item, count; } cooc_pair;

typedef struct {
    uint32_t n_items, k;
    uint32_t *length;               /* n_items, <= k */
    cooc_pair *pairs;               /* n_items x k, largest count first */
    uint64_t distinct;              /* ordered pairs (i, j), i != j, that share a basket */
    uint64_t total;                 /* their counts summed: sum over baskets of size * (size - 1) */
} cooc_lists;

/* The k most frequent partners of every item.
 *   max_basket  larger baskets are left out; 0 = none
 *   threads     0: one per core
 * ERR_INVALID, ERR_TOO_LARGE (over COOC_MAX_BASKETS), ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(sum over baskets of size^2).
 * Source: F. Gustavson, "Two fast algorithms for sparse matrices", 1978: one row of X'X at a time in a dense accumulator. */
CHECK_RESULT err_code cooc_top(ctx *c, const basket_matrix *b, uint32_t max_basket, uint32_t k, int threads, cooc_lists *ret_lists);

/* ---- one row at a time, for models ---- */
typedef struct { uint32_t count; float weight, vote; } cooc_cell;

/* Scratch of one worker: a dense row and the list of its non-zero cells. */
typedef struct {
    cooc_cell *cell;                /* n_items; zero outside a row */
    uint32_t *touched;              /* n_items + 1: columns with count > 0, the row's own item left out */
    uint32_t n_touched;
} cooc_row;

/* ERR_NO_MEMORY. */
CHECK_RESULT err_code cooc_row_new(ctx *c, uint32_t n_items, cooc_row *ret_row);
/* Fill `row` with the partners of `item`: exact count, sum of basket weights, sum of votes.
 *   vote   per basket; NULL: only counts and weights. */
void cooc_row_fill(const basket_matrix *b, const basket_transpose *t, const float *vote, uint32_t item, cooc_row *row);
/* Zero the touched cells again. */
void cooc_row_clear(cooc_row *row);
