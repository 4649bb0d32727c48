/* Figures of cases summed by cluster, then drawn; see compare.h. */
#include "eval/compare.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double INSIDE = 0.95;

enum { MOST_FIGURES = 2 * METRIC_COUNT };     /* every metric, and its difference from the first model's */
typedef struct { double *figure[MOST_FIGURES], *weight; } clusters;

static uint32_t cluster_of(const compare_state *s, uint32_t i) { return s->cluster ? s->cluster[i] : i; }

static err_code clusters_new(ctx *c, uint32_t n, clusters *ret) {
    for (int f = 0; f < MOST_FIGURES; f++)
        if (!(ret->figure[f] = arena_new(c->arena, double, n))) return fail(c, ERR_NO_MEMORY, "intervals over %u cases", n);
    ret->weight = arena_new(c->arena, double, n);
    return ret->weight ? ERR_OK : fail(c, ERR_NO_MEMORY, "intervals over %u cases", n);
}

/* Sums of one group by cluster; `to` is zero. A case without a truth has no metric at all. */
static void add_up(const compare_state *s, const float *each, int group, clusters *to) {
    for (uint32_t i = 0; i < s->cases->n; i++) {
        const float *now = each + (size_t)i * METRIC_COUNT, *first = s->first + (size_t)i * METRIC_COUNT;
        if (isnan(now[0]) || (s->cases->group && s->cases->group[i] != group)) continue;
        double w = s->cases->weight ? (double)s->cases->weight[i] : 1;
        uint32_t k = cluster_of(s, i);
        to->weight[k] += w;
        for (int m = 0; m < METRIC_COUNT; m++) {
            to->figure[m][k] += w * (double)now[m];
            to->figure[METRIC_COUNT + m][k] += w * ((double)now[m] - (double)first[m]);
        }
    }
}

static err_code draw_group(ctx *c, const compare_state *s, const float *each, int group, uint32_t n, comparison *to) {
    clusters k = { 0 };
    interval drawn[MOST_FIGURES];
    const double *sums[MOST_FIGURES];
    TRY(clusters_new(c, n, &k));
    add_up(s, each, group, &k);
    size_t figures = 0;
    for (int f = 0; f < MOST_FIGURES; f++)
        if (s->metrics & 1U << f % METRIC_COUNT) sums[figures++] = k.figure[f];
    TRY(interval_means(c, sums, figures, k.weight, n, INSIDE, s->seed, drawn));
    const interval *next = drawn;
    for (int f = 0; f < MOST_FIGURES; f++)
        if (s->metrics & 1U << f % METRIC_COUNT) *(f < METRIC_COUNT ? &to->figure[group][f] : &to->gain[group][f - METRIC_COUNT]) = *next++;
    return ERR_OK;
}

static err_code draw_intervals(ctx *c, const compare_state *s, const float *each, comparison *to) {
    arena_mark mark = arena_save(c->arena);
    uint32_t n = s->cluster ? s->n_clusters : s->cases->n;
    for (int g = 0; g < CASES_MAX_GROUPS && to->j.n[g]; g++) TRY(draw_group(c, s, each, g, n, to));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* Figures of the first stay in the arena; those of the others leave with their fit. */
static err_code keep_first(ctx *c, compare_state *s, comparison *to) {
    size_t bytes = (size_t)s->cases->n * METRIC_COUNT * sizeof(float);
    float *first = arena_alloc_raw(c->arena, bytes);
    if (!first) return fail(c, ERR_NO_MEMORY, "figures of %u cases", s->cases->n);
    arena_mark mark = arena_save(c->arena);
    TRY(judge_model(c, s->cases, to->row, &to->options, true, &to->j));
    memcpy(first, to->j.each, bytes);
    arena_restore(c->arena, mark);
    s->first = to->j.each = first;
    return ERR_OK;
}

err_code compare_next(ctx *c, compare_state *s, const model_row *row, const model_options *o, comparison *ret) {
    comparison now = { .row = row, .options = *o };
    bool first = s->done == 0;
    err_code e = ERR_OK;
    if (first) TRY(keep_first(c, s, &now));
    arena_mark mark = arena_save(c->arena);
    if (!first) e = judge_model(c, s->cases, row, o, true, &now.j);
    if (e == ERR_TOO_LARGE || e == ERR_INVALID) {
        now.refused = true;
        snprintf(now.reason, sizeof now.reason, "%.*s", COMPARE_REASON_BYTES - 1, c->error.text);
    } else if (e) return e;
    else TRY(draw_intervals(c, s, now.j.each, &now));
    arena_restore(c->arena, mark);
    now.j.each = NULL;
    s->done++;
    *ret = now;
    return ERR_OK;
}
