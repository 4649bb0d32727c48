/* Shops made, found, changed, removed; their credentials sealed and opened. */
#include "stores/stores.h"
#include <string.h>
#include "storage/job_queue.h"
#include "storage/queries.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define STORES(c)                                              \
    TEST_CTX(c);                                               \
    assert_ok(c, crypto_start(c));                             \
    db_options o;                                              \
    db *d = test_database(c, &backends[0], &o)

static store make(ctx *c, db *d, const char *name) {
    store s;
    store_order wanted = { .name = str_of(name), .platform = STR("woocommerce"), .url = STR("https://shop.example") };
    assert_ok(c, store_create(c, d, &wanted, &s));
    return s;
}

TEST(stores, are_made_with_defaults_and_found_by_name_or_number) {
    STORES(c);
    store a = make(c, d, "Ceasuri"), b = make(c, d, "b"), got;
    assert_int_equal(1, a.store_id);
    assert_str("ceasuri", a.name);
    assert_str("RON", a.currency);
    assert_str("ro", a.locale);
    assert_str("new", a.state);
    assert_int_equal(15, a.sync_interval_min);
    assert_ok(c, store_find(c, d, STR("CEASURI"), &got));
    assert_rows_equal(&store_entity, &a, &got);
    assert_ok(c, store_find(c, d, STR("2"), &got));
    assert_int_equal(b.store_id, got.store_id);
    static const char *const unknown[] = { "3", "nobody", "", "x y", "-1", "99999999999999999999", "' OR 1=1 --" };
    for (size_t i = 0; i < COUNT(unknown); i++) assert_err(ERR_NOT_FOUND, store_find(c, d, str_of(unknown[i]), &got));
    assert_non_null(strstr(c->error.text, "ceasuri, b"));
    store *all = NULL;
    size_t n = 0;
    assert_ok(c, store_list(c, d, 1, 10, &all, &n));
    assert_int_equal(1, n);
    storage_close(d);
}

