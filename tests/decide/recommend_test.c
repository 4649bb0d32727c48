/* What a recommendation promises, one test per sentence. */
#include "decide/messages.h"
#include "decide/placements.h"
#include "tests/alloc.h"
#include "tests/decide/fake_shop.h"
#include "tests/test.h"
#include <stdio.h>
#include <string.h>

/* A little shop: phone and what goes with it, best sellers, a category of its own for each kind. */
static void little_shop(fake_shop *f, ctx *c) {
    fake_init(f, c, 64, 64);
    fake_product(f, "phone", "phones", 100000);
    fake_product(f, "case", "cases", 5000);
    fake_product(f, "glass", "glasses", 3000);
    fake_product(f, "charger", "chargers", 8000);
    fake_product(f, "phone-pro", "phones", 150000);
    fake_product(f, "lamp", "lamps", 20000);
    fake_product(f, "book", "books", 4000);
    fake_product(f, "mug", "mugs", 2500);
    fake_says(f, FAKE_CROSS, "phone", "case", 0.4f);
    fake_says(f, FAKE_CROSS, "phone", "glass", 0.3f);
    fake_says(f, FAKE_CROSS, "phone", "charger", 0.2f);
    fake_says(f, FAKE_CROSS, "case", "glass", 0.2f);
    fake_says(f, FAKE_UPSELL, "phone", "phone-pro", 0.3f);
    fake_says(f, FAKE_ALSO, "phone", "lamp", 0.1f);
    fake_says(f, FAKE_SIMILAR, "phone", "phone-pro", 0.9f);
}

static product *row(fake_shop *f, const char *id) {
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->rows[i].product_id, str_of(id))) return &f->rows[i];
    return NULL;
}

#define assert_shown(a, id) assert_true(fake_place(a, id) >= 0)
#define assert_not_shown(a, id) assert_int_equal(-1, fake_place(a, id))

static time_source clock_now(void) { return time_source_manual(FAKE_NOW); }
#define TEST_SHOP(f, c)                     \
    TEST_CTX(c);                            \
    time_source clock_of_test = clock_now(); \
    c->time = &clock_of_test;               \
    AUTO_FAKE f;                            \
    little_shop(&f, c)

#define about_phone ((recommend_query){ .product_id = STR("phone"), .source = SOURCE_ALL, .n = 5 })

TEST(decide, shows_what_is_bought_together_best_first) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = fake_ask(&f, s, &about_phone);
    assert_int_equal(5, a.n);
    assert_int_equal(0, fake_place(&a, "case"));
    assert_true(fake_place(&a, "glass") > 0);
    assert_true(fake_place(&a, "charger") > 0);
    assert_string_equal("bought_together", a.items[0].reason);
    assert_string_equal("rules", a.strategy);
    assert_str("phone", a.items[0].anchor->product_id);
    assert_true(a.items[0].probability > 0.39 && a.items[0].probability < 0.42);
    assert_true(a.items[0].confidence > 0.79 && a.items[0].confidence < 0.81);
    assert_int_equal(3, a.model_version);
}

static void sold_out(product *p) { p->stock_status = STR("outofstock"); }
static void emptied(product *p) { p->manage_stock = STR("yes"), p->stock_quantity = SOME(0); }
static void oversold(product *p) { p->manage_stock = STR("yes"), p->stock_quantity = SOME(-3); }
static void hidden(product *p) { p->visibility = STR("hidden"); }
static void search_only(product *p) { p->visibility = STR("search"); }
static void draft(product *p) { p->status = STR("draft"); }
static void private(product *p) { p->status = STR("private"); }
static void unpriced(product *p) { p->price = UNKNOWN; }
static void external(product *p) { p->type = STR("external"); }
static void grouped(product *p) { p->type = STR("grouped"); }
static void not_for_sale(product *p) { p->purchasable = false; }
static void backordered(product *p) { emptied(p), p->backorders = STR("notify"); }
static void on_backorder(product *p) { p->stock_status = STR("onbackorder"); }
static void catalogue_only(product *p) { p->visibility = STR("catalog"); }
static void unknown_quantity(product *p) { p->manage_stock = STR("yes"); }

