/* The cart in its cookie: there and back, and against anything a browser may send. */
#include "front/cart.h"
#include "tests/test.h"
#include <string.h>

TEST(cart, comes_back_as_it_went) {
    TEST_CTX(c);
    front_cart cart = { .n = 0 };
    assert_true(cart_add(&cart, STR("1234"), 2));
    assert_true(cart_add(&cart, STR("a!b:c;d é"), 1));
    str text;
    assert_ok(c, cart_write(c, &cart, &text));
    assert_str("1234:2!a%21b%3Ac%3Bd%20%C3%A9:1", text);
    front_cart again = cart_read(c->arena, text);
    assert_int_equal(2, again.n);
    assert_str("a!b:c;d é", again.entries[1].id);
    assert_int_equal(3, cart_count(&again));
}

TEST(cart, keeps_to_its_limits) {
    front_cart cart = { .n = 0 };
    char ids[FRONT_CART_LINES + 1][12];
    for (int i = 0; i <= FRONT_CART_LINES; i++) {
        snprintf(ids[i], sizeof ids[i], "%d", i);
        assert_int_equal(i < FRONT_CART_LINES, cart_add(&cart, str_of(ids[i]), 1));
    }
    assert_true(cart_add(&cart, STR("0"), 1000000));
    assert_int_equal(FRONT_QUANTITY_MOST, cart.entries[0].quantity);
    assert_false(cart_add(&cart, STR("0"), 0));
    assert_false(cart_add(&cart, STR("0"), -4));
    assert_false(cart_add(&cart, STR(""), 1));
}

TEST(cart, sets_and_takes_out) {
    front_cart cart = { .n = 0 };
    assert_true(cart_add(&cart, STR("1"), 1) && cart_add(&cart, STR("2"), 1) && cart_add(&cart, STR("3"), 1));
    cart_set(&cart, STR("1"), 0);
    cart_set(&cart, STR("3"), 99);
    cart_set(&cart, STR("7"), 5);
    cart_set(&cart, STR("2"), -1);
    assert_int_equal(1, cart.n);
    assert_str("3", cart.entries[0].id);
    assert_int_equal(FRONT_QUANTITY_MOST, cart_count(&cart));
}

TEST(cart, passes_over_what_is_no_line) {
    TEST_CTX(c);
    char *many = arena_alloc(c->arena, FRONT_CART_BYTES + 10);
    memset(many, '!', FRONT_CART_BYTES + 9);
    static const struct { const char *cookie; size_t lines; } cases[] = {
        { "", 0 }, { "1", 0 }, { "1:", 0 }, { "1:0", 0 }, { "1:-1", 0 }, { "1:21", 0 }, { "1:1x", 0 }, { ":3", 0 }, { "%zz:1", 0 },
        { "%ff:1", 0 }, { "1:1!1:1", 1 }, { "!!!1:1!!", 1 }, { "%00:1", 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_int_equal(cases[i].lines, cart_read(c->arena, str_of(cases[i].cookie)).n);
    assert_int_equal(0, cart_read(c->arena, (str){ many, FRONT_CART_BYTES + 9 }).n);
}

TEST(cart, is_found_among_other_cookies) {
    static const struct { const char *header, *expected; } cases[] = {
        { "a=1; cart=2:1; b=3", "2:1" }, { "cart=x=y", "x=y" }, { "xcart=1", "" }, { "cart", "" }, { "", "" }, { ";;cart = 4 ;", "4" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(cases[i].expected, cookie_find(str_of(cases[i].header), STR("cart")));
}
