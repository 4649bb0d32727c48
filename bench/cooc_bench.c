/* All-pairs co-counts with the top 20 of each item: a real shop when its data is there, and drawn shops of 1x, 10x, 100x its size.
 * One JSON line a figure: processor seconds (median of the runs), nanoseconds per pair, peak memory, and how many times longer the
 * obvious way takes (every pair through a hash table). Each case is a process of its own, so that its peak memory is its own.
 * Folder of the data sets: first argument, else ../shared/data. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/map.h"
#include "eval/invoices.h"
#include "models/cooc.h"

enum { TOP = 20, MOST_RUNS = 9 };

typedef struct {
    const char *name;
    uint32_t baskets, items;        /* of a drawn shop; 0: Online Retail */
    int runs, threads;
    bool naive;                     /* measure the hash table too */
} bench_case;

static const bench_case cases[] = {
    { "online_retail", 0, 0, 9, 1, true },
    { "online_retail", 0, 0, 9, 0, false },
    { "drawn_1x", 17000, 3750, 9, 1, true },
    { "drawn_10x", 170000, 3750, 3, 1, false },
    { "drawn_100x", 1700000, 3750, 1, 1, false },
    { "drawn_10x_items_3x", 170000, 12000, 3, 1, false },
    { "drawn_100x_items_10x", 1700000, 40000, 1, 1, false },
};

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t draw_basket(rng *r, uint32_t n_items, uint32_t room, uint32_t *to) {
    uint32_t size = 1 + (uint32_t)(-log(1 - rng_unit(r)) * 25), n = 0;
    if (size > room) size = room;
    for (uint32_t i = 0; i < size; i++) {
        double u = rng_unit(r);
        to[i] = (uint32_t)(u * u * n_items);
    }
    qsort(to, size, sizeof *to, by_number);
    for (uint32_t i = 0; i < size; i++)
        if (n == 0 || to[n - 1] != to[i]) to[n++] = to[i];
    return n;
}

/* Baskets of 25 items on average (exponential, at most 500); low item numbers are popular (density 1 / sqrt). */
static err_code draw(ctx *c, uint32_t n_baskets, uint32_t n_items, basket_matrix *ret_b) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n_baskets + 1), room = (uint64_t)n_baskets * 27 + 1000;
    uint32_t *items = arena_new(c->arena, uint32_t, room);
    if (!start || !items) return fail(c, ERR_NO_MEMORY, "draw %u baskets", n_baskets);
    for (uint32_t b = 0; b < n_baskets; b++) {
        uint64_t left = room - start[b];
        start[b + 1] = start[b] + draw_basket(&c->random, n_items, left < 500 ? (uint32_t)left : 500, items + start[b]);
    }
    *ret_b = (basket_matrix){ .n_baskets = n_baskets, .n_items = n_items, .start = start, .items = items };
    return ERR_OK;
}

/* Processor seconds of counting every unordered pair in one hash table, without picking the best. */
static double naive_seconds(ctx *c, const basket_matrix *b) {
    int64_t before = cpu_time_us();
    map64 count;
    map64_init(&count, c->arena);
    for (uint32_t at = 0; at < b->n_baskets; at++)
        for (uint64_t x = b->start[at]; x < b->start[at + 1]; x++)
            for (uint64_t y = x + 1; y < b->start[at + 1]; y++) {
                uint32_t *to = map64_at(&count, (uint64_t)b->items[x] << 32 | b->items[y]);
                if (!to) return NAN;
                ++*to;
            }
    return (double)(cpu_time_us() - before) / 1e6;
}

static err_code measure(ctx *c, const bench_case *k, const basket_matrix *b) {
    double seconds[MOST_RUNS] = { 0 };
    cooc_lists l = { 0 };
    for (int run = k->runs > 1 ? -1 : 0; run < k->runs; run++) {    /* of several runs, one before warms up */
        arena_mark mark = arena_save(c->arena);
        int64_t before = cpu_time_us();
        TRY(cooc_top(c, b, 0, TOP, k->threads, &l));
        if (run >= 0) seconds[run] = (double)(cpu_time_us() - before) / 1e6;
        arena_restore(c->arena, mark);
    }
    qsort(seconds, (size_t)k->runs, sizeof *seconds, by_value);
    double median = seconds[k->runs / 2];
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("{\"bench\":\"cooc\",\"case\":\"%s\",\"threads\":%d,\"baskets\":%u,\"items\":%u,\"entries\":%llu,\"pairs\":%llu,"
           "\"distinct\":%llu,\"cpu_s\":%.3f,\"ns_per_pair\":%.2f,\"pairs_per_cpu_s\":%.0f,\"peak_mb\":%.1f",
           k->name, k->threads, b->n_baskets, b->n_items, (unsigned long long)b->start[b->n_baskets], (unsigned long long)l.total,
           (unsigned long long)l.distinct, median, median * 1e9 / (double)l.total, (double)l.total / median,
           (double)u.ru_maxrss / 1024);
    if (k->naive) printf(",\"hash_table_cpu_s_ratio\":%.1f", naive_seconds(c, b) / median);
    printf("}\n");
    return ERR_OK;
}

static err_code run_case(ctx *c, const bench_case *k, const char *data) {
    char folder[4096];
    basket_matrix b = { 0 };
    invoice_data d = { 0 };
    snprintf(folder, sizeof folder, "%s/online_retail", data);
    if (k->baskets == 0 && access(folder, R_OK)) return ERR_OK;     /* not on this machine */
    if (k->baskets) TRY(draw(c, k->baskets, k->items, &b));
    else TRY(invoices_read(c, folder, (invoice_window){ INT64_MIN, INT64_MAX }, &d));
    return measure(c, k, k->baskets ? &b : &d.train);
}

static int in_a_process(const bench_case *k, const char *data) {
    AUTO_ARENA a;
    arena_init(&a, LIMIT_JOB_ARENA);
    ctx c;
    ctx_init(&c, &a);
    err_code e = run_case(&c, k, data);
    if (e) fprintf(stderr, "cooc_bench: %s: %s\n", k->name, c.error.text);
    fflush(stdout);
    return e != ERR_OK;
}

int main(int argc, char **argv) {
    int failed = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        pid_t child = fork();
        if (child == 0) _exit(in_a_process(&cases[i], argc > 1 ? argv[1] : "../shared/data"));
        int status = 1;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) failed = 1;
    }
    return failed;
}