TEST(decide, shows_only_what_may_be_sold_now) {
    static const struct { void (*change)(product *); bool shown; } cases[] = {
        { sold_out, false }, { emptied, false }, { oversold, false }, { hidden, false }, { search_only, false }, { draft, false },
        { private, false }, { unpriced, false }, { external, false }, { grouped, false }, { not_for_sale, false },
        { backordered, true }, { on_backorder, true }, { catalogue_only, true }, { unknown_quantity, true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_SHOP(f, c);
        cases[i].change(row(&f, "case"));
        fake_publish(&f, true);
        AUTO_SERVING s = fake_pin(&f);
        recommend_query q = about_phone;
        q.n = 50;
        recommend_answer a = fake_ask(&f, s, &q);
        if ((fake_place(&a, "case") >= 0) != cases[i].shown) test_fail("case %zu: %s", i, cases[i].shown ? "is missing" : "is shown");
    }
}

TEST(decide, never_shows_the_product_the_cart_or_what_is_excluded) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const str cart[] = { STR("case"), STR("no such product") }, exclude[] = { STR("glass") };
    recommend_query q = { .product_id = STR("phone"), .cart = { cart, 2 }, .exclude = { exclude, 1 }, .source = SOURCE_ALL, .n = 50 };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_not_shown(&a, "phone");
    assert_not_shown(&a, "case");
    assert_not_shown(&a, "glass");
    assert_int_equal(5, a.n);                   /* 8 products less those three */
}

TEST(decide, folds_variations) {
    TEST_SHOP(f, c);
    fake_product(&f, "shirt", "shirts", 9000);
    sold_out(fake_variation(&f, "shirt", "shirt-s", 6000));
    fake_variation(&f, "shirt", "shirt-m", 7000);
    fake_variation(&f, "shirt", "shirt-l", 8000);
    fake_says(&f, FAKE_CROSS, "phone", "shirt", 0.9f);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = about_phone;
    recommend_answer a = fake_ask(&f, s, &q);
    assert_int_equal(0, fake_place(&a, "shirt"));
    assert_not_shown(&a, "shirt-m");
    assert_int_equal(7000, a.items[0].price_minor);         /* the lowest that may be sold */
    assert_true(a.items[0].item->price_from);
    const str cart[] = { STR("shirt-l") };
    q.cart = (str_list){ cart, 1 };
    a = fake_ask(&f, s, &q);
    assert_not_shown(&a, "shirt");
    q = (recommend_query){ .product_id = STR("shirt-s"), .source = SOURCE_ALL, .n = 50 };
    a = fake_ask(&f, s, &q);
    assert_not_shown(&a, "shirt");
}

TEST(decide, sells_a_variable_product_while_one_variation_may_be_sold) {
    TEST_SHOP(f, c);
    fake_product(&f, "shirt", "shirts", 9000);
    sold_out(fake_variation(&f, "shirt", "shirt-s", 6000));
    product *m = fake_variation(&f, "shirt", "shirt-m", 7000);
    m->manage_stock = STR("parent");
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    assert_true(serving_find(s, STR("shirt-s"))->sellable);
    emptied(row(&f, "shirt"));                  /* the parent's stock counts for shirt-m */
    fake_publish(&f, true);
    AUTO_SERVING now = fake_pin(&f);
    assert_false(serving_find(now, STR("shirt"))->sellable);
}

TEST(decide, never_shows_what_this_customer_just_bought) {
    TEST_SHOP(f, c);
    fake_bought(&f, "ana", "case", FAKE_NOW - 5ll * MS_PER_DAY);
    fake_bought(&f, "ion", "case", FAKE_NOW - 50ll * MS_PER_DAY);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = about_phone;
    q.customer_id = STR("ana");
    recommend_answer a = fake_ask(&f, s, &q);
    assert_not_shown(&a, "case");
    q.customer_id = STR("ion");
    a = fake_ask(&f, s, &q);
    assert_shown(&a, "case");
    const str items[] = { STR("case"), STR("glass") };
    serving_order_placed(f.registry, FAKE_STORE, STR("ion"), STR("visitor-1"), (str_list){ items, 2 }, FAKE_NOW);
    a = fake_ask(&f, s, &q);
    assert_not_shown(&a, "case");
    assert_not_shown(&a, "glass");
    q.customer_id = STR("");
    q.visitor_id = STR("visitor-1");
    a = fake_ask(&f, s, &q);
    assert_not_shown(&a, "case");
    q.visitor_id = STR("visitor-2");
    a = fake_ask(&f, s, &q);
    assert_shown(&a, "case");
}

TEST(decide, answers_n_whenever_n_are_eligible) {
    for (int with = 0; with < 2; with++) {
        TEST_SHOP(f, c);
        for (int i = 0; i < 40; i++) {
            char id[32];
            snprintf(id, sizeof id, "filler%02d", i);
            fake_product(&f, id, i % 2 ? "odd" : "even", 1000 + i);
        }
        for (size_t i = 8; i < 48; i++) f.popularity[i] = -1;               /* learning has never seen them */
        sold_out(row(&f, "filler07"));
        fake_publish(&f, with);
        AUTO_SERVING s = fake_pin(&f);
        for (size_t n = 1; n <= 46; n++) {                                  /* 48 less the phone and the one sold out */
            recommend_query q = about_phone;
            q.n = n;
            recommend_answer a = fake_ask(&f, s, &q);
            assert_int_equal(n, a.n);
            for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < i; k++) assert_ptr_not_equal(a.items[i].item, a.items[k].item);
        }
        const str odd[] = { STR("odd") };
        recommend_query q = { .source = SOURCE_ALL, .n = 50, .filter = { .categories = { odd, 1 } } };
        assert_int_equal(19, fake_ask(&f, s, &q).n);
        q.filter.price_max = SOME(1001);
        assert_int_equal(1, fake_ask(&f, s, &q).n);
    }
}

