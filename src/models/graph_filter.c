/* graph_filter: what somebody took, blurred over the graph of users and items and sharpened again; nothing is learned by descent.
 *   blur      b_j = d_j^-out  sum_v  d_v^-user  ( sum_i r_i d_i^-in a_vi )^power  a_vj
 *   ideal     + weight * D^1/2 V lambda^g V' D^-1/2 r     the low-pass filter of GF-CF
 *   sharpen   s = D^root f(P) D^-root b,  f(l) = exp(-T l) or its Taylor polynomial, P = Rn'Rn, Rn = Du^-1/2 A D^-1/2
 * with A users by items, d degrees, V and lambda the leading eigenvectors and eigenvalues of P. With power 1, user 1, in = out = 1/2
 * these are GF-CF (T = 0) and BSPM (root 0; one Runge-Kutta step of length T is the polynomial of order 4). Beyond the leading
 * vectors f is taken to be one number: what is to be taken away is what everybody likes, and a few vectors hold that; `whole` takes
 * P as it is. What the blur does not reach stays 0.
 * Two sparse passes and two thin products answer one; no matrix of items by items is ever made. */
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "models/graph_filter_int.h"
#include "models/rows.h"
#include "num/parallel.h"
#include "num/rsvd.h"

enum { VALUES, HALF_LIFE, BLUR_IN, POWER, BLUR_USER, BLUR_OUT, RANK, PASSES, IDEAL, IDEAL_POWER, SHARPEN, ORDER, ROOT, WHOLE, MOST, LISTS };
/* Two sets of defaults: ours, and those of BSPM. */
#define PARAMS(in, power, user, out, rank, ideal, time, solver, root, whole)                                                    \
    {                                                                                                                           \
        [VALUES] = WEIGH_PARAM_VALUES,                                                                                          \
        [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,                                                                                    \
        [BLUR_IN] = { "in", in, 0, 1.5, false, "power of an item's degree that its vote is divided by" },                       \
        [POWER] = { "power", power, 0.25, 2, false, "of the likeness of a user; 1: linear; more: the most similar users decide" }, \
        [BLUR_USER] = { "user", user, 0, 1.5, false, "power of a user's degree that his votes are divided by" },                \
        [BLUR_OUT] = { "out", out, 0, 1.5, false, "power of an item's degree that its score is divided by" },                   \
        [RANK] = { "rank", rank, 0, RSVD_MAX_RANK, true, "leading vectors of the graph; 0: blur only" },                        \
        [PASSES] = { "passes", 3, 0, 20, true, "power passes of the truncated SVD" },                                           \
        [IDEAL] = { "ideal", ideal, 0, 100, false, "weight of the ideal low-pass filter" },                                     \
        [IDEAL_POWER] = { "ideal_power", 0, -2, 2, false, "power of an eigenvalue in it" },                                     \
        [SHARPEN] = { "sharpen", time, 0, 10, false, "time T of the sharpening; 0: none" },                                     \
        [ORDER] = { "order", solver, 0, GRAPH_FILTER_MAX_ORDER, true,                                                           \
                    "order of its solver (1 Euler, 4 Runge-Kutta, one step); 0: exact" },                                       \
        [ROOT] = { "root", root, 0, 1, false, "power of an item's degree that scores are divided by while they are sharpened" }, \
        [WHOLE] = { "whole", whole, 0, 1, true, "sharpen with the whole of P, not its leading vectors: slow; needs an order" }, \
        [MOST] = { "most", 2000, 10, 1e9, true, "users asked about one item; more are thinned out evenly" },                    \
        [LISTS] = { "lists", 0, 0, 1e6, true, "answer from lists of that many partners of each item, made once; 0: from the graph" }, \
    }
static const model_param params[] = PARAMS(0.45, 1.375, 0.8, 0.12, 64, 0, 0.5, 0, 0.5, 0);
/* As published for Gowalla (BSPM-EM); in the paper's words: linear filter, ideal filter 0.2 of rank 448, K = 1, T = 2.5, Runge-Kutta. */
static const model_param bspm_params[] = PARAMS(0.5, 1, 1, 0.5, 448, 0.2, 2.5, 4, 0, 1);

/* ---- fit ---- */

/* Values over their mean. ret_mean is 1 where every cell is 1. */
static err_code make_relative(ctx *c, csr *a, double *ret_mean) {
    uint64_t n = a->start[a->n_rows];
    *ret_mean = 1;
    if (!a->value || n == 0) return ERR_OK;
    float *value = arena_new_raw(c->arena, float, n);
    double sum = 0;
    if (!value) return fail(c, ERR_NO_MEMORY, "graph of %llu cells", (unsigned long long)n);
    for (uint64_t e = 0; e < n; e++) sum += (double)a->value[e];
    *ret_mean = fmax(sum / (double)n, 1e-30);
    for (uint64_t e = 0; e < n; e++) value[e] = graph_filter_relative((double)a->value[e], *ret_mean);
    a->value = value;
    return ERR_OK;
}

static const double LEAST_DEGREE = 0.01;                    /* so that its powers stay finite */

/* Every row's sum, to the power given; 0 for an empty row. */
static err_code degree_powers(ctx *c, const csr *a, double power, const float **ret) {
    float *scale = arena_new(c->arena, float, a->n_rows);
    if (!scale) return fail(c, ERR_NO_MEMORY, "degrees of %u", a->n_rows);
    for (uint32_t r = 0; r < a->n_rows; r++) {
        double degree = 0;
        for (uint64_t e = a->start[r]; e < a->start[r + 1]; e++) degree += (double)csr_value(a, e);
        if (a->start[r + 1] > a->start[r]) scale[r] = (float)pow(fmax(degree, LEAST_DEGREE), power);
    }
    *ret = scale;
    return ERR_OK;
}

/* Rows of at most `most` cells, the others thinned out evenly and made larger by what is missing. */
static err_code thin_out(ctx *c, const csr *a, uint64_t most, csr *ret_thin) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)a->n_rows + 1), cells = 0;
    if (!start) return fail(c, ERR_NO_MEMORY, "graph of %u items", a->n_rows);
    for (uint32_t r = 0; r < a->n_rows; r++) {
        uint64_t n = a->start[r + 1] - a->start[r];
        start[r + 1] = cells += n < most ? n : most;
    }
    if (cells == a->start[a->n_rows]) { *ret_thin = *a; return ERR_OK; }
    uint32_t *col = arena_new_raw(c->arena, uint32_t, cells);
    float *value = arena_new_raw(c->arena, float, cells);
    if (!col || !value) return fail(c, ERR_NO_MEMORY, "graph of %llu cells", (unsigned long long)cells);
    for (uint32_t r = 0; r < a->n_rows; r++) {
        uint64_t n = a->start[r + 1] - a->start[r], kept = start[r + 1] - start[r];
        for (uint64_t k = 0; k < kept; k++) {
            uint64_t from = a->start[r] + k * n / kept;
            col[start[r] + k] = a->col[from];
            value[start[r] + k] = csr_value(a, from) * (float)n / (float)kept;
        }
    }
    *ret_thin = (csr){ a->n_rows, a->n_cols, start, col, value };
    return ERR_OK;
}

