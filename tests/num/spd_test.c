/* Inverses of positive definite matrices: right, the same bits for any number of threads, refused when not definite, cancelled. */
#include "num/spd.h"
#include <math.h>
#include <string.h>
#include "num/blas.h"
#include "num/parallel.h"
#include "tests/test.h"

/* A A' + n / 4 I of random A, whole. */
static float *random_spd(ctx *c, size_t n) {
    float *a = arena_new(c->arena, float, n * n), *g = arena_new(c->arena, float, n * n);
    for (size_t i = 0; i < n * n; i++) a[i] = (float)(2 * rng_unit(&c->random) - 1);
    blas_gemm(false, true, n, n, n, 1, a, n, a, n, 0, g, n);
    for (size_t i = 0; i < n; i++) g[i * n + i] += (float)n / 4;
    return g;
}

TEST(num, spd_inverse_times_the_matrix_is_the_identity) {
    static const size_t sizes[] = { 1, 2, 63, 192, 193, 500, 777 };
    for (size_t s = 0; s < COUNT(sizes); s++) {
        TEST_CTX(c);
        size_t n = sizes[s];
        float *g = random_spd(c, n), *p = arena_new(c->arena, float, n * n), *one = arena_new(c->arena, float, n * n);
        memcpy(p, g, n * n * sizeof *p);
        assert_ok(c, spd_inverse(c, p, n, 2, NULL, NULL));
        for (size_t i = 0; i < n; i++)
            for (size_t k = i + 1; k < n; k++) p[i * n + k] = p[k * n + i];
        blas_gemm(false, false, n, n, n, 1, g, n, p, n, 0, one, n);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < n; k++) assert_true(fabs((double)one[i * n + k] - (i == k)) < 2e-4);
    }
}

TEST(num, spd_inverse_gives_the_same_bits_for_any_number_of_threads) {
    enum { N = 600 };
    TEST_CTX(c);
    float *g = random_spd(c, N), *first = arena_new(c->arena, float, N * N), *other = arena_new(c->arena, float, N * N);
    memcpy(first, g, N * N * sizeof *g);
    assert_ok(c, spd_inverse(c, first, N, 1, NULL, NULL));
    for (int threads = 2; threads <= 5; threads++) {
        memcpy(other, g, N * N * sizeof *g);
        assert_ok(c, spd_inverse(c, other, N, threads, NULL, NULL));
        for (size_t i = 0; i < N; i++) assert_memory_equal(first + i * N, other + i * N, (i + 1) * sizeof *first);
    }
}

static void remember(void *state, double share) {
    double *last = state;
    if (share < *last || share > 1) test_fail("from %g to %g", *last, share);
    *last = share;
}

TEST(num, spd_inverse_refuses_what_is_not_definite_stops_when_cancelled_and_tells_how_far_it_is) {
    TEST_CTX(c);
    enum { N = 400 };
    float *g = random_spd(c, N), *p = arena_new(c->arena, float, N * N);
    double last = 0;
    atomic_bool cancel = true;
    memcpy(p, g, N * N * sizeof *p);
    assert_ok(c, spd_inverse(c, p, N, 2, remember, &last));
    assert_true(last > 0.5);
    memcpy(p, g, N * N * sizeof *p);
    p[300 * N + 300] = -1;
    assert_err(ERR_INVALID, spd_inverse(c, p, N, 2, NULL, NULL));
    c->cancel = &cancel;
    assert_err(ERR_CANCELLED, spd_inverse(c, g, N, 2, NULL, NULL));
}
