/* From a shop in the database to what a snapshot says of it. */
#include "decide/learn.h"
#include "tests/features/little_shop.h"
#include "tests/test.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct { learn_params params; learn_report report; snapshot s; str bytes; } lesson;

static const char *fresh_path(ctx *c) {
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/learned.snap", test_folder());
    return path.p;
}

static lesson learn_with(little_shop *shop, int day, learn_params p) {
    lesson x = { .params = p };
    const char *path = fresh_path(shop->c);
    x.params.as_of_ms = shop_day_ms(day);
    x.params.created_ms = 77;
    x.params.version = 5;
    assert_ok(shop->c, learn_store(shop->c, shop->d, shop->store_id, &x.params, path, &x.report));
    assert_ok(shop->c, file_read(shop->c, path, 100 * MIB, &x.bytes));
    assert_ok(shop->c, snapshot_read(shop->c, x.bytes, &x.s));
    assert_int_equal(x.bytes.n, x.report.bytes);
    return x;
}

static lesson learn(little_shop *shop, int day) { return learn_with(shop, day, learn_default_params()); }

static uint32_t item_of(const lesson *x, const char *id) {
    uint32_t item = snapshot_find_item(&x->s, str_of(id));
    assert_true(item != SNAPSHOT_NONE);
    return item;
}

/* The rule from one product to another; NULL when there is none. */
static const snapshot_rule *rule_between(const lesson *x, const char *from, const char *to) {
    rule_span rules = snapshot_cross_sell(&x->s, item_of(x, from));
    for (uint32_t i = 0; i < rules.n; i++)
        if (rules.p[i].item == item_of(x, to)) return &rules.p[i];
    return NULL;
}

/* Lamps, bulbs and coffee, nobody has bought anything. */
static little_shop lamp_shop(ctx *c) {
    little_shop shop = little_shop_open(c);
    shop_category_row(&shop, "light", "");
    shop_category_row(&shop, "kitchen", "");
    shop_product(&shop, "lamp1", "Lampă de birou neagră", 10000, "light");
    shop_product(&shop, "lamp2", "Lampă de birou aurie", 15000, "light");
    shop_product(&shop, "lamp3", "Lampă de birou de lux", 19000, "light");
    shop_product(&shop, "lamp4", "Lampă de cristal", 90000, "light");
    shop_product(&shop, "bulb", "Bec LED", 1500, "light");
    shop_product(&shop, "coffee", "Cafea boabe", 5000, "kitchen");
    shop_product(&shop, "mug", "Cană ceramică", 3000, "kitchen");
    return shop;
}

TEST(learn, of_an_empty_store_makes_an_empty_snapshot) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    lesson x = learn(&shop, 1);
    assert_int_equal(0, x.s.n_items);
    assert_int_equal(5, x.s.facts.version);
    assert_int_equal(77, x.s.facts.created_ms);
    assert_true(x.s.facts.hit_rate < 0);
    little_shop_close(&shop);
}

TEST(learn, of_one_product_and_one_order_works) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_product(&shop, "1", "Lampă", 100, "");
    shop_order(&shop, "o1", 1, "ana", "completed", "1");
    lesson x = learn(&shop, 1);
    assert_int_equal(1, x.s.items[0].sales);
    assert_true(x.s.items[0].popularity == 1);
    assert_int_equal(0, snapshot_cross_sell(&x.s, 0).n);
    assert_int_equal(1, snapshot_popular(&x.s).n);
    assert_int_equal(1, snapshot_history(&x.s, STR("ana")).n);
    little_shop_close(&shop);
}

