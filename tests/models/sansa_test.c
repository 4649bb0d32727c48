/* sansa: with every item in the neighbourhood it is ease; with few it is the regression on those few. */
#include <math.h>
#include "models/rows.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

static interactions even_events(ctx *c, uint32_t n_users, uint32_t n_items) {
    enum { EACH = 10 };
    uint64_t *start = arena_new(c->arena, uint64_t, n_users + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n_users * EACH);
    for (uint32_t u = 0; u < n_users; u++) {
        start[u + 1] = start[u] + EACH;
        for (uint64_t e = start[u]; e < start[u + 1]; e++) item[e] = (uint32_t)rng_below(&c->random, n_items);
    }
    return (interactions){ .n_users = n_users, .n_items = n_items, .start = start, .item = item };
}

TEST(models, sansa_is_ease_where_every_pair_met) {
    enum { ITEMS = 40 };
    static const char *const settings[] = { "lambda=5 user_power=0 dropout=0", "lambda=0.5 user_power=0.5 dropout=0.4" };
    for (size_t s = 0; s < COUNT(settings); s++) {
        TEST_CTX(c);
        interactions x = even_events(c, 3000, ITEMS);         /* so many that no pair of items is missing */
        float *ease = answers_to_each(c, &model_ease, &x, settings[s]), *sansa = answers_to_each(c, &model_sansa, &x, settings[s]);
        for (size_t i = 0; i < ITEMS * ITEMS; i++) assert_true(fabs((double)ease[i] - (double)sansa[i]) < 2e-4);
    }
}

/* With one neighbour the regression is a quotient: G_aj / (G_aa + lambda). */
TEST(models, sansa_of_one_neighbour_is_a_quotient) {
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 2, 4, 6, 7, 9 };
    static const uint32_t item[] = { 0, 1, 0, 1, 1, 2, 0, 2, 3 };    /* 0: 3 users, 1: 3, 2: 2, 3: 1; 0 and 1 share 2 */
    interactions x = { .n_users = 5, .n_items = 4, .start = start, .item = item };
    float *got = answers_to_each(c, &model_sansa, &x, "m=1 lambda=2 dropout=0 user_power=0");
    assert_float_equal(0.4f, got[0 * 4 + 1], 1e-6);
    assert_float_equal(0.4f, got[1 * 4 + 0], 1e-6);
    assert_float_equal(0.25f, got[2 * 4 + 3], 1e-6);         /* 3 met only 2 */
    assert_float_equal(0, got[3 * 4 + 1], 0);
    float *held = answers_to_each(c, &model_sansa, &x, "m=1 lambda=2 dropout=0 user_power=0 held=1");
    assert_true(fabs(2.0 / (3 + 2) / sqrt(3) - (double)held[0 * 4 + 1]) < 1e-6);
}

TEST(models, sansa_keeps_k_partners_and_stays_finite_where_pairs_are_missing) {
    TEST_CTX(c);
    enum { ITEMS = 300 };
    interactions x = even_events(c, 400, ITEMS);
    float *got = answers_to_each(c, &model_sansa, &x, "m=60 reach=60 k=20 lambda=0.001");
    for (size_t i = 0; i < ITEMS; i++) {
        size_t kept = 0;
        for (size_t k = 0; k < ITEMS; k++) {
            assert_true(isfinite(got[i * ITEMS + k]));
            kept += got[i * ITEMS + k] != 0;
        }
        assert_true(kept <= 20);
    }
}
