/* sansa: the sparse relative of ease for catalogues of any size. Each item's column is the ridge regression of it on its `m` most
 * alike items only, solved exactly on that neighbourhood; memory is O(items), a million items take about a minute on two cores.
 * With C = D^-1/2 G D^-1/2 (cosines; G and D = diag(G) as in ease.c) cut to the `reach` largest of each row, and N the first m of
 * row j: (C_NN + diag(lambda / D_aa + dropout / (1 - dropout))) w = C_Nj, and B_aj = w_a (D_jj / D_aa)^1/2 D_jj^(-held / 2).
 * It does NOT find what two items say of a third through items outside its neighbourhood. */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "models/similarity.h"
#include "num/vec.h"

enum { LAMBDA, NEAR, LEAN, REACH, K, DROPOUT, USER_POWER, HELD, MAX_HISTORY, VALUES, HALF_LIFE };
static const model_param params[] = {
    [LAMBDA] = { "lambda", 20, 1e-3, 1e6, false, "ridge: more for more events" },
    [NEAR] = { "m", 200, 1, 1000, true, "items an item is explained by" },
    [LEAN] = { "lean", 0, -2, 2, false, "power of popularity by which those items are preferred over others as like it" },
    [REACH] = { "reach", 4000, 1, 100000, true, "cosines kept of each item; fewer where that would be more than 400 million" },
    [K] = { "k", 1000, 1, 100000, true, "partners kept of each item, strongest first" },
    [DROPOUT] = { "dropout", 0.6, 0, 0.95, false, "share of a history thought away: doubts popular items more (EDLAE)" },
    [USER_POWER] = { "user_power", 0.3, 0, 2, false, "a user of n items weighs n to minus this" },
    [HELD] = { "held", 0, -1, 1, false, "power of an item's popularity that divides its scores" },
    [MAX_HISTORY] = { "max_history", 10000, 2, 1e9, true, "users of more items say nothing of pairs" },
    [VALUES] = WEIGH_PARAM_VALUES,
    [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
};

/* ---- one column ---- */
typedef struct {
    uint16_t *place;                /* n_items: 1 + row of a neighbour in `a`, 0 for all others */
    float *a;                       /* m x m, lower triangle: the system, then its factor */
    float *w;                       /* m */
    topk_entry *near;               /* m: the neighbourhood */
    uint64_t *keys;                 /* reach: who might be in it */
} solver;

typedef struct {
    item_lists near;                /* cosines, largest first */
    const float *length;            /* n_items: D_ii^1/2 */
    const float *lean;              /* n_items: factor of an item's cosines when neighbourhoods are chosen */
    double lambda, dropout, held;
    uint32_t m;
    item_lists_room columns;        /* of item j: what it is explained by; not sorted */
    solver solver[PARALLEL_MAX_THREADS];
} job;

/* The m first of what item i meets, by cosine and leaning; cosines are kept. */
static uint32_t choose_near(const job *j, const solver *s, size_t i) {
    const topk_entry *all = j->near.entry + j->near.start[i];
    uint32_t n = (uint32_t)(j->near.start[i + 1] - j->near.start[i]), kept = n < j->m ? n : j->m;
    for (uint32_t x = 0; x < n; x++) s->keys[x] = key_of(x, all[x].score * j->lean[all[x].item]);
    keys_select(s->keys, n, kept);
    keys_sort(s->keys, kept);
    for (uint32_t x = 0; x < kept; x++) s->near[x] = all[(uint32_t)s->keys[x]];
    return kept;
}

/* The system of n neighbours. A pair that only one of the two keeps counts for both; one that neither keeps is 0. */
static void fill_system(const job *j, const solver *s, uint32_t n) {
    const topk_entry *near = s->near;
    for (uint32_t x = 0; x < n; x++) s->place[near[x].item] = (uint16_t)(x + 1);
    for (uint32_t x = 0; x < n; x++) memset(s->a + (size_t)x * j->m, 0, (x + 1) * sizeof *s->a);
    for (uint32_t x = 0; x < n; x++) {
        uint32_t item = near[x].item;
        const topk_entry *p = j->near.entry + j->near.start[item], *end = j->near.entry + j->near.start[item + 1];
        for (; p < end; p++) {
            uint32_t y = s->place[p->item];
            if (y == 0) continue;
            y--;
            s->a[x > y ? (size_t)x * j->m + y : (size_t)y * j->m + x] = p->score;
        }
        double square = (double)j->length[item] * (double)j->length[item];
        s->a[(size_t)x * j->m + x] = (float)(1 + j->lambda / square + j->dropout / (1 - j->dropout));
        s->w[x] = near[x].score;
    }
    for (uint32_t x = 0; x < n; x++) s->place[near[x].item] = 0;
}

/* Cholesky factor and both solutions, row by row. Missing pairs may leave the system not quite definite: a pivot has a floor. */
static void solve_system(const solver *s, uint32_t n, uint32_t m) {
    const float floor = 0.01f;
    for (uint32_t x = 0; x < n; x++) {
        float *row = s->a + (size_t)x * m;
        for (uint32_t y = 0; y < x; y++) {
            const float *above = s->a + (size_t)y * m;
            row[y] = (row[y] - vec_dot(row, above, y)) / above[y];
        }
        row[x] = sqrtf(fmaxf(row[x] - vec_dot(row, row, x), floor));
        s->w[x] = (s->w[x] - vec_dot(row, s->w, x)) / row[x];
    }
    for (uint32_t x = n; x-- > 0;) {
        s->w[x] /= s->a[(size_t)x * m + x];
        vec_add_scaled(s->w, -s->w[x], s->a + (size_t)x * m, x);
    }
}

static void columns(void *state, size_t from, size_t to, int worker) {
    job *j = state;
    const solver *s = &j->solver[worker];
    for (size_t i = from; i < to; i++) {
        uint32_t n = choose_near(j, s, i);
        fill_system(j, s, n);
        solve_system(s, n, j->m);
        topk_entry *column = j->columns.entry + i * j->columns.k;
        float up = (float)pow((double)j->length[i], 1 - j->held);
        for (uint32_t x = 0; x < n; x++) column[x] = (topk_entry){ s->near[x].item, s->w[x] * up / j->length[s->near[x].item] };
        j->columns.length[i] = n;
    }
}

/* ---- all of them ---- */
/* How many cosines of each item: what is asked for, within 3.2 GB. Few items have so many. */
static uint32_t reach_of(const interactions *x, const model_options *o) {
    const double most = 4e8;
    return (uint32_t)fmax(1, fmin(o->param[REACH], most / fmax(x->n_items, 1)));
}

/* Cosines of the weighted matrix, and lengths. */
static err_code cosines(ctx *c, const interactions *x, const model_options *o, const weighing *w, job *j) {
    similarity s = { .kind = SIMILARITY_COSINE, .own = 1, .other = 1 };
    csr matrix, values;
    item_product product;
    item_lists_room room;
    float *none, *weights;
    TRY(item_lists_room_new(c, x->n_items, reach_of(x, o), &room));
    TRY(weigh_matrix(c, x, w, &matrix));
    TRY(similarity_prepare(c, &s, &matrix, &values, &none));
    TRY(item_product_user_weights(c, &matrix, o->param[USER_POWER], &weights));
    TRY(item_product_new(c, &values, weights, (uint32_t)o->param[MAX_HISTORY], &product));
    similarity_set_items(&s, &product);
    TRY(item_product_lists(c, &product, o->threads, similarity_rate, &s, &room));
    j->length = s.own_power;
    return item_lists_close(c, &room, &j->near);
}

static err_code solvers_new(ctx *c, job *j, uint32_t n_items, uint32_t reach, int threads) {
    for (int t = 0; t < threads; t++) {
        solver *s = &j->solver[t];
        *s = (solver){ arena_new(c->arena, uint16_t, n_items), arena_new_raw(c->arena, float, (size_t)j->m * j->m),
                       arena_new_raw(c->arena, float, j->m), arena_new_raw(c->arena, topk_entry, j->m), arena_new_raw(c->arena,
                           uint64_t, reach) };
        if (!s->place || !s->a || !s->w || !s->near || !s->keys) return fail(c, ERR_NO_MEMORY, "a system of %u neighbours", j->m);
    }
    return ERR_OK;
}

static err_code set_lean(ctx *c, job *j, uint32_t n_items, double power) {
    float *lean = arena_new_raw(c->arena, float, n_items);
    if (!lean) return fail(c, ERR_NO_MEMORY, "%u items", n_items);
    for (uint32_t i = 0; i < n_items; i++) lean[i] = (float)pow((double)j->length[i], power);
    j->lean = lean;
    return ERR_OK;
}

static err_code regress(ctx *c, const interactions *x, const model_options *o, const weighing *w, item_lists *ret_rows) {
    job *j = arena_new(c->arena, job, 1);
    item_lists by_column;
    int threads = parallel_threads(o->threads);
    if (!j) return fail(c, ERR_NO_MEMORY, "columns of %u items", x->n_items);
    j->lambda = o->param[LAMBDA], j->dropout = o->param[DROPOUT], j->held = o->param[HELD];
    model_progress(o, "cosines", 0);
    TRY(cosines(c, x, o, w, j));
    model_progress(o, "columns", 0.3);
    TRY(item_lists_room_new(c, x->n_items, (uint32_t)o->param[NEAR], &j->columns));
    j->m = j->columns.k;
    TRY(solvers_new(c, j, x->n_items, reach_of(x, o), threads));
    TRY(set_lean(c, j, x->n_items, o->param[LEAN]));
    TRY(parallel_for(c, threads, x->n_items, 16, columns, j));
    TRY(item_lists_close(c, &j->columns, &by_column));
    model_progress(o, "lists", 0.95);
    return item_lists_turn(c, &by_column, ret_rows);
}

/* What is on the way is larger than what remains, and made before it: it has an arena of its own. */
static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    lists_model *m = arena_new(c->arena, lists_model, 1);
    AUTO_ARENA scratch;
    item_lists rows;
    arena *own = c->arena;
    if (!m) return fail(c, ERR_NO_MEMORY, "lists of %u items", x->n_items);
    m->w = (weighing){ (int)o->param[VALUES], o->param[HALF_LIFE] };
    arena_init(&scratch, own->cap);
    c->arena = &scratch;
    err_code e = regress(c, x, o, &m->w, &rows);
    c->arena = own;
    TRY(e);
    TRY(item_lists_cut(c, &rows, (uint32_t)o->param[K], &m->lists));
    *ret_state = m;
    return ERR_OK;
}

static const char *const grid[] = { "lambda=5", "lambda=100", "m=60", "user_power=0 dropout=0.3", NULL };

const model_row model_sansa = {
    .name = "sansa", .title = "Every item from those most like it", .grid = grid,
    .source = "Spisak et al. 2023 (SANSA); Steck 2019 (sparse Markov random fields), by exact local regressions",
    .params = params, .n_params = COUNT(params), .fit = fit, .score = lists_model_score, .save = lists_model_save,
    .load = lists_model_load,
};
