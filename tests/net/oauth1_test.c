/* Tests of OAuth signing: the RFC's example, and requests a real WooCommerce accepted. */
#include "tests/test.h"
#include <stdio.h>
#include "base/file.h"
#include "base/json.h"
#include "base/parse.h"
#include "net/crypto.h"
#include "net/oauth1.h"
#include "net/url.h"

/* RFC 5849, 3.4.1.1, with our signature method; the body's parameters and the token stand in the query. */
TEST(oauth1, base_string_is_the_one_of_rfc_5849) {
    TEST_CTX(c);
    oauth1_credentials o = { STR("9djdj82h48djs9d2"), STR("s"), STR("7d8f3e4a"), 137131201 };
    str url = STR("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2&a3=2+q&oauth_token=kkk9d7dh3k39sjv7");
    AUTO_BUF b;
    buf_init(&b, 10000);
    assert_ok(c, oauth1_base_string(c, STR("post"), url, &o, &b));
    assert_str("POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26"
               "oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA256%26"
               "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7", buf_view(&b));
}

TEST(oauth1, keeps_an_unusual_port_and_adds_the_missing_slash) {
    TEST_CTX(c);
    oauth1_credentials o = { STR("k"), STR("s"), STR("n"), 1 };
    AUTO_BUF b;
    buf_init(&b, 10000);
    assert_ok(c, oauth1_base_string(c, STR("GET"), STR("http://shop.example:8080"), &o, &b));
    assert_true(str_starts(buf_view(&b), STR("GET&http%3A%2F%2Fshop.example%3A8080%2F&oauth_")));
}

TEST(oauth1, refuses_what_is_no_url) {
    TEST_CTX(c);
    oauth1_credentials o = { STR("k"), STR("s"), STR("n"), 1 };
    str out;
    assert_err(ERR_INVALID, oauth1_sign_url(c, STR("GET"), STR("shop.example/x"), &o, &out));
    assert_err(ERR_INVALID, oauth1_sign_url(c, STR("GET"), STR("http://shop.example/x?a=%"), &o, &out));
}

/* The value of one parameter of a URL, decoded. */
static str value_of(ctx *c, str url, const char *wanted) {
    url_parts u;
    str name, value, plain = { 0 };
    assert_ok(c, url_parse(c, url, &u));
    while (url_next_pair(&u.query, &name, &value))
        if (str_eq(name, str_of(wanted))) assert_true(url_decode(c->arena, value, true, &plain));
    return plain;
}

/* The URL as it was before it was signed. */
static str unsigned_url(str url) {
    size_t at = str_find(url, STR("oauth_consumer_key="));
    return str_sub(url, 0, at - 1);
}

static const json_value *read_index(ctx *c, const char *path) {
    const json_value *v = NULL;
    str text;
    assert_ok(c, file_read(c, path, 10 * MIB, &text));
    assert_ok(c, json_parse(c, text, JSON_READ_TOLERANT, &v));
    return v;
}

/* The shop's secret: some of its requests carried it in the query. */
static str recorded_secret(ctx *c, const json_value *index) {
    for (size_t i = 0; i < jr_count(index); i++) {
        str url = jr_string(jr_get(jr_at(index, i), "url"));
        if (str_find(url, STR("consumer_secret=cs_")) != SIZE_MAX) return value_of(c, url, "consumer_secret");
    }
    return (str){ 0 };
}

static int resign_all(ctx *c, const json_value *index, str secret) {
    int equal = 0;
    for (size_t i = 0; i < jr_count(index); i++) {
        const json_value *row = jr_at(index, i);
        str url = jr_string(jr_get(row, "url")), again;
        bool wrong = str_find(jr_string(jr_get(row, "name")), STR("wrong-secret")) != SIZE_MAX ||
                     str_find(jr_string(jr_get(row, "name")), STR("unknown-key")) != SIZE_MAX;
        if (wrong || str_find(url, STR("&oauth_signature=")) == SIZE_MAX) continue;
        oauth1_credentials o = { value_of(c, url, "oauth_consumer_key"), secret, value_of(c, url, "oauth_nonce"), 0 };
        assert_true(parse_i64(value_of(c, url, "oauth_timestamp"), &o.timestamp_s));
        assert_ok(c, oauth1_sign_url(c, jr_string(jr_get(row, "method")), unsigned_url(url), &o, &again));
        assert_str(str_cstr(c->arena, url), again);
        equal++;
    }
    return equal;
}

TEST(oauth1, signs_as_the_requests_a_real_shop_accepted) {
    static const char *const versions[] = { "11.0.1", "7.9.0" };
    for (size_t i = 0; i < COUNT(versions); i++) {
        TEST_CTX(c);
        char below[200];
        snprintf(below, sizeof below, "fixtures/woocommerce/%s/index-reads.json", versions[i]);
        const char *path = test_shared(below);
        skip_without(path);
        const json_value *reads = read_index(c, str_cstr(c->arena, str_of(path)));
        snprintf(below, sizeof below, "fixtures/woocommerce/%s/index-errors.json", versions[i]);
        path = test_shared(below);
        skip_without(path);
        const json_value *errors = read_index(c, path);
        str secret = recorded_secret(c, reads);
        assert_true(str_starts(secret, STR("cs_")));
        assert_int_equal(1, resign_all(c, reads, secret));
        assert_int_equal(3, resign_all(c, errors, secret));
    }
}
