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
#include "models/item_lists.h"
#include "models/rows.h"
#include "models/weigh.h"
#include "num/blas.h"
#include "num/parallel.h"
#include "num/rsvd.h"
#include "num/vec.h"

enum { VALUES, HALF_LIFE, BLUR_IN, POWER, BLUR_USER, BLUR_OUT, RANK, PASSES, IDEAL, IDEAL_POWER, SHARPEN, ORDER, ROOT, WHOLE, MOST, LISTS };
static const model_param params[] = {
    [VALUES] = WEIGH_PARAM_VALUES,
    [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
    [BLUR_IN] = { "in", 0.45, 0, 1.5, false, "power of an item's degree that its vote is divided by" },
    [POWER] = { "power", 1.375, 0.25, 2, false, "of the likeness of a user; 1: linear; more: the most similar users decide" },
    [BLUR_USER] = { "user", 0.8, 0, 1.5, false, "power of a user's degree that his votes are divided by" },
    [BLUR_OUT] = { "out", 0.12, 0, 1.5, false, "power of an item's degree that its score is divided by" },
    [RANK] = { "rank", 64, 0, RSVD_MAX_RANK, true, "leading vectors of the graph; 0: blur only" },
    [PASSES] = { "passes", 3, 0, 20, true, "power passes of the truncated SVD" },
    [IDEAL] = { "ideal", 0, 0, 100, false, "weight of the ideal low-pass filter" },
    [IDEAL_POWER] = { "ideal_power", 0, -2, 2, false, "power of an eigenvalue in it" },
    [SHARPEN] = { "sharpen", 0.5, 0, 10, false, "time T of the sharpening; 0: none" },
    [ORDER] = { "order", 0, 0, 8, true, "order of its solver (1 Euler, 4 Runge-Kutta, one step); 0: exact" },
    [ROOT] = { "root", 0.5, 0, 1, false, "power of an item's degree that scores are divided by while they are sharpened; BSPM: 0" },
    [WHOLE] = { "whole", 0, 0, 1, true, "sharpen with the whole of P, not its leading vectors: slow; needs an order" },
    [MOST] = { "most", 2000, 10, 1e9, true, "users asked about one item; more are thinned out evenly" },
    [LISTS] = { "lists", 0, 0, 1e6, true, "answer from lists of that many partners of each item, made once; 0: from the graph" },
};

typedef struct {
    uint32_t n_users, n_items, rank;
    float power;
    weighing weigh;
    csr by_user, by_item;           /* by_item: columns are users, at most MOST in a row; values relative to their mean */
    const float *item_in;           /* n_items: d_i^-in, over the share of users kept */
    const float *user_scale;        /* n_users: d_v^-user */
    const float *item_out;          /* n_items: d_j^-out d_j^-root; 0 without events */
    const float *item_root;         /* n_items: d_j^root */
    const float *item_ideal;        /* n_items: d_i^-1/2 */
    const float *ideal_out;         /* n_items: d_j^1/2 d_j^-root */
    const float *user_spread;       /* n_users: 1 / d_v */
    const float *vectors;           /* n_items x rank, row-major */
    const float *sharpen;           /* rank: f(lambda) - 1 */
    const float *ideal;             /* rank: weight * lambda^g */
    double mean;                    /* of the cells before they were made relative */
    bool has_ideal;
    float time;                     /* > 0: sharpen with the whole of P by a polynomial of this order */
    uint32_t order;
    bool has_lists;                 /* then the lists answer, and nothing of the graph above is kept */
    item_lists lists;
} graph_filter;

/* ---- fit ---- */
/* Bounds that keep squares and powers of them finite, whatever the weights of the events say. */
static const float LARGEST_VALUE = 100;     /* times the mean */
static const double LEAST_DEGREE = 0.01;
static const float LEAST_VOTE = 1e-30f;     /* above 0: who was met stays met */

static float relative(double value, double mean) { return (float)fmin(value / mean, (double)LARGEST_VALUE); }

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
    for (uint64_t e = 0; e < n; e++) value[e] = relative((double)a->value[e], *ret_mean);
    a->value = value;
    return ERR_OK;
}

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

