/* Draw a few random directions, turn them towards the strong ones by A'A a few times, look exactly at what they span. It does NOT
 * form A'A: every pass is two sparse products. Directions are made orthonormal by the eigenvectors of their Gram matrix, which,
 * unlike its Cholesky factor, also copes with directions that have become one. */
#include "num/rsvd.h"
#include <math.h>
#include <string.h>
#include "num/blas.h"
#include "num/parallel.h"
#include "num/vec.h"

enum { TIMES_CHUNK = 64, TILE = 128, SPREAD_CHUNK = 512 };
static const float LOST = 1e-6f;        /* a direction below this share of the strongest (squared) is rounding */

/* ---- products ---- */
typedef struct { const csr *a; const float *x; size_t width; float *y; } times_work;

static void times_rows(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const times_work *w = state;
    for (size_t r = from; r < to; r++) {
        float *y = w->y + r * w->width;
        memset(y, 0, w->width * sizeof *y);
        for (uint64_t e = w->a->start[r]; e < w->a->start[r + 1]; e++)
            vec_add_scaled(y, csr_value(w->a, e), w->x + (size_t)w->a->col[e] * w->width, w->width);
    }
}

err_code csr_times(ctx *c, const csr *a, const float *x, size_t width, int threads, float *ret_y) {
    times_work w = { a, x, width, ret_y };
    return parallel_for(c, threads, a->n_rows, TIMES_CHUNK, times_rows, &w);
}

typedef struct { const float *x; size_t rows, width, tiles; float *gram; } gram_work;

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Tile t of the lower triangle, counted row by row. */
static void gram_tiles(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const gram_work *w = state;
    for (size_t t = from; t < to; t++) {
        size_t i = 0, j = t;
        while (j > i) j -= ++i;
        size_t row = i * TILE, col = j * TILE;
        blas_gemm(true, false, least(TILE, w->width - row), least(TILE, w->width - col), w->rows, 1, w->x + row, w->width,
                  w->x + col, w->width, 0, w->gram + row * w->width + col, w->width);
    }
}

/* Lower triangle of X'X, X rows x width. */
static err_code gram_of(ctx *c, const float *x, size_t rows, size_t width, int threads, float *ret_gram) {
    size_t tiles = (width + TILE - 1) / TILE;
    gram_work w = { x, rows, width, tiles, ret_gram };
    return parallel_for(c, threads, tiles * (tiles + 1) / 2, 1, gram_tiles, &w);
}

typedef struct { const float *x, *turn; size_t width, kept; float *y; size_t ld_y; } spread_work;

static void spread_rows(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const spread_work *w = state;
    blas_gemm(false, true, to - from, w->kept, w->width, 1, w->x + from * w->width, w->width, w->turn, w->width, 0,
              w->y + from * w->ld_y, w->ld_y);
}

/* ---- directions ---- */
typedef struct {
    ctx *c;
    const csr *a, *turned;
    int threads;
    size_t width;                   /* directions there still are */
    float *q;                       /* n_cols x width */
    float *image;                   /* n_rows x width: A q */
    float *spare;                   /* room for either, as are the other two: they change places */
    float *gram, *value;            /* width x width, width */
} sketch;

static err_code sketch_init(ctx *c, const csr *a, const csr *turned, const rsvd_options *o, sketch *ret) {
    size_t width = least(least((size_t)o->rank + o->oversample, a->n_cols), a->n_rows);
    size_t room = width * (a->n_cols > a->n_rows ? a->n_cols : a->n_rows);
    sketch s = { c, a, turned, o->threads, width, arena_new_raw(c->arena, float, room), arena_new_raw(c->arena, float, room),
        arena_new_raw(c->arena, float, room),
        arena_new(c->arena, float, width * width), arena_new(c->arena, float, width) };
    if (!s.q || !s.spare || !s.image || !s.gram || !s.value)
        return fail(c, ERR_NO_MEMORY, "%zu singular vectors of %u rows by %u columns", width, a->n_rows, a->n_cols);
    *ret = s;
    return ERR_OK;
}

/* Nearly normal numbers: four uniform ones of 16 bits added up. */
static void draw(float *x, size_t n, uint64_t seed) {
    rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = rng_u64(&r);
        int64_t sum = (int64_t)((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)) - 131070;
        x[i] = (float)sum * (1.0f / 65536);
    }
}

