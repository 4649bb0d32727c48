/* bench/sansa: the fit of sansa on a made catalogue; one JSON line.
 * sansa_bench [ITEMS [USERS]]: a million items and two million users of ten events unless told otherwise. */
#include <stdio.h>
#include <sys/resource.h>
#include "base/parse.h"
#include "models/rows.h"
#include "num/parallel.h"

enum { EVENTS_A_USER = 10, AROUND = 200 };

/* A third of a user's events by popularity (the cube of a uniform number), the others near a taste of his own. */
static interactions make(ctx *c, uint32_t n_items, uint32_t n_users) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n_users + 1);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, (size_t)n_users * EVENTS_A_USER);
    for (uint32_t u = 0; u < n_users && item && start; u++) {
        uint32_t taste = (uint32_t)rng_below(&c->random, n_items);
        start[u + 1] = start[u] + EVENTS_A_USER;
        for (uint64_t e = start[u]; e < start[u + 1]; e++) {
            double at = rng_unit(&c->random);
            item[e] = e % 3 == 0 ? (uint32_t)(at * at * at * n_items) : (taste + (uint32_t)(at * at * AROUND)) % n_items;
        }
    }
    return (interactions){ .n_users = n_users, .n_items = n_items, .start = start, .item = item };
}

static double cpu_s(void) {
    struct rusage r;
    (void)getrusage(RUSAGE_SELF, &r);                       /* cannot fail for the process itself */
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

int main(int n, char **args) {
    AUTO_ARENA memory;
    ctx value, *c = &value;
    int64_t items = 1000000, users = 2000000;
    arena_init(&memory, SIZE_MAX);
    ctx_init(c, &memory);
    if ((n > 1 && !parse_int_in(str_of(args[1]), 1, 10000000, &items)) || (n > 2 && !parse_int_in(str_of(args[2]), 1, 50000000, &users)))
        return 2;
    interactions x = make(c, (uint32_t)items, (uint32_t)users);
    model_options o = model_default_options(&model_sansa);
    model m;
    if (!x.item || !x.start || model_set_all(c, &model_sansa, &o, str_of("m=60 reach=120 k=100"))) return 1;
    int64_t since = c->time->mono_us(c->time);
    double cpu_before = cpu_s();
    if (model_fit(c, &model_sansa, &x, &o, &m)) return fprintf(stderr, "%s\n", c->error.text), 1;
    struct rusage r;
    (void)getrusage(RUSAGE_SELF, &r);
    printf("{\"bench\":\"sansa\",\"items\":%lld,\"users\":%lld,\"events\":%llu,\"threads\":%d,"
           "\"fit_s\":%.1f,\"fit_cpu_s\":%.1f,\"peak_mb\":%.0f}\n",
           (long long)items, (long long)users, (unsigned long long)x.start[x.n_users], parallel_threads(0),
           (double)(c->time->mono_us(c->time) - since) / 1e6, cpu_s() - cpu_before, (double)r.ru_maxrss / 1024);
    return 0;
}