/* Du^-1/2 A Di^-1/2. */
static err_code normalise(ctx *c, const csr *a, const float *row_scale, const float *col_scale, csr *ret) {
    float *value = arena_new_raw(c->arena, float, a->start[a->n_rows]);
    if (!value) return fail(c, ERR_NO_MEMORY, "graph of %llu cells", (unsigned long long)a->start[a->n_rows]);
    for (uint32_t r = 0; r < a->n_rows; r++)
        for (uint64_t e = a->start[r]; e < a->start[r + 1]; e++)
            value[e] = csr_value(a, e) * row_scale[r] * col_scale[a->col[e]];
    *ret = (csr){ a->n_rows, a->n_cols, a->start, a->col, value };
    return ERR_OK;
}

/* What one eigenvalue of P is left as: exp(-T l), or its Taylor polynomial, which is what one step of a Runge-Kutta solver of that
 * order makes of dy/dt = -l y. */
static double sharpened(double lambda, double time, int order) {
    double sum = 1, term = 1;
    if (order == 0) return exp(-time * lambda);
    for (int j = 1; j <= order; j++) sum += term *= -time * lambda / j;
    return sum;
}

/* What is done along each vector. What is left of the values beyond them, about half of the last one, is done to everything by
 * dividing the others: the order of answers stays the same. */
