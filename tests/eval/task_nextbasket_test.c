/* Task `nextbasket`: the files as the protocol has them, the validation cut, and what hostile files are told. */
#include <string.h>
#include "eval/judge.h"
#include "eval/task_int.h"
#include "tests/test.h"

#define PAST "{\"a\":[[-1],[3,1],[2],[-1]], \"b\":[[-1],[0],[-1]], " \
    "\"c\":[[-1],[0],[-1]], \"d\":[[-1],[1],[-1]], \"e\":[[-1],[4,4],[0],[-1]]}"
#define FUTURE "{\"e\":[[-1],[7,2,7],[-1]], \"a\":[[-1],[5],[-1]], " \
    "\"b\":[[-1],[1,0],[-1]], \"c\":[[-1],[1],[-1]], \"d\":[[-1],[2],[-1]]}"

TEST(task_nextbasket, the_last_fifth_is_asked_and_the_others_train_with_their_future) {
    TEST_CTX(c);
    eval_cases t;
    assert_ok(c, task_nextbasket_read_text(c, STR(PAST), STR(FUTURE), &t));
    static const uint64_t start[] = { 0, 4, 7, 9, 11 };
    static const uint32_t item[] = { 3, 1, 2, 5, 0, 1, 0, 0, 1, 1, 2 }, visit[] = { 0, 0, 1, 2, 0, 1, 1, 0, 1, 0, 1 };
    assert_int_equal(4, t.train.n_users);
    assert_int_equal(8, t.train.n_items);
    assert_memory_equal(start, t.train.start, sizeof start);
    assert_memory_equal(item, t.train.item, sizeof item);
    assert_memory_equal(visit, t.train.visit, sizeof visit);
    assert_ok(c, interactions_check(c, &t.train));
    assert_int_equal(1, t.n);                               /* e, with his history only */
    assert_int_equal(3, t.asked[0].n);
    assert_int_equal(0, t.asked[0].item[2]);
    assert_int_equal(1, t.asked[0].visit[2]);
    assert_int_equal(MODEL_NOBODY, t.asked[0].user);
    assert_int_equal(2, t.truth_start[1]);                  /* 7 once */
    assert_int_equal(2, t.truth[0]);
    assert_int_equal(7, t.truth[1]);
    assert_false(t.hide_history);
}

TEST(task_nextbasket, validates_on_the_futures_of_training_users) {
    TEST_CTX(c);
    eval_cases t, held;
    assert_ok(c, task_nextbasket_read_text(c, STR(PAST), STR(FUTURE), &t));
    assert_ok(c, task_nextbasket.inside(c, &(task_options){ .seed = 1 }, &t, &held));
    assert_int_equal(3, held.train.n_users);
    assert_int_equal(1, held.n);
    assert_int_equal(1, held.asked[0].n);
    assert_int_equal(1, held.asked[0].item[0]);
    assert_int_equal(1, held.truth_start[1]);
    assert_int_equal(2, held.truth[0]);
}

TEST(task_nextbasket, refuses_damaged_files_and_says_why) {
    static const struct { const char *past, *future, *why; } cases[] = {
        { "", FUTURE, "" },
        { "[]", FUTURE, "not an object" },
        { "{}", FUTURE, "nothing to measure" },
        { "{\"a\":[[-1],[1],[-1]]}", FUTURE, "nothing to measure" },
        { "{\"a\":[[-1],[1],[-1]],\"a\":[[-1],[1],[-1]]}", FUTURE, "" },
        { "{\"a\":[[1],[-1]]}", FUTURE, "history, user 'a': not a list of baskets between" },
        { "{\"a\":[[-1],[1]]}", FUTURE, "between" },
        { "{\"a\":[[-1]]}", FUTURE, "between" },
        { "{\"a\":7}", FUTURE, "between" },
        { "{\"a\":[[-1],[],[-1]]}", FUTURE, "empty" },
        { "{\"a\":[[-1],3,[-1]]}", FUTURE, "not a list" },
        { "{\"a\":[[-1],[-1],[-1]]}", FUTURE, "not a number from 0" },
        { "{\"a\":[[-1],[1.5],[-1]]}", FUTURE, "not a number from 0" },
        { "{\"a\":[[-1],[\"1\"],[-1]]}", FUTURE, "not a number from 0" },
        { "{\"a\":[[-1],[null],[-1]]}", FUTURE, "not a number from 0" },
        { "{\"a\":[[-1],[[1]],[-1]]}", FUTURE, "not a number from 0" },
        { "{\"a\":[[-1],[10000000],[-1]]}", FUTURE, "not a number from 0" },
        { "{\"a\":[[-1],[99999999999999999999],[-1]]}", FUTURE, "" },
        { PAST, "{}", "future, user 'a': is missing" },
        { PAST, "{\"a\":[[-1],[1],[2],[-1]]}", "has not one basket" },
        { PAST, "{\"a\":[[-1],[-1]]}", "has not one basket" },
        { PAST, "[", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        eval_cases t;
        err_code e = task_nextbasket_read_text(c, str_of(cases[i].past), str_of(cases[i].future), &t);
        if (e != ERR_INVALID || !strstr(c->error.text, cases[i].why)) test_fail("case %zu: %s, '%s'", i, err_name(e), c->error.text);
    }
}

TEST(task_nextbasket, any_bytes_give_cases_or_an_error) {
    static const char letters[] = "[[[]]]-11,,{}\"a\"::0 ";
    rng r;
    rng_seed(&r, 3);
    for (int round = 0; round < 2000; round++) {
        TEST_CTX(c);
        char text[] = PAST;
        for (int k = 0; k < 3; k++) text[rng_below(&r, sizeof text - 1)] = letters[rng_below(&r, sizeof letters - 1)];
        eval_cases t;
        err_code e = task_nextbasket_read_text(c, str_of(text), STR(FUTURE), &t);
        if (e) assert_true(e == ERR_INVALID && c->error.text[0]);
        else assert_ok(c, interactions_check(c, &t.train));
    }
}

TEST(task_nextbasket, measures_recall_gain_and_hits_of_ten) {
    /* popularity knows 1 four times, 0 three times, 2 twice: e wants 2 (rank 3) and 7 (rank 8 of ties by number: 3, 5, then 4, 6, 7) */
    TEST_CTX(c);
    eval_cases t;
    judgement j;
    assert_ok(c, task_nextbasket_read_text(c, STR(PAST), STR(FUTURE), &t));
    t.top = 3;
    const model_row *row = model_named(STR("popularity"));
    model_options o = model_default_options(row);
    assert_ok(c, judge_model(c, &t, row, &o, false, &j));
    assert_true(j.mean[0][METRIC_RECALL] == 0.5);
    assert_true(j.mean[0][METRIC_HIT] == 1);
    assert_true(j.mean[0][METRIC_NDCG] > 0.5 / 1.63093 - 1e-5 && j.mean[0][METRIC_NDCG] < 0.5 / 1.63093 + 1e-5);
}
