/* metric: figures of one ranked list against what should be in it, all 0..1, larger is better.
 * Definitions as the published protocols have them; binary gains. Pure functions. Read next: judge.h. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    METRIC_RECALL,                  /* hits / size of the truth */
    METRIC_NDCG,                    /* sum of 1/log2(rank + 1) of hits over the same for min(top, size of the truth) hits on top */
    METRIC_HIT,                     /* 1 when anything was hit: HR, PHR, and P@k where the truth is one item */
    METRIC_MRR,                     /* 1 / rank of the first hit, 0 without one */
    METRIC_COUNT
} metric;

/* The figures of one list.
 *   hit      n flags, best answer first: is it in the truth?
 *   n        answers given, <= top
 *   top      answers asked for, >= 1
 *   truth    size of the truth, >= 1
 *   ret      METRIC_COUNT figures */
void metric_compute(const bool *hit, uint32_t n, uint32_t top, uint64_t truth, double *ret);
