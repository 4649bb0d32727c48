/* One step of the two towers: forward, sampled softmax, backward, Adam. It does NOT draw who is trained on (two_tower_batch.c). */
#include <string.h>
#include "models/two_tower_train_int.h"
#include "num/blas.h"
#include "num/parallel.h"
#include "num/vec.h"

enum { WEIGHT_BLOCK = 64 };         /* columns one thread takes at once */

/* ---- forward ---- */

void tower_raw_vector(const tower_trainer *t, uint32_t item, float keep, float *ret_raw) {
    size_t d = t->plan->dim;
    const float *id = t->ids.x + (size_t)item * d;
    for (size_t i = 0; i < d; i++) ret_raw[i] = keep * id[i];
    if (t->facts) net_bag(t->facts, item, t->facts_of.x, d, ret_raw);
}

static void forward_items(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    tower_trainer *t = state;
    for (size_t i = from; i < to; i++) tower_raw_vector(t, t->b->item[i], t->b->keep[i], t->raw + i * t->plan->dim);
    tower_forward(&t->item, t->raw, from, to, &t->items);
}

static void pool_row(tower_trainer *t, size_t row) {
    const tower_batch *b = t->b;
    size_t d = t->plan->dim, wide = d + TOWER_FEATURES;
    float *pool = t->pool + row * d;
    memset(pool, 0, d * sizeof *pool);
    uint64_t from = b->own_start[row] + b->n_right[row];
    for (uint64_t e = from; e < from + b->n_shown[row]; e++) vec_add_scaled(pool, b->value[e], t->raw + (size_t)b->own[e] * d, d);
    memcpy(t->users.in + row * wide + d, b->feature + row * TOWER_FEATURES, TOWER_FEATURES * sizeof *pool);
}

/* Forward through the user tower, the softmax, and back to the pools: all that a block of rows needs is its own. */
static void train_users(void *state, size_t from, size_t to, int worker) {
    tower_trainer *t = state;
    const tower_batch *b = t->b;
    size_t d = t->plan->dim, m = b->n_items;
    float scale = (float)(1 / t->plan->temperature), *logits = t->logits + from * m;
    for (size_t row = from; row < to; row++) pool_row(t, row);
    tower_forward(&t->user, t->pool, from, to, &t->users);
    blas_gemm(false, true, to - from, m, d, scale, t->users.out + from * d, d, t->items.out, d, 0, logits, m);
    for (size_t row = from; row < to; row++) {
        uint64_t at = b->own_start[row];
        t->loss[row] = net_softmax_row(t->logits + row * m, b->log_weight, m, b->own + at, b->own_start[row + 1] - at, b->n_right[row],
                                       b->value + at, t->right_logit + (size_t)worker * TOWER_RIGHT);
    }
    blas_gemm(false, false, to - from, d, m, scale, logits, m, t->items.out, d, 0, t->users.d_out + from * d, d);
    tower_backward(&t->user, &t->users, from, to, t->d_pool);
}

/* ---- backward ---- */

static void backward_items(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    tower_trainer *t = state;
    const tower_batch *b = t->b;
    size_t d = t->plan->dim, m = b->n_items;
    blas_gemm(true, false, to - from, d, b->n_rows, (float)(1 / t->plan->temperature), t->logits + from, m, t->users.out, d, 0,
              t->items.d_out + from * d, d);
    tower_backward(&t->item, &t->items, from, to, t->d_raw);
    for (size_t i = from; i < to; i++)
        for (uint64_t e = b->shown_start[i]; e < b->shown_start[i + 1]; e++)
            vec_add_scaled(t->d_raw + i * d, b->shown_weight[e], t->d_pool + (size_t)b->shown_row[e] * d, d);
}

