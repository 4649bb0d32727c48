/* WooCommerce JSON into rows: recorded bodies with values read by hand, and the dirt shops send. */
#include "tests/test.h"
#include <stdio.h>
#include "base/file.h"
#include "connect/woo_int.h"
#include "tests/connect/memory_sink.h"

static const shop_access access_eur = { .store_id = 1, .currency_digits = 2 };

static const json_value *parsed(ctx *c, const char *text) {
    const json_value *v = NULL;
    assert_ok(c, json_parse(c, str_of(text), JSON_READ_TOLERANT, &v));
    return v;
}

/* A recording below woocommerce/, or NULL. */
static const json_value *recorded(ctx *c, const char *below) {
    char name[200];
    snprintf(name, sizeof name, "fixtures/woocommerce/%s", below);
    const char *path = test_shared(name);
    str text = { 0 };
    const json_value *v = NULL;
    if (!path) return NULL;
    assert_ok(c, file_read(c, path, 16 * MIB, &text));
    assert_ok(c, json_parse(c, text, JSON_READ_TOLERANT, &v));
    return v;
}

static const json_value *with_id(const json_value *list, int64_t id) {
    int64_t n = 0;
    for (size_t i = 0; i < jr_count(list); i++)
        if (jr_i64(jr_get(jr_at(list, i), "id"), &n) && n == id) return jr_at(list, i);
    return NULL;
}

static int64_t ms_of(const char *text) {
    int64_t ms = 0;
    assert_true(time_parse(str_of(text), &ms));
    return ms;
}

static const child_rows *children(const record *r, const entity *e) {
    for (size_t i = 0; i < r->n_children; i++)
        if (r->children[i].e == e) return &r->children[i];
    return NULL;
}

TEST(woo_map, reads_a_recorded_variable_product) {
    TEST_CTX(c);
    const json_value *list = recorded(c, "11.0.1/products/all.page01.json");
    skip_without(list);
    woo_mapper m = { .c = c, .access = &access_eur };
    woo_product p;
    assert_true(woo_map_product(&m, with_id(list, 11), &p));
    assert_str("11", p.row.product_id);
    assert_str("", p.row.parent_id);
    assert_str("variable", p.row.type);
    assert_str("V-Neck T-Shirt", p.row.name);
    assert_str("woo-vneck-tee", p.row.sku);
    assert_true(p.row.price.known && p.row.price.v == 1500);
    assert_false(p.row.regular_price.known);
    assert_str("no", p.row.manage_stock);
    assert_false(p.row.stock_quantity.known);
    assert_int_equal(12, p.row.total_sales);
    assert_true(p.row.average_rating == 5.0);
    assert_true(p.row.created_ms == ms_of("2025-09-30T16:55:37Z"));     /* the _gmt twin, not the local one */
    assert_true(p.row.modified_ms == ms_of("2025-10-07T19:42:38Z"));
    assert_str("", p.row.upsell_ids);
    const child_rows *images = children(&p.r, &product_image_entity), *attributes = children(&p.r, &product_attribute_entity);
    assert_int_equal(3, images->n);
    assert_str("69", ((const product_image *)images->rows)[0].image_id);
    assert_int_equal(2, attributes->n);
    assert_str("[\"Blue\",\"Green\",\"Red\"]", ((const product_attribute *)attributes->rows)[0].options);
    const child_rows *categories = children(&p.r, &product_category_entity);
    assert_int_equal(1, categories->n);
    assert_str("17", ((const product_category *)categories->rows)[0].category_id);
}

