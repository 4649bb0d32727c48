/* item_knn: sparse sums and every kind of likeness against their definitions. */
#include <math.h>
#include "models/item_knn.h"
#include "models/rows.h"
#include "models/weigh.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

enum { USERS = 120, ITEMS = 70, EACH = 9 };

TEST(models, item_product_rows_equal_the_definition) {
    TEST_CTX(c);
    interactions x = random_events(c, USERS, ITEMS, 2, EACH);
    csr m;
    float weights[USERS];
    for (uint32_t u = 0; u < USERS; u++) weights[u] = (float)(0.1 + rng_unit(&c->random));
    assert_ok(c, weigh_matrix(c, &x, &(weighing){ WEIGH_SUM, 0 }, &m));
    for (int weighted = 0; weighted < 2; weighted++) {
        item_product p;
        product_row row;
        double want[ITEMS];
        assert_ok(c, item_product_new(c, &m, weighted ? weights : NULL, UINT32_MAX, &p));
        assert_ok(c, product_row_new(c, ITEMS, &row));
        for (uint32_t i = 0; i < ITEMS; i++) {
            item_product_fill(&p, i, &row);
            item_product_fill_plain(&m, weighted ? weights : NULL, i, want);
            for (uint32_t k = 0; k < ITEMS; k++) assert_true(fabs(want[k] - (double)row.cell[k]) < 1e-4);
            product_row_clear(&row);
            for (uint32_t k = 0; k < ITEMS; k++) assert_true(row.cell[k] == 0);
        }
    }
}

TEST(models, item_product_passes_over_histories_that_are_too_long) {
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 2, 5 };
    static const uint32_t item[] = { 0, 1, 0, 1, 2 };
    const csr m = { 2, 3, start, item, NULL };
    item_product p;
    product_row row;
    assert_ok(c, item_product_new(c, &m, NULL, 2, &p));
    assert_ok(c, product_row_new(c, 3, &row));
    item_product_fill(&p, 0, &row);
    assert_float_equal(1, row.cell[1], 0);
    assert_float_equal(0, row.cell[2], 0);
}

/* By the book, in double, from the dense matrix. */
static double expected(double d[USERS][ITEMS], int kind, double shrink, size_t i, size_t j) {
    double both = 0, n_i = 0, n_j = 0, sum = 0, i2 = 0, j2 = 0;
    for (size_t u = 0; u < USERS; u++) {
        double length = 0, v_i = d[u][i], v_j = d[u][j], w = 1;
        for (size_t k = 0; k < ITEMS; k++) length += d[u][k] > 0;
        if (kind == SIMILARITY_TF_IDF) v_i = sqrt(v_i), v_j = sqrt(v_j), w = pow(log((1.0 + ITEMS) / (1 + length)), 2);
        sum += w * v_i * v_j, i2 += w * v_i * v_i, j2 += w * v_j * v_j;
        both += v_i > 0 && v_j > 0, n_i += v_i > 0, n_j += v_j > 0;
    }
    if (i == j || both == 0) return 0;
    if (kind != SIMILARITY_LLR) return sum / (sqrt(i2 * j2) + shrink);
    double cell[4] = { both, n_i - both, n_j - both, USERS - n_i - n_j + both };
    double g = 0, row[2] = { n_i, USERS - n_i }, col[2] = { n_j, USERS - n_j };
    for (int a = 0; a < 4; a++)
        if (cell[a] > 0) g += 2 * cell[a] * log(cell[a] * USERS / (row[a == 2 || a == 3] * col[a == 1 || a == 3]));
    return both * USERS > n_i * n_j && g > 0 ? g / (1 + shrink + g) : 0;
}

TEST(models, item_knn_gives_every_likeness_by_its_definition) {
    TEST_CTX(c);
    interactions x = random_events(c, USERS, ITEMS, 2, EACH);
    static double d[USERS][ITEMS];
    static const struct { const char *settings; int kind; double shrink; } cases[] = {
        { "similarity=0 values=2 own=1 other=1", SIMILARITY_COSINE, 0 },
        { "similarity=0 values=2 shrink=7 own=1 other=1", SIMILARITY_COSINE, 7 },
        { "similarity=2 values=2 own=1 other=1", SIMILARITY_TF_IDF, 0 },
        { "similarity=3 values=2", SIMILARITY_LLR, 0 },
        { "similarity=3 values=2 shrink=5", SIMILARITY_LLR, 5 },
    };
    for (size_t u = 0; u < USERS; u++)
        for (size_t k = 0; k < ITEMS; k++) d[u][k] = 0;
    for (size_t u = 0; u < USERS; u++)
        for (uint64_t e = x.start[u]; e < x.start[u + 1]; e++) d[u][x.item[e]] += (double)x.weight[e];
    for (size_t s = 0; s < COUNT(cases); s++) {
        float *got = answers_to_each(c, &model_item_knn, &x, cases[s].settings);
        for (size_t i = 0; i < ITEMS; i++)
            for (size_t j = 0; j < ITEMS; j++) {
                double want = expected(d, cases[s].kind, cases[s].shrink, i, j);
                if (fabs(want - (double)got[i * ITEMS + j]) > 2e-5)
                    test_fail("%s: items %zu, %zu: %g, not %g", cases[s].settings, i, j, (double)got[i * ITEMS + j], want);
            }
    }
}

TEST(models, item_knn_bm25_holds_popular_items_and_repeats_back) {
    TEST_CTX(c);
    static const uint64_t start[] = { 0, 3, 6, 8, 10, 11 };
    static const uint32_t item[] = { 0, 1, 2, 0, 1, 2, 1, 3, 1, 3, 1 };       /* 1 is taken by all, 2 by the two who took 0 */
    interactions x = { .n_users = 5, .n_items = 4, .start = start, .item = item };
    float *plain = answers_to_each(c, &model_item_knn, &x, "similarity=1 own=0 other=0 bm25_b=0 bm25_k1=1");
    float *held = answers_to_each(c, &model_item_knn, &x, "similarity=1 own=0 other=0 bm25_b=1 bm25_k1=1");
    assert_float_equal(plain[1], plain[2], 1e-6);             /* the same two users */
    assert_true(held[2] > 1.2f * held[1]);
}

TEST(models, item_knn_keeps_k_neighbours) {
    TEST_CTX(c);
    interactions x = random_events(c, USERS, ITEMS, 2, EACH);
    float *got = answers_to_each(c, &model_item_knn, &x, "k=5");
    for (size_t i = 0; i < ITEMS; i++) {
        size_t kept = 0;
        for (size_t j = 0; j < ITEMS; j++) kept += got[i * ITEMS + j] != 0;
        assert_true(kept <= 5);
    }
}
