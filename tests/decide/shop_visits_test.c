/* The log of a shop as visits: who counts, what a visit is, nothing of the future. */
#include "decide/shop_visits.h"
#include "schema/event_kinds.h"
#include "storage/queries.h"
#include "tests/features/little_shop.h"
#include "tests/test.h"
#include <stdio.h>
#include <string.h>

enum { NOON = 10 };
static int64_t minute(int n) { return shop_day_ms(NOON) + n * (int64_t)MS_PER_MINUTE; }

static little_shop abc_shop(ctx *c) {
    little_shop s = little_shop_open(c);
    static const char *const ids[] = { "a", "b", "c", "d" };
    for (size_t i = 0; i < COUNT(ids); i++) shop_product(&s, ids[i], ids[i], 100, "");
    return s;
}

static shop_visits read_visits(little_shop *s, int64_t as_of_ms) {
    shop_data shop;
    shop_visits v;
    assert_ok(s->c, features_load_shop(s->c, s->d, s->store_id, as_of_ms, &shop));
    assert_ok(s->c, shop_visits_load(s->c, s->d, &shop, &v));
    return v;
}

TEST(shop_visits, are_cut_by_silence_and_stand_in_the_order_of_time) {
    TEST_CTX(c);
    AUTO_LITTLE_SHOP s = abc_shop(c);
    /* given: ana looks at a, c and b, the middle one told late; 30 minutes are no silence, a moment more is */
    shop_event(&s, "ana", minute(0), "view", "a");
    shop_event(&s, "ana", minute(9), "view", "b");
    shop_event(&s, "ion", minute(3), "view", "d");
    shop_event(&s, "ana", minute(2), "click", "c");
    shop_event(&s, "ana", minute(39), "cart_add", "b");
    shop_event(&s, "ana", minute(69) + 1, "view", "a");
    shop_event(&s, "ana", minute(70), "search", "a");       /* no product is meant by it */
    shop_event(&s, "ana", minute(70), "view", "unknown");
    /* when */
    shop_visits v = read_visits(&s, minute(100));
    /* then */
    static const uint32_t item[] = { 0, 2, 1, 1, 0, 3 }, visit[] = { 0, 0, 0, 0, 1, 0 };
    static const uint8_t kind[] = { EVENT_VIEW, EVENT_CLICK, EVENT_VIEW, EVENT_CART, EVENT_VIEW, EVENT_VIEW };
    assert_int_equal(2, v.n_visitors);
    assert_int_equal(3, v.n_visits);
    assert_int_equal(5, v.start[1]);
    assert_int_equal(6, v.start[2]);
    assert_memory_equal(item, v.item, sizeof item);
    assert_memory_equal(visit, v.visit, sizeof visit);
    assert_memory_equal(kind, v.kind, sizeof kind);
    /* and all of it by time: ana's a and c, ion's d, then ana's others */
    static const uint32_t by_time[] = { 0, 1, 5, 2, 3, 4 };
    assert_memory_equal(by_time, v.by_time, sizeof by_time);
}

