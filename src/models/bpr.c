/* bpr: Bayesian personalised ranking: item vectors learned so that what somebody took stands before what he did not.
 * Users and items are cut into parts; pairs of one part of users with one of items that share no row are worked on at the same
 * time, so no two threads ever meet and the number of threads changes nothing. Items are dealt into parts anew every epoch.
 * Everybody is then answered by fold-in (factors.h); user vectors are a means of learning and are not kept.
 * Source: Rendle, Freudenthaler, Gantner, Schmidt-Thieme 2009, figure 4; the parts are Gemulla et al. 2011 (distributed SGD). */
#include <math.h>
#include <string.h>
#include "models/factors.h"
#include "models/rows.h"
#include "num/parallel.h"

enum { MOST_PARTS = 16, ROWS_A_PART = 256, AHEAD = 8, TRIES = 4 };
static const double LAST_RATE = 0.1;                        /* the learning rate falls to this share of itself */

typedef struct { uint32_t user, item; } event;

typedef struct {
    uint32_t dim;                   /* with the bias, which is the last one: 1 for every user */
    size_t stride;
    float rate, reg;
    double popular;                 /* share of negatives drawn by popularity */
    csr seen;
    float *user, *item;             /* rows x stride */
    uint32_t parts;
    uint32_t *order, *part_of;      /* items as dealt: part p is order[n_items p / parts ..); and back */
    event *dealt;                   /* events by part of items, then by part of users */
    uint64_t start[MOST_PARTS * MOST_PARTS + 1];
    uint64_t seed;                  /* of this epoch */
    uint32_t shift;                 /* user part b works with item part (b + shift) mod parts */
} fitting;

/* ---- one step, for each processor ---- */
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));
#define INLINE static inline __attribute__((always_inline))

typedef struct { float *user, *liked, *other; } triple;

INLINE void step(const fitting *f, const triple *t) {
    lanes sum = { 0 };
    size_t stride = f->stride;
    for (size_t j = 0; j < stride; j += RIDGE_LANES)
        sum += *(const lanes *)(t->user + j) * (*(const lanes *)(t->liked + j) - *(const lanes *)(t->other + j));
    float x = 0;
    for (int lane = 0; lane < RIDGE_LANES; lane++) x += sum[lane];
    float pull = f->rate / (1 + expf(x)), keep = 1 - f->rate * f->reg;
    for (size_t j = 0; j < stride; j += RIDGE_LANES) {
        lanes u = *(const lanes *)(t->user + j), l = *(const lanes *)(t->liked + j), o = *(const lanes *)(t->other + j);
        *(lanes *)(t->user + j) = keep * u + pull * (l - o);
        *(lanes *)(t->liked + j) = keep * l + pull * u;
        *(lanes *)(t->other + j) = keep * o - pull * u;
    }
    t->user[f->dim - 1] = 1;
}

typedef void steps(const fitting *f, const triple *t, size_t n);
#define STEPS_BODY for (size_t i = 0; i < n; i++) step(f, &t[i]);
static void steps_plain(const fitting *f, const triple *t, size_t n) { STEPS_BODY }
#if defined(__x86_64__)
__attribute__((target("avx512f"))) static void steps_avx512(const fitting *f, const triple *t, size_t n) { STEPS_BODY }
__attribute__((target("avx2,fma"))) static void steps_avx2(const fitting *f, const triple *t, size_t n) { STEPS_BODY }
static steps *steps_here(void) {
    if (__builtin_cpu_supports("avx512f")) return steps_avx512;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? steps_avx2 : steps_plain;
}
#else
static steps *steps_here(void) { return steps_plain; }
#endif

/* ---- one epoch ---- */
static uint32_t user_part(const fitting *f, uint32_t user) { return (uint32_t)((uint64_t)user * f->parts / f->seen.n_rows); }

/* Deal items into parts at random and sort events by the parts they belong to. */
static void deal(fitting *f) {
    uint32_t n = f->seen.n_cols;
    rng r;
    rng_seed(&r, f->seed);
    for (uint32_t i = n; i > 1; i--) {
        uint32_t at = (uint32_t)rng_below(&r, i), item = f->order[i - 1];
        f->order[i - 1] = f->order[at], f->order[at] = item;
    }
    for (uint32_t p = 0; p < f->parts; p++)
        for (uint64_t i = (uint64_t)n * p / f->parts; i < (uint64_t)n * (p + 1) / f->parts; i++) f->part_of[f->order[i]] = p;
    memset(f->start, 0, sizeof f->start);
    for (uint32_t u = 0; u < f->seen.n_rows; u++)
        for (uint64_t e = f->seen.start[u]; e < f->seen.start[u + 1]; e++)
            f->start[f->part_of[f->seen.col[e]] * f->parts + user_part(f, u) + 1]++;
    for (uint32_t b = 0; b < f->parts * f->parts; b++) f->start[b + 1] += f->start[b];
    for (uint32_t u = 0; u < f->seen.n_rows; u++)
        for (uint64_t e = f->seen.start[u]; e < f->seen.start[u + 1]; e++)
            f->dealt[f->start[f->part_of[f->seen.col[e]] * f->parts + user_part(f, u)]++] = (event){ u, f->seen.col[e] };
    memmove(f->start + 1, f->start, f->parts * f->parts * sizeof *f->start);   /* each start had moved to the next one's */
    f->start[0] = 0;
}

