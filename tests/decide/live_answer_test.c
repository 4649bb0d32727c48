/* What visitors did with answers, in the very next answer; and chance whose odds are the ones told. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "decide/page_lists.h"
#include "events/counters.h"
#include "schema/exposed_items.h"
#include "tests/decide/fake_shop.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

enum { MUGS = 12, SHOWN = 4, VISITORS = 2000 };

/* A shop that goes with "kettle": mugs of falling probability; and everything between an answer and the counters. */
typedef struct {
    ctx *c;
    time_source clock;
    db *d;
    counters *k;
    fake_shop f;
    int answers;
    int64_t event_id;
} market;

static void market_open(market *m, ctx *c, const char *settings) {
    db_options o;
    *m = (market){ .c = c, .clock = time_source_manual(FAKE_NOW), .d = test_database(c, &backends[0], &o) };
    c->time = &m->clock;
    assert_ok(c, counters_new(c, NULL, &m->k));
    fake_init(&m->f, c, 40, 200);
    m->f.settings = settings;
    fake_product(&m->f, "kettle", "kettles", 9000);
    for (int i = 0; i < MUGS; i++) {
        char id[16];
        snprintf(id, sizeof id, "mug%02d", i);
        fake_product(&m->f, id, i % 3 ? "mugs" : "cups", 1000);
        m->f.brand[m->f.n - 1] = i % 2 ? "odd" : "even";
        fake_says(&m->f, FAKE_CROSS, "kettle", id, 0.3f - 0.01f * (float)i);
    }
    fake_counted(&m->f, m->k);
    fake_publish(&m->f, true);
}

static void market_close(market *m) {
    fake_done(&m->f);
    counters_free(m->k);
    storage_close(m->d);
}

static recommend_query about_kettle(str visitor) {
    return (recommend_query){ .product_id = STR("kettle"), .source = SOURCE_ALL, .n = SHOWN, .visitor_id = visitor };
}

/* The answer as the server gives it, kept ones too. */
static exposed_item *ask(market *m, const recommend_query *q, recommend_trace *t, size_t *ret_n) {
    exposed_item *items;
    AUTO_BUF out;
    buf_init(&out, MIB);
    AUTO_SERVING s = fake_pin(&m->f);
    assert_ok(m->c, recommend_write(m->c, s, q, &out, t));
    assert_ok(m->c, exposed_items_read(m->c, t->items, &items, ret_n));
    return items;
}

static void tell(market *m, const char *kind, const char *rec_id, str item) {
    event_taker t = counters_taker(m->k);
    int64_t id = m->clock.manual_ms << 20;
    m->event_id = id > m->event_id ? id : m->event_id + 1;
    const visitor_event e = { .row = { .store_id = FAKE_STORE, .event_id = m->event_id, .kind = str_of(kind), .rec_id = str_of(rec_id),
                                       .time_ms = m->clock.manual_ms, .product_id = item } };
    const visitor_event *list[] = { &e };
    assert_ok(m->c, storage_begin(m->c, m->d, STORAGE_WRITE));
    assert_ok(m->c, storage_put(m->c, m->d, &logged_event_entity, &e.row));
    assert_ok(m->c, t.write(m->c, m->d, t.arg, list, 1));
    assert_ok(m->c, storage_commit(m->c, m->d));
    t.taken(m->c, t.arg, list, 1);
}

/* Somebody asks, sees all of it, and clicks `wanted` where it is shown. */
static void visit(market *m, const recommend_query *q, const char *wanted) {
    recommend_trace t;
    size_t n = 0;
    exposed_item *items = ask(m, q, &t, &n);
    const exposure row = { .store_id = FAKE_STORE, .rec_id = str_of(t.rec_id), .time_ms = m->clock.manual_ms, .items = t.items,
                           .placement = str_of(t.placement), .product_id = t.product_id };
    assert_ok(m->c, storage_put(m->c, m->d, &exposure_entity, &row));
    tell(m, "impression", t.rec_id, STR(""));
    for (size_t i = 0; i < n; i++)
        if (str_eq(items[i].product_id, str_of(wanted))) tell(m, "click", t.rec_id, items[i].product_id);
    m->clock.manual_ms += COUNTER_SHOWN_MS;
}

