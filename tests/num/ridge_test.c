/* Tests of the small least squares problems: every way to solve one gives the exact solution in double. */
#include "tests/test.h"
#include <math.h>
#include "num/ridge.h"

enum { MOST = 5000 };

typedef struct {
    ridge_problem p;
    uint32_t index[MOST];
    float weight[MOST], warm[MOST], diag[RIDGE_MAX_DIM];
} drawn;

/* k rows out of 64, so that the same row comes again; weights from 0.1 to 10. */
static void draw(ctx *c, uint32_t dim, size_t k, drawn *ret) {
    size_t stride = ridge_stride(dim);
    float *rows = arena_new(c->arena, float, 64 * stride);
    for (size_t i = 0; i < 64; i++)
        for (uint32_t j = 0; j < dim; j++) rows[i * stride + j] = (float)(rng_unit(&c->random) - 0.4) / sqrtf((float)dim);
    for (size_t i = 0; i < k; i++) {
        ret->index[i] = (uint32_t)rng_below(&c->random, 64);
        ret->weight[i] = (float)pow(10, 2 * rng_unit(&c->random) - 1);
        ret->warm[i] = 0;
    }
    for (size_t j = 0; j < stride; j++) ret->diag[j] = 0.05f + (float)rng_unit(&c->random);
    ret->p = (ridge_problem){ .rows = rows, .index = ret->index, .weight = ret->weight, .k = k, .diag = ret->diag, .steps = 200,
        .tolerance = 1e-6f };
}

static double error_of(ctx *c, const drawn *d, uint32_t dim, const float *x) {
    double *exact = arena_new(c->arena, double, dim), difference = 0, size = 0;
    assert_ok(c, ridge_solve_plain(c, &d->p, dim, exact));
    for (uint32_t j = 0; j < dim; j++) {
        difference += pow((double)x[j] - exact[j], 2);
        size += exact[j] * exact[j];
    }
    return size > 0 ? sqrt(difference / size) : sqrt(difference);
}

TEST(ridge, solves_as_exactly_as_cholesky_in_double) {
    static const struct { uint32_t dim; size_t k; } cases[] = {
        { 1, 1 }, { 1, 7 }, { 8, 1 }, { 8, 3 }, { 16, 4 }, { 17, 5 }, { 64, 20 }, { 64, 50 }, { 100, 300 }, { 256, 33 }, { 33, 2048 },
        { 33, 2049 }, { 64, MOST }, { RIDGE_MAX_DIM, 10 },
    };
    static drawn d;
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        float x[RIDGE_MAX_DIM];
        ridge_room *room;
        draw(c, cases[i].dim, cases[i].k, &d);
        assert_ok(c, ridge_room_new(c, cases[i].dim, cases[i].k, &room));
        ridge_solve(room, &d.p, x);
        double error = error_of(c, &d, cases[i].dim, x);
        if (!(error < (cases[i].k > RIDGE_PANEL_ROWS ? 2e-4 : 2e-5))) test_fail("%u dimensions, %zu rows: off by %g",
            cases[i].dim, cases[i].k, error);
    }
}

TEST(ridge, of_no_rows_is_zero) {
    TEST_CTX(c);
    static drawn d;
    float x[16] = { 1, 2, 3 };
    ridge_room *room;
    draw(c, 10, 0, &d);
    assert_ok(c, ridge_room_new(c, 10, 0, &room));
    ridge_solve(room, &d.p, x);
    for (int j = 0; j < 10; j++) assert_true(x[j] == 0);
}

TEST(ridge, comes_nearer_with_every_step_and_further_from_a_warm_start) {
    TEST_CTX(c);
    static drawn d;
    float x[48];
    ridge_room *room;
    draw(c, 40, 90, &d);
    assert_ok(c, ridge_room_new(c, 40, 90, &room));
    double before = 1, cold = 1;
    d.p.tolerance = 0;
    for (d.p.steps = 1; d.p.steps <= 4; d.p.steps++) {
        ridge_solve(room, &d.p, x);
        double error = error_of(c, &d, 40, x);
        assert_true(error < before);
        before = cold = error;
    }
    d.p.steps = 4, d.p.warm = d.warm;
    ridge_solve(room, &d.p, x);
    assert_true(fabs(error_of(c, &d, 40, x) - cold) < 1e-5);        /* the first time it begins at zero */
    ridge_solve(room, &d.p, x);
    assert_true(error_of(c, &d, 40, x) < cold / 4);
}

TEST(ridge, one_room_serves_problems_of_any_size_one_after_the_other) {
    TEST_CTX(c);
    static drawn large, small;
    float first[32], second[32];
    ridge_room *room;
    draw(c, 20, 700, &large);
    draw(c, 20, 3, &small);
    assert_ok(c, ridge_room_new(c, 20, 700, &room));
    ridge_solve(room, &small.p, first);
    ridge_solve(room, &large.p, second);
    ridge_solve(room, &small.p, second);
    assert_memory_equal(first, second, 20 * sizeof(float));
}

TEST(ridge, refuses_more_dimensions_than_it_takes) {
    TEST_CTX(c);
    ridge_room *room;
    assert_err(ERR_INVALID, ridge_room_new(c, RIDGE_MAX_DIM + 1, 10, &room));
    assert_err(ERR_INVALID, ridge_room_new(c, 0, 10, &room));
}
