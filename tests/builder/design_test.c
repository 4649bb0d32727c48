/* A widget's design: whole without a document, checked member by member, safe on a page. */
#include "builder/design.h"
#include <stdlib.h>
#include <string.h>
#include "decide/placement_settings.h"
#include "decide/placements.h"
#include "tests/test.h"

static str written(ctx *c, const widget_design *d) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, MIB);
    jw_init(&w, &b);
    widget_design_write(&w, d);
    assert_ok(c, buf_err(&b));
    return buf_view(&b);
}

TEST(design, without_a_document_every_page_has_its_widgets_and_nothing_covers_it) {
    widget_design d;
    bool has[WIDGET_PAGES] = { false };
    widget_design_default(&d);
    for (size_t i = 0; i < WIDGET_SLOTS; i++) {
        const slot_design *s = &d.slots[i];
        bool over = widget_slots[i].anywhere;
        assert_int_equal(!over, s->enabled);
        if (s->enabled && widget_slots[i].display == WIDGET_DISPLAY_INLINE) has[s->page] = true;
        for (size_t k = 0; k < WIDGET_LANGUAGES; k++) assert_true(s->title.in[k].n > 3 && design_text_is_plain(s->title.in[k]));
        assert_true(!over || s->per_day > 0 || widget_slots[i].display == WIDGET_DISPLAY_STICKY);      /* nobody is pestered */
    }
    for (int page = WIDGET_PAGE_HOME; page < WIDGET_PAGES; page++) assert_int_equal(page != WIDGET_PAGE_SEARCH, has[page]);
}

TEST(design, speaks_the_words_of_placements_sources_and_displays) {
    for (size_t i = 0; i < WIDGET_SLOTS; i++) {
        assert_non_null(widget_slots[i].name);
        assert_non_null(placement_find(str_of(widget_slots[i].placement)));
        assert_int_equal(i, widget_slot_find(str_of(widget_slots[i].name)));
        assert_in_range(widget_slots[i].n, 1, LIMIT_RECOMMEND_N);
    }
    for (size_t i = 0; i < WIDGET_SOURCE_RECENT; i++) {
        decide_source found;
        assert_true(decide_source_find(str_of(widget_source_words[i]), &found));
    }
    for (size_t i = 0; i < WIDGET_DISPLAY_EMAIL; i++) {
        TEST_CTX(c);
        placement_settings s;
        buf b;
        buf_init_in(&b, c->arena, KIB);
        buf_printf(&b, "{\"display\":\"%s\"}", widget_display_words[i]);
        assert_ok(c, placement_settings_parse(c, buf_view(&b), &s));
    }
}

TEST(design, has_every_text_once_in_every_language_with_the_same_holes) {
    for (size_t i = 0; i < WIDGET_TEXTS; i++) {
        for (size_t k = 0; k < i; k++) assert_string_not_equal(widget_texts[i].name, widget_texts[k].name);
        for (size_t k = 0; k < WIDGET_LANGUAGES; k++) {
            str s = str_of(widget_texts[i].in[k]), other = str_of(widget_texts[i].in[0]);
            assert_true(s.n && s.n <= LIMIT_WIDGET_TEXT && design_text_is_plain(s));
            assert_int_equal(str_find(other, STR("{0}")) != SIZE_MAX, str_find(s, STR("{0}")) != SIZE_MAX);
            assert_true(str_find(s, STR("ş")) == SIZE_MAX && str_find(s, STR("ţ")) == SIZE_MAX);        /* cedillas are Turkish */
        }
    }
}

TEST(design, takes_what_an_owner_says_and_leaves_the_rest) {
    TEST_CTX(c);
    static const char text[] =
        "{\"design\":{\"accent\":\"#0aF\",\"radius\":0,\"font\":\"Inter, sans-serif\"},"
        "\"texts\":{\"en\":{\"add_to_cart\":\"Buy\"}},"
        "\"track\":{\"consent\":\"required\",\"impression_share\":0.75},\"forward\":{\"ga4\":true},\"slots\":{\"popup\":{"
        "\"enabled\":true,\"title\":{\"ro\":\"Stai!\"},\"where\":{\"page\":\"product\",\"selector\":\"main > .product[data-id='1']\"},"
        "\"trigger\":{\"kind\":\"exit\"},"
        "\"schedule\":{\"from\":1767225600000,\"until\":1767830400000},"
        "\"design\":{\"surface\":\"#11223344\"},\"audience\":null},\"cart\":{}}}";
    widget_design d, usual;
    widget_design_default(&usual);
    assert_ok(c, widget_design_parse(c, str_of(text), &d));
    const slot_design *popup = &d.slots[WIDGET_SLOT_POPUP];
    assert_str("#0aF", d.look.accent);
    assert_int_equal(0, d.look.radius_px);
    assert_int_equal(WIDGET_CONSENT_REQUIRED, d.track.consent);
    assert_true(d.ga4 && !d.meta && d.track.impression_0_1 == 0.75);
    assert_true(popup->enabled && popup->trigger == WIDGET_TRIGGER_EXIT && popup->page == WIDGET_PAGE_PRODUCT);
    assert_str("Stai!", popup->title.in[WIDGET_RO]);
    assert_str("Goes well with your choice", popup->title.in[WIDGET_EN]);
    assert_str("#11223344", popup->look.surface);
    assert_int_equal(1767225600000, popup->from_ms);
    assert_int_equal(usual.slots[WIDGET_SLOT_POPUP].per_session, popup->per_session);
    d.slots[WIDGET_SLOT_POPUP] = usual.slots[WIDGET_SLOT_POPUP];
    assert_memory_equal(d.slots, usual.slots, sizeof d.slots);
}

