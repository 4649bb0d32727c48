/* What only SQLite can do wrong: files and folders. */
#include "tests/storage/backends.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "tests/test.h"

static str url_of(ctx *c, const char *folder, const char *name) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_printf(&b, "sqlite:%s/%s", folder, name);
    return buf_view(&b);
}

TEST(sqlite, refuses_what_is_not_a_database_and_says_what_to_do) {
    TEST_CTX(c);
    const char *folder = str_cstr(c->arena, str_of(test_folder()));
    char text[8192], path[256];
    memset(text, 'x', sizeof text);
    snprintf(path, sizeof path, "%s/letter.txt", folder);
    assert_ok(c, file_write_atomic(c, path, (str){ text, sizeof text }, 0600));
    const struct { str url; err_code e; const char *says; } cases[] = {
        { url_of(c, folder, "letter.txt"), ERR_STORAGE, "not a database" },
        { url_of(c, "/nowhere/at/all", "x.db"), ERR_STORAGE, "folder is missing" },
        { url_of(c, folder, ""), ERR_STORAGE, "" },
        { STR("mysql://x"), ERR_INVALID, "sqlite:" },
        { STR(""), ERR_INVALID, "sqlite:" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        db *d = NULL;
        assert_err(cases[i].e, storage_open(c, &(db_options){ .url = cases[i].url }, &d));
        assert_null(d);
        if (!strstr(c->error.text, cases[i].says)) test_fail("'%s' does not say '%s'", c->error.text, cases[i].says);
    }
}

TEST(sqlite, keeps_the_file_from_other_users) {
    TEST_CTX(c);
    const char *folder = str_cstr(c->arena, str_of(test_folder()));
    db *d = test_connect(c, &(db_options){ .url = url_of(c, folder, "a.db") });
    assert_ok(c, storage_migrate(c, d));
    static const char *const names[] = { "a.db", "a.db-wal", "a.db-shm" };
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[256];
        struct stat s;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(0, stat(path, &s));
        assert_int_equal(0600, s.st_mode & 0777);
    }
    storage_close(d);
}

TEST(sqlite, notices_a_damaged_file) {
    TEST_CTX(c);
    const char *folder = str_cstr(c->arena, str_of(test_folder()));
    db_options o = { .url = url_of(c, folder, "a.db") };
    db *d = test_connect(c, &o);
    assert_ok(c, storage_migrate(c, d));
    for (int i = 0; i < 300; i++) {
        product p = { .store_id = i, .product_id = STR("1") };
        random_row(c, &product_entity, &p);
        assert_ok(c, storage_put(c, d, &product_entity, &p));
    }
    storage_close(d);
    char path[256], junk[4096 * 4];
    snprintf(path, sizeof path, "%s/a.db", folder);
    memset(junk, 0x5a, sizeof junk);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    assert_int_equal(0, fseek(f, -4096 * 40, SEEK_END));
    assert_int_equal(sizeof junk, fwrite(junk, 1, sizeof junk, f));
    fclose(f);
    d = test_connect(c, &o);
    assert_err(ERR_CORRUPT, storage_check(c, d));
    storage_close(d);
}

/* In a child whose files may not grow over 1 MB: how many rows were acknowledged before the disk said no; -1 = it never did. */
static int write_until_refused(ctx *c, db *d) {
    char *text = memset(arena_alloc(c->arena, 50000), 'x', 50000);
    for (int i = 0; i < 100; i++) {
        tag t = { .store_id = 1 + i, .tag_id = STR("x"), .description = { text, 50000 } };
        err_code e = storage_put(c, d, &tag_entity, &t);
        if (e) return e == ERR_STORAGE && strstr(c->error.text, "disk") ? i : -1;
    }
    return -1;
}

TEST(sqlite, keeps_what_it_acknowledged_when_the_disk_is_full) {
    TEST_CTX(c);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        db *d = test_connect(c, &o);
        struct rlimit most = { 1 << 20, 1 << 20 };
        if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &most) != 0) _exit(255);
        int written = write_until_refused(c, d);
        _exit(written < 0 ? 254 : written);                                     /* without closing: as if it had crashed */
    }
    int status = 0;
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) > 0 && WEXITSTATUS(status) < 100);
    db *d = test_connect(c, &o);
    assert_ok(c, storage_check(c, d));
    for (int i = 0; i < WEXITSTATUS(status); i++)
        assert_ok(c, storage_get(c, d, &tag_entity, &(tag){ .store_id = 1 + i, .tag_id = STR("x") }));
    storage_close(d);
}