/* ---- answering ---- */
typedef struct {
    float *near;                    /* n_users: likeness of a user to the one who asks; zero between answers */
    uint32_t *met;                  /* users with a likeness, in the order met */
    float *along, *low;             /* batch x rank: what the blurred scores hold along each vector; what the ideal filter adds */
    float *tile;                    /* batch x TILE */
} scratch;

enum { BATCH = 256, TILE = 512 };

/* Users who have what he has. */
static size_t meet_users(const graph_filter *s, const weighed *items, size_t n, scratch *w) {
    size_t n_met = 0;
    for (size_t i = 0; i < n; i++) {
        float vote = relative((double)items[i].value, s->mean) * s->item_in[items[i].item];
        const csr *a = &s->by_item;
        for (uint64_t e = a->start[items[i].item]; e < a->start[items[i].item + 1]; e++) {
            uint32_t v = a->col[e];
            if (w->near[v] == 0) w->met[n_met++] = v;
            w->near[v] += fmaxf(vote * csr_value(a, e), LEAST_VOTE);
        }
    }
    return n_met;
}

/* What those users have, over the root of its degree; `near` is zero again. */
static void blur(const graph_filter *s, const weighed *items, size_t n, scratch *w, float *ret_scores) {
    const csr *a = &s->by_user;
    size_t n_met = meet_users(s, items, n, w);
    memset(ret_scores, 0, s->n_items * sizeof *ret_scores);
    for (size_t m = 0; m < n_met; m++) {
        uint32_t v = w->met[m];
        float near = w->near[v];
        if (s->power != 1) near = powf(near, s->power);
        near *= s->user_scale[v];
        w->near[v] = 0;
        if (a->value) for (uint64_t e = a->start[v]; e < a->start[v + 1]; e++) ret_scores[a->col[e]] += near * a->value[e];
        else for (uint64_t e = a->start[v]; e < a->start[v + 1]; e++) ret_scores[a->col[e]] += near;
    }
    for (uint32_t j = 0; j < s->n_items; j++) ret_scores[j] *= s->item_out[j];
}

/* V' D^-1/2 r, filtered. */
static void ideal(const graph_filter *s, const weighed *items, size_t n, float *ret_low) {
    memset(ret_low, 0, s->rank * sizeof *ret_low);
    for (size_t i = 0; i < n; i++)
        vec_add_scaled(ret_low, relative((double)items[i].value, s->mean) * s->item_ideal[items[i].item],
                       s->vectors + (size_t)items[i].item * s->rank, s->rank);
    for (uint32_t k = 0; k < s->rank; k++) ret_low[k] *= s->ideal[k];
}

/* One who asks: only items the blur has reached are looked at. */
static void sharpen_one(const graph_filter *s, scratch *w, float *scores) {
    size_t rank = s->rank;
    memset(w->along, 0, rank * sizeof *w->along);
    for (size_t j = 0; j < s->n_items; j++)
        if (scores[j] != 0) vec_add_scaled(w->along, scores[j], s->vectors + j * rank, rank);
    for (size_t k = 0; k < rank; k++) w->along[k] *= s->sharpen[k];
    for (size_t j = 0; j < s->n_items; j++)
        if (scores[j] != 0) scores[j] += vec_dot(w->along, s->vectors + j * rank, rank);
}

typedef void join(const graph_filter *s, size_t item, float *score, float more);

static void join_ideal(const graph_filter *s, size_t item, float *score, float more) { *score += s->ideal_out[item] * more; }
static void join_sharpened(const graph_filter *s, size_t item, float *score, float more) {
    (void)s, (void)item;
    if (*score != 0) *score += more;                        /* what nothing has reached stays 0 */
}

/* along V', by tiles of items, joined to n rows of scores. */
static inline void join_product(const graph_filter *s, size_t n, const float *along, float *tile, join *add, float *scores) {
    size_t items = s->n_items, rank = s->rank;
    for (size_t from = 0; from < items; from += TILE) {
        size_t width = items - from < TILE ? items - from : TILE;
        blas_gemm(false, true, n, width, rank, 1, along, rank, s->vectors + from * rank, rank, 0, tile, width);
        for (size_t at = 0; at < n; at++)
            for (size_t j = 0; j < width; j++) add(s, from + j, &scores[at * items + from + j], tile[at * width + j]);
    }
}

