/* Models of next baskets on shops small enough for paper and pencil. */
#include <math.h>
#include <string.h>
#include "base/pack.h"
#include "models/rows.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

/* Users "visit visit ...", items as letters. */
typedef struct { uint64_t start[17]; uint32_t item[256], visit[256]; interactions x; } shop;

static const interactions *shop_of(shop *s, const char *const *users, uint32_t n_users, uint32_t n_items) {
    uint64_t n = 0;
    for (uint32_t u = 0; u < n_users; u++) {
        uint32_t visit = 0;
        for (const char *p = users[u]; *p; p++)
            if (*p == ' ') visit++;
            else s->visit[n] = visit, s->item[n++] = (uint32_t)(*p - 'a');
        s->start[u + 1] = n;
    }
    s->x = (interactions){ .n_users = n_users, .n_items = n_items, .start = s->start, .item = s->item, .visit = s->visit };
    return &s->x;
}

/* Scores of a visitor who came after the fit. */
static void ask(ctx *c, const char *name, const char *settings, const interactions *x, const char *visitor, float *ret) {
    shop who = { .start = { 0 } };
    model m = fitted(c, model_named(str_of(name)), x, settings, 0);
    history h = interactions_history(shop_of(&who, &visitor, 1, x->n_items), 0);
    h.user = MODEL_NOBODY;
    assert_ok(c, model_score(c, &m, &h, 1, ret));
}

static void assert_scores(const float *expected, const float *got, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(expected[i] - got[i]) < 1e-5f)) test_fail("item %zu: expected %g, got %g", i, (double)expected[i], (double)got[i]);
}

TEST(next_basket_models, personal_top_counts_his_visits_then_everybodys_last) {
    TEST_CTX(c);
    shop s = { .start = { 0 } };
    float got[4];
    ask(c, "personal_top", "", shop_of(&s, (const char *[]){ "a b", "d cb" }, 2, 4), "aad a", got);
    assert_scores((float[]){ 2, 0.5f, 0.25f, 1 }, got, 4);
}

TEST(next_basket_models, tifu_mixes_his_taste_with_the_nearest) {
    TEST_CTX(c);
    shop s = { .start = { 0 } };
    float got[3];
    /* visitor "a ab": groups of one visit: a = .25 + .5, b = .5. Squared
     * distances: .3125 of user 0 (a 1), .8125 of user 1 (b 1), 1.8125 of user 2 (c 1) */
    const interactions *x = shop_of(&s, (const char *[]){ "a", "b", "c" }, 3, 3);
    ask(c, "tifu_knn", "neighbours=2 group_decay=0.5 alpha=0.6", x, "a ab", got);
    assert_scores((float[]){ 0.6f * 0.75f + 0.4f / 2, 0.6f * 0.5f + 0.4f / 2, 0 }, got, 3);
    ask(c, "tifu_knn", "neighbours=1 group_decay=0.5 alpha=0.6", x, "a ab", got);
    assert_scores((float[]){ 0.6f * 0.75f + 0.4f, 0.6f * 0.5f, 0 }, got, 3);
}

TEST(next_basket_models, up_cf_hears_those_with_the_same_items) {
    TEST_CTX(c);
    shop s = { .start = { 0 } };
    float got[3];
    /* visitor takes {a, b}: s(user 0 {a, c}) = 1 / (2^.75 2^.25) = .5, user 1 {a}: 1 / 2^.75, user 2 {c}: 0. Window of two visits */
    const interactions *x = shop_of(&s, (const char *[]){ "a c c", "a", "c" }, 3, 3);
    ask(c, "up_cf", "window=2 asymmetry=0.75 locality=2", x, "b a ab", got);
    assert_scores((float[]){ 1 + powf(2, -1.5f), 0.5f, 0.25f }, got, 3);
}

TEST(next_basket_models, next_basket_listens_to_what_the_nearest_took_next) {
    TEST_CTX(c);
    shop s = { .start = { 0 } };
    float got[5];
    /* users 0 and 1 took a and b like the visitor and came back for d and e; c is what everybody takes */
    const interactions *x = shop_of(&s, (const char *[]){ "a d", "b e", "c c", "c c", "c c" }, 5, 5);
    ask(c, "next_basket", "decay=1 follow=2 everybody=0 past=0", x, "a", got);
    assert_scores((float[]){ 1, 0, 0, 2, 0 }, got, 5);
    ask(c, "next_basket", "decay=1 follow=2 everybody=0 past=0", x, "ab", got);   /* both equally near */
    assert_scores((float[]){ 1, 1, 0, 1, 1 }, got, 5);
    ask(c, "next_basket", "decay=1 follow=2 everybody=0 past=0.5", x, "a", got);
    assert_scores((float[]){ 2, 0, 0, 2, 0 }, got, 5);
    ask(c, "next_basket", "everybody=10", x, "", got);
    assert_scores((float[]){ 0, 0, 6, 2, 2 }, got, 5);
}

TEST(next_basket_models, damaged_packs_are_refused) {
    static const char *const names[] = { "personal_top", "tifu_knn", "up_cf", "next_basket" };
    for (size_t k = 0; k < COUNT(names); k++) {
        TEST_CTX(c);
        shop s = { .start = { 0 } };
        const interactions *x = shop_of(&s, (const char *[]){ "ab cd", "bc a b", "d" }, 3, 4);
        const model_row *row = model_named(str_of(names[k]));
        model_options o = model_default_options(row);
        model m, back;
        buf out;
        buf_init_in(&out, c->arena, MIB);
        assert_ok(c, model_fit(c, row, x, &o, &m));
        assert_ok(c, model_save(c, &m, &out));
        float scores[4];
        history h = interactions_history(x, 0);
        for (size_t at = 0; at < out.n; at += 3) {              /* whatever byte is turned: refused, or answers without NaN */
            AUTO_ARENA room;
            arena_init(&room, 16 * MIB);
            ctx d;
            ctx_init(&d, &room);
            if (!taken_damaged(&d, &out, at, 4, &back)) continue;
            assert_ok(&d, model_score(&d, &back, &h, 1, scores));
            for (size_t i = 0; i < 4; i++) assert_true(isfinite(scores[i]));
        }
    }
}

/* Other models of visits are saved with an empty "scale": its length alone, turned to 0, makes a pack that looks whole. */
TEST(next_basket_models, next_basket_without_how_much_items_tell_is_refused) {
    TEST_CTX(c);
    shop s = { .start = { 0 } };
    const model_row *row = model_named(STR("next_basket"));
    model_options o = model_default_options(row);
    model m, back;
    buf out;
    buf_init_in(&out, c->arena, MIB);
    assert_ok(c, model_fit(c, row, shop_of(&s, (const char *[]){ "ab cd", "bc a b", "d" }, 3, 4), &o, &m));
    assert_ok(c, model_save(c, &m, &out));
    char *name = memmem(out.p, out.n, "scale", sizeof "scale");
    assert_non_null(name);
    char *count = name + PACK_NAME_BYTES + 2 * sizeof(uint64_t);       /* behind name, size and place */
    assert_memory_equal(&(uint64_t){ 4 }, count, sizeof(uint64_t));
    memset(count, 0, sizeof(uint64_t));
    char *bytes = arena_alloc(c->arena, out.n + 64);
    bytes += (64 - (uintptr_t)bytes % 64) % 64;
    memcpy(bytes, out.p, out.n);
    assert_err(ERR_CORRUPT, model_load(c, (str){ bytes, out.n }, &back));
}
