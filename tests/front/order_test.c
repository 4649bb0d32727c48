/* The checkout's form, and the order it makes as the connector reads it. */
#include "front/order.h"
#include "connect/demo.h"
#include "net/crypto.h"
#include "tests/connect/keep_sink.h"
#include "tests/test.h"

static checkout_form a_form(void) {
    return (checkout_form){
        .value = { STR("  Ana Maria Probă "), STR("ana@exemplu.ro"), STR(""), STR("Str. \"Lungă\" 1 <b>"), STR("Cluj"), STR("card") },
        .once = STR("abcdefghijklmnop1234"),
    };
}

TEST(checkout, says_what_is_missing_or_wrong) {
    static const struct { checkout_field field; const char *value; bool fine; } cases[] = {
        { CHECKOUT_NAME, "", false }, { CHECKOUT_NAME, "   ", false }, { CHECKOUT_PHONE, "", true }, { CHECKOUT_EMAIL, "ana", false },
        { CHECKOUT_EMAIL, "ana@", false }, { CHECKOUT_EMAIL, "@x.ro", false }, { CHECKOUT_EMAIL, "a b@x.ro", false },
        { CHECKOUT_EMAIL, "a@x@y.ro", false }, { CHECKOUT_EMAIL, "a@x.ro", true }, { CHECKOUT_PAYMENT, "gold", false },
        { CHECKOUT_PAYMENT, "cod", true }, { CHECKOUT_CITY, "\xff\xfe", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        checkout_form f = a_form();
        f.value[cases[i].field] = str_of(cases[i].value);
        assert_int_equal(cases[i].fine, checkout_check(&f));
        assert_int_equal(cases[i].fine, !f.problem[cases[i].field]);
    }
}

TEST(checkout, refuses_texts_without_end) {
    TEST_CTX(c);
    char *text = arena_alloc(c->arena, CHECKOUT_TEXT_BYTES + 2);
    for (size_t i = 0; i <= CHECKOUT_TEXT_BYTES; i++) text[i] = 'x';
    checkout_form f = a_form();
    f.value[CHECKOUT_ADDRESS] = (str){ text, CHECKOUT_TEXT_BYTES + 1 };
    assert_false(checkout_check(&f));
    assert_non_null(f.problem[CHECKOUT_ADDRESS]);
}

TEST(orders_of_the_front, have_an_id_by_form_and_a_key_by_order) {
    TEST_CTX(c);
    int64_t id = order_id_of(STR("secret"), STR("once-1"));
    assert_true(id >= INT64_C(1000000000000000) && id < INT64_C(9000000000000001));
    assert_true(id == order_id_of(STR("secret"), STR("once-1")));
    assert_true(id != order_id_of(STR("secret"), STR("once-2")) && id != order_id_of(STR("other"), STR("once-1")));
    str key = order_page_key(c, STR("secret"), STR("7"));
    assert_int_equal(32, key.n);
    assert_false(str_eq(key, order_page_key(c, STR("secret"), STR("8"))));
    assert_false(str_eq(key, order_page_key(c, STR("other"), STR("7"))));
}

/* A shirt of which a size was chosen twice, and a mug. */
static front_basket a_basket(void) {
    static const product shirt = { .product_id = { "10", 2 }, .name = { "Shirt", 5 } },
                         size_m = { .product_id = { "101", 3 }, .parent_id = { "10", 2 }, .name = { "Shirt - M", 9 } },
                         mug = { .product_id = { "20", 2 }, .name = { "</script> & \"mug\"", 17 } };
    return (front_basket){ .n = 2, .goods_minor = 13000, .shipping_minor = 1999, .total_minor = 14999, .all_available = true,
                           .lines = { { .row = &size_m, .parent = &shirt, .quantity = 2, .unit_minor = 5000, .available = true },
                                      { .row = &mug, .parent = &mug, .quantity = 1, .unit_minor = 3000, .available = true } } };
}

/* Deliver `body` to the connector of the demonstration shop, signed with `signer`. False: not genuine. */
static bool deliver(ctx *c, str body, str signer, const connect_sink *sink) {
    digest256 mac = crypto_hmac_sha256(signer, body);
    const shop_access access = { .store_id = 7, .webhook_secret = STR("secret"), .currency_digits = 2,
                                 .time_zone = STR("Europe/Bucharest") };
    const webhook_delivery d = { .topic = STR("order.created"), .body = body,
                                 .signature = crypto_base64(c->arena, (str){ (const char *)mac.b, sizeof mac.b }) };
    const connector *demo = connect_find(STR("demo"));
    if (!demo->webhook_is_genuine(c, &access, &d)) return false;
    assert_ok(c, demo->webhook(c, &access, &d, sink));
    return true;
}

TEST(orders_of_the_front, arrive_through_the_connector_as_those_of_a_platform) {
    TEST_CTX(c);
    TEST_CTX(home);
    time_source clock = time_source_manual(INT64_C(1795137073000));
    c->time = &clock;
    const front_shop shop = { .row = &(store){ .currency = STR("RON"), .locale = STR("ro") } };
    const order_origin origin = { .visitor_id = STR("v-1"), .rec_ids = STR("r1 r2") };
    front_basket k = a_basket();
    checkout_form f = a_form();
    str body;
    assert_true(checkout_check(&f));
    assert_ok(c, order_body(c, &shop, &k, &f, &origin, INT64_C(1234567890123456), &body));
    keep_sink kept;
    connect_sink sink = keep_sink_init(&kept, home->arena);
    assert_false(deliver(c, body, STR("a stranger's"), &sink));
    assert_true(deliver(c, body, STR("secret"), &sink));
    size_t n_orders = 0, n_lines = 0, n_customers = 0;
    const order *o = keep_rows(&kept, &order_entity, &n_orders);
    const order_line *lines = keep_rows(&kept, &order_line_entity, &n_lines);
    const customer *who = keep_rows(&kept, &customer_entity, &n_customers);
    assert_int_equal(1, n_orders);
    assert_str("1234567890123456", o->order_id);
    assert_str("v-1", o->visitor_id);
    assert_str("r1 r2", o->rec_ids);
    assert_str("processing", o->status);
    assert_int_equal(14999, o->total);
    assert_true(o->created_ms == INT64_C(1795137073000) && o->paid_ms == o->created_ms);
    assert_int_equal(1, n_customers);
    assert_str("ana@exemplu.ro", who->email);
    assert_true(str_starts(o->customer_id, STR("guest:")));
    assert_int_equal(3, n_lines);
    assert_str("10", lines[0].product_id);
    assert_str("101", lines[0].variation_id);
    assert_int_equal(10000, lines[0].total + lines[0].total_tax);
    assert_str("</script> & \"mug\"", lines[1].name);
    assert_int_equal(1999, lines[2].total + lines[2].total_tax);
}

TEST(orders_of_the_front, are_the_only_thing_the_demonstration_shop_is_told) {
    TEST_CTX(c);
    const connector *demo = connect_find(STR("demo"));
    const shop_access access = { .store_id = 7, .webhook_secret = STR("secret") };
    const webhook_delivery ping = { .body = STR("webhook_id=1") }, other = { .topic = STR("product.deleted"), .body = STR("{\"id\":1}") };
    assert_false(demo->webhook_is_genuine(c, &access, &ping));
    assert_err(ERR_INVALID, demo->webhook(c, &access, &other, NULL));
}
