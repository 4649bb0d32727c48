/* The personal model of a shop: measured, the better one taken, small shops served plainly. */
#include "tests/test.h"
#include "base/limits.h"
#include "decide/learn_personal.h"
#include <string.h>

enum { ITEMS = 40, VISITS = 12, PER_VISIT = 2 };

/* People with a taste (even or odd items) who come back twelve times; tasteless: anybody takes anything. */
static interactions people(ctx *c, uint32_t n, bool tasteless) {
    rng r;
    rng_seed(&r, 4);
    size_t most = (size_t)n * VISITS * PER_VISIT, at = 0;
    uint64_t *start = arena_new(c->arena, uint64_t, n + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, most), *visit = arena_new(c->arena, uint32_t, most);
    int64_t *time_ms = arena_new(c->arena, int64_t, most);
    for (uint32_t u = 0; u < n; u++) {
        for (uint32_t v = 0; v < VISITS; v++)
            for (int k = 0; k < PER_VISIT; k++, at++) {
                uint32_t i = (uint32_t)rng_below(&r, ITEMS / 2);
                item[at] = tasteless ? 2 * i : 2 * i + u % 2, visit[at] = v;
                time_ms[at] = INT64_C(1700000000000) + (int64_t)(v * 20 + u % 20) * MS_PER_DAY;
            }
        start[u + 1] = at;
    }
    return (interactions){ .n_users = n, .n_items = ITEMS, .start = start, .item = item, .visit = visit, .time_ms = time_ms,
                           .as_of_ms = INT64_C(1700000000000) + 300 * (int64_t)MS_PER_DAY };
}

static model read_back(ctx *c, str bytes_of) {
    model m;
    char *bytes = arena_alloc(c->arena, bytes_of.n + 64);
    bytes += 64 - (uintptr_t)bytes % 64;
    memcpy(bytes, bytes_of.p, bytes_of.n);
    assert_ok(c, model_load(c, (str){ bytes, bytes_of.n }, &m));
    return m;
}

TEST(learn_personal, takes_what_knows_tastes_and_says_by_how_much) {
    TEST_CTX(c);
    interactions x = people(c, 300, false);
    personal_params p = personal_default_params();
    personal_judgement j;
    str packed;
    p.threads = 1;
    assert_ok(c, learn_personal(c, &x, &p, &packed, &j));
    assert_true(j.judged && j.cases >= 50 && j.tried >= 2 && j.repeats);
    assert_string_not_equal("popularity", j.model);
    assert_true(j.gain.low > 0 && j.hit_rate.value > j.popular.value);
    /* then: the pack is that model, and it knows an odd one from an even one */
    model m = read_back(c, packed);
    assert_string_equal(j.model, m.row->name);
    const uint32_t had[] = { 1, 3, 5, 7 };
    float scores[ITEMS], odd = 0, even = 0;
    assert_ok(c, model_score(c, &m, &(history){ .n = 4, .item = had, .user = MODEL_NOBODY }, 1, scores));
    for (uint32_t i = 10; i < ITEMS; i += 2) even += scores[i], odd += scores[i + 1];
    assert_true(odd > even);
}

TEST(learn_personal, gives_the_same_bytes_on_any_number_of_threads) {
    TEST_CTX(c);
    interactions x = people(c, 300, false);
    str packed[2];
    for (int k = 0; k < 2; k++) {
        personal_params p = personal_default_params();
        personal_judgement j;
        p.threads = 1 + 2 * k;
        assert_ok(c, learn_personal(c, &x, &p, &packed[k], &j));
    }
    assert_int_equal(packed[0].n, packed[1].n);
    assert_memory_equal(packed[0].p, packed[1].p, packed[0].n);
}

TEST(learn_personal, serves_a_tiny_shop_without_judging) {
    static const uint32_t users[] = { 0, 1, 5 };
    for (size_t k = 0; k < COUNT(users); k++) {
        TEST_CTX(c);
        interactions x = people(c, users[k], false), nothing = x;
        personal_params p = personal_default_params();
        personal_judgement j;
        str packed;
        assert_ok(c, learn_personal(c, &x, &p, &packed, &j));
        assert_false(j.judged);
        assert_string_equal("rules", j.model);
        assert_string_equal("rules", read_back(c, packed).row->name);
        nothing.n_items = 0, nothing.n_users = 0;
        assert_ok(c, learn_personal(c, &nothing, &p, &packed, &j));
        assert_int_equal(0, packed.n);
        assert_string_equal("", j.model);
    }
}

TEST(learn_personal, passes_over_a_model_too_large_to_publish) {
    TEST_CTX(c);
    interactions x = people(c, 300, false);
    personal_params p = personal_default_params();
    personal_judgement j;
    str packed;
    p.bytes_most = 1200;            /* room for the best sellers only */
    assert_ok(c, learn_personal(c, &x, &p, &packed, &j));
    assert_string_equal("popularity", j.model);
    assert_true(packed.n <= 1200);
}
