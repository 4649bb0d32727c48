/* Tests of the file readers: lines and CSV records. */
#include "tests/test.h"
#include "base/csv.h"
#include "base/file.h"
#include <stdio.h>
#include <string.h>

static const char *write_file(ctx *c, const char *name, str bytes) {
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/%s", test_folder(), name);
    assert_ok(c, file_write_atomic(c, path.p, bytes, 0600));
    return path.p;
}

/* Every record as "line:field|field" or "line!problem", one a row. */
static str csv_shown(ctx *c, str bytes, const csv_options *o) {
    AUTO_CSV *r = NULL;
    assert_ok(c, csv_open_memory(c, bytes, o, &r));
    buf out;
    buf_init_in(&out, c->arena, 16 * MIB);
    csv_record record = { 0 };
    for (bool more = true;;) {
        assert_ok(c, csv_next(c, r, &record, &more));
        if (!more) break;
        buf_printf(&out, "%lld", (long long)record.line);
        if (record.problem) buf_printf(&out, "!%s", record.problem);
        for (size_t i = 0; i < record.n; i++) {
            buf_char(&out, i ? '|' : ':');
            buf_str(&out, record.fields[i]);
        }
        buf_char(&out, '\n');
    }
    assert_ok(c, buf_err(&out));
    return buf_view(&out);
}

TEST(csv, reads_what_rfc_4180_allows) {
    static const struct { const char *in, *out; } cases[] = {
        { "", "" },
        { "a,b\n1,2", "1:a|b\n2:1|2\n" },
        { "a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n" },
        { "a,b\n\n,\n", "1:a|b\n2:\n3:|\n" },
        { "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "1:a|b\n2:x, y|say \"hi\"\n" },
        { "a,b\n\"two\nlines\",2\n3,4\n", "1:a|b\n2:two\nlines|2\n4:3|4\n" },
        { "a,b\n\"\n\n\",\"\n\"\nc,d\n", "1:a|b\n2:\n\n|\n\n6:c|d\n" },
        { "a,b\n\"\",\"\"\"\"\n", "1:a|b\n2:|\"\n" },
        { "a;b,c;d\n1;2;3\n", "1:a|b,c|d\n2:1|2|3\n" },
        { "a\tb\n1\t2\n", "1:a|b\n2:1|2\n" },
        { "\"x,y,z\";b\n", "1:x,y,z|b\n" },
        { "\xEF\xBB\xBF" "a,b\n", "1:a|b\n" },
        { "a,b\n5\" pipe,2\n", "1:a|b\n2:5\" pipe|2\n" },
    };
    TEST_CTX(c);
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(cases[i].out, csv_shown(c, str_of(cases[i].in), NULL));
}

TEST(csv, loses_one_line_to_a_stray_quote_not_the_file) {
    static const struct { const char *in, *out; } cases[] = {
        { "a,b\n\"x,1\ny,2\nz,3\n", "1:a|b\n2!a quoted field is never closed\n3:y|2\n4:z|3\n" },
        { "a,b\n\"x\"y,1\nz,3\n", "1:a|b\n2!text stands behind a closing quote\n3:z|3\n" },
        { "a,b\n\"x,1\ny,2\n\"z\",3\nw,4\n", "1:a|b\n2!text stands behind a closing quote\n3:y|2\n4:z|3\n5:w|4\n" },
        { "a,b\n\"x,1\n\"y,2\n\"z\n", "1:a|b\n2!text stands behind a closing quote\n3!text stands behind a closing quote\n"
                                    "4!a quoted field is never closed\n" },
    };
    TEST_CTX(c);
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(cases[i].out, csv_shown(c, str_of(cases[i].in), NULL));
}

TEST(csv, gives_up_a_quoted_field_after_a_thousand_lines) {
    TEST_CTX(c);
    buf in;
    buf_init_in(&in, c->arena, MIB);
    buf_text(&in, "a\n\"open\n");
    for (int i = 0; i < 3 * LIMIT_IMPORT_RECORD_LINES; i++) buf_printf(&in, "%d\n", i);
    AUTO_CSV *r = NULL;
    assert_ok(c, csv_open_memory(c, buf_view(&in), NULL, &r));
    csv_record record = { 0 };
    int good = 0, bad = 0;
    for (bool more = true;;) {
        assert_ok(c, csv_next(c, r, &record, &more));
        if (!more) break;
        record.problem ? bad++ : good++;
        if (!record.problem && record.line > 2) {           /* every line behind keeps its number */
            char text[16];
            snprintf(text, sizeof text, "%d", (int)record.line - 3);
            assert_str(text, record.fields[0]);
        }
    }
    assert_int_equal(1, bad);
    assert_int_equal(3 * LIMIT_IMPORT_RECORD_LINES + 1, good);
}

