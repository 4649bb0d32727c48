/* Numbers and scratch of a training, before its first step. It does NOT train (two_tower_step.c). */
#include <math.h>
#include "models/two_tower_train_int.h"
#include "num/parallel.h"

static const double START_NOISE = 0.1;                      /* beside the start, so that no two numbers stay equal */

static err_code numbers_new(ctx *c, size_t n, tower_numbers *ret) {
    *ret = (tower_numbers){ arena_new(c->arena, float, n), arena_new(c->arena, float, n), arena_new(c->arena, float, n), n };
    return ret->x && ret->m1 && ret->m2 ? ERR_OK : tower_no_memory(c);
}

static float normal(rng *r) {
    double u = 1 - rng_unit(r), v = rng_unit(r);
    return (float)(sqrt(-2 * log(u)) * cos(2 * M_PI * v));
}

static void add_normal(rng *r, float *x, size_t n, double deviation) {
    for (size_t i = 0; i < n; i++) x[i] += (float)deviation * normal(r);
}

err_code tower_trainer_numbers(ctx *c, tower_trainer *t) {
    const tower_plan *p = t->plan;
    size_t item_size = tower_size(p->dim, 0, p->hidden), user_size = tower_size(p->dim, TOWER_FEATURES, p->hidden);
    TRY(numbers_new(c, (size_t)t->data->n_items * p->dim, &t->ids));
    TRY(numbers_new(c, t->facts ? (size_t)t->facts->n_cols * p->dim : 0, &t->facts_of));
    TRY(numbers_new(c, item_size + user_size, &t->dense));
    t->dense_gradient = arena_new(c->arena, float, item_size + user_size);
    if (!t->dense_gradient) return tower_no_memory(c);
    t->item = tower_at(t->dense.x, p->dim, 0, p->hidden);
    t->user = tower_at(t->dense.x + item_size, p->dim, TOWER_FEATURES, p->hidden);
    t->d_item = tower_at(t->dense_gradient, p->dim, 0, p->hidden);
    t->d_user = tower_at(t->dense_gradient + item_size, p->dim, TOWER_FEATURES, p->hidden);
    rng r;
    rng_seed(&r, p->seed);
    double unit = 1 / sqrt((double)p->dim);
    TRY(tower_start(c, t->people, p->dim, p->seed, p->threads, t->ids.x, t->facts ? t->facts_of.x : NULL));
    add_normal(&r, t->ids.x, t->ids.n, START_NOISE * unit);
    add_normal(&r, t->facts_of.x, t->facts_of.n, START_NOISE * unit);
    add_normal(&r, t->item.w1, (size_t)p->dim * p->hidden, sqrt(2.0) * unit);
    add_normal(&r, t->user.w1, (size_t)(p->dim + TOWER_FEATURES) * p->hidden, sqrt(2.0) * unit);
    add_normal(&r, t->item.w2, (size_t)p->dim * p->hidden, 0.1 / sqrt((double)p->hidden));
    add_normal(&r, t->user.w2, (size_t)p->dim * p->hidden, 0.1 / sqrt((double)p->hidden));
    return ERR_OK;
}

/* What update_facts() needs: the facts of a batch by fact. */
static err_code fact_scratch(ctx *c, tower_trainer *t, size_t items) {
    uint64_t most = 0;                                      /* cells of the longest rows: no more can be in a batch */
    for (uint32_t i = 0; i < t->facts->n_rows; i++)
        if (t->facts->start[i + 1] - t->facts->start[i] > most) most = t->facts->start[i + 1] - t->facts->start[i];
    uint64_t all = t->facts->start[t->facts->n_rows];
    t->fact_cap = most * items < all ? most * items : all;
    size_t touched = t->fact_cap < t->facts->n_cols ? t->fact_cap : t->facts->n_cols;
    t->fact_count = arena_new(c->arena, uint32_t, (size_t)t->facts->n_cols + 1);
    t->fact = arena_new_raw(c->arena, uint32_t, touched + 1);
    t->fact_item = arena_new_raw(c->arena, uint32_t, t->fact_cap);
    t->fact_value = arena_new_raw(c->arena, float, t->fact_cap);
    t->d_fact = arena_new_raw(c->arena, float, (size_t)PARALLEL_MAX_THREADS * t->plan->dim);
    return t->fact_count && t->fact && t->fact_item && t->fact_value && t->d_fact ? ERR_OK : tower_no_memory(c);
}

err_code tower_trainer_scratch(ctx *c, tower_trainer *t, const tower_sampler *s) {
    size_t rows = tower_sampler_most_rows(s), items = tower_sampler_most_items(s), d = t->plan->dim;
    TRY(tower_pass_new(c, &t->item, items, true, &t->items));
    TRY(tower_pass_new(c, &t->user, rows, true, &t->users));
    t->raw = arena_new_raw(c->arena, float, items * d);
    t->d_raw = arena_new_raw(c->arena, float, items * d);
    t->pool = arena_new_raw(c->arena, float, rows * d);
    t->d_pool = arena_new_raw(c->arena, float, rows * d);
    t->logits = arena_new_raw(c->arena, float, rows * items);
    t->loss = arena_new(c->arena, double, rows);
    t->right_logit = arena_new(c->arena, float, (size_t)PARALLEL_MAX_THREADS * TOWER_RIGHT);
    if (!t->raw || !t->d_raw || !t->pool || !t->d_pool || !t->logits || !t->loss || !t->right_logit) return tower_no_memory(c);
    return t->facts ? fact_scratch(c, t, items) : ERR_OK;
}