static bool has(const csr *m, uint32_t row, uint32_t col) {
    uint64_t low = m->start[row], high = m->start[row + 1];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (m->col[middle] < col) low = middle + 1;
        else high = middle;
    }
    return low < m->start[row + 1] && m->col[low] == col;
}

/* An event of the bucket and an item of its part that the user has not taken; false when a few tries found none. */
static bool draw(const fitting *f, uint32_t bucket, rng *r, triple *ret_triple) {
    uint32_t part = bucket / f->parts, n = f->seen.n_cols;
    uint64_t first = f->start[part * f->parts], events = f->start[(part + 1) * f->parts] - first;
    uint64_t from = (uint64_t)n * part / f->parts, items = (uint64_t)n * (part + 1) / f->parts - from;
    event e = f->dealt[f->start[bucket] + rng_below(r, f->start[bucket + 1] - f->start[bucket])];
    for (int attempt = 0; attempt < TRIES; attempt++) {
        bool popular = rng_unit(r) < f->popular;
        uint32_t other = popular ? f->dealt[first + rng_below(r, events)].item : f->order[from + rng_below(r, items)];
        if (has(&f->seen, e.user, other)) continue;
        *ret_triple = (triple){ f->user + e.user * f->stride, f->item + e.item * f->stride, f->item + other * f->stride };
        for (size_t j = 0; j < f->stride; j += RIDGE_LANES)
            __builtin_prefetch(ret_triple->user + j, 1), __builtin_prefetch(ret_triple->liked + j, 1),
                __builtin_prefetch(ret_triple->other + j, 1);
        return true;
    }
    return false;
}

/* As many draws as the bucket has events, a few at a time so that their rows are on the way when they are needed. */
static void learn_buckets(void *state, size_t from, size_t to, int worker) {
    const fitting *f = state;
    steps *run = steps_here();
    (void)worker;
    for (size_t b = from; b < to; b++) {
        uint32_t bucket = (uint32_t)((b + f->shift) % f->parts * f->parts + b);
        uint64_t left = f->start[bucket + 1] - f->start[bucket];
        rng r;
        rng_seed(&r, f->seed ^ (bucket + 1) * UINT64_C(0x9E3779B97F4A7C15));
        while (left > 0) {
            triple drawn[AHEAD];
            size_t n = 0;
            for (; left > 0 && n < AHEAD; left--) n += draw(f, bucket, &r, &drawn[n]);
            run(f, drawn, n);
        }
    }
}

static err_code run_epoch(ctx *c, fitting *f, int threads) {
    deal(f);
    for (f->shift = 0; f->shift < f->parts; f->shift++) TRY(parallel_for(c, threads, f->parts, 1, learn_buckets, f));
    return ERR_OK;
}

