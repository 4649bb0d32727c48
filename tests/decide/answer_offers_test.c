/* Offers in answers: where the shop's cart grants them, each answer carries tokens of its own for exactly what it shows. */
#include "tests/decide/fake_shop.h"
#include "tests/test.h"
#include <string.h>

static void phone_shop(fake_shop *f, ctx *c, str secret) {
    static const char *const ids[] = { "phone", "case", "glass", "phone-pro", "lamp", "book", "mug" };
    fake_init(f, c, 16, 16);
    f->plugin_secret = secret;
    for (size_t i = 0; i < COUNT(ids); i++) fake_product(f, ids[i], i % 2 ? "phones" : "cases", (int64_t)(100000 + 10000 * i));
    fake_says(f, FAKE_CROSS, "phone", "case", 0.4f);
    fake_says(f, FAKE_CROSS, "phone", "glass", 0.3f);
    fake_says(f, FAKE_UPSELL, "phone", "phone-pro", 0.3f);
    fake_publish(f, true);
}

#define PHONE_SHOP(f, c, secret)                              \
    TEST_CTX(c);                                              \
    time_source clock_of_test = time_source_manual(FAKE_NOW); \
    c->time = &clock_of_test;                                 \
    AUTO_FAKE f;                                              \
    phone_shop(&f, c, secret);                                \
    AUTO_SERVING s = fake_pin(&f)

#define PLUGIN_SECRET STR("5ecf0000000000000000000000000000000000000000000000000000000000aa")
#define about_phone ((recommend_query){ .product_id = STR("phone"), .source = SOURCE_ALL, .n = 6, .visitor_id = STR("ana") })

static str answered(ctx *c, const serving *s, const recommend_query *q) {
    buf out;
    buf_init_in(&out, c->arena, MIB);
    assert_ok(c, recommend_write(c, s, q, &out, NULL));
    return buf_view(&out);
}

static const json_value *read_answer(ctx *c, str text) {
    const json_value *v = NULL;
    assert_ok(c, json_parse(c, text, JSON_READ_STRICT, &v));
    return v;
}

static const json_value *incentive_of(const json_value *answer, const char *id) {
    const json_value *items = jr_get(answer, "items");
    for (size_t i = 0; i < jr_count(items); i++)
        if (str_eq(jr_string(jr_get(jr_at(items, i), "product_id")), str_of(id))) return jr_get(jr_at(items, i), "incentive");
    return NULL;
}

static str offer_of(const json_value *v) { return jr_string(jr_get(v, "offer")); }

TEST(answer_offers, say_what_the_bundle_and_the_incentive_are) {
    PHONE_SHOP(f, c, PLUGIN_SECRET);
    recommend_query q = about_phone;
    const json_value *a = read_answer(c, answered(c, s, &q));
    signed_offer bundle, incentive;
    assert_ok(c, serving_offer_read(c, s, offer_of(jr_get(a, "bundle")), &bundle));
    assert_ok(c, serving_offer_read(c, s, offer_of(incentive_of(a, "phone-pro")), &incentive));
    assert_int_equal(OFFER_BUNDLE, bundle.kind);
    assert_int_equal(3, bundle.n);
    assert_str("phone", bundle.products[0]);
    assert_int_equal(4, bundle.percent);
    assert_int_equal(OFFER_INCENTIVE, incentive.kind);
    assert_int_equal(1, incentive.n);
    assert_str("phone-pro", incentive.products[0]);
    assert_int_equal(5, incentive.percent);
    assert_str("ana", incentive.visitor_id);
    assert_true(str_eq(jr_string(jr_get(a, "rec_id")), bundle.rec_id));
    assert_int_equal(FAKE_NOW / MS_PER_SECOND + OFFER_SECONDS, bundle.end_s);
    assert_false(str_eq(bundle.id, incentive.id));
}

TEST(answer_offers, of_an_answer_kept_are_each_visitors_own) {
    PHONE_SHOP(f, c, PLUGIN_SECRET);
    recommend_query q = about_phone;
    signed_offer first, second;
    assert_ok(c, serving_offer_read(c, s, offer_of(jr_get(read_answer(c, answered(c, s, &q)), "bundle")), &first));
    q.visitor_id = STR("dan");
    const json_value *again = read_answer(c, answered(c, s, &q));
    assert_ok(c, serving_offer_read(c, s, offer_of(jr_get(again, "bundle")), &second));
    assert_str("ana", first.visitor_id);
    assert_str("dan", second.visitor_id);
    assert_false(str_eq(first.id, second.id));
    assert_true(str_eq(jr_string(jr_get(again, "rec_id")), second.rec_id));
}

TEST(answer_offers, are_in_answers_made_in_two_steps_too) {
    PHONE_SHOP(f, c, PLUGIN_SECRET);
    recommend_query q = about_phone;
    recommend_answer a = fake_ask(&f, s, &q);
    signed_offer o;
    buf out;
    json_out w;
    buf_init_in(&out, c->arena, MIB);
    jw_init(&w, &out);
    assert_ok(c, recommend_json(c, &w, s, &a));
    assert_ok(c, serving_offer_read(c, s, offer_of(jr_get(read_answer(c, buf_view(&out)), "bundle")), &o));
    assert_str("ana", o.visitor_id);
}

TEST(answer_offers, are_not_made_where_no_cart_grants_them) {
    PHONE_SHOP(f, c, (str){ 0 });
    recommend_query q = about_phone;
    str text = answered(c, s, &q);
    signed_offer o;
    assert_false(jr_is_null(jr_get(read_answer(c, text), "bundle")));
    assert_true(str_find(text, STR("offer\":")) == SIZE_MAX);
    assert_err(ERR_FORBIDDEN, serving_offer_read(c, s, STR("e30.e30"), &o));
}

TEST(answer_offers, do_not_promise_a_discount_of_nothing) {
    TEST_CTX(c);
    time_source clock_of_test = time_source_manual(FAKE_NOW);
    c->time = &clock_of_test;
    AUTO_FAKE f;
    phone_shop(&f, c, PLUGIN_SECRET);
    f.settings = "{\"bundle_discount\":0,\"upsell_discount\":0}";
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = about_phone;
    assert_true(str_find(answered(c, s, &q), STR("offer\":")) == SIZE_MAX);
}

TEST(answer_offers, are_none_for_the_held_out) {
    TEST_CTX(c);
    time_source clock_of_test = time_source_manual(FAKE_NOW);
    c->time = &clock_of_test;
    AUTO_FAKE f;
    phone_shop(&f, c, PLUGIN_SECRET);
    f.settings = "{\"holdout_percent\":50}";
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    size_t held_out = 0;
    for (int i = 0; i < 40; i++) {
        char person[16];
        snprintf(person, sizeof person, "v:%d", i);
        recommend_query q = about_phone;
        q.person = str_of(person);
        str text = answered(c, s, &q);
        bool out = !jr_is_null(jr_get(read_answer(c, text), "held_out"));
        assert_int_equal(out, str_find(text, STR("offer\":")) == SIZE_MAX);
        held_out += out;
    }
    assert_true(held_out > 5 && held_out < 35);
}
