/* Fit, ask, count. Cases are asked in batches by several threads; sums are taken in the order of the cases afterwards, so that the
 * number of threads changes no digit. */
#include "eval/judge.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "base/limits.h"
#include "num/parallel.h"
#include "num/topk.h"

/* A batch is a share of few cases, so that all threads have some, and a bounded block of scores of many; never by the number of
 * threads, which must not change a digit. */
enum { BATCH_SCORES = 4 * 1024 * 1024, BATCH_MOST = 256, BATCH_LEAST = 16, BATCHES = 16, LATENCY_WARM_UP = 20, LATENCY_LEAST = 100 };
static const double LATENCY_SECONDS = 2;    /* of processor time for all answers that are timed: a slow model is timed on fewer */

static double thread_seconds(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mb(void) {
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) == 0 ? (double)u.ru_maxrss / 1024 : 0;
}

/* ---- one answer ---- */

/* Best `top` of a row of scores; what may not be answered is pushed below everything and put back. */
static void best_of(const eval_cases *cases, const history *h, float *scores, topk *best) {
    best->n = 0;
    if (cases->hide_history)
        for (size_t i = 0; i < h->n; i++)
            if (h->item[i] < cases->train.n_items) scores[h->item[i]] = -INFINITY;
    for (uint32_t i = 0; i < cases->train.n_items; i++)
        if (scores[i] > -INFINITY) topk_offer(best, i, scores[i]);
    topk_sort(best);
}

static bool in_truth(const eval_cases *cases, uint32_t i, uint32_t item) {
    uint64_t low = cases->truth_start[i], high = cases->truth_start[i + 1];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (cases->truth[middle] < item) low = middle + 1;
        else high = middle;
    }
    return low < cases->truth_start[i + 1] && cases->truth[low] == item;
}

static void mark_case(const eval_cases *cases, uint32_t i, const topk *best, float *ret_each) {
    uint64_t size = cases->truth_start[i + 1] - cases->truth_start[i];
    bool hit[JUDGE_MAX_TOP];
    double figures[METRIC_COUNT];
    for (uint32_t r = 0; r < best->n; r++) hit[r] = in_truth(cases, i, best->entry[r].item);
    if (size) metric_compute(hit, best->n, cases->top, size, figures);
    for (int m = 0; m < METRIC_COUNT; m++) ret_each[m] = size ? (float)figures[m] : NAN;
}

/* ---- all answers ---- */
typedef struct {
    const eval_cases *cases;
    const model *m;
    size_t batch;                   /* cases asked at once */
    float *each;                    /* n x METRIC_COUNT */
    struct seat { arena memory; float *scores; topk_entry entry[JUDGE_MAX_TOP]; err_code err; char why[256]; } *seats;
} work;

static err_code ask_batch(ctx *c, work *w, struct seat *s, size_t from, size_t n) {
    TRY(model_score(c, w->m, w->cases->asked + from, n, s->scores));
    for (size_t i = 0; i < n; i++) {
        topk best = { s->entry, 0, w->cases->top };
        best_of(w->cases, &w->cases->asked[from + i], s->scores + i * w->m->n_items, &best);
        mark_case(w->cases, (uint32_t)(from + i), &best, w->each + (from + i) * METRIC_COUNT);
    }
    return ERR_OK;
}

static void ask_range(void *state, size_t from, size_t to, int worker) {
    work *w = state;
    struct seat *s = &w->seats[worker];
    ctx mine;
    if (s->err) return;
    ctx_init(&mine, &s->memory);
    s->err = ask_batch(&mine, w, s, from, to - from);
    if (s->err) memcpy(s->why, mine.error.text, sizeof s->why), s->why[sizeof s->why - 1] = 0;
}

static err_code ask_all(ctx *c, work *w, int threads) {
    arena_mark mark = arena_save(c->arena);
    w->seats = arena_new(c->arena, struct seat, (size_t)threads);
    if (!w->seats) return fail(c, ERR_NO_MEMORY, "measure a model");
    for (int t = 0; t < threads; t++) {
        w->seats[t].scores = arena_new_raw(c->arena, float, w->batch * w->m->n_items);
        if (!w->seats[t].scores) return fail(c, ERR_NO_MEMORY, "scores of %zu cases", w->batch);
        arena_init(&w->seats[t].memory, LIMIT_JOB_ARENA);
    }
    err_code e = parallel_for(c, threads, w->cases->n, w->batch, ask_range, w);
    for (int t = 0; t < threads; t++) {
        if (!e && w->seats[t].err) e = fail(c, w->seats[t].err, "%s", w->seats[t].why);
        arena_done(&w->seats[t].memory);
    }
    if (!e) arena_restore(c->arena, mark);
    return e;
}

static void average(const eval_cases *cases, const float *each, judgement *j) {
    double sum[CASES_MAX_GROUPS][METRIC_COUNT] = { 0 }, total[CASES_MAX_GROUPS] = { 0 };
    for (uint32_t i = 0; i < cases->n; i++) {
        const float *figures = each + (size_t)i * METRIC_COUNT;
        if (isnan(figures[0])) continue;
        int g = cases->group ? cases->group[i] : 0;
        double weight = cases->weight ? (double)cases->weight[i] : 1;
        j->n[g]++;
        total[g] += weight;
        for (int m = 0; m < METRIC_COUNT; m++) sum[g][m] += weight * (double)figures[m];
    }
    for (int g = 0; g < CASES_MAX_GROUPS; g++)
        for (int m = 0; m < METRIC_COUNT; m++) j->mean[g][m] = total[g] > 0 ? sum[g][m] / total[g] : 0;
}

