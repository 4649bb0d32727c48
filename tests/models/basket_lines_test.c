/* The fade of pairs from line to line: what is fitted, when it tells, and that it is what products and the regression multiply by. */
#include "models/basket_lines.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "models/ease.h"
#include "models/rows.h"
#include "tests/test.h"

enum { SPAN = PRODUCT_FADE_SPAN, ITEMS = 60, BASKETS = 1200, EACH = 12 };

TEST(basket_lines, a_fade_is_found_again) {
    /* given worths that fall as .05 + .1 / (1 + (d / 2)^2) and as .2 / (1 + (d / 8)^2), of pairs enough */
    static const struct { double a, b, reach; } cases[] = { { .05, .1, 2 }, { 0, .2, 8 } };
    for (size_t k = 0; k < COUNT(cases); k++) {
        double y[SPAN], n[SPAN];
        basket_fade fade;
        for (int d = 0; d < SPAN; d++) y[d] = cases[k].a + cases[k].b / (1 + pow(d / cases[k].reach, 2)), n[d] = 1e6;
        basket_fade_fit(y, n, &fade);
        /* then that is the fade, 1 for the item itself */
        double floor = cases[k].a / (cases[k].a + cases[k].b);
        assert_true(fade.tells && fade.all[0] == 1);
        assert_true(fabs((double)fade.floor - floor) < 2e-3 && fabs((double)fade.lines - cases[k].reach) < 1e-6);
        for (int d = 1; d < SPAN; d++) {
            assert_true(fabs((double)fade.all[d] - y[d] / (cases[k].a + cases[k].b)) < 2e-3);
            assert_true(fade.near[d] > 0 && fade.near[d] <= fade.near[d - 1]);
        }
    }
}

TEST(basket_lines, nothing_fades_where_neighbours_are_worth_no_more_or_pairs_are_few) {
    static const struct { double near, far, pairs, least; bool tells; } cases[] = {
        { .1, .1, 1e6, 1, false },                  /* the order says nothing */
        { .05, .1, 1e6, 1, false },                 /* neighbours are worth less */
        { 0, 0, 0, 1, false },                      /* no pairs at all */
        { .2, .1, 1, 1, false },                    /* one pair of each distance */
        { .2, .1, 1e4, 0.25, true },
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        double y[SPAN], n[SPAN];
        basket_fade fade;
        for (int d = 0; d < SPAN; d++) y[d] = d <= 2 ? cases[k].near : cases[k].far, n[d] = cases[k].pairs;
        basket_fade_fit(y, n, &fade);
        if (fade.tells != cases[k].tells) test_fail("case %zu: %d, %.3f", k, fade.tells, (double)fade.floor);
        for (int d = 0; d < SPAN; d++) assert_true((double)fade.all[d] >= cases[k].least && fade.all[d] <= 1);
    }
}

static void shuffle(rng *r, uint32_t *v, uint32_t n) {
    for (uint32_t k = n; k-- > 1;) {
        uint32_t other = (uint32_t)rng_below(r, k + 1), kept = v[k];
        v[k] = v[other], v[other] = kept;
    }
}

/* Baskets of EACH items, twins (2k, 2k + 1) on neighbouring lines; `shuffled`: lines in any order. */
static interactions twins_in_order(ctx *c, bool shuffled) {
    rng r;
    rng_seed(&r, 5);
    uint64_t *start = arena_new(c->arena, uint64_t, BASKETS + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, BASKETS * EACH), twin[ITEMS / 2];
    for (uint32_t k = 0; k < ITEMS / 2; k++) twin[k] = 2 * k;
    for (uint32_t b = 0; b < BASKETS; b++) {
        uint32_t *to = item + start[b];
        shuffle(&r, twin, ITEMS / 2);
        for (uint32_t k = 0; k < EACH; k += 2) to[k] = twin[k / 2], to[k + 1] = to[k] + 1;
        if (shuffled) shuffle(&r, to, EACH);
        start[b + 1] = start[b] + EACH;
    }
    return (interactions){ .n_users = BASKETS, .n_items = ITEMS, .start = start, .item = item };
}

