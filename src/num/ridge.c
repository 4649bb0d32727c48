/* Small regularised least squares problems; see ridge.h. The body of the solver is written once over vectors of 16 floats and
 * compiled for each processor; it is NOT a general solver: the target is 1 for every row. */
#include "num/ridge.h"
#include <math.h>
#include <string.h>
#include "num/blas.h"
#include "num/vec.h"

enum { ALIGNMENT = 64, PIECE_ROWS = 512 };

struct ridge_room {
    uint32_t dim;
    size_t stride;
    float *panel;                   /* rows as gathered and scaled: row_r sqrt(c_r) D^-1/2, padded with zero rows to a multiple of 4 */
    float *b, *s, *r, *p, *q, *precondition;    /* vectors over rows, padded with zeros to full lanes */
    float *scale, *u, *v;           /* vectors over dimensions */
    float *normal;                  /* dim x dim, only where more rows than a panel may come */
};

static float *aligned_floats(ctx *c, size_t n) {
    char *p = arena_alloc(c->arena, n * sizeof(float) + ALIGNMENT);
    return p ? (void *)(p + (ALIGNMENT - (uintptr_t)p % ALIGNMENT) % ALIGNMENT) : NULL;
}

err_code ridge_room_new(ctx *c, uint32_t dim, size_t most_rows, ridge_room **ret_room) {
    if (dim < 1 || dim > RIDGE_MAX_DIM) return fail(c, ERR_INVALID, "factors of %u dimensions, 1 to %d can be", dim, RIDGE_MAX_DIM);
    size_t rows = (most_rows < RIDGE_PANEL_ROWS ? most_rows : RIDGE_PANEL_ROWS) + RIDGE_LANES, stride = ridge_stride(dim);
    rows -= rows % RIDGE_LANES;
    ridge_room *room = arena_new(c->arena, ridge_room, 1);
    float *vectors = aligned_floats(c, 6 * rows + 3 * stride), *panel = aligned_floats(c, rows * stride), *normal = NULL;
    if (most_rows > RIDGE_PANEL_ROWS) normal = aligned_floats(c, (size_t)dim * dim);
    if (!room || !vectors || !panel || (most_rows > RIDGE_PANEL_ROWS && !normal))
        return fail(c, ERR_NO_MEMORY, "solve for factors of %u dimensions", dim);
    *room = (ridge_room){ .dim = dim, .stride = stride, .panel = panel, .normal = normal, .b = vectors, .s = vectors + rows,
        .r = vectors + 2 * rows, .p = vectors + 3 * rows, .q = vectors + 4 * rows, .precondition = vectors + 5 * rows,
        .scale = vectors + 6 * rows, .u = vectors + 6 * rows + stride, .v = vectors + 6 * rows + 2 * stride };
    *ret_room = room;
    return ERR_OK;
}

/* ---- the body, inlined into one function for each processor ---- */
#define INLINE static inline __attribute__((always_inline))
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));
typedef float half __attribute__((vector_size(32)));
typedef float quarter __attribute__((vector_size(16), aligned(4), may_alias));

#define HALVED(x) (__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15))
#define QUARTERED(x) (__builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7))

