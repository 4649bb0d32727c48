/* Reports as text: digits of currencies, what is not known, names that would break out; and questions by name. */
#include "reports/sheet.h"
#include <math.h>
#include <stdio.h>
#include "base/csv.h"
#include "reports/reports.h"
#include "tests/reports/made_log.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static report_period one_day(ctx *c) {
    report_period p;
    assert_ok(c, report_period_read(c, STR("UTC"), STR("2026-03-29"), STR("2026-03-29"), &p));
    return p;
}

static str written(ctx *c, const report_sheet *s, const sheet_head *h, bool as_csv) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 64 * KIB);
    jw_init(&w, &b);
    if (as_csv) sheet_csv(&b, s, h);
    else sheet_json(&w, s, h);
    assert_ok(c, buf_err(&b));
    return buf_view(&b);
}

static void fill(report_sheet *s, str name) {
    report_cell *row = sheet_row(s);
    row[0] = cell_text(name);
    row[1] = cell_count(-3);
    row[2] = cell_money(-123456);
    row[3] = cell_amount(123.456);
    row[4] = cell_part(1, 3);
}

TEST(sheet, writes_money_with_the_digits_of_its_currency_and_null_for_what_is_not_known) {
    TEST_CTX(c);
    static const struct { int digits; const char *row; } cases[] = {
        { 2, "{\"a\":\"x\",\"b\":-3,\"c\":-1234.56,\"d\":1.234560,\"e\":0.333333}" },
        { 0, "{\"a\":\"x\",\"b\":-3,\"c\":-123456,\"d\":123.4560,\"e\":0.333333}" },
        { 3, "{\"a\":\"x\",\"b\":-3,\"c\":-123.456,\"d\":0.1234560,\"e\":0.333333}" },
    };
    const report_period p = one_day(c);
    for (size_t i = 0; i < COUNT(cases); i++) {
        report_sheet s = { .home = c->arena };
        const char *const by[] = { "product", NULL };
        const sheet_head h = { "performance", STR("shop"), STR("RON"), STR("UTC"), by, &p, cases[i].digits };
        for (const char *const *name = (const char *const[]){ "a", "b", "c", "d", "e", NULL }; *name; name++) sheet_column(&s, *name);
        fill(&s, STR("x"));
        assert_true(str_find(written(c, &s, &h, false), str_of(cases[i].row)) != SIZE_MAX);
    }
    assert_int_equal(CELL_UNKNOWN, cell_amount(INFINITY).kind);
    assert_int_equal(CELL_UNKNOWN, cell_share(NAN).kind);
    assert_int_equal(CELL_UNKNOWN, cell_part(3, 2).kind);
    assert_int_equal(CELL_UNKNOWN, cell_part(0, 0).kind);
    assert_int_equal(CELL_UNKNOWN, cell_each(5, 0).kind);
}

TEST(sheet, is_whole_as_json_and_read_back_as_csv_whatever_the_names) {
    TEST_CTX(c);
    static const char *const names[] = { "plain", "=1+1", "a,b", "say \"hi\"", "two\nlines", "țesut; \xe2\x82\xac", "" };
    const report_period p = one_day(c);
    report_sheet s = { .home = c->arena };
    const char *const by[] = { "product", NULL };
    const sheet_head h = { "performance", STR("shop"), STR("RON"), STR("UTC"), by, &p, 2 };
    for (const char *const *name = (const char *const[]){ "name", "b", "c", "d", "e", "f", NULL }; *name; name++) sheet_column(&s, *name);
    for (size_t i = 0; i < COUNT(names); i++) fill(&s, str_of(names[i]));
    const json_value *v = NULL;
    assert_ok(c, json_parse(c, written(c, &s, &h, false), JSON_READ_STRICT, &v));
    assert_int_equal(COUNT(names), jr_count(jr_get(v, "rows")));
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_str(names[i], jr_string(jr_get(jr_at(jr_get(v, "rows"), i), "name")));
        assert_true(jr_is_null(jr_get(jr_at(jr_get(v, "rows"), i), "f")));
    }
    assert_true(jr_is_null(jr_get(v, "total")));
    AUTO_CSV *r = NULL;
    csv_record got = { 0 };
    bool more = true;
    assert_ok(c, csv_open_memory(c, written(c, &s, &h, true), NULL, &r));
    assert_ok(c, csv_next(c, r, &got, &more));
    assert_int_equal(6, got.n);
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_ok(c, csv_next(c, r, &got, &more));
        assert_true(more && got.n == 6);
        assert_str(names[i], names[i][0] == '=' ? str_sub(got.fields[0], 1, got.fields[0].n) : got.fields[0]);
        assert_str("-1234.56", got.fields[2]);
        assert_str("", got.fields[5]);
    }
}