TEST(learn, without_orders_knows_content_price_ladder_and_news) {
    /* given a shop with products only, one of them new */
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_set_time(&shop, "mug", shop_day_ms(25));
    shop_set_time(&shop, "bulb", shop_day_ms(-400));
    /* when learned on day 30 */
    lesson x = learn(&shop, 30);
    /* then similar things, dearer things and new things are known, and nothing is invented */
    ranked_span similar = snapshot_similar(&x.s, item_of(&x, "lamp1"));
    assert_true(similar.n > 0 && (similar.p[0].item == item_of(&x, "lamp2") || similar.p[0].item == item_of(&x, "lamp3")));
    upsell_span up = snapshot_upsells(&x.s, item_of(&x, "lamp1"));
    assert_int_equal(2, up.n);                              /* lamp2 at 1.5x, lamp3 at 1.9x; lamp4 at 9x is none */
    for (uint32_t i = 0; i < up.n; i++) {
        assert_true(up.p[i].price_ratio >= 1.2f && up.p[i].price_ratio <= 2);
        assert_true(up.p[i].probability > 0 && up.p[i].probability < 0.2f && up.p[i].confidence == 0);
        assert_true(up.p[i].discount == 0.05f);
    }
    ranked_span newest = snapshot_newest(&x.s);
    assert_int_equal(1, newest.n);
    assert_int_equal(item_of(&x, "mug"), newest.p[0].item);
    assert_int_equal(0, x.s.n_cross_sell);
    assert_int_equal(0, x.s.n_popular);
    assert_int_equal(0, x.s.n_trending);
    little_shop_close(&shop);
}

TEST(learn, makes_a_rule_of_the_first_order_and_doubts_it) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_order(&shop, "o1", 1, "ana", "processing", "lamp1 bulb");
    lesson one = learn(&shop, 2);
    const snapshot_rule *first = rule_between(&one, "lamp1", "bulb");
    assert_non_null(first);
    assert_int_equal(1, first->count);
    float confidence = first->confidence, probability = first->probability;
    assert_true(confidence > 0 && confidence < 0.5f && probability > 0 && probability < 1);
    char id[16];
    for (int i = 0; i < 40; i++) {
        snprintf(id, sizeof id, "p%d", i);
        shop_order(&shop, id, 1, "", "completed", i % 4 ? "lamp1 bulb" : "coffee mug");
    }
    lesson many = learn(&shop, 2);
    const snapshot_rule *now = rule_between(&many, "lamp1", "bulb");
    assert_int_equal(31, now->count);
    assert_true(now->confidence > confidence && now->lift > 1 && now->llr > 0);
    assert_true(now->probability > 0.5f);
    little_shop_close(&shop);
}

TEST(learn, ignores_cancelled_orders_and_refunded_lines) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_order(&shop, "o1", 1, "ana", "cancelled", "lamp1 coffee");
    shop_order(&shop, "o2", 1, "ana", "completed", "lamp1 mug");
    shop_refund_line(&shop, "o2", 2, "mug", 1);
    shop_order(&shop, "o3", 1, "ana", "completed", "lamp1 bulb");
    lesson x = learn(&shop, 5);
    assert_non_null(rule_between(&x, "lamp1", "bulb"));
    assert_null(rule_between(&x, "lamp1", "coffee"));
    assert_null(rule_between(&x, "lamp1", "mug"));
    assert_int_equal(0, x.s.items[item_of(&x, "mug")].sales);
    assert_int_equal(3, x.report.orders);
    assert_int_equal(2, x.report.baskets);
    little_shop_close(&shop);
}

TEST(learn, folds_variations_into_rules_of_their_product) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_variation(&shop, "lamp1-red", "lamp1", 11000, "instock");
    shop_order(&shop, "o1", 1, "ana", "completed", "lamp1-red@lamp1 bulb");
    lesson x = learn(&shop, 5);
    assert_int_equal(item_of(&x, "lamp1"), item_of(&x, "lamp1-red"));
    assert_non_null(rule_between(&x, "lamp1-red", "bulb"));
    little_shop_close(&shop);
}