/* Blocks of hidden units, then of outputs: first the item tower's, then the user tower's. */
static void backward_weights(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    tower_trainer *t = state;
    size_t hidden_blocks = (t->plan->hidden + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK,
        out_blocks = (t->plan->dim + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK;
    for (size_t k = from; k < to; k++) {
        bool is_item = k < hidden_blocks + out_blocks;
        const tower *w = is_item ? &t->d_item : &t->d_user;
        const tower_pass *pass = is_item ? &t->items : &t->users;
        size_t n = is_item ? t->b->n_items : t->b->n_rows, block = is_item ? k : k - hidden_blocks - out_blocks;
        bool first = block < hidden_blocks;
        size_t at = (first ? block : block - hidden_blocks) * WEIGHT_BLOCK, all = first ? w->hidden : w->dim;
        size_t end = at + WEIGHT_BLOCK < all ? at + WEIGHT_BLOCK : all;
        if (first) net_linear_back_w(pass->in, pass->d_hidden, n, w->dim + w->extra, w->hidden, at, end, w->w1, w->b1);
        else net_linear_back_w(pass->hidden, pass->d_out, n, w->hidden, w->dim, at, end, w->w2, NULL);
    }
}

/* ---- Adam ---- */

static void update(const tower_trainer *t, tower_numbers *x, size_t row, const float *gradient) {
    size_t d = t->plan->dim, at = row * d;
    net_adam_update(&t->adam, x->x + at, gradient, x->m1 + at, x->m2 + at, d);
}

static void update_ids(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    tower_trainer *t = state;
    for (size_t i = from; i < to; i++)
        if (t->b->keep[i] > 0) update(t, &t->ids, t->b->item[i], t->d_raw + i * t->plan->dim);
}

/* The facts of the batch's items, by fact: touched facts, and for each its columns. */
static void turn_facts(tower_trainer *t) {
    const tower_batch *b = t->b;
    const csr *f = t->facts;
    t->n_fact = 0;
    for (uint32_t i = 0; i < b->n_items; i++)
        for (uint64_t e = f->start[b->item[i]]; e < f->start[b->item[i] + 1]; e++)
            if (t->fact_count[f->col[e]]++ == 0) t->fact[t->n_fact++] = f->col[e];
    uint32_t at = 0;
    for (uint32_t k = 0; k < t->n_fact; k++) {
        uint32_t n = t->fact_count[t->fact[k]];
        t->fact_count[t->fact[k]] = at;
        at += n;
    }
    for (uint32_t i = 0; i < b->n_items; i++)
        for (uint64_t e = f->start[b->item[i]]; e < f->start[b->item[i] + 1]; e++) {
            uint32_t to = t->fact_count[f->col[e]]++;
            t->fact_item[to] = i;
            t->fact_value[to] = csr_value(f, e);
        }
}

/* fact_count[f] is now where the columns of fact f end; they begin where those of the fact touched before end. */
static void update_facts(void *state, size_t from, size_t to, int worker) {
    tower_trainer *t = state;
    size_t d = t->plan->dim;
    float *gradient = t->d_fact + (size_t)worker * d;
    for (size_t k = from; k < to; k++) {
        memset(gradient, 0, d * sizeof *gradient);
        for (uint32_t e = k ? t->fact_count[t->fact[k - 1]] : 0; e < t->fact_count[t->fact[k]]; e++)
            vec_add_scaled(gradient, t->fact_value[e], t->d_raw + (size_t)t->fact_item[e] * d, d);
        update(t, &t->facts_of, t->fact[k], gradient);
    }
}

/* ---- one step ---- */

err_code tower_train_step(ctx *c, tower_trainer *t, double rate) {
    const tower_batch *b = t->b;
    int threads = t->plan->threads;
    size_t blocks = 2 * ((t->plan->hidden + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK + (t->plan->dim + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK);
    t->adam = net_adam_step((float)rate, (float)t->plan->decay, ++t->step);
    TRY(parallel_for(c, threads, b->n_items, TOWER_ITEM_BLOCK, forward_items, t));
    TRY(parallel_for(c, threads, b->n_rows, TOWER_USER_BLOCK, train_users, t));
    TRY(parallel_for(c, threads, b->n_items, TOWER_ITEM_BLOCK, backward_items, t));
    TRY(parallel_for(c, b->n_items < TOWER_ITEM_BLOCK ? 1 : threads, blocks, 1, backward_weights, t));
    net_adam_update(&t->adam, t->dense.x, t->dense_gradient, t->dense.m1, t->dense.m2, t->dense.n);
    TRY(parallel_for(c, threads, b->n_items, TOWER_ITEM_BLOCK, update_ids, t));
    if (!t->facts) return ERR_OK;
    turn_facts(t);
    TRY(parallel_for(c, threads, t->n_fact, TOWER_ITEM_BLOCK, update_facts, t));
    for (uint32_t k = 0; k < t->n_fact; k++) t->fact_count[t->fact[k]] = 0;
    return ERR_OK;
}
