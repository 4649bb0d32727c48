/* Rows for the ranker out of hidden items, and whether a line or trees order them better. It does NOT fit the members. */
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "models/blend_int.h"
#include "num/parallel.h"

enum { KEPT = 64, APART = 3, TOP = 10, LEAST_ANSWERS = 200 };    /* rows of a question; every third question judges; */

typedef struct { arena memory; err_code err; char why[256]; } seat;

typedef struct {
    const blend *b;
    const blend_hidden *h;
    uint64_t seed;
    float *x, *weight;              /* h->n x KEPT rows */
    uint8_t *label;
    uint32_t *n;                    /* rows of each question */
    seat *seats;
} work;

static bool is_hidden(const blend_hidden *h, uint32_t k, uint32_t item) {
    for (uint64_t i = h->start[k]; i < h->start[k + 1]; i++)
        if (h->hidden[i] == item) return true;
    return false;
}

/* All answers among the candidates and a fair share of the others, each of which stands for those left out. */
static void keep_rows(work *w, uint32_t k, const blend_candidates *found, const bool *answer) {
    uint32_t width = blend_width(w->b), answers = 0, kept = 0;
    size_t at = (size_t)k * KEPT;
    rng r;
    rng_seed(&r, w->seed + k);
    for (uint32_t i = 0; i < found->n; i++) answers += answer[i];
    if (answers > KEPT / 2) answers = KEPT / 2;
    uint32_t others = found->n - answers, wanted = KEPT - answers < others ? KEPT - answers : others, left = others, room = answers;
    for (uint32_t i = 0; i < found->n; i++) {
        bool take = answer[i] && room > 0;
        if (take) room--;
        else take = left > 0 && rng_below(&r, left) < wanted, left -= left > 0;
        if (!take) continue;
        bool other = !answer[i];
        if (other) wanted--;
        memcpy(w->x + (at + kept) * width, found->x + (size_t)i * width, width * sizeof *w->x);
        w->label[at + kept] = answer[i];
        w->weight[at + kept++] = other ? (float)others / (float)(KEPT - answers < others ? KEPT - answers : others) : 1;
    }
    w->n[k] = kept;
}

static err_code ask(ctx *c, work *w, uint32_t k) {
    blend_candidates found;
    history h = interactions_history(&w->h->left, w->h->user[k]);
    TRY(blend_look(c, w->b, &h, &found));
    bool *answer = arena_new(c->arena, bool, found.n);
    if (!answer) return fail(c, ERR_NO_MEMORY, "answers of a question");
    for (uint32_t i = 0; i < found.n; i++) answer[i] = is_hidden(w->h, k, found.item[i]);
    keep_rows(w, k, &found, answer);
    return ERR_OK;
}

static void ask_range(void *state, size_t from, size_t to, int worker) {
    work *w = state;
    seat *s = &w->seats[worker];
    for (size_t k = from; k < to && !s->err; k++) {
        ctx mine;
        ctx_init(&mine, &s->memory);
        arena_mark mark = arena_save(&s->memory);
        s->err = ask(&mine, w, (uint32_t)k);
        if (s->err) memcpy(s->why, mine.error.text, sizeof s->why), s->why[sizeof s->why - 1] = 0;
        arena_restore(&s->memory, mark);
    }
}

static err_code ask_all(ctx *c, work *w, int threads) {
    threads = parallel_threads(threads);
    w->seats = arena_new(c->arena, seat, (size_t)threads);
    if (!w->seats) return fail(c, ERR_NO_MEMORY, "ask %u users", w->h->n);
    for (int t = 0; t < threads; t++) arena_init(&w->seats[t].memory, LIMIT_JOB_ARENA);
    err_code e = parallel_for(c, threads, w->h->n, 4, ask_range, w);
    for (int t = 0; t < threads; t++) {
        if (!e && w->seats[t].err) e = fail(c, w->seats[t].err, "%s", w->seats[t].why);
        arena_done(&w->seats[t].memory);
    }
    return e;
}

