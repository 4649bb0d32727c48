/* Pages over a shop whose texts are written by an enemy: no text of the catalogue becomes markup, script or an address of script. */
#include "front/front.h"
#include "front/order.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define HOSTILE "</script><img src=x onerror=alert(1)>'\"`{{7*7}}<!--"

typedef struct {
    ctx *c;
    db *d;
    serving_registry *r;
    const serving *pin;
    store row;
    category rows[2];
    front_shop shop;
} stage;

static void put(stage *t, const entity *e, const void *row) { assert_ok(t->c, storage_put(t->c, t->d, e, row)); }

static void put_hostile_shop(stage *t) {
    t->row = (store){ .store_id = 1, .name = STR("demo"), .platform = STR("demo"), .title = STR(HOSTILE), .currency = STR("RON"),
                      .locale = STR("ro") };
    t->rows[0] = (category){ .store_id = 1, .category_id = STR("c<1>'"), .name = STR(HOSTILE), .slug = STR("x") };
    const product p = { .store_id = 1, .product_id = STR("p'><b>"), .name = STR(HOSTILE), .type = STR("simple"), .status = STR("publish"),
                        .visibility = STR("visible"), .price = SOME(1000), .regular_price = SOME(2000), .purchasable = true,
                        .stock_status = STR("instock"), .manage_stock = STR("no"), .backorders = STR("no"), .sku = STR(HOSTILE),
                        .permalink = STR("javascript:alert(1)"), .description = STR("<p>fine</p><script>alert(2)</script>" HOSTILE),
                        .short_description = STR(HOSTILE), .rating_count = 1, .average_rating = 4.4 };
    const product_image image = { .store_id = 1, .product_id = p.product_id, .src = STR("javascript:alert(3)"),
                                  .thumbnail = STR("data:text/html,<script>alert(4)</script>"), .alt = STR(HOSTILE) };
    const product_attribute attribute = { .store_id = 1, .product_id = p.product_id, .name = STR(HOSTILE), .slug = STR("pa"),
                                          .visible = true, .options = STR("[\"</td><svg onload=alert(5)>\"]") };
    const product_category of = { .store_id = 1, .product_id = p.product_id, .category_id = t->rows[0].category_id };
    const review r = { .store_id = 1, .review_id = STR("1"), .product_id = p.product_id, .status = STR("approved"),
                       .reviewer = STR(HOSTILE), .review = STR(HOSTILE), .rating = 5, .created_ms = 1 };
    put(t, &store_entity, &t->row);
    put(t, &category_entity, &t->rows[0]);
    put(t, &product_entity, &p);
    put(t, &product_image_entity, &image);
    put(t, &product_attribute_entity, &attribute);
    put(t, &product_category_entity, &of);
    put(t, &review_entity, &r);
}

static void set_stage(stage *t, ctx *c) {
    db_options options;
    *t = (stage){ .c = c, .d = test_database(c, &backends[0], &options) };
    put_hostile_shop(t);
    assert_ok(c, serving_registry_new(c, &(serving_options){ .data_dir = str_of(test_folder()) }, &t->r));
    assert_ok(c, serving_load(c, t->r, t->d, 1));
    t->pin = serving_pin(t->r, 1);
    t->shop = (front_shop){ .row = &t->row, .pin = t->pin, .d = t->d, .public_key = STR("vpk_'><script>"), .has_widget = true,
                            .categories = t->rows, .n_categories = 1 };
    assert_true(cart_add(&t->shop.cart, STR("p'><b>"), 2));
}
static void clear_stage(stage *t) {
    serving_unpin(t->pin);
    serving_registry_free(t->r);
    storage_close(t->d);
}
#define TEST_STAGE(t, c)                            \
    TEST_CTX(c);                                    \
    __attribute__((cleanup(clear_stage))) stage t;  \
    set_stage(&t, c)

static size_t times(str text, const char *what) {
    size_t n = 0;
    for (size_t at; (at = str_find(text, str_of(what))) != SIZE_MAX; n++) text = str_sub(text, at + 1, text.n);
    return n;
}

