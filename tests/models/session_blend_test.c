/* session_blend: the evidence against plain sums, and what the ranker learns from a shop whose shoppers go back. */
#include <math.h>
#include <string.h>
#include "models/ranker.h"
#include "models/rows.h"
#include "models/session_evidence.h"
#include "tests/models/sessions.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

enum { ITEMS = 40, SESSIONS = 400, MOST_CLICKS = 7 };

typedef struct { uint32_t n, item[EVIDENCE_MAX_CANDIDATES]; float vstan[EVIDENCE_MAX_CANDIDATES], *inputs; } answer;

static void ask(ctx *c, const session_evidence *e, evidence_desk *d, const history *h, answer *ret) {
    ret->inputs = arena_new(c->arena, float, EVIDENCE_MAX_CANDIDATES * EVIDENCE_WIDTH);
    ret->n = session_evidence_ask(e, d, h, ret->item, ret->vstan, ret->inputs);
}

static void build(ctx *c, const interactions *x, session_evidence *e, evidence_desk **d) {
    session_log log;
    assert_ok(c, session_log_of(c, x, &log));
    assert_ok(c, session_evidence_build(c, &log, 2, e));
    assert_ok(c, evidence_desk_new(c, d));
}

TEST(session_evidence, counts_as_vstan_does) {
    TEST_CTX(c);
    const interactions x = sessions_random(c, SESSIONS, ITEMS, MOST_CLICKS, 5);
    session_evidence e;
    evidence_desk *d;
    model m;
    model_options o = model_default_options(&model_vstan);
    build(c, &x, &e, &d);
    assert_ok(c, model_fit(c, &model_vstan, &x, &o, &m));
    for (uint32_t u = 0; u < SESSIONS; u += 11) {
        const history h = interactions_history(&x, u);
        float s[ITEMS];
        answer a;
        ask(c, &e, d, &h, &a);
        assert_ok(c, model_score(c, &m, &h, 1, s));
        assert_true(a.n > 0 && a.n <= ITEMS);
        for (uint32_t i = 0; i < a.n; i++) assert_true(fabsf(a.vstan[i] - fmaxf(s[a.item[i]], 0)) <= 1e-4f * (1 + a.vstan[i]));
    }
}

/* Likeness of two items by its definition: pairs within 40 clicks fading over 8, sessions fading over 3/4 of them. */
static double plain_pairs(const interactions *x, uint32_t i, uint32_t j) {
    double sum = 0;
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t a = x->start[u]; a < x->start[u + 1]; a++)
            for (uint64_t b = x->start[u]; b < x->start[u + 1]; b++) {
                if (a == b || x->item[a] != i || (j < ITEMS && x->item[b] != j)) continue;
                double gap = fabs((double)b - (double)a), age = (x->n_users - 1.0 - u) / (0.75 * x->n_users);
                sum += exp2(-age) * exp(-(gap - 1) / 8);
            }
    return sum;
}

TEST(session_evidence, walks_two_steps_of_likeness) {
    TEST_CTX(c);
    const interactions x = sessions_random(c, 120, ITEMS, MOST_CLICKS, 6);
    session_evidence e;
    evidence_desk *d;
    answer a;
    static double near[ITEMS][ITEMS];
    double total[ITEMS], two[ITEMS] = { 0 };
    build(c, &x, &e, &d);
    for (uint32_t i = 0; i < ITEMS; i++) total[i] = plain_pairs(&x, i, ITEMS) + 3;      /* ITEMS: any partner */
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t j = 0; j < ITEMS; j++) near[i][j] = plain_pairs(&x, i, j) / sqrt(total[i] * total[j]);
    ask(c, &e, d, &(history){ .n = 1, .item = (uint32_t[]){ 2 }, .user = MODEL_NOBODY }, &a);
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t j = 0; j < ITEMS; j++) two[j] += near[2][i] * near[i][j];
    assert_int_equal(ITEMS, a.n);
    for (uint32_t i = 0; i < a.n; i++) {                    /* inputs 7 and 8: logarithms of one step and two */
        const float *in = a.inputs + i * EVIDENCE_WIDTH;
        assert_true(fabs(log(near[2][a.item[i]] + 1e-4) - (double)in[7]) < 1e-3);
        assert_true(fabs(log(two[a.item[i]] + 1e-4) - (double)in[8]) < 1e-3);
    }
}

