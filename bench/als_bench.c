/* Fits of the factor models on one thread: processor seconds per sweep (or epoch) and in all, at several numbers of factors, and
 * how long a visitor's fold-in takes. One JSON line a figure. Folder of a `topn` data set: first argument, else Gowalla's. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/limits.h"
#include "eval/eval.h"
#include "eval/task.h"
#include "models/als.h"
#include "models/rows.h"

enum { SWEEPS = 15, EPOCHS = 5, FOLDS = 2000, EVENTS = 50 };

static const uint32_t sizes[] = { 64, 128, 256 };

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One visitor after the other, each with EVENTS items of somebody's and his neighbours'. */
static err_code time_fold_in(ctx *c, const interactions *x, const factors *f) {
    static double us[FOLDS];
    float vector[RIDGE_MAX_DIM];
    uint64_t events = x->start[x->n_users];
    if (events < EVENTS) return fail(c, ERR_INVALID, "too few events");
    for (int i = 0; i < FOLDS; i++) {
        history h = { .n = EVENTS, .item = x->item + rng_below(&c->random, events - EVENTS), .user = MODEL_NOBODY };
        int64_t start = mono_time_ns();
        TRY(factors_fold_in(c, f, &h, vector));
        us[i] = (double)(mono_time_ns() - start) / 1e3;
    }
    qsort(us, FOLDS, sizeof *us, by_value);
    printf("{\"bench\":\"fold_in\",\"factors\":%u,\"events\":%d,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", f->dim, EVENTS, us[FOLDS / 2],
           us[FOLDS - 1 - FOLDS / 100]);
    return ERR_OK;
}

static err_code time_als(ctx *c, const interactions *x, uint32_t dim) {
    arena_mark mark = arena_save(c->arena);
    als_settings s = { .dim = dim, .sweeps = SWEEPS, .steps = 2, .loss = { 0.01, 0.003, 1, 1, { WEIGH_LARGEST, 0 } }, .damp = 0.3,
        .seed = 1, .threads = 1 };
    als_state a;
    int64_t start = cpu_time_us();
    TRY(als_begin(c, x, &s, &a));
    int64_t begun = cpu_time_us();
    for (int half = 0; half < 2 * SWEEPS; half++) TRY(als_half_sweep(c, &s, &a, half % 2 == 0));
    TRY(factors_turn(c, a.item, x->n_items, dim, 1, a.energy));
    int64_t end = cpu_time_us();
    printf("{\"bench\":\"als\",\"factors\":%u,\"sweeps\":%d,\"cpu_s\":%.2f,\"cpu_s_a_sweep\":%.3f}\n", dim, SWEEPS,
           (double)(end - start) / 1e6, (double)(end - begun) / 1e6 / SWEEPS);
    TRY(time_fold_in(c, x, &(factors){ .n_items = x->n_items, .dim = dim, .loss = s.loss, .item = a.item, .trust = a.trust,
                                           .energy = a.energy }));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code time_bpr(ctx *c, const interactions *x) {
    arena_mark mark = arena_save(c->arena);
    char set[64];
    model_options o = model_default_options(&model_bpr);
    model m;
    o.threads = 1;
    snprintf(set, sizeof set, "factors=64 epochs=%d", EPOCHS);
    TRY(model_set_all(c, &model_bpr, &o, str_of(set)));
    int64_t start = cpu_time_us();
    TRY(model_fit(c, &model_bpr, x, &o, &m));
    double cpu_s = (double)(cpu_time_us() - start) / 1e6;
    printf("{\"bench\":\"bpr\",\"factors\":64,\"epochs\":%d,\"cpu_s\":%.2f,\"cpu_s_an_epoch\":%.3f}\n", EPOCHS, cpu_s, cpu_s / EPOCHS);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code run(ctx *c, const char *folder) {
    eval_cases cases;
    task_options o = { .folder = folder, .top = 20, .seed = 1 };
    TRY(eval_task_named(str_of("topn"))->read(c, &o, &cases));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) TRY(time_als(c, &cases.train, sizes[i]));
    return time_bpr(c, &cases.train);
}

int main(int argc, char **argv) {
    const char *folder = argc > 1 ? argv[1] : "../shared/data/gowalla";
    if (access(folder, R_OK)) return printf("{\"bench\":\"als\",\"skipped\":\"%s is not on this machine\"}\n", folder), 0;
    AUTO_ARENA memory;
    arena_init(&memory, LIMIT_JOB_ARENA);
    ctx c;
    ctx_init(&c, &memory);
    if (run(&c, folder)) return fprintf(stderr, "%s\n", c.error.text), 1;
    return 0;
}
