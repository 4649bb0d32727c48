/* Builders of small basket matrices. */
#include "tests/models/make.h"
#include <string.h>

basket_matrix baskets_of(ctx *c, uint32_t n_items, const char *text) {
    size_t n = strlen(text);
    uint64_t *start = arena_new(c->arena, uint64_t, n + 2);
    uint32_t *items = arena_new(c->arena, uint32_t, n + 1), n_baskets = 0;
    for (str rest = str_of(n ? text : NULL); rest.p; n_baskets++) {
        str word = str_cut(&rest, ' ');
        start[n_baskets + 1] = start[n_baskets] + word.n;
        for (size_t i = 0; i < word.n; i++) items[start[n_baskets] + i] = (uint32_t)(word.p[i] - 'a');
    }
    return (basket_matrix){ .n_baskets = n_baskets, .n_items = n_items, .start = start, .items = items };
}

static uint32_t draw_basket(rng *r, uint32_t n_items, uint32_t size, uint8_t *in, uint32_t *ret_items) {
    for (uint32_t i = 0; i < size; i++) {
        double u = rng_unit(r);
        in[(uint32_t)(u * u * n_items)] = 1;
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_items; i++)
        if (in[i]) ret_items[n++] = i, in[i] = 0;
    return n;
}

basket_matrix baskets_random(ctx *c, uint32_t n_baskets, uint32_t n_items, uint32_t max_size, uint64_t seed) {
    rng r;
    rng_seed(&r, seed);
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n_baskets + 1);
    uint32_t *items = arena_new(c->arena, uint32_t, (size_t)n_baskets * max_size);
    uint8_t *in = arena_new(c->arena, uint8_t, n_items);
    for (uint32_t b = 0; b < n_baskets; b++)
        start[b + 1] = start[b] + draw_basket(&r, n_items, 1 + (uint32_t)rng_below(&r, max_size), in, items + start[b]);
    return (basket_matrix){ .n_baskets = n_baskets, .n_items = n_items, .start = start, .items = items };
}
