/* Tastes by hand, and the search of neighbours against looking at everybody. */
#include <math.h>
#include <string.h>
#include "models/visits.h"
#include "tests/test.h"

TEST(visits, a_visit_is_a_set_and_newer_ones_weigh_more) {
    TEST_CTX(c);
    /* visits {0, 1}, {1, 9 unknown}, {2, 1}; 1 is repeated in the first one */
    static const uint32_t item[] = { 0, 1, 1, 1, 9, 2, 1 }, visit[] = { 0, 0, 0, 3, 3, 7, 7 };
    history h = { .n = 7, .item = item, .visit = visit, .user = MODEL_NOBODY };
    double param[VISIT_TIFU_PARAMS] = { [VISIT_DECAY] = 0.5, [VISIT_GROUP_DECAY] = 0.1, [VISIT_GROUPS] = 1 };
    visit_tasting s;
    assert_ok(c, visit_tasting_new(c, 4, &s));
    visit_taste(&s, &h, visit_weight_tifu, param);
    visit_tasting_sort(&s);
    assert_int_equal(3, s.visits);
    assert_int_equal(5, s.last_visit);
    assert_int_equal(3, s.n);
    static const float expected[] = { 0.25f / 3, 1.75f / 3, 1.0f / 3, 0 };
    for (uint32_t i = 0; i < 4; i++) assert_true(fabsf(expected[i] - s.value[i]) < 1e-6f);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(i, s.item[i]);
    visit_taste(&s, &(history){ .user = MODEL_NOBODY }, visit_weight_one, NULL);
    assert_int_equal(0, s.n);
    for (uint32_t i = 0; i < 4; i++) assert_true(s.value[i] == 0);
}

TEST(visits, groups_decay_as_the_paper_has_them) {
    static const struct { double groups, decay, group_decay; uint64_t n; double expected[5]; } cases[] = {
        { 7, 0.9, 0.7, 1, { 1 } },
        { 7, 0.9, 0.7, 2, { 0.35, 0.5 } },                                  /* fewer visits than groups: each is one */
        { 2, 0.9, 0.7, 4, { 0.7 * 0.9 / 4, 0.7 / 4, 0.9 / 4, 0.25 } },
        { 2, 0.5, 0.1, 5, { 0.1 * 0.25 / 6, 0.1 * 0.5 / 6, 0.1 / 6, 0.5 / 4, 0.25 } },      /* three and two */
        { 1, 1, 0, 4, { 0.25, 0.25, 0.25, 0.25 } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double param[] = { [VISIT_DECAY] = cases[i].decay, [VISIT_GROUP_DECAY] = cases[i].group_decay, [VISIT_GROUPS] = cases[i].groups };
        for (uint64_t t = 0; t < cases[i].n; t++) {
            double got = visit_weight_tifu(param, t, cases[i].n);
            if (fabs(got - cases[i].expected[t]) > 1e-12) test_fail("case %zu, visit %d: %g", i, (int)t, got);
        }
    }
}

enum { USERS = 90, ITEMS = 40 };

/* Random shoppers; one in six took nothing. */
static void draw(ctx *c, rng *r, visit_index *ret_index) {
    visit_rows rows;
    visit_tasting s;
    assert_ok(c, visit_rows_new(c, USERS, ITEMS, USERS * 10, &rows));
    assert_ok(c, visit_tasting_new(c, ITEMS, &s));
    for (uint32_t u = 0; u < USERS; u++) {
        uint32_t item[10], visit[10], n = u % 6 == 0 ? 0 : 1 + (uint32_t)rng_below(r, 10);
        for (uint32_t i = 0; i < n; i++) item[i] = (uint32_t)rng_below(r, ITEMS), visit[i] = i / 3;
        visit_taste(&s, &(history){ .n = n, .item = item, .visit = visit }, visit_weight_one, NULL);
        visit_rows_add(&rows, &s, NULL);
    }
    assert_ok(c, csr_check(c, &rows.rows));
    assert_ok(c, visit_index_build(c, &rows.rows, &rows.rows, ret_index));
}

static double distance2(const visit_index *ix, uint32_t user, const visit_tasting *s, double *ret_dot) {
    double d = 0, dot = 0;
    float dense[ITEMS] = { 0 };
    for (uint64_t e = ix->taste.start[user]; e < ix->taste.start[user + 1]; e++) dense[ix->taste.col[e]] = ix->taste.value[e];
    for (uint32_t i = 0; i < ITEMS; i++) {
        d += pow((double)dense[i] - (double)s->value[i], 2);
        dot += (double)dense[i] * (double)s->value[i];
    }
    *ret_dot = dot;
    return d;
}

TEST(visits, the_index_finds_who_a_look_at_everybody_finds) {
    TEST_CTX(c);
    rng r;
    rng_seed(&r, 5);
    visit_index ix;
    visit_search near;
    visit_tasting s;
    draw(c, &r, &ix);
    assert_ok(c, visit_search_new(c, &ix, 7, &near));
    assert_ok(c, visit_tasting_new(c, ITEMS, &s));
    for (uint32_t round = 0; round < 200; round++) {
        uint32_t item[8], n = (uint32_t)rng_below(&r, 9), self = (uint32_t)rng_below(&r, USERS);
        for (uint32_t i = 0; i < n; i++) item[i] = (uint32_t)rng_below(&r, ITEMS);
        visit_taste(&s, &(history){ .n = n, .item = item }, visit_weight_one, NULL);
        topk_entry room[2][7];
        topk close = { room[0], 0, 7 }, alike = { room[1], 0, 7 };
        for (uint32_t u = 0; u < USERS; u++) {
            double dot, d = distance2(&ix, u, &s, &dot);
            if (u != self) topk_offer(&close, u, (float)-d);
            if (u != self && dot > 0) topk_offer(&alike, u, (float)dot);
        }
        topk_sort(&close), topk_sort(&alike);
        visit_nearest_euclid(&ix, &s, self, &near);
        assert_int_equal(7, near.best.n);
        for (uint32_t k = 0; k < 7; k++) assert_int_equal(close.entry[k].item, near.best.entry[k].item);
        visit_nearest_dot(&ix, &s, NULL, self, &near);
        assert_int_equal(alike.n, near.best.n);
        for (uint32_t k = 0; k < alike.n; k++) assert_int_equal(alike.entry[k].item, near.best.entry[k].item);
    }
}

TEST(visits, what_everybody_takes_counts_last_visits_and_each_shopper_once) {
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 4, 4, 7 };
    static const uint32_t item[] = { 0, 1, 2, 2, 1, 0, 0 }, visit[] = { 0, 0, 1, 1, 0, 1, 1 };
    interactions x = { .n_users = 3, .n_items = 4, .start = start, .item = item, .visit = visit };
    const float *share = NULL;
    assert_ok(c, visits_everybody(c, &x, &share));
    static const float expected[] = { 0.5f, 0, 0.5f, 0 };
    assert_memory_equal(expected, share, sizeof expected);
}
