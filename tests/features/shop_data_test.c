/* A shop read from the database as learning sees it. */
#include "tests/features/little_shop.h"
#include "schema/order_status.h"
#include "tests/test.h"
#include <string.h>

TEST(shop_data, of_an_empty_store_is_empty) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_data s = little_shop_load(&shop, 0);
    assert_int_equal(0, s.n_items);
    assert_int_equal(0, s.n_categories);
    assert_int_equal(0, s.baskets.n);
    assert_int_equal(0, s.baskets.start[0]);
    assert_int_equal(SHOP_NONE, shop_find_item(&s, STR("1")));
    little_shop_close(&shop);
}

TEST(shop_data, folds_variations_into_their_product) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_product(&shop, "20", "Tricou", -1, "");
    shop_variation(&shop, "19", "20", 5000, "instock");         /* sorts before its product */
    shop_variation(&shop, "21", "20", 4000, "outofstock");
    shop_variation(&shop, "22", "999", 1, "instock");           /* an orphan */
    shop_set(&shop, "20", "stock_status", "outofstock");
    shop_order(&shop, "o1", 1, "ana", "completed", "21@20 19@20 19");
    shop_data s = little_shop_load(&shop, 9);
    assert_int_equal(1, s.n_items);
    assert_int_equal(2, s.n_aliases);
    assert_int_equal(0, shop_find_item(&s, STR("19")));
    assert_int_equal(0, shop_find_item(&s, STR("21")));
    assert_int_equal(SHOP_NONE, shop_find_item(&s, STR("22")));
    assert_int_equal(4000, s.items[0].price_minor);
    assert_true(s.items[0].in_stock);
    assert_int_equal(1, s.baskets.n);
    assert_string_equal("20", basket_text(c, &s, 0));
    assert_int_equal(1, s.items[0].sales);
    little_shop_close(&shop);
}

TEST(shop_data, keeps_only_orders_that_are_purchases) {
    static const struct { const char *status; bool purchase; } cases[] = {
        { "completed", true }, { "processing", true }, { "on-hold", true }, { "shipped", true }, { "wc-completed", true }, { "", true },
        { "cancelled", false }, { "failed", false }, { "refunded", false }, { "pending", false }, { "trash", false },
        { "checkout-draft", false }, { "wc-cancelled", false }, { "auto-draft", false },
    };
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_product(&shop, "1", "x", 100, "");
    uint32_t purchases = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char id[8] = { 'o', (char)('a' + i) };
        assert_int_equal(cases[i].purchase, order_status_is_sale(str_of(cases[i].status)));
        shop_order(&shop, id, (int)i, "", cases[i].status, "1");
        purchases += cases[i].purchase;
    }
    shop_data s = little_shop_load(&shop, 99);
    assert_int_equal(purchases, s.baskets.n);
    assert_int_equal(COUNT(cases), s.orders);
    assert_int_equal(0, s.baskets.n_customers);
    little_shop_close(&shop);
}

TEST(shop_data, takes_refunded_lines_out_by_quantity) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_product(&shop, "1", "a", 100, "");
    shop_product(&shop, "2", "b", 100, "");
    shop_order(&shop, "o1", 1, "ana", "completed", "1 2");      /* 2 given back: {1} */
    shop_refund_line(&shop, "o1", 2, "2", 1);
    shop_order(&shop, "o2", 1, "ana", "completed", "1 2 2");    /* one of two given back: {1, 2} */
    shop_refund_line(&shop, "o2", 2, "2", 1);
    shop_order(&shop, "o3", 1, "ion", "completed", "1");        /* all given back: nothing */
    shop_refund_line(&shop, "o3", 2, "1", 0.5);
    shop_refund_line(&shop, "o3", 3, "1", 0.5);
    shop_refund_line(&shop, "nobody", 3, "1", 7);
    shop_data s = little_shop_load(&shop, 9);
    assert_int_equal(2, s.baskets.n);
    assert_string_equal("1", basket_text(c, &s, 0));
    assert_string_equal("1 2", basket_text(c, &s, 1));
    assert_int_equal(1, s.items[1].sales);
    little_shop_close(&shop);
}

