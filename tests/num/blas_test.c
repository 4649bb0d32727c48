/* Dense algebra behind our names, against loops: shapes, turned matrices, strides, triangles. */
#include "num/blas.h"
#include <math.h>
#include <string.h>
#include "tests/test.h"

enum { M = 5, N = 7, K = 4, LD = 9 };

static void fill(ctx *c, float *a, size_t n) {
    for (size_t i = 0; i < n; i++) a[i] = (float)(2 * rng_unit(&c->random) - 1);
}

static double at(const float *a, bool turned, size_t row, size_t col) { return (double)(turned ? a[col * LD + row] : a[row * LD + col]); }

static void assert_near(double want, float got) {
    if (fabs(want - (double)got) > 1e-5) test_fail("%g, not %g", (double)got, want);
}

TEST(num, blas_gemm_multiplies_whatever_is_turned) {
    TEST_CTX(c);
    float a[LD * LD], b[LD * LD], out[LD * LD], before[LD * LD];
    for (int turned = 0; turned < 4; turned++) {
        bool t_a = turned & 1, t_b = turned & 2;
        fill(c, a, LD * LD), fill(c, b, LD * LD), fill(c, out, LD * LD);
        memcpy(before, out, sizeof out);
        blas_gemm(t_a, t_b, M, N, K, 2, a, LD, b, LD, 0.5f, out, LD);
        for (size_t i = 0; i < LD; i++)
            for (size_t j = 0; j < LD; j++) {
                double sum = 0;
                for (size_t k = 0; k < K; k++) sum += at(a, t_a, i, k) * at(b, t_b, k, j);
                double had = (double)before[i * LD + j];
                assert_near(i < M && j < N ? 2 * sum + 0.5 * had : had, out[i * LD + j]);
            }
    }
}

TEST(num, blas_syrk_writes_the_lower_triangle_only) {
    TEST_CTX(c);
    float a[LD * LD], out[LD * LD];
    for (int turned = 0; turned < 2; turned++) {
        fill(c, a, LD * LD);
        for (size_t i = 0; i < LD * LD; i++) out[i] = 100;
        blas_syrk(turned, N, K, 3, a, LD, 0, out, LD);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < N; j++) {
                double sum = 0;
                for (size_t k = 0; k < K; k++) sum += at(a, turned, i, k) * at(a, turned, j, k);
                assert_near(j <= i ? 3 * sum : 100, out[i * LD + j]);
            }
    }
}

TEST(num, blas_gemv_multiplies_a_vector) {
    TEST_CTX(c);
    float a[LD * LD], x[LD], y[LD];
    for (int turned = 0; turned < 2; turned++) {
        size_t rows = turned ? N : M, cols = turned ? M : N;
        fill(c, a, LD * LD), fill(c, x, LD), fill(c, y, LD);
        float had = y[1];
        blas_gemv(turned, M, N, 1, a, LD, x, 2, y);
        double sum = 0;
        for (size_t k = 0; k < cols; k++) sum += at(a, turned, 1, k) * (double)x[k];
        assert_near(sum + 2 * (double)had, y[1]);
        assert_true(rows > 1);
    }
}

/* A lower triangle with a strong diagonal; what stands above it must not be read. */
static void lower(ctx *c, float *l, size_t n) {
    fill(c, l, LD * LD);
    for (size_t i = 0; i < n; i++) {
        l[i * LD + i] += 3;
        for (size_t j = i + 1; j < LD; j++) l[i * LD + j] = NAN;
    }
}

TEST(num, blas_solves_with_triangles_from_both_sides) {
    TEST_CTX(c);
    float l[LD * LD], b[LD * LD], x[LD * LD];
    for (int turned = 0; turned < 2; turned++) {
        lower(c, l, N);
        fill(c, b, LD * LD);
        memcpy(x, b, sizeof x);
        blas_solve_lower(turned, N, M, l, LD, x, LD);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < M; j++) {
                double sum = 0;
                for (size_t k = 0; k < N; k++)
                    if (turned ? k >= i : k <= i) sum += at(l, turned, i, k) * (double)x[k * LD + j];
                assert_near((double)b[i * LD + j], (float)sum);
            }
        memcpy(x, b, sizeof x);
        blas_solve_lower_right(turned, M, N, l, LD, x, LD);
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++) {
                double sum = 0;
                for (size_t k = 0; k < N; k++)
                    if (turned ? k <= j : k >= j) sum += (double)x[i * LD + k] * at(l, turned, k, j);
                assert_near((double)b[i * LD + j], (float)sum);
            }
    }
}

/* The same matrix for all that follow: A A' + I. */
static void definite(ctx *c, float *g) {
    float a[N * N];
    fill(c, a, N * N);
    blas_gemm(false, true, N, N, N, 1, a, N, a, N, 0, g, N);
    for (size_t i = 0; i < N; i++) g[i * N + i] += 1;
}

TEST(num, blas_cholesky_and_inverse_of_a_definite_matrix) {
    TEST_CTX(c);
    float g[N * N], l[N * N], p[N * N];
    definite(c, g);
    memcpy(l, g, sizeof g), memcpy(p, g, sizeof g);
    assert_ok(c, blas_cholesky(c, l, N, N, 1));
    assert_ok(c, blas_spd_inverse(c, p, N, 2));
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++) {
            double back = 0, one = 0;
            for (size_t k = 0; k <= j; k++) back += (double)l[i * N + k] * (double)l[j * N + k];
            for (size_t k = 0; k < N; k++) one += (double)g[i * N + k] * (double)(k >= j ? p[k * N + j] : p[j * N + k]);
            assert_near((double)g[i * N + j], (float)back);
            assert_true(fabs(one - (i == j)) < 1e-3);
        }
    g[0] = -1;
    assert_err(ERR_INVALID, blas_cholesky(c, g, N, N, 1));
}

TEST(num, blas_eigen_gives_ascending_values_and_their_vectors) {
    TEST_CTX(c);
    float g[N * N], v[N * N], values[N];
    definite(c, g);
    memcpy(v, g, sizeof g);
    assert_ok(c, blas_eigen(c, v, N, values));
    for (size_t e = 0; e < N; e++) {
        if (e > 0) assert_true(values[e] >= values[e - 1]);
        for (size_t i = 0; i < N; i++) {
            double sum = 0;
            for (size_t k = 0; k < N; k++) sum += (double)g[i * N + k] * (double)v[e * N + k];
            assert_true(fabs(sum - (double)values[e] * (double)v[e * N + i]) < 1e-4);
        }
    }
}
