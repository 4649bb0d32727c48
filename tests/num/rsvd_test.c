/* Randomised singular vectors against the exact ones of the dense Gram matrix. */
#include "num/rsvd.h"
#include <math.h>
#include <string.h>
#include "num/blas.h"
#include "tests/test.h"

/* Cells with chance `density`, values -1..1; columns ascending. */
static csr drawn(ctx *c, uint32_t rows, uint32_t cols, double density) {
    uint64_t *start = arena_new(c->arena, uint64_t, rows + 1), n = 0;
    uint32_t *col = arena_new(c->arena, uint32_t, (size_t)rows * cols);
    float *value = arena_new(c->arena, float, (size_t)rows * cols);
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t i = 0; i < cols; i++)
            if (rng_unit(&c->random) < density) col[n] = i, value[n++] = (float)(2 * rng_unit(&c->random) - 1);
        start[r + 1] = n;
    }
    return (csr){ rows, cols, start, col, value };
}

/* Columns that fall off quickly, as those of real shops do. */
static void fade(csr *a, double share) {
    float *value = (float *)a->value;
    for (uint64_t e = 0; e < a->start[a->n_rows]; e++) value[e] *= (float)pow(share, a->col[e]);
}

static float *dense_of(ctx *c, const csr *a) {
    float *x = arena_new(c->arena, float, (size_t)a->n_rows * a->n_cols);
    for (uint32_t r = 0; r < a->n_rows; r++)
        for (uint64_t e = a->start[r]; e < a->start[r + 1]; e++) x[(size_t)r * a->n_cols + a->col[e]] = csr_value(a, e);
    return x;
}

