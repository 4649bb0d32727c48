/* Attribution over stored rows: who it was, what was shown, refunds as they come, nothing twice. */
#include "events/attribution.h"
#include "events/identity.h"
#include "events/order_links.h"
#include "tests/storage/backends.h"
#include "tests/test.h"
#include <stdio.h>

#define DAY ((int64_t)MS_PER_DAY)
#define NOW (INT64_C(20000) * DAY)

/* A shop where visitor "x" is shown and clicks product 7 of answer "r1"; the order of products 7 and 8 comes a day later. */
typedef struct { ctx *c; db *d; time_source clock; int64_t event_number; } shop;

static void put(shop *s, const entity *e, const void *row) { assert_ok(s->c, storage_put(s->c, s->d, e, row)); }

static void shop_open(shop *s, ctx *c) {
    db_options o;
    *s = (shop){ .c = c, .d = test_database(c, &backends[0], &o), .clock = time_source_manual(NOW) };
    c->time = &s->clock;
    put(s, &store_entity, &(store){ .store_id = 1, .name = STR("shop"), .currency = STR("RON") });
    put(s, &exposure_entity, &(exposure){ .store_id = 1, .rec_id = STR("r1"), .time_ms = NOW - 2 * DAY, .visitor_id = STR("x"),
                                          .placement = STR("product"), .arms = STR("3=b"),
                                          .items = STR("[[\"6\",\"popular\",0.1,1,100],[\"7\",\"cross_sell\",0.2,1,200]]") });
}

static void event(shop *s, const char *visitor, const char *kind, const char *rec, const char *item, const char *items, int64_t at_ms) {
    put(s, &logged_event_entity,
        &(logged_event){ .store_id = 1, .event_id = (at_ms << 20) + s->event_number++, .kind = str_of(kind), .time_ms = at_ms,
                         .visitor_id = str_of(visitor), .rec_id = str_of(rec), .product_id = str_of(item), .items = str_of(items) });
}

static void place_order(shop *s, const char *id, const char *status, const char *customer_id, const char *visitor, int64_t hash) {
    const order o = { .store_id = 1, .order_id = str_of(id), .status = str_of(status), .customer_id = str_of(customer_id), .total = 12000,
                      .visitor_id = str_of(visitor), .created_ms = NOW, .payload_hash = hash };
    const order_line lines[] = {
        { .store_id = 1, .order_id = o.order_id, .line_id = STR("1"), .kind = STR("item"), .product_id = STR("7"), .quantity = 1,
          .total = 8000, .total_tax = 1600 },
        { .store_id = 1, .order_id = o.order_id, .line_id = STR("2"), .kind = STR("item"), .product_id = STR("8"), .quantity = 1,
          .total = 1000, .total_tax = 200 },
        { .store_id = 1, .order_id = o.order_id, .line_id = STR("3"), .kind = STR("shipping"), .total = 1200 },
    };
    put(s, &order_entity, &o);
    for (size_t i = 0; i < COUNT(lines); i++) put(s, &order_line_entity, &lines[i]);
}

static void attribute_order(shop *s, const char *id) { assert_ok(s->c, attribution_store(s->c, s->d, 1, str_of(id))); }

static size_t rows(shop *s, const char *id, attribution **ret_rows) {
    attribution key = { .store_id = 1, .order_id = str_of(id) };
    size_t n = 0;
    assert_ok(s->c, storage_scan(s->c, s->d, &attribution_entity, &key, 2, NULL, 100, ret_rows, &n));
    return n;
}

TEST(attribution_store, a_click_then_an_order_is_a_row_with_its_value) {
    TEST_CTX(c);
    shop s;
    attribution *r;
    shop_open(&s, c);
    event(&s, "x", "click", "r1", "7", "", NOW - DAY);
    place_order(&s, "100", "processing", "", "x", 1);
    attribute_order(&s, "100");
    assert_int_equal(1, rows(&s, "100", &r));
    assert_str("1", r->line_id);
    assert_str("click", r->how);
    assert_str("r1", r->rec_id);
    assert_str("v:x", r->person);
    assert_str("product", r->placement);
    assert_str("cross_sell", r->source);
    assert_str("3=b", r->arms);
    assert_int_equal(2, r->position);
    assert_int_equal(9600, r->value);
    assert_int_equal(0, r->refunded);
    assert_int_equal(NOW - DAY, r->touched_ms);
    storage_close(s.d);
}

