/* Tests of the offline evaluation: protocol by hand on tiny data, published figures on the real data set. */
#include "tests/test.h"
#include "eval/basket.h"
#include "eval/eval.h"
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
    static const uint32_t expected[] = { 0, 1, 0, 2 };
    assert_memory_equal(expected, d.test.items, sizeof expected);
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
        eval_options o = { str_of(cases[i].task), "/nonexistent", str_of(cases[i].model), &set, set.n ? 1 : 0, 1 };
        assert_true(eval_command(c, &o, &out) != ERR_OK);
        assert_string_equal(cases[i].field, c->error.field);
        assert_int_equal(0, out.n);
    }
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
    basket_params p = { rules_default_params() };
    basket_figures popular, rules;
    assert_ok(c, basket_measure(c, basket_model_named(STR("popularity")), &p, &d, &popular));
    assert_ok(c, basket_measure(c, basket_model_named(STR("rules")), &p, &d, &rules));
    assert_true(fabs(popular.p_hr - 0.381) < 0.0006 && fabs(popular.p_mrr - 0.171) < 0.0006);
    assert_true(fabs(popular.c_hr - 0.038) < 0.0006 && fabs(popular.c_mrr - 0.014) < 0.0006);
    assert_true(rules.p_hr >= 0.673 && rules.p_mrr >= 0.430);
}
