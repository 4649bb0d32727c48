/* Stock and prices told by a plugin: in the row at once, and never in the way of what the shop says later. */
#include "stores/stock.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

typedef struct { db *d; store_sink *sink; } stock_shop;

static product some_product(const char *id, const char *parent, const char *manage) {
    return (product){ .store_id = 1, .product_id = str_of(id), .parent_id = str_of(parent), .type = STR("simple"), .name = str_of(id),
                      .manage_stock = str_of(manage), .stock_status = STR("instock"), .stock_quantity = SOME(5), .price = SOME(1000),
                      .regular_price = SOME(1000) };
}

static void put_product(ctx *c, stock_shop *s, product p) {
    const connect_sink *door = store_sink_door(s->sink);
    assert_ok(c, door->put(c, door->self, &(record){ .e = &product_entity, .row = &p }, NULL));
}

static stock_shop open_shop(ctx *c) {
    db_options o;
    stock_shop s = { .d = test_database(c, &backends[0], &o) };
    assert_ok(c, storage_put(c, s.d, &store_entity, &(store){ .store_id = 1, .name = STR("shop"), .platform = STR("woocommerce") }));
    assert_ok(c, storage_begin(c, s.d, STORAGE_WRITE));
    assert_ok(c, store_sink_new(c, &(store_sink_options){ .d = s.d, .store_id = 1, .direct = true }, &s.sink));
    put_product(c, &s, some_product("10", "", "yes"));
    put_product(c, &s, some_product("11", "10", "parent"));
    put_product(c, &s, some_product("12", "10", "yes"));
    store_sink_forget(s.sink);
    return s;
}

static void close_shop(stock_shop *s) {
    store_sink_free(s->sink);
    storage_rollback(s->d);
    storage_close(s->d);
}

static product product_now(ctx *c, stock_shop *s, const char *id) {
    product p = { .store_id = 1, .product_id = str_of(id) };
    assert_ok(c, storage_get(c, s->d, &product_entity, &p));
    return p;
}

static size_t changed(stock_shop *s) {
    size_t n = store_sink_changes(s->sink).products.n;
    store_sink_forget(s->sink);
    return n;
}

TEST(stock, and_prices_are_in_the_row_and_only_what_was_told) {
    TEST_CTX(c);
    stock_shop s = open_shop(c);
    stock_told t = { .product_id = STR("10"), .variation_id = STR("12"), .stock_status = STR("outofstock"), .stock_quantity = SOME(0),
                     .quantity_told = true, .price = SOME(800), .price_told = true, .sale_price = SOME(800), .sale_told = true };
    assert_ok(c, stock_apply(c, s.d, store_sink_door(s.sink), 1, &t));
    product p = product_now(c, &s, "12");
    assert_str("outofstock", p.stock_status);
    assert_int_equal(0, p.stock_quantity.v);
    assert_int_equal(800, p.price.v);
    assert_int_equal(1000, p.regular_price.v);
    assert_true(p.on_sale);
    assert_str("instock", product_now(c, &s, "10").stock_status);
    assert_int_equal(1, changed(&s));
    t = (stock_told){ .product_id = STR("12"), .price = SOME(1000), .price_told = true, .sale_told = true };
    assert_ok(c, stock_apply(c, s.d, store_sink_door(s.sink), 1, &t));
    p = product_now(c, &s, "12");
    assert_false(p.on_sale || p.sale_price.known);
    assert_str("outofstock", p.stock_status);
    close_shop(&s);
}

TEST(stock, told_again_writes_nothing) {
    TEST_CTX(c);
    stock_shop s = open_shop(c);
    const stock_told t = { .product_id = STR("12"), .stock_status = STR("onbackorder"), .quantity_told = true };
    assert_ok(c, stock_apply(c, s.d, store_sink_door(s.sink), 1, &t));
    assert_int_equal(1, changed(&s));
    assert_ok(c, stock_apply(c, s.d, store_sink_door(s.sink), 1, &t));
    assert_int_equal(0, changed(&s));
    assert_false(product_now(c, &s, "12").stock_quantity.known);
    close_shop(&s);
}

TEST(stock, of_the_parent_reaches_the_variations_that_show_it) {
    TEST_CTX(c);
    stock_shop s = open_shop(c);
    const stock_told t = { .product_id = STR("10"), .stock_status = STR("outofstock"), .stock_quantity = SOME(0), .quantity_told = true };
    assert_ok(c, stock_apply(c, s.d, store_sink_door(s.sink), 1, &t));
    assert_str("outofstock", product_now(c, &s, "11").stock_status);
    assert_str("instock", product_now(c, &s, "12").stock_status);
    close_shop(&s);
}

TEST(stock, gives_way_to_what_the_shop_says_of_the_whole_product_also_when_that_is_as_before) {
    TEST_CTX(c);
    stock_shop s = open_shop(c);
    product full = some_product("20", "", "yes");
    const product_image picture = { .store_id = 1, .product_id = STR("20"), .position = 1, .src = STR("https://shop.example/20.jpg") };
    record r = { .e = &product_entity, .row = &full };
    record_add(&r, &product_image_entity, &picture, 1);
    const connect_sink *door = store_sink_door(s.sink);
    assert_ok(c, door->put(c, door->self, &r, NULL));
    const stock_told t = { .product_id = STR("20"), .stock_status = STR("outofstock") };
    assert_ok(c, stock_apply(c, s.d, door, 1, &t));
    assert_str("outofstock", product_now(c, &s, "20").stock_status);
    assert_ok(c, door->put(c, door->self, &r, NULL));
    assert_str("instock", product_now(c, &s, "20").stock_status);
    close_shop(&s);
}

TEST(stock, of_a_product_that_is_not_here_is_passed_over) {
    TEST_CTX(c);
    stock_shop s = open_shop(c);
    const stock_told t = { .product_id = STR("99"), .stock_status = STR("outofstock") };
    assert_ok(c, stock_apply(c, s.d, store_sink_door(s.sink), 1, &t));
    assert_int_equal(0, changed(&s));
    close_shop(&s);
}
