/* Money as people write it. */
#include "tests/test.h"
#include "schema/currency.h"
#include <string.h>

TEST(currency, table_is_sorted_and_sound) {
    for (size_t i = 0; i < n_currencies; i++) {
        const currency *k = &all_currencies[i];
        assert_int_equal(3, strlen(k->code));
        assert_true(k->digits >= 0 && k->digits <= 4 && k->step >= 1);
        assert_true(str_is_utf8(str_of(k->symbol)) && *k->symbol);
        assert_ptr_equal(k, currency_find(str_of(k->code)));
        if (i) assert_true(strcmp(all_currencies[i - 1].code, k->code) < 0);
    }
}

TEST(currency, knows_digits) {
    static const struct { const char *code; int digits; } cases[] = {
        { "RON", 2 }, { "ron", 2 }, { "EUR", 2 }, { "JPY", 0 }, { "ISK", 0 }, { "KWD", 3 }, { "CLF", 4 },
        { "XXX", 2 }, { "", 2 }, { "EURO", 2 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_int_equal(cases[i].digits, currency_digits(str_of(cases[i].code)));
    assert_null(currency_find(STR("XXX")));
}

TEST(currency, writes_amounts_by_language) {
    static const struct { int64_t minor; const char *code, *locale, *text; } cases[] = {
        { 123456, "RON", "ro", "1.234,56 lei" }, { 123456, "RON", "en", "RON 1,234.56" }, { 123456, "EUR", "ro_RO", "1.234,56 €" },
        { 123456, "EUR", "en-GB", "€1,234.56" }, { 5, "USD", "en", "$0.05" }, { 0, "RON", "ro", "0,00 lei" },
        { -5, "RON", "ro", "-0,05 lei" },
        { 1234567, "JPY", "en", "¥1,234,567" }, { 1234, "KWD", "en", "KWD 1.234" }, { 99900, "HUF", "ro", "999,00 Ft" },
        { 100, "ZZZ", "ro", "1,00 ZZZ" }, { 100, "", "en", "1.00" },
        { 123456, "RON", "fr_FR", "RON 1,234.56" }, { 123456, "RON", "", "RON 1,234.56" },
        { 100000000, "RON", "ro", "1.000.000,00 lei" }, { INT64_MIN, "RON", "ro", "-92.233.720.368.547.758,08 lei" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO_BUF b;
        buf_init(&b, 200);
        money_text(&b, cases[i].minor, str_of(cases[i].code), str_of(cases[i].locale));
        assert_str(cases[i].text, buf_view(&b));
    }
}

TEST(currency, takes_discounts_in_steps_of_the_money) {
    static const struct { int64_t minor; int percent; const char *code; int64_t price; } cases[] = {
        { 10000, 4, "RON", 9600 }, { 9999, 4, "RON", 9599 }, { 1, 4, "RON", 1 }, { 0, 4, "RON", 0 }, { 10000, 0, "RON", 10000 },
        { 1001, 4, "JPY", 961 }, { 9999, 5, "CHF", 9500 }, { 123450, 5, "HUF", 117300 }, { 100, 5, "HUF", 95 }, { 10000, 90, "EUR", 1000 },
        { 9000000000000000000, 50, "RON", 4500000000000000000 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got = money_discounted(cases[i].minor, cases[i].percent, str_of(cases[i].code));
        if (got != cases[i].price) test_fail("case %zu: %lld", i, (long long)got);
    }
}

TEST(currency, reads_locales) {
    assert_string_equal("ro", locale_language(STR("ro_RO")));
    assert_string_equal("ro", locale_language(STR("RO-ro")));
    assert_string_equal("en", locale_language(STR("rom")));
    assert_string_equal("en", locale_language(STR("")));
    assert_true(locale_is_known(STR("en_US")));
    assert_false(locale_is_known(STR("de")));
}