TEST(attribution_store, refunds_and_cancellations_are_taken_back_and_given_again) {
    static const struct { const char *status; int64_t amount, of_line, refunded; } steps[] = {
        { "processing", 0, 0, 0 },          { "processing", 4800, 4800, 4800 }, { "completed", 6000, 0, 4800 },
        { "cancelled", 6000, 0, 9600 },     { "completed", 0, 0, 0 },           { "wc-refunded", 0, 0, 9600 },
    };
    TEST_CTX(c);
    shop s;
    attribution *r;
    shop_open(&s, c);
    event(&s, "x", "click", "r1", "7", "", NOW - DAY);
    for (size_t i = 0; i < COUNT(steps); i++) {
        place_order(&s, "100", steps[i].status, "", "x", (int64_t)i + 1);
        const refund back = { .store_id = 1, .order_id = STR("100"), .refund_id = STR("5"), .amount = steps[i].amount };
        const refund_line part = { .store_id = 1, .order_id = STR("100"), .refund_id = STR("5"), .line_id = STR("9"),
                                   .product_id = STR("7"), .total = steps[i].of_line };
        assert_ok(c, storage_delete(c, s.d, &refund_line_entity, &part, 2, NULL));
        if (steps[i].amount) put(&s, &refund_entity, &back);
        else assert_ok(c, storage_delete(c, s.d, &refund_entity, &back, 2, NULL));
        if (steps[i].of_line) put(&s, &refund_line_entity, &part);
        for (int again = 0; again < 2; again++) {
            attribute_order(&s, "100");
            assert_int_equal(1, rows(&s, "100", &r));
            assert_int_equal(9600, r->value);
            assert_int_equal(steps[i].refunded, r->refunded);
        }
    }
    storage_close(s.d);
}

TEST(attribution_store, a_page_may_tell_before_or_after_the_shop_and_the_first_page_holds) {
    TEST_CTX(c);
    shop s;
    attribution *r;
    shop_open(&s, c);
    event(&s, "x", "click", "r1", "7", "", NOW - DAY);
    const order_told by_x = { 1, STR("100"), STR("x"), STR("r1"), NOW + 1000 };
    const order_told by_thief = { 1, STR("100"), STR("thief"), STR("r9"), NOW + 2000 };
    bool news = false;
    assert_ok(c, order_link_tell(c, s.d, &by_x, &news));
    assert_true(news);
    attribute_order(&s, "100");                                     /* the order is still to come: nothing is lost */
    place_order(&s, "100", "processing", "guest:ab", "", 1);
    attribute_order(&s, "100");
    assert_int_equal(1, rows(&s, "100", &r));
    assert_str("exact", r->how);
    assert_ok(c, order_link_tell(c, s.d, &by_x, &news));
    assert_false(news);
    assert_ok(c, order_link_tell(c, s.d, &by_thief, &news));
    assert_false(news);
    str person;
    assert_ok(c, identity_person(c, s.d, 1, STR("e:ab"), &person)); /* told soon after the order: browser and guest are one */
    assert_str("v:x", person);
    assert_str("v:x", r->person);
    assert_ok(c, identity_person(c, s.d, 1, STR("v:x"), &person));
    assert_str("v:x", person);
    storage_close(s.d);
}

TEST(attribution_store, a_page_that_tells_late_ties_nobody_to_the_customer) {
    TEST_CTX(c);
    shop s;
    shop_open(&s, c);
    place_order(&s, "100", "processing", "7", "", 1);
    assert_ok(c, order_link_tell(c, s.d, &(order_told){ 1, STR("100"), STR("x"), STR(""), NOW + ORDER_TOLD_SOON_MS + 1 }, NULL));
    attribute_order(&s, "100");
    int64_t n = -1;
    assert_ok(c, storage_count(c, s.d, &person_alias_entity, 1, &n));
    assert_int_equal(0, n);
    storage_close(s.d);
}

TEST(attribution_store, finds_what_another_browser_of_the_same_person_did) {
    TEST_CTX(c);
    shop s;
    attribution *r;
    shop_open(&s, c);
    event(&s, "phone", "impression", "r1", "", "[[\"6\",1,100],[\"7\",1,100]]", NOW - DAY / 2);
    assert_ok(c, identity_take(c, s.d, &(identity_told){ 1, STR("phone"), STR("7"), STR(""), NOW - DAY }, NULL));
    place_order(&s, "100", "processing", "7", "laptop", 1);
    attribute_order(&s, "100");
    assert_int_equal(1, rows(&s, "100", &r));
    assert_str("view", r->how);
    storage_close(s.d);
}