static int place_of(market *m, const recommend_query *q, const char *id) {
    recommend_trace t;
    size_t n = 0;
    exposed_item *items = ask(m, q, &t, &n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(items[i].product_id, str_of(id))) return (int)i;
    return -1;
}

TEST(live_answer, rises_with_what_is_clicked_and_sinks_with_what_is_not_at_the_very_next_request) {
    TEST_CTX(c);
    market m;
    market_open(&m, c, "{\"explore_percent\":0,\"move_points\":100}");
    recommend_query q = about_kettle(STR("v"));
    assert_int_equal(0, place_of(&m, &q, "mug00"));
    assert_int_equal(3, place_of(&m, &q, "mug03"));
    int before = 3, visits = 0;
    for (; visits < 100 && before > 0; visits++) {
        visit(&m, &q, "mug03");
        int now = place_of(&m, &q, "mug03");
        assert_true(now >= 0 && now <= before);
        before = now;
    }
    assert_true(visits < 40);
    for (; visits < 400 && place_of(&m, &q, "mug00") >= 0; visits++) visit(&m, &q, "mug03");
    assert_true(visits < 400);                      /* never clicked: others are tried in its place */
    assert_int_equal(0, place_of(&m, &q, "mug03"));
    market_close(&m);
}

/* A line of an order that followed a click on it. */
static void buy(market *m, int number, const char *id) {
    char order_id[16];
    snprintf(order_id, sizeof order_id, "%d", number);
    const attribution row = { .store_id = FAKE_STORE, .order_id = str_of(order_id), .line_id = STR("1"), .how = STR("click"),
                              .placement = STR("product"), .source = STR("cross_sell"), .product_id = str_of(id), .value = 1000,
                              .ordered_ms = m->clock.manual_ms };
    assert_ok(m->c, storage_put(m->c, m->d, &attribution_entity, &row));
    assert_ok(m->c, counters_take_order(m->c, m->k, m->d, FAKE_STORE, row.order_id));
    m->clock.manual_ms += COUNTER_SHOWN_MS;
}

TEST(live_answer, of_two_clicked_alike_the_one_that_is_bought_comes_first) {
    TEST_CTX(c);
    market m;
    market_open(&m, c, "{\"explore_percent\":0}");
    recommend_query q = about_kettle(STR("v"));
    for (int i = 0; i < 60; i++) visit(&m, &q, i % 2 ? "mug00" : "mug01");
    assert_int_equal(0, place_of(&m, &q, "mug00"));
    for (int i = 0; i < 20; i++) buy(&m, i, "mug01");
    assert_int_equal(0, place_of(&m, &q, "mug01"));
    market_close(&m);
}

TEST(live_answer, what_was_learned_at_one_place_says_nothing_at_another) {
    TEST_CTX(c);
    market m;
    market_open(&m, c, "{\"explore_percent\":0}");
    recommend_query at_product = about_kettle(STR("v")), in_cart = at_product;
    in_cart.placement = STR("cart");
    int before = place_of(&m, &in_cart, "mug03");
    for (int i = 0; i < 60; i++) visit(&m, &at_product, "mug03");
    assert_int_equal(0, place_of(&m, &at_product, "mug03"));
    m.clock.manual_ms += MS_PER_MINUTE;
    assert_int_equal(before, place_of(&m, &in_cart, "mug03"));
    market_close(&m);
}

TEST(live_answer, without_clicks_or_share_or_for_the_owner_s_look_nothing_is_left_to_chance) {
    static const struct { const char *settings; bool seen, preview, slots; } cases[] = {
        { "", false, false, false }, { "{\"explore_percent\":0}", true, false, false }, { "", true, true, false },
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        TEST_CTX(c);
        market m;
        recommend_trace t;
        size_t n = 0;
        market_open(&m, c, cases[k].settings);
        recommend_query q = about_kettle(STR("v"));
        for (int i = 0; i < 30 && cases[k].seen; i++) visit(&m, &q, "mug01");
        q.preview = cases[k].preview;
        exposed_item *items = ask(&m, &q, &t, &n);
        assert_int_equal(SHOWN, n);
        for (size_t i = 0; i < n; i++) assert_true(items[i].propensity == 1);
        market_close(&m);
    }
}

