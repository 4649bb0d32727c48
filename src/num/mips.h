/* mips: the k rows of a fixed matrix with the largest inner product with a query, exactly (maximum inner product search).
 * Promise: the answer of a scan of every row by vec_dot(), ties included (score down, then item number up), from much less than a
 * scan. Rows lie in falling order of length, so that the search ends where length alone (Cauchy-Schwarz) rules out the rest. Before
 * that, products of rows rounded to bytes, 16 rows at once, with a bound on what rounding lost, say which rows could win; only
 * those are multiplied in float. AVX-512 VNNI, AVX2 or plain C is chosen at run time and the answer is the same to the bit.
 * Owner: mips_build() and mips_open() fill plain data; arrays lie in c->arena, or stay in the pack. Constant afterwards: any
 * number of threads may ask at once. Read next: num/topk.h (what is answered), num/vec.h (the product). */
#pragma once
#include "base/pack.h"
#include "num/topk.h"

enum { MIPS_ARRAYS = 6, MIPS_MAX_DIM = 1024, MIPS_BLOCK = 16 };

/* What bounds the rounded products of 16 rows: |x . q - scale code . code_q scale_q| <= lost |q| + (length + lost) |q - rounded q|. */
typedef struct { float scale[MIPS_BLOCK], lost[MIPS_BLOCK], length[MIPS_BLOCK]; } mips_bound;


typedef struct {
    uint32_t n, dim;
    const float *row;               /* n x dim, in falling order of length */
    const uint8_t *code;            /* blocks x groups of 4 dimensions x 16 rows x 4: rounded to -127..127, plus 128 */
    const mips_bound *bound;        /* one a block; rows behind n have scale 0 */
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
 * ERR_CANCELLED, ERR_DEADLINE. Source of the bound: Teflioudi, Gemulla, Mykytiuk 2015 (LEMP). */
CHECK_RESULT err_code mips_top(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden, topk_entry *ret_best,
                               uint32_t *ret_n);
/* The same with no more than the named instructions, for tests: which the processor has is asked anyway. */
typedef enum { MIPS_PLAIN, MIPS_AVX2, MIPS_AVX512 } mips_form;
CHECK_RESULT err_code mips_top_as(ctx *c, const mips *m, mips_form most, const float *query, uint32_t k, const uint64_t *hidden,
                                  topk_entry *ret_best, uint32_t *ret_n);
/* The same by a scan of every row in the order given: the reference of the tests and benches. */
CHECK_RESULT err_code mips_top_plain(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden,
                                     topk_entry *ret_best, uint32_t *ret_n);
/* The arrays to write into a pack, names begin with "mips". */
void mips_arrays(const mips *m, pack_array ret_arrays[MIPS_ARRAYS]);
/* Read it back in place. ERR_CORRUPT when sizes or item numbers do not fit each other. O(n). */
CHECK_RESULT err_code mips_open(ctx *c, const pack *p, mips *ret_m);
