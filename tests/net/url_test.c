/* Tests of the URL reader and writer. */
#include "tests/test.h"
#include <string.h>
#include "net/url.h"

TEST(url, takes_addresses_apart) {
    TEST_CTX(c);
    static const struct { const char *text, *scheme, *host, *path, *query; int port, in_force; } cases[] = {
        { "https://shop.example", "https", "shop.example", "", NULL, 0, 443 },
        { "http://shop.example:8080/a/b?x=1&y=%20", "http", "shop.example", "/a/b", "x=1&y=%20", 8080, 80 },
        { "HTTPS://Shop.Example/?rest_route=/wc/v3", "HTTPS", "Shop.Example", "/", "rest_route=/wc/v3", 0, 443 },
        { "http://[::1]:81/", "http", "[::1]", "/", NULL, 81, 81 },
        { "http://[2001:db8::1]", "http", "[2001:db8::1]", "", NULL, 0, 80 },
        { "https://h?", "https", "h", "", "", 0, 443 },
        { "https://a_b.example/x:y?u=http://z", "https", "a_b.example", "/x:y", "u=http://z", 0, 443 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        url_parts u;
        assert_ok(c, url_parse(c, str_of(cases[i].text), &u));
        assert_str(cases[i].scheme, u.scheme);
        assert_str(cases[i].host, u.host);
        assert_str(cases[i].path, u.path);
        assert_int_equal(cases[i].query == NULL, u.query.p == NULL);
        if (cases[i].query) assert_str(cases[i].query, u.query);
        assert_int_equal(cases[i].port, u.port);
        if (!u.port) assert_int_equal(cases[i].in_force, url_port(&u));
    }
}

TEST(url, refuses_what_two_programs_could_read_differently) {
    TEST_CTX(c);
    static const char *const bad[] = {
        "", "shop.example", "//shop.example", "ftp://shop.example", "javascript:alert(1)", "https://", "https:///path", "https://?x",
        "https://user:pw@shop.example", "https://shop.example@evil.example/", "https://shop.example:0/", "https://shop.example:/",
        "https://shop.example:65536", "https://shop.example:8a", "https://shop example/", "https://shop.example/\r\nHost: x",
        "https://shop.example\\@evil", "https://shop.example/%", "https://shop.example/%2", "https://shop.example/%zz",
        "https://[::1", "https://[::1]x/", "https://[::g]/", "https://magazin-\xC8\x99.example/",
        "https://shop.example/#top", "https://a/\x7f",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        url_parts u = { .port = 7 };
        if (url_parse(c, str_of(bad[i]), &u) != ERR_INVALID) test_fail("accepted '%s'", bad[i]);
        assert_int_equal(7, u.port);
    }
    url_parts u;
    assert_err(ERR_INVALID, url_parse(c, (str){ "https://a/\0b", 12 }, &u));
}

TEST(url, has_a_longest_address) {
    TEST_CTX(c);
    static char text[LIMIT_URL_BYTES + 1];
    memset(text, 'a', sizeof text);
    memcpy(text, "https://h/", 10);
    url_parts u;
    assert_ok(c, url_parse(c, (str){ text, LIMIT_URL_BYTES }, &u));
    assert_err(ERR_INVALID, url_parse(c, (str){ text, LIMIT_URL_BYTES + 1 }, &u));
}

TEST(url, encodes_everything_but_the_unreserved) {
    AUTO_BUF b;
    buf_init(&b, 1000);
    url_encode(&b, (str){ "aZ09-._~ +/%&=\xC8\x99\0", 17 });
    assert_str("aZ09-._~%20%2B%2F%25%26%3D%C8%99%00", buf_view(&b));
}

TEST(url, decodes_and_refuses_broken_escapes) {
    TEST_CTX(c);
    str out = { 0 };
    assert_true(url_decode(c->arena, STR("a+b%20c%2Bd%c8%99"), true, &out));
    assert_str("a b c+d\xC8\x99", out);
    assert_true(url_decode(c->arena, STR("a+b"), false, &out));
    assert_str("a+b", out);
    static const char *const bad[] = { "%", "a%2", "%g0", "%0g", "%%20" };
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(url_decode(c->arena, str_of(bad[i]), true, &out));
    assert_str("a+b", out);
}

TEST(url, walks_the_pairs_of_a_query) {
    str rest = STR("a=1&&b&=2&c=x=y&"), name, value;
    static const char *const expected[][2] = { { "a", "1" }, { "b", "" }, { "", "2" }, { "c", "x=y" } };
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(url_next_pair(&rest, &name, &value));
        assert_str(expected[i][0], name);
        assert_str(expected[i][1], value);
    }
    assert_false(url_next_pair(&rest, &name, &value));
    rest = (str){ 0 };
    assert_false(url_next_pair(&rest, &name, &value));
}