TEST(stores, refuse_what_makes_no_sense) {
    STORES(c);
    (void)make(c, d, "taken");
    static const struct { store_order o; err_code e; const char *field; } cases[] = {
        { { .name = { "", 0 }, .platform = { "demo", 4 } }, ERR_INVALID, "name" },
        { { .name = { "12", 2 }, .platform = { "demo", 4 } }, ERR_INVALID, "name" },
        { { .name = { "-a", 2 }, .platform = { "demo", 4 } }, ERR_INVALID, "name" },
        { { .name = { "a b", 3 }, .platform = { "demo", 4 } }, ERR_INVALID, "name" },
        { { .name = { "a\0b", 3 }, .platform = { "demo", 4 } }, ERR_INVALID, "name" },
        { { .name = { "cămașă", 9 }, .platform = { "demo", 4 } }, ERR_INVALID, "name" },
        { { .name = { "0123456789012345678901234567890123456789012345678901234567890", 61 }, .platform = { "demo", 4 } },
          ERR_INVALID, "name" },
        { { .name = { "TAKEN", 5 }, .platform = { "demo", 4 } }, ERR_CONFLICT, "name" },
        { { .name = { "a", 1 }, .platform = { "ebay", 4 } }, ERR_INVALID, "platform" },
        { { .name = { "a", 1 }, .platform = { "demo", 4 }, .currency = { "XXQ", 3 } }, ERR_INVALID, "currency" },
        { { .name = { "a", 1 }, .platform = { "demo", 4 }, .locale = { "klingon", 7 } }, ERR_INVALID, "locale" },
        { { .name = { "a", 1 }, .platform = { "demo", 4 }, .url = { "file:///etc/passwd", 18 } }, ERR_INVALID, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        store s;
        assert_err(cases[i].e, store_create(c, d, &cases[i].o, &s));
        if (cases[i].field) assert_string_equal(cases[i].field, c->error.field);
    }
    int64_t n = 0;
    assert_ok(c, storage_query_i64(c, d, &query_last_store, NULL, 0, 0, &n));
    assert_int_equal(1, n);
    storage_close(d);
}

static err_code refuse_edit(ctx *c, store *s, void *arg) {
    (void)arg;
    s->title = STR("changed");
    return fail(c, ERR_INVALID, "no");
}

TEST(stores, keep_the_row_when_an_edit_fails) {
    STORES(c);
    store s = make(c, d, "a"), got;
    assert_err(ERR_INVALID, store_change(c, d, s.store_id, refuse_edit, NULL, NULL));
    assert_false(storage_in_transaction(d));
    assert_ok(c, store_get(c, d, s.store_id, &got));
    assert_str("", got.title);
    assert_ok(c, store_set_state(c, d, s.store_id, STR("error"), STR("The shop refused the key.")));
    assert_ok(c, store_get(c, d, s.store_id, &got));
    assert_str("error", got.state);
    assert_err(ERR_NOT_FOUND, store_set_state(c, d, 99, STR("error"), STR("")));
    storage_close(d);
}

TEST(stores, go_with_every_row_and_leave_the_others) {
    STORES(c);
    store gone = make(c, d, "gone"), stays = make(c, d, "stays");
    int64_t job_id = 0;
    assert_ok(c, job_submit(c, d, &(job_order){ .store_id = gone.store_id, .kind = STR("sync") }, &job_id, NULL));
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    for (size_t i = 0; i < n_entities; i++) {
        const entity *e = all_entities[i];
        if (e == &store_entity || e == &job_entity) continue;
        void *row = arena_alloc(c->arena, e->row_size);
        for (int k = 0; k < 700; k++) {
            random_row(c, e, row);
            *(int64_t *)entity_at_mut(e, row, 0) = k % 7 ? gone.store_id : stays.store_id;
            assert_ok(c, storage_put(c, d, e, row));
        }
    }
    assert_ok(c, storage_commit(c, d));
    assert_ok(c, store_remove(c, d, gone.store_id));
    for (size_t i = 0; i < n_entities; i++) {
        int64_t left = -1, others = -1;
        assert_ok(c, storage_count(c, d, all_entities[i], gone.store_id, &left));
        assert_ok(c, storage_count(c, d, all_entities[i], stays.store_id, &others));
        assert_int_equal(0, left);
        if (all_entities[i] != &job_entity) assert_true(others > 0);
    }
    assert_err(ERR_NOT_FOUND, store_remove(c, d, gone.store_id));
    storage_close(d);
}

TEST(stores, never_get_the_number_of_a_removed_one) {
    STORES(c);
    store first = make(c, d, "first"), second = make(c, d, "second");
    assert_int_equal(first.store_id + 1, second.store_id);
    assert_ok(c, store_remove(c, d, second.store_id));
    store third = make(c, d, "third");
    assert_true(third.store_id > second.store_id);
    storage_close(d);
}

TEST(stores, seal_credentials_and_open_them_with_the_same_key_only) {
    STORES(c);
    store s = make(c, d, "a"), row;
    seal_key k, other;
    crypto_random(&k, sizeof k);
    crypto_random(&other, sizeof other);
    store_credentials cred = { .url = STR("https://shop.example/magazin"), .key = STR("ck_1\"\\ă"), .secret = STR("cs_2"),
                               .can_write = true, .insecure = true };
    shop_access a;
    assert_ok(c, store_access(c, d, &k, s.store_id, &a));
    assert_str("", a.key);
    assert_ok(c, store_set_credentials(c, d, &k, s.store_id, &cred));
    assert_ok(c, store_ensure_webhook_secret(c, d, &k, s.store_id));
    assert_ok(c, store_access(c, d, &k, s.store_id, &a));
    assert_str("ck_1\"\\ă", a.key);
    assert_str("cs_2", a.secret);
    assert_str("https://shop.example/magazin", a.url);
    assert_true(a.insecure);
    assert_int_equal(2, a.currency_digits);
    assert_int_equal(40, a.webhook_secret.n);
    str secret = a.webhook_secret;
    assert_ok(c, store_ensure_webhook_secret(c, d, &k, s.store_id));
    assert_ok(c, store_access(c, d, &k, s.store_id, &a));
    assert_true(str_eq(secret, a.webhook_secret));                              /* the shop knows it: it stays */
    assert_ok(c, store_get(c, d, s.store_id, &row));
    assert_true(row.can_write);
    assert_true(str_find(row.credentials, STR("cs_2")) == SIZE_MAX);            /* not readable in the file */
    assert_err(ERR_CORRUPT, store_access(c, d, &other, s.store_id, &a));
    cred.url = STR("not a url");
    assert_err(ERR_INVALID, store_set_credentials(c, d, &k, s.store_id, &cred));
    storage_close(d);
}
