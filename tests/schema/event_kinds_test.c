/* Kinds of events by word and weight. */
#include "schema/event_kinds.h"
#include "tests/test.h"

TEST(event_kinds, are_found_by_their_words) {
    event_kind k = EVENT_KINDS;
    assert_true(event_kind_find(STR("cart"), &k));
    assert_int_equal(EVENT_CART, k);
    assert_false(event_kind_find(STR("stare"), &k));
    assert_false(event_kind_find(STR(""), &k));
    assert_int_equal(EVENT_CART, k);
}

TEST(event_kinds, weigh_the_more_the_nearer_to_a_purchase) {
    for (size_t i = 1; i <= EVENT_PURCHASE; i++) assert_true(event_kinds[i].weight > event_kinds[i - 1].weight);
    assert_true(event_kinds[EVENT_VIEW].weight > 0);
    assert_true(event_kinds[EVENT_PURCHASE].weight == 1);
    assert_true(event_kinds[EVENT_REFUND].weight == 0);
}
