/* Tests of model versions: which one serves, what is kept, what leaves the disk. */
#include "tests/test.h"
#include "base/file.h"
#include "jobs/publish.h"
#include "tests/storage/backends.h"
#include <sys/stat.h>

static const char *path_of(ctx *c, const char *dir, str artifact) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_printf(&b, "%s/%.*s", dir, STR_ARG(artifact));
    return b.p;
}

static stored_model publish(ctx *c, db *d, const char *dir) {
    stored_model m;
    assert_ok(c, model_next(c, d, 1, &m));
    assert_ok(c, file_make_dirs(c, path_of(c, dir, STR("stores/1"))));
    assert_ok(c, file_write_atomic(c, path_of(c, dir, m.artifact), STR("x"), 0600));
    assert_ok(c, model_publish(c, d, dir, &m));
    return m;
}

TEST(publish, numbers_versions_and_keeps_the_last_three) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    const char *dir = test_folder();
    str artifacts[7];
    for (int i = 1; i <= 6; i++) {
        stored_model m = publish(c, d, dir), serving;
        assert_int_equal(i, m.version);
        artifacts[i] = m.artifact;
        assert_ok(c, model_serving(c, d, 1, &serving));
        assert_int_equal(i, serving.version);
    }
    assert_str("stores/1/snapshot-6.vit", artifacts[6]);
    int64_t n;
    assert_ok(c, storage_count(c, d, &stored_model_entity, 1, &n));
    assert_int_equal(1 + MODELS_KEPT, n);
    for (int i = 1; i <= 6; i++) assert_int_equal(i >= 3, file_exists(path_of(c, dir, artifacts[i])));
    storage_close(d);
}

TEST(publish, sweeps_what_killed_trainings_left_and_nothing_else) {
    static const struct { const char *file; bool stays; } cases[] = {
        { "stores/1/snapshot-1.vit", true },            { "stores/1/snapshot-2.vit", true },        { "stores/1/snapshot-3.vit", false },
        { "stores/1/snapshot-2.vit.77.tmp", false },    { "stores/1/notes.txt", true },             { "stores/2/snapshot-9.vit", true },
    };
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    const char *dir = test_folder();
    assert_ok(c, model_sweep_files(c, d, dir, 1));                  /* no folder yet */
    (void)publish(c, d, dir);
    (void)publish(c, d, dir);
    assert_ok(c, file_make_dirs(c, path_of(c, dir, STR("stores/2"))));
    for (size_t i = 2; i < COUNT(cases); i++)
        assert_ok(c, file_write_atomic(c, path_of(c, dir, str_of(cases[i].file)), STR("half"), 0600));
    assert_ok(c, model_sweep_files(c, d, dir, 1));
    for (size_t i = 0; i < COUNT(cases); i++)
        if (file_exists(path_of(c, dir, str_of(cases[i].file))) != cases[i].stays) test_fail("%s", cases[i].file);
    storage_close(d);
}

TEST(publish, goes_back_to_the_version_before) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    const char *dir = test_folder();
    stored_model m;
    assert_err(ERR_NOT_FOUND, model_serving(c, d, 1, &m));
    (void)publish(c, d, dir);
    assert_err(ERR_NOT_FOUND, model_roll_back(c, d, 1, 0, &m));
    (void)publish(c, d, dir);
    assert_ok(c, model_roll_back(c, d, 1, 0, &m));
    assert_int_equal(1, m.version);
    assert_ok(c, model_serving(c, d, 1, &m));
    assert_int_equal(1, m.version);
    assert_int_equal(3, publish(c, d, dir).version);                /* a number is never used twice */
    storage_close(d);
}

TEST(publish, keeps_stores_apart) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    (void)publish(c, d, test_folder());
    stored_model m;
    assert_err(ERR_NOT_FOUND, model_serving(c, d, 2, &m));
    assert_ok(c, model_next(c, d, 2, &m));
    assert_int_equal(1, m.version);
    storage_close(d);
}
