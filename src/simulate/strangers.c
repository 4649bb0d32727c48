/* What is known of somebody of whom nothing is known. */
#include "simulate/strangers.h"
#include <math.h>

/* Chance that a visitor opens each product on a page of his: of a category by interest, within it by liking. */
static void opening(const sim_world *w, const sim_visitor *v, const double *liking, double *ret_chance) {
    double interest = 0;
    for (uint32_t k = 0; k < w->p.categories; k++) interest += exp(v->taste.interest[k]);
    for (uint32_t k = 0; k < w->p.categories; k++) {
        double sum = 0;
        for (uint32_t at = w->start[k]; at < w->start[k + 1]; at++) sum += liking[w->by_category[at]];
        for (uint32_t at = w->start[k]; at < w->start[k + 1]; at++)
            ret_chance[w->by_category[at]] = exp(v->taste.interest[k]) / interest * liking[w->by_category[at]] / sum;
    }
}

static void add_visitor(const sim_world *w, const sim_visitor *v, uint32_t day, double *liking, double *chance, double *weight,
                        sim_strangers *s) {
    uint32_t n = s->n;
    for (uint32_t i = 0; i < n; i++) liking[i] = sim_liking(w, v, i, day);
    opening(w, v, liking, chance);
    for (uint32_t j = 0; j < n; j++) {
        weight[j] += chance[j];
        for (uint32_t i = 0; i < n; i++) s->beside[(size_t)j * n + i] += (float)(chance[j] * liking[i]);
        s->at_home[j] += (float)(exp(v->taste.interest[w->products[j].category]) * liking[j] / SIM_SAMPLED_VISITORS);
    }
}

err_code sim_strangers_make(ctx *c, const sim_world *w, uint32_t day, sim_strangers *ret) {
    uint32_t n = w->p.products;
    sim_strangers s = { .n = n, .beside = arena_new(c->arena, float, (size_t)n * n), .at_home = arena_new(c->arena, float, n) };
    double *liking = arena_new(c->arena, double, n), *chance = arena_new(c->arena, double, n), *weight = arena_new(c->arena, double, n);
    if (!s.beside || !s.at_home || !liking || !chance || !weight) return fail(c, ERR_NO_MEMORY, "think of strangers");
    for (uint64_t k = 0; k < SIM_SAMPLED_VISITORS; k++) {
        sim_visitor v = sim_visitor_of(w, UINT64_MAX - k);  /* nobody of these ever comes */
        add_visitor(w, &v, day, liking, chance, weight, &s);
    }
    for (uint32_t j = 0; j < n; j++)
        for (uint32_t i = 0; i < n; i++) s.beside[(size_t)j * n + i] /= (float)weight[j];
    *ret = s;
    return ERR_OK;
}

static double believed(const sim_moment *m, const void *arg, uint32_t product) {
    const sim_strangers *s = arg;
    const sim_page *page = &m->v->pages[m->page];
    if (page->kind == SIM_HOME) return (double)s->at_home[product] * exp(sim_season(m->w, m->w->products[product].category, m->v->day));
    uint32_t about = page->kind == SIM_PRODUCT ? page->about : m->v->cart[0];
    return sim_pull(m, product) * (double)s->beside[(size_t)about * s->n + product];
}

void sim_stranger_list(const sim_moment *m, const sim_strangers *s, size_t n, uint32_t *ret_list, size_t *ret_n) {
    sim_best_list(m, believed, s, n, ret_list, ret_n);
}
