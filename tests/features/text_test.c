/* Words of product texts, friendly and hostile. */
#include "tests/test.h"
#include "features/text.h"
#include <string.h>

TEST(text, strips_html_to_what_a_person_reads) {
    TEST_CTX(c);
    static const struct { const char *html, *plain; } cases[] = {
        { "<p>Lampă&nbsp;de <b>birou</b></p>\n<ul><li>LED</li></ul>", "Lampă de birou LED" },
        { "a<!-- hidden <b> -->b<script>var x = '<p>';</script>c<STYLE>p{}</Style >d", "a b c" },
        { "5 &lt; 7 &amp; 8 &#537;i &#x21B;", "5 < 7 & 8 și ț" },
        { "R&D &unknown; &; &#xZZ; &#1114112; &#55296;", "R&D &unknown; &; &#xZZ; &#1114112; &#55296;" },
        { "1 < 2 and a<", "1 < 2 and a<" },
        { "never closed <a href='", "never closed" },
        { "<!-- never closed", "" },
        { "", "" },
        { "  \t\r\n ", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str plain = { 0 };
        assert_ok(c, text_plain(c, str_of(cases[i].html), 1000, &plain));
        assert_str(cases[i].plain, plain);
    }
}

TEST(text, is_cut_between_characters) {
    TEST_CTX(c);
    str plain = { 0 };
    assert_ok(c, text_plain(c, STR("cămăși"), 5, &plain));
    assert_str("căm", str_sub(plain, 0, 4));
    assert_true(plain.n <= 5 && str_is_utf8(plain));
}

TEST(text, folds_case_and_every_romanian_spelling) {
    TEST_CTX(c);
    static const struct { const char *text, *folded; } cases[] = {
        { "CĂMĂȘI", "camasi" }, { "Cămăşi", "camasi" }, { "ȚARĂ ţară", "tara tara" }, { "Crème-brûlée 500ml", "creme brulee 500ml" },
        { "Straße ﬁne", "strasse fine" }, { "a\xFF\xFE" "b \xC3", "a b" }, { "soft\xC2\xAD" "hyphen", "softhyphen" },
        { "\xF0\x9F\x9B\x92 cart", "cart" }, { "½ Ⅻ", "1 2 xii" }, { "Лампа", "лампа" }, { "", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str folded = { 0 };
        assert_ok(c, text_fold(c, str_of(cases[i].text), &folded));
        assert_str(cases[i].folded, folded);
    }
}

static size_t terms_of(ctx *c, text_vocabulary *v, const char *text, uint32_t *terms, size_t max) {
    size_t n = 0;
    assert_ok(c, text_terms(c, v, str_of(text), max, terms, &n));
    return n;
}

TEST(text, gives_one_number_to_forms_of_a_word) {
    static const struct { const char *code, *text; } same[] = {
        { "ro", "cămașă cămăși camasa CAMASI" }, { "ro", "lampa lampii lampile" }, { "en", "lamp lamps Lamp's" },
        { "en", "running runs run" }, { "ro", "carte cărți cartile" },
    };
    for (size_t i = 0; i < COUNT(same); i++) {
        TEST_CTX(c);
        AUTO_VOCABULARY v;
        assert_ok(c, text_vocabulary_init(c, &v, text_language_find(str_of(same[i].code))));
        uint32_t terms[16];
        size_t n = terms_of(c, &v, same[i].text, terms, 16);
        assert_true(n >= 3);
        if (text_vocabulary_size(&v) != 1) test_fail("'%s' are %zu words", same[i].text, text_vocabulary_size(&v));
    }
}

TEST(text, drops_words_that_say_nothing) {
    TEST_CTX(c);
    AUTO_VOCABULARY v;
    assert_ok(c, text_vocabulary_init(c, &v, text_language_find(STR("ro_RO"))));
    uint32_t terms[16];
    assert_int_equal(2, terms_of(c, &v, "pentru lampa de la birou și în x", terms, 16));
    assert_int_equal(2, terms_of(c, &v, "lampa de birou", terms, 16));      /* the same two again */
    assert_int_equal(2, text_vocabulary_size(&v));
}

TEST(text, knows_romanian_from_english) {
    const text_language *german = text_language_find(STR("de"));
    static const struct { const char *text, *code; } cases[] = {
        { "lampa de birou cu bec pentru copii", "ro" }, { "a desk lamp with the bulb for kids", "en" }, { "xyz", "de" },
        { "", "de" }, { "lampa de and", "de" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(cases[i].code, text_language_code(text_language_guess(str_of(cases[i].text), german)));
    static const struct { const char *locale; bool known; } locales[] = {
        { "ro", true }, { "ro_RO", true }, { "en-GB", true }, { "RO", true }, { "xx", false },
        { "", false }, { "r", false }, { "rom", false },
    };
    for (size_t i = 0; i < COUNT(locales); i++)
        assert_int_equal(locales[i].known, text_language_find(str_of(locales[i].locale)) != NULL);
}

TEST(text, takes_any_bytes) {
    TEST_CTX(c);
    AUTO_VOCABULARY v;
    assert_ok(c, text_vocabulary_init(c, &v, text_language_find(STR("ro"))));
    char bytes[300];
    uint32_t terms[64];
    static const char bits[] = "<>&;#x!-/ scripty\xC8\x99\xEF\xB7\xBA\xFF";
    for (int round = 0; round < 3000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = bits[rng_below(&c->random, sizeof bits)];
        str plain = { 0 };
        size_t n = 0;
        assert_ok(c, text_plain(c, (str){ bytes, rng_below(&c->random, sizeof bytes) }, 200, &plain));
        assert_true(plain.n <= 200);
        assert_ok(c, text_terms(c, &v, plain, 64, terms, &n));
        assert_true(n <= 64);
    }
}

TEST(text, of_one_endless_word_or_many_is_bounded) {
    TEST_CTX(c);
    AUTO_VOCABULARY v;
    assert_ok(c, text_vocabulary_init(c, &v, NULL));
    char *word = arena_alloc(c->arena, 100001), *markup = arena_alloc(c->arena, 100001);
    memset(word, 'a', 100000);
    for (size_t i = 0; i < 100000; i++) markup[i] = "<!"[i % 2];
    uint32_t terms[10];
    assert_int_equal(0, terms_of(c, &v, word, terms, 10));
    str plain = { 0 };
    assert_ok(c, text_plain(c, (str){ markup, 100000 }, 1000, &plain));
    for (size_t i = 0; i < 100000; i++) word[i] = i % 3 == 2 ? ' ' : (char)('a' + i % 26);
    assert_int_equal(10, terms_of(c, &v, word, terms, 10));
}
