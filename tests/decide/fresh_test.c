/* Orders since the shop was learned: the next answer knows them. */
#include "decide/fresh.h"
#include <stdio.h>
#include <string.h>
#include "decide/serving_changes.h"
#include "tests/decide/fake_shop.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

enum { STORE = 1, PRODUCTS = 14 };

/* A shop in a database, never learned, served by two processes. */
typedef struct { ctx *c; time_source clock; db *d; serving_registry *r[2]; } shop;

static void put(shop *s, const entity *e, const void *row) { assert_ok(s->c, storage_put(s->c, s->d, e, row)); }

static void shop_open(shop *s, ctx *c) {
    db_options o;
    fake_shop f;
    *s = (shop){ .c = c, .clock = time_source_manual(FAKE_NOW), .d = test_database(c, &backends[0], &o) };
    c->time = &s->clock;
    fake_init(&f, c, PRODUCTS, 1);
    put(s, &store_entity, &(store){ .store_id = STORE, .name = STR("shop"), .currency = STR("RON"), .locale = STR("ro") });
    for (int i = 0; i < PRODUCTS; i++) {
        char id[16];
        snprintf(id, sizeof id, "p%d", i);
        product *row = fake_product(&f, id, "things", 1000);
        row->store_id = STORE;
        row->total_sales = 100 - i;
        put(s, &product_entity, row);
    }
    fake_done(&f);
    for (int i = 0; i < 2; i++) {
        assert_ok(c, serving_registry_new(c, &(serving_options){ .data_dir = STR("/tmp") }, &s->r[i]));
        assert_ok(c, serving_load(c, s->r[i], s->d, STORE));
    }
}

static void shop_close(shop *s) {
    for (int i = 0; i < 2; i++) serving_registry_free(s->r[i]);
    storage_close(s->d);
}

/* items: "p1 p2" */
static void order_of(shop *s, const char *id, const char *status, const char *items, int64_t at_ms) {
    str left = str_of(items);
    put(s, &order_entity, &(order){ .store_id = STORE, .order_id = str_of(id), .status = str_of(status), .created_ms = at_ms });
    for (int i = 0; left.n; i++) {
        char line[16];
        snprintf(line, sizeof line, "%03d", i);
        put(s, &order_line_entity, &(order_line){ .store_id = STORE, .order_id = str_of(id), .line_id = str_of(line), .kind = STR("item"),
                                                  .product_id = str_cut(&left, ' '), .quantity = 1 });
    }
}

static void told(shop *s, const char *order_id) {
    str id = str_of(order_id);
    const serving_changes ch = { .orders = { &id, 1 } };
    assert_ok(s->c, serving_take_changes(s->c, s->r[0], s->d, STORE, &ch));
}

static recommend_answer ask(shop *s, int process, const char *about) {
    recommend_answer a;
    AUTO_SERVING pin = serving_pin(s->r[process], STORE);
    assert_ok(s->c, recommend(s->c, pin, &(recommend_query){ .product_id = str_of(about), .source = SOURCE_ALL, .n = 4 }, &a));
    return a;
}

TEST(fresh, one_order_of_two_products_never_sold_together_changes_the_next_answer) {
    TEST_CTX(c);
    shop s;
    shop_open(&s, c);
    recommend_answer a = ask(&s, 0, "p2");
    assert_int_equal(-1, fake_place(&a, "p9"));                         /* sells far less than others */
    order_of(&s, "100", "processing", "p2 p9", FAKE_NOW);
    told(&s, "100");
    a = ask(&s, 0, "p2");
    assert_int_equal(0, fake_place(&a, "p9"));
    assert_string_equal("bought_together", a.items[0].reason);
    assert_int_equal(SOURCE_CROSS_SELL, a.items[0].source);
    assert_str("p2", a.items[0].anchor->product_id);
    assert_true(a.items[0].probability > 0.1 && a.items[0].probability < 0.3 && a.bundle.n == 2);
    a = ask(&s, 0, "p9");
    assert_int_equal(0, fake_place(&a, "p2"));
    a = ask(&s, 0, "p3");
    assert_int_equal(-1, fake_place(&a, "p9"));
    order_of(&s, "100", "cancelled", "p2 p9", FAKE_NOW);
    told(&s, "100");
    a = ask(&s, 0, "p2");
    assert_int_equal(-1, fake_place(&a, "p9"));
    shop_close(&s);
}

