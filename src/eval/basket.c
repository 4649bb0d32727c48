/* Queries of both kinds and their figures. It does NOT fit or tune. */
#include "eval/basket.h"
#include <stdlib.h>
#include <string.h>

typedef struct {
    const basket_model *model;
    const void *state;
    const basket_matrix *test;
    float *latency_us;              /* one per query */
    size_t n_latency;
} measuring;

uint32_t basket_hidden_position(uint32_t rank, uint32_t size) {
    uint32_t x = 2654435761u * rank;
    x ^= x >> 16;
    x *= 0x45d9f3bu;
    x ^= x >> 16;
    return x % size;
}

static err_code ask(ctx *c, measuring *m, const uint32_t *items, size_t n, uint32_t *ret_items, uint32_t *ret_n) {
    int64_t before = mono_time_ns();
    TRY(m->model->recommend(c, m->state, items, n, BASKET_TOP, ret_items, ret_n));
    m->latency_us[m->n_latency++] = (float)(mono_time_ns() - before) / 1000;
    return ERR_OK;
}

static bool holds(const uint32_t *items, size_t n, uint32_t item) {
    for (size_t i = 0; i < n; i++)
        if (items[i] == item) return true;
    return false;
}

/* 1/rank of the first answer that is wanted, 0 when none is. */
static double reciprocal_rank(const uint32_t *answer, uint32_t n, const uint32_t *wanted, size_t n_wanted) {
    for (uint32_t i = 0; i < n; i++)
        if (holds(wanted, n_wanted, answer[i])) return 1.0 / (i + 1);
    return 0;
}

static err_code ask_each_item(ctx *c, measuring *m, const uint32_t *items, size_t n, basket_figures *f) {
    double hits = 0, reciprocal = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t answer[BASKET_TOP], length;
        TRY(ask(c, m, &items[i], 1, answer, &length));
        double rr = reciprocal_rank(answer, length, items, n);      /* the query itself is never answered */
        hits += rr > 0;
        reciprocal += rr;
    }
    f->p_hr += hits / (double)n;
    f->p_mrr += reciprocal / (double)n;
    return ERR_OK;
}

static err_code ask_cart(ctx *c, measuring *m, uint32_t rank, const uint32_t *items, size_t n, uint32_t *cart, basket_figures *f) {
    uint32_t at = basket_hidden_position(rank, (uint32_t)n), answer[BASKET_TOP], length;
    memcpy(cart, items, at * sizeof *cart);
    memcpy(cart + at, items + at + 1, (n - at - 1) * sizeof *cart);
    TRY(ask(c, m, cart, n - 1, answer, &length));
    double rr = reciprocal_rank(answer, length, &items[at], 1);
    f->c_hr += rr > 0;
    f->c_mrr += rr;
    return ERR_OK;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static err_code ask_all(ctx *c, measuring *m, basket_figures *f) {
    const basket_matrix *t = m->test;
    uint32_t *cart = arena_new(c->arena, uint32_t, t->n_items);
    m->latency_us = arena_new(c->arena, float, t->start[t->n_baskets] + t->n_baskets);
    if (!cart || !m->latency_us) return fail(c, ERR_NO_MEMORY, "%u test baskets", t->n_baskets);
    for (uint32_t b = 0; b < t->n_baskets; b++) {
        const uint32_t *items = t->items + t->start[b];
        size_t n = t->start[b + 1] - t->start[b];
        TRY(ask_each_item(c, m, items, n, f));
        TRY(ask_cart(c, m, b, items, n, cart, f));
        if (b % 64 == 0) TRY(ctx_check(c));
    }
    qsort(m->latency_us, m->n_latency, sizeof *m->latency_us, by_value);
    f->n_test = t->n_baskets;
    if (t->n_baskets == 0) return ERR_OK;
    double *means[] = { &f->p_hr, &f->p_mrr, &f->c_hr, &f->c_mrr };
    for (size_t i = 0; i < COUNT(means); i++) *means[i] /= t->n_baskets;
    f->p50_us = (double)m->latency_us[m->n_latency / 2];
    f->p99_us = (double)m->latency_us[m->n_latency * 99 / 100];
    return ERR_OK;
}

err_code basket_measure(ctx *c, const basket_model *m, const basket_params *p, const invoice_data *d, basket_figures *ret_figures) {
    basket_figures f = { 0 };
    void *state = NULL;
    arena_mark mark = arena_save(c->arena);
    int64_t wall_us = c->time->mono_us(c->time), cpu_us = cpu_time_us();
    TRY(m->fit(c, d, p, &state));
    f.fit_cpu_s = (double)(cpu_time_us() - cpu_us) / 1e6;
    f.fit_s = (double)(c->time->mono_us(c->time) - wall_us) / 1e6;
    measuring run = { .model = m, .state = state, .test = &d->test };
    TRY(ask_all(c, &run, &f));
    arena_restore(c->arena, mark);
    *ret_figures = f;
    return ERR_OK;
}