TEST(learn, is_not_changed_by_the_future) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_order(&shop, "o1", 1, "ana", "completed", "lamp1 bulb");
    shop_order(&shop, "o2", 5, "ion", "completed", "coffee mug");
    lesson before = learn(&shop, 10);
    shop_order(&shop, "o0", 11, "ana", "completed", "lamp1 coffee mug");
    shop_refund_line(&shop, "o1", 11, "bulb", 1);
    shop_product(&shop, "future", "Lampă de birou nouă", 14000, "light");
    shop_set_time(&shop, "future", shop_day_ms(11));
    lesson after = learn(&shop, 10), later = learn(&shop, 12);
    assert_true(str_eq(before.bytes, after.bytes));
    assert_false(str_eq(before.bytes, later.bytes));
    assert_non_null(rule_between(&later, "lamp1", "coffee"));
    little_shop_close(&shop);
}

/* 24 products in a circle. */
static little_shop circle_shop(ctx *c) {
    little_shop shop = little_shop_open(c);
    char id[32];
    for (int i = 0; i < 24; i++) {
        snprintf(id, sizeof id, "p%02d", i);
        shop_product(&shop, id, i % 2 ? "Lampă" : "Cafea", 1000 + 10 * i, "");
        snprintf(id, sizeof id, "o%02d", i);
        shop_order(&shop, id, 1, "", "completed", i % 2 ? "p00 p01" : "p05 p06");
    }
    return shop;
}

/* Whoever looks at one looks at the next and the one behind it: 400 such visits on days 2 to 9. */
static void walk_the_circle(little_shop *shop) {
    char who[32], what[32];
    for (int i = 0; i < 400; i++) {
        int at = (int)rng_below(&shop->c->random, 24);
        snprintf(who, sizeof who, "v%d", i);
        for (int k = 0; k < 3; k++) {
            snprintf(what, sizeof what, "p%02d", (at + k) % 24);
            shop_event(shop, who, shop_day_ms(2) + i * (int64_t)(MS_PER_DAY / 60) + k * (int64_t)MS_PER_MINUTE, "view", what);
        }
    }
}

/* 80 of those who walk have accounts, bought something on day 1 and buy what is two further on day 6; the page tells who they are. */
static void come_again(little_shop *shop) {
    char id[32], who[32], what[32], visitor[32];
    for (int i = 0; i < 160; i++) {
        int day = i < 80 ? 1 : 6, person = i % 80;
        snprintf(id, sizeof id, "again%d", i), snprintf(who, sizeof who, "c%d", person), snprintf(visitor, sizeof visitor, "v%d", person);
        snprintf(what, sizeof what, "p%02d", (person + 2 * (i / 80)) % 24);
        shop_order(shop, id, day, who, "completed", what);
        shop_purchase(shop, visitor, shop_day_ms(day) + i, id, what);
    }
}

static uint32_t next_by_session(ctx *c, const lesson *x, uint32_t seen) {
    float *scores = arena_new(c->arena, float, x->s.n_items);
    uint32_t best = seen ? 0 : 1;
    assert_ok(c, model_score(c, &x->s.session_model, &(history){ .n = 1, .item = &seen, .user = MODEL_NOBODY }, 1, scores));
    for (uint32_t i = 0; i < x->s.n_items; i++)
        if (i != seen && scores[i] > scores[best]) best = i;
    return best;
}

TEST(learn, knows_what_is_looked_at_next_by_what_was_looked_at) {
    TEST_CTX(c);
    little_shop shop = circle_shop(c);
    walk_the_circle(&shop);
    lesson x = learn(&shop, 12);
    assert_non_null(x.s.session_model.row);
    assert_true(x.s.facts.session_unit > 0 && x.report.session.won);
    assert_true(x.report.session.best.gain.low > 0);
    assert_int_equal(400, x.report.visits);
    assert_int_equal(1200, x.report.visit_events);
    for (uint32_t seen = 0; seen < 24; seen++) {            /* then one view says which product is near */
        uint32_t next = next_by_session(c, &x, seen);
        assert_true(next == (seen + 1) % 24 || next == (seen + 23) % 24);
    }
    little_shop_close(&shop);
}