/* ---- how long one takes ---- */
static int by_time(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Processor seconds of one answer: case `at` of `n` spread over all of them. */
static err_code time_one(ctx *c, const eval_cases *cases, const model *m, uint32_t at, uint32_t n, float *scores, double *ret_s) {
    const history *h = &cases->asked[(uint64_t)at * cases->n / n];
    topk_entry entry[JUDGE_MAX_TOP];
    topk best = { entry, 0, cases->top };
    double start = thread_seconds(CLOCK_THREAD_CPUTIME_ID);
    TRY(model_score(c, m, h, 1, scores));
    best_of(cases, h, scores, &best);
    *ret_s = thread_seconds(CLOCK_THREAD_CPUTIME_ID) - start;
    return ctx_check(c);
}

/* As many answers as there is time for, by what those of the warm-up took; enough of them for a 99th percentile. */
static uint32_t answers_to_time(const eval_cases *cases, double warm_up_s) {
    uint32_t most = cases->n < JUDGE_LATENCY_CASES ? cases->n : JUDGE_LATENCY_CASES;
    double bearable = fmax(LATENCY_SECONDS * LATENCY_WARM_UP / fmax(warm_up_s, 1e-9), LATENCY_LEAST);
    return bearable < most ? (uint32_t)bearable : most;
}

static err_code time_answers(ctx *c, const eval_cases *cases, const model *m, judgement *j) {
    arena_mark mark = arena_save(c->arena);
    float *scores = arena_new_raw(c->arena, float, m->n_items);
    double *took = arena_new(c->arena, double, JUDGE_LATENCY_CASES), one = 0, warm_up = 0;
    if (!scores || !took) return fail(c, ERR_NO_MEMORY, "time answers");
    for (uint32_t i = 0; i < LATENCY_WARM_UP; i++, warm_up += one) TRY(time_one(c, cases, m, i, LATENCY_WARM_UP, scores, &one));
    uint32_t n = answers_to_time(cases, warm_up);
    for (uint32_t i = 0; i < n; i++) TRY(time_one(c, cases, m, i, n, scores, &took[i]));
    qsort(took, n, sizeof *took, by_time);
    j->p50_us = took[n / 2] * 1e6;
    j->p99_us = took[n - 1 - n / 100] * 1e6;
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static size_t batch_of(const eval_cases *cases) {
    size_t batch = cases->n / BATCHES, most = BATCH_SCORES / cases->train.n_items;
    batch = batch < BATCH_LEAST ? BATCH_LEAST : batch > BATCH_MOST ? BATCH_MOST : batch;
    return most < 1 ? 1 : batch > most ? most : batch;
}

err_code judge_answers(ctx *c, const eval_cases *cases, const model *m, float *ret_each) {
    if (cases->n == 0 || cases->top < 1 || cases->top > JUDGE_MAX_TOP || cases->train.n_items == 0)
        return fail(c, ERR_INVALID, "nothing to measure: %u cases, %u items", cases->n, cases->train.n_items);
    work w = { cases, m, batch_of(cases), ret_each, NULL };
    return ask_all(c, &w, parallel_threads(m->options.threads));
}

/* What a fitted model answers: the means, and each case while c->arena holds it. */
static err_code ask_and_average(ctx *c, const eval_cases *cases, const model *m, judgement *j) {
    j->each = arena_new(c->arena, float, (size_t)cases->n * METRIC_COUNT);
    if (!j->each) return fail(c, ERR_NO_MEMORY, "measure %u cases", cases->n);
    TRY(judge_answers(c, cases, m, j->each));
    average(cases, j->each, j);
    return j->n[0] ? ERR_OK : fail(c, ERR_INVALID, "none of the %u cases has anything to find", cases->n);
}

err_code judge_model(ctx *c, const eval_cases *cases, const model_row *row, const model_options *o, bool keep_each, judgement *ret) {
    arena_mark mark = arena_save(c->arena);
    model m;
    judgement j = { 0 };
    double wall = thread_seconds(CLOCK_MONOTONIC), cpu = thread_seconds(CLOCK_PROCESS_CPUTIME_ID);
    TRY(model_fit(c, row, &cases->train, o, &m));
    j.fit_s = thread_seconds(CLOCK_MONOTONIC) - wall;
    j.fit_cpu_s = thread_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    TRY(ask_and_average(c, cases, &m, &j));
    TRY(time_answers(c, cases, &m, &j));
    j.peak_mb = peak_mb();
    if (!keep_each) j.each = NULL, arena_restore(c->arena, mark);
    *ret = j;
    return ERR_OK;
}

err_code judge_value(ctx *c, const eval_cases *cases, const model_row *row, const model_options *o, unsigned metrics, double *ret_value) {
    arena_mark mark = arena_save(c->arena);
    model m;
    judgement j = { 0 };
    TRY(model_fit(c, row, &cases->train, o, &m));
    TRY(ask_and_average(c, cases, &m, &j));
    arena_restore(c->arena, mark);
    *ret_value = judgement_value(&j, metrics);
    return ERR_OK;
}

double judgement_value(const judgement *j, unsigned metrics) {
    double sum = 0;
    int n = 0;
    for (int g = 0; g < CASES_MAX_GROUPS; g++)
        for (int m = 0; m < METRIC_COUNT && j->n[g]; m++)
            if (metrics & 1U << m) sum += j->mean[g][m], n++;
    return n ? sum / n : 0;
}
