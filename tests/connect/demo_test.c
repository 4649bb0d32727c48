/* Tests of the demonstration shop: whole, consistent, the same each time, and true to what it says of itself. */
#include "tests/test.h"
#include "base/map.h"
#include "connect/demo.h"
#include "tests/connect/keep_sink.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t a_day = INT64_C(1763640000000);        /* 2025-11-20 12:00 UTC */

typedef struct {
    keep_sink k;
    const product *products;
    const order *orders;
    const order_line *lines;
    const customer *customers;
    size_t n_products, n_orders, n_lines, n_customers;
} shop;

static void make_shop(ctx *c, ctx *home, int64_t now_ms, str seed, shop *s) {
    time_source t = time_source_manual(now_ms);
    const time_source *kept = c->time;
    c->time = &t;
    connect_sink sink = keep_sink_init(&s->k, home->arena);
    assert_ok(c, connect_find(STR("demo"))->sync(
                     c, &(shop_access){ .store_id = 7, .key = seed, .currency_digits = 2 }, &(sync_plan){ 0 }, &sink));
    c->time = kept;
    s->products = keep_rows(&s->k, &product_entity, &s->n_products);
    s->orders = keep_rows(&s->k, &order_entity, &s->n_orders);
    s->lines = keep_rows(&s->k, &order_line_entity, &s->n_lines);
    s->customers = keep_rows(&s->k, &customer_entity, &s->n_customers);
}

static bool is(str s, const char *word) { return str_eq(s, str_of(word)); }

TEST(demo, has_the_size_of_a_real_shop) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop s;
    make_shop(c, home, a_day, STR(""), &s);
    size_t parents = 0, variable = 0, variations = 0, drafts = 0, hidden = 0, sold_out = 0, backorder = 0, on_sale = 0;
    for (size_t i = 0; i < s.n_products; i++) {
        const product *p = &s.products[i];
        if (p->parent_id.n) {
            variations++;
            continue;
        }
        parents++;
        variable += is(p->type, "variable");
        drafts += is(p->status, "draft");
        hidden += is(p->visibility, "hidden");
        sold_out += is(p->stock_status, "outofstock");
        backorder += is(p->stock_status, "onbackorder");
        on_sale += p->on_sale;
    }
    size_t n_categories, n_reviews, n_coupons, n_refunds;
    keep_rows(&s.k, &category_entity, &n_categories);
    keep_rows(&s.k, &review_entity, &n_reviews);
    keep_rows(&s.k, &coupon_entity, &n_coupons);
    keep_rows(&s.k, &refund_entity, &n_refunds);
    print_message("# %zu products, %zu variable, %zu variations, %zu draft, %zu hidden, %zu sold out, %zu backorder, %zu on sale, "
                  "%zu orders, %zu lines, %zu reviews, %zu refunds\n", parents, variable, variations, drafts, hidden, sold_out, backorder,
                  on_sale, s.n_orders, s.n_lines, n_reviews, n_refunds);
    assert_in_range(parents, 450, 550);
    assert_in_range(variable, 45, 75);
    assert_in_range(variations, variable * 3, variable * 6);
    assert_in_range(drafts, 2, 20);
    assert_in_range(hidden, 2, 20);
    assert_in_range(sold_out, 10, 50);
    assert_in_range(backorder, 5, 40);
    assert_in_range(on_sale, 40, 110);
    assert_int_equal(40, n_categories);
    assert_int_equal(DEMO_CUSTOMERS + DEMO_GUESTS, s.n_customers);
    assert_in_range(s.n_orders, 6000, 8000);
    assert_in_range(n_reviews, 500, 3000);
    assert_in_range(n_refunds, 60, 400);
    assert_true(n_coupons >= 4);
    assert_str("RON", s.k.facts.currency);
}

