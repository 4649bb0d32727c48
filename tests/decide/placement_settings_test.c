/* Settings of a placement: read whole or refused, laid over each other. */
#include "decide/placement_settings.h"
#include "tests/test.h"

static str written(ctx *c, const placement_settings *s) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, KIB);
    jw_init(&w, &b);
    placement_settings_write(&w, s);
    return buf_view(&b);
}

TEST(placement_settings, are_written_as_they_were_read) {
    TEST_CTX(c);
    static const char text[] = "{\"n\":3,\"discount\":5,\"display\":\"slide_in\",\"model\":\"rules\",\"message\":\"plain\","
                               "\"price_incentive\":false,\"enabled\":true}";
    placement_settings s;
    assert_ok(c, placement_settings_parse(c, str_of(text), &s));
    assert_str(text, written(c, &s));
    assert_int_equal(3, placement_setting_or(&s, PLACEMENT_N, 8));
    assert_string_equal("slide_in", placement_setting_word(&s, PLACEMENT_DISPLAY));
}

TEST(placement_settings, say_what_would_be_right) {
    TEST_CTX(c);
    static const struct { const char *text, *field; } bad[] = {
        { "{\"colour\":1}", "settings" }, { "[]", "settings" }, { "{\"n\":0}", "n" }, { "{\"n\":51}", "n" }, { "{\"n\":2.5}", "n" },
        { "{\"discount\":91}", "discount" }, { "{\"discount\":-1}", "discount" }, { "{\"display\":\"window\"}", "display" },
        { "{\"display\":3}", "display" }, { "{\"model\":\"als\"}", "model" }, { "{\"enabled\":1}", "enabled" },
        { "{\"n\":3,\"message\":\"loud\"}", "message" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        placement_settings s = { 0 };
        assert_err(ERR_INVALID, placement_settings_parse(c, str_of(bad[i].text), &s));
        assert_string_equal(bad[i].field, c->error.field);
        assert_int_equal(0, s.given);
    }
}

TEST(placement_settings, of_an_experiment_lie_over_the_owners) {
    TEST_CTX(c);
    placement_settings owner, variant, none = { 0 };
    assert_ok(c, placement_settings_parse(c, STR("{\"n\":3,\"display\":\"popup\"}"), &owner));
    assert_ok(c, placement_settings_parse(c, STR("{\"n\":2,\"discount\":10}"), &variant));
    placement_settings_lay(&owner, &variant);
    placement_settings_lay(&owner, &none);
    assert_str("{\"n\":2,\"discount\":10,\"display\":\"popup\"}", written(c, &owner));
    assert_str("{}", written(c, &none));
    assert_null(placement_setting_word(&none, PLACEMENT_DISPLAY));
}