TEST(learn, of_events_that_do_not_count_gives_the_bytes_of_a_shop_without_events) {
    TEST_CTX(c);
    little_shop shop = circle_shop(c);
    lesson plain = learn(&shop, 12);
    assert_null(plain.s.session_model.row);
    /* given robots, people who did not agree, and pages of products that are not ours */
    shop_visitor(&shop, "robot", "all", true);
    shop_visitor(&shop, "shy", "statistics", false);
    for (int i = 0; i < 300; i++) {
        shop_event(&shop, i % 2 ? "robot" : "shy", shop_day_ms(2) + i, "view", "p00 p01 p02");
        shop_event(&shop, "ana", shop_day_ms(2) + i, "view", "gone");
    }
    lesson same = learn(&shop, 12);
    assert_true(str_eq(plain.bytes, same.bytes));
    little_shop_close(&shop);
}

TEST(learn, is_not_changed_by_events_of_the_future) {
    TEST_CTX(c);
    little_shop shop = circle_shop(c);
    walk_the_circle(&shop);
    come_again(&shop);
    lesson before = learn(&shop, 7);
    /* given that all that came on day 7 at noon or later becomes something else */
    logged_event e = { .store_id = shop.store_id };
    for (int i = 0; i < 2000; i++) {
        e.time_ms = shop_day_ms(7) + i * (int64_t)MS_PER_MINUTE, e.event_id = (e.time_ms << 20) + 500000 + i;
        e.kind = i % 3 ? STR("purchase") : STR("view"), e.visitor_id = i % 2 ? STR("v10") : STR("new");
        e.product_id = i % 5 ? STR("p03") : STR("p17"), e.order_id = STR("o03");
        assert_ok(c, storage_put(c, shop.d, &logged_event_entity, &e));
    }
    lesson after = learn(&shop, 7), later = learn(&shop, 12);
    assert_non_null(before.s.session_model.row);            /* all that learns from events is at work here */
    assert_true(before.report.personal.judged && before.report.personal.browsing_tried > 0);
    assert_true(str_eq(before.bytes, after.bytes));
    assert_false(str_eq(before.bytes, later.bytes));
    little_shop_close(&shop);
}

TEST(learn, gives_the_same_bytes_for_any_number_of_threads) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    char id[16], basket[64];
    for (int i = 0; i < 60; i++) {
        snprintf(id, sizeof id, "p%d", i);
        shop_product(&shop, id, i % 2 ? "Lampă de birou" : "Cafea boabe arabica", 1000 + 130 * i, "");
    }
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "o%d", i);
        int a = (int)rng_below(&c->random, 60), b = (int)rng_below(&c->random, 60);
        snprintf(basket, sizeof basket, "p%d p%d p%d", a, b, (a + 2) % 60);
        snprintf(id, sizeof id, "o%d", i);
        shop_order(&shop, id, i / 10, i % 3 ? "ana" : "", "completed", basket);
    }
    learn_params p = learn_default_params();
    p.threads = 1;
    lesson one = learn_with(&shop, 31, p);
    p.threads = 3;
    lesson three = learn_with(&shop, 31, p);
    assert_true(str_eq(one.bytes, three.bytes));
    little_shop_close(&shop);
}

TEST(learn, lends_rules_of_similar_products_to_those_without_sales) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    char id[16];
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "o%d", i);
        shop_order(&shop, id, i, "", "completed", "lamp1 bulb");
    }
    lesson x = learn(&shop, 21);
    const snapshot_rule *own = rule_between(&x, "lamp1", "bulb"), *lent = rule_between(&x, "lamp2", "bulb");
    assert_non_null(lent);
    assert_int_equal(0, lent->count);
    assert_true(lent->confidence < own->confidence && lent->probability <= own->probability && lent->score <= own->score);
    assert_true(x.report.carried > 0 && x.report.carried < x.report.cross_sell);
    little_shop_close(&shop);
}