static void learn_from(ctx *c, bool shuffled, basket_log *ret_log, basket_fade *ret_fade) {
    const interactions x = twins_in_order(c, shuffled);
    basket_log older, newer;
    assert_ok(c, basket_log_of(c, &x, ret_log));
    assert_ok(c, basket_log_split(c, ret_log, 0.3, &older, &newer));
    assert_ok(c, basket_fade_learn(c, &older, &newer, ret_fade));
}

TEST(basket_lines, are_learned_from_a_shop_where_what_belongs_together_is_put_in_together) {
    TEST_CTX(c);
    basket_log log;
    basket_fade ordered, shuffled;
    learn_from(c, false, &log, &ordered);
    learn_from(c, true, &log, &shuffled);
    assert_true(ordered.tells && ordered.floor < 0.2f && ordered.lines < 3);
    if (shuffled.floor < 0.9f) test_fail("in no order: %.3f by %.1f lines", (double)shuffled.floor, (double)shuffled.lines);
}

TEST(basket_lines, fade_pairs_as_by_definition) {
    /* given baskets and their first lines */
    TEST_CTX(c);
    basket_log log;
    basket_fade fade;
    item_lists lists;
    float votes[BASKETS], total[ITEMS];
    learn_from(c, false, &log, &fade);
    basket_votes(&log, 0.6, 0, votes);
    /* when their pairs are counted with the fade */
    assert_ok(c, basket_pairs(c, &log, votes, fade.all, ITEMS, 2, &lists, total));
    /* then each is the sum of votes times what is left of them */
    double want[ITEMS][ITEMS] = { { 0 } };
    for (uint32_t b = 0; b < BASKETS; b++)
        for (uint64_t e = log.x.start[b]; e < log.x.start[b + 1]; e++)
            for (uint64_t f = log.x.start[b]; f < log.x.start[b + 1]; f++) {
                int between = abs((int)log.lines.value[e] - (int)log.lines.value[f]);
                want[log.x.item[e]][log.x.item[f]] += (double)votes[b] * (double)fade.all[between];
            }
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint64_t e = lists.start[i]; e < lists.start[i + 1]; e++)
            assert_true(fabs((double)lists.entry[e].score - want[i][lists.entry[e].item]) < 1e-3);
    assert_int_equal(ITEMS - 1, lists.start[1]);
}

TEST(basket_lines, of_no_fade_give_the_plain_regression_and_of_any_fade_one_that_exists) {
    TEST_CTX(c);
    basket_log log;
    basket_fade fade;
    model_options o = model_default_options(&model_ease);
    void *plain = NULL, *faded = NULL;
    float ones[SPAN], expected[ITEMS], scores[ITEMS];
    const uint32_t asked[] = { 3, 8, 40 };
    const history h = { .n = 3, .item = asked, .user = MODEL_NOBODY };
    learn_from(c, false, &log, &fade);
    assert_ok(c, model_set_all(c, &model_ease, &o, STR("lambda=5 user_power=0.5 values=0")));
    for (int d = 0; d < SPAN; d++) ones[d] = 1;
    /* given lines that do not fade, then the scores are those of the baskets alone */
    assert_ok(c, model_ease.fit(c, &log.x, &o, &plain));
    assert_ok(c, ease_fit_lines(c, &log.lines, ones, &o, &faded));
    assert_ok(c, model_ease.score(c, plain, &h, 1, expected));
    assert_ok(c, model_ease.score(c, faded, &h, 1, scores));
    for (uint32_t i = 0; i < ITEMS; i++) assert_true(fabsf(expected[i] - scores[i]) < 1e-6f);
    /* and every fade that can be learned leaves the matrix positive definite, with next to no ridge too */
    assert_ok(c, model_set_all(c, &model_ease, &o, STR("lambda=0.001")));
    for (int k = 0; k < 6; k++) {
        double y[SPAN], n[SPAN];
        for (int d = 0; d < SPAN; d++) y[d] = d <= 1 << k ? 1 : 0, n[d] = 1e9;
        basket_fade_fit(y, n, &fade);
        assert_ok(c, ease_fit_lines(c, &log.lines, fade.all, &o, &faded));
    }
}
