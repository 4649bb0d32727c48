/* Offers: what a token promises is read back by who has the secret, and by nobody else, for two hours. */
#include "tests/test.h"
#include <string.h>
#include "plugin/offer.h"
#include "plugin/secret.h"
#include "schema/rec_id.h"

static const char SECRET[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
#define NOW_S INT64_C(1795137073)
enum { STORE = 3 };

static time_source at_second(int64_t now_s) { return time_source_manual(now_s * MS_PER_SECOND); }

/* At that second:  OFFER_TEST(c, k, NOW_S); */
#define OFFER_TEST(c, k, now_s)                  \
    TEST_CTX(c);                                 \
    time_source clock_of_test = at_second(now_s); \
    c->time = &clock_of_test;                    \
    offer_key k = offer_key_of(str_of(SECRET));  \
    signed_offer o

static str terms_of_two(ctx *c) {
    buf b;
    buf_init_in(&b, c->arena, KIB);
    offer_write_terms(&b, OFFER_BUNDLE, (str[]){ STR("2001"), STR("2\"12") }, 2, 4);
    assert_ok(c, buf_err(&b));
    return buf_view(&b);
}

static str token_of(ctx *c, const offer_key *k, int64_t store_id) {
    buf b;
    buf_init_in(&b, c->arena, LIMIT_OFFER_BYTES);
    const offer_order o = { .terms = terms_of_two(c), .store_id = store_id, .end_s = NOW_S + OFFER_SECONDS, .visitor_id = STR("v-7f3a"),
                            .rec_id = STR("01KAMAHWKW0000000000000000") };
    assert_ok(c, offer_write(c, k, &o, &b));
    return buf_view(&b);
}

TEST(offer, promises_what_was_written) {
    OFFER_TEST(c, k, NOW_S);
    assert_ok(c, offer_read(c, &k, STORE, token_of(c, &k, STORE), &o));
    assert_int_equal(OFFER_BUNDLE, o.kind);
    assert_int_equal(2, o.n);
    assert_str("2001", o.products[0]);
    assert_str("2\"12", o.products[1]);
    assert_int_equal(4, o.percent);
    assert_str("v-7f3a", o.visitor_id);
    assert_str("01KAMAHWKW0000000000000000", o.rec_id);
    assert_int_equal(NOW_S + OFFER_SECONDS, o.end_s);
    assert_int_equal(REC_ID_LENGTH, o.id.n);
}

/* The contract with the plugin, which checks tokens in another language. The token was made with Python's hmac and base64 by
 * the words of plugin/offer.h, of {"v":1,"id":"01KAMAHWKW0123456789ABCDEF","store":3,"kind":"incentive","products":["2012"],"percent":5,
 * "visitor":"v-7f3a","rec":"01KAMAHWKW0000000000000000","exp":1795144273}. */
TEST(offer, of_the_contract_is_read) {
    OFFER_TEST(c, k, NOW_S);
    str token = STR("eyJ2IjoxLCJpZCI6IjAxS0FNQUhXS1cwMTIzNDU2Nzg5QUJDREVGIiwic3RvcmUiOjMsImtpbmQiOiJpbmNlbnRpdmUiLCJwcm9k"
                    "dWN0cyI6WyIyMDEyIl0sInBlcmNlbnQiOjUsInZpc2l0b3IiOiJ2LTdmM2EiLCJyZWMiOiIwMUtBTUFIV0tXMDAwMDAwMDAwMDAw"
                    "MDAwMCIsImV4cCI6MTc5NTE0NDI3M30.ghxWkl0KSbLzxcbWr8ChUNRRBXNq0cdv0h-CIYlz3FI");
    assert_ok(c, offer_read(c, &k, STORE, token, &o));
    assert_int_equal(OFFER_INCENTIVE, o.kind);
    assert_str("01KAMAHWKW0123456789ABCDEF", o.id);
    assert_str("2012", o.products[0]);
    assert_int_equal(5, o.percent);
}

TEST(offer, gets_an_id_of_its_own_each_time) {
    OFFER_TEST(c, k, NOW_S);
    signed_offer a, b;
    assert_ok(c, offer_read(c, &k, STORE, token_of(c, &k, STORE), &a));
    assert_ok(c, offer_read(c, &k, STORE, token_of(c, &k, STORE), &b));
    o = a;
    assert_false(str_eq(o.id, b.id));
}

TEST(offer, changed_in_any_letter_is_refused) {
    OFFER_TEST(c, k, NOW_S);
    str token = token_of(c, &k, STORE);
    for (size_t i = 0; i < token.n; i++) {
        char *forged = (char *)(uintptr_t)str_dup(c->arena, token).p;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        assert_err(ERR_FORBIDDEN, offer_read(c, &k, STORE, (str){ forged, token.n }, &o));
        assert_string_equal("offer", c->error.field);
    }
}

TEST(offer, that_is_no_token_at_all_is_refused) {
    OFFER_TEST(c, k, NOW_S);
    offer_key none = offer_key_of((str){ 0 });
    static const char *const texts[] = { "", ".", "..", "a", "e30", "e30.", ".e30", "e30.e30", "\xff.\xff", "e30=.e30=" };
    for (size_t i = 0; i < COUNT(texts); i++) assert_err(ERR_FORBIDDEN, offer_read(c, &k, STORE, str_of(texts[i]), &o));
    assert_err(ERR_FORBIDDEN, offer_read(c, &none, STORE, token_of(c, &k, STORE), &o));
}

TEST(offer, ends_after_two_hours) {
    OFFER_TEST(c, k, NOW_S);
    str token = token_of(c, &k, STORE);
    time_source late = at_second(NOW_S + OFFER_SECONDS - 1), too_late = at_second(NOW_S + OFFER_SECONDS);
    c->time = &late;
    assert_ok(c, offer_read(c, &k, STORE, token, &o));
    c->time = &too_late;
    assert_err(ERR_FORBIDDEN, offer_read(c, &k, STORE, token, &o));
    assert_non_null(strstr(c->error.text, "over"));
}

TEST(offer, of_another_store_or_secret_is_refused) {
    OFFER_TEST(c, k, NOW_S);
    offer_key other = offer_key_of(STR("1111111111111111111111111111111111111111111111111111111111111111"));
    assert_err(ERR_FORBIDDEN, offer_read(c, &k, STORE, token_of(c, &k, STORE + 1), &o));
    assert_err(ERR_FORBIDDEN, offer_read(c, &k, STORE, token_of(c, &other, STORE), &o));
}

TEST(plugin_secret, is_sealed_and_opens_again) {
    TEST_CTX(c);
    seal_key k = { { 7 } }, wrong = { { 8 } };
    store s = { .store_id = 4, .platform = STR("woocommerce") };
    str made, opened = STR("something");
    assert_ok(c, crypto_start(c));
    assert_ok(c, plugin_secret_open(c, &k, &s, &opened));
    assert_int_equal(0, opened.n);
    assert_ok(c, plugin_secret_make(c, &k, &made, &s.plugin_secret));
    assert_int_equal(PLUGIN_SECRET_DIGITS, made.n);
    assert_true(crypto_is_sha256_text(made));
    assert_true(str_find(s.plugin_secret, made) == SIZE_MAX);
    assert_ok(c, plugin_secret_open(c, &k, &s, &opened));
    assert_true(str_eq(made, opened));
    assert_err(ERR_CORRUPT, plugin_secret_open(c, &wrong, &s, &opened));
}

TEST(plugin_secret, of_the_demonstration_shop_is_its_own_and_needs_no_row) {
    TEST_CTX(c);
    seal_key k = { { 7 } }, other = { { 8 } };
    store s = { .store_id = 4, .platform = STR("demo") }, t = { .store_id = 5, .platform = STR("demo") };
    str a, again, b, elsewhere;
    assert_ok(c, plugin_secret_open(c, &k, &s, &a));
    assert_ok(c, plugin_secret_open(c, &k, &s, &again));
    assert_ok(c, plugin_secret_open(c, &k, &t, &b));
    assert_ok(c, plugin_secret_open(c, &other, &s, &elsewhere));
    assert_int_equal(PLUGIN_SECRET_DIGITS, a.n);
    assert_true(str_eq(a, again));
    assert_false(str_eq(a, b));
    assert_false(str_eq(a, elsewhere));
}
