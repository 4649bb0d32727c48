/* Offers in the demonstration shop's cart: granted as signed, and in no other way. */
#include "front/offers.h"
#include "plugin/secret.h"
#include "schema/currency.h"
#include "tests/storage/backends.h"
#include "tests/test.h"
#include <string.h>

#define NOW INT64_C(1795137073000)
#define SOON (NOW / MS_PER_SECOND + 600)

typedef struct {
    ctx *c;
    db *d;
    serving_registry *r;
    const serving *pin;
    store row;
    time_source clock;
    offer_key key;
    front_shop shop;
} stage;

static void put_product(stage *t, const char *id, int64_t price, const char *parent) {
    const product p = { .store_id = 1, .product_id = str_of(id), .parent_id = str_of(parent), .name = str_of(id), .status = STR("publish"),
                        .type = parent[0] ? STR("variation") : STR("simple"), .visibility = STR("visible"), .price = SOME(price),
                        .regular_price = SOME(price), .purchasable = true, .stock_status = STR("instock"), .manage_stock = STR("no"),
                        .backorders = STR("no") };
    assert_ok(t->c, storage_put(t->c, t->d, &product_entity, &p));
}

static void put_shop(stage *t) {
    t->row = (store){ .store_id = 1, .name = STR("demo"), .platform = STR("demo"), .currency = STR("RON"), .locale = STR("ro") };
    assert_ok(t->c, storage_put(t->c, t->d, &store_entity, &t->row));
    put_product(t, "1", 10000, "");
    put_product(t, "2", 5099, "");
    put_product(t, "3", 2500, "");
    put_product(t, "31", 3000, "3");
}

