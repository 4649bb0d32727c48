/* The 100 best of many rows for one query, exactly, on one thread; beside it a scan of the same rows (sgemv, then selection).
 * One JSON line a case: microseconds (median), and how many times longer the scan takes in the same run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/limits.h"
#include "num/blas.h"
#include "num/mips.h"

enum { TOP = 100, QUERIES = 200, CLUSTERS = 100 };

typedef struct {
    const char *name;
    uint32_t n, dim;
    double decay;                   /* dimension j has deviation (1 + j)^-decay: the eigenbasis of a factor model has about 0.5 */
    double spread;                  /* lengths are e^(spread * normal): bestsellers have long vectors */
} bench_case;

static const bench_case cases[] = {
    { "clustered, equal lengths", 50000, 64, 0, 0 }, { "clustered", 50000, 64, 0, 0.5 }, { "as of a factor model", 50000, 64, 0.5, 0.5 },
    { "as of a factor model", 50000, 128, 0.5, 0.5 }, { "as of a factor model", 100000, 256, 0.5, 0.5 },
    { "as of a factor model", 100000, 16, 0.5, 0.5 },
};

static double normal(rng *r) { return sqrt(-2 * log(1 - rng_unit(r))) * cos(6.283185307179586 * rng_unit(r)); }

static void draw(rng *r, const bench_case *k, const float *centres, float *ret_row) {
    const float *centre = centres + rng_below(r, CLUSTERS) * k->dim;
    double length = exp(k->spread * normal(r));
    for (uint32_t j = 0; j < k->dim; j++)
        ret_row[j] = (float)(length * ((double)centre[j] + 0.7 * normal(r) * pow(1 + j, -k->decay)));
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t n) {
    qsort(x, n, sizeof *x, by_value);
    return x[n / 2];
}

static err_code measure(ctx *c, const bench_case *k) {
    float *centres = arena_new(c->arena, float, (size_t)CLUSTERS * k->dim), *rows = arena_new(c->arena, float, (size_t)k->n * k->dim);
    float *scores = arena_new(c->arena, float, k->n), *query = arena_new(c->arena, float, k->dim);
    if (!centres || !rows || !scores || !query) return fail(c, ERR_NO_MEMORY, "bench");
    for (size_t i = 0; i < (size_t)CLUSTERS * k->dim; i++)
        centres[i] = (float)(normal(&c->random) * pow(1 + (double)(i % k->dim), -k->decay));
    for (uint32_t i = 0; i < k->n; i++) draw(&c->random, k, centres, rows + (size_t)i * k->dim);
    mips m;
    TRY(mips_build(c, rows, k->n, k->dim, k->dim, &m));
    double fast[QUERIES], scan[QUERIES];
    for (int q = -1; q < QUERIES; q++) {                    /* one before warms up */
        topk_entry a[TOP], b[TOP];
        uint32_t n;
        draw(&c->random, k, centres, query);
        int64_t start = mono_time_ns();
        TRY(mips_top(c, &m, query, TOP, NULL, a, &n));
        int64_t middle = mono_time_ns();
        blas_gemv(false, k->n, k->dim, 1, rows, k->dim, query, 0, scores);
        topk best = { b, 0, TOP };
        for (uint32_t i = 0; i < k->n; i++) topk_offer(&best, i, scores[i]);
        topk_sort(&best);
        int64_t end = mono_time_ns();
        if (q < 0) continue;
        fast[q] = (double)(middle - start) / 1e3, scan[q] = (double)(end - middle) / 1e3;
        if (fabsf(a[TOP - 1].score - b[TOP - 1].score) > 1e-3f * fabsf(b[0].score)) return fail(c, ERR_INTERNAL, "wrong answer");
    }
    double us = median(fast, QUERIES), scan_us = median(scan, QUERIES);
    printf("{\"bench\":\"mips\",\"case\":\"%s\",\"rows\":%u,\"dim\":%u,\"top\":%d,"
           "\"us\":%.1f,\"p99_us\":%.1f,\"scan_us\":%.1f,\"ratio\":%.1f}\n",
           k->name, k->n, k->dim, TOP, us, fast[QUERIES - 1 - QUERIES / 100], scan_us, scan_us / us);
    return ERR_OK;
}

int main(void) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA memory;
        arena_init(&memory, LIMIT_JOB_ARENA);
        ctx c;
        ctx_init(&c, &memory);
        if (measure(&c, &cases[i])) return fprintf(stderr, "%s\n", c.error.text), 1;
    }
    return 0;
}
