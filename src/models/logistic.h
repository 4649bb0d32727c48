/* logistic: ridge-penalised logistic regression by Newton's method.
 * Promise: always ends at a finite answer (inputs standardised, penalty above 0, steps halved until the loss falls), also when the
 * classes can be told apart, when an input is constant, when all labels are equal. Double precision. Read next: ranker.h. */
#pragma once
#include "base/ctx.h"

enum { LOGISTIC_MAX_WIDTH = 64 };

static inline double logistic_sigmoid(double z) { return 1 / (1 + __builtin_exp(-z)); }

typedef struct {
    const float *x;                 /* n x width, row-major, finite; width 0: the rate alone */
    const float *target;            /* n, 0..1 */
    const float *weight;            /* n, > 0; NULL: 1 */
    size_t n, width;
    double ridge;                   /* > 0 */
    const double *toward;           /* width: what is believed without data; NULL: 0 */
} logistic_rows;
/* Maximise sum w (y log p + (1 - y) log(1 - p)) - ridge / 2 sum (b_k - toward_k)^2, both of standardised inputs; the offset is not
 * penalised but by a thousandth (of 16 at most), so that it stays finite.
 *   ret_b      width: of the inputs as they are; of one that never varied what is believed without data
 * ERR_NO_MEMORY, ERR_CANCELLED. O(iterations * n * width^2), about 8 iterations. */
CHECK_RESULT err_code logistic_fit(ctx *c, const logistic_rows *rows, double *ret_b, double *ret_offset);
/* Solve h x = step in place by Cholesky: h (side x side, lower triangle read, spoilt) positive definite thanks to a ridge. */
void logistic_solve(double *h, double *step, size_t side);
