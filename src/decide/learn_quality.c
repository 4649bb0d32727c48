/* Would these rules have helped? The newest tenth of the baskets is left out, rules are fitted on the rest, and each left-out
 * basket asks, for each of its products, whether one of ten suggestions is in it too (HR@10; each basket counts 1).
 * Popularity answers the same questions. It does NOT judge models against each other (eval/). */
#include "decide/learn_int.h"
#include <math.h>

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

/* Share of the rest of the basket that the rules found, where a product counts the less the better it sells: what is bought anyway is
 * found by anybody (popularity-stratified recall with exponent 1, Steck 2011). */
static double rules_recall(const judge *j, const shop_baskets *b, uint32_t basket, uint32_t asked) {
    const rule *list = j->rules.rules + (size_t)asked * j->rules.k;
    double found = 0, all = 0;
    for (uint64_t k = b->start[basket]; k < b->start[basket + 1]; k++)
        if (b->items[k] != asked && j->rules.item_count[b->items[k]]) all += 1 / j->rules.item_weight[b->items[k]];
    for (uint32_t i = 0; i < j->rules.length[asked]; i++)
        if (in_basket(b, basket, list[i].item)) found += 1 / j->rules.item_weight[list[i].item];
    return all > 0 ? found / all : 0;
}

/* Products the training part knows; a basket is judged when two are left. */
static uint32_t known_items(const judge *j, const shop_baskets *b, uint32_t basket) {
    uint32_t n = 0;
    for (uint64_t k = b->start[basket]; k < b->start[basket + 1]; k++) n += j->rules.item_count[b->items[k]] > 0;
    return n;
}

/* Rules from baskets [from, to). */
static err_code fit_judge(ctx *c, const learning *l, uint32_t from, uint32_t to, judge *ret_judge) {
    const shop_baskets *b = &l->shop.baskets;
    uint32_t n = to - from;
    float *weight = arena_new(c->arena, float, n);
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    if (!weight || !start) return learn_no_memory(c);
    for (uint32_t i = 0; i <= n; i++) start[i] = b->start[from + i] - b->start[from];
    baskets_decay(b->time_ms + from, n, b->time_ms[to - 1], l->rules.half_life_days, weight);
    basket_matrix train = { n, l->shop.n_items, start, b->items + b->start[from], weight };
    judge j = { 0 };
    TRY(learn_fit(c, l, &train, TOP, l->p->unseen_k, &j.rules));
    topk_entry best[TOP + 1];
    topk top = { best, 0, TOP + 1 };
    for (uint32_t i = 0; i < l->shop.n_items; i++)
        if (j.rules.item_weight[i] > 0) topk_offer(&top, i, (float)j.rules.item_weight[i]);
    topk_sort(&top);
    for (; j.n_popular < top.n; j.n_popular++) j.popular[j.n_popular] = best[j.n_popular].item;
    *ret_judge = j;
    return ERR_OK;
}

/* Of each judged basket: share of its products that lead to another of it, by the rules and by popularity; mean recall of the rules. */
typedef struct { float rules[MOST_TESTS], popular[MOST_TESTS], recall[MOST_TESTS]; uint32_t n; } answers;

/* Add baskets [from, to), newest first. Which of them are judged depends on nothing but the baskets the rules were made of. */
static void ask_about(const judge *j, const shop_baskets *b, uint32_t from, uint32_t to, answers *ret) {
    for (uint32_t t = to; t-- > from && ret->n < MOST_TESTS;) {
        uint32_t known = known_items(j, b, t), by_rules = 0, by_popular = 0;
        double recall = 0;
        if (known < 2) continue;
        for (uint64_t k = b->start[t]; k < b->start[t + 1]; k++) {
            if (!j->rules.item_count[b->items[k]]) continue;
            by_rules += rules_hit(j, b, t, b->items[k]);
            recall += rules_recall(j, b, t, b->items[k]);
            by_popular += popular_hits(j, b, t, b->items[k]);
        }
        ret->recall[ret->n] = (float)(recall / known);
        ret->rules[ret->n] = (float)by_rules / (float)known;
        ret->popular[ret->n++] = (float)by_popular / (float)known;
    }
}

static double mean_of(const float *v, uint32_t n) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) sum += (double)v[i];
    return n ? sum / n : 0;
}

err_code learn_quality(ctx *c, learning *l) {
    const shop_baskets *b = &l->shop.baskets;
    if (b->n < l->p->quality_least || b->n < TEST_SHARE) return ERR_OK;
    uint32_t n_train = b->n - b->n / TEST_SHARE;
    judge j = { 0 };
    answers *a = arena_new_raw(c->arena, answers, 1);
    if (!a) return learn_no_memory(c);
    a->n = 0;
    TRY(fit_judge(c, l, 0, n_train, &j));
    ask_about(&j, b, n_train, b->n, a);
    if (a->n < LEAST_TESTS) return ERR_OK;
    l->report.hit_rate = mean_of(a->rules, a->n);
    l->report.hit_rate_popular = mean_of(a->popular, a->n);
    l->report.quality_baskets = a->n;
    return ERR_OK;
}

/* ---- what suits this shop ---- */
/* By how many standard errors `a` finds more than `b`, basket by basket. */
static double surely_better(const answers *a, const answers *b) {
    double sum = 0, squares = 0, n = a->n;
    for (uint32_t i = 0; i < a->n; i++) {
        double d = (double)a->recall[i] - (double)b->recall[i];
        sum += d, squares += d * d;
    }
    double variance = (squares - sum * sum / n) / (n * (n - 1));
    return variance > 0 ? sum / n / sqrt(variance) : 0;
}

/* Each of the three tenths of the baskets before the newest, asked of rules of this shape made of those before; memory is given back. */
static err_code try_shape(ctx *c, learning *l, double shape, answers *ret) {
    enum { OLDER_MOST = 30000, FOLDS = 3 };
    uint32_t n = l->shop.baskets.n, tenth = n / TEST_SHARE;
    l->rules.score_shape = shape;
    ret->n = 0;
    for (uint32_t fold = 0; fold < FOLDS && ret->n < MOST_TESTS; fold++) {
        uint32_t end = n - (fold + 1) * tenth, split = end - tenth, from = split > OLDER_MOST ? split - OLDER_MOST : 0;
        arena_mark mark = arena_save(c->arena);
        judge j = { 0 };
        TRY(fit_judge(c, l, from, split, &j));
        ask_about(&j, &l->shop.baskets, split, end, ret);
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

err_code learn_choose_rules(ctx *c, learning *l) {
    static const double times[] = { 0.2, 5, 20 }, sure = 1;
    const shop_baskets *b = &l->shop.baskets;
    double usual = l->rules.score_shape, chosen = usual;
    l->report.score_shape = usual;
    if (b->n < l->p->quality_least || b->n < 2 * TEST_SHARE) return ERR_OK;
    arena_mark mark = arena_save(c->arena);
    answers *best = arena_new_raw(c->arena, answers, 1), *tried = arena_new_raw(c->arena, answers, 1);
    if (!best || !tried) return learn_no_memory(c);
    TRY(try_shape(c, l, usual, best));
    for (size_t i = 0; best->n >= LEAST_TESTS && i < COUNT(times); i++) {
        TRY(try_shape(c, l, usual * times[i], tried));
        if (surely_better(tried, best) < sure) continue;
        chosen = usual * times[i];
        *best = *tried;
    }
    l->report.score_shape = l->rules.score_shape = chosen;
    arena_restore(c->arena, mark);
    return ERR_OK;
}
