/* Figures of a training, told to the owner of the shop. */
#include "decide/learn_words.h"
#include "tests/test.h"
#include <string.h>

static learn_sentences words_of(ctx *c, const char *metrics) {
    const json_value *m = NULL;
    learn_sentences s;
    assert_ok(c, json_parse(c, str_of(metrics), JSON_READ_STRICT, &m));
    assert_ok(c, learn_words(c, m, &s));
    return s;
}

static void assert_says(str sentence, const char *part) {
    if (str_find(sentence, str_of(part)) == SIZE_MAX) test_fail("'%.*s' does not say '%s'", STR_ARG(sentence), part);
}

TEST(learn_words, tell_what_was_found_out_and_chosen) {
    TEST_CTX(c);
    learn_sentences s = words_of(c,
        "{\"hit_rate_10\":0.4004,\"hit_rate_10_popular\":0.2963,\"personal_model\":\"tifu_knn\",\"personal_tried\":12,"
        "\"personal_hit_rate_10\":[0.5702,0.5273,0.6083],\"personal_hit_rate_10_popular\":[0.3289,0.2909,0.3653],\"ranker_rows\":9,"
        "\"ranker\":{\"product\":{\"hit_rate_10_rules\":0.41,\"hit_rate_10_ranker\":0.58,\"used\":true},"
        "\"cart\":{\"hit_rate_10_rules\":0.39,\"hit_rate_10_ranker\":0.38,\"used\":false},"
        "\"stranger_cart\":{\"hit_rate_10_rules\":0.30,\"hit_rate_10_ranker\":0.33,\"used\":true}}}");
    assert_int_equal(3, s.n);
    assert_says(s.text[0], "in 40 % (ten best sellers: 30 %).");
    assert_says(s.text[1], "in 57 % (53 to 61 %; ten best sellers: 33 %); the best of 12 ways tried in this shop is used, tifu_knn.");
    assert_says(s.text[2], "is then bought beside a product in 58 % instead of 41 %.");
}

TEST(learn_words, tell_of_strangers_where_no_customer_is_known) {
    TEST_CTX(c);
    learn_sentences s = words_of(c,
        "{\"ranker_rows\":9,\"ranker\":{\"stranger_product\":{\"hit_rate_10_rules\":0.2,\"hit_rate_10_ranker\":0.25,\"used\":true},"
        "\"stranger_cart\":{\"hit_rate_10_rules\":0.30,\"hit_rate_10_ranker\":0.33,\"used\":true}}}");
    assert_int_equal(1, s.n);
    assert_says(s.text[0], "product for strangers in 25 % instead of 20 %, beside a cart for strangers in 33 % instead of 30 %.");
}

TEST(learn_words, tell_a_young_shop_what_is_missing) {
    TEST_CTX(c);
    learn_sentences s = words_of(c,
        "{\"hit_rate_10\":null,\"hit_rate_10_popular\":null,\"personal_model\":\"rp3beta\",\"personal_cases\":12,"
        "\"personal_cases_needed\":50,\"personal_hit_rate_10\":null,\"ranker_rows\":0,\"ranker\":{}}");
    assert_int_equal(2, s.n);
    assert_says(s.text[0], "12 came back in the newest weeks, 50 are needed");
    assert_says(s.text[1], "too few orders to learn the order");
}

TEST(learn_words, say_when_the_learned_order_was_no_better) {
    TEST_CTX(c);
    learn_sentences s = words_of(c, "{\"ranker_rows\":5,\"ranker\":{\"cart\":{\"hit_rate_10_rules\":0.4,"
                                       "\"hit_rate_10_ranker\":0.3,\"used\":false}}}");
    assert_int_equal(1, s.n);
    assert_says(s.text[0], "did no better than the plain one");
}

TEST(learn_words, leave_out_what_an_older_program_did_not_write) {
    TEST_CTX(c);
    assert_int_equal(0, words_of(c, "{\"products\":3}").n);
    assert_int_equal(0, words_of(c, "[]").n);
}

TEST(learn_words, tell_whether_answers_follow_the_visit) {
    TEST_CTX(c);
    static const char figures[] = "\"session_hit_rate_10\":[0.41,0.38,0.45],\"session_hit_rate_10_popular\":[0.14,0.12,0.17],"
                                  "\"ranker_rows\":0}";
    buf won, lost;
    buf_init_in(&won, c->arena, KIB), buf_init_in(&lost, c->arena, KIB);
    buf_printf(&won, "{\"session_model\":\"vstan\",%s", figures);
    buf_printf(&lost, "{\"session_model\":\"\",%s", figures);
    learn_sentences yes = words_of(c, won.p), no = words_of(c, lost.p);
    assert_int_equal(2, yes.n);
    assert_says(yes.text[0], "looked at next in 41 % (ten best sellers: 14 %); answers follow the visit, by vstan.");
    assert_says(no.text[0], "no more than chance");
}