static void set_stage(stage *t, ctx *c) {
    static const seal_key seal = { { 7 } };
    db_options options;
    str secret;
    *t = (stage){ .c = c, .d = test_database(c, &backends[0], &options), .clock = time_source_manual(NOW) };
    c->time = &t->clock;
    put_shop(t);
    assert_ok(c, serving_registry_new(c, &(serving_options){ .data_dir = str_of(test_folder()), .seal = &seal }, &t->r));
    assert_ok(c, serving_load(c, t->r, t->d, 1));
    assert_ok(c, plugin_secret_open(c, &seal, &t->row, &secret));
    t->pin = serving_pin(t->r, 1);
    t->key = offer_key_of(secret);
    t->shop = (front_shop){ .row = &t->row, .pin = t->pin, .d = t->d, .visitor_id = STR("ana") };
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

typedef struct { const char *products[OFFER_PRODUCTS]; int percent; const char *visitor; int64_t end_s; } promise;

static str token_of(stage *t, promise p) {
    str ids[OFFER_PRODUCTS];
    buf terms, out;
    size_t n = 0;
    while (n < OFFER_PRODUCTS && p.products[n]) ids[n] = str_of(p.products[n]), n++;
    buf_init_in(&terms, t->c->arena, KIB);
    buf_init_in(&out, t->c->arena, LIMIT_OFFER_BYTES);
    offer_write_terms(&terms, n > 1 ? OFFER_BUNDLE : OFFER_INCENTIVE, ids, n, p.percent);
    assert_ok(t->c, offer_write(t->c, &t->key, &(offer_order){ .terms = buf_view(&terms), .store_id = 1, .rec_id = STR("rec-1"),
                                                               .visitor_id = str_of(p.visitor ? p.visitor : ""),
                                                               .end_s = p.end_s ? p.end_s : SOON }, &out));
    return buf_view(&out);
}
#define TOKEN(t, ...) token_of(t, (promise){ __VA_ARGS__ })

static void fill_cart(stage *t, const char *const *ids) {
    t->shop.cart.n = 0;
    for (; *ids; ids++) assert_true(cart_add(&t->shop.cart, str_of(*ids), 2));
}
#define CART(t, ...) fill_cart(t, (const char *const[]){ __VA_ARGS__, NULL })

static front_basket basket(stage *t) {
    front_basket k;
    assert_ok(t->c, front_basket_load(t->c, &t->shop, &k));
    return k;
}

static void assert_refused(stage *t, str token) {
    size_t before = t->shop.n_offers;
    assert_err(ERR_INVALID, front_offers_add(t->c, &t->shop, token));
    assert_str("offer", str_of(t->c->error.field));
    assert_int_equal(before, t->shop.n_offers);
}

TEST(offers_in_the_cart, lower_each_line_once_by_the_percent_signed) {
    TEST_STAGE(t, c);
    CART(&t, "1", "2");
    assert_ok(c, front_offers_add(c, &t.shop, TOKEN(&t, .products = { "1", "2" }, .percent = 4, .visitor = "ana")));
    front_basket k = basket(&t);
    assert_int_equal(1, k.n_granted);
    assert_int_equal(400, k.lines[0].saving_minor);         /* of one piece of the two */
    assert_int_equal(5099 - money_discounted(5099, 4, STR("RON")), k.lines[1].saving_minor);
    assert_int_equal(400 + k.lines[1].saving_minor, k.saving_minor);
    assert_int_equal(2 * 10000 + 2 * 5099, k.goods_minor);
    assert_int_equal(k.goods_minor - k.saving_minor + k.shipping_minor, k.total_minor);
    assert_null(k.lapsed);
}

TEST(offers_in_the_cart, hold_for_a_version_of_the_product) {
    TEST_STAGE(t, c);
    CART(&t, "31");
    assert_ok(c, front_offers_add(c, &t.shop, TOKEN(&t, .products = { "3" }, .percent = 10)));
    assert_int_equal(300, basket(&t).saving_minor);
}

TEST(offers_in_the_cart, are_refused_when_forged_over_or_somebody_elses) {
    TEST_STAGE(t, c);
    CART(&t, "1", "2");
    str good = TOKEN(&t, .products = { "1", "2" }, .percent = 4), forged = str_dup(c->arena, good);
    char *last = (char *)(uintptr_t)(forged.p + forged.n / 2);
    *last = *last == 'A' ? 'B' : 'A';
    assert_refused(&t, forged);
    assert_refused(&t, STR(""));
    assert_refused(&t, STR("e30.e30"));
    assert_refused(&t, TOKEN(&t, .products = { "1", "2" }, .percent = 4, .end_s = NOW / MS_PER_SECOND));
    assert_refused(&t, TOKEN(&t, .products = { "1", "2" }, .percent = 4, .visitor = "dan"));
    assert_refused(&t, TOKEN(&t, .products = { "1", "3" }, .percent = 4));         /* not all of it is there */
    assert_ok(c, front_offers_add(c, &t.shop, good));
    assert_refused(&t, good);                               /* twice */
    assert_refused(&t, TOKEN(&t, .products = { "1" }, .percent = 90));             /* one offer a line */
    assert_int_equal(1, basket(&t).n_granted);
}

TEST(offers_in_the_cart, end_with_their_time_and_when_a_bundle_is_broken_up) {
    TEST_STAGE(t, c);
    CART(&t, "1", "2");
    assert_ok(c, front_offers_add(c, &t.shop, TOKEN(&t, .products = { "1", "2" }, .percent = 4)));
    CART(&t, "1");
    assert_int_equal(0, basket(&t).saving_minor);
    assert_non_null(basket(&t).lapsed);
    CART(&t, "1", "2");
    assert_int_equal(1, basket(&t).n_granted);
    t.clock.manual_ms = SOON * MS_PER_SECOND;
    assert_int_equal(0, basket(&t).saving_minor);
    assert_non_null(basket(&t).lapsed);
}

TEST(offers_in_the_cart, are_used_by_one_order) {
    TEST_STAGE(t, c);
    CART(&t, "1", "2", "31");
    assert_ok(c, front_offers_add(c, &t.shop, TOKEN(&t, .products = { "3" }, .percent = 5)));
    str bundle = TOKEN(&t, .products = { "1", "2" }, .percent = 4);
    assert_ok(c, front_offers_add(c, &t.shop, bundle));
    front_basket k = basket(&t);
    assert_ok(c, front_offers_use(c, &t.shop, &k, STR("o-1")));
    assert_ok(c, front_offers_use(c, &t.shop, &k, STR("o-1")));         /* the same form sent twice */
    assert_err(ERR_CONFLICT, front_offers_use(c, &t.shop, &k, STR("o-2")));
    assert_int_equal(0, basket(&t).n_granted);
    t.shop.order_id = STR("o-1");
    assert_int_equal(2, basket(&t).n_granted);              /* the order that used them keeps its prices */
    t.shop.order_id = STR("o-2");
    t.shop.n_offers = 0;
    assert_refused(&t, bundle);
}

TEST(offers_in_the_cart, that_were_used_are_forgotten_after_a_day) {
    TEST_STAGE(t, c);
    CART(&t, "1");
    assert_ok(c, front_offers_add(c, &t.shop, TOKEN(&t, .products = { "1" }, .percent = 4)));
    front_basket k = basket(&t);
    assert_ok(c, front_offers_use(c, &t.shop, &k, STR("o-1")));
    t.clock.manual_ms = NOW + MS_PER_DAY + 1;
    k.granted[0].id = STR("later");
    assert_ok(c, front_offers_use(c, &t.shop, &k, STR("o-2")));
    int64_t n = 0;
    assert_ok(c, storage_count(c, t.d, &offer_use_entity, 1, &n));
    assert_int_equal(1, n);
}

TEST(offers_in_the_cart, come_back_from_their_cookie_at_most_three) {
    TEST_STAGE(t, c);
    static const struct { const char *cookie; size_t n; } cases[] = {
        { "", 0 }, { "a.b", 1 }, { "a!b!c", 3 }, { "a!b!c!d", 3 }, { "!!a!", 1 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        front_offers_read(&t.shop, str_of(cases[i].cookie));
        assert_int_equal(cases[i].n, t.shop.n_offers);
    }
    str text;
    front_offers_read(&t.shop, STR("x!yy!z"));
    assert_ok(c, front_offers_write(c, &t.shop, &text));
    assert_str("x!yy!z", text);
    CART(&t, "1");
    assert_int_equal(0, basket(&t).saving_minor);           /* what is no token grants nothing and hurts nothing */
    char *long_one = arena_alloc(c->arena, FRONT_OFFER_BYTES + 1);
    memset(long_one, 'x', FRONT_OFFER_BYTES + 1);
    front_offers_read(&t.shop, (str){ long_one, FRONT_OFFER_BYTES + 1 });
    assert_int_equal(0, t.shop.n_offers);
}
