/* Would these rules have helped? The newest tenth of the baskets is left out, rules are fitted on the rest, and each left-out
 * basket asks, for each of its products, whether one of ten suggestions is in it too (HR@10; each basket counts 1).
 * Popularity answers the same questions. It does NOT judge models against each other (eval/). */
#include "decide/learn_int.h"

enum { TOP = 10, TEST_SHARE = 10, MOST_TESTS = 2000, LEAST_TESTS = 10 };

typedef struct {
    rule_lists rules;
    uint32_t popular[TOP + 1];
    uint32_t n_popular;
} judge;

static bool in_basket(const shop_baskets *b, uint32_t basket, uint32_t item) {
    uint64_t low = b->start[basket], high = b->start[basket + 1];
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (b->items[mid] < item) low = mid + 1;
        else high = mid;
    }
    return low < b->start[basket + 1] && b->items[low] == item;
}

static bool popular_hits(const judge *j, const shop_baskets *b, uint32_t basket, uint32_t asked) {
    uint32_t shown = 0;
    for (uint32_t i = 0; i < j->n_popular && shown < TOP; i++) {
        if (j->popular[i] == asked) continue;
        if (in_basket(b, basket, j->popular[i])) return true;
        shown++;
    }
    return false;
}

static bool rules_hit(const judge *j, const shop_baskets *b, uint32_t basket, uint32_t asked) {
    const rule *list = j->rules.rules + (size_t)asked * j->rules.k;
    for (uint32_t i = 0; i < j->rules.length[asked]; i++)
        if (in_basket(b, basket, list[i].item)) return true;
    return false;
}

/* Products the training part knows; a basket is judged when two are left. */
static uint32_t known_items(const judge *j, const shop_baskets *b, uint32_t basket) {
    uint32_t n = 0;
    for (uint64_t k = b->start[basket]; k < b->start[basket + 1]; k++) n += j->rules.item_count[b->items[k]] > 0;
    return n;
}

static err_code fit_judge(ctx *c, const learning *l, uint32_t n_train, judge *ret_judge) {
    const shop_baskets *b = &l->shop.baskets;
    float *weight = arena_new(c->arena, float, n_train);
    if (!weight) return learn_no_memory(c);
    baskets_decay(b->time_ms, n_train, b->time_ms[n_train - 1], l->p->rules.half_life_days, weight);
    basket_matrix train = { n_train, l->shop.n_items, b->start, b->items, weight };
    judge j = { 0 };
    TRY(learn_fit(c, l, &train, TOP, &j.rules));
    topk_entry best[TOP + 1];
    topk top = { best, 0, TOP + 1 };
    for (uint32_t i = 0; i < l->shop.n_items; i++)
        if (j.rules.item_weight[i] > 0) topk_offer(&top, i, (float)j.rules.item_weight[i]);
    topk_sort(&top);
    for (; j.n_popular < top.n; j.n_popular++) j.popular[j.n_popular] = best[j.n_popular].item;
    *ret_judge = j;
    return ERR_OK;
}

err_code learn_quality(ctx *c, learning *l) {
    const shop_baskets *b = &l->shop.baskets;
    if (b->n < l->p->quality_least || b->n < TEST_SHARE) return ERR_OK;
    uint32_t n_train = b->n - b->n / TEST_SHARE, tests = 0;
    judge j = { 0 };
    TRY(fit_judge(c, l, n_train, &j));
    double hits = 0, popular = 0;
    for (uint32_t t = b->n; t-- > n_train && tests < MOST_TESTS;) {
        uint32_t known = known_items(&j, b, t), by_rules = 0, by_popular = 0;
        if (known < 2) continue;
        for (uint64_t k = b->start[t]; k < b->start[t + 1]; k++) {
            if (!j.rules.item_count[b->items[k]]) continue;
            by_rules += rules_hit(&j, b, t, b->items[k]);
            by_popular += popular_hits(&j, b, t, b->items[k]);
        }
        hits += (double)by_rules / known;
        popular += (double)by_popular / known;
        tests++;
    }
    if (tests < LEAST_TESTS) return ERR_OK;
    l->report.hit_rate = hits / tests;
    l->report.hit_rate_popular = popular / tests;
    l->report.quality_baskets = tests;
    return ERR_OK;
}
