/* Item vectors in the eigenbasis of their Gram matrix; see factors.h. It does NOT fit: als.c and bpr.c do. */
#include "models/factors.h"
#include <math.h>
#include <string.h>
#include "num/blas.h"
#include "num/parallel.h"
#include "num/vec.h"

/* SLICES is fixed: sums over rows are cut the same way whatever the number of threads. */
enum { SLICES = 16, TURN_ROWS = 256, FOLD_STEPS = 40 };
static const float FOLD_TOLERANCE = 1e-4f;
static const double LEAST_DIAGONAL = 1e-6;                  /* of a loss without regularisation: keeps every problem solvable */

typedef struct {
    float *rows;
    uint32_t n, dim;
    size_t stride;
    float *gram;                    /* SLICES x dim x dim, lower triangles; slice 0 becomes the sum, then the eigenvectors */
    float *turned;                  /* a TURN_ROWS x stride for each worker */
    const float *axes;              /* dim x dim: row j is the new axis j */
} turning;

static void gram_of_slices(void *state, size_t from, size_t to, int worker) {
    turning *t = state;
    (void)worker;
    for (size_t s = from; s < to; s++) {
        size_t first = t->n * s / SLICES, end = t->n * (s + 1) / SLICES;
        blas_syrk(true, t->dim, end - first, 1, t->rows + first * t->stride, t->stride, 0, t->gram + s * t->dim * t->dim, t->dim);
    }
}

static void turn_rows(void *state, size_t from, size_t to, int worker) {
    turning *t = state;
    float *turned = t->turned + (size_t)worker * TURN_ROWS * t->stride, *rows = t->rows + from * t->stride;
    blas_gemm(false, true, to - from, t->dim, t->dim, 1, rows, t->stride, t->axes, t->dim, 0, turned, t->stride);
    memcpy(rows, turned, (to - from) * t->stride * sizeof *rows);
}

/* Eigenvectors of the summed Gram matrix into t->axes, largest value first. */
static err_code find_axes(ctx *c, turning *t, float *ret_energy) {
    size_t cells = (size_t)t->dim * t->dim;
    for (size_t s = 1; s < SLICES; s++)
        for (size_t i = 0; i < cells; i++) t->gram[i] += t->gram[s * cells + i];
    for (size_t i = 0; i < cells; i++)
        if (!isfinite(t->gram[i])) return fail(c, ERR_INVALID, "factors grew without end: more regularisation is needed");
    float *value = t->gram + cells, *axes = t->gram + 2 * cells;            /* slices that are summed up already */
    TRY(blas_eigen(c, t->gram, t->dim, value));
    memset(ret_energy, 0, t->stride * sizeof *ret_energy);
    for (uint32_t j = 0; j < t->dim; j++) {
        uint32_t from = t->dim - 1 - j;                     /* they come smallest first */
        ret_energy[j] = fmaxf(value[from], 0);
        memcpy(axes + (size_t)j * t->dim, t->gram + (size_t)from * t->dim, t->dim * sizeof *axes);
    }
    t->axes = axes;
    return ERR_OK;
}

