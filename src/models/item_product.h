/* item_product: how often the users of one item took each other item, row by row of the sparse product X'WX, and the best of every
 * row; what item-kNN, RP3beta and the sparse regression are made of.
 * Promise: a row costs the sum of its users' histories; results are the same bits for any number of threads; histories of more than
 * `max_history` items say nothing of pairs (a robot would cost more than all shoppers). Cells are > 0.
 * Owner: c->arena; constant while rows are made. Read next: item_lists.h (what becomes of rows), cooc.h (the same for baskets). */
#pragma once
#include <math.h>
#include "models/item_lists.h"
#include "num/keys.h"
#include "num/parallel.h"

/* The cells of one row of a sparse matrix. */
typedef struct {
    const uint32_t *col;            /* ascending */
    const float *value;             /* NULL: all 1 */
    uint32_t n;
} sparse_row;

typedef struct {
    uint32_t n_items, n_users, max_history;
    const sparse_row *item;         /* n_items: users and values */
    const sparse_row *user;         /* n_users: items and values */
    const float *user_weight;       /* n_users: the diagonal of W, > 0; NULL: all 1 */
    const float *fade;              /* PRODUCT_FADE_SPAN, > 0: values are places, and a user says of two items fade[places between
                                     * them], the last for all beyond, instead of the product of values. NULL: values are values.
                                     * Set after item_product_new() */
} item_product;

enum { PRODUCT_FADE_SPAN = 256 };
static inline float product_fade(const float *fade, float place, float other) {
    uint32_t between = (uint32_t)fabsf(place - other);
    return fade[between < PRODUCT_FADE_SPAN ? between : PRODUCT_FADE_SPAN - 1];
}

/* Values and weights stand between these, so that no product of them is 0 or infinite. */
#define PRODUCT_LEAST 1e-12f
#define PRODUCT_MOST  1e12f

/* Rows of both sides of a matrix of users by items. Values of `by_user` outside the range above are brought into it.
 *   user_weight   n_users or NULL; must live as long as the product
 * ERR_NO_MEMORY. O(users + items + cells). */
CHECK_RESULT err_code item_product_new(ctx *c, const csr *by_user, const float *user_weight, uint32_t max_history,
    item_product *ret_product);

/* Weights that make users of n items count n to minus `power`; NULL for power 0. ERR_NO_MEMORY. */
CHECK_RESULT err_code item_product_user_weights(ctx *c, const csr *by_user, double power, float **ret_weights);

/* Scratch of one thread. */
typedef struct {
    float *cell;                    /* n_items; zero outside touched */
    uint32_t *touched;              /* n_touched items with a cell, in no order; room for n_items + 1 */
    uint32_t n_touched;
    uint64_t *keys;                 /* room for n_items */
} product_row;

/* ERR_NO_MEMORY. */
CHECK_RESULT err_code product_row_new(ctx *c, uint32_t n_items, product_row *ret_row);
/* Fill a clear row: cell[j] = sum over users u of item i of x_ui w_u x_uj (or w_u fade), for j other than i. */
void item_product_fill(const item_product *p, uint32_t i, product_row *row);
/* The same by definition, into n_items sums; the reference of the tests. */
void item_product_fill_plain(const csr *by_user, const float *user_weight, uint32_t i, double *ret_sums);
/* Move the k largest cells above 0 to ret_best, largest first, and clear the row; returns how many. */
uint32_t product_row_take(product_row *row, uint32_t k, topk_entry *ret_best);
/* Clear it. */
void product_row_clear(product_row *row);

/* Turn the cells of item i's row into similarities, in place; 0 or less drops one. Called by several threads. */
typedef void product_rate(const void *state, uint32_t i, product_row *row);

/* The best rated of every row, as many as the room has places for. Scratch in c->arena, given back. ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code item_product_lists(ctx *c, const item_product *p, int threads, product_rate *rate, const void *state,
                                         item_lists_room *room);
