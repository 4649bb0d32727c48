/* Connecting by a code: once, whole or not at all, and again without losing what was there. */
#include "stores/connection.h"
#include <pthread.h>
#include <string.h>
#include "plugin/secret.h"
#include "stores/connect_code.h"
#include "stores/keys.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static const seal_key seal = { { 1, 2, 3 } };
#define NOW_MS INT64_C(1795137073000)

#define CONNECTIONS(c)                                      \
    TEST_CTX(c);                                            \
    time_source clock_of_test = time_source_manual(NOW_MS); \
    c->time = &clock_of_test;                               \
    assert_ok(c, crypto_start(c));                          \
    db_options o;                                           \
    db *d = test_database(c, &backends[0], &o)

static connection_order order_for(str url, str code) {
    return (connection_order){ .platform = STR("woocommerce"), .url = url, .key = STR("ck_1"), .secret = STR("cs_1"),
                               .webhook_base = STR("http://vitrine.example"), .code = code };
}
static const connect_report good = { .ok = true, .can_write = true, .currency = { "EUR", 3 } };

static str new_code(ctx *c, db *d) {
    str code;
    int64_t end_ms = 0;
    assert_ok(c, connect_code_make(c, d, &seal, &code, &end_ms));
    return code;
}

static int64_t rows_of(ctx *c, db *d, const entity *e, int64_t store_id) {
    int64_t n = 0;
    assert_ok(c, storage_count(c, d, e, store_id, &n));
    return n;
}

TEST(connect_code, is_good_for_a_day_and_kept_as_a_hash) {
    CONNECTIONS(c);
    str code;
    int64_t end_ms = 0;
    connect_code *rows = NULL;
    size_t n = 0;
    assert_ok(c, connect_code_make(c, d, &seal, &code, &end_ms));
    assert_int_equal(CODE_TEXT, code.n);
    assert_int_equal(NOW_MS + 24 * MS_PER_HOUR, end_ms);
    assert_ok(c, connect_code_check(c, d, &seal, code));
    assert_ok(c, storage_scan(c, d, &connect_code_entity, &(connect_code){ 0 }, 1, NULL, 10, &rows, &n));
    assert_int_equal(1, n);
    assert_int_equal(64, rows[0].code_hash.n);
    time_source later = time_source_manual(end_ms);
    c->time = &later;
    assert_err(ERR_FORBIDDEN, connect_code_check(c, d, &seal, code));
    storage_close(d);
}

TEST(connect_code, is_read_as_people_write_it) {
    TEST_CTX(c);
    str code;
    static const char *const written[] = { "ABCD-EFGH-JKMN", "abcdefghjkmn", " abcd efgh jkmn", "AB-CD-EF-GH-JK-MN" };
    for (size_t i = 0; i < COUNT(written); i++) {
        assert_true(connect_code_read(c->arena, str_of(written[i]), &code));
        assert_str("ABCD-EFGH-JKMN", code);
    }
    assert_true(connect_code_read(c->arena, STR("oIlo-0110-0000"), &code));
    assert_str("0110-0110-0000", code);
    static const char *const wrong[] = { "", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMNP", "ABCD-EFGH-JKMU", "ABCD/EFGH/JKMN", "ABCD-EFGH-JKM\xc8" };
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(connect_code_read(c->arena, str_of(wrong[i]), &code));
}

TEST(connect_code, of_another_installation_or_unknown_is_refused) {
    CONNECTIONS(c);
    const seal_key other = { { 9 } };
    str code = new_code(c, d);
    assert_err(ERR_FORBIDDEN, connect_code_check(c, d, &other, code));
    static const char *const wrong[] = { "", "ABCD-EFGH-JKMN", "' OR 1=1 --", "\xff" };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_err(ERR_FORBIDDEN, connect_code_check(c, d, &seal, str_of(wrong[i])));
        assert_non_null(strstr(c->error.text, "vitrine connect code"));
    }
    storage_close(d);
}

TEST(connect_code, old_ones_go_and_open_ones_have_a_limit) {
    CONNECTIONS(c);
    str code;
    int64_t end_ms = 0;
    for (int i = 0; i < LIMIT_CONNECT_CODES; i++) (void)new_code(c, d);
    assert_err(ERR_CONFLICT, connect_code_make(c, d, &seal, &code, &end_ms));
    time_source later = time_source_manual(NOW_MS + 25 * MS_PER_HOUR);
    c->time = &later;
    (void)new_code(c, d);
    assert_int_equal(1, rows_of(c, d, &connect_code_entity, 0));
    storage_close(d);
}

