/* Draws with replacement, sorted; see interval.h. */
#include "eval/interval.h"
#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of_draw(rng *r, const double *sum, const double *weight, size_t n) {
    double sums = 0, weights = 0;
    for (size_t k = 0; k < n; k++) {
        uint64_t i = rng_below(r, n);
        sums += sum[i], weights += weight[i];
    }
    return weights > 0 ? sums / weights : 0;
}

err_code interval_mean(ctx *c, const double *sum, const double *weight, size_t n, double share, uint64_t seed, interval *ret) {
    double sums = 0, weights = 0, draw[INTERVAL_DRAWS];
    for (size_t i = 0; i < n; i++) sums += sum[i], weights += weight[i];
    double value = weights > 0 ? sums / weights : 0;
    *ret = (interval){ value, value, value };
    if (weights <= 0 || n < 2) return ERR_OK;
    rng r;
    rng_seed(&r, seed);
    for (size_t d = 0; d < INTERVAL_DRAWS; d++) {
        draw[d] = mean_of_draw(&r, sum, weight, n);
        TRY(ctx_check(c));
    }
    qsort(draw, INTERVAL_DRAWS, sizeof *draw, ascending);
    size_t tail = (size_t)floor((1 - share) / 2 * INTERVAL_DRAWS);
    ret->low = draw[tail], ret->high = draw[INTERVAL_DRAWS - 1 - tail];
    return ERR_OK;
}