TEST(learn, tells_what_people_also_bought_in_other_orders) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    static const char *const people[] = { "ana", "ion", "dan", "eva", "mia" };
    char id[16];
    for (int i = 0; i < 5; i++) {
        snprintf(id, sizeof id, "a%d", i);
        shop_order(&shop, id, i, people[i], "completed", "lamp1");
        snprintf(id, sizeof id, "b%d", i);
        shop_order(&shop, id, i + 10, people[i], "completed", "coffee");
    }
    shop_order(&shop, "c", 3, "", "completed", "mug bulb");
    lesson x = learn(&shop, 21);
    rule_span also = snapshot_also_bought(&x.s, item_of(&x, "lamp1"));
    assert_int_equal(1, also.n);
    assert_int_equal(item_of(&x, "coffee"), also.p[0].item);
    assert_int_equal(5, also.p[0].count);
    const snapshot_rule *same_order = rule_between(&x, "lamp1", "coffee");
    assert_true(!same_order || same_order->count == 0);
    little_shop_close(&shop);
}

TEST(learn, never_recommends_hidden_or_draft_products) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_set(&shop, "bulb", "visibility", "hidden");
    shop_set(&shop, "lamp2", "status", "draft");
    shop_order(&shop, "o1", 1, "ana", "completed", "lamp1 bulb lamp2 coffee");
    shop_order(&shop, "o2", 1, "ion", "completed", "lamp1 bulb lamp2 coffee");
    lesson x = learn(&shop, 2);
    uint32_t hidden = item_of(&x, "bulb"), draft = item_of(&x, "lamp2");
    for (uint64_t i = 0; i < x.s.n_cross_sell; i++) assert_true(x.s.cross_sell[i].item != hidden && x.s.cross_sell[i].item != draft);
    for (uint64_t i = 0; i < x.s.n_also_bought; i++) assert_true(x.s.also_bought[i].item != hidden && x.s.also_bought[i].item != draft);
    for (uint64_t i = 0; i < x.s.n_upsell; i++) assert_true(x.s.upsell[i].item != hidden && x.s.upsell[i].item != draft);
    for (uint64_t i = 0; i < x.s.n_popular; i++) assert_true(x.s.popular[i].item != hidden && x.s.popular[i].item != draft);
    assert_true(snapshot_cross_sell(&x.s, hidden).n > 0);   /* an old link to its page still gets suggestions */
    little_shop_close(&shop);
}

TEST(learn, offers_upsells_that_are_in_stock_and_learns_who_takes_them) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    char id[16];
    for (int i = 0; i < 40; i++) {
        snprintf(id, sizeof id, "o%d", i);
        shop_order(&shop, id, 1, "", "completed", i % 4 == 0 ? "lamp1" : "lamp3");
    }
    lesson x = learn(&shop, 2);
    upsell_span up = snapshot_upsells(&x.s, item_of(&x, "lamp1"));
    assert_int_equal(2, up.n);
    assert_int_equal(item_of(&x, "lamp3"), up.p[0].item);
    assert_true(up.p[0].probability > 0.4f && up.p[0].probability < 0.75f && up.p[0].confidence > 0.7f);
    assert_int_equal(40, up.p[0].count);
    assert_true(up.p[1].probability < 0.15f);
    shop_set(&shop, "lamp3", "stock_status", "outofstock");
    lesson sold_out = learn(&shop, 2);
    up = snapshot_upsells(&sold_out.s, item_of(&sold_out, "lamp1"));
    assert_int_equal(1, up.n);
    assert_int_equal(item_of(&sold_out, "lamp2"), up.p[0].item);
    little_shop_close(&shop);
}

static void sell(little_shop *shop, const char *what, int day, int times) {
    char *id;
    for (int i = 0; i < times; i++) {
        id = arena_alloc(shop->c->arena, 16);
        snprintf(id, 16, "s%d", shop->serial++);
        shop_order(shop, id, day, "", "completed", what);
    }
}

