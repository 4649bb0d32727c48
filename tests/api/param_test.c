/* Parameters are read by table, and refused by table. */
#include "tests/test.h"
#include <string.h>
#include "base/html.h"
#include "api/param.h"

typedef struct {
    str id;
    opt_i64 n;
    opt_f64 price;
    opt_flag full;
    texts cart;
} input;

static const param inner[] = {
    { "price", PARAM_NUMBER, offsetof(input, price), 0, 1000, false, "A price.", "5", NULL, 0 },
};
static const param table[] = {
    { "id", PARAM_TEXT, offsetof(input, id), 1, 8, true, "An id.", "\"a\"", NULL, 0 },
    { "n", PARAM_INT, offsetof(input, n), 1, 50, false, "How many.", NULL, NULL, 0 },
    { "full", PARAM_BOOL, offsetof(input, full), 0, 0, false, "All.", NULL, NULL, 0 },
    { "cart", PARAM_TEXTS, offsetof(input, cart), 0, 3, false, "Ids.", NULL, NULL, 0 },
    { "filter", PARAM_OBJECT, 0, 0, 0, false, "Limits.", NULL, inner, COUNT(inner) },
};

static err_code read_json(ctx *c, const char *text, input *in) {
    const json_value *v = NULL;
    *in = (input){ 0 };
    err_code e = json_parse(c, str_of(text), JSON_READ_STRICT, &v);
    return e ? e : param_read_json(c, v, table, COUNT(table), in);
}

TEST(param, reads_every_kind_from_json) {
    TEST_CTX(c);
    input in;
    assert_ok(c, read_json(c, "{\"id\":101,\"n\":4,\"full\":true,\"cart\":[\"7\",8],\"filter\":{\"price\":2.5}}", &in));
    assert_str("101", in.id);
    assert_int_equal(4, in.n.v);
    assert_true(in.full.known && in.full.v);
    assert_int_equal(2, in.cart.n);
    assert_str("8", in.cart.p[1]);
    assert_true(in.price.known && in.price.v == 2.5);
}

TEST(param, reads_every_kind_from_a_query) {
    TEST_CTX(c);
    input in = { 0 };
    assert_ok(c, param_read_query(c, STR("id=%C8%99a&n=4&full=yes&cart=7,%208,&price=2.5"), table, COUNT(table), &in));
    assert_str("șa", in.id);
    assert_int_equal(4, in.n.v);
    assert_true(in.full.v);
    assert_int_equal(2, in.cart.n);
    assert_str("8", in.cart.p[1]);
    assert_true(in.price.v == 2.5);
}

TEST(param, names_the_field_that_is_wrong) {
    static const struct { const char *json, *field; } cases[] = {
        { "{}", "id" }, { "{\"id\":\"\"}", "id" }, { "{\"id\":\"123456789\"}", "id" }, { "{\"id\":[]}", "id" }, { "{\"id\":1.5}", "id" },
        { "{\"id\":\"a\",\"n\":0}", "n" }, { "{\"id\":\"a\",\"n\":51}", "n" }, { "{\"id\":\"a\",\"n\":\"4\"}", "n" },
            { "{\"id\":\"a\",\"n\":1.5}", "n" },
        { "{\"id\":\"a\",\"full\":1}", "full" }, { "{\"id\":\"a\",\"cart\":\"7\"}", "cart" },
            { "{\"id\":\"a\",\"cart\":[1,2,3,4]}", "cart" },
        { "{\"id\":\"a\",\"cart\":[null]}", "cart" }, { "{\"id\":\"a\",\"filter\":3}", "filter" },
        { "{\"id\":\"a\",\"filter\":{\"price\":-1}}", "price" }, { "{\"id\":\"a\",\"filter\":{\"colour\":1}}", "colour" },
        { "{\"id\":\"a\",\"nn\":1}", "nn" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        input in;
        assert_err(ERR_INVALID, read_json(c, cases[i].json, &in));
        assert_string_equal(cases[i].field, c->error.field);
    }
}

TEST(param, refuses_a_query_it_does_not_understand) {
    static const char *const bad[] = { "", "id=", "id=a&n=x", "id=a&zz=1", "id=%zz", "id=a&full=maybe", "id=%ff", "id=a&cart=1,2,3,4" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        TEST_CTX(c);
        input in = { 0 };
        assert_err(ERR_INVALID, param_read_query(c, str_of(bad[i]), table, COUNT(table), &in));
    }
}

TEST(html, escapes_what_strangers_wrote) {
    AUTO_BUF b;
    buf_init(&b, 1000);
    html_text(&b, STR("<b onclick='x'>\"Șase\" & șapte</b>"));
    assert_str("&lt;b onclick=&#39;x&#39;&gt;&quot;Șase&quot; &amp; șapte&lt;/b&gt;", buf_view(&b));
}

TEST(html, lets_only_plain_addresses_through) {
    static const struct { const char *url, *html; } cases[] = {
        { "https://a.example/x?y=1&z=2", "https://a.example/x?y=1&amp;z=2" }, { "/demo/1.svg", "/demo/1.svg" },
        { "javascript:alert(1)", "#" }, { "//evil.example", "#" }, { "data:text/html,x", "#" }, { "", "#" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO_BUF b;
        buf_init(&b, 1000);
        html_url(&b, str_of(cases[i].url));
        assert_str(cases[i].html, buf_view(&b));
    }
}

TEST(html, groups_thousands) {
    static const struct { int64_t n; const char *text; } cases[] = {
        { 0, "0" }, { 999, "999" }, { 1000, "1\u202F000" }, { 1234567, "1\u202F234\u202F567" }, { -1, "–" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO_BUF b;
        buf_init(&b, 100);
        html_count(&b, cases[i].n);
        assert_str(cases[i].text, buf_view(&b));
    }
}
