/* Which words are marks, and what it is worth to share one. */
#include "decide/marks.h"
#include "tests/test.h"
#include <math.h>
#include <string.h>

/* Words and labels of products, one string each: a letter is a word, a digit a label. */
static content_model words_of(ctx *c, const char *const *texts, uint32_t n) {
    shop_data *s = arena_new(c->arena, shop_data, 1);
    content_model m = { .shop = s, .n_terms = 26, .start = arena_new(c->arena, uint64_t, n + 1),
                        .terms = arena_new(c->arena, content_term, 1000),
                        .labels = { .start = arena_new(c->arena, uint64_t, n + 1), .values = arena_new(c->arena, uint32_t, 1000) } };
    s->n_items = n, s->n_labels = 10;
    for (uint32_t i = 0; i < n; i++) {
        m.start[i + 1] = m.start[i], m.labels.start[i + 1] = m.labels.start[i];
        for (const char *p = texts[i]; *p; p++)
            if (*p >= 'a') m.terms[m.start[i + 1]++].term = (uint32_t)(*p - 'a');
            else m.labels.values[m.labels.start[i + 1]++] = (uint32_t)(*p - '0');
    }
    return m;
}

static bool near(float wanted, float got, double most) { return fabs((double)(wanted - got)) <= most; }
static int bits(uint64_t x) { return __builtin_popcountll(x); }

TEST(marks, are_what_several_kinds_have_and_not_what_all_have_and_one_however_often_it_is_told) {
    /* given: lamps (kind 1) and shades (2). r and n are series, 1 a tag of all of series r; l stands at lamps, x at all, u at one */
    TEST_CTX(c);
    static const char *const texts[] = { "xlr1", "xlr1", "xln", "xln", "xsr1", "xsn", "xsnu", "xs" };
    const uint8_t kinds[] = { 1, 1, 1, 1, 2, 2, 2, 2 };
    content_model m = words_of(c, texts, COUNT(texts));
    marks k;
    assert_ok(c, marks_find(c, &m, kinds, 2, &k));
    /* then two marks: n joins two lamps with two shades, r and its tag two lamps with one */
    uint64_t all = 0;
    for (size_t i = 0; i < COUNT(texts); i++) all |= k.of[i];
    assert_int_equal(3, all);
    for (size_t i = 0; i < COUNT(texts); i++) {
        uint64_t wanted = strchr(texts[i], 'n') ? 1 : strchr(texts[i], 'r') ? 2 : 0;
        assert_int_equal(wanted, k.of[i]);
    }
}

TEST(marks, are_sixty_four_at_most_those_that_join_most) {
    TEST_CTX(c);
    enum { PAIRS = 100, N = 2 * PAIRS + 3 };
    shop_data s = { .n_items = N };
    content_model m = { .shop = &s, .n_terms = PAIRS, .start = arena_new(c->arena, uint64_t, N + 1),
                        .terms = arena_new(c->arena, content_term, N), .labels = { .start = arena_new(c->arena, uint64_t, N + 1) } };
    uint8_t kinds[N];
    for (uint32_t i = 0; i < N; i++) {
        m.start[i] = i, m.terms[i].term = i < 2 * PAIRS ? i / 2 : PAIRS - 1;       /* the last word has three more */
        kinds[i] = 1 + i % 2;
    }
    m.start[N] = N;
    marks k;
    assert_ok(c, marks_find(c, &m, kinds, 2, &k));
    int marked = 0;
    for (uint32_t i = 0; i < N; i++) marked += bits(k.of[i]);
    assert_int_equal(2 * 64 + 3, marked);
    for (uint32_t i = 2 * PAIRS - 2; i < N; i++) assert_int_equal(1, k.of[i]);
}