TEST(learn, calls_a_trend_what_rises_with_weight) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    for (int week = 0; week < 12; week++) sell(&shop, "coffee", week * 7, 5);       /* the usual */
    sell(&shop, "lamp1", 20, 4);
    sell(&shop, "lamp1", 90, 20);                       /* rises */
    sell(&shop, "mug", 92, 2);                          /* two against none: luck */
    sell(&shop, "coffee", 92, 10);
    lesson x = learn(&shop, 95);
    ranked_span trending = snapshot_trending(&x.s);
    assert_int_equal(1, trending.n);
    assert_int_equal(item_of(&x, "lamp1"), trending.p[0].item);
    assert_true(trending.p[0].score > 1);
    little_shop_close(&shop);
}

TEST(learn, ranks_what_sells_now_before_what_sold_once) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    sell(&shop, "mug", 0, 6);
    sell(&shop, "coffee", 300, 5);
    sell(&shop, "lamp1", 300, 1);
    lesson x = learn(&shop, 301);
    ranked_span popular = snapshot_popular(&x.s);
    assert_int_equal(3, popular.n);
    assert_int_equal(item_of(&x, "coffee"), popular.p[0].item);
    assert_int_equal(item_of(&x, "lamp1"), popular.p[1].item);
    ranked_span kitchen = snapshot_popular_in(&x.s, snapshot_find_category(&x.s, STR("kitchen")));
    assert_int_equal(2, kitchen.n);
    assert_int_equal(item_of(&x, "coffee"), kitchen.p[0].item);
    assert_int_equal(5, x.s.categories[snapshot_find_category(&x.s, STR("light"))].items);
    little_shop_close(&shop);
}

TEST(learn, forgets_nothing_while_a_shop_rests) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    for (int i = 0; i < 20; i++) {
        sell(&shop, "lamp1 bulb", i, 1);
        sell(&shop, "coffee mug", i, 1);
    }
    lesson soon = learn(&shop, 21), years_later = learn(&shop, 3000);
    const snapshot_rule *a = rule_between(&soon, "lamp1", "bulb"), *b = rule_between(&years_later, "lamp1", "bulb");
    assert_true(a->probability == b->probability && a->confidence == b->confidence);
    assert_int_equal(snapshot_popular(&soon.s).n, snapshot_popular(&years_later.s).n);
    little_shop_close(&shop);
}

TEST(learn, judges_its_rules_only_when_orders_suffice) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_product(&shop, "x1", "Altceva", 100, "");
    static const char *const baskets[] = { "lamp1 bulb", "coffee mug", "lamp2 x1" };
    char *id;
    for (int i = 0; i < 199; i++) {
        id = arena_alloc(c->arena, 16);
        snprintf(id, 16, "o%d", i);
        shop_order(&shop, id, i / 4, "", "completed", baskets[i % 3]);
    }
    lesson few = learn(&shop, 60);
    assert_true(few.report.hit_rate < 0);
    shop_order(&shop, "last", 50, "", "completed", "lamp1 bulb");
    lesson enough = learn(&shop, 60);
    assert_true(enough.report.hit_rate > 0.99);             /* pairs that always go together */
    assert_int_equal(20, enough.report.quality_baskets);
    assert_true(enough.s.facts.hit_rate == enough.report.hit_rate);
    little_shop_close(&shop);
}

