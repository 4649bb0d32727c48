/* ease against published vectors and against a plain inverse in double. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "models/rows.h"
#include "models/weigh.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

static interactions of_cells(ctx *c, const char *const *rows, uint32_t n_users, uint32_t n_items) {
    uint64_t *start = arena_new(c->arena, uint64_t, n_users + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)n_users * n_items);
    for (uint32_t u = 0; u < n_users; u++) {
        start[u + 1] = start[u];
        for (uint32_t i = 0; i < n_items; i++)
            if (rows[u][i] == '1') item[start[u + 1]++] = i;
    }
    return (interactions){ .n_users = n_users, .n_items = n_items, .start = start, .item = item };
}

TEST(models, ease_gives_the_reference_vectors) {
    TEST_CTX(c);
    static const char *const five[] = { "1100", "1110", "0110", "0011", "1001" }, *const four[] = { "110", "101", "011", "111" };
    static const float want5[] = { 0, .540541f, -.277372f, .451613f, .729927f, 0, .729927f, -.516129f,
                                   -.277372f, .540541f, 0, .451613f, .510949f, -.432432f, .510949f, 0 };
    static const float third = 1.0f / 3, want4[] = { 0, third, third, third, 0, third, third, third, 0 };
    interactions x = of_cells(c, five, 5, 4), y = of_cells(c, four, 4, 3);
    static const char *const forms[] = { "", " k=3" };      /* lists of all partners are the matrix */
    for (size_t f = 0; f < COUNT(forms); f++) {
        char settings[40];
        (void)snprintf(settings, sizeof settings, "lambda=0.5%s", forms[f]);
        float *b = answers_to_each(c, &model_ease, &x, settings);
        for (size_t i = 0; i < COUNT(want5); i++) assert_float_equal(want5[i], b[i], 1e-5);
        (void)snprintf(settings, sizeof settings, "lambda=1%s", forms[f]);
        b = answers_to_each(c, &model_ease, &y, settings);
        for (size_t i = 0; i < COUNT(want4); i++) assert_float_equal(want4[i], b[i], 1e-5);
    }
}

/* Gauss-Jordan in double. */
static void invert_plain(double *a, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double pivot = a[p * n + p];
        a[p * n + p] = 1;
        for (size_t k = 0; k < n; k++) a[p * n + k] /= pivot;
        for (size_t r = 0; r < n; r++) {
            double f = a[r * n + p];
            if (r == p || f == 0) continue;
            a[r * n + p] = 0;
            for (size_t k = 0; k < n; k++) a[r * n + k] -= f * a[p * n + k];
        }
    }
}

TEST(models, ease_equals_a_plain_inverse_with_values_dropout_and_weights_of_users) {
    TEST_CTX(c);
    enum { USERS = 300, ITEMS = 230 };
    interactions x = random_events(c, USERS, ITEMS, 12, 12);
    float *b = answers_to_each(c, &model_ease, &x, "lambda=3 values=2 dropout=0.25 user_power=0.5");
    double *g = arena_new(c->arena, double, ITEMS * ITEMS);
    csr m;
    assert_ok(c, weigh_matrix(c, &x, &(weighing){ WEIGH_SUM, 0 }, &m));
    for (uint32_t u = 0; u < USERS; u++)
        for (uint64_t e = m.start[u]; e < m.start[u + 1]; e++)
            for (uint64_t f = m.start[u]; f < m.start[u + 1]; f++)
                g[m.col[e] * ITEMS + m.col[f]] += (double)m.value[e] * (double)m.value[f] / sqrt((double)(m.start[u + 1] - m.start[u]));
    for (size_t i = 0; i < ITEMS; i++) g[i * ITEMS + i] = g[i * ITEMS + i] * (1 + 0.25 / 0.75) + 3;
    invert_plain(g, ITEMS);
    for (size_t i = 0; i < ITEMS; i++)
        for (size_t k = 0; k < ITEMS; k++) {
            double want = i == k ? 0 : -g[i * ITEMS + k] / g[k * ITEMS + k];
            assert_true(fabs(want - (double)b[i * ITEMS + k]) < 1e-4);
        }
}

TEST(models, ease_cut_to_lists_keeps_the_strongest_of_each_row) {
    TEST_CTX(c);
    enum { ITEMS = 60, KEPT = 10 };
    interactions x = random_events(c, 100, ITEMS, 12, 12);
    float *all = answers_to_each(c, &model_ease, &x, "lambda=5"), *cut = answers_to_each(c, &model_ease, &x, "lambda=5 k=10");
    for (size_t i = 0; i < ITEMS; i++) {
        float least_kept = INFINITY, most_left = 0;
        size_t kept = 0;
        for (size_t k = 0; k < ITEMS; k++) {
            float w = all[i * ITEMS + k];
            if (cut[i * ITEMS + k] != 0) {
                assert_float_equal(w, cut[i * ITEMS + k], 0);
                least_kept = fminf(least_kept, fabsf(w)), kept++;
            } else most_left = fmaxf(most_left, fabsf(w));
        }
        assert_true(kept <= KEPT && (kept == KEPT || most_left == 0) && least_kept >= most_left);
    }
}

TEST(models, ease_refuses_more_items_than_it_may_take) {
    TEST_CTX(c);
    uint64_t *start = arena_new(c->arena, uint64_t, 1);
    interactions x = { .n_items = 25001, .start = start };
    model_options o = model_default_options(&model_ease);
    model m;
    assert_err(ERR_TOO_LARGE, model_fit(c, &model_ease, &x, &o, &m));
    assert_non_null(strstr(c->error.text, "25000"));
}
