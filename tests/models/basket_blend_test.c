/* Baskets from visits, votes of pairs, lists that want one hit, and the blend over them. */
#include <math.h>
#include <string.h>
#include "models/basket_parts.h"
#include "models/rows.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

TEST(basket_blend, every_visit_is_a_basket_of_distinct_items) {
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 5, 5, 7 };
    static const uint32_t item[] = { 2, 0, 2, 1, 0, 1, 0 }, visit[] = { 0, 0, 0, 4, 4, 0, 0 };
    static const int64_t time_ms[] = { 0, 0, 0, 86400000, 86400000, 0, 0 };
    interactions x = { .n_users = 3, .n_items = 3, .start = start, .item = item, .visit = visit, .time_ms = time_ms,
                       .as_of_ms = 2 * INT64_C(86400000) };
    basket_log log;
    assert_ok(c, basket_log_of(c, &x, &log));
    static const uint64_t baskets[] = { 0, 2, 4, 6 };
    static const uint32_t items[] = { 0, 2, 0, 1, 0, 1 };
    assert_int_equal(3, log.x.n_users);
    assert_memory_equal(baskets, log.x.start, sizeof baskets);
    assert_memory_equal(items, log.x.item, sizeof items);
    static const float lines[] = { 2, 1, 2, 1, 2, 1 };      /* 2 0 2 | 1 0 | 1 0 */
    assert_memory_equal(lines, log.lines.value, sizeof lines);
    assert_true(log.age_days[0] == 2 && log.age_days[1] == 1);
    float votes[3];
    basket_votes(&log, 1, 1, votes);
    assert_true(fabsf(votes[0] - 0.125f) < 1e-6f && fabsf(votes[1] - 0.25f) < 1e-6f);
}

enum { ITEMS = 30, BASKETS = 200 };

static interactions draw(ctx *c, uint64_t seed) {
    rng r;
    rng_seed(&r, seed);
    uint64_t *start = arena_new(c->arena, uint64_t, BASKETS + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, BASKETS * 8);
    for (uint32_t b = 0; b < BASKETS; b++) {
        uint64_t n = rng_below(&r, 9);
        start[b + 1] = start[b] + n;
        for (uint64_t e = start[b]; e < start[b + 1]; e++) item[e] = (uint32_t)(rng_below(&r, ITEMS) * rng_below(&r, ITEMS) / ITEMS);
    }
    return (interactions){ .n_users = BASKETS, .n_items = ITEMS, .start = start, .item = item };
}

static bool holds(const basket_log *log, uint32_t b, uint32_t item) {
    for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++)
        if (log->x.item[e] == item) return true;
    return false;
}

TEST(basket_blend, pairs_are_the_votes_of_baskets_with_both) {
    TEST_CTX(c);
    interactions x = draw(c, 3);
    basket_log log;
    item_lists pairs;
    float votes[BASKETS], total[ITEMS];
    assert_ok(c, basket_log_of(c, &x, &log));
    basket_votes(&log, 0.6, 0, votes);
    assert_ok(c, basket_pairs(c, &log, votes, NULL, ITEMS, 2, &pairs, total));
    for (uint32_t i = 0; i < ITEMS; i++) {
        double expected[ITEMS] = { 0 }, all = 0;
        for (uint32_t b = 0; b < log.x.n_users; b++) {
            if (!holds(&log, b, i)) continue;
            all += (double)votes[b];
            for (uint32_t k = 0; k < ITEMS; k++) expected[k] += k != i && holds(&log, b, k) ? (double)votes[b] : 0;
        }
        assert_true(fabs(all - (double)total[i]) < 1e-4);
        for (uint64_t e = pairs.start[i]; e < pairs.start[i + 1]; e++) {
            assert_true(fabs(expected[pairs.entry[e].item] - (double)pairs.entry[e].score) < 1e-4);
            expected[pairs.entry[e].item] = 0;
        }
        for (uint32_t k = 0; k < ITEMS; k++) assert_true(expected[k] == 0);
    }
}

/* The greedy rule as it is written down, counting everything anew for each pick. */
static void cover_plain(const basket_log *log, uint32_t i, double covered, double damp, const float *popular, uint32_t n, uint32_t *ret) {
    double left[BASKETS] = { 0 };
    bool taken[ITEMS] = { [0] = false };
    taken[i] = true;
    for (uint32_t b = 0; b < log->x.n_users; b++) left[b] = holds(log, b, i);
    for (uint32_t k = 0; k < n; k++) {
        double most = -1;
        for (uint32_t j = 0; j < ITEMS; j++) {
            double worth = 0, prior = 0;
            bool together = false;
            for (uint32_t b = 0; b < log->x.n_users; b++) {
                worth += holds(log, b, j) ? left[b] : 0;
                together |= left[b] > 0 && holds(log, b, j);
                prior += holds(log, b, j) ? 1.0 / log->x.n_users : 0;
            }
            worth = (worth + prior) * pow((double)popular[j], -damp);
            if (together && !taken[j] && worth > most + 1e-9) most = worth, ret[k] = j;
        }
        taken[ret[k]] = true;
        for (uint32_t b = 0; b < log->x.n_users; b++) left[b] *= holds(log, b, ret[k]) ? 1 - covered : 1;
    }
}