TEST(decide, filters_hold_for_every_item) {
    TEST_SHOP(f, c);
    const product_attribute red = { .name = STR("Culoare"), .slug = STR("pa_color"), .options = STR("[\"Red\",\"Blue\"]") };
    f.attribute[1] = &red;                      /* case */
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const str cases[] = { STR("CASES") }, two[] = { STR("cases"), STR("mugs") }, none[] = { STR("nowhere") };
    const attribute_match color[] = { { STR("color"), STR("red") } }, slug[] = { { STR("pa_color"), STR("Blue") } },
        name[] = { { STR("culoare"), STR("green") }, { STR("Culoare"), STR("red") } }, wrong[] = { { STR("color"), STR("green") } },
        both[] = { { STR("color"), STR("red") }, { STR("size"), STR("L") } };
    const struct { recommend_filter filter; size_t n; } rows[] = {
        { { .categories = { cases, 1 } }, 1 }, { { .categories = { two, 2 } }, 2 }, { { .categories = { none, 1 } }, 0 },
        { { .tags = { none, 1 } }, 0 }, { { .brands = { none, 1 } }, 0 },
        { { .price_min = SOME(3000), .price_max = SOME(5000) }, 3 }, { { .price_max = SOME(1) }, 0 },
        { { .attributes = color, .n_attributes = 1 }, 1 }, { { .attributes = slug, .n_attributes = 1 }, 1 },
        { { .attributes = name, .n_attributes = 2 }, 1 }, { { .attributes = wrong, .n_attributes = 1 }, 0 },
        { { .attributes = both, .n_attributes = 2 }, 0 }, { { .categories = { cases, 1 }, .price_min = SOME(5001) }, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        recommend_query q = { .product_id = STR("phone"), .source = SOURCE_ALL, .n = 50, .filter = rows[i].filter };
        recommend_answer a = fake_ask(&f, s, &q);
        if (a.n != rows[i].n) test_fail("filter %zu: %zu items instead of %zu", i, a.n, rows[i].n);
    }
}

TEST(decide, leaves_out_backorders_when_asked_to) {
    static const struct { void (*change)(product *); bool shown; } cases[] = {
        { backordered, false }, { on_backorder, false }, { unknown_quantity, true }, { catalogue_only, true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_SHOP(f, c);
        cases[i].change(row(&f, "case"));
        fake_publish(&f, true);
        AUTO_SERVING s = fake_pin(&f);
        recommend_query q = about_phone;
        q.n = 50;
        q.filter.on_hand = true;
        recommend_answer a = fake_ask(&f, s, &q);
        if ((fake_place(&a, "case") >= 0) != cases[i].shown) test_fail("case %zu: %s", i, cases[i].shown ? "is missing" : "is shown");
    }
}

TEST(decide, asks_one_source_alone) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    static const struct { decide_source source; const char *first; size_t n; } cases[] = {
        { SOURCE_CROSS_SELL, "case", 3 }, { SOURCE_ALSO_BOUGHT, "lamp", 1 }, { SOURCE_UPSELL, "phone-pro", 1 },
        { SOURCE_SIMILAR, "phone-pro", 1 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        recommend_query q = about_phone;
        q.source = cases[i].source;
        recommend_answer a = fake_ask(&f, s, &q);
        assert_int_equal(cases[i].n, a.n);
        assert_int_equal(0, fake_place(&a, cases[i].first));
        assert_int_equal(cases[i].source, a.items[0].source);
    }
}

TEST(decide, offers_an_upgrade_with_an_incentive) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = { .placement = STR("upsell"), .product_id = STR("phone"), .source = SOURCE_ALL, .n = 1, .locale = STR("en_GB") };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_int_equal(0, fake_place(&a, "phone-pro"));
    assert_int_equal(5, a.items[0].discount_percent);
    assert_int_equal(142500, a.items[0].incentive_minor);
    assert_str("A step up from phone: 5% off, now RON 1,425.00", a.items[0].message);
    row(&f, "phone-pro")->price = SOME(250000);             /* now over twice the price: no upgrade any more */
    fake_publish(&f, true);
    AUTO_SERVING now = fake_pin(&f);
    q.source = SOURCE_UPSELL;
    assert_int_equal(0, fake_ask(&f, now, &q).n);
}

TEST(decide, speaks_the_language_of_the_request_with_its_number_format) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    static const struct { const char *locale, *item, *bundle; } cases[] = {
        { "", "Cumpărat frecvent împreună cu phone", "Cumpără-le împreună la 1.036,80 lei și economisești 43,20 lei" },
        { "ro_RO", "Cumpărat frecvent împreună cu phone", "Cumpără-le împreună la 1.036,80 lei și economisești 43,20 lei" },
        { "en", "Often bought together with phone", "Buy them together for RON 1,036.80 and save RON 43.20" },
        { "fr_FR", "Often bought together with phone", "Buy them together for RON 1,036.80 and save RON 43.20" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        recommend_query q = about_phone;
        q.locale = str_of(cases[i].locale);
        recommend_answer a = fake_ask(&f, s, &q);
        assert_str(cases[i].item, a.items[0].message);
        assert_str(cases[i].bundle, a.bundle.message);
    }
}

TEST(decide, bundle_prices_add_up) {
    static const struct { const char *currency, *settings; int64_t price; int64_t normal, bundle; } cases[] = {
        { "RON", "", 100000, 108000, 103680 }, { "JPY", "", 1001, 9001, 8641 }, { "EUR", "{\"bundle_discount\":10}", 99999, 107999, 97199 },
        { "RON", "{\"bundle_discount\":0}", 100000, 108000, 108000 }, { "RON", "{\"bundle_discount\":\"lots\"}", 100000, 108000, 103680 },
        { "CHF", "", 99999, 107999, 103680 },   /* to five centimes */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_SHOP(f, c);
        f.currency = cases[i].currency;
        f.settings = cases[i].settings;
        row(&f, "phone")->price = SOME(cases[i].price);
        fake_publish(&f, true);
        AUTO_SERVING s = fake_pin(&f);
        recommend_bundle b = fake_ask(&f, s, &about_phone).bundle;
        assert_int_equal(3, b.n);
        assert_str("phone", b.items[0]->product_id);
        assert_str("case", b.items[1]->product_id);
        assert_str("glass", b.items[2]->product_id);
        assert_int_equal(cases[i].normal, b.normal_minor);
        assert_int_equal(cases[i].bundle, b.bundle_minor);
        assert_int_equal(b.normal_minor, b.bundle_minor + b.savings_minor);
    }
}

TEST(decide, gives_the_same_answer_for_the_same_request) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = fake_ask(&f, s, &about_phone), b = fake_ask(&f, s, &about_phone);
    assert_int_equal(a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        assert_ptr_equal(a.items[i].item, b.items[i].item);
        assert_memory_equal(&a.items[i].score, &b.items[i].score, sizeof a.items[i].score);
    }
    assert_int_equal(26, strlen(a.rec_id));
    assert_string_not_equal(a.rec_id, b.rec_id);
    assert_memory_equal(a.rec_id, b.rec_id, 10);            /* the time: same clock, same beginning */
}