TEST(csv, finds_the_encoding_or_takes_the_one_told) {
    static const struct { csv_encoding told; const char *in, *out; } cases[] = {
        { CSV_ENCODING_AUTO, "a\ncaf\xE9 \x80\x93\n\xC3\xA9\n", "1:a\n2:caf\xC3\xA9 \xE2\x82\xAC\xE2\x80\x9C\n3:\xC3\x83\xC2\xA9\n" },
        { CSV_ENCODING_AUTO, "a\n\xC8\x99\n\xE9\nb\n", "1:a\n2:\xC8\x99\n3!the line is not valid UTF-8\n4:b\n" },
        { CSV_UTF8, "a\n\xE9\nb\n", "1:a\n2!the line is not valid UTF-8\n3:b\n" },
        { CSV_WINDOWS_1252, "\xC3\x81\n", "1:\xC3\x83\xEF\xBF\xBD\n" },
        { CSV_ENCODING_AUTO, "\xEF\xBB\xBF" "a\n\xE9\n", "1:a\n2!the line is not valid UTF-8\n" },
    };
    TEST_CTX(c);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(cases[i].out, csv_shown(c, str_of(cases[i].in), &(csv_options){ .encoding = cases[i].told }));
}

TEST(csv, refuses_utf_16_in_words) {
    TEST_CTX(c);
    AUTO_CSV *r = NULL;
    assert_ok(c, csv_open_memory(c, STR("\xFF\xFE" "a\0,\0"), NULL, &r));
    csv_record record;
    bool more;
    assert_err(ERR_INVALID, csv_next(c, r, &record, &more));
    assert_non_null(strstr(c->error.text, "UTF-16"));
}

TEST(csv, reports_nul_bytes_long_lines_and_too_many_fields) {
    TEST_CTX(c);
    assert_str("1:a\n2!the line holds NUL bytes\n3:b\n", csv_shown(c, STR("a\nx\0y\nb\n"), NULL));
    assert_str("1:a\n2!the line is longer than the limit\n3:b\n",
               csv_shown(c, STR("a\n12345678901\nb\n"), &(csv_options){ .max_record = 10 }));
    assert_str("1:a\n2:1234567890\n", csv_shown(c, STR("a\n1234567890\r\n"), &(csv_options){ .max_record = 10 }));
    assert_str("1:a\n2!a quoted field is never closed\n3!the line is longer than the limit\n4:b\n",
               csv_shown(c, STR("a\n\"1\n12345678901\nb\n"), &(csv_options){ .max_record = 10 }));
    buf many;
    buf_init_in(&many, c->arena, MIB);
    buf_text(&many, "a\n");
    for (int i = 0; i < LIMIT_IMPORT_FIELDS; i++) buf_char(&many, ',');
    assert_str("1:a\n2!the line has more fields than the limit\n", csv_shown(c, buf_view(&many), &(csv_options){ .separator = ',' }));
    many.n--;
    str shown = csv_shown(c, buf_view(&many), &(csv_options){ .separator = ',' });
    assert_int_equal(SIZE_MAX, str_find(shown, STR("!")));
}

/* Whatever the bytes, reading ends, lines only go up and fields are clean text. */
TEST(csv, survives_random_bytes) {
    TEST_CTX(c);
    static const char letters[] = "\"\"\"\n\n\r,,;a\xE9\xC3\xA9\t\0";
    for (int round = 0; round < 400; round++) {
        arena_mark mark = arena_save(c->arena);
        size_t n = rng_below(&c->random, 600);
        char *bytes = arena_alloc(c->arena, n + 1);
        for (size_t i = 0; i < n; i++) bytes[i] = letters[rng_below(&c->random, sizeof letters)];
        AUTO_CSV *r = NULL;
        assert_ok(c, csv_open_memory(c, (str){ bytes, n }, &(csv_options){ .max_record = 64 }, &r));
        csv_record record = { 0 };
        int64_t last = 0;
        for (bool more = true;;) {
            if (csv_next(c, r, &record, &more) || !more) break;
            assert_true(record.line > last);
            last = record.line;
            for (size_t i = 0; i < record.n; i++) assert_true(str_is_utf8(record.fields[i]));
        }
        arena_restore(c->arena, mark);
    }
}

TEST(lines, end_in_lf_crlf_or_nothing) {
    TEST_CTX(c);
    AUTO_LINES *l = NULL;
    assert_ok(c, lines_open_memory(c, STR("a\r\n\nb\rc\n\r\nlast\r"), 100, &l));
    static const char *const expected[] = { "a", "", "b\rc", "", "last" };
    line got = { 0 };
    bool more = true;
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_ok(c, lines_next(c, l, &got, &more));
        assert_true(more);
        assert_str(expected[i], got.text);
        assert_int_equal((int64_t)i + 1, got.number);
    }
    assert_ok(c, lines_next(c, l, &got, &more));
    assert_false(more);
    assert_int_equal(lines_bytes_total(l), lines_bytes_read(l));
}