/* How often each product stood at each position, and what was told of it. */
typedef struct { int shown[SHOWN][MUGS + 1]; double told[SHOWN][MUGS + 1]; int asked; } tally;

static size_t number_of(str id) {
    return str_eq(id, STR("kettle")) ? MUGS : (size_t)((id.p[id.n - 2] - '0') * 10 + id.p[id.n - 1] - '0');
}

static void ask_many(market *m, recommend_query q, tally *a) {
    for (a->asked = 0; a->asked < VISITORS; a->asked++) {
        char who[16];
        recommend_trace t;
        size_t n = 0;
        snprintf(who, sizeof who, "w%d", a->asked);
        q.visitor_id = str_of(who);
        exposed_item *items = ask(m, &q, &t, &n);
        assert_int_equal(SHOWN, n);
        for (size_t k = 0; k < n; k++) {
            size_t i = number_of(items[k].product_id);
            a->shown[k][i]++;
            assert_true(items[k].propensity > 0 && (!(a->told[k][i] > 0) || fabs(a->told[k][i] - items[k].propensity) < 1e-9));
            a->told[k][i] = items[k].propensity;
        }
    }
}

TEST(live_answer, chances_told_are_those_that_happen_and_sum_to_one_at_each_position) {
    TEST_CTX(c);
    market m;
    market_open(&m, c, "{\"explore_percent\":30}");
    tally *a = arena_new(c->arena, tally, 1);
    recommend_query q = about_kettle(STR("v"));
    for (int i = 0; i < 40; i++) visit(&m, &q, "mug02");
    m.clock.manual_ms = (m.clock.manual_ms / MS_PER_MINUTE + 1) * MS_PER_MINUTE;
    ask_many(&m, q, a);
    int least = VISITORS, kinds = 0;
    for (size_t k = 0; k < SHOWN; k++) {
        double sum = 0;
        for (size_t i = 0; i <= MUGS; i++) {
            double p = a->told[k][i], happened = (double)a->shown[k][i] / a->asked;
            sum += p;
            kinds += p > 0;
            if (p > 0) assert_true(fabs(happened - p) < 4 * sqrt(p * (1 - p) / a->asked) + 1e-9);
        }
        if (fabs(sum - 1) > 1e-4) test_fail("the chances of position %zu add up to %.6f", k, sum);  /* told to five digits */
        int most = 0;
        for (size_t i = 0; i <= MUGS; i++) most = a->shown[k][i] > most ? a->shown[k][i] : most;
        least = most < least ? most : least;
    }
    assert_true(least >= VISITORS * 7 / 10 && kinds > 3 * SHOWN);       /* seven of ten see the best list, the others many more */
    market_close(&m);
}

/* Two lists of one page for a visitor, as they are logged. */
static void ask_page(market *m, int visitor, exposed_item **ret_first, exposed_item **ret_second) {
    const page_list lists[] = { { .placement = STR("product"), .source = SOURCE_ALL, .n = SHOWN },
                                { .placement = STR("product"), .source = SOURCE_ALL, .n = SHOWN } };
    char who[16];
    size_t n[2] = { 0 };
    recommend_trace t[2];
    AUTO_BUF out;
    buf_init(&out, MIB);
    AUTO_SERVING s = fake_pin(&m->f);
    snprintf(who, sizeof who, "w%d", visitor);
    recommend_query q = about_kettle(str_of(who));
    assert_ok(m->c, page_lists_write(m->c, s, &q, lists, 2, &out, t));
    assert_ok(m->c, exposed_items_read(m->c, t[0].items, ret_first, &n[0]));
    assert_ok(m->c, exposed_items_read(m->c, t[1].items, ret_second, &n[1]));
    assert_true(n[0] == SHOWN && n[1] == SHOWN);
}