/* Four orders a day for `days`: candles sell most on day 0 and a year later, parasols half a year apart, mugs always. */
static little_shop shop_of_seasons(ctx *c, int days) {
    static const char *const sold[] = { "candle", "parasol", "mug" };
    little_shop shop = little_shop_open(c);
    char *id = arena_alloc(c->arena, (size_t)days * 4 * 16);
    for (size_t i = 0; i < COUNT(sold); i++) {
        shop_category_row(&shop, sold[i], "");
        shop_product(&shop, sold[i], "", 1000, sold[i]);
    }
    rng r;
    rng_seed(&r, 7);
    for (int i = 0; i < days * 4; i++) {
        double wave = cos(2 * M_PI * (i / 4) / 365.25), weight[] = { exp(wave), exp(-wave), 1 };
        double at = rng_unit(&r) * (weight[0] + weight[1] + weight[2]);
        snprintf(id + i * 16, 16, "o%d", i);
        shop_order(&shop, id + i * 16, i / 4, "", "completed", sold[at < weight[0] ? 0 : at < weight[0] + weight[1] ? 1 : 2]);
    }
    return shop;
}

static double popularity_of(const lesson *x, const char *id) { return (double)x->s.items[item_of(x, id)].popularity; }

TEST(learn, knows_what_the_season_that_comes_will_sell) {
    TEST_CTX(c);
    /* given two years of orders, and the day in autumn when candles begin to sell as well as parasols */
    enum { TWO_YEARS = 665, ONE_YEAR = 300 };
    little_shop shop = shop_of_seasons(c, TWO_YEARS);
    /* when it is learned then, and as it was known a year before, when nobody could know of a season */
    lesson now = learn(&shop, TWO_YEARS), then = learn(&shop, ONE_YEAR);
    /* then candles are before parasols, as they will be, although more parasols were sold lately */
    assert_int_equal(item_of(&now, "candle"), snapshot_popular(&now.s).p[0].item);
    assert_true(popularity_of(&now, "candle") > popularity_of(&now, "parasol"));
    assert_string_equal("candle", now.report.seasons[0].factor > 1 ? now.report.seasons[0].category : now.report.seasons[1].category);
    assert_true(then.report.seasons[0].category[0] == 0);
    assert_true(popularity_of(&then, "candle") < popularity_of(&then, "parasol"));
    little_shop_close(&shop);
}

/* 30 lamps and 30 bulbs, mugs beside them; some sell better than others. With `faithful` each lamp has its own bulb. */
static little_shop sparse_shop(ctx *c, bool faithful) {
    enum { KIND = 30, ORDERS = 600 };
    little_shop shop = little_shop_open(c);
    shop_category_row(&shop, "lamps", "");
    shop_category_row(&shop, "bulbs", "");
    shop_category_row(&shop, "kitchen", "");
    char *id = arena_alloc(c->arena, 3 * KIND * 8), *lines = arena_alloc(c->arena, ORDERS * 48);
    static const char *const kinds[] = { "lamps", "bulbs", "kitchen" };
    for (int i = 0; i < 3 * KIND; i++) {
        snprintf(id + i * 8, 8, "%c%d", "lbk"[i / KIND], i % KIND);
        shop_product(&shop, id + i * 8, "", 1000, kinds[i / KIND]);
    }
    rng r;
    rng_seed(&r, 5);
    for (int i = 0; i < ORDERS; i++) {
        uint64_t lamp = rng_below(&r, KIND), other = rng_below(&r, KIND);
        uint64_t bulb = faithful ? lamp : rng_below(&r, KIND) * rng_below(&r, KIND) / KIND;
        char *number = lines + i * 48, *text = number + 16;
        snprintf(number, 16, "o%d", i);
        snprintf(text, 32, i % 3 ? "l%u b%u" : "k%u", (unsigned)(i % 3 ? lamp : other), (unsigned)bulb);
        shop_order(&shop, number, i / 20, "", "completed", text);
    }
    return shop;
}