TEST(shop_data, remembers_in_which_order_lines_were_put_in) {
    /* given an order of eleven lines, line 10 after line 9, one item twice, one given back */
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    for (const char *id = "abcdefghij"; *id; id++) shop_product(&shop, (char[]){ *id, 0 }, "x", 100, "");
    shop_order(&shop, "o1", 1, "ana", "completed", "j c a j b i h g f e d");
    shop_refund_line(&shop, "o1", 2, "a", 1);
    shop_data s = little_shop_load(&shop, 9);
    static const uint32_t items[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, lines[] = { 9, 2, 1, 8, 7, 6, 5, 4, 3 };
    assert_int_equal(1, s.baskets.n);
    assert_int_equal(COUNT(lines), s.baskets.start[1]);
    assert_memory_equal(items, s.baskets.items, sizeof items);
    assert_memory_equal(lines, s.baskets.lines, sizeof lines);
    little_shop_close(&shop);
}

static void assert_same_shop(const shop_data *a, const shop_data *b) {
    assert_int_equal(a->n_items, b->n_items);
    assert_int_equal(a->baskets.n, b->baskets.n);
    assert_int_equal(a->orders, b->orders);
    assert_int_equal(a->baskets.n_customers, b->baskets.n_customers);
    uint64_t n = a->baskets.start[a->baskets.n];
    assert_memory_equal(a->baskets.start, b->baskets.start, ((size_t)a->baskets.n + 1) * sizeof *a->baskets.start);
    assert_memory_equal(a->baskets.items, b->baskets.items, n * sizeof *a->baskets.items);
    assert_memory_equal(a->baskets.lines, b->baskets.lines, n * sizeof *a->baskets.lines);
    for (uint32_t i = 0; i < a->n_items; i++) {
        assert_true(str_eq(a->items[i].id, b->items[i].id));
        assert_int_equal(a->items[i].sales, b->items[i].sales);
    }
}

TEST(shop_data, is_not_changed_by_the_future) {
    /* given a shop read as of day 10 */
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_product(&shop, "1", "a", 100, "");
    shop_product(&shop, "3", "b", 100, "");
    shop_order(&shop, "o1", 1, "ana", "completed", "1 3");
    shop_order(&shop, "o2", 10, "ion", "completed", "3");
    shop_data before = little_shop_load(&shop, 10);
    /* when later products, variations, orders and refunds arrive */
    shop_product(&shop, "2", "new", 100, "");
    shop_set_time(&shop, "2", shop_day_ms(11));
    shop_variation(&shop, "4", "1", 50, "instock");
    shop_set_time(&shop, "4", shop_day_ms(11));
    shop_order(&shop, "o0", 11, "dan", "completed", "1 2 3");
    shop_refund_line(&shop, "o1", 11, "1", 1);
    /* then day 10 still reads the same, and day 12 does not */
    shop_data after = little_shop_load(&shop, 10), later = little_shop_load(&shop, 12);
    assert_int_equal(2, before.baskets.n);
    assert_same_shop(&before, &after);
    assert_int_equal(3, later.n_items);
    assert_int_equal(3, later.baskets.n);
    assert_string_equal("3", basket_text(c, &later, 0));
    assert_int_equal(0, later.items[0].price_minor == 50);      /* its own price stands */
    little_shop_close(&shop);
}

TEST(shop_data, lists_categories_with_ancestors_main_first) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_category_row(&shop, "a-child", "m-mid");
    shop_category_row(&shop, "m-mid", "z-top");
    shop_category_row(&shop, "z-top", "");
    shop_category_row(&shop, "b-side", "missing");
    shop_product(&shop, "1", "x", 100, "b-side a-child nowhere");
    shop_product(&shop, "2", "y", 100, "");
    shop_data s = little_shop_load(&shop, 1);
    static const char *const expected[] = { "b-side", "a-child", "z-top", "m-mid" };
    assert_int_equal(COUNT(expected), s.items[0].categories.n);
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_str(expected[i], s.categories[s.category_lists[s.items[0].categories.at + i]].id);
    assert_str("b-side", s.categories[s.items[0].main_category].id);
    assert_int_equal(SHOP_NONE, s.items[1].main_category);
    for (uint32_t i = 0; i < s.n_categories; i++) assert_true(s.categories[i].parent == SHOP_NONE || s.categories[i].parent < i);
    little_shop_close(&shop);
}

