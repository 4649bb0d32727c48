/* Tests of forgetting what visitors did long ago. */
#include "tests/test.h"
#include "events/retention.h"
#include "tests/storage/backends.h"
#include <stdio.h>

enum { EVENTS = 2500 };

static int64_t count(ctx *c, db *d, const entity *e, int64_t store_id) {
    int64_t n = 0;
    assert_ok(c, storage_count(c, d, e, store_id, &n));
    return n;
}

/* One event, answer and visitor in each second from 0; half of store 2's too. */
static void fill(ctx *c, db *d) {
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    for (int i = 0; i < EVENTS; i++) {
        char rec[32], visitor[32];
        snprintf(rec, sizeof rec, "R%026d", i), snprintf(visitor, sizeof visitor, "v%d", (i * 7919) % EVENTS);
        for (int64_t s = 1; s <= 1 + i % 2; s++) {
            assert_ok(c, storage_put(c, d, &logged_event_entity,
                                     &(logged_event){ .store_id = s, .event_id = (int64_t)i * 1000 << 20, .time_ms = i * 1000 }));
            assert_ok(c, storage_put(c, d, &exposure_entity, &(exposure){ .store_id = s, .rec_id = str_of(rec), .time_ms = i * 1000 }));
            assert_ok(c, storage_put(c, d, &known_visitor_entity,
                                     &(known_visitor){ .store_id = s, .visitor_id = str_of(visitor), .first_ms = 1, .last_ms = i * 1000 }));
        }
        assert_ok(c, storage_put(c, d, &order_link_entity, &(order_link){ .store_id = 1, .order_id = str_of(visitor), .told_ms = i }));
    }
    assert_ok(c, storage_commit(c, d));
}

TEST(retention, forgets_carts_that_nobody_spoke_of_for_ninety_days) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    const int64_t now = 500ll * MS_PER_DAY;
    time_source clock_of_test = time_source_manual(now);
    c->time = &clock_of_test;
    retention_report r;
    for (int i = 0; i < 2200; i++) {                        /* more than a page; every second one is old */
        char id[16];
        snprintf(id, sizeof id, "t%d", i);
        int64_t told_ms = now - (i % 2 ? LIMIT_CART_DAYS + 1 : LIMIT_CART_DAYS - 1) * (int64_t)MS_PER_DAY;
        const shop_cart row = { .store_id = 1 + (i == 7), .cart_id = str_of(id), .told_ms = told_ms };
        assert_ok(c, storage_put(c, d, &shop_cart_entity, &row));
    }
    assert_ok(c, retention_apply(c, d, 1, now - 395ll * MS_PER_DAY, &r));
    assert_int_equal(1099, r.carts);
    assert_int_equal(1100, count(c, d, &shop_cart_entity, 1));
    assert_int_equal(1, count(c, d, &shop_cart_entity, 2));
    assert_ok(c, retention_apply(c, d, 1, now - 30ll * MS_PER_DAY, &r));   /* the owner keeps less */
    assert_int_equal(1100, r.carts);
    storage_close(d);
}

TEST(retention, forgets_what_is_older_of_this_store_and_nothing_else) {
    for (size_t b = 0; b < n_backends; b++) {
        TEST_CTX(c);
        db_options o;
        db *d = test_database(c, &backends[b], &o);
        retention_report r;
        fill(c, d);
        assert_ok(c, retention_apply(c, d, 1, 2100 * 1000, &r));
        assert_int_equal(2100, r.events);
        assert_int_equal(2100, r.exposures);
        assert_int_equal(2100, r.visitors);
        assert_int_equal(EVENTS - 2100, count(c, d, &logged_event_entity, 1));
        assert_int_equal(EVENTS - 2100, count(c, d, &exposure_entity, 1));
        assert_int_equal(EVENTS - 2100, count(c, d, &known_visitor_entity, 1));
        assert_int_equal(EVENTS, count(c, d, &order_link_entity, 1));
        assert_int_equal(EVENTS / 2, count(c, d, &logged_event_entity, 2));
        known_visitor left = { .store_id = 1, .visitor_id = STR("v0") };      /* of second 0 */
        assert_err(ERR_NOT_FOUND, storage_get(c, d, &known_visitor_entity, &left));
        assert_ok(c, retention_apply(c, d, 1, 2100 * 1000, &r));
        assert_int_equal(0, r.events + r.exposures + r.visitors);
        storage_close(d);
    }
}

TEST(retention, stops_when_told_to_and_goes_on_the_next_time) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    retention_report r;
    fill(c, d);
    atomic_bool stop = true;
    c->cancel = &stop;
    assert_err(ERR_CANCELLED, retention_apply(c, d, 1, INT64_MAX, &r));
    c->cancel = NULL;
    assert_ok(c, retention_apply(c, d, 1, INT64_MAX, &r));
    assert_int_equal(EVENTS, r.events);
    assert_int_equal(0, count(c, d, &known_visitor_entity, 1));
    storage_close(d);
}
