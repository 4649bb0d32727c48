/* rp3beta against its definition. */
#include <math.h>
#include "models/rows.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

enum { USERS = 5, ITEMS = 4 };

static const uint64_t start[] = { 0, 2, 5, 7, 9, 11 };
static const uint32_t item[] = { 0, 1, 0, 1, 2, 1, 2, 2, 3, 0, 3 };
static const float weight[] = { 1, 2, 1, 1, 3, 1, 1, 2, 1, 1, 2 };

/* W_ij in double. */
static double walk(double alpha, double beta, size_t i, size_t j) {
    double d[USERS][ITEMS] = { { 0 } }, of_user[USERS] = { 0 }, of_item[ITEMS] = { 0 }, sum = 0;
    for (size_t u = 0; u < USERS; u++)
        for (uint64_t e = start[u]; e < start[u + 1]; e++) {
            d[u][item[e]] += (double)weight[e];
            of_user[u] += (double)weight[e], of_item[item[e]] += (double)weight[e];
        }
    for (size_t u = 0; u < USERS; u++)
        if (d[u][i] > 0 && d[u][j] > 0) sum += pow(d[u][i] / of_item[i], alpha) * pow(d[u][j] / of_user[u], alpha);
    return i == j ? 0 : sum / pow(of_item[j], beta);
}

TEST(models, rp3beta_equals_its_definition) {
    TEST_CTX(c);
    const interactions x = { .n_users = USERS, .n_items = ITEMS, .start = start, .item = item, .weight = weight };
    static const struct { const char *settings; double alpha, beta; bool normalises; } cases[] = {
        { "alpha=1 beta=0 values=2", 1, 0, false },
        { "alpha=0.7 beta=0.2 values=2", 0.7, 0.2, false },
        { "alpha=0.5 beta=0.9 values=2 normalise=1", 0.5, 0.9, true },
    };
    for (size_t s = 0; s < COUNT(cases); s++) {
        const float *all = answers_to_each(c, &model_rp3beta, &x, cases[s].settings);
        for (uint32_t i = 0; i < ITEMS; i++) {
            const float *got = all + (size_t)i * ITEMS;
            double sum = 0;
            for (size_t j = 0; j < ITEMS; j++) sum += walk(cases[s].alpha, cases[s].beta, i, j);
            for (size_t j = 0; j < ITEMS; j++) {
                double want = walk(cases[s].alpha, cases[s].beta, i, j) / (cases[s].normalises ? sum : 1);
                if (fabs(want - (double)got[j]) > 1e-6) test_fail("%s: %u, %zu: %g, not %g", cases[s].settings, i, j, (double)got[j], want);
            }
        }
    }
}
