/* Task topn and the judge: tiny data by hand, hostile files. */
#include <math.h>
#include <string.h>
#include "base/file.h"
#include "eval/judge.h"
#include "eval/task_int.h"
#include "tests/test.h"

/* A folder `name` with the two files given. */
static const char *folder_with(ctx *c, const char *name, const char *train_name, const char *train, const char *test_name,
    const char *test) {
    buf path;
    buf_init_in(&path, c->arena, KIB);
    buf_printf(&path, "%s/%s", test_folder(), name);
    const char *folder = str_cstr(c->arena, buf_view(&path));
    assert_ok(c, file_make_dirs(c, folder));
    const char *const files[][2] = { { train_name, train }, { test_name, test } };
    for (int i = 0; i < 2; i++) {
        buf_reset(&path);
        buf_printf(&path, "%s/%s", folder, files[i][0]);
        assert_ok(c, file_write_atomic(c, path.p, str_of(files[i][1]), 0600));
    }
    return folder;
}

static eval_cases read_ok(ctx *c, const char *folder) {
    eval_cases cases;
    assert_ok(c, task_topn.read(c, &(task_options){ .folder = folder, .seed = 1 }, &cases));
    cases.top = 2;
    return cases;
}

static judgement judged(ctx *c, const eval_cases *cases, int threads) {
    const model_row *row = model_named(STR("popularity"));
    model_options o = model_default_options(row);
    judgement j;
    o.threads = threads;
    assert_ok(c, judge_model(c, cases, row, &o, true, &j));
    return j;
}

TEST(topn, reads_lists_and_rows_and_measures_what_a_person_works_out) {
    /* a is had by three, b by two, c and d by one; u1 misses c and d, u4 is asked for a and b, nobody has x */
    static const struct { const char *train_name, *test_name, *train, *test; } forms[] = {
        { "train.txt", "test.txt", "u1 a b\nu2 a b\nu3 a c d\nu4 c\n", "u1 c x\nu4 b a\nu9 a\nu2\n" },
        { "f.train.tsv", "f.test.tsv", "u1\ta\t1\t5\nu1\tb\t1\t4\nu2\ta\t1\t1\nu2\tb\t1\t1\n"
          "u3\ta\t1\t1\nu3\tc\t1\t1\nu3\td\t1\t1\nu4\tc\t1\t1\n",
          "u1\tc\t1\t9\nu1\tx\t1\t9\nu4\tb\t1\t9\nu4\ta\t1\t9\nu9\ta\t1\t9\n" },
    };
    for (size_t f = 0; f < COUNT(forms); f++) {
        TEST_CTX(c);
        eval_cases cases = read_ok(c, folder_with(c, f ? "rows" : "lists", forms[f].train_name, forms[f].train,
            forms[f].test_name, forms[f].test));
        assert_int_equal(2, cases.n);                       /* u9 is not known, u2 has nothing to find */
        assert_int_equal(4, cases.train.n_items);
        judgement j = judged(c, &cases, 1);
        /* u1 is answered c, d: found c of c (x cannot be found and is dropped); u4 is answered a, b: both found */
        assert_true(fabs(j.mean[0][METRIC_RECALL] - 1) < 1e-9);
        assert_true(fabs(j.mean[0][METRIC_NDCG] - 1) < 1e-9);
        assert_int_equal(2, j.n[0]);
        if (f == 1) assert_int_equal(4, cases.asked[0].time_ms[0]);     /* a user's events stand in order of time */
    }
}

TEST(topn, gives_the_same_digits_on_any_number_of_threads) {
    TEST_CTX(c);
    buf train, test;
    buf_init_in(&train, c->arena, MIB);
    buf_init_in(&test, c->arena, MIB);
    for (int u = 0; u < 900; u++) {
        buf_printf(&train, "%d %d %d %d\n", u, u % 37, 40 + u % 11, 60 + u % 7);
        buf_printf(&test, "%d %d %d\n", u, 40 + u % 5, u % 37);
    }
    eval_cases cases = read_ok(c, folder_with(c, "threads", "train.txt", train.p, "test.txt", test.p));
    judgement one = judged(c, &cases, 1), many = judged(c, &cases, 3);
    assert_memory_equal(one.mean, many.mean, sizeof one.mean);
    assert_memory_equal(one.each, many.each, cases.n * METRIC_COUNT * sizeof(float));
}

TEST(topn, cuts_a_validation_part_out_of_the_training_part_only) {
    TEST_CTX(c);
    eval_cases inside, again, cases = read_ok(c, folder_with(c, "inside", "train.txt",
        "1 a b c d e f g h i j\n2 a b c d e f g h i j\n3 a\n4 b c d e f g h\n", "test.txt", "1 k\n2 k\n3 b\n4 a\n"));
    task_options o = { .seed = 3 };
    assert_ok(c, task_topn.inside(c, &o, &cases, &inside));
    assert_ok(c, task_topn.inside(c, &o, &cases, &again));
    uint64_t kept = inside.train.start[inside.train.n_users], held = inside.truth_start[inside.n];
    assert_int_equal(cases.train.start[cases.train.n_users], kept + held);
    assert_true(held >= 3 && held <= 12);
    assert_int_equal(1, inside.train.start[3] - inside.train.start[2]);     /* the only item of a user is left to him */
    assert_memory_equal(inside.truth, again.truth, held * sizeof *inside.truth);
}

TEST(topn, refuses_hostile_files_and_names_the_line) {
    static const struct { const char *train_name, *test_name, *train, *test; err_code code; const char *says; } cases[] = {
        { "a.train.tsv", "a.test.tsv", "u\ti\t1\t1\nu\n", "u\ti\t1\t1\n", ERR_INVALID, "line 2" },
        { "a.train.tsv", "a.test.tsv", "u\ti\t1\tsoon\n", "u\ti\t1\t1\n", ERR_INVALID, "line 1" },
        { "a.train.tsv", "a.test.tsv", "u\ti\t1\t1\n", "u\ti\t1\t99999999999999999999999\n", ERR_INVALID, "line 1" },
        { "train.txt", "other.txt", "u i\n", "u j\n", ERR_NOT_FOUND, "test.txt" },
        { "other.txt", "test.txt", "u i\n", "u j\n", ERR_NOT_FOUND, ".train.tsv" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        char name[32];
        snprintf(name, sizeof name, "hostile%zu", i);
        const char *folder = folder_with(c, name, cases[i].train_name, cases[i].train, cases[i].test_name, cases[i].test);
        eval_cases read;
        assert_int_equal(cases[i].code, task_topn.read(c, &(task_options){ .folder = folder }, &read));
        if (!strstr(c->error.text, cases[i].says)) test_fail("case %zu says: %s", i, c->error.text);
    }
}

TEST(topn, has_nothing_to_measure_in_an_empty_file_and_says_so) {
    TEST_CTX(c);
    eval_cases cases = read_ok(c, folder_with(c, "empty", "train.txt", "\n \n", "test.txt", "u a\n"));
    const model_row *row = model_named(STR("popularity"));
    model_options o = model_default_options(row);
    judgement j;
    assert_err(ERR_INVALID, judge_model(c, &cases, row, &o, false, &j));
}
