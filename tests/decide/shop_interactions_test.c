/* Baskets of a shop as interactions: who is a user, what is a visit, nothing lost. */
#include "tests/test.h"
#include "decide/shop_interactions.h"
#include "schema/event_kinds.h"

/* customer 0 buys 1 and 0, then 1 and 2; nobody buys 3; customer 1 buys 0; nobody buys 3 and 2 */
static shop_data small_shop(void) {
    static uint64_t start[] = { 0, 2, 3, 5, 6, 8 };
    static uint32_t items[] = { 0, 1, 3, 1, 2, 0, 2, 3 }, lines[] = { 1, 0, 3, 1, 2, 0, 3, 2 }, buyer[] = { 0, SHOP_NONE, 0, 1, SHOP_NONE };
    static int64_t time_ms[] = { 10, 20, 30, 40, 50 };
    return (shop_data){ .n_items = 4, .as_of_ms = 99,
                        .baskets = { .n = 5, .n_customers = 2, .start = start, .items = items, .lines = lines, .time_ms = time_ms,
                                     .customer = buyer } };
}

TEST(shop_interactions, customers_come_first_and_guests_are_users_of_one_visit) {
    TEST_CTX(c);
    shop_data s = small_shop();
    interactions x;
    assert_ok(c, shop_interactions(c, &s, NULL, &x));
    assert_ok(c, interactions_check(c, &x));
    assert_int_equal(4, x.n_users);
    static const uint64_t start[] = { 0, 4, 5, 6, 8 };
    static const uint32_t item[] = { 1, 0, 1, 2, 0, 3, 3, 2 }, visit[] = { 0, 0, 1, 1, 0, 0, 0, 0 };
    static const int64_t time_ms[] = { 10, 10, 30, 30, 40, 20, 50, 50 };
    assert_memory_equal(start, x.start, sizeof start);
    assert_memory_equal(item, x.item, sizeof item);
    assert_memory_equal(visit, x.visit, sizeof visit);
    assert_memory_equal(time_ms, x.time_ms, sizeof time_ms);
    assert_int_equal(99, x.as_of_ms);
}

TEST(shop_interactions, take_a_shop_without_orders_or_products) {
    TEST_CTX(c);
    shop_data s = { .n_items = 3 }, none = { 0 };
    interactions x;
    assert_ok(c, shop_interactions(c, &s, NULL, &x));
    assert_ok(c, interactions_check(c, &x));
    assert_int_equal(0, x.n_users);
    assert_ok(c, shop_interactions(c, &none, NULL, &x));
    assert_int_equal(0, x.n_items);
}

TEST(shop_interactions, with_looks_belong_to_who_placed_the_newest_order) {
    TEST_CTX(c);
    shop_data s = small_shop();
    static uint64_t ids[] = { 101, 102, 103, 104, 105 };
    s.baskets.order = ids;
    /* given: visitor 0 looked at 3, then bought basket 2 (customer 0, at 30), then put 0 into a cart; visitor 1 bought the guest's basket
     * 4; visitor 2 looked only */
    static uint64_t v_start[] = { 0, 3, 5, 7 };
    static uint32_t v_item[] = { 3, 1, 0, 2, 3, 0, 1 }, v_visit[] = { 0, 0, 0, 0, 0, 0, 1 };
    static uint8_t kind[] = { EVENT_VIEW, EVENT_PURCHASE, EVENT_CART, EVENT_VIEW, EVENT_PURCHASE, EVENT_VIEW, EVENT_CLICK };
    static int64_t v_time[] = { 25, 31, 35, 45, 51, 60, 70 };
    static visit_order orders[] = { { 103, 31, 0 }, { 105, 51, 1 } };
    shop_visits v = { .as_of_ms = 99, .n_visitors = 3, .n_visits = 4, .start = v_start, .item = v_item, .visit = v_visit, .kind = kind,
                      .time_ms = v_time, .orders = orders, .n_orders = 2 };
    interactions x;
    /* when */
    assert_ok(c, shop_interactions_browsed(c, &s, &v, NULL, &x));
    assert_ok(c, interactions_check(c, &x));
    /* then customer 0 has baskets and looks in the order of time, a purchase counts once, and visitor 2 follows behind the guests */
    static const uint64_t start[] = { 0, 6, 7, 8, 11, 13 };
    static const uint32_t item[] = { 1, 0, 3, 1, 2, 0, 0, 3, 2, 3, 2, 0, 1 }, visit[] = { 0, 0, 1, 2, 2, 3, 0, 0, 0, 1, 1, 0, 1 };
    assert_int_equal(5, x.n_users);
    assert_memory_equal(start, x.start, sizeof start);
    assert_memory_equal(item, x.item, sizeof item);
    assert_memory_equal(visit, x.visit, sizeof visit);
    assert_true(x.weight[0] == 1 && x.weight[2] == 0.15f && x.weight[5] == 0.6f && x.weight[8] == 0.15f && x.weight[12] == 0.25f);
}
