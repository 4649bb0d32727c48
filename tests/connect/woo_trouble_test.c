/* What answers of shops mean: the recorded errors, and pages that are no data at all. */
#include "tests/test.h"
#include <stdio.h>
#include "base/file.h"
#include "connect/woo_int.h"

static woo_trouble judged(ctx *c, int status, str body, bool reading) {
    http_answer a = { .status = status, .body = body };
    const json_value *v = NULL;
    if (json_parse(c, body, JSON_READ_TOLERANT, &v)) v = NULL;
    return woo_judge(&a, v, reading);
}

TEST(woo_trouble, names_every_recorded_error) {
    static const struct { const char *file; int status; bool reading; woo_trouble t; } cases[] = {
        { "401-unknown-key-basic", 401, true, WOO_CANNOT_VIEW }, { "401-unknown-key-query", 401, true, WOO_CANNOT_VIEW },
        { "401-unknown-key-oauth", 401, true, WOO_WRONG_KEY }, { "401-wrong-secret-basic", 401, true, WOO_WRONG_SECRET },
        { "401-wrong-secret-query", 401, true, WOO_WRONG_SECRET }, { "401-wrong-secret-oauth", 401, true, WOO_WRONG_SECRET },
        { "401-read-key-posts", 401, false, WOO_READ_ONLY }, { "401-write-key-gets", 401, true, WOO_WRITE_ONLY },
        { "401-oauth-old-timestamp", 401, true, WOO_CLOCK }, { "401-oauth-replayed-nonce", 401, true, WOO_NONCE },
        { "404-unknown-route", 404, true, WOO_NO_ROUTE }, { "404-unknown-id-products", 404, true, WOO_NOT_FOUND },
        { "404-unknown-id-customers", 404, true, WOO_NOT_FOUND }, { "404-unknown-id-products-categories", 404, true, WOO_NOT_FOUND },
        { "param-per_page-101", 400, true, WOO_BAD_REQUEST }, { "404-unknown-parent-variations", 200, true, WOO_NONE },
    };
    static const char *const versions[] = { "11.0.1", "7.9.0" };
    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        TEST_CTX(c);
        char name[200];
        str body = { 0 };
        snprintf(name, sizeof name, "fixtures/woocommerce/%s/errors/%s.json", versions[i % 2], cases[i / 2].file);
        const char *path = test_shared(name);
        skip_without(path);
        assert_ok(c, file_read(c, path, MIB, &body));
        assert_string_equal(woo_trouble_word(cases[i / 2].t), woo_trouble_word(judged(c, cases[i / 2].status, body, cases[i / 2].reading)));
    }
}

TEST(woo_trouble, tells_pages_from_data) {
    TEST_CTX(c);
    static const struct { int status; const char *body; woo_trouble t; } cases[] = {
        { 200, "<!DOCTYPE html><title>Just a moment...</title><script>x={\"id\":1}</script>", WOO_FIREWALL },
        { 403, "<html><h1>403 Forbidden</h1></html>", WOO_FIREWALL },
        { 503, "<html>Briefly unavailable for scheduled maintenance.</html>", WOO_MAINTENANCE },
        { 500, "<p>There has been a critical error</p>", WOO_SERVER_ERROR },
        { 404, "<html>Page not found</html>", WOO_NO_PAGE },
        { 200, "<html>Welcome to nginx!</html>", WOO_NOT_JSON },
        { 200, "", WOO_NOT_JSON },
        { 200, "[{\"id\":1},{\"id\":", WOO_NOT_JSON },
        { 200, "<b>Notice</b>: x in [y] {z}\n[{\"id\":1}]", WOO_NONE },
        { 401, "{\"code\":\"rest_login_required\",\"message\":\"x\"}", WOO_REST_OFF },
        { 403, "{\"code\":\"rest_forbidden\",\"message\":\"x\"}", WOO_REST_OFF },
        { 429, "{}", WOO_BUSY }, { 504, "", WOO_TIMEOUT }, { 508, "", WOO_TIMEOUT }, { 502, "", WOO_SERVER_ERROR },
        { 200, "null", WOO_NOT_JSON }, { 200, "7", WOO_NOT_JSON },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(woo_trouble_word(cases[i].t), woo_trouble_word(judged(c, cases[i].status, str_of(cases[i].body), true)));
    for (int p = NET_OK + 1; p <= NET_OTHER; p++)
        assert_true(woo_judge(&(http_answer){ .problem = (net_problem)p }, NULL, true) != WOO_NONE);
}

TEST(woo_trouble, says_what_to_do_about_each) {
    for (int t = 0; t < WOO_TROUBLES; t++) {
        str text = str_of(woo_trouble_text((woo_trouble)t));
        assert_true(text.n > 10 && text.n < 160 && str_ends(text, STR(".")));
    }
}

TEST(woo_trouble, reads_the_clock_of_the_shop) {
    int64_t ms = 0;
    assert_true(woo_http_date(STR("Fri, 20 Nov 2026 12:49:52 GMT"), &ms));
    assert_true(ms == 1795178992000);
    static const char *const bad[] = { "", "Fri, 20 Nov 2026 12:49:52", "Fri, 40 Nov 2026 12:49:52 GMT", "Fri, 20 Nix 2026 12:49:52 GMT",
                                       "Fri, 20 anF 2026 12:49:52 GMT", "2026-11-20T12:49:52Z" };
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(woo_http_date(str_of(bad[i]), &ms));
}