err_code factors_turn(ctx *c, float *rows, uint32_t n, uint32_t dim, int threads, float *ret_energy) {
    arena_mark mark = arena_save(c->arena);
    turning t = { .rows = rows, .n = n, .dim = dim, .stride = ridge_stride(dim) };
    threads = parallel_threads(threads);
    t.gram = arena_new(c->arena, float, (size_t)SLICES * dim * dim);
    t.turned = arena_new(c->arena, float, (size_t)threads * TURN_ROWS * t.stride);
    if (!t.gram || !t.turned) return fail(c, ERR_NO_MEMORY, "turn vectors of %u dimensions", dim);
    TRY(parallel_for(c, threads, SLICES, 1, gram_of_slices, &t));
    TRY(find_axes(c, &t, ret_energy));
    TRY(parallel_for(c, threads, n, TURN_ROWS, turn_rows, &t));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code factors_trust(ctx *c, const csr *seen, double damp, float **ret_trust) {
    float *trust = arena_new(c->arena, float, seen->n_cols);
    if (!trust) return fail(c, ERR_NO_MEMORY, "trust in %u items", seen->n_cols);
    uint64_t cells = seen->start[seen->n_rows];
    double mean = cells ? (double)cells / seen->n_cols : 1;
    for (uint64_t e = 0; e < cells; e++) trust[seen->col[e]]++;
    for (uint32_t i = 0; i < seen->n_cols; i++) trust[i] = (float)pow(fmax((double)trust[i], 1) / mean, -damp);
    *ret_trust = trust;
    return ERR_OK;
}

void factors_diagonal(const factors_loss *l, const float *energy, uint32_t dim, double known, double n_others, float *ret_diag) {
    float ridge = (float)(l->reg * pow(known + l->alpha0 * n_others, l->nu) + LEAST_DIAGONAL), alpha0 = (float)l->alpha0;
    for (size_t j = 0; j < ridge_stride(dim); j++) ret_diag[j] = alpha0 * energy[j] + ridge;
}

err_code factors_fold_in(ctx *c, const factors *f, const history *h, float *ret_x) {
    arena_mark mark = arena_save(c->arena);
    weighed *known;
    size_t n;
    ridge_room *room;
    TRY(weigh_history(c, h, f->n_items, &f->loss.weigh, &known, &n));
    TRY(ridge_room_new(c, f->dim, n, &room));
    uint32_t *index = arena_new_raw(c->arena, uint32_t, n);
    float *weight = arena_new_raw(c->arena, float, n), *diag = arena_new_raw(c->arena, float, ridge_stride(f->dim));
    if (!index || !weight || !diag) return fail(c, ERR_NO_MEMORY, "fold in %zu events", n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        index[i] = known[i].item;
        weight[i] = factors_confidence(&f->loss, f->trust[known[i].item], known[i].value);
        sum += (double)weight[i];
    }
    factors_diagonal(&f->loss, f->energy, f->dim, sum, f->n_items, diag);
    ridge_solve(room, &(ridge_problem){ .rows = f->item, .index = index, .weight = weight, .k = n, .diag = diag,
        .steps = FOLD_STEPS, .tolerance = FOLD_TOLERANCE }, ret_x);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code factors_finish(ctx *c, factors *f) {
    return mips_build(c, f->item, f->n_items, f->dim, ridge_stride(f->dim), &f->search);
}

err_code factors_aim(ctx *c, const void *state, const history *h, model_aim *ret_aim) {
    const factors *f = state;
    float *x = arena_new_raw(c->arena, float, ridge_stride(f->dim));
    if (!x) return fail(c, ERR_NO_MEMORY, "the vector of a history");
    TRY(factors_fold_in(c, f, h, x));
    *ret_aim = (model_aim){ &f->search, x };
    return ERR_OK;
}

/* One history by the product of the search, so that both say the same to the bit. */
static void score_one(const factors *f, const float *x, float *ret_scores) {
    for (size_t i = 0; i < f->n_items; i++) ret_scores[i] = vec_dot(x, f->item + i * ridge_stride(f->dim), f->dim);
}

err_code factors_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const factors *f = state;
    arena_mark mark = arena_save(c->arena);
    size_t stride = ridge_stride(f->dim);
    float *x = arena_new_raw(c->arena, float, n * stride);
    if (!x) return fail(c, ERR_NO_MEMORY, "scores of %zu histories", n);
    for (size_t i = 0; i < n; i++) TRY(factors_fold_in(c, f, &h[i], x + i * stride));
    if (n == 1) score_one(f, x, ret_scores);
    else blas_gemm(false, true, n, f->n_items, f->dim, 1, x, stride, f->item, stride, 0, ret_scores, f->n_items);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* ---- saved ---- */
enum { FACTORS_ARRAYS = 4 };
typedef struct { uint32_t n_items, dim; int64_t values; double alpha0, reg, nu, alpha, half_life_days; } saved_head;

err_code factors_save(ctx *c, const void *state, buf *out) {
    const factors *f = state;
    const factors_loss *l = &f->loss;
    const saved_head head = { f->n_items, f->dim, l->weigh.values, l->alpha0, l->reg, l->nu, l->alpha, l->weigh.half_life_days };
    pack_array arrays[FACTORS_ARRAYS + MIPS_ARRAYS] = {
        { "factors", &head, sizeof head, 1 },
        { "energy", f->energy, sizeof(float), ridge_stride(f->dim) },
        { "trust", f->trust, sizeof(float), f->n_items },
        { "item", f->item, sizeof(float), f->n_items * (uint64_t)ridge_stride(f->dim) },
    };
    mips_arrays(&f->search, arrays + FACTORS_ARRAYS);
    return pack_write(c, arrays, COUNT(arrays), out);
}

err_code factors_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    const void *head, *energy, *item, *trust;
    factors *f = arena_new(c->arena, factors, 1);
    if (!f) return fail(c, ERR_NO_MEMORY, "load factors");
    TRY(pack_get(c, p, "factors", sizeof(saved_head), 1, &head, NULL));
    const saved_head *s = head;
    bool fine = s->n_items == n_items && s->dim >= 1 && s->dim <= RIDGE_MAX_DIM && s->alpha0 >= 0 && s->reg >= 0 &&
                s->nu >= 0 && s->alpha >= 0 && s->values >= WEIGH_ONE && s->values <= WEIGH_LOG && s->half_life_days >= 0;
    if (!fine) return fail(c, ERR_CORRUPT, "saved model: factors with settings that cannot be");
    TRY(pack_get(c, p, "energy", sizeof(float), ridge_stride(s->dim), &energy, NULL));
    TRY(pack_get(c, p, "trust", sizeof(float), s->n_items, &trust, NULL));
    TRY(pack_get(c, p, "item", sizeof(float), s->n_items * (uint64_t)ridge_stride(s->dim), &item, NULL));
    *f = (factors){ .n_items = s->n_items, .dim = s->dim, .item = item, .trust = trust, .energy = energy,
                    .loss = { s->alpha0, s->reg, s->nu, s->alpha, { (int)s->values, s->half_life_days } } };
    TRY(mips_open(c, p, f->item, f->n_items, f->dim, ridge_stride(f->dim), &f->search));
    *ret_state = f;
    return ERR_OK;
}
