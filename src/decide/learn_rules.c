/* What goes together. It does NOT count or shrink (models/rules.c): it feeds the model and shapes its lists.
 *   cross_sell   unit = one order:    P(item in the basket | anchor in the basket). For the cart and "goes with it".
 *   also_bought  unit = one customer: everything a person bought, over all orders, ranked by probability * sqrt(lift), which
 *                lowers what everybody buys. For "customers who bought this also bought". Guests are units of one order.
 * Products with few rules of their own borrow from products of similar content: mean of those rules weighted by similarity. */
#include "decide/learn_int.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(RULES_NO_CATEGORY == SHOP_NONE, "main categories are given to the model as they are");

err_code learn_fit(ctx *c, const learning *l, const basket_matrix *b, uint32_t k, uint32_t unseen, rule_lists *ret_lists) {
    uint32_t n = l->shop.n_items;
    if (!b->n_baskets || !n) {
        *ret_lists = (rule_lists){ .n_items = n, .k = k, .length = arena_new(c->arena, uint32_t, n),
                                   .item_weight = arena_new(c->arena, double, n), .item_count = arena_new(c->arena, uint32_t, n) };
        return ret_lists->length && ret_lists->item_weight && ret_lists->item_count ? ERR_OK : learn_no_memory(c);
    }
    uint32_t *of = arena_new(c->arena, uint32_t, n);
    if (!of) return learn_no_memory(c);
    for (uint32_t i = 0; i < n; i++) of[i] = l->shop.items[i].main_category;
    rules_params p = l->rules;
    p.k = k;
    p.unseen = unseen;
    p.threads = l->p->threads;
    return rules_fit(c, b, of, &p, ret_lists);
}

static float decay(const learning *l, int64_t time_ms) {
    float weight = 1;
    baskets_decay(&time_ms, 1, l->now_ms, l->rules.half_life_days, &weight);
    return weight;
}

static float share(double x) { return (float)(x > 1 ? 1 : x); }

/* Sales of items and their probability in any basket. */
static void note_sales(learning *l, const rule_lists *lists) {
    const shop_baskets *b = &l->shop.baskets;
    for (uint32_t i = 0; i < l->shop.n_items; i++) {
        snapshot_item *x = &l->items[i];
        x->sales = l->shop.items[i].sales;
        x->weight = (float)lists->item_weight[i];
        double remembered = lists->total_weight > 0 ? lists->item_weight[i] / lists->total_weight : 0;
        x->popularity = share(remembered * (double)learn_season_of(l, i).rules);
    }
    for (uint32_t i = 0; i < b->n; i++)
        for (uint64_t k = b->start[i]; b->start[i + 1] - b->start[i] > 1 && k < b->start[i + 1]; k++)
            l->items[b->items[k]].co_purchases++;
    l->out.facts.total_weight = lists->total_weight;
}

static snapshot_rule as_snapshot(const rule *r) {
    return (snapshot_rule){ r->item, r->count, share((double)r->probability), r->lift, r->llr, share((double)r->confidence), r->score };
}

/* ---- borrowing ---- */

typedef struct { double probability, lift, confidence, score; bool open; } loan;     /* sums over similar products */
typedef struct { loan *loans; uint32_t *touched; uint32_t n_touched; } borrower;

enum { LENDERS = 10 };
static const double LOAN_CONFIDENCE = 0.5;      /* another product's habit says half as much as one's own */

/* Is `item` the anchor, or in its list already? */
static bool is_known(const snapshot_rule *list, uint32_t n, uint32_t item, uint32_t anchor) {
    bool known = item == anchor;
    for (uint32_t i = 0; i < n && !known; i++) known = list[i].item == item;
    return known;
}

