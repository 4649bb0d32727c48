/* What holds for who asks: the owner's settings, variants, the hold-out; obeyed by answers, told to the log. */
#include "decide/terms.h"
#include "experiments/assign.h"
#include "schema/exposed_items.h"
#include "tests/decide/fake_shop.h"
#include "tests/storage/backends.h"
#include "tests/test.h"
#include <stdio.h>
#include <string.h>

enum { PERSONS = 2000 };

static void corner_shop(fake_shop *f, ctx *c) {
    static const char *const ids[] = { "tea", "cup", "pot", "milk", "honey", "spoon", "tray" };
    fake_init(f, c, 16, 16);
    for (size_t i = 0; i < COUNT(ids); i++) fake_product(f, ids[i], i % 2 ? "kitchen" : "drinks", (int64_t)(500 + 300 * i));
    fake_says(f, FAKE_CROSS, "tea", "cup", 0.4f);
    fake_says(f, FAKE_CROSS, "tea", "pot", 0.3f);
    fake_says(f, FAKE_UPSELL, "tea", "honey", 0.2f);
}

/* A shop with the rows of `d` loaded beside its catalogue. */
static void publish(fake_shop *f, db *d) {
    loaded_shop *l = fake_load(f, true);
    assert_ok(f->c, loaded_shop_read_terms(f->c, d, l));
    assert_ok(f->c, serving_publish(f->c, f->registry, l));
}

#define CORNER_SHOP(f, d, c)                                                    \
    TEST_CTX(c);                                                                \
    time_source clock_of_test = time_source_manual(FAKE_NOW);                   \
    c->time = &clock_of_test;                                                   \
    __attribute__((cleanup(close_at))) db *d = test_database(c, &backends[0], &(db_options){ 0 }); \
    AUTO_FAKE f;                                                                \
    corner_shop(&f, c)

static void close_at(db **d) { storage_close(*d); }

static void owner_sets(ctx *c, db *d, const char *place, const char *settings) {
    placement_setting row = { .store_id = FAKE_STORE, .placement = str_of(place), .settings = str_of(settings) };
    assert_ok(c, storage_put(c, d, &placement_setting_entity, &row));
}

static experiment trial(int64_t id, const char *place, const char *a, const char *b) {
    static char rooms[10][512];
    char *room = rooms[id % 10];
    int n = snprintf(room, sizeof rooms[0], "[{\"key\":\"a\",\"share\":0.5,\"settings\":%s},"
                     "{\"key\":\"b\",\"share\":0.5,\"settings\":%s}]", a, b);
    return (experiment){ .store_id = FAKE_STORE, .experiment_id = id, .state = STR("running"), .placement = str_of(place),
                         .variants = { room, (size_t)n } };
}

static recommend_answer ask(ctx *c, const serving *s, recommend_query q) {
    recommend_answer a;
    q.product_id = STR("tea");
    assert_ok(c, recommend(c, s, &q, &a));
    return a;
}
#define ASK(c, s, ...) ask(c, s, (recommend_query){ .source = SOURCE_ALL, __VA_ARGS__ })

/* Text of the answer and what the log is told, by the way of the server. */
static str asked(ctx *c, const serving *s, str person, recommend_trace *ret_trace) {
    buf out;
    buf_init_in(&out, c->arena, MIB);
    recommend_query q = { .product_id = STR("tea"), .source = SOURCE_ALL, .person = person };
    assert_ok(c, recommend_write(c, s, &q, &out, ret_trace));
    return buf_view(&out);
}

static str person_number(char room[16], int i) { return (str){ room, (size_t)snprintf(room, 16, "v:%d", i) }; }

TEST(terms, of_the_owner_hold_over_the_requests) {
    CORNER_SHOP(f, d, c);
    owner_sets(c, d, "product", "{\"n\":2,\"discount\":10,\"message\":\"plain\",\"display\":\"popup\"}");
    owner_sets(c, d, "home", "{\"enabled\":false}");
    publish(&f, d);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = ASK(c, s, .n = 5), off = ASK(c, s, .placement = STR("home"));
    recommend_answer free_place = ASK(c, s, .placement = STR("cart"), .n = 5);
    assert_int_equal(2, a.n);
    assert_string_equal("popup", a.terms.display);
    for (size_t i = 0; i < a.n; i++) {
        assert_int_equal(10, a.items[i].discount_percent);
        assert_true(a.items[i].incentive_minor < a.items[i].price_minor);
        assert_str("Ar putea să îți placă și acesta", a.items[i].message);
    }
    assert_true(off.terms.off && off.n == 0);
    assert_string_equal("off", off.strategy);
    assert_int_equal(5, free_place.n);
    assert_null(free_place.terms.display);
}