static bool same_products(const exposed_item *a, const exposed_item *b) {
    for (size_t k = 0; k < SHOWN; k++)
        if (!str_eq(a[k].product_id, b[k].product_id)) return false;
    return true;
}

/* Chances of a later list are told for those who see the same before it, and hold whatever chance decided there. */
TEST(live_answer, chances_of_the_second_list_of_a_page_are_those_that_happen_beside_the_first) {
    TEST_CTX(c);
    market m;
    market_open(&m, c, "{\"explore_percent\":30}");
    tally *a = arena_new(c->arena, tally, 1);
    exposed_item *usual = NULL;
    recommend_query q = about_kettle(STR("v"));
    for (int i = 0; i < 40; i++) visit(&m, &q, i % 2 ? "mug02" : "mug06");
    m.clock.manual_ms = (m.clock.manual_ms / MS_PER_MINUTE + 1) * MS_PER_MINUTE;
    int others = 0, others_best = 0;
    for (int v = 0; v < VISITORS; v++) {
        exposed_item *first, *second;
        ask_page(&m, v, &first, &second);
        for (size_t i = 0; i < SHOWN * SHOWN; i++) assert_false(str_eq(first[i / SHOWN].product_id, second[i % SHOWN].product_id));
        if (!usual && first[0].propensity > 0.69 && first[SHOWN - 1].propensity > 0.69) usual = first;
        bool best = usual && same_products(first, usual);
        others += !best, others_best += !best && second[0].propensity > 0.69;
        for (size_t k = 0; k < SHOWN && best; k++) {
            size_t i = number_of(second[k].product_id);
            a->shown[k][i]++, a->told[k][i] = second[k].propensity;
        }
        a->asked += best;
    }
    assert_true(a->asked > VISITORS * 6 / 10 && others > VISITORS / 10);
    for (size_t k = 0; k < SHOWN; k++)
        for (size_t i = 0; i <= MUGS; i++) {
            double p = a->told[k][i], happened = (double)a->shown[k][i] / a->asked;
            if (p > 0) assert_true(fabs(happened - p) < 4 * sqrt(p * (1 - p) / a->asked) + 1e-9);
        }
    assert_true(others_best > others * 6 / 10);             /* who drew the first list by chance draws the second anew */
    market_close(&m);
}

TEST(live_answer, lists_drawn_by_chance_keep_quotas_and_newcomers) {
    TEST_CTX(c);
    market m;
    market_open(&m, c, "{\"explore_percent\":50}");
    product *jug = fake_product(&m.f, "jug13", "mugs", 1000);
    jug->created_ms = FAKE_NOW - MS_PER_DAY;
    fake_says(&m.f, FAKE_CROSS, "kettle", "jug13", 0.05f);
    fake_publish(&m.f, true);
    recommend_query q = about_kettle(STR("v"));
    for (int i = 0; i < 10; i++) visit(&m, &q, "mug02");
    q.slate = (slate_rules){ .max_per_brand = 2, .max_per_category = 3, .new_slots = 1 };
    int drawn = 0;
    for (int v = 0; v < 200; v++) {
        char who[16];
        recommend_trace t;
        size_t n = 0, odd = 0, even = 0, fresh = 0, mugs = 0;
        snprintf(who, sizeof who, "w%d", v);
        q.visitor_id = str_of(who);
        exposed_item *items = ask(&m, &q, &t, &n);
        for (size_t i = 0; i < n; i++) {
            size_t k = number_of(items[i].product_id);
            bool is_jug = str_eq(items[i].product_id, STR("jug13"));
            fresh += is_jug;
            odd += !is_jug && k % 2, even += !is_jug && k % 2 == 0, mugs += is_jug || k % 3;
            drawn += items[i].propensity < 0.4;
        }
        assert_int_equal(SHOWN, n);
        assert_true(odd <= 2 && even <= 2 && mugs <= 3 && fresh == 1);
    }
    assert_true(drawn > 20);
    market_close(&m);
}