TEST(woo_map, knows_a_variation_in_each_of_its_views) {
    TEST_CTX(c);
    const json_value *by_list = recorded(c, "11.0.1/products/variations-81.json");
    const json_value *delivered = recorded(c, "11.0.1/webhooks/deliveries/0040-product.updated.body");
    const json_value *managed = recorded(c, "11.0.1/products/variations-81-parent-manages-stock.json");
    const json_value *old = recorded(c, "7.9.0/products/variations-10.json");
    skip_without(by_list);
    woo_mapper m = { .c = c, .access = &access_eur };
    woo_product a, b;
    assert_true(woo_map_product(&m, with_id(by_list, 82), &a));
    assert_true(woo_map_product(&m, delivered, &b));
    assert_str("81", a.row.parent_id);
    assert_str("81", b.row.parent_id);
    assert_str("variation", b.row.type);
    assert_str("Dark", a.row.name);
    assert_str("Dark", b.row.name);                                     /* "Espresso beans - Dark" in the delivery */
    assert_str("", b.row.slug);
    assert_int_equal(children(&a.r, &product_image_entity)->n, children(&b.r, &product_image_entity)->n);
    assert_int_equal(5, b.row.stock_quantity.v);
    assert_true(woo_map_product(&m, with_id(managed, 84), &a));
    assert_str("parent", a.row.manage_stock);
    assert_int_equal(9, a.row.stock_quantity.v);
    m.parent_id = STR("10");                                            /* 7.9 does not say whose it is, nor what it is called */
    assert_true(woo_map_product(&m, with_id(old, 26), &a));
    assert_str("10", a.row.parent_id);
    assert_str("variation", a.row.type);
    assert_str("Blue", a.row.name);
    assert_true(a.row.price.v == 1500);
}

TEST(woo_map, reads_a_recorded_order_with_lines_of_every_kind) {
    TEST_CTX(c);
    const json_value *with_fee = recorded(c, "11.0.1/orders/one-with-fee.json"), *guest_order = recorded(c, "11.0.1/orders/one-guest.json");
    skip_without(with_fee);
    woo_mapper m = { .c = c, .access = &access_eur };
    order o;
    order_line *lines = NULL;
    size_t n = 0;
    customer guest;
    assert_true(woo_map_order(&m, with_fee, &o, &lines, &n));
    assert_str("214", o.order_id);
    assert_str("26", o.customer_id);
    assert_true(o.total == 66310 && o.shipping_total == 420 && o.shipping_tax == 80 && o.cart_tax == 10508 && o.total_tax == 10588);
    assert_true(o.created_ms == ms_of("2025-11-27T03:11:44Z") && o.completed_ms == ms_of("2025-11-29T18:19:08Z"));
    assert_int_equal(6, n);
    assert_str("item", lines[2].kind);
    assert_str("138", lines[2].product_id);
    assert_str("141", lines[2].variation_id);
    assert_true(lines[2].quantity == 5 && lines[2].total == 42416 && lines[2].total_tax == 8059);
    assert_true(lines[2].unit_price > 84.8319 && lines[2].unit_price < 84.832);
    assert_str("shipping", lines[3].kind);
    assert_str("flat_rate", lines[3].code);
    assert_str("fee", lines[4].kind);
    assert_true(lines[4].total == 252);
    assert_str("tax", lines[5].kind);
    assert_str("RO-TVA-1", lines[5].code);
    assert_true(lines[5].total == 10508 && lines[5].unit_price == 19);
    assert_false(woo_map_guest(&m, with_fee, &o, &guest));
    assert_true(woo_map_order(&m, guest_order, &o, &lines, &n));
    assert_true(woo_map_guest(&m, guest_order, &o, &guest));
    assert_true(guest.guest && str_starts(guest.customer_id, STR("guest:")) && guest.customer_id.n == 70);
    assert_str("coupon", lines[n - 2].kind);
}

TEST(woo_map, reads_from_an_order_which_browser_and_which_answers_led_to_it) {
    static const struct { const char *meta, *visitor, *recs; } cases[] = {
        { "[{\"id\":1,\"key\":\"_vitrine_visitor\",\"value\":\"v-1\"},"
          "{\"id\":2,\"key\":\"_vitrine_recs\",\"value\":\" r1 r2 \"}]", "v-1", "r1 r2" },
        { "[{\"key\":\"_vitrine_visitor\",\"value\":{\"a\":1}},{\"key\":\"vitrine_recs\",\"value\":\"r1\"}]", "", "" },
        { "[]", "", "" }, { "{\"_vitrine_visitor\":\"x\"}", "", "" }, { "null", "", "" },
    };
    TEST_CTX(c);
    woo_mapper m = { .c = c, .access = &access_eur };
    for (size_t i = 0; i < COUNT(cases); i++) {
        buf b;
        buf_init_in(&b, c->arena, 1000);
        buf_printf(&b, "{\"id\":5,\"meta_data\":%s}", cases[i].meta);
        const json_value *v = NULL;
        order o;
        order_line *lines = NULL;
        size_t n = 0;
        assert_ok(c, json_parse(c, buf_view(&b), JSON_READ_TOLERANT, &v));
        assert_true(woo_map_order(&m, v, &o, &lines, &n));
        assert_str(cases[i].visitor, o.visitor_id);
        assert_str(cases[i].recs, o.rec_ids);
    }
}