TEST(terms, promise_no_price_in_letters) {
    CORNER_SHOP(f, d, c);
    owner_sets(c, d, "email", "{\"discount\":10}");
    publish(&f, d);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = ASK(c, s, .placement = STR("email"), .product_id = STR("tea"));
    assert_true(a.n > 0);
    for (size_t i = 0; i < a.n; i++) {
        assert_int_equal(0, a.items[i].discount_percent);
        assert_int_equal(a.items[i].price_minor, a.items[i].incentive_minor);
    }
}

TEST(terms, name_the_model_that_orders) {
    CORNER_SHOP(f, d, c);
    owner_sets(c, d, "product", "{\"model\":\"catalogue\",\"price_incentive\":false,\"message\":\"none\"}");
    publish(&f, d);
    AUTO_SERVING s = fake_pin(&f);
    recommend_answer a = ASK(c, s, .n = 6);
    assert_string_equal("catalogue", a.strategy);
    for (size_t i = 0; i < a.n; i++) {
        assert_true(a.items[i].source == SOURCE_POPULAR || a.items[i].source == SOURCE_NEW || a.items[i].source == SOURCE_TRENDING);
        assert_int_equal(0, a.items[i].discount_percent);
        assert_int_equal(0, a.items[i].message.n);
    }
}

TEST(terms, of_the_hold_out_show_nothing_and_log_what_would_have_been_shown) {
    CORNER_SHOP(f, d, c);
    f.settings = "{\"holdout_percent\":5}";
    publish(&f, d);
    AUTO_SERVING s = fake_pin(&f);
    char room[16];
    size_t held = 0;
    recommend_trace open, t;
    asked(c, s, STR(""), &open);
    for (int i = 0; i < PERSONS; i++) {
        str person = person_number(room, i), text = asked(c, s, person, &t);
        assert_true(t.terms.held_out == assign_is_held_out(FAKE_STORE, person, 0.05));
        assert_true(str_eq(open.items, t.items));
        assert_true((str_find(text, STR("\"held_out\":true")) != SIZE_MAX) == t.terms.held_out);
        assert_true((str_find(text, STR("\"items\":[]")) != SIZE_MAX) == t.terms.held_out);
        held += t.terms.held_out;
    }
    assert_in_range(held, PERSONS / 20 - 35, PERSONS / 20 + 35);   /* 100, standard deviation 9.7 */
}

TEST(terms, of_strangers_and_previews_hold_nobody_out) {
    CORNER_SHOP(f, d, c);
    f.settings = "{\"holdout_percent\":50}";
    experiment e = trial(3, "", "{}", "{\"n\":1}");
    assert_ok(c, storage_put(c, d, &experiment_entity, &e));
    publish(&f, d);
    AUTO_SERVING s = fake_pin(&f);
    char room[16];
    for (int i = 0; i < 50; i++) {
        recommend_answer a = ASK(c, s, .person = person_number(room, i), .preview = true), stranger = ASK(c, s, .n = 0);
        assert_false(a.terms.held_out || stranger.terms.held_out || a.terms.arms.n || stranger.terms.arms.n);
    }
}

