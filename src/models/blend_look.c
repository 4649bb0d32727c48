/* What is asked of a candidate: what each member thinks of it, and what is known of the item and the history. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "models/blend_int.h"
#include "num/topk.h"

static const double RECENT_SHARE = 0.2;                     /* the newest fifth of events is what is lately */

static void to_deviations(float *x, size_t n) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i];
    double mean = n ? sum / (double)n : 0;
    for (size_t i = 0; i < n; i++) squares += ((double)x[i] - mean) * ((double)x[i] - mean);
    double deviation = n ? sqrt(squares / (double)n) : 0, scale = deviation > 1e-12 * (1 + fabs(mean)) ? 1 / deviation : 0;
    for (size_t i = 0; i < n; i++) x[i] = (float)(((double)x[i] - mean) * scale);
}

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The time after which the newest fifth of events lies; INT64_MAX: unknown. */
static err_code recent_from(ctx *c, const interactions *x, int64_t *ret_ms) {
    uint64_t n = x->start[x->n_users];
    *ret_ms = INT64_MAX;
    if (!x->time_ms || n == 0) return ERR_OK;
    arena_mark mark = arena_save(c->arena);
    int64_t *times = arena_new_raw(c->arena, int64_t, n);
    if (!times) return fail(c, ERR_NO_MEMORY, "times of %llu events", (unsigned long long)n);
    memcpy(times, x->time_ms, n * sizeof *times);
    qsort(times, n, sizeof *times, by_time);
    *ret_ms = times[n - 1 - (uint64_t)((double)(n - 1) * RECENT_SHARE)];
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code blend_count_items(ctx *c, const interactions *x, blend *b) {
    float *popular = arena_new(c->arena, float, x->n_items), *trend = arena_new(c->arena, float, x->n_items);
    uint64_t n = x->start[x->n_users], recent = 0;
    int64_t from_ms = 0;
    if (!popular || !trend) return fail(c, ERR_NO_MEMORY, "events of %u items", x->n_items);
    TRY(recent_from(c, x, &from_ms));
    for (uint64_t e = 0; e < n; e++) {
        bool lately = x->time_ms && x->time_ms[e] >= from_ms;
        recent += lately;
        popular[x->item[e]]++;
        trend[x->item[e]] += lately;
    }
    double share = n ? (double)recent / (double)n : 0;
    for (uint32_t i = 0; i < x->n_items; i++) {
        trend[i] = (float)log(((double)trend[i] + 1) / ((double)popular[i] * share + 1));
        popular[i] = log1pf(popular[i]);
    }
    to_deviations(popular, x->n_items);
    b->popular = popular, b->trend = trend;
    return ERR_OK;
}

typedef struct {
    float *score;                   /* n_members x n_items; in deviations when read */
    topk_entry *best;               /* n_members x candidates */
    uint32_t n_best[BLEND_MAX_MEMBERS];
    uint32_t *had;                  /* n_items: times in the history */
} view;

/* One member: scores, its best, then scores in deviations. What somebody had is no candidate where nobody buys again. */
static err_code ask_member(ctx *c, const blend *b, uint32_t m, const history *h, view *v) {
    float *score = v->score + (size_t)m * b->n_items;
    TRY(model_score(c, &b->member[m], h, 1, score));
    topk best = { v->best + (size_t)m * b->candidates, 0, b->candidates };
    for (uint32_t i = 0; i < b->n_items; i++)
        if (b->repeats || !v->had[i]) topk_offer(&best, i, score[i]);
    topk_sort(&best);
    v->n_best[m] = best.n;
    return ERR_OK;
}

static err_code look_round(ctx *c, const blend *b, const history *h, view *v) {
    *v = (view){ .score = arena_new_raw(c->arena, float, (size_t)b->n_members * b->n_items),
                 .best = arena_new_raw(c->arena, topk_entry, (size_t)b->n_members * b->candidates),
                 .had = arena_new(c->arena, uint32_t, b->n_items) };
    if (!v->score || !v->best || !v->had) return fail(c, ERR_NO_MEMORY, "scores of %u models", b->n_members);
    for (size_t i = 0; i < h->n; i++)
        if (h->item[i] < b->n_items) v->had[h->item[i]]++;
    for (uint32_t m = 0; m < b->n_members; m++) TRY(ask_member(c, b, m, h, v));
    return ERR_OK;
}

/* Union of the members' best, ascending; place[m x n + k] = 1-based place of candidate k with member m, 0 = not among its best. */
static err_code unite(ctx *c, const blend *b, const view *v, blend_candidates *to, uint32_t **ret_place) {
    uint32_t *slot = arena_new(c->arena, uint32_t, b->n_items), most = b->n_members * b->candidates, n = 0;
    if (most > b->n_items) most = b->n_items;
    to->item = arena_new_raw(c->arena, uint32_t, most);
    if (!slot || !to->item) return fail(c, ERR_NO_MEMORY, "candidates of %u models", b->n_members);
    for (uint32_t m = 0; m < b->n_members; m++)
        for (uint32_t k = 0; k < v->n_best[m]; k++) slot[v->best[(size_t)m * b->candidates + k].item] = 1;
    for (uint32_t i = 0; i < b->n_items; i++)
        if (slot[i]) slot[i] = n, to->item[n++] = i;
    uint32_t *place = arena_new(c->arena, uint32_t, (size_t)b->n_members * n);
    if (!place) return fail(c, ERR_NO_MEMORY, "places of %u candidates", n);
    for (uint32_t m = 0; m < b->n_members; m++)
        for (uint32_t k = 0; k < v->n_best[m]; k++) place[(size_t)m * n + slot[v->best[(size_t)m * b->candidates + k].item]] = k + 1;
    to->n = n;
    *ret_place = place;
    return ERR_OK;
}

static void describe(const blend *b, const view *v, const uint32_t *place, const history *h, blend_candidates *to) {
    uint32_t width = blend_width(b);
    float size = log1pf((float)h->n);
    for (uint32_t k = 0; k < to->n; k++) {
        float *x = to->x + (size_t)k * width;
        uint32_t item = to->item[k];
        for (uint32_t m = 0; m < b->n_members; m++, x += BLEND_OF_MEMBER) {
            float score = v->score[(size_t)m * b->n_items + item];
            uint32_t at = place[(size_t)m * to->n + k];
            x[0] = score;
            x[1] = at ? 1.0f / (float)at : 0;
            x[2] = at ? 1.0f / sqrtf((float)at) : 0;
            to->sum[k] += score;
        }
        x[0] = b->popular[item], x[1] = b->trend[item], x[2] = log1pf((float)v->had[item]), x[3] = size;
    }
}

err_code blend_look(ctx *c, const blend *b, const history *h, blend_candidates *ret) {
    view v;
    blend_candidates found = { 0 };
    uint32_t *place = NULL;
    TRY(look_round(c, b, h, &v));
    TRY(unite(c, b, &v, &found, &place));
    for (uint32_t m = 0; m < b->n_members; m++) to_deviations(v.score + (size_t)m * b->n_items, b->n_items);
    found.x = arena_new_raw(c->arena, float, (size_t)found.n * blend_width(b));
    found.sum = arena_new(c->arena, float, found.n);
    if (!found.x || !found.sum) return fail(c, ERR_NO_MEMORY, "features of %u candidates", found.n);
    describe(b, &v, place, h, &found);
    *ret = found;
    return ERR_OK;
}