TEST(woo_map, takes_refunds_as_positive_amounts) {
    TEST_CTX(c);
    const json_value *details = recorded(c, "11.0.1/orders/refunds-of-partly-refunded.json");
    const json_value *with = recorded(c, "11.0.1/orders/one-refunded.json");
    skip_without(details);
    woo_mapper m = { .c = c, .access = &access_eur };
    refund r;
    refund_line *lines = NULL;
    size_t n = 0;
    assert_true(woo_map_refund(&m, STR("264"), jr_at(details, 0), &r, &lines, &n));
    assert_true(r.amount == 3439 && r.created_ms == ms_of("2026-01-13T16:27:37Z"));
    assert_str("Damaged item", r.reason);
    assert_int_equal(1, n);
    assert_true(lines[0].quantity == 1 && lines[0].total == 3439);
    assert_str("127", lines[0].variation_id);
    assert_true(woo_map_refund(&m, STR("241"), jr_at(jr_get(with, "refunds"), 0), &r, &lines, &n));
    assert_true(r.amount == 22545 && r.created_ms == 0 && n == 0);
}

TEST(woo_map, survives_the_dirt_of_shops) {
    TEST_CTX(c);
    static const struct { const char *json; bool good; bool price_known; int64_t price; } cases[] = {
        { "{\"id\":1,\"price\":15.5}", true, true, 1550 },
        { "{\"id\":\"1\",\"price\":\"33.266055\"}", true, true, 3327 },
        { "{\"id\":1,\"price\":\"\"}", true, false, 0 },
        { "{\"id\":1,\"price\":null,\"images\":{},\"categories\":false,\"attributes\":\"\"}", true, false, 0 },
        { "{\"id\":1,\"price\":\"12,50\"}", true, false, 0 },
        { "{\"id\":1,\"price\":\"9e99\"}", true, false, 0 },
        { "{\"id\":0,\"price\":\"1\"}", false, false, 0 },
        { "{\"price\":\"1\"}", false, false, 0 },
        { "[]", false, false, 0 },
        { "{\"id\":{\"a\":1}}", false, false, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        woo_mapper m = { .c = c, .access = &access_eur };
        woo_product p;
        bool good = woo_map_product(&m, parsed(c, cases[i].json), &p);
        assert_int_equal(cases[i].good, good);
        if (!good) continue;
        assert_int_equal(cases[i].price_known, p.row.price.known);
        assert_true(p.row.price.v == cases[i].price);
    }
}

TEST(woo_map, decodes_entities_in_names_but_not_in_texts) {
    TEST_CTX(c);
    woo_mapper m = { .c = c, .access = &access_eur };
    category row;
    static const char text[] = "{\"id\":7,\"parent\":0,\"name\":\"Books &amp; Toys &#8211; &quot;new&quot; &x\","
                               "\"description\":\"<p>a &amp; b</p>\"}";
    assert_true(woo_map_category(&m, parsed(c, text), &row));
    assert_str("Books & Toys \xE2\x80\x93 \"new\" &x", row.name);
    assert_str("<p>a &amp; b</p>", row.description);
    assert_str("", row.parent_id);
}

TEST(woo_map, counts_money_by_the_currency) {
    TEST_CTX(c);
    static const struct { int digits; int64_t minor; } cases[] = { { 0, 13 }, { 2, 1250 }, { 3, 12500 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        shop_access a = { .store_id = 1, .currency_digits = cases[i].digits };
        woo_mapper m = { .c = c, .access = &a };
        woo_product p;
        assert_true(woo_map_product(&m, parsed(c, "{\"id\":1,\"price\":\"12.5\"}"), &p));
        assert_true(p.row.price.v == cases[i].minor);
    }
}

TEST(woo_map, every_recorded_row_has_its_key_and_its_dates) {
    static const struct { const char *file; woo_put *put; const entity *e; size_t rows; } cases[] = {
        { "11.0.1/products/all.page01.json", woo_put_product, &product_entity, 80 },
        { "11.0.1/products/all-variations.json", woo_put_product, &product_entity, 25 },
        { "11.0.1/products/categories.page01.json", woo_put_category, &category_entity, 19 },
        { "11.0.1/products/tags.page01.json", woo_put_tag, &tag_entity, 7 },
        { "11.0.1/products/brands.page01.json", woo_put_brand, &brand_entity, 4 },
        { "11.0.1/customers/role-all.json", woo_put_customer, &customer_entity, 61 },
        { "11.0.1/coupons/all.page01.json", woo_put_coupon, &coupon_entity, 5 },
        { "11.0.1/products/reviews-status-all.page02.json", woo_put_review, &review_entity, 21 },
        { "11.0.1/orders/all-refunds.json", woo_put_refund, &refund_entity, 26 },
        { "11.0.1/orders/all.page03.json", woo_put_order, &order_entity, 100 },
        { "7.9.0/products/all.page01.json", woo_put_product, &product_entity, 80 },
        { "7.9.0/orders/all.page04.json", woo_put_order, &order_entity, 100 },
        { "11.0.1/products/query-status_trash.json", woo_put_product, &product_entity, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        const json_value *list = recorded(c, cases[i].file);
        skip_without(list);
        memory_sink m;
        connect_sink s = memory_sink_start(c, &m);
        woo_target t = { .sink = &s, .access = &access_eur };
        for (size_t k = 0; k < jr_count(list); k++) assert_ok(c, cases[i].put(c, &t, jr_at(list, k)));
        assert_int_equal(cases[i].rows, memory_count(&m, cases[i].e));
        size_t created = entity_field_index(cases[i].e, STR("created_ms"));
        for (size_t k = 0; k < m.n; k++)
            if (m.rows[k].e == cases[i].e && created < cases[i].e->n_fields)
                assert_true(*(const int64_t *)entity_at(m.rows[k].e, m.rows[k].row, created) > 0);
    }
}

TEST(woo_map, names_a_guest_after_the_newest_order) {
    TEST_CTX(c);
#define GUEST_ORDER(id, date, billing) \
    "{\"id\":" id ",\"customer_id\":0,\"total\":\"1\",\"date_created_gmt\":\"" date "T00:00:00\",\"billing\":{" billing "}}"
    static const char *const orders[] = {
        GUEST_ORDER("5", "2026-03-01", "\"email\":\" Ana@Example.test\",\"first_name\":\"New\""),
        GUEST_ORDER("4", "2026-01-01", "\"email\":\"ana@example.test \",\"first_name\":\"Old\""),
        GUEST_ORDER("6", "2026-04-01", "\"email\":\"\""),
    };
    memory_sink m;
    connect_sink s = memory_sink_start(c, &m);
    woo_target t = { .sink = &s, .access = &access_eur };
    for (size_t i = 0; i < COUNT(orders); i++) assert_ok(c, woo_put_order(c, &t, parsed(c, orders[i])));
    assert_int_equal(1, memory_count(&m, &customer_entity));
    const order *o = memory_find(&m, &order_entity, "5", NULL);
    const customer *guest = memory_find(&m, &customer_entity, str_cstr(c->arena, o->customer_id), NULL);
    assert_str("New", guest->first_name);
    assert_true(guest->created_ms == ms_of("2026-01-01") && guest->modified_ms == ms_of("2026-03-01"));
    assert_str("", ((const order *)memory_find(&m, &order_entity, "6", NULL))->customer_id);
}
