/* The sink: what waits is seen, what is on disk fits its cursor, what is removed goes whole. */
#include "stores/sink.h"
#include <string.h>
#include "stores/stores.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define SINK(c, is_direct)                                                                                              \
    TEST_CTX(c);                                                                                                        \
    db_options o;                                                                                                       \
    db *d = test_database(c, &backends[0], &o), *other = test_connect(c, &o);                                           \
    store shop;                                                                                                         \
    assert_ok(c, store_create(c, d, &(store_order){ .name = STR("shop"), .platform = STR("demo") }, &shop));            \
    store_sink *s = NULL;                                                                                               \
    assert_ok(c, store_sink_new(c, &(store_sink_options){ .d = d, .store_id = 1, .direct = is_direct }, &s));           \
    const connect_sink *k = store_sink_door(s)

#define SINK_END() (store_sink_free(s), storage_close(d), storage_close(other))

static bool put_product(ctx *c, const connect_sink *k, const char *id, const char *parent, const char *name) {
    product p = { .store_id = 1, .product_id = str_of(id), .parent_id = str_of(parent), .name = str_of(name) };
    product_category cat = { 1, str_of(id), STR("9"), 0 };
    record r = { .e = &product_entity, .row = &p };
    record_add(&r, &product_category_entity, &cat, 1);
    bool changed = false;
    assert_ok(c, k->put(c, k->self, &r, &changed));
    return changed;
}

static void put_order(ctx *c, const connect_sink *k, const char *id, const char *refund_id) {
    order o = { .store_id = 1, .order_id = str_of(id) };
    order_line line = { .store_id = 1, .order_id = o.order_id, .line_id = STR("1") };
    refund back = { .store_id = 1, .order_id = o.order_id, .refund_id = str_of(refund_id), .amount = 100 };
    refund_line back_line = { .store_id = 1, .order_id = o.order_id, .refund_id = back.refund_id, .line_id = STR("1") };
    record r = { .e = &order_entity, .row = &o };
    record_add(&r, &order_line_entity, &line, 1);
    record_add(&r, &refund_entity, &back, 1);
    record_add(&r, &refund_line_entity, &back_line, 1);
    assert_ok(c, k->put(c, k->self, &r, NULL));
}

static int64_t count(ctx *c, db *d, const entity *e) {
    int64_t n = -1;
    assert_ok(c, storage_count(c, d, e, 1, &n));
    return n;
}

TEST(sink, sees_what_waits_and_holds_no_lock_meanwhile) {
    SINK(c, false);
    assert_true(put_product(c, k, "1", "", "Ceas"));
    assert_false(put_product(c, k, "1", "", "Ceas"));
    assert_true(put_product(c, k, "1", "", "Ceas nou"));
    product got = { .store_id = 1, .product_id = STR("1") };
    assert_ok(c, k->get(c, k->self, &product_entity, &got));
    assert_str("Ceas nou", got.name);
    product_category cat = { .store_id = 1, .product_id = STR("1"), .category_id = STR("9") };
    assert_ok(c, k->get(c, k->self, &product_category_entity, &cat));
    cat.category_id = STR("8");
    assert_err(ERR_NOT_FOUND, k->get(c, k->self, &product_category_entity, &cat));
    assert_int_equal(0, count(c, other, &product_entity));
    assert_ok(c, storage_begin(c, other, STORAGE_WRITE));                       /* nobody keeps it from writing */
    assert_ok(c, storage_commit(c, other));
    sync_cursor cursor = { .resource = STR("products"), .position = STR("1") }, back;
    assert_ok(c, k->checkpoint(c, k->self, &cursor));
    assert_int_equal(1, count(c, other, &product_entity));
    assert_ok(c, k->cursor_get(c, k->self, STR("products"), &back));
    assert_str("1", back.position);
    assert_false(put_product(c, k, "1", "", "Ceas nou"));
    assert_ok(c, k->cursor_get(c, k->self, STR("orders"), &back));
    assert_str("", back.position);
    assert_int_equal(0, back.watermark_ms);
    SINK_END();
}

TEST(sink, keeps_the_cursor_where_the_rows_are_when_it_ends_early) {
    SINK(c, false);
    sync_cursor cursor = { .resource = STR("products"), .position = STR("page 1") }, back;
    (void)put_product(c, k, "1", "", "a");
    assert_ok(c, k->checkpoint(c, k->self, &cursor));
    (void)put_product(c, k, "2", "", "b");
    store_sink_free(s);                                                         /* killed before the next checkpoint */
    assert_ok(c, store_sink_new(c, &(store_sink_options){ .d = d, .store_id = 1 }, &s));
    k = store_sink_door(s);
    assert_ok(c, k->cursor_get(c, k->self, STR("products"), &back));
    assert_str("page 1", back.position);
    assert_int_equal(1, count(c, d, &product_entity));
    assert_true(put_product(c, k, "2", "", "b"));
    assert_ok(c, store_sink_flush(c, s));
    assert_int_equal(2, count(c, d, &product_entity));
    SINK_END();
}

