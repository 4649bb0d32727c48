/* Who would take the dearer one. It does NOT make prices: the incentive is a parameter.
 * For each product: listed, in stock, 1.2 to 2 times its price, of the same main category or of similar text; the most similar
 * ones make its group. Buyers of the group are taken to choose one of it, and to consider each as far as it is like the anchor
 * (like_b = its similarity over that of the most similar one), so
 *     P(b) = (weight_b * like_b^2 + prior_b) / (weight_anchor + sum of weight * like^2 over the group + PRIOR)
 * with decayed sales as weights (a Dirichlet posterior), and prior_b = PRIOR * q * similarity_b / sum of similarities, where q
 * is the share of buyers of all groups of the shop who chose a dearer one, itself shrunk to 15 %. Without a sale q and
 * similarity speak alone. The best seller of a category is no step up from everything in it: similarity sees to that. */
#include "decide/learn_int.h"
#include <stdlib.h>

enum { GROUP = 16, LADDER_STEPS = 300, CANDIDATES = LADDER_STEPS + 200 };
static const double PRIOR = 10;                 /* sales a group needs to weigh as much as the prior */
static const double SWITCH_SHARE = 0.15, SWITCH_PRIOR = 50;
static const float SIMILAR_ENOUGH = 0.25f;      /* for products of another category */

typedef struct { topk_entry of[GROUP]; uint32_t n; double weight, similarity; } group;

static double ratio(const learning *l, uint32_t a, uint32_t b) {
    return (double)l->shop.items[b].price_minor / (double)l->shop.items[a].price_minor;
}

static bool is_dearer(const learning *l, uint32_t a, uint32_t b) {
    const shop_item *x = &l->shop.items[b];
    return b != a && x->listed && x->in_stock && x->price_minor > 0 && ratio(l, a, b) >= l->p->upsell_low &&
           ratio(l, a, b) <= l->p->upsell_high;
}

/* Candidates from the price ladder of the category and from similar texts; how many. Doubles are possible. */
static uint32_t find_candidates(const learning *l, uint32_t a, uint32_t *ret_items) {
    const content_model *m = &l->content;
    const shop_item *items = l->shop.items;
    uint32_t n = 0;
    for (uint64_t at = m->rung[a] == SHOP_NONE ? m->n_ladder : m->rung[a] + 1; at < m->n_ladder && n < LADDER_STEPS; at++) {
        uint32_t b = m->ladder[at];
        if (items[b].main_category != items[a].main_category || ratio(l, a, b) > l->p->upsell_high) break;
        if (is_dearer(l, a, b)) ret_items[n++] = b;
    }
    for (uint32_t i = 0; i < l->n_similar[a]; i++) {
        topk_entry e = l->similar[(size_t)a * l->p->similar_k + i];
        if (e.score >= SIMILAR_ENOUGH && is_dearer(l, a, e.item)) ret_items[n++] = e.item;
    }
    return n;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sales of product `i` of the group, counted as far as the anchor's buyers had it in mind: the most similar one fully. */
static double considered(const learning *l, const group *g, uint32_t i) {
    double nearest = (double)g->of[0].score, like = nearest > 0 ? (double)g->of[i].score / nearest : 1;
    return (double)l->items[g->of[i].item].weight * like * like;
}

static void find_group(const learning *l, uint32_t a, group *ret_group) {
    group g = { .n = 0 };
    uint32_t found[CANDIDATES], n = l->shop.items[a].price_minor > 0 ? find_candidates(l, a, found) : 0;
    if (n) qsort(found, n, sizeof *found, by_number);
    topk best = { g.of, 0, GROUP };
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || found[i] != found[i - 1]) topk_offer(&best, found[i], content_score(&l->content, a, found[i]));
    topk_sort(&best);
    g.n = best.n;
    for (uint32_t i = 0; i < g.n; i++) {
        g.weight += considered(l, &g, i);
        g.similarity += (double)g.of[i].score;
    }
    *ret_group = g;
}

/* Upsells of one product, unordered, into `list`; how many. */
static uint32_t weigh_group(const learning *l, uint32_t a, const group *g, double q, snapshot_upsell *list) {
    double all = (double)l->items[a].weight + g->weight;
    for (uint32_t i = 0; i < g->n; i++) {
        uint32_t b = g->of[i].item;
        double like = g->similarity > 0 ? (double)g->of[i].score / g->similarity : 1.0 / g->n;
        double probability = (considered(l, g, i) + PRIOR * q * like) / (all + PRIOR);
        list[i] = (snapshot_upsell){ b, l->items[a].sales + l->items[b].sales, (float)probability, (float)(all / (all + PRIOR)),
                                     (float)ratio(l, a, b), (float)l->p->upsell_discount };
    }
    return g->n;
}

/* What showing it is worth: its probability times what is paid more, in prices of the anchor. */
static double gain(const snapshot_upsell *x) {
    return (double)x->probability * ((double)x->price_ratio * (1 - (double)x->discount) - 1);
}

static int by_gain(const void *a, const void *b) {
    double x = gain(a), y = gain(b);
    if (x != y) return x < y ? 1 : -1;
    uint32_t i = ((const snapshot_upsell *)a)->item, k = ((const snapshot_upsell *)b)->item;
    return (i > k) - (i < k);
}

err_code learn_upsell(ctx *c, learning *l) {
    uint32_t n = l->shop.n_items, k = l->p->upsell_k < GROUP ? l->p->upsell_k : GROUP, at = 0;
    group *groups = arena_new(c->arena, group, n);
    snapshot_upsell *all = arena_new(c->arena, snapshot_upsell, (size_t)n * k);
    if (!groups || !all) return learn_no_memory(c);
    double dearer = 0, buyers = 0;
    for (uint32_t a = 0; a < n; a++) {
        if (a % 256 == 0) TRY(ctx_check(c));
        find_group(l, a, &groups[a]);
        dearer += groups[a].weight;
        buyers += groups[a].n ? groups[a].weight + (double)l->items[a].weight : 0;
    }
    double q = (dearer + SWITCH_SHARE * SWITCH_PRIOR) / (buyers + SWITCH_PRIOR);
    for (uint32_t a = 0; a < n; a++) {
        snapshot_upsell list[GROUP];
        uint32_t found = weigh_group(l, a, &groups[a], q, list);
        if (found) qsort(list, found, sizeof *list, by_gain);
        if (found > k) found = k;
        for (uint32_t i = 0; i < found; i++) all[at + i] = list[i];
        l->items[a].upsell = (snapshot_range){ at, found };
        at += found;
    }
    l->out.upsell = all, l->out.n_upsell = at;
    return ERR_OK;
}