/* Rows of `gram` become the directions in which the Gram matrix is not lost, strongest first; their number becomes the width to
 * keep, their values stay in `value`. */
static err_code look_at_gram(sketch *s, const float *x, size_t rows, size_t *ret_kept) {
    size_t n = s->width, kept = 0;
    TRY(gram_of(s->c, x, rows, n, s->threads, s->gram));
    TRY(blas_eigen(s->c, s->gram, n, s->value));
    while (kept < n && s->value[n - 1 - kept] > LOST * s->value[n - 1] && s->value[n - 1 - kept] > 0) kept++;
    for (size_t i = 0; i < n / 2; i++) {                                /* ascending as they come */
        float v = s->value[i], *a = s->gram + i * n, *b = s->gram + (n - 1 - i) * n;
        s->value[i] = s->value[n - 1 - i], s->value[n - 1 - i] = v;
        for (size_t k = 0; k < n; k++) v = a[k], a[k] = b[k], b[k] = v;
    }
    *ret_kept = kept;
    return ERR_OK;
}

/* Make the columns of *x (rows x width) orthonormal; fewer when some were not independent. *x and `spare` change places. */
static err_code orthonormalise(sketch *s, float **x, size_t rows) {
    size_t kept, n = s->width;
    TRY(look_at_gram(s, *x, rows, &kept));
    for (size_t i = 0; i < kept; i++)
        for (size_t k = 0; k < n; k++) s->gram[i * n + k] /= sqrtf(s->value[i]);
    spread_work w = { *x, s->gram, n, kept, s->spare, kept };
    TRY(parallel_for(s->c, s->threads, rows, SPREAD_CHUNK, spread_rows, &w));
    float *old = *x;
    *x = s->spare, s->spare = old, s->width = kept;
    return ERR_OK;
}

/* Every direction by A, then by A'. Orthonormal after each: after both the strong ones would drown those a thirtieth as strong. */
static err_code turn(sketch *s) {
    TRY(csr_times(s->c, s->a, s->q, s->width, s->threads, s->image));
    TRY(orthonormalise(s, &s->image, s->a->n_rows));
    TRY(csr_times(s->c, s->turned, s->image, s->width, s->threads, s->q));
    return orthonormalise(s, &s->q, s->a->n_cols);
}

/* Within what q spans, the singular vectors are those of A q. */
static err_code read_off(sketch *s, uint32_t rank, float *ret_values, float *ret_vectors) {
    size_t kept = 0;
    TRY(csr_times(s->c, s->a, s->q, s->width, s->threads, s->image));
    TRY(look_at_gram(s, s->image, s->a->n_rows, &kept));
    kept = least(kept, rank);
    memset(ret_vectors, 0, (size_t)s->a->n_cols * rank * sizeof *ret_vectors);
    for (size_t i = 0; i < rank; i++) ret_values[i] = i < kept ? sqrtf(s->value[i]) : 0;
    spread_work w = { s->q, s->gram, s->width, kept, ret_vectors, rank };
    return parallel_for(s->c, s->threads, s->a->n_cols, SPREAD_CHUNK, spread_rows, &w);
}

err_code rsvd(ctx *c, const csr *a, const csr *turned, const rsvd_options *o, float *ret_values, float *ret_vectors) {
    if (o->rank < 1 || o->rank > RSVD_MAX_RANK) return fail(c, ERR_INVALID, "singular vectors: 1 to %d, not %u", RSVD_MAX_RANK, o->rank);
    memset(ret_values, 0, o->rank * sizeof *ret_values);
    memset(ret_vectors, 0, (size_t)a->n_cols * o->rank * sizeof *ret_vectors);
    if (a->start[a->n_rows] == 0) return ERR_OK;
    arena_mark mark = arena_save(c->arena);
    sketch s = { 0 };
    TRY(sketch_init(c, a, turned, o, &s));
    draw(s.q, a->n_cols * s.width, o->seed);
    TRY(orthonormalise(&s, &s.q, a->n_cols));
    for (uint32_t pass = 0; pass <= o->power && s.width; pass++) TRY(turn(&s));
    if (s.width) TRY(orthonormalise(&s, &s.q, a->n_cols));      /* again, of what nearly is: nothing is lost to rounding now */
    if (s.width) TRY(read_off(&s, o->rank, ret_values, ret_vectors));
    arena_restore(c->arena, mark);
    return ERR_OK;
}
