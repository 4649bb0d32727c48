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
    assert_ok(c, learn_personal(c, &x, NULL, &p, &packed, &j));
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
        assert_ok(c, learn_personal(c, &x, NULL, &p, &packed[k], &j));
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
        assert_ok(c, learn_personal(c, &x, NULL, &p, &packed, &j));
        assert_false(j.judged);
        assert_string_equal("rules", j.model);
        assert_string_equal("rules", read_back(c, packed).row->name);
        nothing.n_items = 0, nothing.n_users = 0;
        assert_ok(c, learn_personal(c, &nothing, NULL, &p, &packed, &j));
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
    assert_ok(c, learn_personal(c, &x, NULL, &p, &packed, &j));
    assert_string_equal("popularity", j.model);
    assert_true(packed.n <= 1200);
}

/* What people() say they looked at between two purchases: by their taste, or anything. */
typedef struct { ctx *c; const interactions *bought; bool by_taste; } looks;
enum { LOOKED = 8 };

static err_code looked_before(ctx *c, void *state, int64_t before_ms, interactions *ret_x) {
    const looks *l = state;
    const interactions *x = l->bought;
    rng r;
    rng_seed(&r, 21);
    size_t most = (size_t)x->start[x->n_users] * (LOOKED + 1), at = 0;
    uint64_t *start = arena_new(c->arena, uint64_t, x->n_users + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, most), *visit = arena_new(c->arena, uint32_t, most);
    float *weight = arena_new(c->arena, float, most);
    int64_t *time_ms = arena_new(c->arena, int64_t, most);
    for (uint32_t u = 0; u < x->n_users; u++) {
        for (uint64_t e = x->start[u]; e < x->start[u + 1]; e++)
            for (int k = 0; k <= LOOKED; k++) {
                uint32_t any = (uint32_t)rng_below(&r, ITEMS);
                if (x->time_ms[e] >= before_ms) continue;
                item[at] = k ? (l->by_taste ? any / 2 * 2 + u % 2 : any) : x->item[e];
                weight[at] = k ? 0.15f : 1, visit[at] = x->visit[e], time_ms[at++] = x->time_ms[e];
            }
        start[u + 1] = at;
    }
    *ret_x = (interactions){ .n_users = x->n_users, .n_items = ITEMS, .start = start, .item = item, .visit = visit, .weight = weight,
                             .time_ms = time_ms, .as_of_ms = before_ms < x->as_of_ms ? before_ms : x->as_of_ms };
    return ERR_OK;
}

static personal_judgement learn_looking(ctx *c, const interactions *x, bool by_taste, str *ret_pack) {
    looks l = { c, x, by_taste };
    personal_params p = personal_default_params();
    personal_judgement j;
    p.threads = 1;
    assert_ok(c, learn_personal(c, x, &(browsing_source){ looked_before, &l }, &p, ret_pack, &j));
    return j;
}

/* 300 people bought one thing, 100 of them one more a hundred days later: nothing that was bought tells what goes with what. */
static interactions few_purchases(ctx *c) {
    interactions x = people(c, 300, false), few = x;
    uint64_t *start = arena_new(c->arena, uint64_t, 301), at = 0;
    uint32_t *item = arena_new(c->arena, uint32_t, 400), *visit = arena_new(c->arena, uint32_t, 400);
    int64_t *time_ms = arena_new(c->arena, int64_t, 400);
    for (uint32_t u = 0; u < 300; u++) {
        for (uint32_t k = 0; k < (u < 100 ? 2 : 1); k++, at++) {
            uint64_t from = x.start[u] + (uint64_t)k * 5 * PER_VISIT;
            item[at] = x.item[from], visit[at] = k, time_ms[at] = x.time_ms[from];
        }
        start[u + 1] = at;
    }
    few.start = start, few.item = item, few.visit = visit, few.time_ms = time_ms;
    return few;
}

TEST(learn_personal, learns_from_what_was_looked_at_where_that_tells_what_is_bought) {
    TEST_CTX(c);
    interactions x = few_purchases(c);
    str packed;
    personal_judgement j = learn_looking(c, &x, true, &packed);
    assert_true(j.judged && j.browsing && j.browsing_tried >= 1);
    assert_true(j.hit_rate_browsing > j.hit_rate_purchases + 0.05);
    assert_true(packed.n > 0 && read_back(c, packed).row != NULL);
}

TEST(learn_personal, learns_from_purchases_alone_where_looks_tell_nothing) {
    TEST_CTX(c);
    interactions x = people(c, 300, false);
    personal_params p = personal_default_params();
    personal_judgement plain, j;
    str of_purchases, packed;
    p.threads = 1;
    assert_ok(c, learn_personal(c, &x, NULL, &p, &of_purchases, &plain));
    j = learn_looking(c, &x, false, &packed);
    assert_true(j.browsing_tried >= 1 && !j.browsing && plain.browsing_tried == 0);
    assert_string_equal(plain.model, j.model);
    assert_true(str_eq(of_purchases, packed));              /* the same to the byte */
}
