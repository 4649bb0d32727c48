/* Prices as the shop writes them. */
#include "tests/test.h"
#include <string.h>
#include "schema/currency.h"
#include "schema/price_style.h"

static price_words lei(const char *position, const char *thousand, const char *point, int64_t digits) {
    return (price_words){ STR("RON"), STR("lei"), str_of(position), str_of(thousand), str_of(point), digits };
}

TEST(price_style, writes_amounts_by_position_separators_and_digits) {
    static const struct { const char *position, *thousand, *point; int64_t digits, minor; const char *text; } cases[] = {
        { "left", ",", ".", 2, 3490, "lei34.90" },
        { "right_space", ".", ",", 2, 123456789, "1.234.567,89\xC2\xA0lei" },
        { "left_space", "\xC2\xA0", ",", 2, 100000, "lei\xC2\xA0" "1\xC2\xA0" "000,00" },
        { "right", "", ",", 2, 100000, "1000,00lei" },
        { "left", ",", ".", 0, 3490, "lei35" },                 /* rounded as PHP's number_format() does: halves away from nought */
        { "left", ",", ".", 0, 3450, "lei35" }, { "left", ",", ".", 0, 3449, "lei34" }, { "left", ",", ".", 0, 99950, "lei1,000" },
        { "left", ",", ".", 1, 3495, "lei35.0" }, { "left", ",", ".", 3, 3490, "lei34.900" },
        { "left", ",", "", 2, 5, "lei0.05" },                   /* no point is a dot, as there */
        { "right_space", ".", ",", 2, -1990, "-19,90\xC2\xA0lei" }, { "left", ",", ".", 2, 0, "lei0.00" },
        { "right", "'", ".", 8, INT64_MIN, "-92'233'720'368'547'758.08000000lei" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO_BUF b;
        price_style s = { 0 };
        price_words w = lei(cases[i].position, cases[i].thousand, cases[i].point, cases[i].digits);
        buf_init(&b, 200);
        assert_true(price_style_make(&w, &s));
        price_text(&b, cases[i].minor, STR("RON"), STR("en"), &s);
        assert_str(cases[i].text, buf_view(&b));
    }
}

TEST(price_style, goes_by_the_digits_of_the_currency) {
    static const struct { const char *code; int64_t minor; const char *text; } cases[] = {
        { "JPY", 1234, "1,234.00" }, { "KWD", 1235, "1.24" }, { "KWD", 1234, "1.23" }, { "EUR", 1234, "12.34" },
    };
    price_style s = { .known = true, .thousand = ",", .point = ".", .digits = 2 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO_BUF b;
        buf_init(&b, 200);
        price_text(&b, cases[i].minor, str_of(cases[i].code), STR(""), &s);
        assert_str(cases[i].text, buf_view(&b));
    }
}

TEST(price_style, not_known_is_written_by_language) {
    price_style unknown = { 0 };
    const price_style *styles[] = { &unknown, NULL };
    for (size_t i = 0; i < COUNT(styles); i++) {
        AUTO_BUF b;
        buf_init(&b, 200);
        price_text(&b, 123456, STR("RON"), STR("ro"), styles[i]);
        assert_str("1.234,56 lei", buf_view(&b));
    }
}

TEST(price_style, words_that_write_no_price_are_refused) {
    static const struct { const char *position, *thousand, *point; int64_t digits; } cases[] = {
        { "", ",", ".", 2 }, { "middle", ",", ".", 2 }, { "leftright", ",", ".", 2 }, { "_space", ",", ".", 2 },
        { "left_space_space", ",", ".", 2 }, { "left", "abcde", ".", 2 }, { "left", ",", "abcde", 2 }, { "left", "<b>", ".", 2 },
        { "left", ",", "&lt;", 2 }, { "left", "1", ".", 2 },
        { "left", ",,,", ".", 2 }, { "left", "\n", ".", 2 }, { "left", "\xFF", ".", 2 }, { "left", ",", ".", -1 }, { "left", ",", ".", 9 },
        { "left", ",", ".", INT64_MIN },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        price_style s = { .digits = 77 };
        price_words w = lei(cases[i].position, cases[i].thousand, cases[i].point, cases[i].digits);
        if (price_style_make(&w, &s) || s.digits != 77) test_fail("case %zu was taken", i);
    }
}

TEST(price_style, a_symbol_that_cannot_be_text_gives_way_to_the_usual_one) {
    static const struct { const char *code, *symbol, *before; } cases[] = {
        { "RON", "RON", "RON" }, { "RON", "", "lei" }, { "RON", "<script>alert(1)</script>", "lei" },
        { "SAR", "<i class=riyal></i>", "ر.س" }, { "RON", "seventeen letters", "lei" }, { "RON", "x\x01", "lei" },
        { "RON", "\xC3", "lei" }, { "RON", "4u", "lei" }, { "ZZZ", "", "ZZZ" }, { "EUR", "sixteen letters!", "sixteen letters!" },
        { "AED", "د.إ", "د.إ" }, { "RON", "R&D \"x\"", "R&D \"x\"" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        price_style s = { 0 };
        price_words w = { str_of(cases[i].code), str_of(cases[i].symbol), STR("left"), STR(","), STR("."), 2 };
        assert_true(price_style_make(&w, &s));
        assert_string_equal(cases[i].before, s.before);
    }
}

TEST(price_style, is_read_back_as_it_was_kept) {
    TEST_CTX(c);
    price_words w = lei("right_space", "\xC2\xA0", ",", 2);
    price_style made = { 0 }, got = { 0 };
    buf b;
    json_out out;
    buf_init_in(&b, c->arena, 1000);
    jw_init(&out, &b);
    assert_true(price_style_make(&w, &made));
    price_style_write(&out, &made);
    assert_str("{\"before\":\"\",\"after\":\"\xC2\xA0lei\",\"thousand\":\"\xC2\xA0\",\"decimal\":\",\",\"digits\":2}", buf_view(&b));
    price_style_read(c, buf_view(&b), &got);
    assert_true(got.known && got.digits == 2);
    assert_string_equal(made.after, got.after);
    assert_string_equal(made.thousand, got.thousand);
    assert_string_equal(made.point, got.point);
    assert_string_equal("", got.before);
}

TEST(price_style, kept_words_of_another_shape_are_not_known) {
    TEST_CTX(c);
    static const char *const texts[] = {
        "", "null", "7", "{}", "{\"before\":\"\",\"after\":\"x\",\"thousand\":\",\",\"decimal\":\".\"}", "{\"before\":",
        "{\"before\":\"<b>\",\"after\":\"\",\"thousand\":\",\",\"decimal\":\".\",\"digits\":2}",
        "{\"before\":\"\",\"after\":\"\",\"thousand\":\"abcde\",\"decimal\":\".\",\"digits\":2}",
        "{\"before\":\"\",\"after\":\"\",\"thousand\":\",\",\"decimal\":\"\",\"digits\":2}",
        "{\"before\":\"\",\"after\":\"\",\"thousand\":\",\",\"decimal\":\".\",\"digits\":-1}",
        "{\"before\":\"0123456789012345678901234567890123456789\",\"after\":\"\",\"thousand\":\",\",\"decimal\":\".\",\"digits\":2}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        price_style s = { .known = true };
        price_style_read(c, str_of(texts[i]), &s);
        if (s.known) test_fail("case %zu was taken", i);
    }
}
