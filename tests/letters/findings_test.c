/* Tests of findings as sentences. */
#include "tests/test.h"
#include "letters/findings.h"

static void check(const char *locale, finding f, const char *expected) {
    TEST_CTX(c);
    const letter_reader to = { .shop = STR("Lumea"), .locale = str_of(locale), .currency = STR("RON") };
    str text = { 0 };
    assert_ok(c, finding_say(c, &to, &f, &text));
    assert_str(expected, text);
}

TEST(finding_words, say_what_was_found_in_both_languages) {
    const finding better = { .kind = FINDING_PREFERRED, .place = STR("cart"), .subject = STR("7"), .subject_name = STR("Husă neagră"),
                             .other = STR("8"),
                             .other_name = STR("Husă albastră"), .value = .0813, .usual = .032 };
    check("ro", better,
          "„Husă neagră” merge mai bine decât „Husă albastră” (coș): primește clic în 8,1\u00A0% din cazurile în care este văzut, față "
                        "de 3,2\u00A0%. Urcă în listă.");
    check("en", better,
          "“Husă neagră” does better than “Husă albastră” (the cart): clicked in 8.1% of the times it is seen, against 3.2%. It moves up.");
    check("en", (finding){ .kind = FINDING_UNUSUAL, .metric = STR("revenue"), .value = 1234500, .usual = 300000, .low = 200000,
                           .high = 400000 },
          "Revenue: RON 12,345.00. On such a weekday it is usually RON 2,000.00 to RON 4,000.00.");
    check("ro", (finding){ .kind = FINDING_UNUSUAL, .metric = STR("orders"), .value = 1200, .low = 20, .high = 40 },
          "Comenzi: 1.200. Într-o astfel de zi a săptămânii sunt de obicei între 20 și 40.");
    check("en", (finding){ .kind = FINDING_NOT_SEEN, .metric = STR("impressions"), .usual = 812 },
          "Nobody saw a suggestion; on such a day it would be 812. Is the widget still on your pages?");
    check("ro", (finding){ .kind = FINDING_TREND, .metric = STR("clicks"), .value = -.073 },
          "Clicuri pe sugestii: −7,3\u00A0% de la o săptămână la alta.");
    check("en", (finding){ .kind = FINDING_IGNORED, .place = STR("home"), .subject = STR("7"), .value = .001, .usual = .05, .low = 400 },
          "“7” was seen 400 times (the home page) and clicked in 0.1%, the others in 5.0%. It moves down.");
    check("en", (finding){ .kind = FINDING_PLACE, .place = STR("cart"), .other = STR("home"), .value = 30, .usual = 3 },
          "Suggestions sell better in one place: of those seen on the cart 3.0% are bought, on the home page 0.3%.");
    check("en", (finding){ .kind = FINDING_DRIFT, .metric = STR("placement"), .value = .4 },
          "Visitors click suggestions in other places than in the weeks before.");
}

TEST(finding_words, leave_a_name_that_looks_like_a_placeholder_alone) {
    check("en", (finding){ .kind = FINDING_IGNORED, .place = STR("home"), .subject = STR("7"), .subject_name = STR("{1}<b>"), .value = 0,
                           .usual = .05, .low = 400 },
          "“{1}<b>” was seen 400 times (the home page) and clicked in 0.0%, the others in 5.0%. It moves down.");
}