TEST(sink, writes_thousands_early_and_counts_each_once) {
    SINK(c, false);
    char id[16];
    for (int i = 0; i < 2345; i++) {
        snprintf(id, sizeof id, "%d", i);
        assert_true(put_product(c, k, id, i % 5 ? "parent" : "", "x"));
    }
    assert_int_equal(2000, count(c, other, &product_entity));                   /* whole batches of 500 */
    assert_ok(c, store_sink_flush(c, s));
    assert_int_equal(2345, count(c, other, &product_entity));
    assert_false(put_product(c, k, "7", "parent", "x"));
    store_changes ch = store_sink_changes(s);
    assert_int_equal(2345, ch.rows_new);
    assert_int_equal(1, ch.rows_same);
    assert_int_equal(469 + 1, ch.products.n);                                   /* variations count as their parent */
    assert_false(ch.products.overflow);
    store_sink_forget(s);
    assert_int_equal(0, store_sink_changes(s).products.n);
    SINK_END();
}

TEST(sink, says_so_when_too_many_changed_to_name) {
    SINK(c, false);
    char id[16];
    for (int i = 0; i <= LIMIT_CHANGED_IDS; i++) {
        snprintf(id, sizeof id, "%d", i);
        order row = { .store_id = 1, .order_id = str_of(id) };
        assert_ok(c, k->put(c, k->self, &(record){ .e = &order_entity, .row = &row }, NULL));
    }
    store_changes ch = store_sink_changes(s);
    assert_int_equal(LIMIT_CHANGED_IDS, ch.orders.n);
    assert_true(ch.orders.overflow);
    assert_int_equal(0, ch.products.n);
    assert_false(ch.groups);
    SINK_END();
}

static void fill_and_remove(ctx *c, const connect_sink *k) {
    (void)put_product(c, k, "1", "", "parent");
    (void)put_product(c, k, "2", "1", "variation");
    (void)put_product(c, k, "3", "", "other");
    put_order(c, k, "10", "r1");
    put_order(c, k, "11", "r2");
    review rev = { .store_id = 1, .review_id = STR("5"), .product_id = STR("1") };
    assert_ok(c, k->put(c, k->self, &(record){ .e = &review_entity, .row = &rev }, NULL));
    assert_ok(c, k->remove(c, k->self, &product_entity, &(product){ .store_id = 1, .product_id = STR("1") }));
    assert_ok(c, k->remove(c, k->self, &order_entity, &(order){ .store_id = 1, .order_id = STR("10") }));
    assert_ok(c, k->remove(c, k->self, &order_entity, &(order){ .store_id = 1, .order_id = STR("99") }));
    product gone = { .store_id = 1, .product_id = STR("1") }, variation = { .store_id = 1, .product_id = STR("2") };
    refund back = { .store_id = 1, .order_id = STR("10"), .refund_id = STR("r1") };
    assert_err(ERR_NOT_FOUND, k->get(c, k->self, &product_entity, &gone));
    assert_err(ERR_NOT_FOUND, k->get(c, k->self, &product_entity, &variation));
    assert_err(ERR_NOT_FOUND, k->get(c, k->self, &refund_entity, &back));
    back.order_id = STR("11"), back.refund_id = STR("r2");
    assert_ok(c, k->get(c, k->self, &refund_entity, &back));
    assert_int_equal(100, back.amount);
}

static void assert_only_the_others_left(ctx *c, db *d) {
    static const struct { const entity *e; int64_t n; } left[] = {
        { &product_entity, 1 }, { &product_category_entity, 1 }, { &order_entity, 1 }, { &order_line_entity, 1 }, { &refund_entity, 1 },
        { &refund_line_entity, 1 }, { &review_entity, 1 },
    };
    for (size_t i = 0; i < COUNT(left); i++)
        if (count(c, d, left[i].e) != left[i].n) test_fail("%s: %lld rows", left[i].e->name, (long long)count(c, d, left[i].e));
}

TEST(sink, removes_a_row_with_all_that_hangs_on_it) {
    SINK(c, false);
    fill_and_remove(c, k);
    assert_ok(c, store_sink_flush(c, s));
    assert_only_the_others_left(c, other);
    store_changes ch = store_sink_changes(s);
    assert_int_equal(2, ch.rows_removed);
    assert_int_equal(2, ch.products.n);
    SINK_END();
}

