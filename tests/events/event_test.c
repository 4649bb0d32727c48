/* What each kind must carry. */
#include "events/event.h"
#include "tests/test.h"

TEST(event, of_each_kind_is_refused_without_what_it_needs) {
    TEST_CTX(c);
    static const struct { event_kind kind; const char *field; } cases[] = {
        { EVENT_VIEW, "product_id" }, { EVENT_CART, "product_id" }, { EVENT_CATEGORY_VIEW, "category_id" }, { EVENT_SEARCH, "query" },
        { EVENT_PURCHASE, "order_id" }, { EVENT_IMPRESSION, "rec_id" }, { EVENT_WIDGET_DISMISS, "rec_id" }, { EVENT_CONSENT, "consent" },
        { EVENT_REFUND, "type" }, { EVENT_CHECKOUT, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        visitor_event e = { .kind = cases[i].kind };
        assert_err(cases[i].field ? ERR_INVALID : ERR_OK, event_check(c, &e, 1000));
        if (cases[i].field) assert_string_equal(cases[i].field, c->error.field);
    }
}

TEST(event, happens_within_the_week_before_it_came) {
    TEST_CTX(c);
    const int64_t now = INT64_C(1763640000000);
    const struct { int64_t told, kept; } cases[] = {
        { 0, now }, { now - 5, now - 5 }, { now + 100000, now }, { 1, now - EVENT_LATE_MS }, { now - EVENT_LATE_MS, now - EVENT_LATE_MS },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        visitor_event e = { .kind = EVENT_VIEW, .row = { .product_id = STR("1"), .time_ms = cases[i].told } };
        assert_ok(c, event_check(c, &e, now));
        assert_int_equal(cases[i].kept, e.row.time_ms);
        assert_str("view", e.row.kind);
    }
}
