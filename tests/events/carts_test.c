/* Carts as they are told: the newest word holds, whatever the order. */
#include "events/carts.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static shop_cart cart(const char *state, int64_t told_ms) {
    return (shop_cart){ .store_id = 1, .cart_id = STR("a1"), .visitor_id = STR("v-1"), .state = str_of(state), .items = STR("[]"),
                        .told_ms = told_ms };
}

TEST(carts, keep_the_newest_word_in_whatever_order_it_comes) {
    for (size_t b = 0; b < n_backends; b++) {
        TEST_CTX(c);
        db_options o;
        db *d = test_database(c, &backends[b], &o);
        const struct { const char *state; int64_t told_ms; bool news; } told[] = {
            { "open", 100, true }, { "open", 100, false }, { "ordered", 300, true }, { "emptied", 200, false }, { "open", 50, false },
        };
        for (size_t i = 0; i < COUNT(told); i++) {
            bool news = !told[i].news;
            shop_cart row = cart(told[i].state, told[i].told_ms);
            assert_ok(c, cart_tell(c, d, &row, &news));
            assert_int_equal(told[i].news, news);
        }
        shop_cart kept = { .store_id = 1, .cart_id = STR("a1") };
        assert_ok(c, storage_get(c, d, &shop_cart_entity, &kept));
        assert_str("ordered", kept.state);
        assert_int_equal(300, kept.told_ms);
        assert_int_equal(100, kept.first_ms);
        storage_close(d);
    }
}

TEST(carts, have_three_states) {
    assert_true(cart_state_is_known(STR("open")) && cart_state_is_known(STR("ordered")) && cart_state_is_known(STR("emptied")));
    assert_false(cart_state_is_known(STR("")) || cart_state_is_known(STR("OPEN")) || cart_state_is_known(STR("lost")));
}
