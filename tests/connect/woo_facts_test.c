/* What shops say of themselves: recorded answers, texts with entities, and what is made of answers that are missing. */
#include "tests/test.h"
#include <stdio.h>
#include "base/file.h"
#include "connect/woo_int.h"

/* NULL: the shop refused. */
static const json_value *answer(ctx *c, const char *text) {
    const json_value *v = NULL;
    if (text) assert_ok(c, json_parse(c, str_of(text), JSON_READ_TOLERANT, &v));
    return v;
}

static str style_of(ctx *c, const json_value *general, const json_value *status) {
    woo_facts f = WOO_FACTS;
    if (general) assert_ok(c, woo_facts_general(c, general, &f));
    if (status) assert_ok(c, woo_facts_status(c, status, &f));
    assert_ok(c, woo_facts_end(c, &f));
    return f.row.price_style;
}

#define GENERAL(code, position, thousand, point, digits)                                                                         \
    "[{\"id\":\"woocommerce_currency\",\"value\":\"" code "\"},{\"id\":\"woocommerce_currency_pos\",\"value\":\"" position "\"}," \
    "{\"id\":\"woocommerce_price_thousand_sep\",\"value\":\"" thousand "\"},"                                                    \
    "{\"id\":\"woocommerce_price_decimal_sep\",\"value\":\"" point "\"},{\"id\":\"woocommerce_price_num_decimals\",\"value\":" digits "}]"
#define STATUS(symbol) "{\"environment\":{\"version\":\"11.0.1\",\"language\":\"ro_RO\"},\"settings\":{\"currency_symbol\":\"" symbol "\"}}"
#define STYLE(before, after, thousand, point, digits)                                                                            \
    "{\"before\":\"" before "\",\"after\":\"" after "\",\"thousand\":\"" thousand "\",\"decimal\":\"" point "\",\"digits\":" digits "}"

TEST(woo_facts, tell_how_prices_are_written) {
    TEST_CTX(c);
    static const struct { const char *general, *status, *style; } cases[] = {
        { GENERAL("RON", "right_space", ".", ",", "\"2\""), STATUS("lei"), STYLE("", "\xC2\xA0lei", ".", ",", "2") },
        { GENERAL("RON", "left", ",", ".", "0"), STATUS("&#82;&#79;&#x4e;"), STYLE("RON", "", ",", ".", "0") },
        { GENERAL("EUR", "left_space", "&nbsp;", ",", "\"2\""), STATUS("&euro;"), STYLE("€\xC2\xA0", "", "\xC2\xA0", ",", "2") },
        { GENERAL("AED", "right", "", "", "\"2\""), STATUS("&#x62f;.&#x625;"), STYLE("", "د.إ", "", ".", "2") },
        { GENERAL("RON", "left", " ", ".", "2"), NULL, STYLE("lei", "", " ", ".", "2") },               /* no symbol: the usual one */
        { GENERAL("RON", "left", ",", ".", "2"), STATUS("&lt;script&gt;alert(1)&lt;/script&gt;"), STYLE("lei", "", ",", ".", "2") },
        { GENERAL("RON", "left", "abcde", ".", "2"), STATUS("lei"), "" },
        { GENERAL("RON", "left", ",", ".", "\"-2\""), STATUS("lei"), "" },
        { GENERAL("RON", "left", ",", ".", "\"two\""), STATUS("lei"), "" },
        { GENERAL("RON", "top", ",", ".", "2"), STATUS("lei"), "" },
        { "[{\"id\":\"woocommerce_currency\",\"value\":\"RON\"}]", STATUS("lei"), "" },                 /* a shop that tells nothing else */
        { NULL, STATUS("lei"), "" }, { NULL, NULL, "" }, { "{}", "[]", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str got = style_of(c, answer(c, cases[i].general), answer(c, cases[i].status));
        if (!str_eq(got, str_of(cases[i].style))) test_fail("case %zu: %.*s", i, STR_ARG(got));
    }
}

TEST(woo_facts, of_a_shop_that_keeps_its_settings_to_itself_come_from_its_status) {
    TEST_CTX(c);
    const json_value *status = answer(c, "{\"environment\":{},\"settings\":{\"currency\":\"EUR\",\"currency_symbol\":\"&euro;\","
                                         "\"currency_position\":\"right\",\"thousand_separator\":\".\","
                                         "\"decimal_separator\":\",\",\"number_of_decimals\":2}}");
    assert_str(STYLE("", "€", ".", ",", "2"), style_of(c, NULL, status));
    assert_str(STYLE("lei", "", ",", ".", "0"), style_of(c, answer(c, GENERAL("RON", "left", ",", ".", "0")), answer(c, STATUS(""))));
}

TEST(woo_facts, of_recorded_shops_are_read) {
    static const char *const versions[] = { "7.9.0", "11.0.1" }, *const files[] = { "settings-general", "system_status-trimmed" };
    for (size_t i = 0; i < COUNT(versions); i++) {
        TEST_CTX(c);
        const json_value *read[2];
        for (size_t k = 0; k < 2; k++) {
            char name[200];
            str text = { 0 };
            snprintf(name, sizeof name, "fixtures/woocommerce/%s/store/%s.json", versions[i], files[k]);
            const char *path = test_shared(name);
            skip_without(path);
            assert_ok(c, file_read(c, path, 16 * MIB, &text));
            assert_ok(c, json_parse(c, text, JSON_READ_TOLERANT, &read[k]));
        }
        assert_str(STYLE("€", "", ",", ".", "2"), style_of(c, read[0], read[1]));
        assert_str(STYLE("€", "", ",", ".", "2"), style_of(c, NULL, read[1]));
        assert_str(STYLE("€", "", ",", ".", "2"), style_of(c, read[0], NULL));
    }
}