/* ---- the row ---- */
enum { FACTORS, EPOCHS, RATE, REG, POPULAR, ALPHA0, FOLD_REG, NU, DAMP, VALUES, HALF_LIFE };
static const model_param params[] = {
    [FACTORS] = { "factors", 64, 1, RIDGE_MAX_DIM - 1, true, "dimensions of the vectors, without the bias" },
    [EPOCHS] = { "epochs", 15, 1, 10000, true, "times as many pairs are drawn as there are" },
    [RATE] = { "rate", 0.2, 1e-6, 10, false, "learning rate of the first epoch; falls to a tenth" },
    [REG] = { "reg", 0.005, 0, 10, false, "regularisation of every step" },
    [POPULAR] = { "popular", 0.7, 0, 1, false, "share of items not taken that are drawn by popularity" },
    [ALPHA0] = { "alpha0", 0.01, 0, 1e3, false, "fold-in: weight of every pair not seen" },
    [FOLD_REG] = { "fold_reg", 0.003, 0, 1e3, false, "fold-in: regularisation, times frequency^nu" },
    [NU] = { "nu", 1, 0, 2, false, "fold-in: how much more the frequent are regularised" },
    [DAMP] = { "damp", 0.3, 0, 2, false, "fold-in: events of popular items are believed less" },
    [VALUES] = WEIGH_PARAM_VALUES,
    [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
};

static err_code begin(ctx *c, const interactions *x, const model_options *o, fitting *ret_f) {
    fitting f = { .dim = (uint32_t)o->param[FACTORS] + 1, .reg = (float)o->param[REG], .popular = o->param[POPULAR] };
    f.stride = ridge_stride(f.dim);
    weighing weigh = { (int)o->param[VALUES], o->param[HALF_LIFE] };
    TRY(weigh_matrix(c, x, &weigh, &f.seen));
    uint32_t least = x->n_users < x->n_items ? x->n_users : x->n_items;
    f.parts = least / ROWS_A_PART < 1 ? 1 : least / ROWS_A_PART > MOST_PARTS ? MOST_PARTS : least / ROWS_A_PART;
    f.user = arena_new(c->arena, float, x->n_users * f.stride);
    f.item = arena_new(c->arena, float, x->n_items * f.stride);
    f.order = arena_new_raw(c->arena, uint32_t, x->n_items);
    f.part_of = arena_new_raw(c->arena, uint32_t, x->n_items);
    f.dealt = arena_new_raw(c->arena, event, f.seen.start[x->n_users]);
    if (!f.user || !f.item || !f.order || !f.part_of || !f.dealt) return fail(c, ERR_NO_MEMORY, "%u factors", f.dim);
    rng r;
    rng_seed(&r, o->seed);
    for (uint32_t i = 0; i < x->n_items; i++) {
        f.order[i] = i;
        for (uint32_t j = 0; j + 1 < f.dim; j++) f.item[i * f.stride + j] = (float)((rng_unit(&r) - 0.5) / f.dim);
    }
    for (uint32_t u = 0; u < x->n_users; u++) {
        for (uint32_t j = 0; j + 1 < f.dim; j++) f.user[u * f.stride + j] = (float)((rng_unit(&r) - 0.5) / f.dim);
        f.user[u * f.stride + f.dim - 1] = 1;
    }
    *ret_f = f;
    return ERR_OK;
}

/* To a mean squared length of 1: what the fold-in's regularisation is measured by. */
static void bring_to_scale(fitting *f) {
    double sum = 0;
    size_t cells = f->seen.n_cols * f->stride;
    for (size_t i = 0; i < cells; i++) sum += (double)f->item[i] * (double)f->item[i];
    float scale = sum > 0 ? (float)sqrt(f->seen.n_cols / sum) : 0;
    for (size_t i = 0; i < cells; i++) f->item[i] *= scale;
}

static err_code learn(ctx *c, const interactions *x, const model_options *o, fitting *f) {
    uint32_t epochs = (uint32_t)o->param[EPOCHS];
    for (uint32_t e = 0; e < epochs && f->seen.start[x->n_users] > 0; e++) {
        f->rate = (float)(o->param[RATE] * (1 - (1 - LAST_RATE) * e / epochs));
        f->seed = o->seed * UINT64_C(0xD1342543DE82EF95) + e + 1;
        TRY(run_epoch(c, f, parallel_threads(o->threads)));
        model_progress(o, "epoch", (double)(e + 1) / epochs);
    }
    return ERR_OK;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    const double *p = o->param;
    uint32_t dim = (uint32_t)p[FACTORS] + 1;
    size_t cells = x->n_items * ridge_stride(dim);
    factors *s = arena_new(c->arena, factors, 1);
    float *item = arena_new_raw(c->arena, float, cells), *energy = arena_new(c->arena, float, ridge_stride(dim));
    float *trust = arena_new_raw(c->arena, float, x->n_items), *found;
    if (!s || !item || !energy || !trust) return fail(c, ERR_NO_MEMORY, "%u factors of %u items", dim, x->n_items);
    arena_mark mark = arena_save(c->arena);
    fitting f;
    TRY(begin(c, x, o, &f));
    TRY(learn(c, x, o, &f));
    TRY(factors_trust(c, &f.seen, p[DAMP], &found));
    bring_to_scale(&f);
    TRY(factors_turn(c, f.item, x->n_items, dim, o->threads, energy));
    memcpy(item, f.item, cells * sizeof *item);
    memcpy(trust, found, x->n_items * sizeof *trust);
    arena_restore(c->arena, mark);
    *s = (factors){ .n_items = x->n_items, .dim = dim, .loss = { p[ALPHA0], p[FOLD_REG], p[NU], 1, { (int)p[VALUES], p[HALF_LIFE] } },
                    .item = item, .trust = trust, .energy = energy };
    TRY(factors_finish(c, s));
    *ret_state = s;
    return ERR_OK;
}

const model_row model_bpr = {
    .name = "bpr", .title = "Bayesian personalised ranking", .source = "Rendle, Freudenthaler, Gantner, Schmidt-Thieme 2009, figure 4",
    .params = params, .n_params = COUNT(params), .fit = fit, .score = factors_score, .aim = factors_aim,
    .save = factors_save, .load = factors_load,
};