TEST(decide, does_not_fill_the_list_with_one_category) {
    TEST_SHOP(f, c);
    for (int i = 0; i < 12; i++) {
        char id[32];
        snprintf(id, sizeof id, "cable%02d", i);
        fake_product(&f, id, "cables", 1000);
        fake_says(&f, FAKE_CROSS, "mug", id, 0.100f - 0.0001f * (float)i);
    }
    fake_says(&f, FAKE_CROSS, "mug", "lamp", 0.0985f);
    fake_says(&f, FAKE_CROSS, "mug", "book", 0.0984f);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = { .placement = STR("checkout"), .product_id = STR("mug"), .source = SOURCE_ALL, .n = 4 };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_shown(&a, "lamp");
    assert_shown(&a, "book");
    assert_shown(&a, "cable00");
    double chosen = 0, best = 0.1 + 0.0999 + 0.0998 + 0.0997;
    for (size_t i = 0; i < a.n; i++) chosen += a.items[i].score;
    assert_true(chosen >= 0.98 * best * s->loaded->cross_unit);     /* what diversity may cost at most */
}

TEST(decide, answers_from_the_catalogue_before_anything_is_learned) {
    TEST_SHOP(f, c);
    row(&f, "mug")->total_sales = 50;
    row(&f, "book")->created_ms = FAKE_NOW - MS_PER_DAY;
    fake_publish(&f, false);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = { .source = SOURCE_ALL, .n = 4 };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_int_equal(4, a.n);
    assert_string_equal("catalogue", a.strategy);
    assert_string_equal("home", a.placement);
    assert_int_equal(0, fake_place(&a, "book"));
    assert_string_equal("new", a.items[0].reason);
    assert_int_equal(1, fake_place(&a, "mug"));
    a = fake_ask(&f, s, &about_phone);
    assert_int_equal(0, a.bundle.n);
    assert_true(fake_place(&a, "phone-pro") >= 0 && fake_place(&a, "phone-pro") <= 1);   /* same category before the others */
}