TEST(connection, by_a_code_makes_a_store_with_all_it_needs) {
    CONNECTIONS(c);
    str code = new_code(c, d), secret;
    connection k;
    shop_access a;
    connection_order wanted = order_for(STR("https://www.Shop.example/ro/"), code);
    assert_ok(c, connection_keep(c, d, &seal, &wanted, &good, &k));
    assert_true(k.is_new);
    assert_str("shop-example", k.row.name);
    assert_str("EUR", k.row.currency);
    assert_str("{\"webhook_base\":\"http://vitrine.example\"}", k.row.settings);
    assert_int_equal(PLUGIN_SECRET_DIGITS, k.plugin_secret.n);
    assert_ok(c, plugin_secret_open(c, &seal, &k.row, &secret));
    assert_true(str_eq(secret, k.plugin_secret));
    assert_ok(c, store_access(c, d, &seal, k.row.store_id, &a));
    assert_str("ck_1", a.key);
    assert_true(a.webhook_secret.n > 30);
    key_table *t = NULL;
    key_facts f;
    assert_ok(c, key_table_new(c, &t));
    assert_ok(c, key_table_load(c, d, t));
    assert_true(key_check(t, c->arena, k.secret_key, &f) && f.kind == KEY_SECRET);
    assert_true(key_check(t, c->arena, k.public_key, &f) && f.kind == KEY_PUBLIC);
    assert_true(key_allows_origin(&f, STR("https://www.shop.example")));
    assert_false(key_allows_origin(&f, STR("https://shop.example")));
    assert_err(ERR_FORBIDDEN, connect_code_check(c, d, &seal, code));
    key_table_free(t);
    storage_close(d);
}

TEST(connection, again_is_the_same_store_with_new_keys) {
    CONNECTIONS(c);
    connection first, second, elsewhere;
    connection_order wanted = order_for(STR("http://shop.example"), new_code(c, d));
    assert_ok(c, connection_keep(c, d, &seal, &wanted, &good, &first));
    wanted = order_for(STR("https://SHOP.example/"), new_code(c, d));
    assert_ok(c, connection_keep(c, d, &seal, &wanted, &good, &second));
    assert_false(second.is_new);
    assert_int_equal(first.row.store_id, second.row.store_id);
    assert_false(str_eq(first.plugin_secret, second.plugin_secret));
    key_table *t = NULL;
    key_facts f;
    assert_ok(c, key_table_new(c, &t));
    assert_ok(c, key_table_load(c, d, t));
    assert_false(key_check(t, c->arena, first.secret_key, &f) || key_check(t, c->arena, first.public_key, &f));
    assert_true(key_check(t, c->arena, second.secret_key, &f));
    assert_true(key_check(t, c->arena, second.public_key, &f));
    assert_true(key_allows_origin(&f, STR("http://shop.example")) && key_allows_origin(&f, STR("https://shop.example")));
    wanted = order_for(STR("https://shop.example/second"), new_code(c, d));
    assert_ok(c, connection_keep(c, d, &seal, &wanted, &good, &elsewhere));
    assert_true(elsewhere.is_new);
    assert_str("shop-example-2", elsewhere.row.name);
    key_table_free(t);
    storage_close(d);
}

TEST(connection, that_fails_leaves_nothing_and_the_code_good) {
    CONNECTIONS(c);
    str code = new_code(c, d);
    connection k;
    const connection_order bad[] = {
        { .platform = STR("woocommerce"), .url = STR("ftp://shop.example"), .key = STR("k"), .secret = STR("s"), .code = code },
        { .platform = STR("woocommerce"), .name = STR("a b"), .url = STR("https://shop.example"), .key = STR("k"), .secret = STR("s"),
          .code = code },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        store *all = NULL;
        size_t n = 0;
        assert_err(ERR_INVALID, connection_keep(c, d, &seal, &bad[i], &good, &k));
        assert_ok(c, store_list(c, d, 0, 10, &all, &n));
        assert_int_equal(0, n);
        assert_ok(c, connect_code_check(c, d, &seal, code));
    }
    connection_order wanted = order_for(STR("https://shop.example"), STR("ABCD-EFGH-JKMN"));
    assert_err(ERR_FORBIDDEN, connection_keep(c, d, &seal, &wanted, &good, &k));
    storage_close(d);
}

