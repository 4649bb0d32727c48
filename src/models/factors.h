/* factors: item vectors that answer anybody from what he did: his vector is solved for on the spot (fold-in), scores are products.
 * Promise: an event counts with the very next question, in microseconds; users of the fit need no vector of their own. Vectors
 * stand in the basis in which the Gram matrix of the items is diagonal: the part of the problem that is the same for everybody is
 * then a diagonal, and the first dimensions carry most of every product.
 * Owner: plain data in c->arena or in a pack; constant; any thread. Read next: num/ridge.h (the solver), als.c, bpr.c. */
#pragma once
#include "models/weigh.h"
#include "num/ridge.h"

/* What is minimised for somebody with confidences c_i = t_i (1 + alpha w_i) / (1 + alpha) on his items, t_i the trust in item i:
 *     sum_i c_i (1 - x . h_i)^2 + alpha0 sum_all (x . h)^2 + reg (sum_i c_i + alpha0 n_others)^nu |x|^2 */
typedef struct { double alpha0, reg, nu, alpha; weighing weigh; } factors_loss;

typedef struct {
    uint32_t n_items, dim;
    factors_loss loss;
    const float *item;              /* n_items x ridge_stride(dim), zeros behind dim */
    const float *trust;             /* n_items, > 0 */
    const float *energy;            /* ridge_stride(dim): eigenvalues of H'H, falling; 0 behind dim */
    mips search;                    /* over `item`: of models that answer (factors_finish()) */
} factors;

/* How much an event of each item is believed: (users of the item / users of a mean item)^-damp. What everybody has says little
 * about taste; 0 believes all alike. In c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code factors_trust(ctx *c, const csr *seen, double damp, float **ret_trust);
/* c_i of one pair. */
static inline float factors_confidence(const factors_loss *l, float trust, float value) {
    return (float)((double)trust * (1 + l->alpha * (double)value) / (1 + l->alpha));
}
/* Turn vectors into the eigenbasis of their Gram matrix, in place: products with vectors turned alike stay what they were.
 *   rows       n x ridge_stride(dim), zeros behind dim
 *   ret_energy ridge_stride(dim): eigenvalues of rows' rows, falling, >= 0
 * Scratch in c->arena, given back. ERR_NO_MEMORY, ERR_CANCELLED, ERR_INTERNAL. Same bits for any number of threads.
 * O(n dim^2 + dim^3). */
CHECK_RESULT err_code factors_turn(ctx *c, float *rows, uint32_t n, uint32_t dim, int threads, float *ret_energy);
/* The diagonal of one problem: alpha0 energy_j + reg (known + alpha0 n_others)^nu.
 *   known      sum of the confidences
 *   ret_diag   ridge_stride(dim), all > 0 */
void factors_diagonal(const factors_loss *l, const float *energy, uint32_t dim, double known, double n_others, float *ret_diag);
/* The vector of somebody, from his items.
 *   ret_x      ridge_stride(dim) floats; zeros for a stranger
 * Scratch in c->arena, given back. ERR_NO_MEMORY. Tens of microseconds for 50 events (bench/als_bench.c). */
CHECK_RESULT err_code factors_fold_in(ctx *c, const factors *f, const history *h, float *ret_x);
/* Make what the best of all items are found by, once the vectors stand. In c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code factors_finish(ctx *c, factors *f);
/* A row's score, aim, save and load, for models whose state is `factors` (see models/model.h). */
CHECK_RESULT err_code factors_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores);
CHECK_RESULT err_code factors_aim(ctx *c, const void *state, const history *h, model_aim *ret_aim);
CHECK_RESULT err_code factors_save(ctx *c, const void *state, buf *out);
CHECK_RESULT err_code factors_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state);