TEST(decide, refuses_bad_requests_by_field) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    char longer[LIMIT_ID_BYTES + 2];
    memset(longer, 'x', sizeof longer);
    str *many = arena_new(c->arena, str, LIMIT_EXCLUDE_ITEMS + 1);
    recommend_event *events = arena_new(c->arena, recommend_event, LIMIT_HISTORY_ITEMS + 1);
    const recommend_event odd[] = { { .kind = EVENT_KINDS }, { .time_ms = -1 } };
    const attribute_match nameless[] = { { STR(""), STR("red") } };
    const str id = { longer, sizeof longer };
    const struct { const char *field; recommend_query q; } cases[] = {
        { "placement", { .placement = STR("moon") } }, { "product_id", { .product_id = id } }, { "visitor_id", { .visitor_id = id } },
        { "cart", { .cart = { many, LIMIT_CART_ITEMS + 1 } } }, { "history", { .history = { events, LIMIT_HISTORY_ITEMS + 1 } } },
        { "history", { .history = { odd, 1 } } }, { "history", { .history = { odd + 1, 1 } } },
        { "diversity", { .slate.diversity = { 1.5, true } } }, { "explore_slots", { .slate.explore_slots = LIMIT_RECOMMEND_N + 1 } },
        { "exclude", { .exclude = { many, LIMIT_EXCLUDE_ITEMS + 1 } } }, { "n", { .n = LIMIT_RECOMMEND_N + 1 } },
        { "price_min", { .filter = { .price_min = SOME(2), .price_max = SOME(1) } } }, { "exclude", { .exclude = { &id, 1 } } },
        { "attributes", { .filter = { .attributes = nameless, .n_attributes = 1 } } },
        { "tags", { .filter = { .tags = { many, LIMIT_FILTER_VALUES + 1 } } } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        recommend_answer a = { .n = 77 };
        assert_err(ERR_INVALID, recommend(c, s, &cases[i].q, &a));
        assert_string_equal(cases[i].field, c->error.field);
        assert_int_equal(77, a.n);
    }
}

TEST(decide, takes_the_largest_request) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    str *many = arena_new(c->arena, str, LIMIT_EXCLUDE_ITEMS);
    for (size_t i = 0; i < LIMIT_EXCLUDE_ITEMS; i++) many[i] = i % 2 ? STR("case") : STR("unknown");
    recommend_event *events = arena_new(c->arena, recommend_event, LIMIT_HISTORY_ITEMS);
    for (size_t i = 0; i < LIMIT_HISTORY_ITEMS; i++) events[i] = (recommend_event){ many[i], (event_kind)(i % EVENT_KINDS), (int64_t)i };
    recommend_query q = { .product_id = STR("phone"), .cart = { many, LIMIT_CART_ITEMS }, .history = { events, LIMIT_HISTORY_ITEMS },
                          .exclude = { many, LIMIT_EXCLUDE_ITEMS }, .source = SOURCE_ALL, .n = LIMIT_RECOMMEND_N };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_int_equal(6, a.n);
    assert_not_shown(&a, "case");
}

TEST(decide, says_that_a_product_goes_with_another_only_where_it_sells_better_beside_it) {
    TEST_SHOP(f, c);
    /* given: nobody bought case or glass with a phone; cases go with phones, glasses sell as they do anyway */
    static const struct { const char *to; float lift; const char *reason; } cases[] = {
        { "case", 1.5f, "goes_with" }, { "glass", 0.9f, "popular" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t k = 0; k < f.n_rules[FAKE_CROSS]; k++) {
            fake_rule *r = &f.rules[FAKE_CROSS][k];
            if (str_eq(f.rows[r->to].product_id, str_of(cases[i].to))) r->count = 0, r->lift = cases[i].lift;
        }
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = fake_ask(&f, s, &about_phone);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int at = (int)fake_place(&a, cases[i].to);
        assert_true(at >= 0);
        assert_string_equal(cases[i].reason, a.items[at].reason);
    }
}

TEST(decide, what_met_by_chance_is_neither_said_to_be_bought_together_nor_bundled) {
    TEST_SHOP(f, c);
    /* given: cases were bought with phones as often as chance would have it, and so were glasses, and glasses sell no better for it */
    for (size_t list = FAKE_CROSS; list <= FAKE_ALSO; list++)
        for (size_t k = 0; k < f.n_rules[list]; k++) {
            fake_rule *r = &f.rules[list][k];
            r->count = 3, r->by_chance = true, r->lift = str_eq(f.rows[r->to].product_id, STR("glass")) ? 0.9f : 1.2f;
        }
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = fake_ask(&f, s, &about_phone);
    assert_string_equal("goes_with", a.items[fake_place(&a, "case")].reason);
    assert_string_equal("popular", a.items[fake_place(&a, "glass")].reason);
    assert_int_equal(0, a.bundle.n);
}