TEST(demo, is_the_same_for_the_same_seed_and_day_and_another_for_another) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop a, b, other;
    make_shop(c, home, a_day, STR("5"), &a);
    make_shop(c, home, a_day, STR("5"), &b);
    make_shop(c, home, a_day, STR("6"), &other);
    assert_true(a.k.hash == b.k.hash);
    assert_true(a.k.hash != other.k.hash);
    connect_sink sink = keep_sink_init(&other.k, home->arena);
    assert_err(ERR_INVALID, connect_find(STR("demo"))->sync(c, &(shop_access){ .key = STR("blue") }, &(sync_plan){ 0 }, &sink));
}

TEST(demo, adds_new_days_without_changing_the_past) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop today, later;
    make_shop(c, home, a_day, STR(""), &today);
    make_shop(c, home, a_day + 10 * (int64_t)MS_PER_DAY, STR(""), &later);
    map heads;
    map_init(&heads, c->arena);
    for (size_t i = 0; i < later.n_orders; i++) map_put(&heads, later.orders[i].order_id, (uint32_t)i, NULL);
    size_t same = 0, moved = 0;
    for (size_t i = 0; i < today.n_orders; i++) {
        uint32_t at = 0;
        if (!map_get(&heads, today.orders[i].order_id, &at)) continue;
        const order *o = &later.orders[at];
        assert_int_equal(today.orders[i].total, o->total);
        assert_int_equal(today.orders[i].created_ms, o->created_ms);
        if (str_eq(o->status, today.orders[i].status)) same++;
        else moved++;
    }
    assert_true(same > 5500);
    assert_in_range(moved, 1, 300);                         /* those on their way have arrived */
}

TEST(demo, has_orders_that_add_up_and_refer_to_what_exists) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop s;
    make_shop(c, home, a_day, STR(""), &s);
    map ids, people, heads;
    map_init(&ids, c->arena);
    map_init(&people, c->arena);
    map_init(&heads, c->arena);
    for (size_t i = 0; i < s.n_products; i++) map_put(&ids, s.products[i].product_id, (uint32_t)i, NULL);
    for (size_t i = 0; i < s.n_customers; i++) map_put(&people, s.customers[i].customer_id, (uint32_t)i, NULL);
    for (size_t i = 0; i < s.n_orders; i++) map_put(&heads, s.orders[i].order_id, (uint32_t)i, NULL);
    int64_t *sum = arena_new(c->arena, int64_t, s.n_orders), *items = arena_new(c->arena, int64_t, s.n_orders);
    uint32_t at = 0;
    for (size_t i = 0; i < s.n_lines; i++) {
        const order_line *l = &s.lines[i];
        assert_true(map_get(&heads, l->order_id, &at));
        if (is(l->kind, "coupon")) continue;
        sum[at] += l->total + l->total_tax;
        if (!is(l->kind, "item")) continue;
        items[at]++;
        assert_true(l->quantity >= 1 && l->total >= 0 && l->total <= l->subtotal);
        assert_true(map_get(&ids, l->product_id, &at));
        assert_int_equal(0, s.products[at].parent_id.n);
        assert_int_equal(is(s.products[at].type, "variable"), l->variation_id.n > 0);
        if (!l->variation_id.n) continue;
        assert_true(map_get(&ids, l->variation_id, &at));
        assert_true(str_eq(l->product_id, s.products[at].parent_id));
    }
    for (size_t i = 0; i < s.n_orders; i++) {
        const order *o = &s.orders[i];
        assert_int_equal(o->total, sum[i]);
        assert_int_equal(o->total_tax, o->cart_tax + o->shipping_tax);
        assert_true(items[i] >= 1);
        assert_true(o->created_ms <= a_day && o->created_ms > a_day - 366 * (int64_t)MS_PER_DAY);
        assert_true(map_get(&people, o->customer_id, &at));
    }
    size_t n;
    const refund *refunds = keep_rows(&s.k, &refund_entity, &n);
    for (size_t i = 0; i < n; i++) {
        assert_true(map_get(&heads, refunds[i].order_id, &at));
        assert_true(refunds[i].amount > 0 && refunds[i].amount <= s.orders[at].total && refunds[i].created_ms <= a_day);
    }
}