/* The sums of the lanes of four vectors. */
INLINE void sum_four(const lanes *x, float *ret_four) {
    half h0 = HALVED(x[0]), h1 = HALVED(x[1]), h2 = HALVED(x[2]), h3 = HALVED(x[3]);
    quarter q0 = QUARTERED(h0), q1 = QUARTERED(h1), q2 = QUARTERED(h2), q3 = QUARTERED(h3);
    quarter a = __builtin_shufflevector(q0, q1, 0, 4, 1, 5) + __builtin_shufflevector(q0, q1, 2, 6, 3, 7);
    quarter b = __builtin_shufflevector(q2, q3, 0, 4, 1, 5) + __builtin_shufflevector(q2, q3, 2, 6, 3, 7);
    *(quarter *)ret_four = __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

INLINE float dot(const float *x, const float *y, size_t n) {
    lanes sum[4] = { { 0 } };
    float four[4];
    for (size_t i = 0; i < n; i += RIDGE_LANES) sum[0] += *(const lanes *)(x + i) * *(const lanes *)(y + i);
    sum_four(sum, four);
    return four[0];
}

/* q = P v, four rows at a time. */
INLINE void rows_times(const float *panel, size_t rows, size_t stride, const float *v, float *ret_q) {
    for (size_t r = 0; r < rows; r += 4, panel += 4 * stride) {
        lanes sum[4] = { { 0 } };
        for (size_t j = 0; j < stride; j += RIDGE_LANES) {
            lanes x = *(const lanes *)(v + j);
            sum[0] += *(const lanes *)(panel + j) * x;
            sum[1] += *(const lanes *)(panel + stride + j) * x;
            sum[2] += *(const lanes *)(panel + 2 * stride + j) * x;
            sum[3] += *(const lanes *)(panel + 3 * stride + j) * x;
        }
        sum_four(sum, ret_q + r);
    }
}

/* v = P' q, four rows at a time. */
INLINE void rows_added(const float *panel, size_t rows, size_t stride, const float *q, float *ret_v) {
    for (size_t j = 0; j < stride; j += RIDGE_LANES) *(lanes *)(ret_v + j) = (lanes){ 0 };
    for (size_t r = 0; r < rows; r += 4, panel += 4 * stride) {
        float a = q[r], b = q[r + 1], c = q[r + 2], d = q[r + 3];
        for (size_t j = 0; j < stride; j += RIDGE_LANES)
            *(lanes *)(ret_v + j) += a * *(const lanes *)(panel + j) + b * *(const lanes *)(panel + stride + j) +
                                     c * *(const lanes *)(panel + 2 * stride + j) + d * *(const lanes *)(panel + 3 * stride + j);
    }
}

/* Fill panel, right side and preconditioner. */
INLINE void gather(ridge_room *m, const ridge_problem *p, size_t padded) {
    size_t stride = m->stride;
    for (size_t j = 0; j < stride; j++) m->scale[j] = 1.0f / sqrtf(p->diag[j]);
    for (size_t r = 0; r < p->k; r += 4) {
        lanes norm[4] = { { 0 } };
        for (size_t i = r; i < r + 4; i++) {
            float *to = m->panel + i * stride;
            if (i >= p->k) {
                memset(to, 0, stride * sizeof *to);
                continue;
            }
            const float *from = p->rows + p->index[i] * stride;
            float root = sqrtf(p->weight[i]);
            m->b[i] = root;
            for (size_t j = 0; j < stride; j += RIDGE_LANES) {
                lanes x = *(const lanes *)(from + j) * *(const lanes *)(m->scale + j) * root;
                *(lanes *)(to + j) = x;
                norm[i - r] += x * x;
            }
        }
        sum_four(norm, m->precondition + r);
    }
    for (size_t r = 0; r < p->k; r++) m->precondition[r] = 1.0f / (1.0f + m->precondition[r]);
    for (size_t r = p->k; r < padded; r++) m->b[r] = m->precondition[r] = m->s[r] = m->r[r] = m->q[r] = 0;
}

/* r = b - s - P P' s for the s to begin with, u = P' s. */
INLINE void begin(ridge_room *m, const ridge_problem *p, size_t rows, size_t padded) {
    if (!p->warm) {
        memset(m->s, 0, padded * sizeof *m->s);
        memcpy(m->r, m->b, padded * sizeof *m->r);
        memset(m->u, 0, m->stride * sizeof *m->u);
        return;
    }
    memcpy(m->s, p->warm, p->k * sizeof *m->s);
    rows_added(m->panel, rows, m->stride, m->s, m->u);
    rows_times(m->panel, rows, m->stride, m->u, m->q);
    for (size_t i = 0; i < padded; i += RIDGE_LANES)
        *(lanes *)(m->r + i) = *(lanes *)(m->b + i) - *(lanes *)(m->s + i) - *(lanes *)(m->q + i);
}

/* Solve (I + P P') s = b by conjugate gradients and carry u = P' s along; x = D^-1/2 u. */
INLINE void solve_panel(ridge_room *m, const ridge_problem *p, float *ret_x) {
    size_t rows = (p->k + 3) / 4 * 4, padded = (p->k + RIDGE_LANES - 1) / RIDGE_LANES * RIDGE_LANES, stride = m->stride;
    gather(m, p, padded);
    begin(m, p, rows, padded);
    for (size_t i = 0; i < padded; i += RIDGE_LANES) *(lanes *)(m->p + i) = *(lanes *)(m->precondition + i) * *(lanes *)(m->r + i);
    float rho = dot(m->r, m->p, padded), enough = rho * p->tolerance * p->tolerance;
    for (int step = 0; step < p->steps && rho > enough && rho > 1e-30f; step++) {
        rows_added(m->panel, rows, stride, m->p, m->v);
        rows_times(m->panel, rows, stride, m->v, m->q);
        float alpha = rho / (dot(m->p, m->p, padded) + dot(m->v, m->v, stride)), before = rho;
        lanes sum[4] = { { 0 } };
        float four[4];
        for (size_t i = 0; i < padded; i += RIDGE_LANES) {
            *(lanes *)(m->s + i) += alpha * *(lanes *)(m->p + i);
            lanes r = *(lanes *)(m->r + i) - alpha * (*(lanes *)(m->q + i) + *(lanes *)(m->p + i));
            *(lanes *)(m->r + i) = r;
            sum[0] += r * r * *(lanes *)(m->precondition + i);
        }
        for (size_t j = 0; j < stride; j += RIDGE_LANES) *(lanes *)(m->u + j) += alpha * *(lanes *)(m->v + j);
        sum_four(sum, four);
        rho = four[0];
        float beta = rho / before;
        for (size_t i = 0; i < padded; i += RIDGE_LANES)
            *(lanes *)(m->p + i) = *(lanes *)(m->precondition + i) * *(lanes *)(m->r + i) + beta * *(lanes *)(m->p + i);
    }
    for (size_t j = 0; j < stride; j += RIDGE_LANES) *(lanes *)(ret_x + j) = *(lanes *)(m->scale + j) * *(lanes *)(m->u + j);
    if (p->warm) memcpy(p->warm, m->s, p->k * sizeof *m->s);
}

static void solve_plain(ridge_room *m, const ridge_problem *p, float *ret_x) { solve_panel(m, p, ret_x); }
#if defined(__x86_64__)
__attribute__((target("avx512f,avx512dq,avx512vl"))) static void solve_avx512(ridge_room *m, const ridge_problem *p, float *ret_x) {
    solve_panel(m, p, ret_x);
}
__attribute__((target("avx2,fma"))) static void solve_avx2(ridge_room *m, const ridge_problem *p, float *ret_x) {
    solve_panel(m, p, ret_x);
}

static void solve_rows(ridge_room *m, const ridge_problem *p, float *ret_x) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        solve_avx512(m, p, ret_x);
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) solve_avx2(m, p, ret_x);
    else solve_plain(m, p, ret_x);
}
#else
static void solve_rows(ridge_room *m, const ridge_problem *p, float *ret_x) { solve_plain(m, p, ret_x); }
#endif