TEST(decide, a_bundle_is_of_what_lay_in_the_same_baskets) {
    TEST_SHOP(f, c);
    /* given: buyers of phones buy cases and glasses too, but on other days */
    for (size_t k = 0; k < f.n_rules[FAKE_CROSS]; k++) f.rules[FAKE_CROSS][k].by_chance = true;
    fake_says(&f, FAKE_ALSO, "phone", "case", 0.4f);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = fake_ask(&f, s, &about_phone);
    assert_true(fake_place(&a, "case") >= 0);
    assert_int_equal(0, a.bundle.n);
}

TEST(decide, says_when_memory_ends) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    for (size_t cap = 0; cap < 40000; cap += 1500) {
        AUTO_ARENA small;
        arena_init(&small, cap);
        ctx tight = *c;
        tight.arena = &small;
        recommend_answer a;
        err_code e = recommend(&tight, s, &about_phone, &a);
        if (e) assert_err(ERR_NO_MEMORY, e);
    }
}

/* ---- JSON ---- */
/* Shows from the first byte that differs: these texts are longer than a message may be. */
static void assert_text(const char *expected, str got) {
    size_t at = 0;
    while (at < got.n && expected[at] && expected[at] == got.p[at]) at++;
    if (at != got.n || expected[at])
        test_fail("at byte %zu: expected '%.200s', got '%.*s'", at, expected + at, STR_ARG(str_sub(got, at, 200)));
}


static str answer_text(ctx *c, const serving *s, const recommend_answer *a) {
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    assert_ok(c, recommend_json(c, &w, s, a));
    return buf_view(&b);
}

TEST(decide, writes_the_answer_as_agreed) {
    TEST_SHOP(f, c);
    row(&f, "case")->name = STR("Husă \"slim\"");
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = { .placement = STR("product"), .product_id = STR("phone"), .source = SOURCE_CROSS_SELL, .n = 1 };
    recommend_answer a = fake_ask(&f, s, &q);
    memcpy(a.rec_id, "01KAHN0000ABCDEFGHJKMNPQRS", REC_ID_LENGTH);
    assert_text("{\"rec_id\":\"01KAHN0000ABCDEFGHJKMNPQRS\",\"placement\":\"product\",\"strategy\":\"rules\",\"model_version\":3,"
        "\"items\":[{\"product_id\":\"case\",\"name\":\"Husă \\\"slim\\\"\","
        "\"url\":\"https://shop.example/p\",\"image\":\"\",\"sku\":\"case\","
        "\"price\":50.00,\"regular_price\":50.00,\"on_sale\":false,\"price_from\":false,\"currency\":\"RON\",\"in_stock\":true,"
        "\"rating\":0.00,\"rating_count\":0,\"categories\":[\"cases\"],\"price_text\":\"50,00 lei\",\"score\":0.402727,"
        "\"probability\":0.4000,\"confidence\":0.800,\"source\":\"cross_sell\",\"reason\":\"bought_together\",\"because_of\":\"phone\","
        "\"message\":\"Cumpărat frecvent împreună cu phone\"}],\"bundle\":{\"products\":["
        "{\"product_id\":\"phone\",\"name\":\"phone\",\"url\":\"https://shop.example/p\","
        "\"image\":\"\",\"sku\":\"phone\",\"price\":1000.00,"
        "\"regular_price\":1000.00,\"on_sale\":false,\"price_from\":false,\"currency\":\"RON\",\"in_stock\":true,\"rating\":0.00,"
        "\"rating_count\":0,\"categories\":[\"phones\"]},"
        "{\"product_id\":\"case\",\"name\":\"Husă \\\"slim\\\"\",\"url\":\"https://shop.example/p\",\"image\":\"\",\"sku\":\"case\","
        "\"price\":50.00,\"regular_price\":50.00,\"on_sale\":false,\"price_from\":false,\"currency\":\"RON\",\"in_stock\":true,"
        "\"rating\":0.00,\"rating_count\":0,\"categories\":[\"cases\"]},"
        "{\"product_id\":\"glass\",\"name\":\"glass\",\"url\":\"https://shop.example/p\",\"image\":\"\",\"sku\":\"glass\",\"price\":30.00,"
        "\"regular_price\":30.00,\"on_sale\":false,\"price_from\":false,\"currency\":\"RON\",\"in_stock\":true,\"rating\":0.00,"
        "\"rating_count\":0,\"categories\":[\"glasses\"]}],"
        "\"normal_price\":1080.00,\"bundle_price\":1036.80,\"savings\":43.20,\"discount\":4,\"bundle_price_text\":\"1.036,80 lei\","
        "\"savings_text\":\"43,20 lei\",\"message\":\"Cumpără-le împreună la 1.036,80 lei și economisești 43,20 lei\"}}",
        answer_text(c, s, &a));
}

