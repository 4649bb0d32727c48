/* Partners of one product: what is learned of pairs, by whom it is said, and that it is what comes true. */
#include "models/basket_alone.h"
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "tests/test.h"

static const int64_t DAY_MS = 86400000;

static err_code regress(ctx *c, const basket_log *log, item_regression *ret) {
    model_options o = model_default_options(&model_ease);
    void *state = NULL;
    TRY(model_ease.fit(c, &log->x, &o, &state));
    *ret = (item_regression){ &model_ease, state };
    return ERR_OK;
}

TEST(basket_alone, the_newest_share_is_split_off_and_the_rest_grows_young) {
    /* given four baskets 10, 2, 6 and 4 days old, out of order */
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 1, 2, 4, 5 };
    static const uint32_t item[] = { 0, 1, 0, 1, 2 };
    const int64_t time_ms[] = { 0, 8 * DAY_MS, 4 * DAY_MS, 4 * DAY_MS, 6 * DAY_MS };
    const interactions x = { .n_users = 4, .n_items = 3, .start = start, .item = item, .time_ms = time_ms, .as_of_ms = 10 * DAY_MS };
    basket_log log, older, newer;
    assert_ok(c, basket_log_of(c, &x, &log));
    /* when half are split off */
    assert_ok(c, basket_log_split(c, &log, 0.5, &older, &newer));
    /* then those are the two newest, and the others are as old as they were then */
    static const uint32_t older_items[] = { 0, 0, 1 }, newer_items[] = { 2, 1 };
    assert_int_equal(2, older.x.n_users);
    assert_memory_equal(older_items, older.x.item, sizeof older_items);
    assert_memory_equal(newer_items, newer.x.item, sizeof newer_items);
    assert_true(older.age_days[0] == 4 && older.age_days[1] == 0);
    assert_int_equal(4 * DAY_MS, older.x.as_of_ms);
}

TEST(basket_alone, pairs_are_learned_with_the_share_of_baskets_they_came_in) {
    /* given 0 with 1 and 0 with 2 before; then 0 with 1 in a basket of two, 0 with 2 and 3 in one of three */
    TEST_CTX(c);
    static const uint64_t before[] = { 0, 2, 4 }, after[] = { 0, 2, 5 };
    static const uint32_t held[] = { 0, 1, 0, 2 }, wanted[] = { 0, 1, 0, 2, 3 };
    const interactions x = { .n_users = 2, .n_items = 4, .start = before, .item = held };
    const interactions y = { .n_users = 2, .n_items = 4, .start = after, .item = wanted };
    basket_log older, newer;
    item_regression r;
    ranker_rows rows;
    assert_ok(c, basket_log_of(c, &x, &older));
    assert_ok(c, basket_log_of(c, &y, &newer));
    assert_ok(c, regress(c, &older, &r));
    assert_ok(c, basket_alone_rows(c, &older, &newer, &r, &rows));
    /* then 0 asks of 1 (1/2 of 5/6) and 2 (1/3 of 5/6), 1 of 0 (always), 2 of 0 (always); 3 was unknown */
    static const struct { uint8_t label; double weight; } expected[] = {
        { 1, 0.5 }, { 0, 1.0 / 3 }, { 1, 1.0 / 3 }, { 0, 0.5 }, { 1, 0.5 }, { 1, 1.0 / 3 },
    };
    double sum = 0.5 + 1.0 / 3 + 1.0 / 3 + 0.5 + 0.5 + 1.0 / 3;
    assert_int_equal(COUNT(expected), rows.n);
    for (size_t k = 0; k < rows.n; k++) {
        assert_int_equal(expected[k].label, rows.label[k]);
        assert_true(fabs((double)rows.weight[k] - expected[k].weight * 6 / sum) < 1e-5);
    }
    /* and P(1 | 0) of the plain count is (1 + 1/2) / (2 + 1) */
    assert_true(fabs((double)rows.x[3] - log(0.5)) < 1e-5);
}

enum { ITEMS = 40, BASKETS = 3000 };

/* Items 2k and 2k + 1 go together in most baskets, beside two of the bestsellers 0 to 7. */
static interactions twins(ctx *c) {
    rng r;
    rng_seed(&r, 11);
    uint64_t *start = arena_new(c->arena, uint64_t, BASKETS + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, BASKETS * 4);
    for (uint32_t b = 0; b < BASKETS; b++) {
        uint32_t pair = 8 + 2 * (uint32_t)rng_below(&r, (ITEMS - 8) / 2), *to = item + start[b];
        to[0] = pair, to[1] = rng_below(&r, 5) == 0 ? (uint32_t)rng_below(&r, ITEMS) : pair + 1;
        to[2] = (uint32_t)rng_below(&r, 8), to[3] = (uint32_t)rng_below(&r, 8);
        start[b + 1] = start[b] + 4;
    }
    return (interactions){ .n_users = BASKETS, .n_items = ITEMS, .start = start, .item = item };
}

TEST(basket_alone, trees_place_first_what_comes_true) {
    TEST_CTX(c);
    const interactions x = twins(c);
    basket_log log, older, newer;
    item_regression r;
    ranker_rows rows;
    ranker trees;
    item_lists pool;
    assert_ok(c, basket_log_of(c, &x, &log));
    assert_ok(c, basket_log_split(c, &log, 0.3, &older, &newer));
    assert_ok(c, regress(c, &older, &r));
    assert_ok(c, basket_alone_rows(c, &older, &newer, &r, &rows));
    assert_ok(c, basket_alone_learn(c, &rows, 20, 1, &trees));
    assert_ok(c, basket_alone_pool(c, &log, &r, &trees, &pool));
    for (uint32_t i = 8; i < ITEMS; i++) {
        topk_entry first = pool.entry[pool.start[i]];
        assert_int_equal(i ^ 1, first.item);
        assert_true(first.score > 0.3f && first.score < 1);
    }
}

TEST(basket_alone, a_shop_that_learned_answers_alike_on_any_number_of_threads_and_from_its_file) {
    TEST_CTX(c);
    const interactions x = twins(c);
    const model_row *row = model_named(STR("basket_blend"));
    model_options o = model_default_options(row);
    model one, two, plain, back;
    float scores[ITEMS], again[ITEMS];
    static const uint32_t carts[][3] = { { 9, 0, 0 }, { 9, 3, 21 } };
    buf out;
    assert_ok(c, model_set_all(c, row, &o, STR("trees=20 learn_share=0.3")));
    o.threads = 1;
    assert_ok(c, model_fit(c, row, &x, &o, &one));
    o.threads = 2;
    assert_ok(c, model_fit(c, row, &x, &o, &two));
    assert_ok(c, model_set_all(c, row, &o, STR("learn_share=0")));
    assert_ok(c, model_fit(c, row, &x, &o, &plain));
    buf_init_in(&out, c->arena, 8 * MIB);
    assert_ok(c, model_save(c, &one, &out));
    assert_ok(c, model_load(c, buf_view(&out), &back));
    for (size_t k = 0; k < COUNT(carts); k++) {
        const history h = { .n = k == 0 ? 1 : 3, .item = carts[k], .user = MODEL_NOBODY };
        assert_ok(c, model_score(c, &one, &h, 1, scores));
        const model *others[] = { &two, &back };
        for (size_t m = 0; m < COUNT(others); m++) {
            assert_ok(c, model_score(c, others[m], &h, 1, again));
            assert_memory_equal(scores, again, sizeof scores);
        }
        assert_true(scores[8] > scores[12]);
        assert_ok(c, model_score(c, &plain, &h, 1, again));
        assert_true(memcmp(scores, again, sizeof scores) != 0);
    }
}
