/* Pairs as inputs, their lesson, and the pool of partners; see basket_alone.h.
 * With votes that are 1 on average, V_i and V_ij their sums over the baskets with i and with both, and p_j = V_j / baskets:
 *   P(j | i) = (V_ij + p_j) / (V_i + 1)      one basket of the shop's average as prior
 * counted in four ways that differ in how old and large baskets weigh, and once more with votes that fade from line to line. */
#include "models/basket_alone.h"
#include <math.h>
#include <string.h>
#include "models/basket_lines.h"
#include "models/boost.h"
#include "models/logistic.h"

enum { SEASON, MONTH, SMALL, PLAIN, CLOSE, N_COUNTS };
static const struct { double power, half_life_days; } counted[N_COUNTS] = {
    [SEASON] = { 0.6, 120 }, [MONTH] = { 0.6, 25 }, [SMALL] = { 1.2, 0 }, [PLAIN] = { 0, 0 }, [CLOSE] = { 0.6, 120 },
};
static const float DAMP = 0.15f, LEAST = 1e-6f;
enum { MAX_BASKET = 500 };           /* the orders of wholesalers and robots say nothing of pairs */

typedef struct {
    const basket_log *log;
    const item_regression *regression;
    const float *vote[N_COUNTS];    /* n_baskets, 1 on average */
    const float *total[N_COUNTS];   /* n_items */
    const float *damped;            /* n_items: p_j^-DAMP */
    float (*cell)[N_COUNTS];        /* n_items; zero between questions */
    uint32_t *touched;              /* n_items */
    float *line;                    /* n_items: the regression's weights of the item asked with */
    topk pool;
} desk;

static err_code count_alone(ctx *c, const basket_log *log, double power, double half_life_days, const float **ret_vote,
                            const float **ret_total) {
    uint32_t n = log->x.n_users;
    float *vote = arena_new_raw(c->arena, float, n), *total = arena_new(c->arena, float, log->x.n_items);
    if (!vote || !total) return fail(c, ERR_NO_MEMORY, "votes of %u baskets", n);
    double sum = 0;
    basket_votes(log, power, half_life_days, vote);
    for (uint32_t b = 0; b < n; b++) sum += (double)vote[b];
    for (uint32_t b = 0; b < n; b++) {
        vote[b] = (float)((double)vote[b] * n / sum);
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) total[log->x.item[e]] += vote[b];
    }
    *ret_vote = vote, *ret_total = total;
    return ERR_OK;
}

static err_code desk_new(ctx *c, const basket_log *log, const item_regression *r, desk *d) {
    uint32_t n = log->x.n_items;
    float *damped = arena_new_raw(c->arena, float, n);
    *d = (desk){ .log = log, .regression = r, .damped = damped, .cell = arena_array(c->arena, n, sizeof *d->cell),
                 .touched = arena_new_raw(c->arena, uint32_t, n), .line = arena_new_raw(c->arena, float, n),
                 .pool = { arena_new_raw(c->arena, topk_entry, ALONE_POOL), 0, ALONE_POOL } };
    if (!damped || !d->cell || !d->touched || !d->line || !d->pool.entry) return fail(c, ERR_NO_MEMORY, "pairs of %u items", n);
    for (int k = 0; k < N_COUNTS; k++)
        TRY(count_alone(c, log, counted[k].power, counted[k].half_life_days, &d->vote[k], &d->total[k]));
    for (uint32_t j = 0; j < n; j++) damped[j] = powf(fmaxf(d->total[SEASON][j] / (float)log->x.n_users, LEAST), -DAMP);
    return ERR_OK;
}

static float share(const desk *d, int k, uint32_t j) { return d->total[k][j] / (float)d->log->x.n_users; }
static float chance(const desk *d, int k, uint32_t i, uint32_t j) { return (d->cell[j][k] + share(d, k, j)) / (d->total[k][i] + 1); }
static float back(const desk *d, int k, uint32_t i, uint32_t j) { return (d->cell[j][k] + share(d, k, i)) / (d->total[k][j] + 1); }
static float safe_log(float v) { return logf(fmaxf(v, LEAST)); }
/* What is left of the votes of a pair for the lines between, leaning to all. */
static float left_by_lines(const desk *d, uint32_t j) { return (d->cell[j][CLOSE] + 0.5f) / (d->cell[j][SEASON] + 0.5f); }