/* Every reference of the catalogue; every text valid; every JSON column readable. */
static void check_row(ctx *c, const entity *e, const void *row) {
    for (size_t f = 0; f < e->n_fields; f++) {
        if (e->fields[f].kind != FIELD_TEXT && e->fields[f].kind != FIELD_JSON) continue;
        str text = *(const str *)entity_at(e, row, f);
        if (!str_is_utf8(text)) test_fail("%s.%s is not UTF-8", e->name, e->fields[f].name);
        const json_value *v;
        if (e->fields[f].kind == FIELD_JSON && text.n) assert_ok(c, json_parse(c, text, JSON_READ_STRICT, &v));
    }
}

TEST(demo, has_clean_texts_and_references_everywhere) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop s;
    make_shop(c, home, a_day, STR(""), &s);
    for (size_t k = 0; k < s.k.n_sets; k++) {
        for (size_t i = 0; i < s.k.sets[k].n; i++) {
            arena_mark mark = arena_save(c->arena);
            check_row(c, s.k.sets[k].e, s.k.sets[k].rows + i * s.k.sets[k].e->row_size);
            arena_restore(c->arena, mark);
        }
    }
    map ids, slugs;
    map_init(&ids, c->arena);
    map_init(&slugs, c->arena);
    size_t n;
    const category *categories = keep_rows(&s.k, &category_entity, &n);
    for (size_t i = 0; i < n; i++) map_put(&ids, categories[i].category_id, 0, NULL);
    for (size_t i = 0; i < n; i++) assert_true(!categories[i].parent_id.n || map_get(&ids, categories[i].parent_id, &(uint32_t){ 0 }));
    const product_category *links = keep_rows(&s.k, &product_category_entity, &n);
    for (size_t i = 0; i < n; i++) assert_true(map_get(&ids, links[i].category_id, &(uint32_t){ 0 }));
    for (size_t i = 0; i < s.n_products; i++) {
        const product *p = &s.products[i];
        assert_true(p->name.n && p->price.known && p->price.v > 0 && p->price.v <= p->regular_price.v);
        assert_true(str_find(p->meta, STR("name_en")) != SIZE_MAX);
        if (p->parent_id.n) continue;
        assert_true(p->short_description.n && p->slug.n);
        bool added = false;
        map_put(&slugs, p->slug, 0, &added);
        if (!added) test_fail("two products are called '%.*s'", STR_ARG(p->name));
    }
    const entity *const sets[] = { &tag_entity, &brand_entity };
    for (size_t k = 0; k < COUNT(sets); k++) assert_non_null(keep_rows(&s.k, sets[k], &n));
}

/* Baskets with a, with b, with both. */
typedef struct { uint32_t a, b, both; } together;

static together count_together(const shop *s, str a, str b) {
    together t = { 0 };
    for (size_t i = 0; i < s->n_lines;) {
        bool has_a = false, has_b = false;
        size_t first = i;
        for (; i < s->n_lines && str_eq(s->lines[i].order_id, s->lines[first].order_id); i++) {
            has_a |= str_eq(s->lines[i].product_id, a);
            has_b |= str_eq(s->lines[i].product_id, b);
        }
        t.a += has_a;
        t.b += has_b;
        t.both += has_a && has_b;
    }
    return t;
}

TEST(demo, sells_true_complements_together) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop s;
    make_shop(c, home, a_day, STR(""), &s);
    demo_fact *facts;
    size_t n;
    assert_ok(c, demo_truth(c, &facts, &n));
    size_t judged = 0, upgrades = 0;
    for (size_t i = 0; i < n; i++) {
        if (facts[i].relation == DEMO_UPGRADE) {
            upgrades++;
            continue;
        }
        together t = count_together(&s, str_of(facts[i].product_id), str_of(facts[i].other_id));
        if (t.a < 25 || facts[i].strength < 0.15) continue; /* too few to tell */
        double lift = (double)t.both * (double)s.n_orders / ((double)t.a * t.b);
        if (lift < 3) test_fail("%s with %s: %u of %u, lift %.1f", facts[i].product_id, facts[i].other_id, t.both, t.a, lift);
        judged++;
    }
    print_message("# %zu facts, %zu pairs judged\n", n, judged);
    assert_true(judged >= 25);
    assert_true(upgrades >= 250);
}

