/* The tower, and what of a history it is given. It does NOT learn (two_tower_step.c). */
#include <math.h>
#include <string.h>
#include "models/two_tower_int.h"
#include "num/blas.h"

err_code tower_no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "two towers: it needs more memory than a job may have"); }

size_t tower_size(uint32_t dim, uint32_t extra, uint32_t hidden) { return (size_t)(dim + extra) * hidden + hidden + (size_t)hidden * dim; }

tower tower_at(float *at, uint32_t dim, uint32_t extra, uint32_t hidden) {
    float *b1 = at + (size_t)(dim + extra) * hidden;
    return (tower){ dim, extra, hidden, at, b1, b1 + hidden };
}

err_code tower_pass_new(ctx *c, const tower *t, size_t n, bool gradients, tower_pass *ret_pass) {
    tower_pass p = {
        .in = arena_new(c->arena, float, n * (t->dim + t->extra)), .inverse_in = arena_new_raw(c->arena, float, n),
        .hidden = arena_new_raw(c->arena, float, n * t->hidden), .out = arena_new_raw(c->arena, float, n * t->dim),
        .inverse_out = arena_new_raw(c->arena, float, n), .d_out = gradients ? arena_new_raw(c->arena, float, n * t->dim) : NULL,
        .d_hidden = gradients ? arena_new_raw(c->arena, float, n * t->hidden) : NULL,
    };
    if (!p.in || !p.inverse_in || !p.hidden || !p.out || !p.inverse_out || (gradients && (!p.d_out || !p.d_hidden)))
        return fail(c, ERR_NO_MEMORY, "two towers: %zu rows of %u numbers", n, t->dim);
    *ret_pass = p;
    return ERR_OK;
}

void tower_forward(const tower *t, const float *v, size_t from, size_t to, tower_pass *pass) {
    size_t n = to - from, wide = t->dim + t->extra;
    float *in = pass->in + from * wide, *hidden = pass->hidden + from * t->hidden, *out = pass->out + from * t->dim;
    net_normalise(v + from * t->dim, n, t->dim, in, wide, pass->inverse_in + from);
    net_linear(in, t->w1, t->b1, n, wide, t->hidden, hidden);
    net_relu(hidden, n * t->hidden);
    for (size_t r = 0; r < n; r++) memcpy(out + r * t->dim, in + r * wide, t->dim * sizeof *out);
    blas_gemm(false, false, n, t->dim, t->hidden, 1, hidden, t->hidden, t->w2, t->dim, 1, out, t->dim);
    net_normalise(out, n, t->dim, out, t->dim, pass->inverse_out + from);
}

void tower_backward(const tower *t, tower_pass *pass, size_t from, size_t to, float *ret_dv) {
    size_t n = to - from, wide = t->dim + t->extra;
    float *in = pass->in + from * wide, *hidden = pass->hidden + from * t->hidden, *dv = ret_dv + from * t->dim;
    float *d_out = pass->d_out + from * t->dim, *d_hidden = pass->d_hidden + from * t->hidden;
    net_normalise_back(d_out, pass->out + from * t->dim, t->dim, pass->inverse_out + from, n, t->dim, d_out);
    net_linear_back_x(d_out, t->w2, n, t->hidden, t->dim, d_hidden, t->hidden);
    net_relu_back(hidden, n * t->hidden, d_hidden);
    memcpy(dv, d_out, n * t->dim * sizeof *dv);
    blas_gemm(false, true, n, t->dim, t->hidden, 1, d_hidden, t->hidden, t->w1, t->hidden, 1, dv, t->dim);
    net_normalise_back(dv, in, wide, pass->inverse_in + from, n, t->dim, dv);
}

double tower_event_weight(const history *h, size_t e, const tower_decay *decay) {
    double weight = h->weight ? (double)h->weight[e] : 1.0, halves = 0;
    if (decay->half_life_events > 0) halves += (double)(h->n - 1 - e) / decay->half_life_events;
    if (decay->half_life_days > 0 && h->time_ms)
        halves += fmax((double)(h->time_ms[h->n - 1] - h->time_ms[e]) / 86400e3, 0) / decay->half_life_days;
    return weight * exp2(-fmin(halves, 60));
}

void tower_behaviour(const history *h, double items, double share, float *ret) {
    double events = (double)h->n, visits = h->visit && h->n ? (double)(h->visit[h->n - 1] - h->visit[0]) + 1 : 1, span = 0, since = 0;
    memset(ret, 0, TOWER_FEATURES * sizeof *ret);
    if (items <= 0) return;
    if (h->time_ms) span = fmax((double)(h->time_ms[h->n - 1] - h->time_ms[0]) / 86400e3, 0);
    if (h->time_ms && h->now_ms) since = fmax((double)(h->now_ms - h->time_ms[h->n - 1]) / 86400e3, 0);
    ret[0] = 1;
    ret[1] = (float)(log1p(items) / 4);
    ret[2] = (float)(log1p(fmax(events * share / items - 1, 0)) / 2);
    ret[3] = (float)(log1p((visits - 1) * share) / 4);
    ret[4] = (float)(log1p(span) / 6);
    ret[5] = (float)(log1p(since) / 6);
}
