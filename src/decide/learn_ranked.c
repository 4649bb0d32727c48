/* Lists of the whole shop: popular, trending, new. It does NOT filter by stock: serving does, per request. */
#include "decide/learn_int.h"
#include <math.h>
#include <string.h>

/* Offer all listed items of score > 0 and give the best `k`. ERR_NO_MEMORY. */
static err_code best_of(ctx *c, const learning *l, const float *score, uint32_t k, const snapshot_ranked **ret_list, uint64_t *ret_n) {
    topk top = { arena_new(c->arena, topk_entry, k), 0, k };
    snapshot_ranked *list = arena_new(c->arena, snapshot_ranked, k);
    if (!top.entry || !list) return learn_no_memory(c);
    for (uint32_t i = 0; i < l->shop.n_items; i++)
        if (score[i] > 0 && l->shop.items[i].listed) topk_offer(&top, i, score[i]);
    topk_sort(&top);
    for (uint32_t i = 0; i < top.n; i++) list[i] = (snapshot_ranked){ top.entry[i].item, top.entry[i].score };
    *ret_list = list;
    *ret_n = top.n;
    return ERR_OK;
}

/* ---- popular: decayed number of baskets, as the season is now ---- */

static err_code popular_in_categories(ctx *c, learning *l, const float *score) {
    const shop_data *s = &l->shop;
    uint32_t n = s->n_categories, k = l->p->category_k, at = 0;
    topk *tops = arena_new(c->arena, topk, n);
    topk_entry *entries = arena_new(c->arena, topk_entry, (size_t)n * k);
    snapshot_ranked *all = arena_new(c->arena, snapshot_ranked, (size_t)n * k);
    snapshot_category *categories = (snapshot_category *)(uintptr_t)l->out.categories;      /* ours, made by learn_pack() */
    if (!tops || !entries || !all) return learn_no_memory(c);
    for (uint32_t i = 0; i < n; i++) tops[i] = (topk){ entries + (size_t)i * k, 0, k };
    for (uint32_t i = 0; i < s->n_items; i++)
        for (uint32_t j = 0; score[i] > 0 && s->items[i].listed && j < s->items[i].categories.n; j++)
            topk_offer(&tops[s->category_lists[s->items[i].categories.at + j]], i, score[i]);
    for (uint32_t i = 0; i < n; i++) {
        topk_sort(&tops[i]);
        categories[i].popular = (snapshot_range){ at, tops[i].n };
        for (uint32_t j = 0; j < tops[i].n; j++) all[at++] = (snapshot_ranked){ tops[i].entry[j].item, tops[i].entry[j].score };
    }
    l->out.category_popular = all, l->out.n_category_popular = at;
    return ERR_OK;
}

static err_code learn_popular(ctx *c, learning *l, float *score) {
    const shop_baskets *b = &l->shop.baskets;
    float *weight = arena_new(c->arena, float, b->n);
    if (!weight) return learn_no_memory(c);
    baskets_decay(b->time_ms, b->n, l->now_ms, l->p->popular_half_life_days, weight);
    for (uint32_t i = 0; i < b->n; i++)
        for (uint64_t k = b->start[i]; k < b->start[i + 1]; k++) score[b->items[k]] += weight[i];
    for (uint32_t i = 0; i < l->shop.n_items; i++) score[i] *= learn_season_of(l, i).popular;
    TRY(best_of(c, l, score, l->p->popular_k, &l->out.popular, &l->out.n_popular));
    return popular_in_categories(c, l, score);
}

/* ---- trending ----
 * Recent baskets with the item against those expected from the window before, at the shop's own growth. Both get PRIOR baskets
 * at unchanged rate, and the recent count is lowered by its uncertainty (a one-sided 90 % bound), so 2 against 0 is no trend. */

static const double TREND_PRIOR = 5, TREND_CAUTION = 1.28;
enum { TREND_LEAST = 3 };           /* recent baskets with the item */

static float trend(double recent, double expected) {
    double seen = recent + TREND_PRIOR;
    double score = (seen - TREND_CAUTION * sqrt(seen)) / (expected + TREND_PRIOR);
    return recent >= TREND_LEAST && score > 1 ? (float)score : 0;
}

static err_code learn_trending(ctx *c, learning *l, float *score) {
    const shop_baskets *b = &l->shop.baskets;
    uint32_t n = l->shop.n_items, *recent = arena_new(c->arena, uint32_t, n), *before = arena_new(c->arena, uint32_t, n);
    if (!recent || !before) return learn_no_memory(c);
    double from = (double)l->shop.as_of_ms - l->p->trend_days * MS_PER_DAY, earliest = from - l->p->trend_before_days * MS_PER_DAY;
    double all_recent = 0, all_before = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        if ((double)b->time_ms[i] < earliest) continue;
        bool late = (double)b->time_ms[i] >= from;
        *(late ? &all_recent : &all_before) += 1;
        for (uint64_t k = b->start[i]; k < b->start[i + 1]; k++) (late ? recent : before)[b->items[k]]++;
    }
    for (uint32_t i = 0; i < n && all_before > 0; i++) score[i] = trend(recent[i], before[i] * all_recent / all_before);
    return best_of(c, l, score, l->p->trending_k, &l->out.trending, &l->out.n_trending);
}

/* ---- new ---- */

static err_code learn_newest(ctx *c, learning *l, float *score) {
    for (uint32_t i = 0; i < l->shop.n_items; i++) {
        int64_t created = l->shop.items[i].created_ms;
        double days = (double)(l->shop.as_of_ms - created) / MS_PER_DAY;
        if (created > 0 && days >= 0 && days <= l->p->new_most_days) score[i] = (float)exp2(-days / l->p->new_half_life_days);
    }
    return best_of(c, l, score, l->p->newest_k, &l->out.newest, &l->out.n_newest);
}

err_code learn_ranked(ctx *c, learning *l) {
    static err_code (*const steps[])(ctx *, learning *, float *) = { learn_popular, learn_trending, learn_newest };
    for (size_t i = 0; i < COUNT(steps); i++) {
        float *score = arena_new(c->arena, float, l->shop.n_items);
        if (!score) return learn_no_memory(c);
        TRY(steps[i](c, l, score));
    }
    return ERR_OK;
}