TEST(shop_visits, leave_out_robots_and_who_did_not_agree_to_all) {
    static const struct { const char *visitor, *consent, *otherwise; bool robot, counts; } cases[] = {
        { "ana", "all", "", false, true }, { "ana", "", "", false, true }, { "ana", "statistics", "", false, false },
        { "ana", "none", "", false, false }, { "ana", "all", "", true, false }, { "", "all", "", false, false },
        { "ana", "", "statistics", false, false }, { "ana", "all", "none", false, true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        AUTO_LITTLE_SHOP s = abc_shop(c);
        buf settings;
        buf_init_in(&settings, c->arena, KIB);
        buf_printf(&settings, "{\"consent_default\":\"%s\"}", cases[i].otherwise);
        assert_ok(c, storage_put(c, s.d, &store_entity, &(store){ .store_id = s.store_id, .name = STR("abc"),
                                                                  .settings = buf_view(&settings) }));
        if (*cases[i].visitor) shop_visitor(&s, cases[i].visitor, cases[i].consent, cases[i].robot);
        shop_event(&s, cases[i].visitor, minute(0), "view", "a b");
        shop_visits v = read_visits(&s, minute(5));
        assert_int_equal(cases[i].counts ? 2 : 0, v.start[v.n_visitors]);
    }
}

TEST(shop_visits, are_not_changed_by_the_future) {
    TEST_CTX(c);
    AUTO_LITTLE_SHOP s = abc_shop(c);
    for (int i = 0; i < 40; i++) shop_event(&s, i % 3 ? "ana" : "ion", minute(i), i % 2 ? "view" : "cart_add", i % 4 ? "a" : "c");
    /* given what was known at minute 40, and what came at that very moment and after it, of old visitors and new ones */
    shop_visits before = read_visits(&s, minute(40));
    for (int i = 40; i < 80; i++) shop_event(&s, i % 3 ? "ana" : "eva", minute(i), "view", "d");
    shop_purchase(&s, "ana", minute(40), "o1", "a b");
    /* then nothing of it is seen */
    shop_visits after = read_visits(&s, minute(40));
    assert_int_equal(before.n_visitors, after.n_visitors);
    assert_int_equal(0, after.n_orders);
    uint64_t n = before.start[before.n_visitors];
    assert_memory_equal(before.start, after.start, (before.n_visitors + 1) * sizeof *before.start);
    assert_memory_equal(before.item, after.item, n * sizeof *before.item);
    assert_memory_equal(before.kind, after.kind, n * sizeof *before.kind);
    assert_memory_equal(before.time_ms, after.time_ms, n * sizeof *before.time_ms);
}

TEST(shop_visits, of_an_earlier_moment_are_those_that_were_over_by_then) {
    TEST_CTX(c);
    AUTO_LITTLE_SHOP s = abc_shop(c);
    shop_event(&s, "ana", minute(0), "view", "a b");
    shop_event(&s, "ana", minute(60), "view", "c");
    shop_event(&s, "ion", minute(50), "view", "d");
    shop_visits v = read_visits(&s, minute(200)), then;
    /* at minute 70 ana's second visit may still go on, and so may ion's */
    assert_ok(c, shop_visits_before(c, &v, minute(70), &then));
    assert_int_equal(2, then.n_visitors);
    assert_int_equal(2, then.start[1]);
    assert_int_equal(2, then.start[2]);
    assert_int_equal(1, then.n_visits);
    assert_ok(c, shop_visits_before(c, &v, minute(90) + 1, &then));
    assert_int_equal(4, then.start[2]);
}

TEST(shop_visits, as_interactions_count_what_was_done_to_a_product_in_a_row_once) {
    TEST_CTX(c);
    AUTO_LITTLE_SHOP s = abc_shop(c);
    shop_event(&s, "ana", minute(0), "view", "a");
    shop_event(&s, "ana", minute(1), "cart_add", "a");
    shop_event(&s, "ana", minute(2), "view", "a b");
    shop_event(&s, "ana", minute(3), "view", "a");
    shop_event(&s, "ana", minute(90), "view", "a");
    shop_visits v = read_visits(&s, minute(100));
    interactions x;
    assert_ok(c, shop_visits_interactions(c, &v, 4, &x));
    assert_ok(c, interactions_check(c, &x));
    static const uint32_t item[] = { 0, 1, 0, 0 }, visit[] = { 0, 0, 0, 1 };
    assert_int_equal(4, x.start[1]);
    assert_memory_equal(item, x.item, sizeof item);
    assert_memory_equal(visit, x.visit, sizeof visit);
    assert_true(x.weight[0] == (float)event_kinds[EVENT_CART].weight && x.weight[1] == (float)event_kinds[EVENT_VIEW].weight);
    assert_int_equal(minute(2), x.time_ms[0]);              /* all of it was known then only */
}

TEST(shop_visits, know_who_placed_an_order) {
    TEST_CTX(c);
    AUTO_LITTLE_SHOP s = abc_shop(c);
    shop_order(&s, "o1", 1, "", "completed", "a b");
    shop_order(&s, "o2", 2, "7", "completed", "c");
    shop_event(&s, "eva", shop_day_ms(1), "view", "d");
    shop_purchase(&s, "ana", shop_day_ms(2) + 5, "o2", "c");
    shop_purchase(&s, "eva", shop_day_ms(2) + 9, "o2", "c");            /* told again by somebody else */
    shop_visits v = read_visits(&s, shop_day_ms(5));
    shop_data shop = little_shop_load(&s, 5);
    uint32_t *buyer;
    assert_ok(c, shop_visits_buyers(c, &v, &shop.baskets, &buyer));
    assert_int_equal(SHOP_NONE, buyer[0]);
    assert_int_equal(1, buyer[1]);                          /* the second visitor heard of */
    assert_int_equal(3, v.start[2]);
}

TEST(shop_visits, read_every_kind_of_event_that_weighs_something) {
    for (size_t k = 0; k < EVENT_KINDS; k++) {
        char room[128];
        snprintf(room, sizeof room, "'%s'", event_kinds[k].word);
        assert_int_equal(event_kinds[k].weight > 0, strstr(query_shopping.sql, room) != NULL);
    }
}