static int descending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

TEST(demo, sells_in_a_long_tail_and_with_seasons) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop s;
    make_shop(c, home, a_day, STR(""), &s);
    map ids;
    map_init(&ids, c->arena);
    int64_t *sold = arena_new(c->arena, int64_t, s.n_products), total = 0, top = 0;
    for (size_t i = 0; i < s.n_lines; i++) {
        if (!is(s.lines[i].kind, "item")) continue;
        sold[map_put(&ids, s.lines[i].product_id, (uint32_t)ids.count, NULL)]++;
        total++;
    }
    qsort(sold, s.n_products, sizeof *sold, descending);
    for (size_t i = 0; i < 100; i++) top += sold[i];        /* a fifth of about 500 */
    print_message("# top fifth sells %.0f %%, %.2f items an order\n",
                  100.0 * (double)top / (double)total, (double)total / (double)s.n_orders);
    assert_in_range(top * 100 / total, 50, 80);
    size_t in_month[12] = { 0 }, guests = 0, cancelled = 0;
    for (size_t i = 0; i < s.n_orders; i++) {
        in_month[civil_from_ms(s.orders[i].created_ms).month - 1]++;
        guests += str_starts(s.orders[i].customer_id, STR("guest:"));
        cancelled += is(s.orders[i].status, "cancelled");
    }
    assert_true(in_month[11] > in_month[1] * 13 / 10);      /* December against February */
    assert_in_range(guests * 100 / s.n_orders, 10, 35);
    assert_in_range(cancelled * 100 / s.n_orders, 2, 7);
}

/* Open and closed tags balance, quotes pair, nothing active inside. */
static void check_svg(str svg) {
    int depth = 0;
    assert_true(str_starts(svg, STR("<svg ")) && str_ends(svg, STR("</svg>")) && str_is_utf8(svg));
    const char *const active[] = { "script", "href", "onload", "$", "&" };
    for (size_t i = 0; i < COUNT(active); i++) assert_int_equal(SIZE_MAX, str_find(svg, str_of(active[i])));
    for (size_t i = 0; i < svg.n; i++) {
        if (svg.p[i] != '<') continue;
        str tag_text = str_sub(svg, i, str_find(str_sub(svg, i, svg.n), STR(">")) + 1);
        size_t quotes = 0;
        for (size_t k = 0; k < tag_text.n; k++) quotes += tag_text.p[k] == '\'';
        assert_int_equal(0, quotes % 2);
        if (str_starts(tag_text, STR("</"))) depth--;
        else if (!str_ends(tag_text, STR("/>"))) depth++;
        assert_true(depth >= 0);
    }
    assert_int_equal(0, depth);
}

TEST(demo, draws_every_product_and_nothing_else) {
    TEST_CTX(c);
    TEST_CTX(home);
    shop s;
    make_shop(c, home, a_day, STR(""), &s);
    for (size_t i = 0; i < s.n_products; i++) {
        AUTO_BUF svg;
        buf_init(&svg, 64 * KIB);
        assert_ok(c, demo_image_svg(c, s.products[i].product_id, &svg));
        check_svg(buf_view(&svg));
    }
    const char *const strangers[] = { "", "0", "999", "1009", "-1000", "2600", "99999999", "10003x", "../1000", "10000000000000000000000" };
    for (size_t i = 0; i < COUNT(strangers); i++) {
        AUTO_BUF svg;
        buf_init(&svg, 64 * KIB);
        assert_err(ERR_NOT_FOUND, demo_image_svg(c, str_of(strangers[i]), &svg));
    }
}
