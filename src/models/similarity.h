/* similarity: what makes two items alike: values of events, weights of users, lengths of items, and the formula over them.
 * Promise: one table row a kind; everything a formula needs of one item or one user can be made again when that item or user has
 * changed (item_knn_live.h does so). Plain data; any thread may rate. Read next: item_product.h (sums that are rated), item_knn.c. */
#pragma once
#include "models/item_product.h"

enum { SIMILARITY_COSINE, SIMILARITY_BM25, SIMILARITY_TF_IDF, SIMILARITY_LLR, N_SIMILARITIES };

/* S_ij = sum over u of w_u v_ui v_uj, divided by |i|^own |j|^other + shrink, with |i|^2 = sum over u of w_u v_ui^2. */
typedef struct {
    int kind;                       /* SIMILARITY_* */
    double own, other, shrink;
    double bm25_k1, bm25_b;
    uint32_t n_items, n_users;      /* for the idf of users, for the table of LLR */
    double mean_length;             /* users of an item on average, for BM25 */
    float *own_power, *other_power; /* n_items: |i|^own and |i|^other */
    uint32_t *length;               /* n_items: users of the item */
    double *x_log_x;                /* n_users + 1, LLR only */
} similarity;

/* The value v of an event value in an item of `length` users. */
float similarity_value(const similarity *s, float value, uint32_t length);
/* The weight w of a user of `length` items; in (0, inf). */
float similarity_user(const similarity *s, uint32_t length);
/* Set the powers of item i from its row of values v. */
void similarity_set_item(similarity *s, uint32_t i, const sparse_row *users, const float *user_weight);

/* Does the weight of a user change with the number of his items? */
bool similarity_weighs_users(const similarity *s);

/* Values, weights and powers of a matrix, in c->arena; the kind and the numbers of *s are the caller's.
 *   ret_values         `by_user` with values v
 *   ret_user_weight    n_users; NULL when all are 1
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code similarity_prepare(ctx *c, similarity *s, const csr *by_user, csr *ret_values, float **ret_user_weight);
/* The powers of all items, after similarity_prepare() and item_product_new(). */
void similarity_set_items(similarity *s, const item_product *p);
/* A product_rate; state is a similarity. */
void similarity_rate(const void *state, uint32_t i, product_row *row);
/* One pair by definition, from its sum; the reference of the tests. */
double similarity_plain(const similarity *s, uint32_t i, uint32_t j, double sum);
/* The table of LLR again, for another number of users. ERR_NO_MEMORY. */
CHECK_RESULT err_code similarity_set_users(ctx *c, similarity *s, uint32_t n_users);