/* ---- more rows than a panel takes: (D + Y' C Y) x = Y' c, summed up in pieces ---- */
static void add_piece(ridge_room *m, const ridge_problem *p, size_t from, size_t n) {
    for (size_t r = 0; r < n; r++) {
        const float *row = p->rows + p->index[from + r] * m->stride;
        float root = sqrtf(p->weight[from + r]);
        for (uint32_t j = 0; j < m->dim; j++) m->panel[r * m->stride + j] = root * row[j];
        vec_add_scaled(m->u, p->weight[from + r], row, m->dim);
    }
    blas_syrk(true, m->dim, n, 1, m->panel, m->stride, 1, m->normal, m->dim);
}

/* L L' = A in place, lower triangle. A is at least D, which is positive: no root of nothing. */
static void factor(float *a, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        float *row = a + (size_t)i * n;
        for (uint32_t j = 0; j < i; j++) row[j] = (row[j] - vec_dot(row, a + (size_t)j * n, j)) / a[(size_t)j * n + j];
        row[i] = sqrtf(fmaxf(row[i] - vec_dot(row, row, i), 1e-30f));
    }
}

static void solve_normal(ridge_room *m, const ridge_problem *p, float *ret_x) {
    uint32_t n = m->dim;
    memset(m->normal, 0, (size_t)n * n * sizeof *m->normal);
    memset(m->u, 0, m->stride * sizeof *m->u);
    for (uint32_t j = 0; j < n; j++) m->normal[(size_t)j * n + j] = p->diag[j];
    for (size_t from = 0; from < p->k; from += PIECE_ROWS) add_piece(m, p, from, p->k - from < PIECE_ROWS ? p->k - from : PIECE_ROWS);
    factor(m->normal, n);
    blas_solve_lower(false, n, 1, m->normal, n, m->u, 1);
    blas_solve_lower(true, n, 1, m->normal, n, m->u, 1);
    memcpy(ret_x, m->u, m->stride * sizeof *ret_x);
}

