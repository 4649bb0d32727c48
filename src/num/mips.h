/* mips: the k rows of a fixed matrix with the largest inner product with a query, exactly (maximum inner product search).
 * Promise: the answer of a scan of every row by vec_dot(), ties included (score down, then item number up), from much less than a
 * scan. Rows are looked at in falling order of length, so that the search ends where length alone (Cauchy-Schwarz) rules out the
 * rest. Before that, products of rows rounded to bytes, 16 rows at once, with a bound on what rounding lost, say which rows could
 * win; only those are multiplied in float. AVX-512 VNNI, AVX2 or plain C is chosen at run time and the answer is the same to the bit.
 * Owner: the rows are the caller's and must outlive the search; what mips_build() and mips_open() put beside them lies in c->arena
 * or stays in the pack. Constant afterwards: any number of threads may ask at once.
 * Read next: num/topk.h (what is answered), num/vec.h (the product), models/factors.h (who asks). */
#pragma once
#include "base/pack.h"
#include "num/topk.h"

enum { MIPS_ARRAYS = 4, MIPS_MAX_DIM = 1024, MIPS_BLOCK = 16 };

/* What bounds the rounded products of 16 rows: |x . q - scale code . code_q scale_q| <= lost |q| + (length + lost) |q - rounded q|. */
typedef struct { float scale[MIPS_BLOCK], lost[MIPS_BLOCK], length[MIPS_BLOCK]; } mips_bound;

/* Places 0 .. n - 1 are in falling order of length. */
typedef struct {
    uint32_t n, dim;
    size_t ld;
    const float *rows;              /* as given: row i at rows + i * ld; not ours */
    const uint8_t *code;            /* blocks x groups of 4 dimensions x 16 rows x 4: rounded to -127..127, plus 128 */
    const mips_bound *bound;        /* one a block; rows behind n have scale 0 */
    const float *length;            /* n, Euclidean, rounded up */
    const uint32_t *item;           /* n: which row stands there */
} mips;

/* Make a search over rows.
 *   rows    n x dim finite floats, row i at rows + i * ld
 *   dim     1..MIPS_MAX_DIM
 *   ret_m   in c->arena, beside the rows
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
static inline const float *mips_row(const mips *m, uint32_t item) { return m->rows + item * m->ld; }
/* The arrays to write into a pack beside the rows, names begin with "mips". */
void mips_arrays(const mips *m, pack_array ret_arrays[MIPS_ARRAYS]);
/* Read it back in place, over the same rows. ERR_CORRUPT when sizes or item numbers do not fit each other. O(n). */
CHECK_RESULT err_code mips_open(ctx *c, const pack *p, const float *rows, uint32_t n, uint32_t dim, size_t ld, mips *ret_m);