/* The same for n rows with dense products. */
static void sharpen_batch(const graph_filter *s, size_t n, scratch *w, float *scores) {
    size_t items = s->n_items, rank = s->rank;
    blas_gemm(false, false, n, rank, items, 1, scores, items, s->vectors, rank, 0, w->along, rank);
    for (size_t at = 0; at < n; at++)
        for (size_t k = 0; k < rank; k++) w->along[at * rank + k] *= s->sharpen[k];
    join_product(s, n, w->along, w->tile, join_sharpened, scores);
}

static void scale_rows(float *x, const float *scale, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < width; k++) x[r * width + k] *= scale[r];
}

/* term = P term, items by n, by way of the users. */
static err_code times_p(ctx *c, const graph_filter *s, size_t n, float *term, float *users) {
    scale_rows(term, s->item_ideal, s->n_items, n);
    TRY(csr_times(c, &s->by_user, term, n, 1, users));
    scale_rows(users, s->user_spread, s->n_users, n);
    TRY(csr_times(c, &s->by_item, users, n, 1, term));
    scale_rows(term, s->item_ideal, s->n_items, n);
    return ERR_OK;
}

/* scores = sum over j of (-T P)^j / j! scores: the step of the solver with nothing left out. */
static err_code sharpen_whole(ctx *c, const graph_filter *s, size_t n, float *scores) {
    arena_mark mark = arena_save(c->arena);
    size_t items = s->n_items;
    float *term = arena_new_raw(c->arena, float, items * n), *users = arena_new_raw(c->arena, float, s->n_users * n);
    if (!term || !users) return fail(c, ERR_NO_MEMORY, "answer %zu histories", n);
    for (size_t j = 0; j < items; j++)
        for (size_t at = 0; at < n; at++) term[j * n + at] = scores[at * items + j];
    for (uint32_t power = 1; power <= s->order; power++) {
        float by = -s->time / (float)power;
        TRY(times_p(c, s, n, term, users));
        for (size_t j = 0; j < items; j++)
            for (size_t at = 0; at < n; at++) scores[at * items + j] += term[j * n + at] *= by;
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code answer(ctx *c, const graph_filter *s, const history *h, size_t n, scratch *w, float *scores) {
    for (size_t at = 0; at < n; at++) {
        arena_mark mark = arena_save(c->arena);
        weighed *items;
        size_t n_items;
        TRY(ctx_check(c));
        TRY(weigh_history(c, &h[at], s->n_items, &s->weigh, &items, &n_items));
        blur(s, items, n_items, w, scores + at * s->n_items);
        if (s->has_ideal) ideal(s, items, n_items, w->low + at * s->rank);
        arena_restore(c->arena, mark);
    }
    if (s->has_ideal && s->rank) join_product(s, n, w->low, w->tile, join_ideal, scores);
    if (s->time > 0) TRY(sharpen_whole(c, s, n, scores));
    else if (s->rank && n == 1) sharpen_one(s, w, scores);
    else if (s->rank) sharpen_batch(s, n, w, scores);
    for (size_t at = 0; at < n; at++)
        for (uint32_t j = 0; j < s->n_items; j++) scores[at * s->n_items + j] *= s->item_root[j];
    return ERR_OK;
}

static err_code score_graph(ctx *c, const graph_filter *s, const history *h, size_t n, float *ret_scores) {
    arena_mark mark = arena_save(c->arena);
    size_t batch = n < BATCH ? n : BATCH, room = batch * s->rank;
    scratch w = { arena_new(c->arena, float, s->n_users), arena_new_raw(c->arena, uint32_t, s->n_users),
        arena_new_raw(c->arena, float, room), arena_new_raw(c->arena, float, room),
        arena_new_raw(c->arena, float, batch * TILE) };
    if (!w.near || !w.met || !w.along || !w.low || !w.tile) return fail(c, ERR_NO_MEMORY, "answer %zu histories", n);
    for (size_t at = 0; at < n; at += batch)
        TRY(answer(c, s, h + at, n - at < batch ? n - at : batch, &w, ret_scores + at * s->n_items));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const graph_filter *s = state;
    if (s->has_lists) return item_lists_score(c, &s->lists, &s->weigh, h, n, ret_scores);
    return score_graph(c, s, h, n, ret_scores);
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
    TRY(score_graph(c, l->s, h, n, seat->scores));
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

/* ---- keeping ---- */
typedef struct { uint32_t n_users, n_items, rank, has_ideal, has_lists, order;
    int32_t values; float power, time; uint32_t unused; double half_life_days, mean; } head;

enum { HEAD, USER_START, USER_ITEM, USER_VALUE, ITEM_START, ITEM_USER, ITEM_VALUE, ITEM_IN, USER_SCALE, USER_SPREAD, ITEM_OUT, ITEM_ROOT,
       ITEM_IDEAL, IDEAL_OUT, VECTORS, SHARPENED, IDEALS, ARRAYS };
static const struct { const char *name; uint32_t size; } arrays[ARRAYS] = {
    [HEAD] = { "head", sizeof(head) },
    [USER_START] = { "user_start", sizeof(uint64_t) }, [USER_ITEM] = { "user_item", sizeof(uint32_t) },
    [USER_VALUE] = { "user_value", sizeof(float) },
    [ITEM_START] = { "item_start", sizeof(uint64_t) }, [ITEM_USER] = { "item_user", sizeof(uint32_t) },
    [ITEM_VALUE] = { "item_value", sizeof(float) },
    [ITEM_IN] = { "item_in", sizeof(float) }, [USER_SCALE] = { "user_scale", sizeof(float) },
    [USER_SPREAD] = { "user_spread", sizeof(float) },
    [ITEM_OUT] = { "item_out", sizeof(float) }, [ITEM_ROOT] = { "item_root", sizeof(float) },
    [ITEM_IDEAL] = { "item_ideal", sizeof(float) }, [IDEAL_OUT] = { "ideal_out", sizeof(float) },
    [VECTORS] = { "vectors", sizeof(float) },
    [SHARPENED] = { "sharpen", sizeof(float) }, [IDEALS] = { "ideal", sizeof(float) },
};

static err_code save_lists(ctx *c, const graph_filter *s, const head *first, buf *out) {
    pack_array rows[1 + ITEM_LISTS_ARRAYS] = { { arrays[HEAD].name, first, arrays[HEAD].size, 1 } };
    item_lists_arrays(&s->lists, rows + 1);
    return pack_write(c, rows, COUNT(rows), out);
}

static err_code save(ctx *c, const void *state, buf *out) {
    const graph_filter *s = state;
    head first = { s->n_users, s->n_items, s->rank, s->has_ideal, s->has_lists, s->order, s->weigh.values, s->power, s->time, 0,
        s->weigh.half_life_days, s->mean };
    if (s->has_lists) return save_lists(c, s, &first, out);
    const csr *u = &s->by_user, *i = &s->by_item;
    uint64_t u_cells = u->start[s->n_users], i_cells = i->start[s->n_items];
    const struct { const void *at; uint64_t n; } held[ARRAYS] = {
        [HEAD] = { &first, 1 },
        [USER_START] = { u->start, s->n_users + 1ULL }, [USER_ITEM] = { u->col, u_cells },
        [USER_VALUE] = { u->value, u->value ? u_cells : 0 },
        [ITEM_START] = { i->start, s->n_items + 1ULL }, [ITEM_USER] = { i->col, i_cells },
        [ITEM_VALUE] = { i->value, i->value ? i_cells : 0 },
        [ITEM_IN] = { s->item_in, s->n_items }, [USER_SCALE] = { s->user_scale, s->n_users },
        [USER_SPREAD] = { s->user_spread, s->n_users }, [ITEM_OUT] = { s->item_out, s->n_items },
        [ITEM_ROOT] = { s->item_root, s->n_items }, [ITEM_IDEAL] = { s->item_ideal, s->n_items },
        [IDEAL_OUT] = { s->ideal_out, s->n_items },
        [VECTORS] = { s->vectors, (uint64_t)s->n_items * s->rank }, [SHARPENED] = { s->sharpen, s->rank }, [IDEALS] = { s->ideal, s->rank },
    };
    pack_array rows[ARRAYS];
    for (int a = 0; a < ARRAYS; a++) rows[a] = (pack_array){ arrays[a].name, held[a].at, arrays[a].size, held[a].n };
    return pack_write(c, rows, ARRAYS, out);
}

/* Cells whose columns and values are `col` and `value`; no values at all: every cell is 1. */
static err_code load_graph(ctx *c, uint32_t n_rows, uint32_t n_cols, const void *const *at, const uint64_t *n, int start, csr *ret) {
    const uint64_t *starts = at[start];
    int col = start + 1, value = start + 2;
    csr a = { n_rows, n_cols, starts, at[col], n[value] ? at[value] : NULL };
    if (n[start] != n_rows + 1ULL || starts[n_rows] != n[col] || (n[value] && n[value] != n[col]))
        return fail(c, ERR_CORRUPT, "saved graph filter: wrong sizes of %s", arrays[start].name);
    for (uint32_t r = 0; r < n_rows; r++)               /* before anybody follows them */
        if (starts[r + 1] < starts[r] || starts[r + 1] > n[col]) return fail(c, ERR_CORRUPT, "saved graph filter: row %u", r);
    if (csr_check(c, &a)) return fail(c, ERR_CORRUPT, "saved graph filter: cells of %s", arrays[start].name);
    *ret = a;
    return ERR_OK;
}

static bool sizes_fit(const head *h, const uint64_t *n) {
    uint64_t items = h->n_items;
    return h->n_users < UINT32_MAX && h->n_items < UINT32_MAX && h->power > 0 && h->mean > 0 && n[ITEM_IN] == items &&
        n[USER_SCALE] == h->n_users && n[USER_SPREAD] == h->n_users && n[ITEM_OUT] == items &&
        n[ITEM_ROOT] == items && n[ITEM_IDEAL] == items && n[IDEAL_OUT] == items && h->order <= params[ORDER].most &&
        n[VECTORS] == items * h->rank && n[SHARPENED] == h->rank && n[IDEALS] == h->rank && h->rank <= RSVD_MAX_RANK;
}

static err_code load_whole(ctx *c, const pack *p, const head *h, graph_filter *s) {
    const void *at[ARRAYS];
    uint64_t n[ARRAYS];
    for (int a = HEAD + 1; a < ARRAYS; a++) TRY(pack_get(c, p, arrays[a].name, arrays[a].size, UINT64_MAX, &at[a], &n[a]));
    if (!sizes_fit(h, n)) return fail(c, ERR_CORRUPT, "saved graph filter: wrong sizes");
    s->item_in = at[ITEM_IN], s->user_scale = at[USER_SCALE], s->user_spread = at[USER_SPREAD];
    s->item_out = at[ITEM_OUT], s->item_root = at[ITEM_ROOT], s->item_ideal = at[ITEM_IDEAL], s->ideal_out = at[IDEAL_OUT];
    s->vectors = at[VECTORS], s->sharpen = at[SHARPENED], s->ideal = at[IDEALS];
    TRY(load_graph(c, s->n_users, s->n_items, at, n, USER_START, &s->by_user));
    return load_graph(c, s->n_items, s->n_users, at, n, ITEM_START, &s->by_item);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    graph_filter *s = arena_new(c->arena, graph_filter, 1);
    const void *first;
    if (!s) return fail(c, ERR_NO_MEMORY, "load a graph filter");
    TRY(pack_get(c, p, arrays[HEAD].name, arrays[HEAD].size, 1, &first, NULL));
    const head *h = first;
    if (h->n_items != n_items || h->values < WEIGH_ONE || h->values > WEIGH_LOG)
        return fail(c, ERR_CORRUPT, "saved graph filter: of %u items", h->n_items);
    *s = (graph_filter){
        .n_users = h->n_users, .n_items = n_items, .rank = h->rank, .power = h->power, .weigh = { h->values, h->half_life_days },
        .mean = h->mean, .has_ideal = h->has_ideal, .has_lists = h->has_lists, .order = h->order, .time = h->time,
    };
    if (!s->has_lists) TRY(load_whole(c, p, h, s));
    else TRY(item_lists_load(c, p, n_items, &s->lists));
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
    .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
