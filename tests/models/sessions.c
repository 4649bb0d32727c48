/* Builders of small session data. */
#include "tests/models/sessions.h"
#include <string.h>

interactions sessions_of(ctx *c, uint32_t n_items, const char *text) {
    uint64_t *start = arena_new(c->arena, uint64_t, strlen(text) + 2);
    uint32_t *item = arena_new(c->arena, uint32_t, strlen(text) + 1), n = 0;
    for (str rest = str_of(text); rest.p; n++) {
        str word = str_cut(&rest, ' ');
        start[n + 1] = start[n] + word.n;
        for (size_t i = 0; i < word.n; i++) item[start[n] + i] = (uint32_t)(word.p[i] - 'a');
    }
    return (interactions){ .n_users = n, .n_items = n_items, .start = start, .item = item };
}

interactions sessions_random(ctx *c, uint32_t n, uint32_t n_items, uint32_t most, uint64_t seed) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n * most);
    rng r;
    rng_seed(&r, seed);
    for (uint32_t s = 0; s < n; s++) {
        start[s + 1] = start[s] + 1 + rng_below(&r, most);
        for (uint64_t e = start[s]; e < start[s + 1]; e++) {
            double u = rng_unit(&r);
            bool again = e > start[s] && rng_below(&r, 5) == 0;
            item[e] = again ? item[start[s]] : (uint32_t)(u * u * n_items);
        }
    }
    return (interactions){ .n_users = n, .n_items = n_items, .start = start, .item = item };
}