TEST(connection, refuses_addresses_before_asking_anybody) {
    TEST_CTX(c);
    connect_report r;
    connection_order wanted = order_for(STR("shop.example"), (str){ 0 });
    assert_ok(c, crypto_start(c));
    assert_err(ERR_UPSTREAM, connection_test(c, &wanted, &r));
    assert_string_equal("bad_url", c->error.field);
    assert_non_null(strstr(c->error.text, "https://shop.example"));
    wanted = order_for(STR("https://shop.example"), (str){ 0 });
    wanted.webhook_base = STR("vitrine");
    assert_err(ERR_INVALID, connection_test(c, &wanted, &r));
    wanted.platform = STR("demo");
    assert_err(ERR_INVALID, connection_test(c, &wanted, &r));
}

typedef struct { const db_options *o; str code; int won; bool refused; } contender;
static void *contend(void *arg) {
    contender *me = arg;
    TEST_CTX(c);
    db *d = NULL;
    connection k;
    char url[64];
    snprintf(url, sizeof url, "https://shop%p.example", arg);
    connection_order wanted = order_for(str_of(url), me->code);
    if (storage_open(c, me->o, &d)) return NULL;
    err_code e = connection_keep(c, d, &seal, &wanted, &good, &k);
    me->won = !e;
    me->refused = e == ERR_FORBIDDEN;
    storage_close(d);
    return NULL;
}

TEST(connection, of_many_at_once_with_one_code_is_one) {
    TEST_CTX(c);
    enum { MANY = 6 };
    assert_ok(c, crypto_start(c));
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    contender all[MANY];
    pthread_t threads[MANY];
    str code = new_code(c, d);
    for (size_t i = 0; i < MANY; i++) all[i] = (contender){ .o = &o, .code = code };
    for (size_t i = 0; i < MANY; i++) assert_int_equal(0, pthread_create(&threads[i], NULL, contend, &all[i]));
    int won = 0, refused = 0;
    for (size_t i = 0; i < MANY; i++) {
        pthread_join(threads[i], NULL);
        won += all[i].won;
        refused += all[i].refused;
    }
    assert_int_equal(1, won);
    assert_int_equal(MANY - 1, refused);
    storage_close(d);
}

TEST(connection, of_a_store_without_a_shop_cannot_end) {
    CONNECTIONS(c);
    store s;
    bool told = false;
    str key;
    assert_ok(c, store_create(c, d, &(store_order){ .name = STR("demo"), .platform = STR("demo") }, &s));
    assert_ok(c, key_make(c, d, s.store_id, KEY_SECRET, NULL, 0, &key));
    assert_err(ERR_INVALID, connection_end(c, d, &seal, s.store_id, 1000, &told));
    assert_int_equal(1, rows_of(c, d, &api_key_entity, s.store_id));
    storage_close(d);
}

TEST(connection, that_ends_forgets_what_opens_the_shop_and_keeps_what_was_copied) {
    CONNECTIONS(c);
    connection k;
    bool told = false;
    store s;
    shop_access a;
    const connect_report read_only = { .ok = true };        /* it never had webhooks: nobody is asked to delete them */
    connection_order wanted = order_for(STR("https://shop.example"), new_code(c, d));
    assert_ok(c, connection_keep(c, d, &seal, &wanted, &read_only, &k));
    assert_ok(c, storage_put(c, d, &product_entity, &(product){ .store_id = k.row.store_id, .product_id = STR("7") }));
    assert_ok(c, storage_put(c, d, &webhook_entity, &(webhook){ .store_id = k.row.store_id, .topic = STR("order.created") }));
    assert_ok(c, connection_end(c, d, &seal, k.row.store_id, 1000, &told));
    assert_true(told);
    assert_ok(c, store_get(c, d, k.row.store_id, &s));
    assert_false(connection_is_open(&s));
    assert_int_equal(0, s.credentials.n + s.webhook_secret.n + s.plugin_secret.n);
    assert_ok(c, store_access(c, d, &seal, s.store_id, &a));
    assert_int_equal(0, a.key.n);
    api_key *keys = NULL;
    size_t n = 0;
    assert_ok(c, key_list(c, d, s.store_id, &keys, &n));
    assert_int_equal(0, n);
    assert_int_equal(0, rows_of(c, d, &webhook_entity, s.store_id));
    assert_int_equal(1, rows_of(c, d, &product_entity, s.store_id));
    storage_close(d);
}
