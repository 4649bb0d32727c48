/* Letters: both forms, both languages, and values that would rather be markup. */
#include "letters/letter.h"
#include "base/json.h"
#include "tests/test.h"

#define NOV_14 (INT64_C(1794607200000))          /* 2026-11-13T22:00Z: the 14th in Bucharest */
#define NOV_21 (NOV_14 + 7 * (int64_t)MS_PER_DAY)

#define SETTINGS "{\"n\":3,\"discount\":5,\"display\":\"popup\"}"
static const letter_arm arms[] = {
    { .settings = { "", 0 }, .visitors = 12345, .orders = 617, .conversion_0_1 = 0.0489, .revenue = 1234.56, .chance_0_1 = 0.004 },
    { .settings = { SETTINGS, sizeof SETTINGS - 1 }, .visitors = 12301, .orders = 701, .conversion_0_1 = 0.0561,
      .revenue = 1402.3, .lift_known = true, .lift = 0.1359, .lift_low = 0.021, .lift_high = 0.2591, .chance_0_1 = 0.996 },
};

static letter_experiment trial(end_verdict v, end_reason r) {
    return (letter_experiment){ .placement = STR("cart"), .from_ms = NOV_14, .until_ms = NOV_21, .metric = "revenue", .alpha = .05,
                                .verdict = v,
                                .reason = r, .arms = arms, .n_arms = COUNT(arms), .winner = v == END_WON, .activated = v == END_WON,
                                .experiment_id = 7 };
}

static letter_reader owner(const char *locale) {
    return (letter_reader){ .shop = STR("Ceai & Co"), .locale = str_of(locale), .currency = STR("RON"), .zone_ms =
                            2 * (int64_t)MS_PER_HOUR };
}

static bool holds(str text, const char *part) { return str_find(text, str_of(part)) != SIZE_MAX; }

static letter ended(ctx *c, const char *locale, letter_experiment e) {
    letter l;
    letter_reader to = owner(locale);
    assert_ok(c, letter_write_ended(c, &to, &e, &l));
    return l;
}

TEST(letters, say_in_english_what_won_by_how_much_with_what_certainty_and_what_was_done) {
    TEST_CTX(c);
    letter l = ended(c, "en", trial(END_WON, END_BY_BETTER));
    assert_str("Ceai & Co: “3 products, 5% off, pop-up” won the test (the cart)", l.subject);
    assert_str("The test has ended: “3 products, 5% off, pop-up” sells better\n"
               "\n"
               "the cart, from 14 November 2026 to 21 November 2026.\n"
               "\n"
               "“3 products, 5% off, pop-up”: +13.6% revenue per visitor against what you had (95% certain: between +2.1% and +25.9%).\n"
               "\n"
               "The difference is too large to be chance, and no other figure that is guarded fell by more than allowed.\n"
               "\n"
               "as before\n"
               "  Visitors: 12,345\n"
               "  Orders: 617\n"
               "  Buy: 4.89%\n"
               "  Revenue per visitor: RON 12.35\n"
               "  Chance to be best: 0.4%\n"
               "3 products, 5% off, pop-up\n"
               "  Visitors: 12,301\n"
               "  Orders: 701\n"
               "  Buy: 5.61%\n"
               "  Revenue per visitor: RON 14.02\n"
               "  Chance to be best: 99.6%\n"
               "\n"
               "What we did: “3 products, 5% off, pop-up” is now the setting for the cart. You can go back at any time: "
               "vitrine experiments rollback, experiment 7.\n"
               "\n"
               "Figures are after refunds. The certainty allows for the test having been looked at daily. Sent by Vitrine for Ceai "
               "& Co.\n",
               l.text);
}

TEST(letters, say_in_romanian_that_nothing_is_known) {
    TEST_CTX(c);
    letter_arm blind[2] = { arms[0], arms[1] };
    letter_experiment e = trial(END_INCONCLUSIVE, END_BY_FEW_BUYERS);
    blind[1].lift_known = false;
    e.arms = blind;
    letter l = ended(c, "ro_RO", e);
    assert_str("Ceai & Co: testul s-a încheiat fără un răspuns clar (coș)", l.subject);
    assert_true(holds(l.text, "coș, de la 14 noiembrie 2026 până la 21 noiembrie 2026."));
    assert_true(holds(l.text, "„3 produse, reducere 5\u00A0%, fereastră pop-up”: nu se poate spune încă nimic despre venitul pe "
                              "vizitator."));
    assert_true(holds(l.text, "Au fost prea puțini cumpărători pentru un răspuns."));
    assert_true(holds(l.text, "Vizitatori: 12.345\n"));
    assert_true(holds(l.text, "Venit pe vizitator: 12,35 lei\n"));
    assert_true(holds(l.text, "Ce am făcut: nimic; coș rămâne cum era."));
}

