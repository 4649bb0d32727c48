/* Events that tell of people: log-ins and orders, in the transaction of the events. */
#include "events/people.h"
#include "events/identity.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static visitor_event told(event_kind kind, const char *visitor, const char *customer_id, const char *order_id) {
    return (visitor_event){ .row = { .store_id = 1, .kind = str_of(event_kinds[kind].word), .visitor_id = str_of(visitor), .time_ms = 90000,
                                     .order_id = str_of(order_id) },
                            .kind = kind, .customer_id = str_of(customer_id) };
}

static void take(ctx *c, db *d, const visitor_event *events, size_t n) {
    const visitor_event *list[8];
    const event_taker t = people_taker();
    for (size_t i = 0; i < n; i++) list[i] = &events[i];
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    assert_ok(c, t.write(c, d, t.arg, list, n));
    assert_ok(c, storage_commit(c, d));
}

static int64_t count(ctx *c, db *d, const entity *e) {
    int64_t n = -1;
    assert_ok(c, storage_count(c, d, e, 1, &n));
    return n;
}

TEST(people, log_ins_and_orders_of_a_batch_are_taken) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    const visitor_event events[] = { told(EVENT_VIEW, "x", "7", ""), told(EVENT_VIEW, "x", "7", ""), told(EVENT_VIEW, "y", "8", ""),
                                     told(EVENT_PURCHASE, "x", "7", "100"), told(EVENT_PURCHASE, "x", "7", "100") };
    take(c, d, events, COUNT(events));
    str person;
    assert_ok(c, identity_person(c, d, 1, STR("v:x"), &person));
    assert_str("v:x", person);
    order_link l = { .store_id = 1, .order_id = STR("100") };
    assert_ok(c, storage_get(c, d, &order_link_entity, &l));
    assert_str("x", l.visitor_id);
    assert_int_equal(1, count(c, d, &order_link_entity));
    storage_close(d);
}

TEST(people, robots_strangers_and_those_who_agreed_to_nothing_leave_no_row) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    visitor_event events[] = { told(EVENT_VIEW, "x", "", ""), told(EVENT_PURCHASE, "", "7", "100"),
                               told(EVENT_PURCHASE, "robot", "7", "101") };
    events[2].row.robot = true;
    take(c, d, events, COUNT(events));
    assert_int_equal(0, count(c, d, &person_alias_entity) + count(c, d, &order_link_entity));
    storage_close(d);
}