/* Lamps 0, 1 and shades 2, 3, of series r and n each. */
enum { LAMP_R, LAMP_N, SHADE_R, SHADE_N, SET };
static const uint8_t set_kinds[] = { 1, 1, 2, 2 };
static marks set_of_four(ctx *c) {
    static const char *const texts[] = { "r", "n", "r", "n" };
    content_model m = words_of(c, texts, SET);
    marks k;
    assert_ok(c, marks_find(c, &m, set_kinds, 2, &k));
    for (size_t i = 0; i < SET; i++) assert_int_equal(1, bits(k.of[i]));
    assert_true(k.of[LAMP_R] == k.of[SHADE_R] && k.of[LAMP_R] != k.of[LAMP_N]);
    return k;
}
static const snapshot_mark *worth_of(const marks *k, uint32_t item, bool one_kind) {
    return &k->worth[(one_kind ? MARKS_MOST : 0) + (size_t)__builtin_ctzll(k->of[item])];
}

TEST(marks, are_worth_what_is_bought_together_oftener_than_kinds_alone_foresee) {
    /* given: of 40 pairs with a lamp of series r 30 have its shade, where half of the shades are of it; worked by hand, strength 10:
     * shared (30 + 10) / (20 + 10), not shared (10 + 10) / (20 + 10), so log 2 */
    TEST_CTX(c);
    marks k = set_of_four(c);
    marks_add_one(&k, 2, SHADE_R, 5);
    marks_add_one(&k, 2, SHADE_N, 5);
    marks_add_pair(&k, k.bought, set_kinds, LAMP_R, SHADE_R, 30);
    marks_add_pair(&k, k.bought, set_kinds, LAMP_R, SHADE_N, 10);
    marks_weigh(&k);
    assert_true(near((float)log(2), worth_of(&k, LAMP_R, false)->bought, 1e-6));
    /* then nothing is said of the other series, of pairs of one kind, of clicks; nor is what was bought forgotten with these */
    assert_true(worth_of(&k, LAMP_N, false)->bought == 0 && worth_of(&k, LAMP_R, true)->bought == 0);
    assert_true(worth_of(&k, LAMP_R, false)->clicked == 0 && worth_of(&k, LAMP_R, false)->viewed == 0);
    marks_forget_clicks(&k);
    assert_true(near((float)log(2), worth_of(&k, LAMP_R, false)->bought, 1e-6));
}

TEST(marks, are_worth_what_is_clicked_oftener_and_what_one_visitor_opens) {
    TEST_CTX(c);
    marks k = set_of_four(c);
    /* given: beside a lamp of series r, where kinds foresee a click of each, its shade is clicked 41 times in 10, the other none in 10 */
    for (int i = 0; i < 41; i++) marks_add_look(&k, set_kinds, LAMP_R, SHADE_R, i < 10, true);
    for (int i = 0; i < 10; i++) marks_add_look(&k, set_kinds, LAMP_R, SHADE_N, 1, false);
    marks_add_one(&k, 2, SHADE_R, 1);
    marks_add_one(&k, 2, SHADE_N, 3);
    for (int i = 0; i < 200; i++) marks_add_pair(&k, k.viewed, set_kinds, LAMP_R, SHADE_R, 1);
    marks_weigh(&k);
    assert_true(near((float)log(51.0 / 20 / (10.0 / 20)), worth_of(&k, LAMP_R, false)->clicked, 1e-6));
    assert_true(near((float)log(250.0 / 100 / (50.0 / 200)), worth_of(&k, LAMP_R, false)->viewed, 1e-6));
    assert_true(worth_of(&k, LAMP_N, false)->clicked == 0);
    marks_forget_clicks(&k);
    assert_true(worth_of(&k, LAMP_R, false)->clicked == 0 && worth_of(&k, LAMP_R, false)->viewed == 0);
    /* then of a kind of which nothing was held nothing is foreseen, and no pair counts */
    marks_add_pair(&k, k.viewed, set_kinds, LAMP_R, SHADE_R, 100);
    marks_weigh(&k);
    assert_true(worth_of(&k, LAMP_R, false)->viewed == 0);
}

