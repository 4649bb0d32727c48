/* net: the layers of small neural networks, forward and backward, written out by hand.
 * Promise: pure functions over row-major float32 blocks that callers own; every backward pass is checked against numerical
 * gradients (tests/num/net_test.c). A call works in the thread that makes it: callers cut rows into blocks that do not depend on
 * the number of threads, so results are the same bits for any number. Letters: n rows, `in` and `out` numbers a row.
 * Read next: num/blas.h (the products), models/two_tower_train.c (what is built of them). */
#pragma once
#include "num/csr.h"

/* y (n x out) = x (n x in) w (in x out) + b (out). b may be NULL. */
void net_linear(const float *x, const float *w, const float *b, size_t n, size_t in, size_t out, float *ret_y);
/* dx (n x in, rows ld_dx apart) = dy (n x out) w'. `in` may be less than the rows of w: the first ones. */
void net_linear_back_x(const float *dy, const float *w, size_t n, size_t in, size_t out, float *ret_dx, size_t ld_dx);
/* dw (in x out) = x' dy, for the outputs [from, to) only, so that threads can share the work; db (out) likewise, may be NULL. */
void net_linear_back_w(const float *x, const float *dy, size_t n, size_t in, size_t out, size_t from, size_t to, float *ret_dw,
                       float *ret_db);

/* y = max(x, 0), in place. */
void net_relu(float *x, size_t n);
/* dx = dy where the output y was above 0, in place of dy. */
void net_relu_back(const float *y, size_t n, float *dy);

/* Rows of length 1: y = x / |x|; a row of zeros stays one. ret_inverse (n) keeps 1 / |x|, 0 for such a row. y may be x; rows of y
 * are ld_y apart. */
void net_normalise(const float *x, size_t n, size_t d, float *ret_y, size_t ld_y, float *ret_inverse);
/* dx = (dy - y (y . dy)) / |x|. dx may be dy; rows of y are ld_y apart. */
void net_normalise_back(const float *dy, const float *y, size_t ld_y, const float *inverse, size_t n, size_t d, float *ret_dx);

/* Embedding bag: y (d) += sum over the cells of one row of `bags` of value * table[col]. */
void net_bag(const csr *bags, uint32_t row, const float *table, size_t d, float *y);

/* One row of a sampled softmax with several right answers, each against the wrong ones only.
 *   logit        m scores; become the gradient of the loss with respect to them
 *   log_weight   m: what a wrong answer counts, as a logarithm: -ln of its chance to be among the candidates (Yi et al. 2019)
 *   own          n_own columns that are no wrong answers: right ones first (n_right of them), then what else the person has
 *   right_weight n_right: what each right answer counts
 * Returns the loss: sum of weight * (ln(e^s + Z) - s), Z = sum over wrong answers of e^(s + log_weight).
 *   right_logit  scratch, n_right. With n_right = 0 the gradient is zeros. */
double net_softmax_row(float *logit, const float *log_weight, size_t m, const uint32_t *own, size_t n_own, size_t n_right,
                       const float *right_weight, float *right_logit);
/* x[i] = e^x[i], relative error below 1e-6 from -87 to 88, outside as at these borders; several at once. */
void net_exp(float *x, size_t n);

/* Adam of one block of numbers. Embeddings are updated by the rows that were touched ("lazy": the others keep their moments). */
typedef struct {
    float rate, decay;              /* learning rate; what is taken off the numbers themselves, times the rate (AdamW) */
    float correct1, correct2;       /* 1 / (1 - 0.9^t) and 1 / (1 - 0.999^t) at step t */
} net_adam;
/* Step t = 1, 2, ... */
net_adam net_adam_step(float rate, float decay, uint64_t t);
/* x, gradient g, moments m1 and m2: n each. Source: Kingma and Ba 2015; Loshchilov and Hutter 2019 for the decay. */
void net_adam_update(const net_adam *a, float *x, const float *g, float *m1, float *m2, size_t n);
