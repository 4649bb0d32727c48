/* bench/ease: the fit of ease beside the bare spotrf + spotri on the same matrix, in one run; one JSON line.
 * ease_bench [ITEMS [USERS]]: made data of the size of Epinions (8,442 items, 8,485 users, 28 events each) unless told otherwise. */
#include <stdio.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/parse.h"
#include "models/rows.h"
#include "models/weigh.h"
#include "num/blas.h"
#include "num/parallel.h"

enum { EVENTS_A_USER = 28 };

/* Items by a steep popularity: the square of a uniform number, and half of a user's from a taste of his own. */
static interactions make(ctx *c, uint32_t n_items, uint32_t n_users) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n_users + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n_users * EVENTS_A_USER);
    for (uint32_t u = 0; u < n_users; u++) {
        uint32_t taste = (uint32_t)rng_below(&c->random, n_items);
        start[u + 1] = start[u] + EVENTS_A_USER;
        for (uint64_t e = start[u]; e < start[u + 1]; e++) {
            double at = rng_unit(&c->random);
            item[e] = e % 2 ? (uint32_t)(at * at * n_items) : (taste + (uint32_t)(at * at * 100)) % n_items;
        }
    }
    return (interactions){ .n_users = n_users, .n_items = n_items, .start = start, .item = item };
}

/* The same G, dense, whole. */
static float *gram(ctx *c, const interactions *x, float lambda) {
    csr m;
    float *g = arena_array(c->arena, x->n_items, x->n_items * sizeof *g);
    if (!g || weigh_matrix(c, x, &(weighing){ WEIGH_SUM, 0 }, &m)) return NULL;
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = m.start[u]; e < m.start[u + 1]; e++)
            for (uint64_t f = m.start[u]; f <= e; f++) g[(size_t)m.col[e] * x->n_items + m.col[f]]++;
    for (size_t i = 0; i < x->n_items; i++) g[i * x->n_items + i] += lambda;
    return g;
}

static double seconds(const ctx *c, int64_t since_us) { return (double)(c->time->mono_us(c->time) - since_us) / 1e6; }

int main(int n, char **args) {
    AUTO_ARENA memory;
    ctx value, *c = &value;
    int64_t items = 8442, users = 8485;
    arena_init(&memory, SIZE_MAX);
    ctx_init(c, &memory);
    if ((n > 1 && !parse_int_in(str_of(args[1]), 1, 50000, &items)) || (n > 2 && !parse_int_in(str_of(args[2]), 1, 10000000,
        &users))) return 2;
    interactions x = make(c, (uint32_t)items, (uint32_t)users);
    model_options o = model_default_options(&model_ease);
    model m;
    if (model_set_all(c, &model_ease, &o, str_of("max_items=50000"))) return 1;
    arena_mark mark = arena_save(c->arena);
    int64_t since = c->time->mono_us(c->time);
    if (model_fit(c, &model_ease, &x, &o, &m)) return fprintf(stderr, "%s\n", c->error.text), 1;
    double fit_s = seconds(c, since);
    arena_restore(c->arena, mark);
    float *g = gram(c, &x, 100);
    since = c->time->mono_us(c->time);
    if (!g || blas_spd_inverse(c, g, (size_t)items, parallel_threads(0))) return fprintf(stderr, "%s\n", c->error.text), 1;
    double bare_s = seconds(c, since);
    printf("{\"bench\":\"ease\",\"items\":%lld,\"users\":%lld,\"threads\":%d,\"fit_s\":%.3f,\"potrf_potri_s\":%.3f,\"ratio\":%.2f}\n",
           (long long)items, (long long)users, parallel_threads(0), fit_s, bare_s, fit_s / bare_s);
    return 0;
}
