/* Tests of the factor models' inside: what is solved, that the loss falls, and what a fold-in gives. The contract of rows is tested
 * in contract_test.c. */
#include "tests/models/fitted.h"
#include "tests/test.h"
#include <math.h>
#include <string.h>
#include "models/als.h"
#include "models/rows.h"

enum { USERS = 120, ITEMS = 80, MOST = USERS * 20, DIM = 12 };

typedef struct {
    uint64_t start[USERS + 1];
    uint32_t item[MOST];
    float weight[MOST];
    interactions x;
} shop;

/* Users of three tastes; a taste's items are every third one, one event in eight is taken from all. User 0 has done nothing. */
static const interactions *draw_shop(ctx *c, shop *s) {
    for (uint32_t u = 0; u < USERS; u++) {
        uint64_t n = s->start[u], events = u == 0 ? 0 : 1 + rng_below(&c->random, 18);
        for (uint64_t e = 0; e < events; e++) {
            uint32_t item = (uint32_t)rng_below(&c->random, ITEMS);
            s->item[n] = rng_below(&c->random, 8) ? item / 3 * 3 + u % 3 : item;
            if (s->item[n] >= ITEMS) s->item[n] = u % 3;
            s->weight[n++] = (float)(1 + rng_below(&c->random, 3));
        }
        s->start[u + 1] = n;
    }
    s->x = (interactions){ .n_users = USERS, .n_items = ITEMS, .start = s->start, .item = s->item, .weight = s->weight };
    return &s->x;
}

static als_settings settings(int steps) {
    return (als_settings){ .dim = DIM, .sweeps = 5, .steps = steps, .loss = { 0.05, 0.01, 1, 1, { WEIGH_SUM, 0 } }, .damp = 0.3,
        .seed = 3, .threads = 1 };
}

static double loss_of(ctx *c, const als_settings *s, const als_state *a) {
    double loss;
    assert_ok(c, als_loss(c, s, a, &loss));
    return loss;
}

TEST(als, loss_falls_with_every_half_sweep) {
    TEST_CTX(c);
    static shop d;
    als_settings s = settings(60);
    als_state a;
    assert_ok(c, als_begin(c, draw_shop(c, &d), &s, &a));
    double before = INFINITY;
    for (int half = 0; half < 12; half++) {
        assert_ok(c, als_half_sweep(c, &s, &a, half % 2 == 0));
        double now = loss_of(c, &s, &a);
        if (!(now < before)) test_fail("half sweep %d: %.9g after %.9g", half, now, before);
        before = now;
    }
}

TEST(als, three_steps_a_solve_end_where_exact_solves_end) {
    static shop d;
    double loss[2];
    for (int exact = 0; exact < 2; exact++) {
        TEST_CTX(c);
        als_settings s = settings(exact ? 100 : 3);
        als_state a;
        assert_ok(c, als_begin(c, draw_shop(c, &d), &s, &a));
        for (int half = 0; half < 20; half++) assert_ok(c, als_half_sweep(c, &s, &a, half % 2 == 0));
        loss[exact] = loss_of(c, &s, &a);
    }
    assert_true(fabs(loss[0] / loss[1] - 1) < 0.01);
}

/* Solve A x = b, A DIM x DIM, by elimination; A is positive definite. */
static void eliminate(double a[DIM][DIM], double *b) {
    for (int i = 0; i < DIM; i++)
        for (int r = i + 1; r < DIM; r++) {
            double factor = a[r][i] / a[i][i];
            for (int j = i; j < DIM; j++) a[r][j] -= factor * a[i][j];
            b[r] -= factor * b[i];
        }
    for (int i = DIM - 1; i >= 0; i--) {
        for (int j = i + 1; j < DIM; j++) b[i] -= a[i][j] * b[j];
        b[i] /= a[i][i];
    }
}

/* The problem of user u written down as in the paper: alpha0 H'H + sum c h h' + reg (sum c + alpha0 items)^nu I. */
static void solve_user(const als_settings *s, const als_state *a, uint32_t u, double *ret_x) {
    double m[DIM][DIM] = { { 0 } }, known = 0;
    memset(ret_x, 0, DIM * sizeof *ret_x);
    for (uint32_t i = 0; i < ITEMS; i++) {
        const float *h = a->item + i * ridge_stride(DIM);
        double c = 0;
        for (uint64_t e = a->seen.start[u]; e < a->seen.start[u + 1]; e++)
            if (a->seen.col[e] == i) c = (double)a->seen.value[e];
        known += c;
        for (int p = 0; p < DIM; p++) {
            ret_x[p] += c * (double)h[p];
            for (int q = 0; q < DIM; q++) m[p][q] += (s->loss.alpha0 + c) * (double)h[p] * (double)h[q];
        }
    }
    for (int p = 0; p < DIM; p++) m[p][p] += s->loss.reg * pow(known + s->loss.alpha0 * ITEMS, s->loss.nu);
    eliminate(m, ret_x);
}

TEST(als, solves_every_user_as_the_paper_writes_it_down) {
    TEST_CTX(c);
    static shop d;
    als_settings s = settings(60);
    als_state a;
    assert_ok(c, als_begin(c, draw_shop(c, &d), &s, &a));
    for (int half = 0; half < 5; half++) assert_ok(c, als_half_sweep(c, &s, &a, half % 2 == 0));
    for (uint32_t u = 0; u < USERS; u++) {
        double expected[DIM];
        solve_user(&s, &a, u, expected);
        for (int j = 0; j < DIM; j++)
            if (fabs(expected[j] - (double)a.user[u * ridge_stride(DIM) + (size_t)j]) > 1e-4)
                test_fail("user %u, dimension %d: %g, expected %g", u, j, (double)a.user[u * ridge_stride(DIM) + (size_t)j], expected[j]);
    }
}

