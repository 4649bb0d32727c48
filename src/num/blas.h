/* blas: dense linear algebra of OpenBLAS behind names of ours. All matrices are row-major float32.
 * Promise: the only place that knows the library; sizes beyond its 32-bit indexes are refused by the callers' limits (a side is
 * below 2^31). Calls run in the thread that makes them, so they may stand in a parallel_for(); the two that say `threads` spread
 * over cores themselves and must not. Read next: num/csr.h, num/vec.h. */
#pragma once
#include "base/ctx.h"

/* C (m x n) = alpha op(A) op(B) + beta C, with op(A) m x k, op(B) k x n; t_a and t_b transpose; ld*: floats from row to row. */
void blas_gemm(bool t_a, bool t_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t ld_a, const float *b, size_t ld_b,
               float beta, float *ret_c, size_t ld_c);
/* The lower triangle of C (n x n) = alpha op(A) op(A)' + beta C, with op(A) n x k; t_a: A is k x n. */
void blas_syrk(bool t_a, size_t n, size_t k, float alpha, const float *a, size_t ld_a, float beta, float *ret_c, size_t ld_c);
/* y (m) = alpha op(A) x + beta y, A m x n as stored. */
void blas_gemv(bool t_a, size_t m, size_t n, float alpha, const float *a, size_t ld_a, const float *x, float beta, float *ret_y);
/* Inverse of a symmetric positive definite matrix, in place: reads the lower triangle, writes the lower triangle; the other one is
 * left as it was. Cholesky (spotrf), then spotri: n^3 floating point operations in all.
 * ERR_INVALID when it is not positive definite. */
CHECK_RESULT err_code blas_spd_inverse(ctx *c, float *a, size_t n, int threads);
/* Cholesky factor of the lower triangle, in place (A = L L'). ERR_INVALID when A is not positive definite. */
CHECK_RESULT err_code blas_cholesky(ctx *c, float *a, size_t n, size_t ld, int threads);
/* Eigenvalues (n, ascending) and eigenvectors of a symmetric matrix given by its lower triangle; row i of `a` becomes the
 * eigenvector of value i. Scratch in c->arena, given back. ERR_NO_MEMORY, ERR_INTERNAL (no convergence). */
CHECK_RESULT err_code blas_eigen(ctx *c, float *a, size_t n, float *ret_values);
/* Solve op(L) X = B for X (n x m), in place of B; L is lower triangular n x n, t_l transposes it. */
void blas_solve_lower(bool t_l, size_t n, size_t m, const float *l, size_t ld_l, float *b, size_t ld_b);
/* Solve X op(L) = B for X (m x n), in place of B; L is lower triangular n x n, t_l transposes it. */
void blas_solve_lower_right(bool t_l, size_t m, size_t n, const float *l, size_t ld_l, float *b, size_t ld_b);
