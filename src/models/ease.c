/* ease: each item's column is the ridge regression of it on all others, solved for all items at once.
 * G = X'WX + diag(lambda + dropout / (1 - dropout) |i|^2), P = G^-1, B_ij = -P_ij / P_jj off the diagonal; scores are x_u B.
 * One n x n matrix of floats in all: G, its factor, P and B take turns in it. It does NOT scale to large catalogues: sansa.c does. */
#include "models/ease.h"
#include <math.h>
#include <string.h>
#include "models/item_product.h"
#include "models/rows.h"
#include "num/spd.h"
#include "num/vec.h"

enum { LAMBDA, K, DROPOUT, USER_POWER, MAX_ITEMS, VALUES, HALF_LIFE };
static const model_param params[] = {
    [LAMBDA] = { "lambda", 100, 1e-3, 1e6, false, "ridge: more for more events; 20 to 100 for sparse shops, 200 to 1000 for dense" },
    [K] = { "k", 0, 0, 50000, true, "partners kept of each item, strongest first; 0: the whole matrix" },
    [DROPOUT] = { "dropout", 0, 0, 0.95, false, "share of a history thought away: doubts popular items more (EDLAE)" },
    [USER_POWER] = { "user_power", 0, 0, 2, false, "a user of n items weighs n to minus this" },
    [MAX_ITEMS] = { "max_items", 25000, 1, 50000, true, "more items are refused: memory is 4 bytes for each pair, time the cube" },
    [VALUES] = WEIGH_PARAM_VALUES,
    [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
};

typedef struct {
    weighing w;
    uint32_t n_items;
    const float *dense;             /* n_items x n_items: row i is what taking i says of every item; NULL: `lists` */
    item_lists lists;
} ease;

/* ---- from the sparse matrix to B, all in `a` ---- */
typedef struct {
    const item_product *p;
    float *a;                       /* n x n */
    const float *scale;             /* n: -1 / P_jj */
    double lambda, dropout;
    size_t n;
    item_lists_room *room;
} job;

/* What one user adds to row i of G, read up to i. */
static void add_user(const item_product *p, uint32_t user, float value, size_t i, float *row) {
    const sparse_row items = p->user[user];
    float weight = p->user_weight ? p->user_weight[user] : 1, add = value * weight;
    for (uint32_t at = 0; p->fade && at < items.n && items.col[at] <= i; at++)
        row[items.col[at]] += weight * product_fade(p->fade, value, items.value[at]);
    for (uint32_t at = 0; !p->fade && at < items.n && items.col[at] <= i; at++)
        row[items.col[at]] += items.value ? add * items.value[at] : add;
}

/* Row i of the lower triangle of G: histories ascend, so each is read up to i. */
static void gram_rows(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const job *j = state;
    for (size_t i = from; i < to; i++) {
        const sparse_row users = j->p->item[i];
        float *row = j->a + i * j->n;
        memset(row, 0, (i + 1) * sizeof *row);
        for (uint32_t e = 0; e < users.n; e++) add_user(j->p, users.col[e], users.value ? users.value[e] : 1, i, row);
        row[i] = (float)((double)row[i] * (1 + j->dropout / (1 - j->dropout)) + j->lambda);
    }
}

enum { TILE = 64, ROWS = 8 };       /* cells of a side moved together while mirroring; rows a thread takes at once */

/* Bands of TILE rows: the upper triangle becomes the lower one turned. */
static void mirror_bands(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const job *j = state;
    for (size_t band = from; band < to; band++) {
        size_t top = band * TILE, bottom = top + TILE < j->n ? top + TILE : j->n;
        for (size_t left = top; left < j->n; left += TILE) {
            size_t right = left + TILE < j->n ? left + TILE : j->n;
            for (size_t r = top; r < bottom; r++)
                for (size_t q = left > r ? left : r + 1; q < right; q++) j->a[r * j->n + q] = j->a[q * j->n + r];
        }
    }
}

/* P becomes B. */
static void weight_rows(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    const job *j = state;
    for (size_t i = from; i < to; i++) {
        float *row = j->a + i * j->n;
        for (size_t q = 0; q < j->n; q++) row[q] *= j->scale[q];
        row[i] = 0;
        if (j->room) item_lists_keep_dense(j->room, (uint32_t)i, row);
    }
}

static void inverse_progress(void *state, double share) {
    const model_options *o = state;
    model_progress(o, "inverse", 0.05 + 0.9 * share);
}

/* What is regressed: events as `w` weighs them, or the places of lines, which fade. */
typedef struct { const interactions *x; const weighing *w; const csr *lines; const float *fade; } source;

static err_code matrix_of(ctx *c, const source *from, csr *ret_matrix) {
    if (!from->lines) return weigh_matrix(c, from->x, from->w, ret_matrix);
    *ret_matrix = *from->lines;
    return ERR_OK;
}

static err_code solve(ctx *c, const source *from, const model_options *o, job *j) {
    arena_mark mark = arena_save(c->arena);
    csr matrix;
    float *weights;
    item_product product;
    int threads = parallel_threads(o->threads);
    model_options options = *o;     /* a copy of our own: the callback's state is not const */
    TRY(matrix_of(c, from, &matrix));
    TRY(item_product_user_weights(c, &matrix, o->param[USER_POWER], &weights));
    TRY(item_product_new(c, &matrix, weights, UINT32_MAX, &product));
    product.fade = from->fade;
    j->p = &product;
    model_progress(o, "product", 0);
    TRY(parallel_for(c, threads, j->n, ROWS, gram_rows, j));
    j->p = NULL;
    arena_restore(c->arena, mark);
    TRY(spd_inverse(c, j->a, j->n, threads, inverse_progress, &options));
    model_progress(o, "weights", 0.95);
    TRY(ctx_check(c));
    float *scale = arena_new_raw(c->arena, float, j->n);
    if (!scale) return fail(c, ERR_NO_MEMORY, "%zu items", j->n);
    for (size_t i = 0; i < j->n; i++) scale[i] = -1 / j->a[i * j->n + i];
    j->scale = scale;
    TRY(parallel_for(c, threads, (j->n + TILE - 1) / TILE, 1, mirror_bands, j));
    TRY(parallel_for(c, threads, j->n, ROWS, weight_rows, j));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code fit_source(ctx *c, source from, size_t n, const model_options *o, void **ret_state) {
    if ((double)n > o->param[MAX_ITEMS])
        return fail_field(c, ERR_TOO_LARGE, "max_items", "ease takes up to %.0f items, not %zu; sansa takes more", o->param[MAX_ITEMS], n);
    ease *m = arena_new(c->arena, ease, 1);
    item_lists_room room;
    bool cuts = o->param[K] > 0;
    job j = { .lambda = o->param[LAMBDA], .dropout = o->param[DROPOUT], .n = n, .room = cuts ? &room : NULL };
    if (!m) return fail(c, ERR_NO_MEMORY, "weights of %zu items", n);
    *m = (ease){ .w = { (int)o->param[VALUES], o->param[HALF_LIFE] }, .n_items = (uint32_t)n };
    if (cuts) TRY(item_lists_room_new(c, (uint32_t)n, (uint32_t)o->param[K], &room));
    arena_mark mark = arena_save(c->arena);
    j.a = arena_array_raw(c->arena, n, n * sizeof(float));
    if (!j.a) return fail(c, ERR_NO_MEMORY, "a matrix of %zu x %zu", n, n);
    from.w = &m->w;
    TRY(solve(c, &from, o, &j));
    m->dense = j.a;
    if (cuts) {
        m->dense = NULL;
        arena_restore(c->arena, mark);
        TRY(item_lists_close(c, &room, &m->lists));
    }
    *ret_state = m;
    return ERR_OK;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    return fit_source(c, (source){ .x = x }, x->n_items, o, ret_state);
}

err_code ease_fit_lines(ctx *c, const csr *lines, const float *fade, const model_options *o, void **ret_state) {
    return fit_source(c, (source){ .lines = lines, .fade = fade }, lines->n_cols, o, ret_state);
}

/* ---- asking it, keeping it ---- */
static err_code score_dense(ctx *c, const ease *m, const history *h, float *scores) {
    arena_mark mark = arena_save(c->arena);
    weighed *items;
    size_t n;
    TRY(weigh_history(c, h, m->n_items, &m->w, &items, &n));
    memset(scores, 0, m->n_items * sizeof *scores);
    for (size_t i = 0; i < n; i++) vec_add_scaled(scores, items[i].value, m->dense + (size_t)items[i].item * m->n_items, m->n_items);
    arena_restore(c->arena, mark);
    return ctx_check(c);
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const ease *m = state;
    if (!m->dense) return item_lists_score(c, &m->lists, &m->w, h, n, ret_scores);
    for (size_t i = 0; i < n; i++) TRY(score_dense(c, m, &h[i], ret_scores + i * m->n_items));
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) {
    const ease *m = state;
    double numbers[WEIGHING_NUMBERS];
    pack_array arrays[2 + ITEM_LISTS_ARRAYS] = { { "items", &m->n_items, sizeof m->n_items, 1 }, weighing_array(&m->w, numbers) };
    if (!m->dense) item_lists_arrays(&m->lists, arrays + 2);
    else arrays[2] = (pack_array){ "dense", m->dense, sizeof *m->dense, (uint64_t)m->n_items * m->n_items };
    return pack_write(c, arrays, m->dense ? 3 : 2 + ITEM_LISTS_ARRAYS, out);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    ease *m = arena_new(c->arena, ease, 1);
    const void *items, *dense = NULL;
    if (!m) return fail(c, ERR_NO_MEMORY, "load ease");
    TRY(pack_get(c, p, "items", sizeof m->n_items, 1, &items, NULL));
    memcpy(&m->n_items, items, sizeof m->n_items);
    if (m->n_items != n_items) return fail(c, ERR_CORRUPT, "saved model: weights of %u items", m->n_items);
    TRY(weighing_load(c, p, &m->w));
    if (pack_get(c, p, "list_start", sizeof(uint64_t), UINT64_MAX, &items, NULL) == ERR_OK) {
        TRY(item_lists_load(c, p, n_items, &m->lists));
    } else {
        uint64_t cells = (uint64_t)m->n_items * m->n_items;
        TRY(pack_get(c, p, "dense", sizeof(float), cells, &dense, NULL));
        m->dense = dense;
        for (uint64_t e = 0; e < cells; e++)
            if (!isfinite(m->dense[e])) return fail(c, ERR_CORRUPT, "saved model: a weight that is no number");
    }
    *ret_state = m;
    return ERR_OK;
}

static const char *const grid[] = { "lambda=20", "lambda=300", "lambda=1000", NULL };

const model_row model_ease = {
    .name = "ease", .title = "Every item from all others", .source = "Steck 2019, eq. 8; dropout: Steck 2020 (EDLAE)",
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