TEST(als, folds_a_user_of_the_fit_in_as_one_more_half_sweep_would) {
    TEST_CTX(c);
    static shop d;
    const interactions *x = draw_shop(c, &d);
    als_settings s = settings(60);
    als_state a;
    assert_ok(c, als_begin(c, x, &s, &a));
    for (int half = 0; half < 7; half++) assert_ok(c, als_half_sweep(c, &s, &a, half % 2 == 0));
    factors f = { .n_items = ITEMS, .dim = DIM, .loss = s.loss, .item = a.item, .trust = a.trust, .energy = a.energy };
    for (uint32_t u = 0; u < USERS; u++) {
        float got[16];
        history h = interactions_history(x, u);
        assert_ok(c, factors_fold_in(c, &f, &h, got));
        for (size_t j = 0; j < DIM; j++) assert_true(fabsf(got[j] - a.user[u * ridge_stride(DIM) + j]) < 2e-4f);
    }
}

TEST(als, turning_keeps_products_and_makes_the_gram_matrix_diagonal) {
    TEST_CTX(c);
    enum { N = 700, D = 20 };
    size_t stride = ridge_stride(D);
    float *rows = arena_new(c->arena, float, N * stride), *before = arena_new(c->arena, float, N * stride), energy[32];
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < D; j++) rows[i * stride + j] = (float)rng_unit(&c->random) - 0.3f;
    memcpy(before, rows, N * stride * sizeof *rows);
    assert_ok(c, factors_turn(c, rows, N, D, 1, energy));
    for (size_t i = 0; i < N; i += 13)
        for (size_t k = 0; k < N; k += 17) {
            double x = 0, y = 0;
            for (size_t j = 0; j < D; j++) {
                x += (double)before[i * stride + j] * (double)before[k * stride + j];
                y += (double)rows[i * stride + j] * (double)rows[k * stride + j];
            }
            assert_true(fabs(x - y) < 1e-4);
        }
    for (size_t p = 0; p < D; p++)
        for (size_t q = 0; q < D; q++) {
            double sum = 0;
            for (size_t i = 0; i < N; i++) sum += (double)rows[i * stride + p] * (double)rows[i * stride + q];
            assert_true(fabs(sum - (p == q ? (double)energy[p] : 0)) < 2e-2);
            if (p > 0) assert_true(energy[p] <= energy[p - 1]);
        }
}

TEST(als, takes_a_row_longer_than_a_panel) {
    /* given: one item that more users have than the solver takes at once */
    TEST_CTX(c);
    enum { MANY = 2 * RIDGE_PANEL_ROWS };
    uint64_t *start = arena_new(c->arena, uint64_t, MANY + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, 2 * MANY);
    for (uint32_t u = 0; u < MANY; u++) item[2 * u] = 0, item[2 * u + 1] = 1 + u % 9, start[u + 1] = 2 * (u + 1);
    interactions x = { .n_users = MANY, .n_items = 10, .start = start, .item = item };
    /* when */
    model m = fitted(c, &model_als, &x, "factors=8 sweeps=5", 0);
    /* then: who has item 3 is not told of the others, which nobody has together with it */
    float s[10];
    history h = { .n = 1, .item = (const uint32_t[]){ 3 }, .user = MODEL_NOBODY };
    assert_ok(c, model_score(c, &m, &h, 1, s));
    for (uint32_t i = 1; i < 10; i++)
        if (i != 3 && !(s[i] < s[3] / 2)) test_fail("item %u: %g, item 3: %g", i, (double)s[i], (double)s[3]);
}

/* Two crowds that share nothing, large enough to be cut into parts. */
static interactions crowds(ctx *c, uint32_t users, uint32_t items) {
    uint64_t *start = arena_new(c->arena, uint64_t, users + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)users * 30);
    for (uint32_t u = 0; u < users; u++) {
        for (uint32_t e = 0; e < 30; e++) item[start[u] + e] = (uint32_t)rng_below(&c->random, items / 2) * 2 + u % 2;
        start[u + 1] = start[u] + 30;
    }
    return (interactions){ .n_users = users, .n_items = items, .start = start, .item = item };
}

TEST(bpr, gives_the_same_bits_on_any_number_of_threads_and_tells_crowds_apart) {
    TEST_CTX(c);
    enum { N = 1200 };
    interactions x = crowds(c, N, N);
    float s[2][N];
    for (int run = 0; run < 2; run++) {
        model m = fitted(c, &model_bpr, &x, "factors=8 epochs=30", run ? 4 : 1);
        history h = interactions_history(&x, 7);
        h.user = MODEL_NOBODY;
        assert_ok(c, model_score(c, &m, &h, 1, s[run]));
    }
    assert_memory_equal(s[0], s[1], sizeof s[0]);
    uint32_t right = 0;
    for (uint32_t i = 0; i < N; i += 2) right += s[0][i + 1] > s[0][i];     /* user 7 is of the odd crowd */
    if (right <= N / 2 * 95 / 100) test_fail("%u of %d pairs in order", right, N / 2);
}

TEST(bpr, takes_a_user_who_has_everything) {
    TEST_CTX(c);
    uint64_t start[3] = { 0, 5, 6 };
    uint32_t item[6] = { 0, 1, 2, 3, 4, 2 };
    interactions x = { .n_users = 2, .n_items = 5, .start = start, .item = item };
    model m = fitted(c, &model_bpr, &x, "", 0);
    float s[5];
    history h = interactions_history(&x, 1);
    assert_ok(c, model_score(c, &m, &h, 1, s));
    for (int i = 0; i < 5; i++) assert_true(isfinite(s[i]));
}