/* Rows of the questions that train (or those that judge), side by side. */
static err_code gather(ctx *c, const work *w, bool judging, bool all, ranker_rows *ret) {
    uint32_t width = blend_width(w->b);
    size_t n = 0, n_groups = 0;
    for (uint32_t k = 0; k < w->h->n; k++) n += all || (k % APART == 0) == judging ? w->n[k] : 0;
    float *x = arena_new_raw(c->arena, float, n * width), *weight = arena_new_raw(c->arena, float, n);
    uint8_t *label = arena_new_raw(c->arena, uint8_t, n);
    size_t *group = arena_new(c->arena, size_t, (size_t)w->h->n + 1);
    if (!x || !weight || !label || !group) return fail(c, ERR_NO_MEMORY, "%zu candidates to learn from", n);
    n = 0;
    for (uint32_t k = 0; k < w->h->n; k++) {
        if (!all && (k % APART == 0) != judging) continue;
        size_t at = (size_t)k * KEPT;
        memcpy(x + n * width, w->x + at * width, (size_t)w->n[k] * width * sizeof *x);
        memcpy(weight + n, w->weight + at, w->n[k] * sizeof *weight);
        memcpy(label + n, w->label + at, w->n[k]);
        n += w->n[k];
        group[++n_groups] = n;
    }
    *ret = (ranker_rows){ x, label, weight, n, width, group, n_groups };
    return ERR_OK;
}

/* nDCG@10 of one question: a row that stands for many counts as many in the places of those below it. */
static double question_gain(const ranker_rows *rows, size_t from, size_t to, const float *score) {
    double gain = 0, ideal = 0;
    uint32_t answers = 0;
    for (size_t i = from; i < to; i++) {
        if (!rows->label[i]) continue;
        double place = 1;
        for (size_t k = from; k < to; k++)
            if (score[k] > score[i]) place += (double)rows->weight[k];
        if (place <= TOP) gain += 1 / log2(place + 1);
        if (answers++ < TOP) ideal += 1 / log2((double)answers + 1);
    }
    return ideal > 0 ? gain / ideal : 0;
}

static err_code gain_of(ctx *c, const ranker *r, const ranker_rows *rows, double *ret_gain) {
    float *score = arena_new_raw(c->arena, float, rows->n);
    if (!score) return fail(c, ERR_NO_MEMORY, "scores of %zu candidates", rows->n);
    ranker_raw(r, rows->x, rows->n, score);
    *ret_gain = 0;
    for (size_t g = 0; g < rows->n_groups; g++) *ret_gain += question_gain(rows, rows->group[g], rows->group[g + 1], score);
    return ERR_OK;
}

static ranker_params params_of(ranker_kind kind, uint64_t seed) {
    ranker_params p = ranker_default_params();
    p.kind = kind, p.seed = seed;
    p.trees = 150, p.depth = 4, p.learning_rate = 0.07, p.least_child = 20;
    return p;
}

/* Which kind orders better what it was not trained on? */
static err_code choose_kind(ctx *c, const work *w, uint64_t seed, ranker_kind *ret_kind) {
    ranker_rows train, apart;
    double best = -1;
    *ret_kind = RANKER_LOGISTIC;
    TRY(gather(c, w, false, false, &train));
    TRY(gather(c, w, true, false, &apart));
    for (ranker_kind kind = RANKER_LOGISTIC; kind <= RANKER_TREES; kind++) {
        ranker_params p = params_of(kind, seed);
        ranker r;
        double gain = 0;
        TRY(ranker_fit(c, &train, &p, &r));
        TRY(gain_of(c, &r, &apart, &gain));
        if (gain > best) best = gain, *ret_kind = kind;
    }
    return ERR_OK;
}

err_code blend_learn(ctx *c, blend *b, const blend_hidden *h, int kind, uint64_t seed, int threads) {
    size_t rows = (size_t)h->n * KEPT, answers = 0;
    ranker_rows all;
    if (kind == 3 || h->n == 0) return ERR_OK;
    work w = { .b = b, .h = h, .seed = seed, .x = arena_new_raw(c->arena, float, rows * blend_width(b)),
               .weight = arena_new_raw(c->arena, float, rows), .label = arena_new_raw(c->arena, uint8_t, rows),
               .n = arena_new(c->arena, uint32_t, h->n) };
    if (!w.x || !w.weight || !w.label || !w.n) return fail(c, ERR_NO_MEMORY, "%zu candidates to learn from", rows);
    TRY(ask_all(c, &w, threads));
    for (uint32_t k = 0; k < h->n; k++)
        for (uint32_t i = 0; i < w.n[k]; i++) answers += w.label[(size_t)k * KEPT + i];
    if (answers < LEAST_ANSWERS) return ERR_OK;
    ranker_kind chosen = kind == 2 ? RANKER_TREES : RANKER_LOGISTIC;
    if (kind == 0) TRY(choose_kind(c, &w, seed, &chosen));
    ranker_params p = params_of(chosen, seed);
    TRY(gather(c, &w, false, true, &all));
    TRY(ranker_fit(c, &all, &p, &b->rank));
    b->ranked = b->rank.kind != RANKER_RATE;
    return ERR_OK;
}