TEST(attribution_store, what_cannot_have_moved_anybody_gives_no_row) {
    static const struct { const char *kind, *rec, *product; int64_t before_ms; bool robot, held_out; } cases[] = {
        { "click", "", "7", DAY, false, false },        /* no answer of ours */
        { "click", "r9", "7", DAY, false, false },      /* nobody gave that answer */
        { "click", "r1", "8", DAY, false, false },      /* the answer did not hold 8 */
        { "click", "r1", "7", -1000, false, false },    /* after the order, and its second */
        { "click", "r1", "7", 8 * DAY, false, false },  /* too long ago */
        { "view", "r1", "7", DAY, false, false },       /* opening the page is not the click */
        { "click", "r1", "7", DAY, true, false },       /* a robot */
        { "click", "r1", "7", DAY, false, true },       /* held out: nothing was shown */
        { "impression", "r1", "7", 2 * DAY, false, false },
    };
    TEST_CTX(c);
    for (size_t i = 0; i < COUNT(cases); i++) {
        shop s;
        attribution *r;
        shop_open(&s, c);
        exposure e = { .store_id = 1, .rec_id = STR("r1") };
        assert_ok(c, storage_get(c, s.d, &exposure_entity, &e));
        e.held_out = cases[i].held_out;
        put(&s, &exposure_entity, &e);
        int64_t at_ms = NOW - cases[i].before_ms;
        put(&s, &logged_event_entity, &(logged_event){
            .store_id = 1, .event_id = at_ms << 20, .kind = str_of(cases[i].kind), .time_ms = at_ms, .visitor_id = STR("x"),
            .rec_id = str_of(cases[i].rec), .product_id = str_of(cases[i].product), .robot = cases[i].robot });
        place_order(&s, "100", "processing", "", "x", 1);
        attribute_order(&s, "100");
        assert_int_equal(0, rows(&s, "100", &r));
        storage_close(s.d);
    }
}

TEST(attribution_store, a_touch_once_found_stays_when_its_events_are_gone) {
    TEST_CTX(c);
    shop s;
    attribution *r;
    shop_open(&s, c);
    event(&s, "x", "click", "r1", "7", "", NOW - DAY);
    place_order(&s, "100", "processing", "", "x", 1);
    attribute_order(&s, "100");
    assert_ok(c, storage_delete(c, s.d, &logged_event_entity, &(logged_event){ .store_id = 1 }, 1, NULL));
    place_order(&s, "100", "cancelled", "", "x", 2);
    attribute_order(&s, "100");
    assert_int_equal(1, rows(&s, "100", &r));
    assert_str("click", r->how);
    assert_int_equal(9600, r->refunded);
    assert_ok(c, storage_delete(c, s.d, &order_entity, &(order){ .store_id = 1, .order_id = STR("100") }, 2, NULL));
    attribute_order(&s, "100");
    assert_int_equal(0, rows(&s, "100", &r));                       /* the order itself is gone */
    storage_close(s.d);
}

TEST(attribution_store, catches_up_with_orders_nobody_told_of) {
    TEST_CTX(c);
    shop s;
    attribution *r;
    char id[16];
    shop_open(&s, c);
    event(&s, "x", "click", "r1", "7", "", NOW - DAY);
    for (int i = 0; i < 120; i++) {
        snprintf(id, sizeof id, "%d", 1000 + i);
        place_order(&s, id, "processing", "", "x", 1);
    }
    order old = { .store_id = 1, .order_id = STR("1"), .created_ms = NOW - 60 * DAY };
    put(&s, &order_entity, &old);
    size_t n = 0;
    assert_ok(c, attribution_catch_up(c, s.d, 1, &n));
    assert_int_equal(120, n);
    for (int i = 0; i < 120; i += 17) {
        snprintf(id, sizeof id, "%d", 1000 + i);
        assert_int_equal(1, rows(&s, id, &r));
    }
    const str older[] = { STR("1"), STR("no such order") };
    assert_ok(c, attribution_orders(c, s.d, 1, older, COUNT(older)));
    order_link l = { .store_id = 1, .order_id = STR("1") };
    assert_err(ERR_NOT_FOUND, storage_get(c, s.d, &order_link_entity, &l));     /* from before anything was shown: not a row */
    storage_close(s.d);
}

TEST(attribution_store, windows_are_read_from_the_store_s_settings) {
    static const struct { const char *settings; int64_t click_days, view_hours; } cases[] = {
        { "", 7, 24 }, { "{\"attribution_click_days\":30,\"attribution_view_hours\":0}", 30, 0 },
        { "{\"attribution_click_days\":0}", 7, 24 },
        { "{\"attribution_click_days\":91,\"attribution_view_hours\":-1}", 7, 24 }, { "nonsense", 7, 24 },
    };
    TEST_CTX(c);
    for (size_t i = 0; i < COUNT(cases); i++) {
        attribution_windows w = attribution_windows_of(c, &(store){ .settings = str_of(cases[i].settings) });
        assert_int_equal(cases[i].click_days * DAY, w.click_ms);
        assert_int_equal(cases[i].view_hours * MS_PER_HOUR, w.view_ms);
    }
}
