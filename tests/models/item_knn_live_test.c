/* Live lists: orders added one by one give the lists of a fit on everything. */
#include "models/item_knn_live.h"
#include <math.h>
#include <stdlib.h>
#include "models/rows.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

enum { USERS = 90, ITEMS = 60, EVENTS = 900, FIRST = 500 };

typedef struct { uint32_t user, item; float weight; } event;

/* Events of the first n as interactions; users in the order of their numbers, events in the order they came. */
static interactions until(ctx *c, const event *events, size_t n, uint32_t n_users) {
    uint64_t *start = arena_new(c->arena, uint64_t, USERS + 1), at = 0;
    uint32_t *item = arena_new(c->arena, uint32_t, n);
    float *weight = arena_new(c->arena, float, n);
    for (uint32_t u = 0; u < n_users; u++) {
        for (size_t e = 0; e < n; e++)
            if (events[e].user == u) item[at] = events[e].item, weight[at++] = events[e].weight;
        start[u + 1] = at;
    }
    return (interactions){ .n_users = n_users, .n_items = ITEMS, .start = start, .item = item, .weight = weight };
}

/* New users come with rising numbers, as a shop gives them. */
static uint32_t make_events(ctx *c, event *events) {
    uint32_t n_users = 1;
    for (size_t e = 0; e < EVENTS; e++) {
        uint32_t u = (uint32_t)rng_below(&c->random, (uint64_t)n_users + (n_users < USERS && e % 8 == 0));
        if (u == n_users) n_users++;
        events[e] = (event){ u, (uint32_t)rng_below(&c->random, 1 + rng_below(&c->random, ITEMS)), (float)(1 + rng_below(&c->random, 3)) };
    }
    return n_users;
}

static uint32_t users_until(const event *events, size_t n) {
    uint32_t users = 0;
    for (size_t e = 0; e < n; e++)
        if (events[e].user >= users) users = events[e].user + 1;
    return users;
}

static item_knn_live *live_of(ctx *c, const interactions *x, const char *settings) {
    model_options o = model_default_options(&model_item_knn);
    item_knn_live *l;
    assert_ok(c, model_set_all(c, &model_item_knn, &o, str_of(settings)));
    assert_ok(c, item_knn_live_new(c, x, &o, &l));
    return l;
}

static void assert_same_lists(ctx *c, item_knn_live *got, item_knn_live *want, const char *settings) {
    for (uint32_t i = 0; i < ITEMS; i++) {
        const topk_entry *a, *b;
        uint32_t n_a, n_b;
        assert_ok(c, item_knn_live_list(c, got, i, &a, &n_a));
        assert_ok(c, item_knn_live_list(c, want, i, &b, &n_b));
        assert_int_equal(n_b, n_a);
        for (uint32_t m = 0; m < n_a; m++)      /* by rank: entries that are equal but for rounding may stand either way */
            if (fabsf(a[m].score - b[m].score) > 1e-5f * fmaxf(1, b[m].score))
                test_fail("%s: item %u, place %u: %g, not %g", settings, i, m, (double)a[m].score, (double)b[m].score);
    }
}

static const char *const settings[] = {
    "similarity=0 values=2 own=1 other=1", "similarity=0 values=0 k=5", "similarity=0 values=1 k=8 shrink=3", "similarity=2 values=3 k=7",
    "similarity=2 values=2 own=1.4 other=0.4", "similarity=3 k=6", "similarity=2 k=10 max_history=8",
};

TEST(models, item_knn_live_gives_after_each_order_what_a_refit_gives) {
    for (size_t s = 0; s < COUNT(settings); s++) {
        TEST_CTX(c);
        event events[EVENTS];
        uint32_t n_users = make_events(c, events);
        interactions first = until(c, events, FIRST, users_until(events, FIRST)), all = until(c, events, EVENTS, n_users);
        item_knn_live *l = live_of(c, &first, settings[s]);
        for (size_t e = FIRST; e < EVENTS; e++) {
            const topk_entry *list;
            uint32_t n;
            assert_ok(c, item_knn_add(c, l, events[e].user, &events[e].item, &events[e].weight, 1));
            if (e % 3 == 0) assert_ok(c, item_knn_live_list(c, l, (uint32_t)(e % ITEMS), &list, &n));   /* asked in between */
        }
        assert_same_lists(c, l, live_of(c, &all, settings[s]), settings[s]);
    }
}

TEST(models, item_knn_live_scores_as_the_model_does) {
    TEST_CTX(c);
    event events[EVENTS];
    uint32_t n_users = make_events(c, events);
    interactions x = until(c, events, EVENTS, n_users);
    for (size_t s = 0; s < COUNT(settings); s++) {
        item_knn_live *l = live_of(c, &x, settings[s]);
        model m = fitted(c, &model_item_knn, &x, settings[s], 0);
        float got[ITEMS], want[ITEMS];
        for (uint32_t u = 0; u < n_users; u += 7) {
            const history h = interactions_history(&x, u);
            assert_ok(c, model_score(c, &m, &h, 1, want));
            assert_ok(c, item_knn_live_score(c, l, &h, got));
            for (size_t i = 0; i < ITEMS; i++)
                if (fabsf(want[i] - got[i]) > 1e-5f * fmaxf(1, want[i])) test_fail("%s: %g, not %g", settings[s],
                    (double)got[i], (double)want[i]);
        }
    }
}

TEST(models, item_knn_live_takes_whole_orders_with_repeats) {
    TEST_CTX(c);
    event events[EVENTS];
    uint32_t n_users = make_events(c, events), item[3] = { 4, 9, 4 };
    interactions x = until(c, events, FIRST, n_users);
    item_knn_live *whole = live_of(c, &x, "values=2 k=9"), *single = live_of(c, &x, "values=2 k=9");
    assert_ok(c, item_knn_add(c, whole, 3, item, NULL, 3));
    for (size_t e = 0; e < 3; e++) assert_ok(c, item_knn_add(c, single, 3, &item[e], NULL, 1));
    assert_ok(c, item_knn_add(c, whole, 3, item, NULL, 0));
    assert_same_lists(c, whole, single, "an order of three");
}

TEST(models, item_knn_live_refuses_what_it_cannot_follow) {
    TEST_CTX(c);
    event events[EVENTS];
    uint32_t n_users = make_events(c, events), item = ITEMS, known = 0, n;
    interactions x = until(c, events, FIRST, n_users);
    item_knn_live *l = live_of(c, &x, "");
    float weight = -1;
    const topk_entry *list;
    assert_err(ERR_INVALID, item_knn_add(c, l, 0, &item, NULL, 1));
    assert_err(ERR_INVALID, item_knn_add(c, l, n_users + 1, &known, NULL, 1));
    assert_err(ERR_INVALID, item_knn_add(c, l, 0, &known, &weight, 1));
    assert_err(ERR_INVALID, item_knn_live_list(c, l, ITEMS, &list, &n));
    static const char *const moving[] = { "similarity=1", "half_life_days=30" };
    for (size_t s = 0; s < COUNT(moving); s++) {
        model_options o = model_default_options(&model_item_knn);
        assert_ok(c, model_set_all(c, &model_item_knn, &o, str_of(moving[s])));
        assert_err(ERR_INVALID, item_knn_live_new(c, &x, &o, &l));
    }
}