TEST(decide, takes_no_memory_outside_the_request_arena) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const str cart[] = { STR("case") };
    recommend_query q = about_phone;
    q.cart = (str_list){ cart, 1 };
    q.customer_id = STR("ana");
    AUTO_ARENA request;
    arena_init(&request, LIMIT_REQUEST_ARENA);
    uint64_t before = allocations();
    assert_non_null(arena_alloc(&request, 512 * KIB));      /* as in a server: the arena of the request before is used again */
    assert_int_equal(before + 1, allocations());            /* the count counts */
    arena_reset(&request);
    arena *home = c->arena;
    c->arena = &request;
    before = allocations();
    recommend_answer a = fake_ask(&f, s, &q);
    str text = answer_text(c, s, &a);
    c->arena = home;
    assert_int_equal(before, allocations());
    assert_true(a.n > 0 && text.n > 0);
}

static err_code join(void *arg, str piece) {
    buf_str(arg, piece);
    return buf_err(arg);
}

TEST(decide, exports_rules_in_the_shape_owners_expect) {
    TEST_SHOP(f, c);
    sold_out(row(&f, "charger"));
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    static const char expected[] =
        "{\"upsell\":[{\"from\":\"phone\",\"to\":\"phone-pro\",\"discount\":5,\"probability\":0.3000,"
        "\"message\":\"Un pas mai sus față de phone: 5% reducere, acum 1.425,00 lei\"}],\"cross_sell\":["
        "{\"product\":\"phone\",\"recommendations\":[{\"product_id\":\"case\",\"probability\":0.4000,\"price\":50.00},"
        "{\"product_id\":\"glass\",\"probability\":0.3000,\"price\":30.00}],"
        "\"bundle\":{\"products\":[\"phone\",\"case\",\"glass\"],\"normal_price\":1080.00,\"bundle_price\":1036.80,\"savings\":43.20}},"
        "{\"product\":\"case\",\"recommendations\":[{\"product_id\":\"glass\",\"probability\":0.2000,\"price\":30.00}],"
        "\"bundle\":{\"products\":[\"case\",\"glass\"],\"normal_price\":80.00,\"bundle_price\":76.80,\"savings\":3.20}}]}";
    AUTO_BUF whole;
    buf_init(&whole, MIB);
    assert_ok(c, recommend_rules_json(c, s, &(rules_export){ .per_product = 3 }, &whole));
    assert_text(expected, buf_view(&whole));
    AUTO_BUF pieces, joined;
    buf_init(&pieces, MIB);
    buf_init(&joined, MIB);
    assert_ok(c, recommend_rules_json(c, s, &(rules_export){ .flush = join, .arg = &joined }, &pieces));
    assert_text(expected, buf_view(&joined));
    rule_pair *pairs = NULL;
    size_t n = 0;
    assert_ok(c, recommend_top_pairs(c, s, SOURCE_CROSS_SELL, 10, &pairs, &n));
    assert_int_equal(2, n);
    assert_str("case", pairs[0].to->product_id);
}

TEST(decide, picks_for_the_visitor_from_what_was_seen_or_bought) {
    TEST_SHOP(f, c);
    fake_bought(&f, "ana", "phone", FAKE_NOW - 100ll * MS_PER_DAY);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const recommend_event seen[] = { { .product_id = STR("phone") } };
    const recommend_query queries[] = {
        { .history = { seen, 1 }, .source = SOURCE_ALL, .n = 3 }, { .customer_id = STR("ana"), .source = SOURCE_ALL, .n = 3 },
        { .history = { seen, 1 }, .source = SOURCE_PERSONAL, .n = 3 },
    };
    for (size_t i = 0; i < COUNT(queries); i++) {
        recommend_answer a = fake_ask(&f, s, &queries[i]);
        assert_string_equal("home", a.placement);
        assert_int_equal(0, fake_place(&a, "case"));
        assert_string_equal("for_you", a.items[0].reason);
        assert_str("phone", a.items[0].anchor->product_id);
    }
}