TEST(fresh, another_process_knows_once_it_looks_and_who_starts_knows_from_the_beginning) {
    TEST_CTX(c);
    shop s;
    shop_open(&s, c);
    order_of(&s, "100", "processing", "p2 p9", FAKE_NOW);
    told(&s, "100");
    recommend_answer a = ask(&s, 1, "p2");
    assert_int_equal(-1, fake_place(&a, "p9"));
    assert_ok(c, serving_follow_orders(c, s.r[1], s.d, STORE));
    a = ask(&s, 1, "p2");
    assert_int_equal(0, fake_place(&a, "p9"));
    registry_facts before, after;
    serving_registry_get_facts(s.r[1], &before);
    assert_ok(c, serving_follow_orders(c, s.r[1], s.d, STORE));          /* nothing new: kept answers stay */
    serving_registry_get_facts(s.r[1], &after);
    assert_true(before.publishes == after.publishes);
    assert_ok(c, serving_reload(c, s.r[1], s.d, STORE));
    a = ask(&s, 1, "p2");
    assert_int_equal(0, fake_place(&a, "p9"));
    shop_close(&s);
}

TEST(fresh, what_was_learned_already_is_left_out_and_probabilities_move_by_how_much_was_known) {
    TEST_CTX(c);
    shop s;
    fresh_orders *f = NULL;
    shop_open(&s, c);
    order_of(&s, "1", "completed", "p1 p2", FAKE_NOW - MS_PER_DAY);
    order_of(&s, "2", "completed", "p1 p3", FAKE_NOW - MS_PER_MINUTE);
    order_of(&s, "3", "completed", "p1 p3 p3", FAKE_NOW);
    const serving *pin = serving_pin(s.r[0], STORE);
    assert_ok(c, fresh_orders_read(c, s.d, STORE, FAKE_NOW - MS_PER_MINUTE, &pin->view, &f));
    const fresh_anchor *p1 = fresh_orders_of(f, catalogue_find(&pin->view, STR("p1")));
    assert_true(p1->n == 1 && p1->orders == 2 && f->pairs[p1->at].count == 2);
    assert_int_equal(catalogue_find(&pin->view, STR("p3")), f->pairs[p1->at].slot);
    assert_null(fresh_orders_of(f, catalogue_find(&pin->view, STR("p2"))));
    assert_null(fresh_orders_of(NULL, 1));
    fresh_orders_free(f);
    assert_true(fresh_probability(0.5f, 0, 0, 0) == 0.5f);
    assert_true(fresh_probability(0.01f, 0, 1, 1) > 0.17f && fresh_probability(0.01f, 995, 1, 1) < 0.012f);
    serving_unpin(pin);
    shop_close(&s);
}

/* Counted by looking at every order for every pair. */
typedef struct { int items[FRESH_ITEMS + 5]; int n; bool sale; } basket;

static bool holds(const basket *b, int item) {
    for (int i = 0; i < b->n && i < FRESH_ITEMS; i++)
        if (b->items[i] == item) return b->sale;
    return false;
}

static uint32_t counted(const catalogue_view *v, const fresh_orders *f, int a, int b) {
    char from[16], to[16];
    snprintf(from, sizeof from, "p%d", a);
    snprintf(to, sizeof to, "p%d", b);
    const fresh_anchor *x = fresh_orders_of(f, catalogue_find(v, str_of(from)));
    uint32_t slot = catalogue_find(v, str_of(to));
    for (uint32_t i = 0; x && i < x->n; i++)
        if (f->pairs[x->at + i].slot == slot) return f->pairs[x->at + i].count;
    return 0;
}

TEST(fresh, pairs_are_those_of_the_newest_sales_counted_one_by_one) {
    TEST_CTX(c);
    enum { ORDERS = FRESH_ORDERS + 30 };
    static basket baskets[ORDERS];
    shop s;
    fresh_orders *f = NULL;
    shop_open(&s, c);
    rng luck;
    rng_seed(&luck, 5);
    for (int i = 0; i < ORDERS; i++) {
        basket *b = &baskets[i];
        char id[16], text[256];
        size_t at = 0;
        *b = (basket){ .sale = rng_unit(&luck) < 0.8 };
        for (int k = 0; k < PRODUCTS; k++)
            if (rng_unit(&luck) < 0.3) b->items[b->n++] = k;
        text[0] = 0;
        for (int k = 0; k < b->n; k++) at += (size_t)snprintf(text + at, sizeof text - at, "%sp%d", k ? " " : "", b->items[k]);
        snprintf(id, sizeof id, "%d", 1000 + i);
        order_of(&s, id, b->sale ? "processing" : "failed", text, FAKE_NOW + i);
    }
    const serving *pin = serving_pin(s.r[0], STORE);
    assert_ok(c, fresh_orders_read(c, s.d, STORE, 0, &pin->view, &f));
    for (int a = 0; a < PRODUCTS; a++)
        for (int b = 0; b < PRODUCTS; b++) {
            uint32_t both = 0, lines = 0;
            for (int i = ORDERS - 1; i >= 0 && lines < FRESH_ORDERS; i--, lines++)
                both += a != b && holds(&baskets[i], a) && holds(&baskets[i], b);
            assert_int_equal(both, counted(&pin->view, f, a, b));
        }
    fresh_orders_free(f);
    serving_unpin(pin);
    shop_close(&s);
}
