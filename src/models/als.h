/* als: implicit alternating least squares, seen from inside: the two sides of a factor model and the loss they go down on.
 * Promise: als_fit() leaves item vectors as factors.h wants them; the loss is exact, in double. The row `als` is the door for
 * everybody but tests and benches. Read next: factors.h, README.md (Factor models). */
#pragma once
#include "models/factors.h"

typedef struct {
    uint32_t dim, sweeps;           /* dim 1..RIDGE_MAX_DIM, sweeps >= 1 */
    int steps;                      /* of conjugate gradients a solve, >= 1 */
    factors_loss loss;
    double damp;                    /* >= 0: see factors_trust() */
    uint64_t seed;
    int threads;                    /* 0: one per core */
} als_settings;

typedef struct {
    csr seen, seen_by;              /* users by items and back, value = confidence */
    float *trust;                   /* of every item */
    float *user, *item;             /* rows x ridge_stride(dim), both in the same basis */
    float *energy;                  /* ridge_stride(dim): of the side the last half sweep turned */
    float *warm[2];                 /* multipliers of every cell: of the users' problems, of the items' */
} als_state;

/* Confidences of the events and random item vectors, in c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code als_begin(ctx *c, const interactions *x, const als_settings *s, als_state *ret_state);
/* One half sweep: all user vectors for the item vectors as they are, or the other way around.
 * ERR_NO_MEMORY, ERR_CANCELLED, ERR_INVALID (factors grow without end). */
CHECK_RESULT err_code als_half_sweep(ctx *c, const als_settings *s, als_state *a, bool users);
/* sum_seen c (1 - w.h)^2 + alpha0 sum_all (w.h)^2 + the frequency-scaled regularisation of both sides. ERR_NO_MEMORY.
 * O(cells dim + (users + items) dim^2). Source: Rendle, Krichene, Zhang, Koren 2021, eq. 1-4. */
CHECK_RESULT err_code als_loss(ctx *c, const als_settings *s, const als_state *a, double *ret_loss);
