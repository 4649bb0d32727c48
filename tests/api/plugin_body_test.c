/* Batches of a plugin: good messages are kept whole, each bad one is told with its place and what to do. */
#include "api/plugin_body.h"
#include <string.h>
#include "tests/test.h"

#define NOW_MS INT64_C(1795137073000)
static const event_context shop = { .store_id = 3, .received_ms = NOW_MS, .currency = { "RON", 3 }, .digits = 2, .trusted = true };

static plugin_batch taken(ctx *c, const char *body) {
    plugin_batch b;
    assert_ok(c, plugin_body_read(c, str_of(body), &shop, &b));
    return b;
}

#define ONE(rest) "{\"messages\":[{\"id\":\"m1\",\"time_ms\":1795137072000," rest "}]}"

TEST(plugin_body, reads_a_cart_with_all_it_says) {
    TEST_CTX(c);
    plugin_batch b = taken(c, ONE("\"kind\":\"cart\",\"token\":\"ab\",\"visitor_id\":\"v-1\",\"customer_id\":\"7\","
                                  "\"email\":\" ana@example.com\",\"email_consent\":true,\"items\":["
                                  "{\"product_id\":\"104\",\"variation_id\":\"105\",\"quantity\":2,"
                                  "\"price\":29.99},{\"product_id\":9,\"quantity\":1.5}],\"total\":59.98,\"currency\":\"RON\","
                                  "\"recovery_url\":\"https://shop.example/?vitrine_cart=x\",\"state\":\"open\""));
    assert_int_equal(1, b.n_carts);
    const shop_cart *k = b.carts;
    assert_int_equal(3, k->store_id);
    assert_str("ab", k->cart_id);
    assert_str("ana@example.com", k->email);
    assert_str("[[\"104\",\"105\",2,2999],[\"9\",\"\",1.5,0]]", k->items);
    assert_int_equal(5998, k->total);
    assert_int_equal(1795137072000, k->told_ms);
}

TEST(plugin_body, keeps_no_address_without_consent_and_believes_no_clock_that_is_ahead) {
    TEST_CTX(c);
    plugin_batch b = taken(c, "{\"messages\":[{\"id\":\"m\",\"kind\":\"cart\",\"time_ms\":1995137072000,\"token\":\"ab\","
                              "\"email\":\"ana@example.com\",\"email_consent\":false,\"items\":[],\"state\":\"emptied\"}]}");
    assert_int_equal(0, b.carts[0].email.n);
    assert_int_equal(NOW_MS, b.carts[0].told_ms);
}

TEST(plugin_body, tells_a_price_that_is_none_from_one_that_was_not_told) {
    TEST_CTX(c);
    plugin_batch b = taken(c, ONE("\"kind\":\"stock\",\"product_id\":\"10\",\"price\":7.5,\"sale_price\":null,\"stock_quantity\":-2"));
    const stock_told *t = b.stocks;
    assert_true(t->price_told && t->price.known && t->price.v == 750);
    assert_true(t->sale_told && !t->sale_price.known);
    assert_false(t->regular_told);
    assert_true(t->quantity_told && t->stock_quantity.v == -2);
}

TEST(plugin_body, an_event_without_an_id_has_that_of_its_message) {
    TEST_CTX(c);
    plugin_batch a = taken(c, ONE("\"kind\":\"event\",\"event\":{\"type\":\"view\",\"product_id\":\"104\",\"visitor_id\":\"v-1\"}"));
    plugin_batch again = taken(c, ONE("\"kind\":\"event\",\"event\":{\"type\":\"view\",\"product_id\":\"104\",\"visitor_id\":\"v-1\"}"));
    plugin_batch own = taken(c, ONE("\"kind\":\"event\",\"event\":{\"id\":\"e\",\"type\":\"view\",\"product_id\":\"104\","
                                    "\"visitor_id\":\"v-1\"}"));
    assert_true(a.events[0].client_hash && a.events[0].client_hash == again.events[0].client_hash);
    assert_true(own.events[0].client_hash != a.events[0].client_hash);
}

TEST(plugin_body, an_order_names_its_answers) {
    TEST_CTX(c);
    plugin_batch b = taken(c, ONE("\"kind\":\"order\",\"order_id\":77,\"visitor_id\":\"v-1\",\"rec_ids\":[\"01K\",\"01M\"]"));
    assert_str("77", b.orders[0].order_id);
    assert_str("01K 01M", b.orders[0].rec_ids);
}