/* Every element that is ours is known; none of the enemy's is one. */
static void assert_harmless(const char *page, str html) {
    static const char *const never[] = { "<img src=x", "onerror=alert(1)>", "<svg onload", "javascript:", "<script>", "<!--",
                                         "data:text/html" };
    for (size_t i = 0; i < COUNT(never); i++)
        if (str_find(html, str_of(never[i])) != SIZE_MAX) test_fail("%s holds %s", page, never[i]);
    /* the data block, our script, the widget's tag */
    assert_int_equal(3, times(html, "<script "));
    assert_int_equal(3, times(html, "</script>"));
    assert_true(str_starts(html, STR("<!doctype html>")) && str_ends(html, STR("</html>")));
}

static err_code write_checkout(ctx *c, const front_shop *s, buf *out) {
    checkout_form f = { .once = STR("'><script>") };
    for (size_t i = 0; i < CHECKOUT_FIELDS; i++) f.value[i] = STR(HOSTILE);
    (void)checkout_check(&f);                               /* its problems are shown too */
    return front_checkout(c, s, &f, STR(HOSTILE), out);
}
static err_code write_category(ctx *c, const front_shop *s, buf *out) { return front_category(c, s, STR("c<1>'"), SHELF_NEWEST, 1, out); }
static err_code write_search(ctx *c, const front_shop *s, buf *out) { return front_search(c, s, STR("nothing " HOSTILE), 1, out); }
static err_code write_all(ctx *c, const front_shop *s, buf *out) { return front_search(c, s, STR(""), 1, out); }
static err_code write_product(ctx *c, const front_shop *s, buf *out) { return front_product(c, s, STR("p'><b>"), STR(HOSTILE), out); }
static err_code write_cart(ctx *c, const front_shop *s, buf *out) { return front_cart_page(c, s, STR(HOSTILE), out); }

static const struct { const char *page; err_code (*write)(ctx *c, const front_shop *s, buf *out); } pages[] = {
    { "home", front_home }, { "category", write_category }, { "search_empty", write_search }, { "search", write_all },
    { "product", write_product }, { "cart", write_cart }, { "checkout", write_checkout }, { "not_found", front_missing },
};

TEST(front, never_lets_a_text_of_the_catalogue_become_markup) {
    TEST_STAGE(t, c);
    for (size_t i = 0; i < COUNT(pages); i++) {
        buf out;
        char facts[100];
        buf_init_in(&out, c->arena, MIB);
        assert_ok(c, pages[i].write(c, &t.shop, &out));
        assert_harmless(pages[i].page, buf_view(&out));
        snprintf(facts, sizeof facts, "data-vitrine>{\"page\":\"%s\"", pages[i].page);
        assert_int_equal(1, times(buf_view(&out), facts));
    }
}

TEST(front, tells_of_the_cart_what_the_catalogue_asks_today) {
    TEST_STAGE(t, c);
    front_basket k;
    assert_true(cart_add(&t.shop.cart, STR("no such product"), 3));
    assert_ok(c, front_basket_load(c, &t.shop, &k));
    assert_int_equal(1, k.n);
    assert_int_equal(2000, k.goods_minor);
    assert_int_equal(2000 + 1999, k.total_minor);
    assert_true(k.all_available);
}

TEST(front, finds_nothing_where_nothing_is) {
    TEST_STAGE(t, c);
    buf out;
    buf_init_in(&out, c->arena, MIB);
    assert_err(ERR_NOT_FOUND, front_product(c, &t.shop, STR("404"), STR(""), &out));
    assert_err(ERR_NOT_FOUND, front_category(c, &t.shop, STR("404"), SHELF_BEST_FIRST, 1, &out));
    assert_err(ERR_NOT_FOUND, front_received(c, &t.shop, STR("404"), &out));
    assert_err(ERR_NOT_FOUND, front_can_add(c, &t.shop, STR("404")));
}

TEST(front, brings_its_files_along) {
    front_file f;
    assert_true(front_file_find(STR("shop.css"), &f) && f.body.n > 1000 && str_is_utf8(f.body));
    assert_true(front_file_find(STR("shop.js"), &f) && str_find(f.body, STR("vitrineShop")) != SIZE_MAX);
    assert_false(front_file_find(STR("../shop.js"), &f));
}