static void follow_vectors(const model_options *o, const float *value, uint32_t rank, float *ret_sharpen, float *ret_ideal) {
    double last = fmin((double)value[rank - 1] * (double)value[rank - 1], 1);
    double beyond = sharpened(last / 2, o->param[SHARPEN], (int)o->param[ORDER]);
    for (uint32_t k = 0; k < rank; k++) {
        double lambda = fmin((double)value[k] * (double)value[k], 1);
        double left = sharpened(lambda, o->param[SHARPEN], (int)o->param[ORDER]) / beyond;
        ret_sharpen[k] = (float)(left - 1);
        if (lambda > 1e-6) ret_ideal[k] = (float)(o->param[IDEAL] * pow(lambda, o->param[IDEAL_POWER]));
    }
}

/* Leading vectors of P and what is done along each. */
static err_code fit_spectrum(ctx *c, const csr *by_item, const model_options *o, graph_filter *s) {
    uint32_t rank = (uint32_t)o->param[RANK];
    if ((o->param[SHARPEN] == 0 || s->time > 0) && o->param[IDEAL] == 0) rank = 0;
    if (rank > s->n_items) rank = s->n_items;
    if (rank > s->n_users) rank = s->n_users;
    float *vectors = arena_new_raw(c->arena, float, (size_t)s->n_items * rank), *value = arena_new(c->arena, float, rank);
    float *sharpen = arena_new(c->arena, float, rank), *ideal = arena_new(c->arena, float, rank);
    if (!vectors || !value || !sharpen || !ideal) return fail(c, ERR_NO_MEMORY, "%u vectors of %u items", rank, s->n_items);
    s->rank = rank, s->vectors = vectors, s->sharpen = sharpen, s->ideal = ideal;
    if (rank == 0) return ERR_OK;
    arena_mark mark = arena_save(c->arena);
    const float *user_root;
    csr normal, turned;
    rsvd_options how = { rank, rank / 8 + 10, (uint32_t)o->param[PASSES], o->seed, parallel_threads(o->threads) };
    TRY(degree_powers(c, &s->by_user, -0.5, &user_root));
    TRY(normalise(c, &s->by_user, user_root, s->item_ideal, &normal));
    TRY(normalise(c, by_item, s->item_ideal, user_root, &turned));
    TRY(rsvd(c, &normal, &turned, &how, value, vectors));
    arena_restore(c->arena, mark);
    follow_vectors(o, value, rank, sharpen, ideal);
    return ERR_OK;
}

static err_code fit_degrees(ctx *c, const csr *by_item, const model_options *o, graph_filter *s) {
    TRY(degree_powers(c, by_item, -o->param[BLUR_IN], &s->item_in));
    TRY(degree_powers(c, &s->by_user, -o->param[BLUR_USER], &s->user_scale));
    TRY(degree_powers(c, &s->by_user, -1, &s->user_spread));
    TRY(degree_powers(c, by_item, -o->param[BLUR_OUT] - o->param[ROOT], &s->item_out));
    TRY(degree_powers(c, by_item, o->param[ROOT], &s->item_root));
    TRY(degree_powers(c, by_item, 0.5 - o->param[ROOT], &s->ideal_out));
    return degree_powers(c, by_item, -0.5, &s->item_ideal);
}

static err_code fit_graph(ctx *c, const interactions *x, const model_options *o, graph_filter *s) {
    csr by_item;
    s->n_users = x->n_users, s->n_items = x->n_items;
    s->power = (float)o->param[POWER], s->has_ideal = o->param[IDEAL] > 0;
    if (o->param[WHOLE] > 0 && o->param[ORDER] > 0) s->time = (float)o->param[SHARPEN], s->order = (uint32_t)o->param[ORDER];
    s->weigh = (weighing){ (int)o->param[VALUES], o->param[HALF_LIFE] };
    model_progress(o, "graph", 0);
    TRY(weigh_matrix(c, x, &s->weigh, &s->by_user));
    TRY(make_relative(c, &s->by_user, &s->mean));
    TRY(csr_transpose(c, &s->by_user, &by_item));
    TRY(thin_out(c, &by_item, (uint64_t)o->param[MOST], &s->by_item));
    TRY(fit_degrees(c, &by_item, o, s));
    TRY(ctx_check(c));
    model_progress(o, "leading vectors", 0.2);
    return fit_spectrum(c, &by_item, o, s);
}

/* ---- lists: what each item alone would answer, cut; answers to several items are taken to add up, which they do for power 1 ---- */
typedef struct {
    const graph_filter *s;
    item_lists_room *room;
    struct seat { arena memory; float *scores; err_code err; char why[256]; } *seats;
} listing;

enum { LIST_BATCH = 64 };