TEST(basket_blend, lists_for_one_product_follow_the_greedy_rule) {
    TEST_CTX(c);
    interactions x = draw(c, 9);
    basket_log log;
    item_lists pairs, lists;
    float votes[BASKETS], total[ITEMS], popular[ITEMS] = { 0 };
    assert_ok(c, basket_log_of(c, &x, &log));
    basket_votes(&log, 0, 0, votes);
    for (uint64_t e = 0; e < log.x.start[log.x.n_users]; e++) popular[log.x.item[e]] += 1.0f / (float)log.x.n_users;
    assert_ok(c, basket_pairs(c, &log, votes, NULL, ITEMS, 1, &pairs, total));
    assert_ok(c, basket_cover(c, &log, votes, popular, &pairs, 0.37, 0.21, 2, &lists));
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t expected[5], n = (uint32_t)(lists.start[i + 1] - lists.start[i]);
        if (n > 5) n = 5;
        cover_plain(&log, i, 0.37, 0.21, popular, n, expected);
        for (uint32_t k = 0; k < n; k++) assert_int_equal(expected[k], lists.entry[lists.start[i] + k].item);
    }
}

TEST(basket_blend, a_second_copy_of_the_first_answer_waits) {
    /* with 0: 1 and 2 always come together, 3 comes in other baskets: after 1 it is 3 that may still hit */
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 3, 6, 9, 11, 13 };
    static const uint32_t item[] = { 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 3, 0, 3 };
    interactions x = { .n_users = 5, .n_items = 4, .start = start, .item = item };
    basket_log log;
    item_lists pairs, lists;
    float votes[5], total[4], popular[] = { 1, 0.6f, 0.6f, 0.4f };
    assert_ok(c, basket_log_of(c, &x, &log));
    basket_votes(&log, 0, 0, votes);
    assert_ok(c, basket_pairs(c, &log, votes, NULL, 4, 1, &pairs, total));
    static const struct { double covered; uint32_t order[3]; } cases[] = { { 0, { 1, 2, 3 } }, { 0.9, { 1, 3, 2 } } };
    for (size_t k = 0; k < COUNT(cases); k++) {
        assert_ok(c, basket_cover(c, &log, votes, popular, &pairs, cases[k].covered, 0, 1, &lists));
        for (uint32_t r = 0; r < 3; r++) assert_int_equal(cases[k].order[r], lists.entry[lists.start[0] + r].item);
    }
}

TEST(basket_blend, covering_begins_with_the_worth_a_pool_is_given_with) {
    /* 1 and 2 come together, 3 elsewhere; the pool says 2, then 1, then 3 */
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 3, 6, 8 };
    static const uint32_t item[] = { 0, 1, 2, 0, 1, 2, 0, 3 };
    static const uint64_t pool_start[] = { 0, 3, 3, 3, 3 };
    static const topk_entry entry[] = { { 2, 0.9f }, { 1, 0.6f }, { 3, 0.3f } };
    const interactions x = { .n_users = 3, .n_items = 4, .start = start, .item = item };
    const item_lists pool = { 4, pool_start, entry };
    basket_log log;
    item_lists lists;
    float votes[3];
    assert_ok(c, basket_log_of(c, &x, &log));
    basket_votes(&log, 0, 0, votes);
    static const struct { double covered; uint32_t order[3]; } cases[] = { { 0, { 2, 1, 3 } }, { 1, { 2, 3, 1 } } };
    for (size_t k = 0; k < COUNT(cases); k++) {
        assert_ok(c, basket_cover(c, &log, votes, NULL, &pool, cases[k].covered, 0, 1, &lists));
        for (uint32_t r = 0; r < 3; r++) assert_int_equal(cases[k].order[r], lists.entry[lists.start[0] + r].item);
    }
}

TEST(basket_blend, takes_empty_baskets_and_survives_damage) {
    TEST_CTX(c);
    interactions x = draw(c, 4);
    const model_row *row = model_named(STR("basket_blend"));
    model_options o = model_default_options(row);
    model m, back;
    buf out;
    float scores[ITEMS], again[ITEMS];
    static const uint32_t cart[] = { 3, 3, 99, 1, 7 };
    history h = { .n = 5, .item = cart, .user = MODEL_NOBODY };
    assert_ok(c, model_fit(c, row, &x, &o, &m));
    assert_ok(c, model_score(c, &m, &h, 1, scores));
    buf_init_in(&out, c->arena, 4 * MIB);
    assert_ok(c, model_save(c, &m, &out));
    for (size_t at = 0; at < out.n; at += 131) {
        AUTO_ARENA room;
        arena_init(&room, 64 * MIB);
        ctx d;
        ctx_init(&d, &room);
        if (!taken_damaged(&d, &out, at, ITEMS, &back)) continue;
        if (model_score(&d, &back, &h, 1, again) == ERR_OK)
            for (size_t i = 0; i < ITEMS; i++)
                if (isnan(again[i])) test_fail("byte %zu: score %zu is no number", at, i);
    }
}
