/* A ranker of 100 trees over 500 candidates of 25 inputs, as one recommendation asks: microseconds of the fast and of the plain form. */
#include <stdio.h>
#include "base/limits.h"
#include "models/forest.h"

enum { WIDTH = 25, TREES = 100, CANDIDATES = 500, CUTS = 40, RUNS = 400 };

static forest by_chance(ctx *c, uint32_t depth) {
    size_t nodes = ((size_t)1 << depth) - 1;
    uint32_t *start = arena_new(c->arena, uint32_t, WIDTH + 1);
    float *cut = arena_new(c->arena, float, WIDTH * CUTS), *leaf = arena_new(c->arena, float, (size_t)TREES << depth);
    forest_node *node = arena_new(c->arena, forest_node, TREES * nodes);
    for (uint32_t k = 0; k < WIDTH; k++) start[k + 1] = start[k] + CUTS;
    for (uint32_t i = 0; i < WIDTH * CUTS; i++) cut[i] = (float)(i % CUTS) / CUTS;
    for (size_t i = 0; i < TREES * nodes; i++)
        node[i] = (forest_node){ (uint8_t)rng_below(&c->random, WIDTH), (uint8_t)rng_below(&c->random, CUTS) };
    for (size_t i = 0; i < (size_t)TREES << depth; i++) leaf[i] = (float)rng_unit(&c->random);
    return (forest){ WIDTH, TREES, depth, start, cut, node, leaf };
}

typedef void form(const forest *f, const float *x, size_t n, float *ret_sum);

static double best_us(ctx *c, form *score, const forest *f, const float *x) {
    static float sums[CANDIDATES];
    double best = 1e18;
    for (int run = 0; run < RUNS; run++) {
        int64_t from = c->time->mono_us(c->time);
        for (int k = 0; k < 10; k++) score(f, x, CANDIDATES, sums);
        double us = (double)(c->time->mono_us(c->time) - from) / 10;
        if (us < best) best = us;
    }
    return best;
}

int main(void) {
    AUTO_ARENA a;
    arena_init(&a, 64 * MIB);
    ctx c;
    ctx_init(&c, &a);
    float *x = arena_new(&a, float, CANDIDATES * WIDTH);
    for (size_t i = 0; i < CANDIDATES * WIDTH; i++) x[i] = (float)rng_unit(&c.random);
    for (uint32_t depth = 4; depth <= 6; depth++) {
        forest f = by_chance(&c, depth);
        printf("{\"bench\":\"forest\",\"trees\":%d,\"depth\":%u,\"inputs\":%d,\"candidates\":%d,", TREES, depth, WIDTH, CANDIDATES);
        printf("\"us\":%.1f,\"plain_us\":%.1f}\n", best_us(&c, forest_score, &f, x), best_us(&c, forest_score_plain, &f, x));
    }
    return 0;
}