TEST(sheet, keeps_every_row_as_it_grows) {
    TEST_CTX(c);
    report_sheet s = { .home = c->arena };
    for (size_t i = 0; i < SHEET_COLUMNS; i++) sheet_column(&s, "x");
    for (int64_t i = 0; i < 1000; i++) {
        report_cell *row = sheet_row(&s);
        for (size_t k = 0; k < SHEET_COLUMNS; k++) row[k] = cell_count(i * 100 + (int64_t)k);
    }
    assert_true(c->arena->used < 4 * 1024 * SHEET_COLUMNS * sizeof(report_cell));      /* rows, doubled as they grow */
    for (int64_t i = 0; i < 1000; i++)
        for (int64_t k = 0; k < SHEET_COLUMNS; k++) assert_int_equal(i * 100 + k, s.cells[i * SHEET_COLUMNS + k].v.n);
}

/* ---- by name ---- */
static const json_value *ask(ctx *c, db *d, report_request q) {
    buf b;
    const json_value *v = NULL;
    buf_init_in(&b, c->arena, 8 * MIB);
    q.from = STR("2026-03-27"), q.to = STR("2026-04-01");
    assert_ok(c, report_write(c, d, 1, &q, &b));
    assert_ok(c, json_parse(c, buf_view(&b), JSON_READ_STRICT, &v));
    return v;
}

static double number(const json_value *row, const char *column) {
    double x = NAN;
    if (!jr_double(jr_get(row, column), &x)) return NAN;
    return x;
}

static db *made_shop(ctx *c) {
    db_options o;
    made_log *log = arena_new(c->arena, made_log, 1);
    db *d = test_database(c, &backends[0], &o);
    make_log(c, d, 6, log);
    return d;
}

TEST(reports, every_one_is_written_by_all_it_can_be_told_by) {
    TEST_CTX(c);
    db *d = made_shop(c);
    for (size_t k = 0; k < n_report_kinds; k++) {
        for (unsigned by = 0; by < 1u << REPORT_DIMENSIONS; by += by < 64 ? (by ? by : 1) : 21) {
            buf words;
            buf_init_in(&words, c->arena, KIB);
            for (int i = 0; i < REPORT_DIMENSIONS; i++)
                if (by & REPORT_BY(i)) buf_printf(&words, "%s%s", words.n ? "," : "", report_dimension_words[i]);
            if (by & ~report_kinds[k].by || (report_kinds[k].one && by & (by - 1))) {
                buf out;
                buf_init_in(&out, c->arena, MIB);
                const report_request wrong = { .name = str_of(report_kinds[k].name), .by = buf_view(&words) };
                assert_err(ERR_INVALID, report_write(c, d, 1, &wrong, &out));
                assert_string_equal("by", c->error.field);
                continue;
            }
            const json_value *v = ask(c, d, (report_request){ .name = str_of(report_kinds[k].name), .by = buf_view(&words) });
            assert_str(report_kinds[k].name, jr_string(jr_get(v, "report")));
            assert_true(jr_is_array(jr_get(v, "rows")) && (by == 0 || jr_count(jr_get(v, "rows")) > 0));
        }
    }
    storage_close(d);
}

