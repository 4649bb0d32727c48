/* Positions of an answer: what is written is read back, nothing else is. */
#include "schema/exposed_items.h"
#include "tests/test.h"

static str two_items(ctx *c) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 1000);
    jw_init(&w, &b);
    jw_array(&w);
    exposed_item_write(&w, &(exposed_item){ STR("12"), STR("cross_sell"), 0.25, 1, 1999 });
    exposed_item_write(&w, &(exposed_item){ STR("a\"b"), STR("new"), 0.01, 0.125, 50 });
    jw_end_array(&w);
    return buf_view(&b);
}

TEST(exposed_items, reads_the_items_it_wrote) {
    TEST_CTX(c);
    exposed_item *x;
    size_t n;
    assert_ok(c, exposed_items_read(c, two_items(c), &x, &n));
    assert_int_equal(2, n);
    assert_str("12", x[0].product_id);
    assert_str("a\"b", x[1].product_id);
    assert_str("new", x[1].source);
    assert_true(x[0].probability == 0.25 && x[0].propensity == 1 && x[1].propensity == 0.125);
    assert_int_equal(1999, x[0].price_minor);
}

TEST(exposed_items, refuses_items_it_never_wrote) {
    TEST_CTX(c);
    static const char *const bad[] = { "", "{}", "[1]", "[[]]", "[[\"1\",\"new\",0.1,1]]", "[[\"1\",\"new\",\"x\",1,5]]",
                                       "[[\"\",\"new\",0.1,1,5]]", "[[\"1\",\"new\",0.1,1,5,6]]", "[[\"1\",\"new\",0.1,1,5]" };
    exposed_item *x;
    size_t n;
    for (size_t i = 0; i < COUNT(bad); i++) assert_err(ERR_CORRUPT, exposed_items_read(c, str_of(bad[i]), &x, &n));
}
