/* Versions of the tables: an old database becomes what a new one is. */
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include "base/file.h"
#include "storage/storage.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static sqlite3 *open_raw(ctx *c, const db_options *o) {
    sqlite3 *h = NULL;
    const char *path = str_cstr(c->arena, str_sub(o->url, strlen("sqlite:"), o->url.n));
    assert_int_equal(SQLITE_OK, sqlite3_open(path, &h));
    return h;
}

static void run_raw(ctx *c, const db_options *o, const char *sql) {
    sqlite3 *h = open_raw(c, o);
    char *why = NULL;
    if (sqlite3_exec(h, sql, NULL, NULL, &why) != SQLITE_OK) test_fail("%s", why);
    sqlite3_close(h);
}

/* One line per column and index, sorted, so that the order in which columns were added does not count. */
static const char *describe(ctx *c, const db_options *o) {
    static const char *const sql =
        "SELECT m.name || '.' || p.name || ' ' || p.type || ' ' || p.\"notnull\" || ' ' || ifnull(p.dflt_value, '-') || ' ' || p.pk "
        "FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' UNION ALL "
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1";
    sqlite3 *h = open_raw(c, o);
    sqlite3_stmt *s = NULL;
    buf b;
    buf_init_in(&b, c->arena, MIB);
    assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(h, sql, -1, &s, NULL));
    while (sqlite3_step(s) == SQLITE_ROW) {
        buf_text(&b, (const char *)sqlite3_column_text(s, 0));
        buf_char(&b, '\n');
    }
    sqlite3_finalize(s);
    sqlite3_close(h);
    assert_ok(c, buf_err(&b));
    return b.p;
}

static void assert_same_tables(const char *fresh, const char *migrated) {
    str a = str_of(fresh), b = str_of(migrated);
    while (a.p && b.p) {
        str x = str_cut(&a, '\n'), y = str_cut(&b, '\n');
        if (!str_eq(x, y))
            test_fail("a new database has '%.*s', an old one after its migration '%.*s': add a step to storage/migrations.c", STR_ARG(x),
                      STR_ARG(y));
    }
    assert_true(!a.p && !b.p);
}

TEST(migrations, make_an_old_database_equal_to_a_new_one) {
    TEST_CTX(c);
    str first;
    assert_ok(c, file_read(c, "tests/storage/schema_1.sql", MIB, &first));
    db_options old = backends[0].fresh(c), new = backends[0].fresh(c);
    run_raw(c, &old, str_cstr(c->arena, first));
    run_raw(c, &old, "INSERT INTO schema_version VALUES (1, 0); INSERT INTO tag_row (store_id, tag_id, name) VALUES (1, 'x', 'kept')");
    db *d = test_connect(c, &old), *fresh = test_connect(c, &new);
    assert_ok(c, storage_migrate(c, d));
    assert_ok(c, storage_migrate(c, fresh));
    assert_ok(c, storage_check(c, d));
    tag t = { .store_id = 1, .tag_id = STR("x") };
    assert_ok(c, storage_get(c, d, &tag_entity, &t));
    assert_str("kept", t.name);
    storage_close(d);
    storage_close(fresh);
    assert_same_tables(describe(c, &new), describe(c, &old));
}

TEST(migrations, do_nothing_the_second_time_and_refuse_a_newer_database) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    int64_t before = 0, after = 0;
    assert_ok(c, storage_version(c, d, &before));
    assert_true(before >= 1);
    assert_ok(c, storage_migrate(c, d));
    assert_ok(c, storage_version(c, d, &after));
    assert_int_equal(before, after);
    run_raw(c, &o, "INSERT INTO schema_version VALUES (999999, 0)");
    assert_err(ERR_CONFLICT, storage_migrate(c, d));
    storage_close(d);
}

TEST(migrations, know_an_empty_database_and_notice_a_missing_column) {
    TEST_CTX(c);
    db_options o = backends[0].fresh(c);
    db *d = test_connect(c, &o);
    int64_t version = -1;
    assert_ok(c, storage_version(c, d, &version));
    assert_int_equal(0, version);
    assert_ok(c, storage_migrate(c, d));
    storage_close(d);
    run_raw(c, &o, "ALTER TABLE tag_row DROP COLUMN slug");
    d = test_connect(c, &o);
    assert_err(ERR_CORRUPT, storage_check(c, d));
    assert_non_null(strstr(c->error.text, "tag_row"));
    storage_close(d);
}

static void *migrate_too(void *arg) {
    AUTO_ARENA a;
    arena_init(&a, MIB);
    ctx c;
    ctx_init(&c, &a);
    db *d = NULL;
    err_code e = storage_open(&c, arg, &d);
    if (!e) e = storage_migrate(&c, d);
    storage_close(d);
    return e ? "failed" : NULL;
}

TEST(migrations, run_once_when_many_start_at_once) {
    TEST_CTX(c);
    for (int round = 0; round < 5; round++) {
        db_options o = backends[0].fresh(c);
        pthread_t threads[4];
        for (size_t i = 0; i < 4; i++) assert_int_equal(0, pthread_create(&threads[i], NULL, migrate_too, &o));
        for (size_t i = 0; i < 4; i++) {
            void *complaint = NULL;
            pthread_join(threads[i], &complaint);
            assert_null(complaint);
        }
        db *d = test_connect(c, &o);
        assert_ok(c, storage_check(c, d));
        storage_close(d);
    }
}
