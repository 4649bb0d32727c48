/* spd: the inverse of a large symmetric positive definite matrix, in place, over the cores.
 * Promise: the same bits for any number of threads (OpenBLAS's own threads do not give that), can be cancelled, and takes no second
 * matrix: scratch is one panel. Made of single-threaded blas calls on tiles. Read next: num/blas.h. */
#pragma once
#include "base/ctx.h"

/* Inverse of `a` (n x n, row-major): reads and writes the lower triangle; the upper one is scratch.
 *   threads         1..PARALLEL_MAX_THREADS
 *   done            told a share 0..1 now and then; may be NULL
 * ERR_INVALID when a is not positive definite, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE: `a` is spoilt then.
 * n^3 floating point operations, a third each: Cholesky factor, its inverse, the product of that with itself turned. */
CHECK_RESULT err_code spd_inverse(ctx *c, float *a, size_t n, int threads, void (*done)(void *state, double share), void *done_state);
