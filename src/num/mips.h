/* mips: the k rows of a fixed matrix with the largest inner product with a query, exactly (maximum inner product search).
 * Promise: the answer of a scan of every row by vec_dot(), ties included (score down, then item number up), from much less than a
 * scan: rows lie in falling order of length, so that the search ends where length alone (Cauchy-Schwarz) rules out the rest.
 * Owner: mips_build() and mips_open() fill plain data; arrays lie in c->arena, or stay in the pack. Constant afterwards: any
 * number of threads may ask at once. Read next: num/topk.h (what is answered), num/vec.h (the product). */
#pragma once
#include "base/pack.h"
#include "num/topk.h"

enum { MIPS_ARRAYS = 4, MIPS_MAX_DIM = 1024 };

typedef struct {
    uint32_t n, dim;
    const float *row;               /* n x dim, in falling order of length */
    const float *length;            /* n, Euclidean, rounded up */
    const uint32_t *item;           /* n: number of the row as it was given */
    const uint32_t *shape;          /* { n, dim }, as saved */
} mips;

/* Make a search over rows.
 *   rows    n x dim finite floats, row i at rows + i * ld
 *   dim     1..MIPS_MAX_DIM
 *   ret_m   in c->arena; rows are copied
 * ERR_INVALID (dim, a row that is not finite), ERR_NO_MEMORY. O(n (dim + log n)). */
CHECK_RESULT err_code mips_build(ctx *c, const float *rows, uint32_t n, uint32_t dim, size_t ld, mips *ret_m);
/* The best rows for one query, best first.
 *   query     dim floats, finite
 *   k         answers wanted, 0 gives none
 *   hidden    one bit an item, lowest bit first: 1 is not answered (seen, sold out); NULL: all may be
 *   ret_best  room for k
 *   ret_n     answers found: k unless fewer rows are not hidden
 * Scratch in c->arena, given back. ERR_NO_MEMORY. Source of the bound: Teflioudi, Gemulla, Mykytiuk 2015 (LEMP). */
CHECK_RESULT err_code mips_top(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden, topk_entry *ret_best,
                               uint32_t *ret_n);
/* The same by a scan of every row in the order given: the reference of the tests and benches. */
CHECK_RESULT err_code mips_top_plain(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden,
                                     topk_entry *ret_best, uint32_t *ret_n);
/* The arrays to write into a pack, names begin with "mips". */
void mips_arrays(const mips *m, pack_array ret_arrays[MIPS_ARRAYS]);
/* Read it back in place. ERR_CORRUPT when sizes or item numbers do not fit each other. O(n). */
CHECK_RESULT err_code mips_open(ctx *c, const pack *p, mips *ret_m);
