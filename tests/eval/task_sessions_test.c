/* Task `sessions`: the files as the protocol has them, the validation cut, and what hostile files are told. */
#include <string.h>
#include "eval/judge.h"
#include "eval/task_int.h"
#include "tests/test.h"

TEST(task_sessions, reads_sessions_and_prefixes) {
    TEST_CTX(c);
    eval_cases t;
    /* 7 is not in the training file: a model passes it over, and as a target nobody finds it */
    assert_ok(c, task_sessions_read_text(c, STR("30 10 30\n20\r\n10 20"), STR("10 7\t20\n30\t7\n"), &t));
    static const uint64_t start[] = { 0, 3, 4, 6 };
    static const uint32_t item[] = { 0, 1, 0, 2, 1, 2 };
    assert_int_equal(3, t.train.n_users);
    assert_int_equal(3, t.train.n_items);
    assert_memory_equal(start, t.train.start, sizeof start);
    assert_memory_equal(item, t.train.item, sizeof item);
    assert_ok(c, interactions_check(c, &t.train));
    assert_int_equal(2, t.n);
    assert_int_equal(2, t.asked[0].n);
    assert_int_equal(1, t.asked[0].item[0]);
    assert_true(t.asked[0].item[1] >= t.train.n_items);
    assert_int_equal(MODEL_NOBODY, t.asked[0].user);
    assert_int_equal(2, t.truth[0]);
    assert_true(t.truth[1] >= t.train.n_items && t.truth_start[2] == 2);
    assert_false(t.hide_history);
}

TEST(task_sessions, refuses_damaged_files_with_the_line) {
    static const struct { const char *train, *test, *line; } cases[] = {
        { "", "1\t2", "no session" },
        { "1 2\n\n3", "1\t2", "train, line 2: empty" },
        { "1 2\n1  2", "1\t2", "train, line 2" },
        { "1 2 ", "1\t2", "train, line 1" },
        { " 1", "1\t2", "train, line 1" },
        { "1 x", "1\t2", "'x' is not an item number" },
        { "1 -2", "1\t2", "'-2'" },
        { "1 2.5", "1\t2", "'2.5'" },
        { "01", "1\t2", "'01'" },
        { "99999999999999999999", "1\t2", "line 1" },
        { "1000000000000000", "1\t2", "line 1" },
        { "1\t2", "1\t2", "line 1" },
        { "1 2", "1 2", "test, line 1: no tab" },
        { "1 2", "1\t2\n\t2", "test, line 2" },
        { "1 2", "1\t", "test, line 1" },
        { "1 2", "1\t2\t3", "test, line 1" },
        { "1 2", "1\t2 1", "test, line 1" },
        { "1 2", "\xff\xfe\t2", "test, line 1" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        eval_cases t;
        err_code e = task_sessions_read_text(c, str_of(cases[i].train), str_of(cases[i].test), &t);
        if (e != ERR_INVALID || !strstr(c->error.text, cases[i].line)) test_fail("case %zu: %s, '%s'", i, err_name(e), c->error.text);
        assert_string_equal("data", c->error.field);
    }
}

TEST(task_sessions, refuses_absurd_lengths) {
    TEST_CTX(c);
    eval_cases t;
    buf wide, many;
    buf_init_in(&wide, c->arena, 4 * MIB);
    buf_init_in(&many, c->arena, 4 * MIB);
    for (int i = 0; i < 20002; i++) buf_text(&many, i ? " 1" : "1");
    while (wide.n <= MIB) buf_text(&wide, "123456789");
    assert_err(ERR_INVALID, task_sessions_read_text(c, buf_view(&many), STR("1\t1"), &t));
    assert_non_null(strstr(c->error.text, "more than 20000 items"));
    assert_err(ERR_INVALID, task_sessions_read_text(c, STR("1"), buf_view(&wide), &t));
    assert_non_null(strstr(c->error.text, "test, line 1: longer than"));
}

TEST(task_sessions, any_bytes_give_cases_or_a_line) {
    static const char letters[] = "0123456789   \t\t\n\n\r-x\xff";
    rng r;
    rng_seed(&r, 11);
    for (int round = 0; round < 3000; round++) {
        TEST_CTX(c);
        char text[2][64];
        size_t n[2];
        for (int f = 0; f < 2; f++) {
            n[f] = (size_t)rng_below(&r, sizeof text[f]);
            for (size_t i = 0; i < n[f]; i++) text[f][i] = letters[rng_below(&r, sizeof letters)];
        }
        eval_cases t;
        err_code e = task_sessions_read_text(c, (str){ text[0], n[0] }, (str){ text[1], n[1] }, &t);
        if (e) assert_true(e == ERR_INVALID && c->error.text[0]);
        else assert_ok(c, interactions_check(c, &t.train));
    }
}

TEST(task_sessions, validates_on_the_newest_sessions) {
    TEST_CTX(c);
    eval_cases t, held;
    buf text;
    buf_init_in(&text, c->arena, MIB);
    for (int s = 0; s < 25; s++) buf_printf(&text, "%d %d %d\n", s, s + 1, s + 2);
    assert_ok(c, task_sessions_read_text(c, buf_view(&text), STR("1\t2"), &t));
    assert_ok(c, task_sessions.inside(c, &(task_options){ .seed = 1 }, &t, &held));
    assert_int_equal(23, held.train.n_users);               /* 8 % of 25 */
    assert_int_equal(4, held.n);
    assert_int_equal(1, held.asked[0].n);
    assert_int_equal(2, held.asked[3].n);
    assert_int_equal(t.train.item[t.train.start[25] - 1], held.truth[3]);
    assert_memory_equal(t.train.item + t.train.start[24], held.asked[3].item, 2 * sizeof(uint32_t));
}

TEST(task_sessions, counts_ranks_within_twenty_and_may_answer_the_prefix) {
    /* popularity answers by number of clicks: 1 three times, 2 twice, 3 once; the target of rank 1 is in the prefix */
    TEST_CTX(c);
    eval_cases t;
    judgement j;
    assert_ok(c, task_sessions_read_text(c, STR("1 2 3\n1 2\n1"), STR("1\t1\n1\t3\n1\t9"), &t));
    t.top = task_sessions.top;
    const model_row *row = model_named(STR("popularity"));
    model_options o = model_default_options(row);
    assert_ok(c, judge_model(c, &t, row, &o, false, &j));
    assert_true(j.mean[0][METRIC_HIT] > 0.666666 && j.mean[0][METRIC_HIT] < 0.666667);
    assert_true(j.mean[0][METRIC_MRR] > (1 + 1.0 / 3) / 3 - 1e-6 && j.mean[0][METRIC_MRR] < (1 + 1.0 / 3) / 3 + 1e-6);
}
