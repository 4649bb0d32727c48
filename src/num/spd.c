/* Tiles of the lower triangle, a parallel loop for every row or column of tiles; see spd.h. Each tile is made by one thread by the
 * same calls whoever makes it. Upper halves of diagonal tiles are zeroed first, so that tiles of triangles multiply as squares. */
#include "num/spd.h"
#include <string.h>
#include "num/blas.h"
#include "num/parallel.h"

enum { SMALL_TILE = 192, LARGE_TILE = 384, LARGE_FROM = 8192 };

typedef struct {
    float *a;                       /* n x n */
    size_t n, tile, tiles;
    size_t at;                      /* tile column or row of this step */
    float *panel;                   /* n x tile */
    float *square[PARALLEL_MAX_THREADS];    /* tile x tile each */
} job;

static size_t side(const job *j, size_t t) { return j->n - t * j->tile < j->tile ? j->n - t * j->tile : j->tile; }
static float *tile_of(const job *j, size_t row, size_t col) { return j->a + row * j->tile * j->n + col * j->tile; }

static void zero_above(const job *j, size_t t) {
    float *a = tile_of(j, t, t);
    for (size_t r = 0, m = side(j, t); r < m; r++) memset(a + r * j->n + r + 1, 0, (m - r - 1) * sizeof *a);
}

/* Cholesky: tile (t, at) less what the columns before take away. */
static void subtract_before(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const job *j = state;
    for (size_t t = j->at + from; t < j->at + to; t++)
        blas_gemm(false, true, side(j, t), side(j, j->at), j->at * j->tile, -1, tile_of(j, t, 0), j->n, tile_of(j, j->at, 0), j->n, 1,
                  tile_of(j, t, j->at), j->n);
}

/* Cholesky: tiles below the diagonal one, divided by it. */
static void divide(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const job *j = state;
    for (size_t t = j->at + 1 + from; t < j->at + 1 + to; t++)
        blas_solve_lower_right(true, side(j, t), side(j, j->at), tile_of(j, j->at, j->at), j->n, tile_of(j, t, j->at), j->n);
}

/* Inverse of the factor: minus tile (t, at) times the inverse of the diagonal tile (square 0), set aside in the panel. */
static void set_aside(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const job *j = state;
    size_t m = side(j, j->at);
    for (size_t t = j->at + 1 + from; t < j->at + 1 + to; t++)
        blas_gemm(false, false, side(j, t), m, m, -1, tile_of(j, t, j->at), j->n, j->square[0], m, 0, j->panel + t * j->tile * m, m);
}

/* Inverse of the factor: tile (t, at) from the finished columns right of it and the panel. Long rows of tiles come first. */
static void times_panel(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const job *j = state;
    size_t m = side(j, j->at), first = (j->at + 1) * j->tile;
    for (size_t step = from; step < to; step++) {
        size_t t = j->tiles - 1 - step;
        blas_gemm(false, false, side(j, t), m, t * j->tile + side(j, t) - first, 1, tile_of(j, t, j->at + 1), j->n,
            j->panel + first * m, m, 0,
                  tile_of(j, t, j->at), j->n);
    }
}

/* Product W'W: tile (at, t) from columns `at` and t at and below row `at`. The panel holds the diagonal tile as it was. */
static void times_turned(void *state, size_t from, size_t to, int worker) {
    const job *j = state;
    size_t m = side(j, j->at), below = (j->at + 1) * j->tile;
    for (size_t t = from; t < to; t++) {
        size_t w = side(j, t);
        float *mine = j->square[worker], *to_tile = tile_of(j, j->at, t);
        if (t == j->at) blas_gemm(true, false, m, w, m, 1, j->panel, m, j->panel, m, 0, mine, w);
        else blas_gemm(true, false, m, w, m, 1, j->panel, m, to_tile, j->n, 0, mine, w);
        if (below < j->n)
            blas_gemm(true, false, m, w, j->n - below, 1, tile_of(j, j->at + 1, j->at), j->n, tile_of(j, j->at + 1, t), j->n, 1, mine, w);
        for (size_t r = 0; r < m; r++) memcpy(to_tile + r * j->n, mine + r * w, w * sizeof *mine);
    }
}

