/* Tests of CSV written: what goes out comes back, and no spreadsheet runs it. */
#include "tests/test.h"
#include "base/csv.h"

static str put(ctx *c, str text) {
    buf out;
    buf_init_in(&out, c->arena, 16 * KIB);
    csv_put(&out, text);
    assert_ok(c, buf_err(&out));
    return buf_view(&out);
}

TEST(csv_write, quotes_what_must_be_and_disarms_what_a_spreadsheet_would_run) {
    TEST_CTX(c);
    static const struct { const char *text, *field; } cases[] = {
        { "", "" }, { "lamp", "lamp" }, { "a b", "a b" }, { "Lampă 5,50 lei", "\"Lampă 5,50 lei\"" }, { "5\" pipe", "\"5\"\" pipe\"" },
        { "two\nlines", "\"two\nlines\"" }, { "a;b", "\"a;b\"" }, { "a|b", "\"a|b\"" }, { "a\tb", "\"a\tb\"" }, { "it's", "it's" },
        { "=1+1", "\"'=1+1\"" }, { "+40 721", "\"'+40 721\"" }, { "-5", "\"'-5\"" }, { "@SUM(A1)", "\"'@SUM(A1)\"" },
        { "\t=1", "\"'\t=1\"" }, { "\r=1", "\"'\r=1\"" }, { "\n=1", "\"'\n=1\"" }, { "  =1", "\"'  =1\"" }, { "   ", "   " },
        { "=HYPERLINK(\"http://evil.example\",\"x\")", "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\"" },
        { "\xef\xbc\x9d" "1+1", "\"'\xef\xbc\x9d" "1+1\"" }, { "\xef\xbc\xa0" "a", "\"'\xef\xbc\xa0" "a\"" },
        { "a=1", "a=1" }, { "2-3", "2-3" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(cases[i].field, put(c, str_of(cases[i].text)));
}

/* Any text of this alphabet is one field of one record again, whichever separator the reader takes; an apostrophe may stand before it. */
TEST(csv_write, what_is_written_is_read_back_with_any_separator) {
    TEST_CTX(c);
    static const char letters[] = "a\",;\t|\n'=-", separators[] = ",;\t|";
    rng r;
    rng_seed(&r, 7);
    for (int i = 0; i < 4000; i++) {
        arena_mark m = arena_save(c->arena);
        char text[8];
        size_t n = rng_below(&r, sizeof text);
        for (size_t k = 0; k < n; k++) text[k] = letters[rng_below(&r, sizeof letters - 1)];
        buf file;
        buf_init_in(&file, c->arena, KIB);
        buf_str(&file, STR("x"));
        buf_char(&file, separators[i % 4]);
        csv_put(&file, (str){ text, n });
        buf_char(&file, '\n');
        AUTO_CSV *reader = NULL;
        assert_ok(c, csv_open_memory(c, buf_view(&file), &(csv_options){ .separator = separators[i % 4] }, &reader));
        csv_record got = { 0 };
        bool more;
        assert_ok(c, csv_next(c, reader, &got, &more));
        assert_true(more && !got.problem && got.n == 2);
        str back = got.fields[1];
        if (back.n == n + 1) back = str_sub(back, 1, n);
        assert_true(str_eq(back, (str){ text, n }));
        assert_ok(c, csv_next(c, reader, &got, &more));
        assert_false(more);
        csv_close(reader), reader = NULL;
        arena_restore(c->arena, m);
    }
}