TEST(reports, rows_come_in_the_order_asked_for_and_the_rest_is_counted) {
    TEST_CTX(c);
    db *d = made_shop(c);
    static const struct { const char *sort, *column; } cases[] = {
        { "", "revenue" }, { "revenue", "revenue" }, { "clicks", "clicks" }, { "impressions", "impressions" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const report_request all = { .name = STR("performance"), .by = STR("product"), .sort = str_of(cases[i].sort) };
        const json_value *v = ask(c, d, all);
        const json_value *rows = jr_get(v, "rows");
        assert_int_equal(10, jr_count(rows));           /* nine products, and whole answers that were dismissed */
        for (size_t k = 1; k < jr_count(rows); k++)
            assert_true(number(jr_at(rows, k - 1), cases[i].column) >= number(jr_at(rows, k), cases[i].column));
        const json_value *few = ask(c, d, (report_request){ .name = STR("performance"), .by = STR("product"), .limit = 4 });
        assert_int_equal(4, jr_count(jr_get(few, "rows")));
        assert_true(number(few, "left_out") == 6 && number(jr_get(few, "total"), "clicks") == number(jr_get(v, "total"), "clicks"));
    }
    const json_value *days = jr_get(ask(c, d, (report_request){ .name = STR("performance"), .by = STR("day") }), "rows");
    assert_int_equal(MADE_DAYS, jr_count(days));
    for (size_t i = 0; i < MADE_DAYS; i++) {
        char date[REPORT_DATE_BYTES];
        report_date(MADE_FIRST_DAY + (int64_t)i, date);
        assert_str(date, jr_string(jr_get(jr_at(days, i), "day")));
    }
    storage_close(d);
}

TEST(reports, the_worst_are_those_that_were_shown_enough_to_tell) {
    TEST_CTX(c);
    db *d = made_shop(c);
    const json_value *rows = jr_get(ask(c, d, (report_request){ .name = STR("performers"), .limit = 3 }), "rows");
    assert_int_equal(6, jr_count(rows));
    for (size_t i = 0; i < 6; i++) {
        const json_value *row = jr_at(rows, i);
        assert_str(i < 3 ? "best" : "worst", jr_string(jr_get(row, "list")));
        assert_true(number(row, "rank") == (double)(i % 3 + 1));
        if (i == 1 || i == 2) assert_true(number(jr_at(rows, i - 1), "revenue") >= number(row, "revenue"));
        if (i == 4 || i == 5) assert_true(number(jr_at(rows, i - 1), "click_rate_high") <= number(row, "click_rate_high"));
        str id = jr_string(jr_get(row, "product"));
        for (size_t k = 0; k < i; k++) assert_false(str_eq(jr_string(jr_get(jr_at(rows, k), "product")), id));
    }
    storage_close(d);
}

TEST(reports, of_a_shop_without_anything_are_zeros_and_nulls) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    const store s = { .store_id = 1, .name = STR("new"), .currency = STR("JPY"), .time_zone = MADE_ZONE };
    assert_ok(c, storage_put(c, d, &store_entity, &s));
    for (size_t k = 0; k < n_report_kinds; k++) {
        const json_value *v = ask(c, d, (report_request){ .name = str_of(report_kinds[k].name) });
        assert_int_equal(0, jr_count(jr_get(v, "rows")));
    }
    const json_value *v = jr_get(ask(c, d, (report_request){ .name = STR("summary") }), "total");
    assert_true(number(v, "orders") == 0 && number(v, "revenue") == 0 && jr_is_null(jr_get(v, "conversion_rate")));
    assert_str("few_buyers", jr_string(jr_get(v, "caused_state")));
    buf b;
    buf_init_in(&b, c->arena, MIB);
    assert_err(ERR_NOT_FOUND, report_write(c, d, 2, &(report_request){ .name = STR("summary") }, &b));
    assert_err(ERR_NOT_FOUND, report_write(c, d, 1, &(report_request){ .name = STR("sumary") }, &b));
    buf_init_in(&b, c->arena, 64);
    assert_err(ERR_TOO_LARGE, report_write(c, d, 1, &(report_request){ .name = STR("summary") }, &b));
    storage_close(d);
}