TEST(rsvd, times_is_the_product_written_out) {
    static const struct { uint32_t rows, cols; size_t width; int threads; } cases[] = {
        { 1, 1, 1, 1 }, { 7, 5, 3, 2 }, { 200, 90, 33, 1 }, { 200, 90, 33, 4 }, { 3, 300, 80, 2 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        csr a = drawn(c, cases[i].rows, cases[i].cols, 0.3);
        size_t width = cases[i].width;
        float *dense = dense_of(c, &a), *x = arena_new(c->arena, float, a.n_cols * width);
        float *y = arena_new_raw(c->arena, float, a.n_rows * width);
        for (size_t k = 0; k < a.n_cols * width; k++) x[k] = (float)rng_unit(&c->random);
        assert_ok(c, csr_times(c, &a, x, width, cases[i].threads, y));
        for (uint32_t r = 0; r < a.n_rows; r++)
            for (size_t k = 0; k < width; k++) {
                double sum = 0;
                for (uint32_t j = 0; j < a.n_cols; j++) sum += (double)dense[(size_t)r * a.n_cols + j] * (double)x[j * width + k];
                assert_true(fabs(sum - (double)y[r * width + k]) < 1e-4);
            }
    }
}

TEST(rsvd, values_and_vectors_are_those_of_the_gram_matrix) {
    static const struct { uint32_t rows, cols, rank; } cases[] = { { 120, 60, 8 }, { 60, 120, 8 }, { 40, 40, 40 }, { 300, 200, 20 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        uint32_t rank = cases[i].rank;
        csr a = drawn(c, cases[i].rows, cases[i].cols, 0.4), turned;
        fade(&a, rank == a.n_cols ? 0.95 : 0.9);
        assert_ok(c, csr_transpose(c, &a, &turned));
        float *dense = dense_of(c, &a), *gram = arena_new(c->arena, float, (size_t)a.n_cols * a.n_cols);
        float *exact = arena_new(c->arena, float, a.n_cols), *value = arena_new(c->arena, float, rank);
        float *vectors = arena_new(c->arena, float, (size_t)a.n_cols * rank);
        blas_syrk(true, a.n_cols, a.n_rows, 1, dense, a.n_cols, 0, gram, a.n_cols);
        assert_ok(c, blas_eigen(c, gram, a.n_cols, exact));
        /* when */
        rsvd_options o = { rank, 12, 6, 1, 2 };
        assert_ok(c, rsvd(c, &a, &turned, &o, value, vectors));
        /* then: same values, and the same vectors where the next value is not too near */
        float top = sqrtf(exact[a.n_cols - 1]);
        for (uint32_t k = 0; k < rank; k++) {
            float want = sqrtf(fmaxf(exact[a.n_cols - 1 - k], 0));
            if (fabsf(want - value[k]) > 2e-3f * top) test_fail("case %zu value %u: %g, not %g", i, k, (double)value[k], (double)want);
            float next = k + 1 < a.n_cols ? sqrtf(fmaxf(exact[a.n_cols - 2 - k], 0)) : 0;
            float before = k ? sqrtf(exact[a.n_cols - k]) : 2 * want;
            if (k >= rank / 2 || want - next < 0.03f * top || before - want < 0.03f * top) continue;
            double dot = 0;
            for (uint32_t j = 0; j < a.n_cols; j++)
                dot += (double)gram[(size_t)(a.n_cols - 1 - k) * a.n_cols + j] * (double)vectors[(size_t)j * rank + k];
            if (fabs(dot) < 0.995) test_fail("case %zu vector %u: cosine %g", i, k, dot);
        }
    }
}

TEST(rsvd, vectors_are_orthonormal) {
    TEST_CTX(c);
    enum { RANK = 30 };
    csr a = drawn(c, 400, 150, 0.1), turned;
    static float value[RANK], vectors[150 * RANK];
    assert_ok(c, csr_transpose(c, &a, &turned));
    rsvd_options o = { RANK, 10, 3, 1, 1 };
    assert_ok(c, rsvd(c, &a, &turned, &o, value, vectors));
    for (size_t k = 0; k < RANK; k++) {
        if (k) assert_true(value[k] <= value[k - 1]);
        for (size_t l = 0; l <= k; l++) {
            double dot = 0;
            for (size_t j = 0; j < 150; j++) dot += (double)vectors[j * RANK + k] * (double)vectors[j * RANK + l];
            assert_true(fabs(dot - (k == l)) < 1e-4);
        }
    }
}

TEST(rsvd, a_matrix_of_low_rank_gives_what_it_has_and_then_zeros) {
    TEST_CTX(c);
    /* given: two kinds of rows only; rank 5 is asked for */
    enum { ROWS = 40, COLS = 20, RANK = 5 };
    uint64_t start[ROWS + 1] = { 0 };
    uint32_t col[ROWS * COLS];
    for (uint32_t r = 0; r < ROWS; r++) {
        start[r + 1] = start[r];
        for (uint32_t i = r % 2; i < COLS; i += 2) col[start[r + 1]++] = i;
    }
    csr a = { ROWS, COLS, start, col, NULL }, turned, none = { ROWS, COLS, (uint64_t[ROWS + 1]){ 0 }, col, NULL };
    float value[RANK], vectors[COLS * RANK];
    rsvd_options o = { RANK, 10, 3, 1, 1 };
    assert_ok(c, csr_transpose(c, &a, &turned));
    assert_ok(c, rsvd(c, &a, &turned, &o, value, vectors));
    /* then: each kind is 20 rows by 10 columns of ones */
    for (int k = 0; k < RANK; k++) assert_true(fabsf(value[k] - (k < 2 ? sqrtf(200) : 0)) < 1e-3f);
    for (int j = 0; j < COLS; j++) assert_true(vectors[j * RANK + 2] == 0 && isfinite(vectors[j * RANK]));
    /* and: nothing at all */
    assert_ok(c, rsvd(c, &none, &none, &o, value, vectors));
    for (int k = 0; k < RANK; k++) assert_true(value[k] == 0);
}

TEST(rsvd, gives_the_same_bits_on_any_number_of_threads_and_stops_when_told) {
    TEST_CTX(c);
    enum { RANK = 140, COLS = 700 };            /* wider than a tile of the Gram matrix */
    csr a = drawn(c, 900, COLS, 0.03), turned;
    float value[2][RANK], *vectors[2];
    assert_ok(c, csr_transpose(c, &a, &turned));
    for (int i = 0; i < 2; i++) {
        rsvd_options o = { RANK, 10, 1, 7, i ? 4 : 1 };
        vectors[i] = arena_new_raw(c->arena, float, COLS * RANK);
        assert_ok(c, rsvd(c, &a, &turned, &o, value[i], vectors[i]));
    }
    assert_memory_equal(value[0], value[1], sizeof value[0]);
    assert_memory_equal(vectors[0], vectors[1], COLS * RANK * sizeof(float));
    atomic_bool stop = true;
    c->cancel = &stop;
    assert_err(ERR_CANCELLED, rsvd(c, &a, &turned, &(rsvd_options){ RANK, 10, 1, 7, 1 }, value[0], vectors[0]));
    c->cancel = NULL;
    assert_err(ERR_INVALID, rsvd(c, &a, &turned, &(rsvd_options){ 0, 10, 1, 7, 1 }, value[0], vectors[0]));
}