void ridge_solve(ridge_room *room, const ridge_problem *p, float *ret_x) {
    if (p->k > RIDGE_PANEL_ROWS) solve_normal(room, p, ret_x);
    else if (p->k > 0) solve_rows(room, p, ret_x);
    else memset(ret_x, 0, room->stride * sizeof *ret_x);
}

err_code ridge_solve_plain(ctx *c, const ridge_problem *p, uint32_t dim, double *ret_x) {
    arena_mark mark = arena_save(c->arena);
    double *a = arena_new(c->arena, double, (size_t)dim * dim);
    if (!a) return fail(c, ERR_NO_MEMORY, "solve for factors of %u dimensions", dim);
    memset(ret_x, 0, dim * sizeof *ret_x);
    for (uint32_t j = 0; j < dim; j++) a[(size_t)j * dim + j] = (double)p->diag[j];
    for (size_t r = 0; r < p->k; r++) {
        const float *y = p->rows + p->index[r] * ridge_stride(dim);
        for (uint32_t i = 0; i < dim; i++) {
            ret_x[i] += (double)p->weight[r] * (double)y[i];
            for (uint32_t j = 0; j <= i; j++) a[(size_t)i * dim + j] += (double)p->weight[r] * (double)y[i] * (double)y[j];
        }
    }
    for (uint32_t i = 0; i < dim; i++)                      /* Cholesky, then forwards */
        for (uint32_t j = 0; j <= i; j++) {
            double sum = a[(size_t)i * dim + j];
            for (uint32_t l = 0; l < j; l++) sum -= a[(size_t)i * dim + l] * a[(size_t)j * dim + l];
            a[(size_t)i * dim + j] = i == j ? sqrt(sum) : sum / a[(size_t)j * dim + j];
        }
    for (uint32_t i = 0; i < dim; i++) {
        for (uint32_t l = 0; l < i; l++) ret_x[i] -= a[(size_t)i * dim + l] * ret_x[l];
        ret_x[i] /= a[(size_t)i * dim + i];
    }
    for (uint32_t i = dim; i-- > 0;) {                      /* and back */
        for (uint32_t l = i + 1; l < dim; l++) ret_x[i] -= a[(size_t)l * dim + i] * ret_x[l];
        ret_x[i] /= a[(size_t)i * dim + i];
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}