TEST(decide, does_not_show_at_home_what_lies_in_the_cart_by_the_newest_event) {
    static const int64_t now = FAKE_NOW, day = MS_PER_DAY;
    static const struct { event_kind newest, older; int64_t newest_ms, older_ms; const char *customer; bool shown; } cases[] = {
        { EVENT_CART, EVENT_VIEW, now - 1000, now - 2000, NULL, false },        /* put there */
        { EVENT_VIEW, EVENT_CART, 0, 0, NULL, false },                          /* and looked at again */
        { EVENT_VIEW, EVENT_CLICK, now - 1000, now - 2000, NULL, true },        /* never put there */
        { EVENT_CART_REMOVE, EVENT_CART, now - 1000, now - 2000, NULL, true },  /* taken out */
        { EVENT_CART, EVENT_CART_REMOVE, now - 1000, now - 2000, NULL, false }, /* and put there again */
        { EVENT_PURCHASE, EVENT_CART, now - 1000, now - 2000, NULL, true },     /* bought, as the request tells */
        { EVENT_VIEW, EVENT_CART, now - 31 * day, now - 31 * day, NULL, true }, /* left behind long ago */
        { EVENT_VIEW, EVENT_CART, now - 28 * day, now - 29 * day, "ana", false },
        { EVENT_VIEW, EVENT_CART, now - 28 * day, now - 29 * day, "ben", true } /* bought since, but not just now */
    };
    TEST_SHOP(f, c);
    f.settings = "{\"just_bought_days\":5}";
    fake_bought(&f, "ana", "mug", now - 29 * day - 1000);
    fake_bought(&f, "ben", "mug", now - 20 * day);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const recommend_event events[] = {
            { STR("mug"), cases[i].newest, cases[i].newest_ms }, { STR("mug"), cases[i].older, cases[i].older_ms },
        };
        recommend_query q = { .history = { events, 2 }, .customer_id = str_of(cases[i].customer), .source = SOURCE_ALL, .n = 50 };
        recommend_answer a = fake_ask(&f, s, &q);
        if ((fake_place(&a, "mug") >= 0) != cases[i].shown) test_fail("case %zu: %s", i, cases[i].shown ? "is missing" : "is shown");
    }
}

TEST(decide, lets_one_strong_partner_beat_many_weak_ones) {
    TEST_SHOP(f, c);
    fake_says(&f, FAKE_CROSS, "lamp", "mug", 0.30f);
    const char *const weak[] = { "lamp", "case", "glass", "charger" };
    for (size_t i = 0; i < COUNT(weak); i++) fake_says(&f, FAKE_CROSS, weak[i], "book", 0.10f);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const str cart[] = { STR("lamp"), STR("case"), STR("glass"), STR("charger") };
    recommend_query q = { .placement = STR("checkout"), .cart = { cart, 4 }, .source = SOURCE_ALL, .n = 2 };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_int_equal(0, fake_place(&a, "mug"));
    assert_int_equal(1, fake_place(&a, "book"));
}

TEST(decide, says_when_few_are_left_as_the_shop_does) {
    TEST_SHOP(f, c);
    product *p = row(&f, "case");
    p->manage_stock = STR("yes"), p->stock_quantity = SOME(2), p->low_stock_amount = SOME(3);
    p = row(&f, "glass");
    p->manage_stock = STR("yes"), p->stock_quantity = SOME(20), p->low_stock_amount = SOME(3);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    assert_true(str_find(serving_find(s, STR("case"))->card, STR("\"stock_left\":2")) != SIZE_MAX);
    assert_true(str_find(serving_find(s, STR("glass"))->card, STR("stock_left")) == SIZE_MAX);
}

TEST(decide, writes_an_incentive_beside_the_price) {
    TEST_SHOP(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = { .placement = STR("upsell"), .product_id = STR("phone"), .source = SOURCE_UPSELL };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_true(str_find(answer_text(c, s, &a), STR("\"incentive\":{\"discount\":5,\"price\":1425.00,")) != SIZE_MAX);
}

TEST(decide, knows_its_sources_and_placements_by_name) {
    for (decide_source k = 0; k <= SOURCE_COUNT; k++) {
        decide_source found = SOURCE_COUNT;
        assert_true(decide_source_find(str_of(decide_source_name(k)), &found));
        assert_int_equal(k, found);
    }
    decide_source found = SOURCE_NEW;
    assert_true(decide_source_find(STR(""), &found));
    assert_int_equal(SOURCE_ALL, found);
    assert_false(decide_source_find(STR("magic"), &found));
    for (size_t i = 0; i < n_placements; i++) {
        const placement *p = &all_placements[i];
        double sum = 0;
        for (size_t k = 0; k < SOURCE_COUNT; k++) sum += p->weight[k];
        assert_ptr_equal(p, placement_find(str_of(p->name)));
        assert_true(p->n >= 1 && p->n <= LIMIT_RECOMMEND_N && sum > 0 && p->price_power >= 0);
    }
}

TEST(messages, has_a_sentence_for_every_reason_in_every_language) {
    TEST_CTX(c);
    static const char *const locales[] = { "ro", "en" };
    message_facts facts = { .anchor = STR("X"), .percent = 5, .price_minor = 123456, .savings_minor = 100, .currency = STR("RON") };
    for (reason r = 0; r < REASON_COUNT; r++)
        for (size_t i = 0; i < COUNT(locales); i++) {
            str text = { 0 };
            assert_ok(c, message_write(c, r, str_of(locales[i]), &facts, &text));
            assert_true(text.n > 3 && str_is_utf8(text));
            assert_true(str_find(text, STR("{")) == SIZE_MAX);
            assert_true(str_find(text, STR("ş")) == SIZE_MAX && str_find(text, STR("ţ")) == SIZE_MAX);     /* cedillas are Turkish */
        }
}