TEST(design, written_whole_is_read_as_the_same) {
    TEST_CTX(c);
    widget_design d, again;
    static const char text[] = "{\"design\":{\"radius\":12},\"slots\":{\"similar\":{\"enabled\":false,\"layout\":\"grid\"}}}";
    assert_ok(c, widget_design_parse(c, str_of(text), &d));
    str first = written(c, &d);
    assert_ok(c, widget_design_parse(c, first, &again));
    assert_str(first.p, written(c, &again));
    assert_ok(c, widget_design_parse(c, (str){ 0 }, &again));
    widget_design_default(&d);
    assert_str(written(c, &d).p, written(c, &again));
}

TEST(design, refuses_what_is_wrong_and_names_it) {
    TEST_CTX(c);
    static const struct { const char *text, *field; } bad[] = {
        { "[]", "design" }, { "{\"css\":\"*{}\"}", "css" }, { "{\"slots\":[]}", "slots" }, { "{\"slots\":{\"floor\":{}}}", "slots.floor" },
        { "{\"slots\":{\"cart\":7}}", "slots.cart" }, { "{\"slots\":{\"cart\":{\"html\":\"x\"}}}", "slots.cart.html" },
        { "{\"slots\":{\"cart\":{\"n\":3}}}", "slots.cart.n" },
        { "{\"slots\":{\"cart\":{\"display\":\"popup\"}}}", "slots.cart.display" },
        { "{\"slots\":{\"cart\":{\"layout\":\"wall\"}}}", "slots.cart.layout" },
        { "{\"slots\":{\"cart\":{\"enabled\":1}}}", "slots.cart.enabled" },
        { "{\"slots\":{\"cart\":{\"where\":{\"page\":\"home\"}}}}", "slots.cart.where.page" },
        { "{\"slots\":{\"popup\":{\"trigger\":{\"kind\":\"hover\"}}}}", "slots.popup.trigger.kind" },
        { "{\"slots\":{\"popup\":{\"trigger\":{\"seconds\":-1}}}}", "slots.popup.trigger.seconds" },
        { "{\"slots\":{\"popup\":{\"trigger\":{\"share\":1.5}}}}", "slots.popup.trigger.share" },
        { "{\"slots\":{\"popup\":{\"frequency\":{\"per_day\":1000}}}}", "slots.popup.frequency.per_day" },
        { "{\"slots\":{\"popup\":{\"schedule\":{\"from\":200,\"until\":100}}}}", "slots.popup.schedule.until" },
        { "{\"slots\":{\"popup\":{\"schedule\":{\"from\":\"monday\"}}}}", "slots.popup.schedule.from" },
        { "{\"slots\":{\"popup\":{\"title\":\"Stop\"}}}", "slots.popup.title" },
        { "{\"slots\":{\"popup\":{\"title\":{\"fr\":\"!\"}}}}", "slots.popup.title" },
        { "{\"texts\":{\"ro\":{\"hello\":\"x\"}}}", "texts.ro.hello" }, { "{\"texts\":{\"de\":{}}}", "texts.de" },
        { "{\"texts\":{\"ro\":{\"close\":1}}}", "texts.ro.close" },
        { "{\"track\":{\"impression_ms\":60001}}", "track.impression_ms" },
        { "{\"forward\":{\"ga4\":\"yes\"}}", "forward.ga4" }, { "{\"design\":{\"radius\":41}}", "design.radius" },
        { "{\"design\":{\"radius\":1.5}}", "design.radius" }, { "{\"design\":{\"scheme\":\"grey\"}}", "design.scheme" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        widget_design d = { .track.impression_ms = 7 };
        if (widget_design_parse(c, str_of(bad[i].text), &d) != ERR_INVALID) test_fail("%s was taken", bad[i].text);
        assert_string_equal(bad[i].field, c->error.field);
        assert_true(strlen(c->error.text) > 20);
        assert_int_equal(7, d.track.impression_ms);         /* nothing was written */
    }
}

/* One hostile value in each member that reaches a page. */
static void refuse_everywhere(ctx *c, const char *value) {
    static const char *const members[] = {
        "{\"design\":{\"accent\":%s}}", "{\"design\":{\"font\":%s}}", "{\"slots\":{\"cart\":{\"where\":{\"selector\":%s}}}}",
        "{\"texts\":{\"en\":{\"close\":%s}}}", "{\"slots\":{\"cart\":{\"title\":{\"ro\":%s}}}}",
        "{\"slots\":{\"cart\":{\"design\":{\"surface\":%s}}}}",
    };
    for (size_t i = 0; i < COUNT(members); i++) {
        buf b;
        widget_design d;
        str rest = str_of(members[i]), head = str_cut(&rest, '%');
        buf_init_in(&b, c->arena, 64 * KIB);
        buf_str(&b, head), buf_text(&b, value), buf_str(&b, str_sub(rest, 1, rest.n));
        if (widget_design_parse(c, buf_view(&b), &d) != ERR_INVALID) test_fail("%s was taken", b.p);
    }
}

TEST(design, lets_nothing_onto_a_page_that_could_act_there) {
    TEST_CTX(c);
    static const char *const hostile[] = {
        "\"<script>alert(1)</script>\"", "\"</style><img src=x onerror=alert(1)>\"", "\"\\u0000\"", "\"a\\nb{}</b>\"",
        "\"x\\u007f\"", "7", "[]", "{\"a\":1}",
        "\"<\"", "true",
    };
    for (size_t i = 0; i < COUNT(hostile); i++) refuse_everywhere(c, hostile[i]);
    char long_text[302];
    memset(long_text, 'a', sizeof long_text);
    long_text[0] = long_text[300] = '"', long_text[301] = 0;
    refuse_everywhere(c, long_text);
}

TEST(design, tells_colours_fonts_and_selectors_from_what_only_looks_like_them) {
    TEST_CTX(c);
    static const struct { const char *member, *value; bool good; } cases[] = {
        { "accent", "#fff", true }, { "accent", "#A0b1C2", true }, { "accent", "#a0b1c2d3", true }, { "accent", "#ffff", false },
        { "accent", "red", false }, { "accent", "#ggg", false }, { "accent", "url(//x)", false }, { "accent", "#fff;}", false },
        { "accent", "", false },
        { "font", "Open Sans, Arial", true }, { "font", "x;background:url(//y)", false }, { "font", "\\\"a", false }, { "font", "", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        buf b;
        widget_design d;
        buf_init_in(&b, c->arena, KIB);
        buf_printf(&b, "{\"design\":{\"%s\":\"%s\"}}", cases[i].member, cases[i].value);
        if ((widget_design_parse(c, buf_view(&b), &d) == ERR_OK) != cases[i].good) test_fail("%s", b.p);
    }
    static const struct { const char *selector; bool good; } places[] = {
        { "#main .summary > form.cart:not(.hidden) ~ div[data-x=\\\"1\\\"]", true }, { "body{display:none}", false }, { "a;b", false },
        { "@import x", false }, { "a\\\\66", false }, { "a/**/b", false },
    };
    for (size_t i = 0; i < COUNT(places); i++) {
        buf b;
        widget_design d;
        buf_init_in(&b, c->arena, KIB);
        buf_printf(&b, "{\"slots\":{\"cart\":{\"where\":{\"selector\":\"%s\"}}}}", places[i].selector);
        if ((widget_design_parse(c, buf_view(&b), &d) == ERR_OK) != places[i].good) test_fail("%s", b.p);
    }
}

TEST(design, is_described_for_who_draws_a_form_of_it) {
    TEST_CTX(c);
    buf b;
    json_out w;
    const json_value *o = NULL;
    widget_design d;
    buf_init_in(&b, c->arena, MIB);
    jw_init(&w, &b);
    widget_design_describe(&w);
    assert_ok(c, json_parse(c, buf_view(&b), JSON_READ_STRICT, &o));
    assert_int_equal(WIDGET_SLOTS, jr_count(jr_get(o, "slots")));
    assert_int_equal(3, jr_count(jr_get(o, "fields")));
    assert_str("trigger", jr_string(jr_get(jr_at(jr_get(o, "slot_fields"), 9), "name")));
    assert_int_equal(WIDGET_TRIGGERS, jr_count(jr_get(jr_at(jr_get(jr_at(jr_get(o, "slot_fields"), 9), "fields"), 0), "words")));
    assert_ok(c, widget_design_read(c, jr_get(o, "defaults"), &d));
}
