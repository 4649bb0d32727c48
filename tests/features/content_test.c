/* What is alike and what is not. */
#include "features/content.h"
#include "tests/features/little_shop.h"
#include "tests/test.h"
#include <stdio.h>
#include <string.h>

static const struct { const char *id, *name; int64_t price; const char *categories; } goods[] = {
    { "a1", "Lampă de birou LED neagră", 12000, "lighting" },  { "a2", "Lampi de birou LED, alb", 13000, "lighting" },
    { "a3", "Lampadar living", 30000, "lighting" },            { "a4", "Bec LED E27", 1500, "bulbs" },
    { "b1", "Cafea boabe arabica 1 kg", 9000, "coffee" },      { "b2", "Cafea măcinată arabica 500 g", 5000, "coffee" },
    { "b3", "Râșniță de cafea electrică", 18000, "coffee" },   { "c1", "", -1, "" },
};

static content_model fitted(ctx *c, little_shop *shop, shop_data *s) {
    shop_category_row(shop, "lighting", "");
    shop_category_row(shop, "bulbs", "lighting");
    shop_category_row(shop, "coffee", "");
    for (size_t i = 0; i < COUNT(goods); i++) shop_product(shop, goods[i].id, goods[i].name, goods[i].price, goods[i].categories);
    *s = little_shop_load(shop, 1);
    content_params p = content_default_params();
    p.locale = STR("ro_RO");
    content_model m = { 0 };
    assert_ok(c, content_fit(c, s, &p, &m));
    return m;
}

TEST(content, puts_like_beside_like) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_data s;
    content_model m = fitted(c, &shop, &s);
    topk_entry *lists = NULL;
    uint32_t *length = NULL;
    assert_ok(c, content_similar(c, &m, 3, &lists, &length));
    static const struct { const char *of, *first; } cases[] = { { "a1", "a2" }, { "a2", "a1" }, { "b1", "b2" }, { "b2", "b1" } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t item = shop_find_item(&s, str_of(cases[i].of));
        assert_true(length[item] > 0);
        assert_str(cases[i].first, s.items[lists[item * 3].item].id);
        for (uint32_t k = 1; k < length[item]; k++) assert_true(lists[item * 3 + k - 1].score >= lists[item * 3 + k].score);
    }
    assert_int_equal(0, length[shop_find_item(&s, STR("c1"))]);         /* says nothing of itself, resembles nothing */
    little_shop_close(&shop);
}

TEST(content, score_is_symmetric_and_between_nothing_and_one) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_data s;
    content_model m = fitted(c, &shop, &s);
    for (uint32_t a = 0; a < s.n_items; a++)
        for (uint32_t b = 0; b < s.n_items; b++) {
            float score = content_score(&m, a, b);
            assert_true(score >= 0 && score <= 1);
            assert_true(score == content_score(&m, b, a));
        }
    assert_true(content_score(&m, 0, 0) > 0.8f);                        /* the same thing; it has no labels to share */
    little_shop_close(&shop);
}

TEST(content, never_lists_hidden_products) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_data s;
    (void)fitted(c, &shop, &s);
    shop_set(&shop, "a2", "visibility", "hidden");
    s = little_shop_load(&shop, 1);
    content_params p = content_default_params();
    content_model m;
    topk_entry *lists = NULL;
    uint32_t *length = NULL;
    assert_ok(c, content_fit(c, &s, &p, &m));
    assert_ok(c, content_similar(c, &m, 5, &lists, &length));
    uint32_t hidden = shop_find_item(&s, STR("a2"));
    for (uint32_t i = 0; i < s.n_items; i++)
        for (uint32_t k = 0; k < length[i]; k++) assert_true(lists[i * 5 + k].item != hidden && lists[i * 5 + k].item != i);
    assert_true(length[hidden] > 0);                                    /* but its own page has suggestions */
    little_shop_close(&shop);
}

TEST(content, guesses_the_language_of_a_shop) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_product(&shop, "1", "Lampă cu bec pentru birou", 1, "");
    shop_data s = little_shop_load(&shop, 1);
    content_params p = content_default_params();
    content_model m;
    assert_ok(c, content_fit(c, &s, &p, &m));
    assert_string_equal("ro", m.language);
    shop_product(&shop, "1", "A lamp with the bulb for your desk", 1, "");
    s = little_shop_load(&shop, 1);
    assert_ok(c, content_fit(c, &s, &p, &m));
    assert_string_equal("en", m.language);
    little_shop_close(&shop);
}

TEST(content, of_nothing_is_nothing) {
    TEST_CTX(c);
    little_shop shop = little_shop_open(c);
    shop_data s = little_shop_load(&shop, 1);
    content_params p = content_default_params();
    content_model m;
    topk_entry *lists = NULL;
    uint32_t *length = NULL;
    assert_ok(c, content_fit(c, &s, &p, &m));
    assert_ok(c, content_similar(c, &m, 5, &lists, &length));
    assert_err(ERR_INVALID, content_similar(c, &m, 0, &lists, &length));
    assert_err(ERR_INVALID, content_similar(c, &m, 100000, &lists, &length));
    little_shop_close(&shop);
}

TEST(content, finds_the_same_neighbours_with_any_number_of_threads_and_as_by_hand) {
    /* given 600 products of a few words each, made in memory */
    TEST_CTX(c);
    enum { N = 600, K = 10 };
    static const char *const words[] = { "lamp", "chair", "table", "green", "oak", "steel", "garden", "desk", "kids", "round", "tall" };
    shop_data s = { .n_items = N, .items = arena_new(c->arena, shop_item, N) };
    for (uint32_t i = 0; i < N; i++) {
        buf name;
        buf_init_in(&name, c->arena, 200);
        for (int w = 0; w < 4; w++)
            buf_printf(&name, "%s%d common ", words[rng_below(&c->random, COUNT(words))], (int)rng_below(&c->random, 4));
        s.items[i] = (shop_item){ .name = buf_view(&name), .main_category = SHOP_NONE, .price_minor = -1, .listed = true };
    }
    content_params p = content_default_params();
    content_model m;
    topk_entry *one = NULL, *four = NULL;
    uint32_t *length_one = NULL, *length_four = NULL;
    /* when searched by one thread and by four */
    p.threads = 1;
    assert_ok(c, content_fit(c, &s, &p, &m));
    assert_ok(c, content_similar(c, &m, K, &one, &length_one));
    m.params.threads = 4;
    assert_ok(c, content_similar(c, &m, K, &four, &length_four));
    /* and with so little work that common words lead to part of their products only */
    topk_entry *hasty = NULL;
    uint32_t *length_hasty = NULL;
    m.params.work = 1;
    assert_ok(c, content_similar(c, &m, K, &hasty, &length_hasty));
    double found = 0, whole = 0;
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(K, length_hasty[i]);
        found += (double)hasty[(size_t)i * K].score;
        whole += (double)one[(size_t)i * K].score;
    }
    assert_true(found > 0.95 * whole && found <= whole);
    /* then both agree, and the best is the best of all pairs */
    assert_memory_equal(length_one, length_four, N * sizeof *length_one);
    for (uint32_t i = 0; i < N; i++) {
        assert_memory_equal(one + (size_t)i * K, four + (size_t)i * K, length_one[i] * sizeof *one);
        float best = 0;
        for (uint32_t j = 0; j < N; j++)
            if (j != i && content_score(&m, i, j) > best) best = content_score(&m, i, j);
        if (best > 0) assert_true(one[(size_t)i * K].score == best);
    }
}