/* Sum the rules of products like `anchor`; total similarity of the lenders. */
static double collect_loans(const learning *l, const rule_lists *lists, uint32_t anchor, const snapshot_rule *own, uint32_t n_own,
                            borrower *w) {
    double total = 0;
    uint32_t lenders = l->n_similar[anchor] < LENDERS ? l->n_similar[anchor] : LENDERS;
    for (uint32_t s = 0; s < lenders; s++) {
        topk_entry lender = l->similar[(size_t)anchor * l->p->similar_k + s];
        const rule *r = lists->rules + (size_t)lender.item * lists->k, *end = r + lists->length[lender.item];
        double like = (double)lender.score;
        total += like;
        for (; r < end; r++) {
            if (!l->shop.items[r->item].listed || is_known(own, n_own, r->item, anchor)) continue;
            loan *x = &w->loans[r->item];
            if (!x->open) w->touched[w->n_touched++] = r->item;
            *x = (loan){ x->probability + like * (double)r->probability, x->lift + like * (double)r->lift,
                         x->confidence + like * (double)r->confidence, x->score + like * (double)r->score, true };
        }
    }
    return total;
}

/* Fill `list` (of n_own rules) up to `most` with the best loans. New length. */
static uint32_t borrow(const learning *l, const rule_lists *lists, uint32_t anchor, snapshot_rule *list, uint32_t n_own, uint32_t most,
                       borrower *w) {
    double total = collect_loans(l, lists, anchor, list, n_own, w);
    topk_entry best[200];
    topk top = { best, 0, most - n_own };
    for (uint32_t i = 0; i < w->n_touched; i++) topk_offer(&top, w->touched[i], (float)w->loans[w->touched[i]].score);
    topk_sort(&top);
    uint32_t n = n_own;
    for (uint32_t i = 0; i < top.n; i++) {
        const loan *x = &w->loans[best[i].item];
        double score = x->score / total;
        if (n_own && score > (double)list[n_own - 1].score) score = (double)list[n_own - 1].score;      /* what was seen stands first */
        list[n++] = (snapshot_rule){ best[i].item, 0, share(x->probability / total), (float)(x->lift / total), 0,
                                     share(LOAN_CONFIDENCE * x->confidence / total), (float)score };
    }
    for (uint32_t i = 0; i < w->n_touched; i++) w->loans[w->touched[i]] = (loan){ 0 };
    w->n_touched = 0;
    return n;
}

/* ---- cross-sell ---- */

static err_code shape_cross_sell(ctx *c, learning *l, const rule_lists *lists, snapshot_rule *all) {
    uint32_t n = l->shop.n_items, k = l->p->cross_sell_k, below = l->p->carry_below < k ? l->p->carry_below : k;
    borrower w = { arena_new(c->arena, loan, n), arena_new(c->arena, uint32_t, n), 0 };
    if (!w.loans || !w.touched) return learn_no_memory(c);
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        snapshot_rule *list = all + at;
        uint32_t kept = 0;
        for (uint32_t r = 0; r < lists->length[i] && kept < k; r++) {
            const rule *x = &lists->rules[(size_t)i * lists->k + r];
            if (l->shop.items[x->item].listed) list[kept++] = as_snapshot(x);
        }
        if (kept < below && lists->total_weight > 0) kept = borrow(l, lists, i, list, kept, below, &w);
        l->items[i].cross_sell = (snapshot_range){ at, kept };
        at += kept;
    }
    l->out.cross_sell = all, l->out.n_cross_sell = at;
    return ERR_OK;
}

