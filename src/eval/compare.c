/* Figures of cases summed by cluster, then drawn; see compare.h. */
#include "eval/compare.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double INSIDE = 0.95;

typedef struct { double *sum, *difference, *weight; } clusters;

static uint32_t cluster_of(const compare_state *s, uint32_t i) { return s->cluster ? s->cluster[i] : i; }

static void add_up(const compare_state *s, const float *each, int group, int which, uint32_t n, clusters *to) {
    memset(to->sum, 0, n * sizeof(double)), memset(to->difference, 0, n * sizeof(double)), memset(to->weight, 0, n * sizeof(double));
    for (uint32_t i = 0; i < s->cases->n; i++) {
        size_t at = (size_t)i * METRIC_COUNT + (size_t)which;
        if (isnan(each[at]) || (s->cases->group && s->cases->group[i] != group)) continue;
        double w = s->cases->weight ? (double)s->cases->weight[i] : 1;
        uint32_t k = cluster_of(s, i);
        to->weight[k] += w, to->sum[k] += w * (double)each[at], to->difference[k] += w * ((double)each[at] - (double)s->first[at]);
    }
}

static err_code draw_intervals(ctx *c, const compare_state *s, const float *each, comparison *to) {
    arena_mark mark = arena_save(c->arena);
    uint32_t n = s->cluster ? s->n_clusters : s->cases->n;
    clusters k = { arena_new(c->arena, double, n), arena_new(c->arena, double, n), arena_new(c->arena, double, n) };
    if (!k.sum || !k.difference || !k.weight) return fail(c, ERR_NO_MEMORY, "intervals over %u cases", n);
    for (int g = 0; g < CASES_MAX_GROUPS && to->j.n[g]; g++)
        for (int m = 0; m < METRIC_COUNT; m++) {
            if (!(s->metrics & 1U << m)) continue;
            add_up(s, each, g, m, n, &k);
            TRY(interval_mean(c, k.sum, k.weight, n, INSIDE, s->seed, &to->figure[g][m]));
            TRY(interval_mean(c, k.difference, k.weight, n, INSIDE, s->seed, &to->gain[g][m]));
        }
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