TEST(lines, over_the_limit_are_skipped_and_said) {
    TEST_CTX(c);
    enum { LONG = 700000 };
    char *bytes = arena_alloc(c->arena, LONG + 20);
    memset(bytes, 'x', LONG);
    memcpy(bytes + LONG, "\nnext\nthird", 11);
    AUTO_LINES *l = NULL;
    assert_ok(c, lines_open_memory(c, (str){ bytes, LONG + 11 }, 100000, &l));
    line got = { 0 };
    bool more = true;
    assert_ok(c, lines_next(c, l, &got, &more));
    assert_true(got.too_long);
    assert_true(got.text.n > 0 && got.text.n <= 100000);
    assert_ok(c, lines_next(c, l, &got, &more));
    assert_false(got.too_long);
    assert_str("next", got.text);
    assert_int_equal(2, got.number);
    assert_ok(c, lines_next(c, l, &got, &more));
    assert_str("third", got.text);
    assert_ok(c, lines_next(c, l, &got, &more));
    assert_false(more);
}

/* gzip -9 of "one\ntwo\n", no name, no time */
static const char gzipped[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
                              "\xcb\xcf\x4b\xe5\x2a\x29\xcf\xe7\x02\x00\xe6\x0b\xba\x12\x08\x00\x00\x00";

TEST(lines, come_out_of_gzip_or_plain_files) {
    TEST_CTX(c);
    const str forms[] = { STR("one\ntwo\n"), { gzipped, sizeof gzipped - 1 } };
    for (size_t k = 0; k < COUNT(forms); k++) {
        AUTO_LINES *l = NULL;
        assert_ok(c, lines_open(c, write_file(c, "f", forms[k]), 100, &l));
        line got = { 0 };
        bool more = true;
        assert_ok(c, lines_next(c, l, &got, &more));
        assert_str("one", got.text);
        assert_ok(c, lines_next(c, l, &got, &more));
        assert_str("two", got.text);
        assert_ok(c, lines_next(c, l, &got, &more));
        assert_false(more);
        assert_int_equal(forms[k].n, lines_bytes_total(l));
    }
}

TEST(lines, of_damaged_gzip_are_an_error_not_a_short_file) {
    TEST_CTX(c);
    for (size_t cut = 3; cut < sizeof gzipped - 1; cut++) {
        AUTO_LINES *l = NULL;
        assert_ok(c, lines_open(c, write_file(c, "cut.gz", (str){ gzipped, cut }), 100, &l));
        line got = { 0 };
        bool more = true;
        err_code e = ERR_OK;
        for (int i = 0; i < 5 && !e && more; i++) e = lines_next(c, l, &got, &more);
        assert_err(ERR_INVALID, e);
    }
    char flipped[sizeof gzipped];
    memcpy(flipped, gzipped, sizeof gzipped);
    flipped[12] ^= 0x55;
    AUTO_LINES *l = NULL;
    assert_ok(c, lines_open(c, write_file(c, "bad.gz", (str){ flipped, sizeof gzipped - 1 }), 100, &l));
    line got = { 0 };
    bool more = true;
    err_code e = ERR_OK;
    for (int i = 0; i < 5 && !e && more; i++) e = lines_next(c, l, &got, &more);
    assert_err(ERR_INVALID, e);
}

TEST(lines, say_what_is_wrong_with_a_path) {
    TEST_CTX(c);
    lines *l = NULL;
    assert_err(ERR_NOT_FOUND, lines_open(c, "/nowhere/at/all", 100, &l));
    assert_err(ERR_INVALID, lines_open(c, "/tmp", 100, &l));
    assert_null(l);
}

TEST(csv, reads_the_whole_of_online_retail) {
    const char *path = test_shared("data/online_retail/online_retail.csv.gz");
    skip_without(path);
    TEST_CTX(c);
    AUTO_CSV *r = NULL;
    assert_ok(c, csv_open(c, path, NULL, &r));
    csv_record record = { 0 };
    int64_t n = 0;
    for (bool more = true;; n++) {
        assert_ok(c, csv_next(c, r, &record, &more));
        if (!more) break;
        assert_null(record.problem);
        assert_int_equal(8, record.n);
    }
    assert_int_equal(541910, n);                            /* header included */
    assert_true(csv_bytes_read(r) > csv_bytes_total(r) - 16);
}