static err_code list_items(ctx *c, const listing *l, struct seat *seat, uint32_t from, uint32_t n) {
    uint32_t item[LIST_BATCH];
    history h[LIST_BATCH];
    for (uint32_t i = 0; i < n; i++) {
        item[i] = from + i;
        h[i] = (history){ .n = 1, .item = &item[i], .user = MODEL_NOBODY };
    }
    TRY(graph_filter_score_graph(c, l->s, h, n, seat->scores));
    for (uint32_t i = 0; i < n; i++) item_lists_keep_dense(l->room, from + i, seat->scores + (size_t)i * l->s->n_items);
    return ERR_OK;
}

static void list_range(void *state, size_t from, size_t to, int worker) {
    const listing *l = state;
    struct seat *seat = &l->seats[worker];
    ctx mine;
    if (seat->err) return;
    ctx_init(&mine, &seat->memory);
    seat->err = list_items(&mine, l, seat, (uint32_t)from, (uint32_t)(to - from));
    if (seat->err) memcpy(seat->why, mine.error.text, sizeof seat->why), seat->why[sizeof seat->why - 1] = 0;
}

/* Fill the room, item by item on several threads; the scratch is given back. */
static err_code fit_lists(ctx *c, const graph_filter *s, uint32_t k, int threads, item_lists_room *room) {
    arena_mark mark = arena_save(c->arena);
    listing l = { s, room, arena_new(c->arena, struct seat, (size_t)threads) };
    if (!l.seats) return fail(c, ERR_NO_MEMORY, "lists of %u", k);
    for (int t = 0; t < threads; t++) {
        l.seats[t].scores = arena_new_raw(c->arena, float, (size_t)LIST_BATCH * s->n_items);
        if (!l.seats[t].scores) return fail(c, ERR_NO_MEMORY, "lists of %u for %u items", k, s->n_items);
        arena_init(&l.seats[t].memory, LIMIT_JOB_ARENA);
    }
    err_code e = parallel_for(c, threads, s->n_items, LIST_BATCH, list_range, &l);
    for (int t = 0; t < threads; t++) {
        if (!e && l.seats[t].err) e = fail(c, l.seats[t].err, "%s", l.seats[t].why);
        arena_done(&l.seats[t].memory);
    }
    if (!e) arena_restore(c->arena, mark);
    return e;
}

static err_code fit_to_lists(ctx *c, const interactions *x, const model_options *o, uint32_t k, graph_filter *s) {
    item_lists_room room;
    TRY(item_lists_room_new(c, x->n_items, k, &room));
    arena_mark mark = arena_save(c->arena);
    TRY(fit_graph(c, x, o, s));
    model_progress(o, "lists", 0.4);
    TRY(fit_lists(c, s, k, parallel_threads(o->threads), &room));
    *s = (graph_filter){ .n_items = s->n_items, .weigh = s->weigh, .has_lists = true };
    arena_restore(c->arena, mark);
    return item_lists_close(c, &room, &s->lists);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    graph_filter *s = arena_new(c->arena, graph_filter, 1);
    uint32_t k = (uint32_t)o->param[LISTS];
    if (!s) return fail(c, ERR_NO_MEMORY, "graph filter of %u items", x->n_items);
    if (k == 0 || x->n_items == 0) TRY(fit_graph(c, x, o, s));
    else TRY(fit_to_lists(c, x, o, k, s));
    *ret_state = s;
    return ERR_OK;
}

static const char *const grid[] = {
    "ideal=0.1 user=0.85 out=0.15",
    "power=1 in=0.65 user=0.65 out=0.2 sharpen=0.3",
    "values=3",
    NULL,
};

const model_row model_graph_filter = {
    .name = "graph_filter", .title = "Blurred over the graph of who took what, and sharpened",
    .source = "Shen et al. 2021 (GF-CF), eq. 13; Choi et al. 2023 (BSPM), eq. 7 to 10; power: Aiolli 2013", .params = params,
    .n_params = COUNT(params), .grid = grid, .fit = fit, .score = graph_filter_score,
    .save = graph_filter_save, .load = graph_filter_load,
};

const model_row model_bspm = {
    .name = "bspm", .title = "The same with the settings of its paper: the whole graph, slow answers",
    .source = "Choi et al. 2023 (BSPM-EM), eq. 7 to 10, settings of its authors for Gowalla", .params = bspm_params,
    .n_params = COUNT(bspm_params), .fit = fit, .score = graph_filter_score, .save = graph_filter_save, .load = graph_filter_load,
};
