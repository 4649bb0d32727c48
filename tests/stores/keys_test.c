/* API keys: hashed, checked from memory, bound to origins. */
#include "stores/keys.h"
#include <pthread.h>
#include <string.h>
#include "net/crypto.h"
#include "stores/stores.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define KEYS(c)                                                                                                         \
    TEST_CTX(c);                                                                                                        \
    assert_ok(c, crypto_start(c));                                                                                      \
    db_options o;                                                                                                       \
    db *d = test_database(c, &backends[0], &o);                                                                         \
    store s;                                                                                                            \
    assert_ok(c, store_create(c, d, &(store_order){ .name = STR("shop"), .platform = STR("demo") }, &s));               \
    key_table *t = NULL;                                                                                                \
    assert_ok(c, key_table_new(c, &t))

#define KEYS_END() (key_table_free(t), storage_close(d))

TEST(keys, are_known_after_loading_and_stored_as_hashes) {
    KEYS(c);
    str secret, pub, origins[] = { STR("https://Shop.example:443/"), STR("http://localhost:3000") };
    assert_ok(c, key_make(c, d, s.store_id, KEY_SECRET, NULL, 0, &secret));
    assert_ok(c, key_make(c, d, s.store_id, KEY_PUBLIC, origins, 2, &pub));
    assert_true(str_starts(secret, STR("vsk_1_")));
    assert_true(str_starts(pub, STR("vpk_1_")));
    assert_int_equal(6 + 32, secret.n);
    key_facts f;
    assert_false(key_check(t, c->arena, secret, &f));                           /* not loaded yet */
    assert_ok(c, key_table_load(c, d, t));
    assert_true(key_check(t, c->arena, secret, &f));
    assert_int_equal(KEY_SECRET, f.kind);
    assert_int_equal(s.store_id, f.store_id);
    assert_true(key_check(t, c->arena, pub, &f));
    assert_int_equal(KEY_PUBLIC, f.kind);
    static const struct { const char *origin; bool allowed; } cases[] = {
        { "https://shop.example", true }, { "http://localhost:3000", true }, { "http://shop.example", false },
        { "https://shop.example.evil.com", false }, { "https://shop.example:444", false }, { "null", false }, { "", false },
        { "http://localhost", false }, { "https://shop.exampl", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_int_equal(cases[i].allowed, key_allows_origin(&f, str_of(cases[i].origin)));
    api_key *rows = NULL;
    size_t n = 0;
    assert_ok(c, key_list(c, d, s.store_id, &rows, &n));
    assert_int_equal(2, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(64, rows[i].key_hash.n);
        assert_int_equal(4, rows[i].hint.n);
        assert_true(str_ends(secret, rows[i].hint) || str_ends(pub, rows[i].hint));
    }
    KEYS_END();
}

TEST(keys, refuse_everything_else) {
    KEYS(c);
    str secret, pub;
    assert_ok(c, key_make(c, d, s.store_id, KEY_SECRET, NULL, 0, &secret));
    assert_ok(c, key_make(c, d, s.store_id, KEY_PUBLIC, &(str){ "*", 1 }, 1, &pub));
    assert_ok(c, key_table_load(c, d, t));
    key_facts f;
    for (size_t i = 0; i < secret.n; i++) {                                     /* every byte counts */
        str wrong = str_dup(c->arena, secret);
        ((char *)(uintptr_t)wrong.p)[i] ^= 1;
        assert_false(key_check(t, c->arena, wrong, &f));
    }
    char *huge = arena_alloc(c->arena, MIB);
    const str bad[] = { STR(""), STR("vsk_1_"), str_sub(secret, 0, secret.n - 1), { huge, MIB }, { NULL, 0 },
                        STR("00000000000000000000000000000000000000") };
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(key_check(t, c->arena, bad[i], &f));
    AUTO_ARENA full;
    arena_init(&full, 0);
    assert_false(key_check(t, &full, pub, &f));
    KEYS_END();
}

TEST(keys, end_when_revoked_or_rotated_or_when_their_store_goes) {
    KEYS(c);
    str secret, pub, second, fresh, origins[] = { STR("https://a.example"), STR("https://b.example") };
    key_facts f;
    assert_ok(c, key_make(c, d, s.store_id, KEY_SECRET, NULL, 0, &secret));
    assert_ok(c, key_make(c, d, s.store_id, KEY_PUBLIC, origins, 1, &pub));
    assert_ok(c, key_make(c, d, s.store_id, KEY_PUBLIC, origins, 2, &second));
    assert_ok(c, key_rotate(c, d, s.store_id, KEY_PUBLIC, &fresh));
    assert_ok(c, key_table_load(c, d, t));
    assert_false(key_check(t, c->arena, pub, &f));
    assert_false(key_check(t, c->arena, second, &f));
    assert_true(key_check(t, c->arena, secret, &f));
    assert_true(key_check(t, c->arena, fresh, &f));
    assert_int_equal(2, f.n_origins);
    assert_ok(c, key_revoke(c, d, s.store_id, str_sub(secret, secret.n - 4, 4)));
    assert_err(ERR_NOT_FOUND, key_revoke(c, d, s.store_id, secret));
    assert_err(ERR_NOT_FOUND, key_revoke(c, d, s.store_id, STR("")));
    assert_ok(c, key_table_load(c, d, t));
    assert_false(key_check(t, c->arena, secret, &f));
    assert_ok(c, store_remove(c, d, s.store_id));
    assert_ok(c, key_table_load(c, d, t));
    assert_false(key_check(t, c->arena, fresh, &f));
    KEYS_END();
}

TEST(keys, take_only_origins_that_browsers_send) {
    KEYS(c);
    str pub, secret, clean;
    static const char *const bad[] = { "", "shop.example", "https://", "https://shop.example/path", "https://shop.example?x",
                                       "https://user@shop.example", "ftp://shop.example", "*.example", "https://a b", "null", "**" };
    for (size_t i = 0; i < COUNT(bad); i++) assert_err(ERR_INVALID, key_origin_clean(c, str_of(bad[i]), &clean));
    str many[LIMIT_KEY_ORIGINS + 1];
    for (size_t i = 0; i < COUNT(many); i++) many[i] = STR("https://a.example");
    assert_err(ERR_INVALID, key_make(c, d, s.store_id, KEY_PUBLIC, many, COUNT(many), &pub));
    assert_err(ERR_INVALID, key_make(c, d, s.store_id, KEY_NONE, NULL, 0, &pub));
    assert_err(ERR_NOT_FOUND, key_make(c, d, 77, KEY_SECRET, NULL, 0, &pub));
    assert_false(storage_in_transaction(d));
    assert_ok(c, key_make(c, d, s.store_id, KEY_PUBLIC, NULL, 0, &pub));
    assert_ok(c, key_make(c, d, s.store_id, KEY_SECRET, NULL, 0, &secret));
    assert_ok(c, key_set_origins(c, d, s.store_id, pub, &(str){ "*", 1 }, 1));
    assert_err(ERR_INVALID, key_set_origins(c, d, s.store_id, secret, &(str){ "*", 1 }, 1));
    assert_ok(c, key_table_load(c, d, t));
    key_facts f;
    assert_true(key_check(t, c->arena, pub, &f));
    assert_true(key_allows_origin(&f, STR("https://anything.example")));
    KEYS_END();
}

typedef struct { key_table *t; str key; atomic_bool stop; atomic_int refused; } asker;

static void *ask_on(void *arg) {
    asker *a = arg;
    AUTO_ARENA home;
    arena_init(&home, MIB);
    while (!atomic_load(&a->stop)) {
        key_facts f;
        if (!key_check(a->t, &home, a->key, &f) || f.n_origins != 1 || !str_eq(f.origins[0], STR("https://a.example")))
            atomic_fetch_add(&a->refused, 1);
        arena_reset(&home);
    }
    return NULL;
}

TEST(keys, stay_in_force_while_the_table_is_read_anew) {
    KEYS(c);
    str pub;
    assert_ok(c, key_make(c, d, s.store_id, KEY_PUBLIC, &(str){ "https://a.example", 17 }, 1, &pub));
    assert_ok(c, key_table_load(c, d, t));
    asker a = { .t = t, .key = pub };
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) assert_int_equal(0, pthread_create(&threads[i], NULL, ask_on, &a));
    for (int i = 0; i < 200; i++) assert_ok(c, key_table_load(c, d, t));
    atomic_store(&a.stop, true);
    for (size_t i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    assert_int_equal(0, a.refused);
    KEYS_END();
}