TEST(learn, believes_categories_where_no_pair_comes_twice_and_pairs_where_they_do) {
    TEST_CTX(c);
    /* given a shop where any lamp goes with any bulb, and one where each lamp has its own */
    little_shop loose = sparse_shop(c, false);
    lesson any = learn(&loose, 60);
    little_shop_close(&loose);
    little_shop strict = sparse_shop(c, true);
    lesson own = learn(&strict, 60);
    little_shop_close(&strict);
    /* then the first believes its categories more, and a lamp's page may offer a bulb it was never bought with */
    assert_true(any.report.score_shape > 10 * own.report.score_shape);
    assert_true(any.report.hit_rate > any.report.hit_rate_popular);
    bool proposed = false;
    rule_span rules = snapshot_cross_sell(&any.s, item_of(&any, "l3"));
    for (uint32_t i = 0; i < rules.n && i < 10; i++) proposed |= !rules.p[i].count && any.s.items[rules.p[i].item].weight > 0;
    assert_true(proposed && any.report.carried > 0);
    /* and each lamp of the second leads to its own */
    assert_int_equal(item_of(&own, "b3"), snapshot_cross_sell(&own.s, item_of(&own, "l3")).p[0].item);
}

TEST(learn, refuses_senseless_parameters_and_leaves_no_file) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    static const struct { size_t field; double value; } cases[] = {
        { offsetof(learn_params, upsell_low), 0.9 }, { offsetof(learn_params, upsell_high), 1.1 },
        { offsetof(learn_params, upsell_discount), 1 }, { offsetof(learn_params, popular_half_life_days), 0 },
        { offsetof(learn_params, trend_days), -1 }, { offsetof(learn_params, new_half_life_days), 0.0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        learn_params p = learn_default_params();
        learn_report r;
        const char *path = fresh_path(c);
        memcpy((char *)&p + cases[i].field, &cases[i].value, sizeof(double));
        assert_err(ERR_INVALID, learn_store(c, shop.d, shop.store_id, &p, path, &r));
        assert_false(file_exists(path));
        assert_true(c->error.field[0] != 0);
    }
    little_shop_close(&shop);
}

TEST(learn, stops_when_cancelled) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    atomic_bool cancel = true;
    c->cancel = &cancel;
    learn_params p = learn_default_params();
    learn_report r;
    const char *path = fresh_path(c);
    assert_err(ERR_CANCELLED, learn_store(c, shop.d, shop.store_id, &p, path, &r));
    assert_false(file_exists(path));
    little_shop_close(&shop);
}

TEST(learn, without_enough_memory_says_so_and_leaves_no_file) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    for (int i = 0; i < 30; i++) sell(&shop, "lamp1 bulb coffee", i, 1);
    bool starved = false, fed = false;
    for (size_t cap = 4 * KIB; cap <= 64 * MIB; cap += cap / 3) {
        AUTO_ARENA small;
        arena_init(&small, cap);
        ctx poor;
        ctx_init(&poor, &small);
        learn_params p = learn_default_params();
        learn_report r;
        const char *path = fresh_path(c);
        err_code e = learn_store(&poor, shop.d, shop.store_id, &p, path, &r);
        if (e && e != ERR_NO_MEMORY) test_fail("%zu bytes: %s (%s)", cap, err_name(e), poor.error.text);
        assert_int_equal(!e, file_exists(path));
        starved |= e != 0;
        fed |= !e;
    }
    assert_true(starved && fed);
    little_shop_close(&shop);
}

TEST(learn, reports_in_plain_numbers) {
    TEST_CTX(c);
    little_shop shop = lamp_shop(c);
    shop_order(&shop, "o1", 1, "ana", "completed", "lamp1 bulb");
    lesson x = learn(&shop, 2);
    AUTO_BUF b;
    buf_init(&b, 10000);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    learn_report_write(&w, &x.report);
    jw_end_object(&w);
    const json_value *v = NULL;
    int64_t n = 0;
    assert_ok(c, json_parse(c, buf_view(&b), JSON_READ_STRICT, &v));
    assert_true(jr_i64(jr_get(v, "products"), &n));
    assert_int_equal(7, n);
    assert_true(jr_is_null(jr_get(v, "hit_rate_10")));
    assert_true(jr_i64(jr_get(v, "baskets_of_many"), &n));
    assert_int_equal(1, n);
    assert_str("ro", jr_string(jr_get(v, "language")));
    little_shop_close(&shop);
}
