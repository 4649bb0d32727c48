/* Draws with replacement, sorted; see interval.h. */
#include "eval/interval.h"
#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One draw of n clusters: the mean of every figure, INTERVAL_DRAWS apart. */
static void draw_once(rng *r, const double *const *sum, size_t figures, const double *weight, size_t n, double *ret_means) {
    double weights = 0;
    for (size_t f = 0; f < figures; f++) ret_means[f * INTERVAL_DRAWS] = 0;
    for (size_t k = 0; k < n; k++) {
        uint64_t i = rng_below(r, n);
        weights += weight[i];
        for (size_t f = 0; f < figures; f++) ret_means[f * INTERVAL_DRAWS] += sum[f][i];
    }
    for (size_t f = 0; f < figures; f++) ret_means[f * INTERVAL_DRAWS] = weights > 0 ? ret_means[f * INTERVAL_DRAWS] / weights : 0;
}

static double total(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum;
}

err_code interval_means(ctx *c, const double *const *sum, size_t figures, const double *weight, size_t n, double share, uint64_t seed,
                        interval *ret) {
    double weights = total(weight, n);
    for (size_t f = 0; f < figures; f++) {
        double value = weights > 0 ? total(sum[f], n) / weights : 0;
        ret[f] = (interval){ value, value, value };
    }
    if (weights <= 0 || n < 2) return ERR_OK;
    arena_mark mark = arena_save(c->arena);
    double *means = arena_new_raw(c->arena, double, figures * INTERVAL_DRAWS);
    if (!means) return fail(c, ERR_NO_MEMORY, "intervals of %zu figures", figures);
    rng r;
    rng_seed(&r, seed);
    for (size_t d = 0; d < INTERVAL_DRAWS; d++) {
        draw_once(&r, sum, figures, weight, n, means + d);
        TRY(ctx_check(c));
    }
    size_t tail = (size_t)floor((1 - share) / 2 * INTERVAL_DRAWS);
    for (size_t f = 0; f < figures; f++) {
        double *drawn = means + f * INTERVAL_DRAWS;
        qsort(drawn, INTERVAL_DRAWS, sizeof *drawn, ascending);
        ret[f].low = drawn[tail], ret[f].high = drawn[INTERVAL_DRAWS - 1 - tail];
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}
