/* Bodies of events. */
#include "api/event_body.h"
#include <string.h>
#include "tests/test.h"

static const event_context shop = { .store_id = 1, .received_ms = INT64_C(1763640000000), .currency = { "RON", 3 }, .digits = 2,
                                    .device = { "tablet", 6 } };

static event_list read_good(ctx *c, const char *body) {
    event_list l;
    assert_ok(c, event_body_read(c, str_of(body), &shop, &l));
    return l;
}

TEST(event_body, gives_every_event_what_stands_beside_the_list) {
    TEST_CTX(c);
    event_list l = read_good(c, "{\"visitor_id\":\"v\",\"consent\":\"statistics\",\"page\":\"/a\",\"device\":\"mobile\",\"events\":["
                                "{\"type\":\"view\",\"product_id\":7},"
                                "{\"type\":\"search\",\"query\":\"x\",\"visitor_id\":\"w\",\"page\":\"/b#c\"}]}");
    assert_int_equal(2, l.n);
    assert_str("v", l.events[0].row.visitor_id);
    assert_str("w", l.events[1].row.visitor_id);
    assert_str("/a", l.events[0].row.page);
    assert_str("/b", l.events[1].row.page);
    assert_str("7", l.events[0].row.product_id);
    assert_str("mobile", l.events[1].row.device);
    assert_int_equal(CONSENT_STATISTICS, l.events[1].consent);
}

TEST(event_body, keeps_of_addresses_what_is_nobodys_secret) {
    TEST_CTX(c);
    static const struct { const char *page, *kept, *referrer, *host; } cases[] = {
        { "https://a.b/c/d?token=1", "/c/d", "https://u:p@x.y/z?q", "x.y" }, { "https://a.b", "/", "x.y/z", "x.y" },
        { "/a?b=c://d", "/a", "", "" }, { "", "", "https://x.y:8080?z", "x.y:8080" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[300];
        snprintf(body, sizeof body, "{\"type\":\"checkout\",\"page\":\"%s\",\"referrer\":\"%s\"}", cases[i].page, cases[i].referrer);
        event_list l = read_good(c, body);
        assert_str(cases[i].kept, l.events->row.page);
        assert_str(cases[i].host, l.events->row.referrer);
        assert_str("tablet", l.events->row.device);
    }
}

TEST(event_body, tells_each_bad_event_and_keeps_the_others) {
    TEST_CTX(c);
    event_list l = read_good(c, "{\"events\":[{\"type\":\"view\"},{\"type\":\"checkout\"},[],{\"type\":\"checkout\",\"value\":\"1\"}]}");
    assert_int_equal(1, l.n);
    assert_int_equal(3, l.n_rejected);
    static const struct { size_t index; const char *field; } expected[] = { { 0, "product_id" }, { 2, "events" }, { 3, "value" } };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(expected[i].index, l.rejected[i].index);
        assert_str(expected[i].field, l.rejected[i].field);
    }
}

TEST(event_body, turns_money_into_minor_units) {
    TEST_CTX(c);
    event_list l = read_good(c, "{\"type\":\"purchase\",\"order_id\":\"1\",\"value\":129.995,"
                                "\"items\":[\"a\",{\"product_id\":\"b\\\"\",\"quantity\":2.5,\"price\":19.99}]}");
    assert_int_equal(13000, l.events->row.value);
    assert_str("[[\"a\",1,0],[\"b\\\"\",2.5,1999]]", l.events->row.items);
}

TEST(event_body, knows_an_event_by_visitor_and_id) {
    TEST_CTX(c);
    static const char *const bodies[] = {
        "{\"type\":\"checkout\",\"id\":\"1\",\"visitor_id\":\"v\"}", "{\"type\":\"checkout\",\"id\":\"1\",\"visitor_id\":\"w\"}",
        "{\"type\":\"checkout\",\"id\":\"2\",\"visitor_id\":\"v\"}", "{\"type\":\"checkout\",\"visitor_id\":\"v\"}",
    };
    uint64_t hashes[COUNT(bodies)];
    for (size_t i = 0; i < COUNT(bodies); i++) {
        hashes[i] = read_good(c, bodies[i]).events->client_hash;
        for (size_t k = 0; k < i; k++) assert_true(hashes[k] != hashes[i]);
    }
    assert_true(hashes[0] == read_good(c, bodies[0]).events->client_hash);
    assert_int_equal(0, hashes[3]);
}

TEST(event_body, of_a_conversion_is_a_purchase_known_by_its_answer) {
    TEST_CTX(c);
    event_list l, again, no;
    str told;
    assert_ok(c, conversion_body_read(c, STR("{\"store_id\":1,\"rec_id\":\"r\",\"converted\":true,\"revenue\":9.5}"), &shop, &told, &l));
    assert_ok(c, conversion_body_read(c, STR("{\"rec_id\":\"r\",\"converted\":true,\"order_id\":\"5\"}"), &shop, &told, &again));
    assert_ok(c, conversion_body_read(c, STR("{\"rec_id\":\"r\",\"converted\":false}"), &shop, &told, &no));
    assert_int_equal(1, l.n);
    assert_int_equal(EVENT_PURCHASE, l.events->kind);
    assert_int_equal(950, l.events->row.value);
    assert_true(l.events->client_hash && l.events->client_hash == again.events->client_hash);
    assert_int_equal(0, no.n);
    assert_err(ERR_INVALID, conversion_body_read(c, STR("{\"converted\":true}"), &shop, &told, &l));
}