static void describe(const desk *d, uint32_t i, uint32_t j, float x[ALONE_WIDTH]) {
    float pj = safe_log(share(d, SEASON, j)), pi = safe_log(share(d, SEASON, i)), plain = sqrtf(d->total[PLAIN][i] * d->total[PLAIN][j]);
    const float inputs[ALONE_WIDTH] = {
        safe_log(chance(d, SEASON, i, j)), safe_log(chance(d, MONTH, i, j)), safe_log(chance(d, SMALL, i, j)),
        safe_log(chance(d, PLAIN, i, j)), safe_log(back(d, SEASON, i, j)), safe_log(back(d, SMALL, i, j)),
        d->cell[j][SEASON] / sqrtf(d->total[SEASON][i] * d->total[SEASON][j] + LEAST), d->cell[j][PLAIN] / (plain + LEAST), d->line[j],
        pj, safe_log(share(d, MONTH, j)) - pj, safe_log(share(d, SMALL, j)) - pj, pi, safe_log(share(d, SMALL, i)) - pi,
        log1pf(d->total[SEASON][i]), log1pf(d->total[MONTH][i]), log1pf(d->cell[j][PLAIN]),
        safe_log(chance(d, CLOSE, i, j)), safe_log(left_by_lines(d, j)),
    };
    memcpy(x, inputs, sizeof inputs);
}

static uint32_t count_partners(desk *d, uint32_t i) {
    const basket_log *log = d->log;
    const float *fade = log->fade && log->fade->tells ? log->fade->all : NULL;
    uint32_t n = 0;
    for (uint64_t h = log->holders.start[i]; h < log->holders.start[i + 1]; h++) {
        uint32_t b = log->holders.col[h];
        if (log->x.start[b + 1] - log->x.start[b] > MAX_BASKET) continue;
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) {
            uint32_t j = log->x.item[e];
            if (d->cell[j][PLAIN] == 0) d->touched[n++] = j;
            for (int k = 0; k < CLOSE; k++) d->cell[j][k] += d->vote[k][b];
            float left = fade ? product_fade(fade, log->holders.value[h], log->lines.value[e]) : 1;
            d->cell[j][CLOSE] += d->vote[CLOSE][b] * left;
        }
    }
    return n;
}

/* The partners of i into d->pool, and their inputs (pool x ALONE_WIDTH). */
static err_code ask(ctx *c, desk *d, uint32_t i, float *ret_x) {
    history h = { .n = 1, .item = &i, .user = MODEL_NOBODY };
    uint32_t n = count_partners(d, i);
    d->pool.n = 0;
    for (uint32_t t = 0; t < n; t++)
        if (d->touched[t] != i) topk_offer(&d->pool, d->touched[t], chance(d, SEASON, i, d->touched[t]) * d->damped[d->touched[t]]);
    topk_sort(&d->pool);
    if (d->pool.n > 0) TRY(d->regression->row->score(c, d->regression->state, &h, 1, d->line));
    for (uint32_t k = 0; k < d->pool.n; k++) describe(d, i, d->pool.entry[k].item, ret_x + (size_t)k * ALONE_WIDTH);
    for (uint32_t t = 0; t < n; t++) memset(d->cell[d->touched[t]], 0, sizeof *d->cell);
    return i % 256 == 0 ? ctx_check(c) : ERR_OK;
}

/* ---- learning ---- */

/* What baskets with i hold besides, each basket 1 / its items; returns the sum over the baskets. */
static double want(const basket_log *newer, uint32_t i, double *wanted) {
    double sum = 0;
    for (uint64_t h = newer->holders.start[i]; h < newer->holders.start[i + 1]; h++) {
        uint32_t b = newer->holders.col[h];
        uint64_t size = newer->x.start[b + 1] - newer->x.start[b];
        if (size < 2) continue;
        sum += 1 / (double)size;
        for (uint64_t e = newer->x.start[b]; e < newer->x.start[b + 1]; e++) wanted[newer->x.item[e]] += 1 / (double)size;
    }
    return sum;
}

static void forget(const basket_log *newer, uint32_t i, double *wanted) {
    for (uint64_t h = newer->holders.start[i]; h < newer->holders.start[i + 1]; h++) {
        uint32_t b = newer->holders.col[h];
        for (uint64_t e = newer->x.start[b]; e < newer->x.start[b + 1]; e++) wanted[newer->x.item[e]] = 0;
    }
}