TEST(marks, of_which_most_matter_to_nobody_are_worth_little_each_has_its_luck) {
    /* given: sixty words that change nothing, whose clicks vary as luck does, and one that doubles them */
    TEST_CTX(c);
    enum { WORDS = 60, N = 2 * (WORDS + 1), LOOKS = 40 };
    shop_data s = { .n_items = N };
    content_model m = { .shop = &s, .n_terms = WORDS + 1, .start = arena_new(c->arena, uint64_t, N + 1),
                        .terms = arena_new(c->arena, content_term, N), .labels = { .start = arena_new(c->arena, uint64_t, N + 1) } };
    uint8_t kinds[N];
    for (uint32_t i = 0; i < N; i++) m.start[i] = i, m.terms[i].term = i / 2, kinds[i] = 1 + i % 2;
    m.start[N] = N;
    marks k;
    rng luck;
    rng_seed(&luck, 3);
    assert_ok(c, marks_find(c, &m, kinds, 2, &k));
    for (uint32_t word = 0; word <= WORDS; word++)
        for (int i = 0; i < 2 * LOOKS; i++) {
            uint32_t other = i % 2 ? 2 * word + 1 : (2 * word + 3) % N;
            double rate = word == WORDS && i % 2 ? 1 : 0.5;
            marks_add_look(&k, kinds, 2 * word, other, 0.5, rng_unit(&luck) < rate);
        }
    marks_weigh(&k);
    double idle = 0;
    for (uint32_t word = 0; word < WORDS; word++) idle += fabs((double)worth_of(&k, 2 * word, false)->clicked) / WORDS;
    assert_true(idle < 0.02 && worth_of(&k, 2 * WORDS, false)->clicked > 0.2f);
}

/* Beside a lamp of series r of dark wood d, its series doubles clicks, what it is made of changes nothing. */
static void show_dark_series(marks *k, const uint8_t *kinds) {
    static const struct { uint32_t shade; int looks; bool of_series; } shown[] = {
        { 4, 800, true }, { 5, 50, true }, { 6, 50, false }, { 7, 800, false },
    };
    marks_count_again(k);
    for (size_t i = 0; i < COUNT(shown); i++) {
        double expected = 0.5 * exp(marks_shared(k, kinds, 0, shown[i].shade));
        for (int j = 0; j < shown[i].looks; j++) marks_add_look(k, kinds, 0, shown[i].shade, expected, shown[i].of_series || j % 2);
    }
    marks_weigh(k);
}

TEST(marks, that_stand_together_are_not_all_worth_what_one_of_them_is) {
    TEST_CTX(c);
    static const char *const texts[] = { "rd", "a", "a", "b", "rd", "r", "d", "b" };
    static const uint8_t kinds[] = { 1, 1, 1, 1, 2, 2, 2, 2 };
    content_model m = words_of(c, texts, COUNT(texts));
    marks k;
    assert_ok(c, marks_find(c, &m, kinds, 2, &k));
    assert_int_equal(2, bits(k.of[0]));
    for (int round = 0; round < 40; round++) show_dark_series(&k, kinds);
    size_t series = (size_t)__builtin_ctzll(k.of[5]), dark = (size_t)__builtin_ctzll(k.of[6]);
    float both = k.worth[series].clicked + k.worth[dark].clicked;
    assert_true(near((float)log(2), both, 0.05) && near((float)log(2), k.worth[series].clicked, 0.12));
    /* then they have come to rest, */
    show_dark_series(&k, kinds);
    assert_true(near(both, k.worth[series].clicked + k.worth[dark].clicked, 0.001));
    /* and one that stands by itself is worth at once what its clicks say */
    marks_forget_clicks(&k);
    for (int j = 0; j < 1000; j++) marks_add_look(&k, kinds, 0, 5, 0.5, true), marks_add_look(&k, kinds, 0, 7, 0.5, j % 2);
    marks_weigh(&k);
    assert_true(near((float)log(2), k.worth[series].clicked, 0.05) && k.worth[dark].clicked == 0);
}
