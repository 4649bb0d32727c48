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

TEST(event_kinds, are_found_by_the_words_other_systems_use) {
    static const struct { const char *word; event_kind kind; } cases[] = {
        { "cart_add", EVENT_CART }, { "add_to_cart", EVENT_CART }, { "begin_checkout", EVENT_CHECKOUT }, { "wish", EVENT_WISH },
        { "view_item", EVENT_VIEW }, { "product_view", EVENT_VIEW }, { "dismiss", EVENT_WIDGET_DISMISS },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        event_kind k = EVENT_KINDS;
        assert_true(event_kind_find(str_of(cases[i].word), &k));
        assert_int_equal(cases[i].kind, k);
    }
}

TEST(event_kinds, have_words_that_mean_one_thing) {
    for (size_t i = 0; i < EVENT_KINDS; i++) {
        event_kind k = EVENT_KINDS;
        assert_true(event_kind_find(str_of(event_kinds[i].word), &k));
        assert_int_equal(i, k);
        for (str rest = str_of(event_kinds[i].others); rest.n;) {
            assert_true(event_kind_find(str_cut(&rest, ' '), &k));
            assert_int_equal(i, k);
        }
    }
}

TEST(event_kinds, weigh_the_more_the_nearer_to_a_purchase) {
    for (size_t i = 1; i <= EVENT_PURCHASE; i++) assert_true(event_kinds[i].weight > event_kinds[i - 1].weight);
    assert_true(event_kinds[EVENT_VIEW].weight > 0);
    assert_true(event_kinds[EVENT_PURCHASE].weight == 1);
    assert_true(event_kinds[EVENT_REFUND].weight == 0);
}