TEST(letters, have_words_for_every_end) {
    TEST_CTX(c);
    for (int locale = 0; locale < 2; locale++)
        for (int r = 0; r < END_REASONS; r++)
            for (int v = END_WON; v < END_COUNT; v++) {
                letter l = ended(c, locale ? "ro" : "en", trial((end_verdict)v, (end_reason)r));
                assert_false(holds(l.text, "{") || holds(l.html, "{0}") || holds(l.text, "\n\n\n"));
                assert_true(l.subject.n > 10 && str_is_utf8(l.text) && str_is_utf8(l.html));
            }
}

/* Everything between tags is text of ours or a value; no value may open a tag. */
static void assert_only_our_tags(str html) {
    static const char *const ours[] = { "!DOCTYPE", "html", "head", "meta", "title", "body", "table", "tr", "td", "h1", "p" };
    for (size_t i = 0; i < html.n; i++) {
        if (html.p[i] != '<') continue;
        str tag = str_sub(html, i + 1 + (html.p[i + 1] == '/'), 20);
        bool known = false;
        for (size_t k = 0; k < COUNT(ours); k++) known |= str_starts(tag, str_of(ours[k]));
        if (!known) test_fail("a tag that is none of ours: %.*s", STR_ARG(tag));
    }
}

TEST(letters, let_no_value_become_markup_or_a_placeholder) {
    TEST_CTX(c);
    static const char *const hostile[] = {
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE letter_row; --", "{0}{1}{2}{9}",
            "a\r\nBcc: all@shop.example",
        "</td></table><h1>", "&lt;b&gt;", "\xff\xfe",
    };
    for (size_t i = 0; i < COUNT(hostile); i++) {
        buf settings;
        json_out w;
        buf_init_in(&settings, c->arena, 4 * KIB);
        jw_init(&w, &settings);
        jw_object(&w);
        jw_member_text(&w, "display", hostile[i]);
        jw_key_str(&w, str_of(hostile[i]));
        jw_text(&w, hostile[i]);
        jw_end_object(&w);
        letter_arm two[2] = { arms[0], arms[1] };
        letter_experiment e = trial(END_WON, END_BY_BETTER);
        letter_reader to = owner("ro");
        letter l;
        two[1].settings = buf_view(&settings);
        e.arms = two, e.placement = to.shop = str_of(hostile[i]);
        assert_ok(c, letter_write_ended(c, &to, &e, &l));
        assert_only_our_tags(l.html);
        assert_false(holds(l.html, "onerror=alert(1)>") || holds(l.html, "<script"));
        if (i == 3) assert_true(holds(l.text, "{0}{1}{2}{9}"));
    }
}

TEST(letters, load_nothing_and_run_nothing) {
    TEST_CTX(c);
    letter l = ended(c, "en", trial(END_WON, END_BY_BETTER));
    static const char *const never[] = { "http:", "https:", "<img", "<link", "<style", "<script", "url(", "class=", "onclick" };
    for (size_t i = 0; i < COUNT(never); i++) assert_false(holds(l.html, never[i]));
    assert_true(holds(l.html, "<td align=\"right\" style=\"border-bottom:1px solid #d9dde3\">RON 14.02</td>"));
    assert_true(holds(l.html, "Ceai &amp; Co") && holds(l.html, "<html lang=\"en\">"));
}

TEST(letters, tell_of_a_roll_back_and_of_a_trial) {
    TEST_CTX(c);
    letter_reader to = owner("en");
    letter l;
    assert_ok(c, letter_write_rollback(c, &to, &(letter_rollback){ 12, 9, .31, .002, NOV_14 }, &l));
    assert_str("Ceai & Co: we went back to what was learned before", l.subject);
    assert_true(holds(l.text, "Since 14 November 2026, suggestions of version 12 got 31% fewer clicks"));
    assert_true(holds(l.text, "at most once in 500.") && holds(l.text, "version 9 serves again"));
    to.locale = STR("ro");
    assert_ok(c, letter_write_trial(c, &to, &l));
    assert_str("Ceai & Co: scrisoare de probă", l.subject);
}
