/* Metrics by hand. */
#include <math.h>
#include "eval/metric.h"
#include "tests/test.h"

TEST(metric, equals_what_a_person_works_out) {
    /* two of three found, at ranks 1 and 3 of five asked for: recall 2/3; dcg 1 + 1/2; ideal 1 + 1/log2(3) + 1/2 */
    static const struct { bool hit[5]; uint32_t n, top; uint64_t truth; double recall, ndcg, hit_rate, mrr; } cases[] = {
        { { 1, 0, 1, 0, 0 }, 5, 5, 3, 2.0 / 3, 1.5 / 2.1309297536, 1, 1 },
        { { 0, 0, 0, 0, 0 }, 5, 5, 3, 0, 0, 0, 0 },
        { { 0, 1 }, 2, 2, 7, 1.0 / 7, 0.6309297536 / 1.6309297536, 1, 0.5 },   /* the ideal is cut at the answers asked for */
        { { 0, 0, 0, 1 }, 4, 5, 1, 1, 1 / 2.3219280949, 1, 0.25 },             /* fewer answers than asked for */
        { { 0 }, 0, 5, 2, 0, 0, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double m[METRIC_COUNT];
        metric_compute(cases[i].hit, cases[i].n, cases[i].top, cases[i].truth, m);
        assert_true(fabs(m[METRIC_RECALL] - cases[i].recall) < 1e-9);
        assert_true(fabs(m[METRIC_NDCG] - cases[i].ndcg) < 1e-9);
        assert_true(fabs(m[METRIC_HIT] - cases[i].hit_rate) < 1e-9);
        assert_true(fabs(m[METRIC_MRR] - cases[i].mrr) < 1e-9);
    }
}