TEST(session_evidence, leaves_nothing_on_the_desk) {
    TEST_CTX(c);
    const interactions x = sessions_random(c, SESSIONS, ITEMS, MOST_CLICKS, 7);
    session_evidence e;
    evidence_desk *d, *fresh;
    build(c, &x, &e, &d);
    for (uint32_t u = 0; u < 50; u++) {
        const history h = interactions_history(&x, u);
        answer a, b;
        assert_ok(c, evidence_desk_new(c, &fresh));
        ask(c, &e, d, &h, &a);
        ask(c, &e, fresh, &h, &b);
        assert_int_equal(b.n, a.n);
        assert_memory_equal(b.item, a.item, a.n * sizeof *a.item);
        assert_memory_equal(b.inputs, a.inputs, a.n * EVIDENCE_WIDTH * sizeof *a.inputs);
        for (uint32_t i = 0; i < a.n * EVIDENCE_WIDTH; i++) assert_true(isfinite(a.inputs[i]));
    }
    answer none;
    ask(c, &e, d, &(history){ .n = 1, .item = (uint32_t[]){ UINT32_MAX }, .user = MODEL_NOBODY }, &none);
    assert_int_equal(0, none.n);
}

/* Shoppers who look at an item, at one of its neighbours, and go back to the first: the third click tells nothing but that. */
static interactions going_back(ctx *c, uint32_t n) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n * 3);
    rng r;
    rng_seed(&r, 3);
    for (uint32_t s = 0; s < n; s++) {
        uint32_t first = (uint32_t)rng_below(&r, ITEMS);
        item[3 * s] = item[3 * s + 2] = first;
        item[3 * s + 1] = (first + 1 + (uint32_t)rng_below(&r, 8)) % ITEMS;
        start[s + 1] = 3 * (uint64_t)s + 3;
    }
    return (interactions){ .n_users = n, .n_items = ITEMS, .start = start, .item = item };
}

static model fit_blend(ctx *c, const interactions *x, int threads) {
    return fitted(c, &model_session_blend, x, "learn_share=0.3 trees=20 depth=3 negatives=10", threads);
}

static uint32_t best_item(ctx *c, const model *m, uint32_t first, uint32_t second) {
    float s[ITEMS];
    uint32_t best = 0;
    assert_ok(c, model_score(c, m, &(history){ .n = 2, .item = (uint32_t[]){ first, second }, .user = MODEL_NOBODY }, 1, s));
    for (uint32_t i = 1; i < ITEMS; i++) best = s[i] > s[best] ? i : best;
    return best;
}

TEST(session_blend, learns_that_shoppers_go_back) {
    TEST_CTX(c);
    const interactions x = going_back(c, 3000);
    model m = fit_blend(c, &x, 1);
    uint32_t right = 0;
    for (uint32_t i = 0; i < ITEMS; i++) right += best_item(c, &m, i, (i + 3) % ITEMS) == i;
    if (right < ITEMS * 9 / 10) test_fail("%u of %d go back", right, ITEMS);
}

TEST(session_blend, with_a_ranker_is_the_same_on_any_threads_and_after_save_and_load) {
    TEST_CTX(c);
    const interactions x = going_back(c, 1500);
    model one = fit_blend(c, &x, 1), three = fit_blend(c, &x, 3), back;
    AUTO_BUF out;
    buf_init(&out, 64 * MIB);
    assert_ok(c, model_save(c, &one, &out));
    char *bytes = arena_alloc(c->arena, out.n + 64);
    bytes += 63 - ((uintptr_t)bytes + 63) % 64;
    memcpy(bytes, out.p, out.n);
    assert_ok(c, model_load(c, (str){ bytes, out.n }, &back));
    for (uint32_t u = 0; u < x.n_users; u += 97) {
        const history h = interactions_history(&x, u);
        float s[3][ITEMS];
        const model *const models[] = { &one, &three, &back };
        for (size_t i = 0; i < COUNT(models); i++) assert_ok(c, model_score(c, models[i], &h, 1, s[i]));
        assert_memory_equal(s[0], s[1], sizeof s[0]);
        assert_memory_equal(s[0], s[2], sizeof s[0]);
    }
}

TEST(session_blend, is_vstan_where_there_is_little_to_learn_from) {
    TEST_CTX(c);
    const interactions x = sessions_random(c, 60, ITEMS, MOST_CLICKS, 9);
    model vstan, blend;
    model_options o = model_default_options(&model_vstan), p = model_default_options(&model_session_blend);
    assert_ok(c, model_fit(c, &model_vstan, &x, &o, &vstan));
    assert_ok(c, model_fit(c, &model_session_blend, &x, &p, &blend));
    for (uint32_t u = 0; u < x.n_users; u += 5) {
        const history h = interactions_history(&x, u);
        float s[ITEMS], t[ITEMS];
        assert_ok(c, model_score(c, &vstan, &h, 1, s));
        assert_ok(c, model_score(c, &blend, &h, 1, t));
        for (uint32_t i = 0; i < ITEMS; i++)
            for (uint32_t j = 0; j < ITEMS; j++)
                if (s[i] > 0 && s[i] > s[j] * 1.001f && s[i] > s[j] + 1e-5f) assert_true(t[i] > t[j]);
    }
}
