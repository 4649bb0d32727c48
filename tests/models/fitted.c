/* Models for tests; see fitted.h. */
#include "tests/models/fitted.h"
#include <string.h>
#include "base/limits.h"
#include "tests/test.h"

model fitted(ctx *c, const model_row *row, const interactions *x, const char *settings, int threads) {
    model_options o = model_default_options(row);
    model m;
    o.threads = threads;
    assert_ok(c, model_set_all(c, row, &o, str_of(settings)));
    assert_ok(c, model_fit(c, row, x, &o, &m));
    return m;
}

float *answers_to_each(ctx *c, const model_row *row, const interactions *x, const char *settings) {
    model m = fitted(c, row, x, settings, 0);
    float *b = arena_new(c->arena, float, (size_t)x->n_items * x->n_items);
    assert_non_null(b);
    for (uint32_t i = 0; i < x->n_items; i++) {
        const history h = { .n = 1, .item = &i, .user = MODEL_NOBODY };
        assert_ok(c, model_score(c, &m, &h, 1, b + (size_t)i * x->n_items));
    }
    return b;
}

str aligned_bytes(ctx *c, const buf *b) {
    enum { ALIGN = 64 };
    char *bytes = arena_alloc(c->arena, b->n + ALIGN);
    assert_non_null(bytes);
    bytes += (ALIGN - (uintptr_t)bytes % ALIGN) % ALIGN;
    memcpy(bytes, b->p, b->n);
    return (str){ bytes, b->n };
}

model kept(ctx *c, const model *m, str *ret_bytes) {
    model back;
    buf out;
    buf_init_in(&out, c->arena, 64 * MIB);
    assert_ok(c, model_save(c, m, &out));
    *ret_bytes = aligned_bytes(c, &out);
    assert_ok(c, model_load(c, *ret_bytes, &back));
    return back;
}

bool taken_damaged(ctx *c, const buf *saved, size_t at, uint32_t n_items, model *ret_model) {
    str bytes = aligned_bytes(c, saved);
    char *turned = (char *)(uintptr_t)bytes.p + at;
    *turned = (char)(*turned ^ 0x81);
    return model_load(c, bytes, ret_model) == ERR_OK && ret_model->n_items == n_items;
}

interactions random_events(ctx *c, uint32_t n_users, uint32_t n_items, uint32_t least, uint32_t most) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n_users + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n_users * most);
    float *weight = arena_new(c->arena, float, (size_t)n_users * most);
    for (uint32_t u = 0; u < n_users; u++) {
        start[u + 1] = start[u] + least + (most > least ? rng_below(&c->random, most - least + 1) : 0);
        for (uint64_t e = start[u]; e < start[u + 1]; e++) {
            item[e] = (uint32_t)rng_below(&c->random, 1 + rng_below(&c->random, n_items));
            weight[e] = (float)(1 + rng_below(&c->random, 3));
        }
    }
    return (interactions){ .n_users = n_users, .n_items = n_items, .start = start, .item = item, .weight = weight };
}