TEST(plugin_body, says_of_each_bad_message_what_is_wrong_and_keeps_the_others) {
    TEST_CTX(c);
    static const struct { const char *message, *word; } bad[] = {
        { "7", "object" }, { "null", "object" }, { "{}", "kind" }, { "{\"id\":\"x\",\"kind\":\"letter\",\"time_ms\":1}", "kind" },
        { "{\"id\":\"x\",\"kind\":\"cart\",\"time_ms\":1,\"items\":[],\"state\":\"open\"}", "token" },
        { "{\"id\":\"x\",\"kind\":\"cart\",\"time_ms\":1,\"token\":\"t\",\"items\":[],\"state\":\"lost\"}", "state" },
        { "{\"id\":\"x\",\"kind\":\"cart\",\"time_ms\":1,\"token\":\"t\",\"items\":[],\"state\":\"open\","
          "\"recovery_url\":\"javascript:1\"}",
          "recovery_url" },
        { "{\"id\":\"x\",\"kind\":\"cart\",\"time_ms\":1,\"token\":\"t\",\"items\":[],\"state\":\"open\",\"email\":\"ana\"}", "email" },
        { "{\"id\":\"x\",\"kind\":\"cart\",\"time_ms\":1,\"token\":\"t\",\"items\":{},\"state\":\"open\"}", "items" },
        { "{\"id\":\"x\",\"kind\":\"cart\",\"time_ms\":1,\"token\":\"t\",\"items\":[],\"state\":\"open\",\"total\":-1}", "total" },
        { "{\"id\":\"x\",\"kind\":\"identity\",\"time_ms\":1,\"visitor_id\":\"v\"}", "visitor_id" },
        { "{\"id\":\"x\",\"kind\":\"identity\",\"time_ms\":1,\"visitor_id\":\"v\",\"email_hash\":\"AB\"}", "email_hash" },
        { "{\"id\":\"x\",\"kind\":\"stock\",\"time_ms\":1,\"product_id\":\"1\",\"stock_status\":\"many\"}", "stock_status" },
        { "{\"id\":\"x\",\"kind\":\"stock\",\"time_ms\":1,\"product_id\":\"1\",\"price\":\"7\"}", "price" },
        { "{\"id\":\"x\",\"kind\":\"order\",\"time_ms\":1,\"order_id\":\"1\",\"rec_ids\":[\"a b\"]}", "rec_ids" },
        { "{\"id\":\"x\",\"kind\":\"event\",\"time_ms\":1,\"event\":{\"type\":\"dance\"}}", "dance" },
        { "{\"id\":\"x\",\"kind\":\"event\",\"time_ms\":1,\"event\":[]}", "event" },
        { "{\"id\":\"x\",\"kind\":\"order\",\"time_ms\":1,\"order_id\":\"1\",\"tip\":1}", "tip" },
        { "{\"id\":\"\",\"kind\":\"order\",\"time_ms\":1,\"order_id\":\"1\"}", "id" },
        { "{\"id\":\"x\",\"kind\":\"order\",\"time_ms\":-1,\"order_id\":\"1\"}", "time_ms" },
    };
    buf body;
    buf_init_in(&body, c->arena, 64 * KIB);
    buf_text(&body, "{\"messages\":[{\"id\":\"good\",\"kind\":\"order\",\"time_ms\":1,\"order_id\":\"1\"}");
    for (size_t i = 0; i < COUNT(bad); i++) buf_char(&body, ','), buf_text(&body, bad[i].message);
    buf_text(&body, "]}");
    plugin_batch b = taken(c, body.p);
    assert_int_equal(1, b.n_orders);
    assert_int_equal(COUNT(bad), b.n_rejected);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(i + 1, b.rejected[i].index);
        if (str_find(b.rejected[i].message, str_of(bad[i].word)) == SIZE_MAX)
            test_fail("%s: '%.*s' does not speak of '%s'", bad[i].message, STR_ARG(b.rejected[i].message), bad[i].word);
    }
}

TEST(plugin_body, refuses_bodies_that_are_no_batch) {
    TEST_CTX(c);
    plugin_batch b;
    static const char *const bodies[] = { "", "[]", "{}", "{\"messages\":[]}", "{\"messages\":{}}", "{\"messages\":[{}],\"more\":1}",
                                          "{\"messages\":[{}]", "{\"messages\":null}", "\xff" };
    for (size_t i = 0; i < COUNT(bodies); i++) assert_err(ERR_INVALID, plugin_body_read(c, str_of(bodies[i]), &shop, &b));
    buf many;
    buf_init_in(&many, c->arena, 64 * KIB);
    buf_text(&many, "{\"messages\":[{}");
    for (int i = 0; i < LIMIT_PLUGIN_MESSAGES; i++) buf_text(&many, ",{}");
    buf_text(&many, "]}");
    assert_err(ERR_INVALID, plugin_body_read(c, buf_view(&many), &shop, &b));
}
