/* csr: sparse matrices by rows, plain data that callers fill.
 * Promise: csr_check() says what is wrong with a matrix before anybody reads it; results are the same bits for any number of
 * threads. Memory: c->arena. Read next: num/blas.h (dense), models/interactions.h (what fills them). */
#pragma once
#include "base/ctx.h"

/* Row r holds cells [start[r], start[r + 1]). */
typedef struct {
    uint32_t n_rows, n_cols;
    const uint64_t *start;          /* n_rows + 1, start[0] = 0 */
    const uint32_t *col;            /* < n_cols, ascending and distinct within a row */
    const float *value;             /* finite; NULL: every cell is 1 */
} csr;

static inline float csr_value(const csr *m, uint64_t cell) { return m->value ? m->value[cell] : 1.0f; }

/* ERR_INVALID when starts go down, columns are not ascending, distinct and < n_cols, or a value is not finite. */
CHECK_RESULT err_code csr_check(ctx *c, const csr *m);
/* Columns become rows, each ascending. ERR_NO_MEMORY. O(rows + columns + cells). */
CHECK_RESULT err_code csr_transpose(ctx *c, const csr *m, csr *ret_t);
/* Sum of squares of a row. */
double csr_row_norm2(const csr *m, uint32_t row);
