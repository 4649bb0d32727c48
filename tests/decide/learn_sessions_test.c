/* The session model of a shop: written where it knows more than best sellers do, not written where it does not. */
#include "decide/learn_sessions.h"
#include "tests/test.h"
#include "base/limits.h"
#include <string.h>

enum { ITEMS = 40, STEPS = 4 };

/* Visits of four products, one an hour. In a shop with a path, each product is followed by the next but one in the list. */
static interactions visits(ctx *c, uint32_t n, bool with_path) {
    rng r;
    rng_seed(&r, 11);
    uint64_t *start = arena_new(c->arena, uint64_t, n + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, n * STEPS), *visit = arena_new(c->arena, uint32_t, n * STEPS);
    float *weight = arena_new(c->arena, float, n * STEPS);
    int64_t *time_ms = arena_new(c->arena, int64_t, n * STEPS);
    for (uint32_t u = 0; u < n; u++) {
        uint32_t at = (uint32_t)rng_below(&r, ITEMS);
        for (uint32_t k = 0; k < STEPS; k++) {
            size_t e = (size_t)u * STEPS + k;
            item[e] = at, weight[e] = k == STEPS - 1 ? 1.0f : 0.15f;
            time_ms[e] = INT64_C(1700000000000) + u * (int64_t)MS_PER_HOUR + k * (int64_t)MS_PER_MINUTE;
            at = with_path ? (at + 2) % ITEMS : (uint32_t)rng_below(&r, ITEMS);
        }
        start[u + 1] = (uint64_t)(u + 1) * STEPS;
    }
    return (interactions){ .n_users = n, .n_items = ITEMS, .start = start, .item = item, .visit = visit, .weight = weight,
                           .time_ms = time_ms, .as_of_ms = INT64_C(1700000000000) + n * (int64_t)MS_PER_HOUR };
}

static session_judgement learn(ctx *c, const interactions *x, int threads, str *ret_pack) {
    personal_params p = personal_default_params();
    session_judgement j;
    p.threads = threads;
    *ret_pack = (str){ 0 };
    assert_ok(c, learn_sessions(c, x, &p, ret_pack, &j));
    return j;
}

TEST(learn_sessions, takes_what_knows_the_path_and_says_by_how_much) {
    TEST_CTX(c);
    interactions x = visits(c, 600, true);
    str packed;
    /* when */
    session_judgement j = learn(c, &x, 1, &packed);
    /* then it wins over best sellers, and its best 20 come true as often as its unit says: the product next in the path is among them */
    assert_true(j.won && j.best.judged && j.best.cases >= 50 && packed.n);
    assert_true(j.best.gain.low > 0.3 && j.best.hit_rate.value > 0.9 && j.best.hit_rate.value >= j.markov && j.unit > 0);
    model m;
    char *bytes = arena_alloc(c->arena, packed.n + 64);
    bytes += 64 - (uintptr_t)bytes % 64;
    memcpy(bytes, packed.p, packed.n);
    assert_ok(c, model_load(c, (str){ bytes, packed.n }, &m));
    assert_string_equal(j.best.model, m.row->name);
    for (uint32_t seen = 0; seen < ITEMS; seen++) {
        float scores[ITEMS];
        uint32_t best = seen ? 0 : 1;
        assert_ok(c, model_score(c, &m, &(history){ .n = 1, .item = &seen, .user = MODEL_NOBODY }, 1, scores));
        for (uint32_t i = 0; i < ITEMS; i++)
            if (i != seen && scores[i] > scores[best]) best = i;
        assert_true(best == (seen + 2) % ITEMS || best == (seen + ITEMS - 2) % ITEMS);
    }
}

TEST(learn_sessions, writes_nothing_where_visits_have_no_path) {
    TEST_CTX(c);
    interactions x = visits(c, 600, false);
    str packed;
    session_judgement j = learn(c, &x, 1, &packed);
    assert_true(j.best.judged && !j.won && j.unit == 0);
    assert_int_equal(0, packed.n);
}

TEST(learn_sessions, judges_nothing_by_a_few_visits) {
    static const uint32_t users[] = { 0, 1, 60 };
    for (size_t k = 0; k < COUNT(users); k++) {
        TEST_CTX(c);
        interactions x = visits(c, users[k], true);
        str packed;
        session_judgement j = learn(c, &x, 1, &packed);
        assert_false(j.won || j.best.judged);
        assert_string_equal("", j.best.model);
        assert_int_equal(0, packed.n);
    }
}

TEST(learn_sessions, gives_the_same_bytes_on_any_number_of_threads) {
    TEST_CTX(c);
    interactions x = visits(c, 600, true);
    str one, three;
    session_judgement a = learn(c, &x, 1, &one), b = learn(c, &x, 3, &three);
    assert_true(str_eq(one, three));
    assert_true(a.unit == b.unit);
}