TEST(shop_data, cuts_circles_of_categories) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_category_row(&shop, "a", "b");
    shop_category_row(&shop, "b", "c");
    shop_category_row(&shop, "c", "a");
    shop_category_row(&shop, "self", "self");
    shop_product(&shop, "1", "x", 100, "a self");
    shop_data s = little_shop_load(&shop, 1);
    assert_int_equal(4, s.n_categories);
    for (uint32_t i = 0; i < s.n_categories; i++) assert_true(s.categories[i].parent == SHOP_NONE || s.categories[i].parent < i);
    little_shop_close(&shop);
}

TEST(shop_data, gives_equal_labels_equal_numbers) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_product(&shop, "1", "x", 100, "");
    shop_product(&shop, "2", "y", 100, "");
    shop_tag(&shop, "1", "red");
    shop_tag(&shop, "2", "red");
    shop_tag(&shop, "2", "big");
    product_attribute a = { .store_id = shop.store_id, .product_id = STR("1"), .name = STR("Size"),
                            .options = STR("[\"L\",\"XL\",\"L\"]") };
    assert_ok(c, storage_put(c, shop.d, &product_attribute_entity, &a));
    a.product_id = STR("2"), a.options = STR("not json");
    assert_ok(c, storage_put(c, shop.d, &product_attribute_entity, &a));
    shop_data s = little_shop_load(&shop, 1);
    assert_int_equal(3, s.items[0].labels.n);
    assert_int_equal(2, s.items[1].labels.n);
    assert_int_equal(s.label_lists[s.items[0].labels.at], s.label_lists[s.items[1].labels.at]);
    little_shop_close(&shop);
}

TEST(shop_data, knows_what_may_be_recommended) {
    static const struct { const char *column, *value; bool known, listed; } cases[] = {
        { "status", "draft", true, false }, { "status", "private", true, false }, { "status", "trash", false, false },
        { "visibility", "hidden", true, false }, { "visibility", "catalog", true, true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        little_shop shop = little_shop_open(c);
        shop_product(&shop, "1", "x", 100, "");
        shop_set(&shop, "1", cases[i].column, cases[i].value);
        shop_data s = little_shop_load(&shop, 1);
        assert_int_equal(cases[i].known, s.n_items == 1);
        if (s.n_items) assert_int_equal(cases[i].listed, s.items[0].listed);
        little_shop_close(&shop);
    }
}

TEST(shop_data, reads_more_rows_than_a_page) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    char id[16];
    for (int i = 0; i < 1201; i++) {
        snprintf(id, sizeof id, "%d", i);
        shop_product(&shop, id, "<b>Lampă</b> &amp; bec", i, "");
    }
    shop_data s = little_shop_load(&shop, 1);
    assert_int_equal(1201, s.n_items);
    assert_str("Lampă & bec", s.items[700].name);
    for (uint32_t i = 1; i < s.n_items; i++) assert_true(str_cmp(s.items[i - 1].id, s.items[i].id) != 0);
    assert_int_equal(700, s.items[shop_find_item(&s, STR("700"))].price_minor);
    little_shop_close(&shop);
}

TEST(shop_data, remembers_what_each_customer_bought_last) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    for (char id[2] = "1"; id[0] <= '6'; id[0]++) shop_product(&shop, id, "x", 100, "");
    shop_order(&shop, "o1", 1, "ana", "completed", "1 2");
    shop_order(&shop, "o2", 2, "ion", "completed", "5");
    shop_order(&shop, "o3", 3, "ana", "completed", "2 3");
    shop_order(&shop, "o4", 4, "", "completed", "6");
    shop_order(&shop, "o5", 5, "0", "completed", "6");
    shop_data s = little_shop_load(&shop, 9);
    shop_histories h = { 0 };
    assert_ok(c, features_histories(c, &s, 50, &h));
    assert_int_equal(2, s.baskets.n_customers);
    assert_int_equal(3, h.start[1]);                            /* ana: 2 3 (day 3), 1 (day 1) */
    assert_int_equal(1, h.items[0]);
    assert_int_equal(2, h.items[1]);
    assert_int_equal(0, h.items[2]);
    assert_true(h.time_ms[0] == shop_day_ms(3) && h.time_ms[2] == shop_day_ms(1));
    assert_int_equal(4, h.start[2]);
    assert_int_equal(4, h.items[3]);
    assert_ok(c, features_histories(c, &s, 1, &h));
    assert_int_equal(2, h.start[2]);
    assert_int_equal(1, h.items[0]);
    little_shop_close(&shop);
}