static err_code learn_cross_sell(ctx *c, learning *l) {
    const shop_baskets *b = &l->shop.baskets;
    l->weight = arena_new(c->arena, float, b->n);
    snapshot_rule *all = arena_new(c->arena, snapshot_rule, (size_t)l->shop.n_items * l->p->cross_sell_k);
    if (!l->weight || !all) return learn_no_memory(c);
    baskets_decay(b->time_ms, b->n, l->now_ms, l->rules.half_life_days, l->weight);
    basket_matrix orders = { b->n, l->shop.n_items, b->start, b->items, l->weight };
    rule_lists lists = { 0 };
    arena_mark mark = arena_save(c->arena);                     /* the model's lists are large and soon not needed */
    TRY(learn_fit(c, l, &orders, 2 * l->p->cross_sell_k, 2 * l->p->unseen_k, &lists));      /* twice: hidden products go */
    note_sales(l, &lists);
    TRY(shape_cross_sell(c, l, &lists, all));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* ---- also bought ---- */

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

enum { PERSON_ITEMS = 200 };

/* One basket for each known customer, holding what they bought last, and one for each order of nobody known. */
static err_code gather_people(ctx *c, const learning *l, basket_matrix *ret_people) {
    const shop_baskets *b = &l->shop.baskets;
    shop_histories h = { 0 };
    TRY(features_histories(c, &l->shop, PERSON_ITEMS, &h));
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)b->n_customers + b->n + 1);
    uint32_t *items = arena_new(c->arena, uint32_t, b->start[b->n]);
    float *weight = arena_new(c->arena, float, (size_t)b->n_customers + b->n);
    if (!start || !items || !weight) return learn_no_memory(c);
    uint32_t n = 0;
    for (uint32_t who = 0; who < b->n_customers; who++) {
        size_t count = h.start[who + 1] - h.start[who];
        if (!count) continue;
        memcpy(items + start[n], h.items + h.start[who], count * sizeof *items);
        qsort(items + start[n], count, sizeof *items, by_number);
        weight[n] = decay(l, h.time_ms[h.start[who]]);          /* of the newest purchase */
        start[n + 1] = start[n] + count;
        n++;
    }
    for (uint32_t i = 0; i < b->n; i++) {
        size_t count = b->start[i + 1] - b->start[i];
        if (b->customer[i] != SHOP_NONE) continue;
        memcpy(items + start[n], b->items + b->start[i], count * sizeof *items);
        weight[n] = l->weight[i];
        start[n + 1] = start[n] + count;
        n++;
    }
    *ret_people = (basket_matrix){ n, l->shop.n_items, start, items, weight };
    return ERR_OK;
}

static int by_score(const void *a, const void *b) {
    const snapshot_rule *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

static err_code shape_also_bought(ctx *c, learning *l, const rule_lists *lists, snapshot_rule *all) {
    uint32_t k = l->p->also_bought_k, at = 0;
    snapshot_rule *list = arena_new(c->arena, snapshot_rule, lists->k);
    if (!list) return learn_no_memory(c);
    for (uint32_t i = 0; i < l->shop.n_items; i++) {
        uint32_t found = 0;
        for (uint32_t r = 0; r < lists->length[i]; r++) {
            const rule *x = &lists->rules[(size_t)i * lists->k + r];
            if (!l->shop.items[x->item].listed) continue;
            list[found] = as_snapshot(x);
            list[found++].score = x->probability * sqrtf(x->lift);
        }
        if (found) qsort(list, found, sizeof *list, by_score);
        uint32_t kept = found < k ? found : k;
        memcpy(all + at, list, kept * sizeof *list);
        l->items[i].also_bought = (snapshot_range){ at, kept };
        at += kept;
    }
    l->out.also_bought = all, l->out.n_also_bought = at;
    return ERR_OK;
}

static err_code learn_also_bought(ctx *c, learning *l) {
    uint32_t k = l->p->also_bought_k;
    snapshot_rule *all = arena_new(c->arena, snapshot_rule, (size_t)l->shop.n_items * k);
    basket_matrix people = { 0 };
    rule_lists lists = { 0 };
    if (!all) return learn_no_memory(c);
    arena_mark mark = arena_save(c->arena);
    TRY(gather_people(c, l, &people));
    TRY(learn_fit(c, l, &people, 3 * k, 0, &lists));            /* thrice: the order changes */
    TRY(shape_also_bought(c, l, &lists, all));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code learn_rules(ctx *c, learning *l) {
    TRY(learn_cross_sell(c, l));
    return learn_also_bought(c, l);
}
