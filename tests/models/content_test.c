/* Profiles over facts: the cosine written out, its projection, its limits. */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

enum { ITEMS = 300, FACTS = 500, EACH = 12 };
typedef struct {
    uint64_t facts_start[ITEMS + 1], start[2];
    uint32_t col[ITEMS * EACH], item[3];
    float value[ITEMS * EACH];
    csr facts;
    interactions x;
} shelf;

/* Every item says twelve things, the first ones often; the last item says nothing. */
static const interactions *make_shelf(shelf *s) {
    rng r;
    rng_seed(&r, 4);
    uint64_t n = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t at = (uint32_t)rng_below(&r, 20);
        for (uint32_t k = 0; k < EACH && i + 1 < ITEMS; k++, n++) {
            s->col[n] = at;
            s->value[n] = (float)(0.2 + rng_unit(&r));
            at += 1 + (uint32_t)rng_below(&r, (FACTS - at - 1) / (EACH - k));
        }
        s->facts_start[i + 1] = n;
    }
    s->start[1] = 3;
    s->item[0] = 5, s->item[1] = 6, s->item[2] = 7;
    s->facts = (csr){ ITEMS, FACTS, s->facts_start, s->col, s->value };
    s->x = (interactions){ .n_users = 1, .n_items = ITEMS, .start = s->start, .item = s->item, .facts = &s->facts };
    return &s->x;
}

/* Row of an item, of length 1, written out. */
static void dense_row(const shelf *s, uint32_t item, double *ret) {
    double squares = 0;
    memset(ret, 0, FACTS * sizeof *ret);
    for (uint64_t e = s->facts_start[item]; e < s->facts_start[item + 1]; e++) {
        ret[s->col[e]] = (double)s->value[e];
        squares += (double)s->value[e] * (double)s->value[e];
    }
    for (uint32_t f = 0; f < FACTS && squares > 0; f++) ret[f] /= sqrt(squares);
}

TEST(model_content, is_the_cosine_to_what_somebody_took) {
    static shelf s;
    TEST_CTX(c);
    model m = fitted(c, &model_content, make_shelf(&s), "", 0);
    static const uint32_t took[] = { 3, 50, 3 };
    static const float weight[] = { 1, 2, 1 };
    history h = { .n = 3, .item = took, .weight = weight, .user = MODEL_NOBODY };
    float scores[ITEMS];
    assert_ok(c, model_score(c, &m, &h, 1, scores));
    double a[FACTS], b[FACTS], squares = 0;
    dense_row(&s, 3, a);
    dense_row(&s, 50, b);
    for (uint32_t f = 0; f < FACTS; f++) a[f] += 2 * b[f], squares += a[f] * a[f];      /* the larger weight of repeats counts */
    for (uint32_t i = 0; i < ITEMS; i++) {
        double row[FACTS], sum = 0;
        dense_row(&s, i, row);
        for (uint32_t f = 0; f < FACTS; f++) sum += row[f] * a[f] / sqrt(squares);
        if (fabs(sum - (double)scores[i]) > 1e-5) test_fail("item %u: %g, not %g", i, (double)scores[i], sum);
    }
    assert_true(scores[ITEMS - 1] == 0);                            /* it says nothing of itself */
}

TEST(model_content, projected_stays_near_the_exact_cosine) {
    static shelf s;
    TEST_CTX(c);
    const interactions *x = make_shelf(&s);
    model exact = fitted(c, &model_content, x, "", 0), projected = fitted(c, &model_content, x, "dim=1024", 0);
    float a[ITEMS], b[ITEMS];
    double error = 0;
    for (uint32_t u = 0; u < 20; u++) {
        history h = { .n = 1, .item = &u, .user = MODEL_NOBODY };
        assert_ok(c, model_score(c, &exact, &h, 1, a));
        assert_ok(c, model_score(c, &projected, &h, 1, b));
        assert_true(fabsf(b[u] - 1) < 1e-4f);                       /* like itself */
        for (uint32_t i = 0; i < ITEMS; i++) error += fabs((double)a[i] - (double)b[i]) / (20 * ITEMS);
    }
    assert_true(error < 0.03);                                      /* about sqrt(1 / 1024) */
}

TEST(model_content, knows_nothing_of_strangers_and_needs_facts) {
    static shelf s;
    TEST_CTX(c);
    interactions x = *make_shelf(&s);
    model m = fitted(c, &model_content, &x, "", 0);
    float scores[ITEMS];
    history stranger = { .user = MODEL_NOBODY };
    assert_ok(c, model_score(c, &m, &stranger, 1, scores));
    for (uint32_t i = 0; i < ITEMS; i++) assert_true(scores[i] == 0);
    x.facts = NULL;
    model_options o = model_default_options(&model_content);
    assert_err(ERR_INVALID, model_fit(c, &model_content, &x, &o, &m));
}

TEST(model_content, projected_comes_back_from_a_pack) {
    static shelf s;
    TEST_CTX(c);
    str bytes;
    model m = fitted(c, &model_content, make_shelf(&s), "dim=64", 0), back = kept(c, &m, &bytes);
    float a[ITEMS], b[ITEMS];
    history h = interactions_history(&s.x, 0);
    assert_ok(c, model_score(c, &m, &h, 1, a));
    assert_ok(c, model_score(c, &back, &h, 1, b));
    assert_memory_equal(a, b, sizeof a);
}

/* Six items in two worlds of words; the first and the last of each world share no word, but both share words with the one between. */
TEST(model_content, latent_vectors_bring_together_what_shares_no_word) {
    TEST_CTX(c);
    static const uint64_t facts_start[] = { 0, 2, 4, 6, 8, 10, 12 }, start[] = { 0, 1 };
    static const uint32_t col[] = { 0, 1, 1, 2, 2, 3, 4, 5, 5, 6, 6, 7 }, took[] = { 0 };
    const csr facts = { 6, 8, facts_start, col, NULL };
    const interactions x = { .n_users = 1, .n_items = 6, .start = start, .item = took, .facts = &facts };
    model exact = fitted(c, &model_content, &x, "", 0), latent = fitted(c, &model_content, &x, "dim=2 lsa=1", 0);
    float a[6], b[6];
    history h = interactions_history(&x, 0);
    assert_ok(c, model_score(c, &exact, &h, 1, a));
    assert_ok(c, model_score(c, &latent, &h, 1, b));
    assert_true(a[2] == 0 && a[3] == 0);
    assert_true(b[2] > 0.8f && b[3] < 0.2f);
}
