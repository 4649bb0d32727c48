/* The signature of a plugin's batch: of these bytes, of this secret, of now. */
#include "plugin/signature.h"
#include <string.h>
#include "tests/test.h"

#define SECRET STR("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
#define BODY STR("{\"messages\":[]}")
/* printf '1795137073.{"messages":[]}' | openssl dgst -sha256 -hmac 0001...1e1f */
#define SIGNED STR("f7a01f93c68a79020d7535ea271bff934f91f88850b2209a0e2a5b8c0308fa52")

static err_code check_at(ctx *c, int64_t now_s, str secret, str time, str body, str signature) {
    time_source clock_of_test = time_source_manual(now_s * MS_PER_SECOND);
    c->time = &clock_of_test;
    err_code e = plugin_signature_check(c, secret, time, body, signature);
    c->time = NULL;
    return e;
}

TEST(plugin_signature, of_the_contract_holds_for_ten_minutes_to_either_side) {
    TEST_CTX(c);
    const struct { int64_t now_s; err_code e; } cases[] = {
        { 1795137073, ERR_OK }, { 1795137673, ERR_OK }, { 1795136473, ERR_OK }, { 1795137674, ERR_UNAUTHORIZED },
        { 1795136472, ERR_UNAUTHORIZED },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_err(cases[i].e, check_at(c, cases[i].now_s, SECRET, STR("1795137073"), BODY, SIGNED));
    assert_non_null(strstr(c->error.text, "NTP"));
}

TEST(plugin_signature, of_anything_else_is_refused) {
    TEST_CTX(c);
    const struct { str secret, time, body, signature; } cases[] = {
        { STR("1111111111111111111111111111111111111111111111111111111111111111"), STR("1795137073"), BODY, SIGNED },
        { { 0 }, STR("1795137073"), BODY, SIGNED }, { SECRET, STR("1795137074"), BODY, SIGNED },
        { SECRET, STR("1795137073"), STR("{\"messages\":[ ]}"), SIGNED }, { SECRET, STR("1795137073"), BODY, STR("") },
        { SECRET, STR("1795137073"), BODY, str_sub(SIGNED, 0, 63) }, { SECRET, STR("-1"), BODY, SIGNED }, { SECRET, STR(""), BODY, SIGNED },
        { SECRET, STR("1795137073 "), BODY, SIGNED }, { SECRET, STR("99999999999999999999"), BODY, SIGNED },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_err(ERR_UNAUTHORIZED, check_at(c, 1795137073, cases[i].secret, cases[i].time, cases[i].body, cases[i].signature));
}
