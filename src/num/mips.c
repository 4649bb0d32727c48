/* Exact search for the largest inner products; see mips.h. It does NOT approximate: a bound only ever skips rows that cannot win. */
#include "num/mips.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "num/vec.h"

typedef struct { float length; uint32_t item; } ranked;

static int longer_first(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->length != y->length) return x->length < y->length ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

/* Rounded up by more than what any order of adding could lose, so that |x . y| as computed never passes length(x) * length(y). */
static float length_of(const float *x, uint32_t dim) {
    double sum = 0;
    for (uint32_t j = 0; j < dim; j++) sum += (double)x[j] * (double)x[j];
    return (float)(sqrt(sum) * (1 + (double)(dim + 8) * 0x1p-24)) + 0x1p-126f;
}

static err_code rank_rows(ctx *c, const float *rows, uint32_t n, uint32_t dim, size_t ld, ranked *ret_order) {
    for (uint32_t i = 0; i < n; i++) {
        float length = length_of(rows + i * ld, dim);
        if (!isfinite(length)) return fail(c, ERR_INVALID, "inner product search: row %u is not finite", i);
        ret_order[i] = (ranked){ length, i };
    }
    qsort(ret_order, n, sizeof *ret_order, longer_first);
    return ERR_OK;
}

err_code mips_build(ctx *c, const float *rows, uint32_t n, uint32_t dim, size_t ld, mips *ret_m) {
    if (dim < 1 || dim > MIPS_MAX_DIM) return fail(c, ERR_INVALID, "inner product search: %u dimensions, 1 to %d can be", dim,
        MIPS_MAX_DIM);
    float *row = arena_new_raw(c->arena, float, (size_t)n * dim), *length = arena_new_raw(c->arena, float, n);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, n), *shape = arena_new(c->arena, uint32_t, 2);
    arena_mark mark = arena_save(c->arena);
    ranked *order = arena_new_raw(c->arena, ranked, n);
    if (!row || !length || !item || !shape || !order) return fail(c, ERR_NO_MEMORY, "inner product search over %u rows", n);
    TRY(rank_rows(c, rows, n, dim, ld, order));
    for (uint32_t i = 0; i < n; i++) {
        length[i] = order[i].length, item[i] = order[i].item;
        memcpy(row + (size_t)i * dim, rows + order[i].item * ld, dim * sizeof *row);
    }
    arena_restore(c->arena, mark);
    shape[0] = n, shape[1] = dim;
    *ret_m = (mips){ n, dim, row, length, item, shape };
    return ERR_OK;
}

static bool is_hidden(const uint64_t *hidden, uint32_t item) { return hidden && hidden[item / 64] >> item % 64 & 1; }

/* Offer every row, or up to the first one too short to win. */
static err_code scan(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden, bool whole, topk_entry *ret_best,
                     uint32_t *ret_n) {
    topk best = { ret_best, 0, k };
    float query_length = length_of(query, m->dim);
    for (uint32_t i = 0; k && i < m->n; i++) {
        if (!whole && best.n == k && m->length[i] * query_length < best.entry[0].score) break;
        if (!is_hidden(hidden, m->item[i])) topk_offer(&best, m->item[i], vec_dot(query, m->row + (size_t)i * m->dim, m->dim));
    }
    if (k) topk_sort(&best);
    *ret_n = best.n;
    return ctx_check(c);
}

err_code mips_top(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden, topk_entry *ret_best,
                  uint32_t *ret_n) {
    return scan(c, m, query, k, hidden, false, ret_best, ret_n);
}

err_code mips_top_plain(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden, topk_entry *ret_best,
                        uint32_t *ret_n) {
    return scan(c, m, query, k, hidden, true, ret_best, ret_n);
}

void mips_arrays(const mips *m, pack_array ret_arrays[MIPS_ARRAYS]) {
    const pack_array arrays[MIPS_ARRAYS] = {
        { "mips_shape", m->shape, sizeof *m->shape, 2 },
        { "mips_row", m->row, sizeof *m->row, (uint64_t)m->n * m->dim },
        { "mips_length", m->length, sizeof *m->length, m->n },
        { "mips_item", m->item, sizeof *m->item, m->n },
    };
    memcpy(ret_arrays, arrays, sizeof arrays);
}

err_code mips_open(ctx *c, const pack *p, mips *ret_m) {
    const void *shape, *row, *length, *item;
    TRY(pack_get(c, p, "mips_shape", sizeof(uint32_t), 2, &shape, NULL));
    mips m = { .shape = shape };
    m.n = m.shape[0], m.dim = m.shape[1];
    if (m.dim < 1 || m.dim > MIPS_MAX_DIM) return fail(c, ERR_CORRUPT, "saved model: rows of %u dimensions", m.dim);
    TRY(pack_get(c, p, "mips_row", sizeof(float), (uint64_t)m.n * m.dim, &row, NULL));
    TRY(pack_get(c, p, "mips_length", sizeof(float), m.n, &length, NULL));
    TRY(pack_get(c, p, "mips_item", sizeof(uint32_t), m.n, &item, NULL));
    m.row = row, m.length = length, m.item = item;
    for (uint32_t i = 0; i < m.n; i++)
        if (m.item[i] >= m.n) return fail(c, ERR_CORRUPT, "saved model: row %u belongs to item %u of %u", i, m.item[i], m.n);
    *ret_m = m;
    return ERR_OK;
}
