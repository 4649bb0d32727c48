/* Browse lists: what they hold, in which order, which words find it. */
#include "decide/shelf.h"
#include "tests/decide/fake_shop.h"
#include "tests/test.h"

static product *named(fake_shop *f, const char *id, const char *category_name, int64_t price_minor, const char *name) {
    product *p = fake_product(f, id, category_name, price_minor);
    p->name = str_of(name);
    return p;
}

static void make_shop(fake_shop *f, ctx *c) {
    fake_init(f, c, 10, 1);
    named(f, "1", "coffee", 300, "Cafea boabe Crema")->total_sales = 5;
    named(f, "2", "coffee", 900, "Râșniță de cafea")->total_sales = 9;
    named(f, "3", "tea", 200, "Ceai verde")->total_sales = 7;
    product *sold_out = named(f, "4", "coffee", 100, "Cafea măcinată");
    sold_out->stock_status = STR("outofstock");
    product *reduced = named(f, "5", "tea", 400, "Ceainic");
    reduced->regular_price = SOME(500);
    reduced->created_ms = 77;
    fake_publish(f, false);
}

/* The ids in order, as "2 1". */
static str picked(ctx *c, fake_shop *f, const shelf_query *q, size_t *ret_total) {
    AUTO_SERVING s = fake_pin(f);
    shelf found;
    buf b;
    buf_init_in(&b, c->arena, KIB);
    assert_ok(c, shelf_pick(c, s, q, &found));
    for (size_t i = 0; i < found.n; i++) buf_printf(&b, i ? " %.*s" : "%.*s", STR_ARG(found.items[i]->product_id));
    if (ret_total) *ret_total = found.total;
    return buf_view(&b);
}

TEST(shelf, lists_what_may_be_sold_in_the_order_asked_for) {
    TEST_CTX(c);
    AUTO_FAKE f;
    make_shop(&f, c);
    static const struct { shelf_query q; const char *expected; } cases[] = {
        { { .n = 10 }, "2 3 1 5" },
        { { .n = 10, .category = { "coffee", 6 } }, "2 1" },
        { { .n = 10, .order = SHELF_CHEAPEST }, "3 1 5 2" },
        { { .n = 10, .order = SHELF_DEAREST }, "2 5 1 3" },
        { { .n = 1, .order = SHELF_NEWEST }, "5" },
        { { .n = 10, .on_sale = true }, "5" },
        { { .n = 10, .category = { "nothing", 7 } }, "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(cases[i].expected, picked(c, &f, &cases[i].q, NULL));
}

TEST(shelf, goes_on_page_by_page_and_tells_how_many_there_are) {
    TEST_CTX(c);
    AUTO_FAKE f;
    make_shop(&f, c);
    size_t total = 0;
    assert_str("2 3", picked(c, &f, &(shelf_query){ .n = 2 }, &total));
    assert_str("1 5", picked(c, &f, &(shelf_query){ .n = 2, .from = 2 }, &total));
    assert_str("", picked(c, &f, &(shelf_query){ .n = 2, .from = 400 }, &total));
    assert_int_equal(4, total);
}

TEST(shelf, leaves_out_what_the_page_shows_already) {
    TEST_CTX(c);
    AUTO_FAKE f;
    make_shop(&f, c);
    AUTO_SERVING s = fake_pin(&f);
    const catalogue_item *shown[] = { serving_find(s, STR("2")) };
    shelf found;
    assert_ok(c, shelf_pick(c, s, &(shelf_query){ .n = 1, .without = shown, .n_without = 1 }, &found));
    assert_str("3", found.items[0]->product_id);
}

TEST(shelf, finds_words_without_their_marks_and_with_other_endings_best_fit_first) {
    TEST_CTX(c);
    AUTO_FAKE f;
    make_shop(&f, c);
    static const struct { const char *words, *expected; } cases[] = {
        { "CAFEA", "2 1" }, { "rasnita", "2" }, { "Râșnițe", "2" }, { "cafea boabe", "1" }, { "boabe cafele", "1" }, { "cea", "3 5" },
        { "ceai", "3 5" }, { "cafea ceai", "" }, { "zzz", "" }, { "<script>", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(cases[i].expected, picked(c, &f, &(shelf_query){ .n = 10, .words = str_of(cases[i].words) }, NULL));
}

TEST(shelf, refuses_a_list_of_no_length_or_too_long) {
    TEST_CTX(c);
    AUTO_FAKE f;
    make_shop(&f, c);
    AUTO_SERVING s = fake_pin(&f);
    shelf found;
    assert_err(ERR_INVALID, shelf_pick(c, s, &(shelf_query){ .n = 0 }, &found));
    assert_err(ERR_INVALID, shelf_pick(c, s, &(shelf_query){ .n = SHELF_MOST + 1 }, &found));
}