typedef struct { float *x, *weight; uint8_t *label; size_t n; double sum; } lesson;

static void add_row(lesson *l, const float *x, uint8_t label, double weight) {
    if (weight <= 1e-9) return;
    memmove(l->x + l->n * ALONE_WIDTH, x, ALONE_WIDTH * sizeof *x);
    l->label[l->n] = label, l->weight[l->n++] = (float)weight;
    l->sum += weight;
}

static err_code lesson_new(ctx *c, const basket_log *newer, lesson *l) {
    size_t most = 0;
    for (uint32_t i = 0; i < newer->x.n_items; i++) most += newer->holders.start[i + 1] > newer->holders.start[i] ? 2 * ALONE_POOL : 0;
    *l = (lesson){ arena_array_raw(c->arena, most, ALONE_WIDTH * sizeof(float)), arena_new_raw(c->arena, float, most),
                   arena_new_raw(c->arena, uint8_t, most), 0, 0 };
    return l->x && l->weight && l->label ? ERR_OK : fail(c, ERR_NO_MEMORY, "%zu pairs to learn from", most);
}

err_code basket_alone_rows(ctx *c, const basket_log *older, const basket_log *newer, const item_regression *r, ranker_rows *ret_rows) {
    lesson l;
    desk d;
    float x[ALONE_POOL * ALONE_WIDTH];
    double *wanted = arena_new(c->arena, double, older->x.n_items);
    if (!wanted) return fail(c, ERR_NO_MEMORY, "%u items", older->x.n_items);
    TRY(lesson_new(c, newer, &l));
    TRY(desk_new(c, older, r, &d));
    for (uint32_t i = 0; i < older->x.n_items; i++) {
        double sum = want(newer, i, wanted);
        if (sum <= 0) continue;
        TRY(ask(c, &d, i, x));
        for (uint32_t k = 0; k < d.pool.n; k++) {
            double hit = wanted[d.pool.entry[k].item];
            add_row(&l, x + (size_t)k * ALONE_WIDTH, 1, hit);
            add_row(&l, x + (size_t)k * ALONE_WIDTH, 0, sum - hit);
        }
        forget(newer, i, wanted);
    }
    for (size_t k = 0; k < l.n; k++) l.weight[k] = (float)fmax((double)l.weight[k] * (double)l.n / l.sum, 1e-9);
    *ret_rows = (ranker_rows){ .x = l.x, .label = l.label, .weight = l.weight, .n = l.n, .width = ALONE_WIDTH };
    return ERR_OK;
}

/* Not ranker_fit(): all rows are wanted for the trees, and chances need no calibration to be compared within a list. */
err_code basket_alone_learn(ctx *c, const ranker_rows *rows, uint32_t trees, uint64_t seed, ranker *ret_ranker) {
    ranker_params p = ranker_default_params();
    p.trees = trees, p.depth = 5, p.learning_rate = 0.08, p.least_child = 20, p.seed = seed;
    *ret_ranker = (ranker){ .kind = RANKER_TREES, .width = ALONE_WIDTH, .slope = 1 };
    return boost_fit(c, rows, &p, &ret_ranker->trees, NULL);
}

/* ---- the pool ---- */

err_code basket_alone_pool(ctx *c, const basket_log *log, const item_regression *r, const ranker *trees, item_lists *ret_pool) {
    item_lists_room room;
    desk d;
    float x[ALONE_POOL * ALONE_WIDTH], likely[ALONE_POOL];
    TRY(item_lists_room_new(c, log->x.n_items, ALONE_POOL, &room));
    TRY(desk_new(c, log, r, &d));
    for (uint32_t i = 0; i < log->x.n_items; i++) {
        TRY(ask(c, &d, i, x));
        ranker_score(trees, x, d.pool.n, likely);
        topk best = { room.entry + (size_t)i * room.k, 0, room.k };
        for (uint32_t k = 0; k < d.pool.n; k++) topk_offer(&best, d.pool.entry[k].item, likely[k]);
        topk_sort(&best);
        room.length[i] = best.n;
    }
    return item_lists_close(c, &room, ret_pool);
}