TEST(sink, does_the_same_directly_in_the_callers_transaction) {
    SINK(c, true);
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    fill_and_remove(c, k);
    assert_int_equal(0, count(c, other, &product_entity));
    assert_ok(c, storage_commit(c, d));
    assert_only_the_others_left(c, other);
    SINK_END();
}

TEST(sink, removes_what_was_stored_before) {
    SINK(c, false);
    (void)put_product(c, k, "1", "", "parent");
    (void)put_product(c, k, "2", "1", "variation");
    put_order(c, k, "10", "r1");
    assert_ok(c, store_sink_flush(c, s));
    assert_ok(c, k->remove(c, k->self, &product_entity, &(product){ .store_id = 1, .product_id = STR("1") }));
    assert_ok(c, k->remove(c, k->self, &order_entity, &(order){ .store_id = 1, .order_id = STR("10") }));
    refund back = { .store_id = 1, .order_id = STR("10"), .refund_id = STR("r1") };
    assert_err(ERR_NOT_FOUND, k->get(c, k->self, &refund_entity, &back));
    assert_true(put_product(c, k, "1", "", "parent"));                          /* it came back at once */
    str ids[10];
    size_t n = 0;
    assert_ok(c, k->ids(c, k->self, &product_entity, STR(""), 10, ids, &n));    /* what waits is written first */
    assert_int_equal(1, n);
    assert_str("1", ids[0]);
    assert_int_equal(0, count(c, other, &refund_entity));
    assert_err(ERR_INTERNAL, k->ids(c, k->self, &refund_entity, STR(""), 10, ids, &n));
    SINK_END();
}

TEST(sink, takes_only_the_shops_own_facts) {
    SINK(c, false);
    store facts = { .store_id = 99, .name = STR("hacked"), .title = STR("Ceasuri SRL"), .currency = STR("EUR"),
                    .prices_include_tax = true };
    assert_ok(c, k->shop(c, k->self, &facts));
    store row;
    assert_ok(c, store_get(c, d, 1, &row));
    assert_str("shop", row.name);
    assert_str("Ceasuri SRL", row.title);
    assert_str("EUR", row.currency);
    assert_str("Europe/Bucharest", row.time_zone);
    assert_true(store_sink_changes(s).facts);
    store_sink_forget(s);
    assert_ok(c, k->shop(c, k->self, &facts));
    assert_false(store_sink_changes(s).facts);
    SINK_END();
}

TEST(sink, takes_the_style_of_prices_with_the_currency_alone) {
    SINK(c, false);
    store row;
    static const struct { const char *currency, *style, *kept; bool changed; } cases[] = {
        { "RON", "{\"after\":\" lei\"}", "{\"after\":\" lei\"}", true }, { "RON", "{\"after\":\" lei\"}", "{\"after\":\" lei\"}", false },
        { "", "", "{\"after\":\" lei\"}", false },            /* the shop kept its settings to itself */
        { "EUR", "", "", true },                               /* or changed them to what nobody can read */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        store_sink_forget(s);
        assert_ok(c, k->shop(c, k->self, &(store){ .currency = str_of(cases[i].currency), .price_style = str_of(cases[i].style) }));
        assert_ok(c, store_get(c, d, 1, &row));
        assert_str(cases[i].kept, row.price_style);
        assert_int_equal(cases[i].changed, store_sink_changes(s).facts);
    }
    SINK_END();
}

static err_code mark_copied(ctx *c, store *s, void *arg) {
    (void)c, (void)arg;
    s->synced_ms = 1;
    return ERR_OK;
}

TEST(sink, takes_the_shops_language_once_and_then_leaves_it_to_the_owner) {
    SINK(c, false);
    store facts = { .locale = STR("en_US") }, row;
    assert_ok(c, k->shop(c, k->self, &facts));
    assert_ok(c, store_get(c, d, 1, &row));
    assert_str("en", row.locale);
    assert_ok(c, store_change(c, d, 1, mark_copied, NULL, NULL));
    facts.locale = STR("ro");
    assert_ok(c, k->shop(c, k->self, &facts));
    assert_ok(c, store_get(c, d, 1, &row));
    assert_str("en", row.locale);
    SINK_END();
}

TEST(sink, refuses_other_stores_and_stores_that_are_going) {
    SINK(c, false);
    product stranger = { .store_id = 2, .product_id = STR("1") };
    assert_err(ERR_INTERNAL, k->put(c, k->self, &(record){ .e = &product_entity, .row = &stranger }, NULL));
    assert_err(ERR_INTERNAL, k->remove(c, k->self, &product_entity, &stranger));
    (void)put_product(c, k, "1", "", "late");
    assert_ok(c, store_remove(c, other, 1));
    assert_err(ERR_NOT_FOUND, store_sink_flush(c, s));
    assert_int_equal(0, count(c, d, &product_entity));
    SINK_END();
}
