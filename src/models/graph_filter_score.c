/* How the graph filter answers: blur over the users met, add the low-pass filter, sharpen; formulas in graph_filter.c.
 * It does NOT fit. */
#include <math.h>
#include <string.h>
#include "models/graph_filter_int.h"
#include "num/blas.h"
#include "num/rsvd.h"
#include "num/vec.h"

static const float LEAST_VOTE = 1e-30f;                     /* above 0: who was met stays met */

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
        float vote = graph_filter_relative((double)items[i].value, s->mean) * s->item_in[items[i].item];
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
        vec_add_scaled(ret_low, graph_filter_relative((double)items[i].value, s->mean) * s->item_ideal[items[i].item],
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

err_code graph_filter_score_graph(ctx *c, const graph_filter *s, const history *h, size_t n, float *ret_scores) {
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

err_code graph_filter_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const graph_filter *s = state;
    if (s->has_lists) return item_lists_score(c, &s->lists, &s->weigh, h, n, ret_scores);
    return graph_filter_score_graph(c, s, h, n, ret_scores);
}
