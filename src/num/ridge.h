/* ridge: one small regularised least squares problem, of which a factor model solves one per user and item and sweep:
 *     x = argmin  sum_r c_r (1 - x . y_r)^2 + sum_j diag_j x_j^2        over k rows y_r of dim floats
 * With Y the rows and z the k multipliers, x = D^-1 Y' z and (C^-1 + Y D^-1 Y') z = 1: a k x k system that is never formed. It is
 * solved by conjugate gradients, diagonally preconditioned, whose steps cost 4 k dim operations on rows gathered and scaled once.
 * Promise: AVX-512, AVX2 or plain C chosen at run time, results differ by rounding only; the exact solution in double stands
 * beside. Rows of any number: above RIDGE_PANEL_ROWS the dim x dim normal equations are summed up in pieces and factored.
 * One ridge_room belongs to one thread. Read next: models/als.c. Source: Hestenes and Stiefel 1952; Hu, Koren, Volinsky 2008. */
#pragma once
#include "base/ctx.h"

enum { RIDGE_PANEL_ROWS = 2048, RIDGE_LANES = 16, RIDGE_MAX_DIM = 1024 };

/* Floats from row to row that the solver wants: dim rounded up to full vectors, the rest zeros. */
static inline size_t ridge_stride(uint32_t dim) { return (dim + RIDGE_LANES - 1) / RIDGE_LANES * RIDGE_LANES; }

/* Scratch of one thread for problems of one dim. */
typedef struct ridge_room ridge_room;
/* In c->arena: room for problems of up to `most_rows` rows. ERR_NO_MEMORY, ERR_INVALID (dim above RIDGE_MAX_DIM). */
CHECK_RESULT err_code ridge_room_new(ctx *c, uint32_t dim, size_t most_rows, ridge_room **ret_room);

typedef struct {
    const float *rows;              /* row i at rows + i * ridge_stride(dim), zeros behind dim */
    const uint32_t *index;          /* k: which rows */
    const float *weight;            /* k: c_r, finite, > 0 */
    size_t k;
    const float *diag;              /* ridge_stride(dim), > 0 up to dim; the rest is not read as such but must be > 0 too */
    int steps;                      /* of conjugate gradients, >= 1 */
    float tolerance;                /* stop earlier when the residual has fallen by this factor; 0: do all steps */
    float *warm;                    /* k: where to begin, replaced by where it ended, for the next solve of the same rows after they
                                     * moved a little; zeros at first. NULL: begin at zero */
} ridge_problem;

/* Solve into ret_x (ridge_stride(dim) floats). k = 0 gives zeros. */
void ridge_solve(ridge_room *room, const ridge_problem *p, float *ret_x);
/* The exact solution by Cholesky in double. Scratch in c->arena, given back. ERR_NO_MEMORY. */
CHECK_RESULT err_code ridge_solve_plain(ctx *c, const ridge_problem *p, uint32_t dim, double *ret_x);