typedef struct { void (*done)(void *state, double share); void *state; } listener;

static void tell(const job *j, const listener *l, size_t third) {
    if (l->done) l->done(l->state, ((double)third + (double)j->at / (double)j->tiles) / 3);
}

static err_code factor(ctx *c, job *j, int threads, const listener *l) {
    for (j->at = 0; j->at < j->tiles; j->at++) {
        if (j->at > 0) TRY(parallel_for(c, threads, j->tiles - j->at, 1, subtract_before, j));
        TRY(blas_cholesky(c, tile_of(j, j->at, j->at), side(j, j->at), j->n, 1));
        zero_above(j, j->at);
        TRY(parallel_for(c, threads, j->tiles - j->at - 1, 1, divide, j));
        tell(j, l, 0);
    }
    return ERR_OK;
}

/* The inverse of the diagonal tile into square 0. */
static void invert_diagonal(const job *j) {
    size_t m = side(j, j->at);
    memset(j->square[0], 0, m * m * sizeof(float));
    for (size_t r = 0; r < m; r++) j->square[0][r * m + r] = 1;
    blas_solve_lower(false, m, m, tile_of(j, j->at, j->at), j->n, j->square[0], m);
}

static err_code invert_factor(ctx *c, job *j, int threads, const listener *l) {
    for (size_t step = 0; step < j->tiles; step++) {
        j->at = j->tiles - 1 - step;
        size_t m = side(j, j->at);
        invert_diagonal(j);
        TRY(parallel_for(c, threads, step, 1, set_aside, j));
        TRY(parallel_for(c, threads, step, 1, times_panel, j));
        for (size_t r = 0; r < m; r++) memcpy(tile_of(j, j->at, j->at) + r * j->n, j->square[0] + r * m, m * sizeof(float));
        if (l->done) l->done(l->state, (1 + (double)step / (double)j->tiles) / 3);
    }
    return ERR_OK;
}

static err_code multiply_turned(ctx *c, job *j, int threads, const listener *l) {
    for (j->at = 0; j->at < j->tiles; j->at++) {
        size_t m = side(j, j->at);
        for (size_t r = 0; r < m; r++) memcpy(j->panel + r * m, tile_of(j, j->at, j->at) + r * j->n, m * sizeof(float));
        TRY(parallel_for(c, threads, j->at + 1, 1, times_turned, j));
        tell(j, l, 2);
    }
    return ERR_OK;
}

err_code spd_inverse(ctx *c, float *a, size_t n, int threads, void (*done)(void *state, double share), void *done_state) {
    arena_mark mark = arena_save(c->arena);
    job *j = arena_new(c->arena, job, 1);
    listener l = { done, done_state };
    size_t tile = n < LARGE_FROM ? SMALL_TILE : LARGE_TILE;
    if (n < tile) tile = n ? n : 1;
    threads = parallel_threads(threads < 1 ? 1 : threads);
    if (!j) return fail(c, ERR_NO_MEMORY, "inverse of %zu rows", n);
    *j = (job){ .a = a, .n = n, .tile = tile, .tiles = (n + tile - 1) / tile, .panel = arena_new_raw(c->arena, float, n * tile) };
    bool full = !j->panel;
    for (int w = 0; w < threads; w++) full |= !(j->square[w] = arena_new_raw(c->arena, float, tile * tile));
    if (full) return fail(c, ERR_NO_MEMORY, "inverse of %zu rows", n);
    TRY(factor(c, j, threads, &l));
    TRY(invert_factor(c, j, threads, &l));
    TRY(multiply_turned(c, j, threads, &l));
    arena_restore(c->arena, mark);
    return ERR_OK;
}
