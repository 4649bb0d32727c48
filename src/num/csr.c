/* Checking and turning sparse matrices. It does NOT multiply: each model knows the product it needs. */
#include "num/csr.h"
#include <math.h>
#include <string.h>

err_code csr_check(ctx *c, const csr *m) {
    if (!m->start || m->start[0] != 0) return fail(c, ERR_INVALID, "sparse matrix: the first row must start at 0");
    for (uint32_t r = 0; r < m->n_rows; r++) {
        if (m->start[r + 1] < m->start[r]) return fail(c, ERR_INVALID, "sparse matrix: row %u ends before it starts", r);
        for (uint64_t e = m->start[r]; e < m->start[r + 1]; e++) {
            if (m->col[e] >= m->n_cols || (e > m->start[r] && m->col[e] <= m->col[e - 1]))
                return fail(c, ERR_INVALID, "sparse matrix: columns of row %u must be ascending, distinct and below %u", r, m->n_cols);
            if (m->value && !isfinite(m->value[e])) return fail(c, ERR_INVALID, "sparse matrix: row %u holds a value that is no number", r);
        }
    }
    return ERR_OK;
}

err_code csr_transpose(ctx *c, const csr *m, csr *ret_t) {
    uint64_t cells = m->start[m->n_rows];
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)m->n_cols + 1);
    uint32_t *col = arena_new_raw(c->arena, uint32_t, cells);
    float *value = m->value ? arena_new_raw(c->arena, float, cells) : NULL;
    if (!start || !col || (m->value && !value)) return fail(c, ERR_NO_MEMORY, "turn a sparse matrix of %llu cells",
        (unsigned long long)cells);
    for (uint64_t e = 0; e < cells; e++) start[m->col[e] + 1]++;
    for (uint32_t i = 0; i < m->n_cols; i++) start[i + 1] += start[i];
    for (uint32_t r = 0; r < m->n_rows; r++)
        for (uint64_t e = m->start[r]; e < m->start[r + 1]; e++) {
            uint64_t at = start[m->col[e]]++;
            col[at] = r;
            if (value) value[at] = m->value[e];
        }
    memmove(start + 1, start, m->n_cols * sizeof *start);   /* each start had moved to the next row's */
    start[0] = 0;
    *ret_t = (csr){ m->n_cols, m->n_rows, start, col, value };
    return ERR_OK;
}

double csr_row_norm2(const csr *m, uint32_t row) {
    double sum = 0;
    for (uint64_t e = m->start[row]; e < m->start[row + 1]; e++) sum += (double)csr_value(m, e) * (double)csr_value(m, e);
    return sum;
}
