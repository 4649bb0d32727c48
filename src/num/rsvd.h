/* rsvd: the leading singular values and right singular vectors of a sparse matrix, by a randomised method.
 * Promise: the same bits for a seed on any number of threads; a matrix of lower rank than asked for gives what it has, then zeros.
 * Values converge from below: each power pass multiplies the error of value k by (value[rank + oversample] / value[k])^4.
 * Owner: the caller's arrays; scratch in c->arena, given back. Read next: num/blas.h, models/graph_filter.c (who asks). */
#pragma once
#include "num/csr.h"

typedef struct {
    uint32_t rank;                  /* 1..RSVD_MAX_RANK */
    uint32_t oversample;            /* directions drawn beside and thrown away; 8 to 32 */
    uint32_t power;                 /* passes over the matrix after the first; 2 to 4 */
    uint64_t seed;
    int threads;                    /* >= 1 */
} rsvd_options;

enum { RSVD_MAX_RANK = 4096 };

/* Right singular vectors of A (n_rows x n_cols).
 *   a             checked
 *   turned        its transpose, as csr_transpose() makes it
 *   ret_values    rank singular values, descending; 0 past the rank of A
 *   ret_vectors   n_cols x rank, row-major: column k belongs to value k, zeros past the rank of A
 * ERR_INVALID (rank), ERR_NO_MEMORY, ERR_CANCELLED. O(power * (cells * rank + (n_rows + n_cols) * rank^2 + rank^3)); scratch:
 * 3 max(n_rows, n_cols) (rank + oversample) floats. Source: Halko, Martinsson, Tropp 2011, algorithms 4.4 and 5.1. */
CHECK_RESULT err_code rsvd(ctx *c, const csr *a, const csr *turned, const rsvd_options *o, float *ret_values, float *ret_vectors);

/* Y (n_rows x width) = A X, X n_cols x width, row-major. Rows are spread over threads, each added up in the order of its cells. */
CHECK_RESULT err_code csr_times(ctx *c, const csr *a, const float *x, size_t width, int threads, float *ret_y);