TEST(terms, of_experiments_lie_over_the_owners_by_number) {
    CORNER_SHOP(f, d, c);
    f.settings = "{\"holdout_percent\":0}";
    owner_sets(c, d, "product", "{\"n\":3,\"discount\":5}");
    experiment first = trial(3, "product", "{}", "{\"n\":2}");
    experiment second = trial(7, "", "{\"display\":\"banner\"}", "{\"display\":\"popup\",\"n\":1}");
    experiment draft = trial(8, "", "{\"n\":9}", "{\"n\":9}");
    draft.state = STR("draft");
    assert_ok(c, storage_put(c, d, &experiment_entity, &second));
    assert_ok(c, storage_put(c, d, &experiment_entity, &first));
    assert_ok(c, storage_put(c, d, &experiment_entity, &draft));
    publish(&f, d);
    AUTO_SERVING s = fake_pin(&f);
    static const struct { const char *arms; size_t n; const char *display; } expected[] = {
        { "3=a 7=a", 3, "banner" }, { "3=a 7=b", 1, "popup" }, { "3=b 7=a", 2, "banner" }, { "3=b 7=b", 1, "popup" },
    };
    size_t met[COUNT(expected)] = { 0 };
    char room[16];
    for (int i = 0; i < 200; i++) {
        recommend_answer a = ASK(c, s, .person = person_number(room, i));
        for (size_t k = 0; k < COUNT(expected); k++) {
            if (!str_eq(a.terms.arms, str_of(expected[k].arms))) continue;
            met[k]++;
            assert_int_equal(expected[k].n, a.n);
            assert_string_equal(expected[k].display, a.terms.display);
            assert_int_equal(5, a.items[0].discount_percent);
        }
    }
    assert_int_equal(200, met[0] + met[1] + met[2] + met[3]);
    for (size_t k = 0; k < COUNT(met); k++) assert_true(met[k] > 20);
    assert_true(str_starts(ASK(c, s, .placement = STR("home"), .person = STR("v:1")).terms.arms, STR("7=")));
}

TEST(terms, of_two_arms_never_share_a_kept_answer) {
    CORNER_SHOP(f, d, c);
    f.settings = "{\"holdout_percent\":0}";
    experiment e = trial(3, "", "{\"n\":2}", "{\"n\":4}");
    assert_ok(c, storage_put(c, d, &experiment_entity, &e));
    publish(&f, d);
    AUTO_SERVING s = fake_pin(&f);
    char room[16];
    for (int i = 0; i < 40; i++) {
        recommend_trace t;
        exposed_item *items;
        size_t n;
        str text = asked(c, s, person_number(room, i), &t);
        assert_ok(c, exposed_items_read(c, t.items, &items, &n));
        assert_int_equal(str_eq(t.terms.arms, STR("3=b")) ? 4 : 2, n);
        assert_true(str_find(text, n == 4 ? STR("\"arms\":{\"3\":\"b\"}") : STR("\"arms\":{\"3\":\"a\"}")) != SIZE_MAX);
    }
}

TEST(terms, that_others_changed_count_from_the_next_answer) {
    CORNER_SHOP(f, d, c);
    publish(&f, d);
    AUTO_SERVING before = fake_pin(&f);
    uint64_t first = before->number;
    assert_ok(c, serving_follow_terms(c, f.registry, d, FAKE_STORE));
    {
        AUTO_SERVING same = fake_pin(&f);
        assert_true(same->number == first);                                 /* nothing changed: nothing was published */
    }
    owner_sets(c, d, "product", "{\"n\":2}");
    experiment e = trial(3, "", "{}", "{\"display\":\"popup\"}");
    assert_ok(c, storage_put(c, d, &experiment_entity, &e));
    assert_ok(c, serving_follow_terms(c, f.registry, d, FAKE_STORE));
    AUTO_SERVING after = fake_pin(&f);
    assert_int_equal(5, ASK(c, before, .n = 5).n);                          /* what was pinned stays as it was */
    recommend_answer a = ASK(c, after, .n = 5, .person = STR("v:1"));
    assert_int_equal(2, a.n);
    assert_true(after->loaded == before->loaded && a.terms.held_out + a.terms.arms.n > 0);
    e.state = STR("stopped");
    assert_ok(c, storage_put(c, d, &experiment_entity, &e));
    assert_ok(c, storage_delete(c, d, &placement_setting_entity, &(placement_setting){ .store_id = FAKE_STORE }, 1, NULL));
    assert_ok(c, serving_follow_terms(c, f.registry, d, FAKE_STORE));
    AUTO_SERVING end = fake_pin(&f);
    a = ASK(c, end, .n = 5, .person = STR("v:1"));
    assert_true(a.n == 5 && !a.terms.arms.n);
}
