/* Metrics of one ranked list; see metric.h. */
#include "eval/metric.h"
#include <math.h>

static double gain(uint64_t rank) { return 1 / log2((double)rank + 1); }

void metric_compute(const bool *hit, uint32_t n, uint32_t top, uint64_t truth, double *ret) {
    double found = 0, dcg = 0, ideal = 0, first = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!hit[i]) continue;
        if (found == 0) first = 1 / (double)(i + 1);
        found++;
        dcg += gain(i + 1);
    }
    for (uint64_t i = 0; i < truth && i < top; i++) ideal += gain(i + 1);
    ret[METRIC_RECALL] = found / (double)truth;
    ret[METRIC_NDCG] = dcg / ideal;
    ret[METRIC_HIT] = found > 0;
    ret[METRIC_MRR] = first;
}
