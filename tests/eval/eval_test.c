/* Tests of the offline evaluation: protocol by hand on tiny data, published figures on the real data set. */
#include "tests/test.h"
#include "base/file.h"
#include "base/json.h"
#include "eval/eval.h"
#include "eval/invoices.h"
#include "eval/judge.h"
#include "eval/task_int.h"
#include <math.h>
#include <string.h>

#define HEAD "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
static const invoice_window anything = { INT64_MIN, INT64_MAX };

TEST(eval, cleans_invoice_lines_as_the_protocol_says) {
    static const struct { const char *line; bool kept; } cases[] = {
        { "1,12345,x,1,2011-01-01 10:00:00,1.5,,UK", true },
        { "1,12345ab,x,1,2011-01-01 10:00:00,1.5,,UK", true },
        { "C1,12345,x,1,2011-01-01 10:00:00,1.5,,UK", false },
        { ",12345,x,1,2011-01-01 10:00:00,1.5,,UK", false },
        { "1,1234,x,1,2011-01-01 10:00:00,1.5,,UK", false },
        { "1,POST,x,1,2011-01-01 10:00:00,1.5,,UK", false },
        { "1,123456,x,1,2011-01-01 10:00:00,1.5,,UK", false },
        { "1,12345A1,x,1,2011-01-01 10:00:00,1.5,,UK", false },
        { "1,12345,x,0,2011-01-01 10:00:00,1.5,,UK", false },
        { "1,12345,x,-3,2011-01-01 10:00:00,1.5,,UK", false },
        { "1,12345,x,1,2011-01-01 10:00:00,0,,UK", false },
        { "1,12345,x,1,yesterday,1.5,,UK", false },
        { "1,12345", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        buf text;
        buf_init_in(&text, c->arena, MIB);
        buf_text(&text, HEAD);
        buf_text(&text, cases[i].line);
        invoice_data d;
        assert_ok(c, invoices_read_text(c, buf_view(&text), anything, &d));
        if (d.lines_kept != cases[i].kept) test_fail("'%s' was %s", cases[i].line, cases[i].kept ? "dropped" : "kept");
    }
}

TEST(eval, splits_by_the_earliest_time_and_numbers_items_by_code) {
    TEST_CTX(c);
    /* given: invoice 2 begins before the split and goes on after it; 99999 is only sold later; 5 has one known item only */
    static const char text[] = HEAD
        "1,20000b,x,1,2011-11-01 10:00:00,1,,UK\n"
        "1,10000,x,1,2011-11-01 10:00:00,1,,UK\n"
        "1,10000,x,2,2011-11-01 10:00:00,1,,UK\n"
        "2,30000,x,1,2011-11-09 00:01:00,1,,UK\n"
        "2,20000B,x,1,2011-11-08 23:59:00,1,,UK\n"
        "4,10000,x,1,2011-11-10 00:00:00,1,,UK\n"
        "4,30000,x,1,2011-11-10 00:00:00,1,,UK\n"
        "4,99999,x,1,2011-11-10 00:00:00,1,,UK\n"
        "3,10000,x,1,2011-11-10 00:00:00,1,,UK\n"
        "3,20000B,x,1,2011-11-10 00:00:00,1,,UK\n"
        "5,10000,x,1,2011-11-11 00:00:00,1,,UK\n"
        "5,99999,x,1,2011-11-11 00:00:00,1,,UK\n";
    invoice_data d;
    assert_ok(c, invoices_read_text(c, str_of(text), anything, &d));
    assert_int_equal(3, d.n_items);
    assert_str("10000", d.item[0]);
    assert_str("20000B", d.item[1]);
    assert_str("30000", d.item[2]);
    assert_int_equal(2, d.train.n_baskets);
    assert_int_equal(4, d.train.start[2]);
    assert_int_equal(2, d.test.n_baskets);                  /* 3 before 4: same time, smaller number */
    static const uint32_t expected[] = { 0, 1, 0, 2 }, lines[] = { 1, 0, 2, 1 };
    assert_memory_equal(expected, d.test.items, sizeof expected);
    assert_memory_equal(lines, d.train_lines, sizeof lines);        /* as they stand in the file, each item once */
}

TEST(eval, hides_the_position_the_published_hash_says) {
    /* worked out apart from this program, with whole numbers of any size: h(1) = 0x635cf6be, h(1000) = 0x44f81c81 */
    static const struct { uint32_t rank, size, position; } cases[] = {
        { 0, 7, 0 }, { 1, 7, 1 }, { 2, 7, 0 }, { 3, 7, 3 }, { 1000, 7, 0 }, { 1, UINT32_MAX, 0x635cf6be }, { 1000, UINT32_MAX, 0x44f81c81 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(cases[i].position, basket_hidden_position(cases[i].rank, cases[i].size));
}

TEST(eval, says_what_it_does_not_know) {
    static const struct { const char *task, *model, *set, *field; } cases[] = {
        { "dance", "rules", NULL, "task" }, { "basket", "magic", NULL, "model" }, { "basket", "rules", "wings=2", "set" },
        { "basket", "rules", "k", "set" }, { "basket", "rules", "k=2.5", "set" }, { "basket", "rules", "split=soon", "set" },
        { "basket", "rules", NULL, "data" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        AUTO_BUF out;
        buf_init(&out, MIB);
        str set = str_of(cases[i].set);
        eval_options o = { .task = str_of(cases[i].task), .data = "/nonexistent", .model = str_of(cases[i].model), .sets = &set,
                           .n_sets = set.n ? 1 : 0, .seed = 1 };
        assert_true(eval_command(c, &o, &out, NULL, NULL) != ERR_OK);
        assert_string_equal(cases[i].field, c->error.field);
        assert_int_equal(0, out.n);
    }
}

static judgement judged(ctx *c, const eval_cases *cases, const char *name) {
    const model_row *row = model_named(str_of(name));
    model_options o = model_default_options(row);
    judgement j;
    assert_ok(c, judge_model(c, cases, row, &o, false, &j));
    return j;
}

TEST(eval, rules_beat_every_peer_on_online_retail) {
    const char *folder = test_shared("data/online_retail");
    skip_without(folder);
    TEST_CTX(c);
    invoice_data d;
    assert_ok(c, invoices_read(c, folder, anything, &d));
    assert_int_equal(16863, d.train.n_baskets);
    assert_int_equal(3751, d.n_items);
    assert_int_equal(430824, d.train.start[d.train.n_baskets]);
    assert_int_equal(2689, d.test.n_baskets);
    assert_int_equal(85474, d.test.start[d.test.n_baskets]);
    eval_cases cases;
    assert_ok(c, task_basket.read(c, &(task_options){ .folder = folder }, &cases));
    assert_int_equal(85474 + 2689, cases.n);
    cases.top = task_basket.top;
    judgement popular = judged(c, &cases, "popularity"), rules = judged(c, &cases, "rules");
    assert_true(fabs(popular.mean[0][METRIC_HIT] - 0.381) < 0.0006 && fabs(popular.mean[0][METRIC_MRR] - 0.171) < 0.0006);
    assert_true(fabs(popular.mean[1][METRIC_HIT] - 0.038) < 0.0006 && fabs(popular.mean[1][METRIC_MRR] - 0.014) < 0.0006);
    assert_true(rules.mean[0][METRIC_HIT] >= 0.673 && rules.mean[0][METRIC_MRR] >= 0.430);
    assert_true(rules.mean[1][METRIC_HIT] >= 0.28 && rules.mean[1][METRIC_MRR] >= 0.14);
}

/* A folder with ninety days of a shop that sells 10000 with 20000, and 30000 with 40000 and 50000. */
static const char *tiny_shop(ctx *c) {
    buf text, path;
    buf_init_in(&text, c->arena, MIB);
    buf_init_in(&path, c->arena, 1024);
    buf_text(&text, HEAD);
    for (int day = 0; day < 90; day++) {
        char when[21];
        time_format(INT64_C(1309478400000) + (int64_t)day * MS_PER_DAY, when);
        for (int line = 0; line < (day % 2 ? 3 : 2); line++)
            buf_printf(&text, "%d,%d0000,x,1,%s,1.25,,UK\n", day, (day % 2 ? 3 : 1) + line, when);
    }
    buf_printf(&path, "%s/shop", test_folder());
    assert_ok(c, file_make_dirs(c, path.p));
    const char *folder = str_cstr(c->arena, buf_view(&path));
    buf_text(&path, "/lines.csv");
    assert_ok(c, file_write_atomic(c, path.p, buf_view(&text), 0600));
    return folder;
}

static void check_line(ctx *c, str text, const char *task, str *ret_model) {
    const json_value *v;
    int64_t n_test = 0;
    assert_ok(c, json_parse(c, text, JSON_READ_STRICT, &v));
    assert_str(task, jr_string(jr_get(v, "task")));
    assert_str("shop", jr_string(jr_get(v, "data")));
    *ret_model = jr_string(jr_get(v, "model"));
    if (jr_string(jr_get(v, "refused")).n) return;
    assert_true(jr_i64(jr_get(v, "n_test"), &n_test) && n_test == 31);
    assert_true(jr_is_number(jr_get(v, "fit_s")) && jr_is_number(jr_get(v, "fit_cpu_s")) && jr_is_number(jr_get(v, "peak_mb")));
    assert_true(jr_is_number(jr_get(jr_get(v, "latency_us"), "p50")) && jr_is_number(jr_get(jr_get(v, "latency_us"), "p99")));
    assert_true(jr_is_number(jr_get(jr_get(v, "metrics"), "p_hr@10")) && jr_is_number(jr_get(jr_get(v, "metrics"), "c_mrr@10")));
}

TEST(eval, writes_one_line_of_the_agreed_form_for_each_model) {
    TEST_CTX(c);
    AUTO_BUF out;
    buf_init(&out, MIB);
    eval_options o = { .task = STR("basket"), .data = tiny_shop(c), .model = STR("all"), .seed = 1 };
    assert_ok(c, eval_command(c, &o, &out, NULL, NULL));
    str rest = buf_view(&out);
    for (str names = str_of(task_basket.models); names.n;) {
        str expected = str_cut(&names, ' '), said;
        check_line(c, str_cut(&rest, '\n'), "basket", &said);
        assert_true(str_eq(expected, said));
    }
    assert_int_equal(0, rest.n);
}

TEST(eval, measures_with_the_settings_given) {
    TEST_CTX(c);
    AUTO_BUF out;
    buf_init(&out, MIB);
    str sets[] = { STR("k=7"), STR("half_life_days=30.5") };
    eval_options o = { .task = STR("basket"), .data = tiny_shop(c), .model = STR("rules"), .sets = sets, .n_sets = 2, .seed = 1, .top = 3 };
    /* the data end long before the usual split, so thirty days before the last one the test begins */
    assert_ok(c, eval_command(c, &o, &out, NULL, NULL));
    const json_value *v;
    int64_t k = 0;
    double days = 0, hr = 0;
    assert_ok(c, json_parse(c, str_trim(buf_view(&out)), JSON_READ_STRICT, &v));
    assert_true(jr_i64(jr_get(jr_get(v, "params"), "k"), &k) && k == 7);
    assert_true(jr_double(jr_get(jr_get(v, "params"), "half_life_days"), &days) && fabs(days - 30.5) < 1e-9);
    assert_true(jr_double(jr_get(jr_get(v, "metrics"), "p_hr@3"), &hr) && hr > 0.999);
    assert_true(jr_double(jr_get(jr_get(v, "metrics"), "p_mrr@3"), &hr) && hr > 0.999);
}

TEST(eval, picks_the_best_model_inside_the_training_part) {
    TEST_CTX(c);
    AUTO_BUF out;
    buf_init(&out, MIB);
    eval_options o = { .task = STR("basket"), .data = tiny_shop(c), .model = STR("best"), .seed = 1 };
    assert_ok(c, eval_command(c, &o, &out, NULL, NULL));
    const json_value *v;
    assert_ok(c, json_parse(c, str_trim(buf_view(&out)), JSON_READ_STRICT, &v));
    assert_str("best", jr_string(jr_get(v, "model")));
    assert_true(!str_eq(jr_string(jr_get(jr_get(v, "params"), "picked")), STR("popularity")));
    assert_true(jr_string(jr_get(jr_get(v, "params"), "picked")).n > 0);
}
