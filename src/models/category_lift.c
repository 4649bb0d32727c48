/* Observed against expected pairs of categories. It does NOT look at single products. */
#include "models/category_lift.h"
#include "base/map.h"
#include "num/topk.h"

typedef struct {
    uint32_t n;
    uint32_t *of_item;
    double *weight, *weight_squared;    /* n: sums over the category's items of w and w^2 */
    double *observed;                   /* n x n: weight of ordered item pairs */
    double *expected;                   /* n x n: the same if items fell into baskets by chance */
} tally;

/* Number the categories 0.. in order of first appearance; the total weight of each decides who stays. */
static err_code number_categories(ctx *c, const uint32_t *category, uint32_t n_items, const double *item_weight, tally *t) {
    map64 seen;
    map64_init(&seen, c->arena);
    double *weight = arena_new(c->arena, double, n_items);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_items && category; i++) {
        if (category[i] == RULES_NO_CATEGORY) continue;
        uint32_t *number = map64_at(&seen, (uint64_t)category[i] + 1);
        if (!number || !weight) return fail(c, ERR_NO_MEMORY, "categories of %u items", n_items);
        if (*number == 0) *number = ++n;
        t->of_item[i] = *number - 1;
        weight[*number - 1] += item_weight[i];
    }
    topk_entry *entry = arena_new(c->arena, topk_entry, CATEGORY_LIFT_MAX);
    uint32_t *rank = arena_new(c->arena, uint32_t, n);
    if (!entry || !rank) return fail(c, ERR_NO_MEMORY, "%u categories", n);
    topk busiest = { entry, 0, CATEGORY_LIFT_MAX };
    for (uint32_t g = 0; g < n; g++) topk_offer(&busiest, g, (float)weight[g]);
    for (uint32_t g = 0; g < n; g++) rank[g] = RULES_NO_CATEGORY;
    for (uint32_t g = 0; g < busiest.n; g++) rank[busiest.entry[g].item] = g;
    for (uint32_t i = 0; i < n_items; i++)
        if (t->of_item[i] != RULES_NO_CATEGORY) t->of_item[i] = rank[t->of_item[i]];
    t->n = busiest.n;
    return ERR_OK;
}

static err_code tally_new(ctx *c, const uint32_t *category, uint32_t n_items, const double *item_weight, tally *t) {
    t->of_item = arena_new(c->arena, uint32_t, n_items);
    if (!t->of_item) return fail(c, ERR_NO_MEMORY, "categories of %u items", n_items);
    for (uint32_t i = 0; i < n_items; i++) t->of_item[i] = RULES_NO_CATEGORY;
    TRY(number_categories(c, category, n_items, item_weight, t));
    t->weight = arena_new(c->arena, double, t->n);
    t->weight_squared = arena_new(c->arena, double, t->n);
    t->observed = arena_new(c->arena, double, (size_t)t->n * t->n);
    t->expected = arena_new(c->arena, double, (size_t)t->n * t->n);
    return t->weight && t->weight_squared && t->observed && t->expected ? ERR_OK : fail(c, ERR_NO_MEMORY, "%u category pairs", t->n);
}

/* Pairs between categories in one basket, from the number of its items in each. */
static void add_basket(const basket_matrix *b, uint32_t at, tally *t, uint32_t *count, uint32_t *found) {
    double weight = b->weight ? (double)b->weight[at] : 1;
    uint32_t n = 0;
    for (uint64_t e = b->start[at]; e < b->start[at + 1]; e++) {
        uint32_t g = t->of_item[b->items[e]];
        if (g != RULES_NO_CATEGORY && count[g]++ == 0) found[n++] = g;
    }
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t y = 0; y < n; y++) {
            double pairs = (double)count[found[x]] * (count[found[y]] - (x == y));
            t->observed[(size_t)found[x] * t->n + found[y]] += weight * pairs;
        }
    for (uint32_t x = 0; x < n; x++) count[found[x]] = 0;
}

static void expect(tally *t, uint32_t n_items, const double *item_weight, double total_weight) {
    for (uint32_t i = 0; i < n_items; i++) {
        if (t->of_item[i] == RULES_NO_CATEGORY) continue;
        t->weight[t->of_item[i]] += item_weight[i];
        t->weight_squared[t->of_item[i]] += item_weight[i] * item_weight[i];
    }
    for (uint32_t x = 0; x < t->n; x++)
        for (uint32_t y = 0; y < t->n; y++)
            t->expected[(size_t)x * t->n + y] = (t->weight[x] * t->weight[y] - (x == y ? t->weight_squared[x] : 0)) / total_weight;
}

/* Lift of any two items of the shop, shrunk to 1. */
static double shop_lift(const basket_matrix *b, const double *item_weight, double total_weight, uint32_t max_basket, double prior) {
    double observed = 0, sum = 0, squares = 0;
    for (uint32_t at = 0; at < b->n_baskets; at++) {
        double n = (double)(b->start[at + 1] - b->start[at]);
        if (max_basket == 0 || n <= max_basket) observed += (b->weight ? (double)b->weight[at] : 1) * n * (n - 1);
    }
    for (uint32_t i = 0; i < b->n_items; i++) sum += item_weight[i], squares += item_weight[i] * item_weight[i];
    double expected = total_weight > 0 ? (sum * sum - squares) / total_weight : 0;
    return (observed + prior) / (expected + prior);
}

static err_code shrink(ctx *c, const tally *t, double prior, category_lift *l) {
    double *category = arena_new(c->arena, double, t->n);
    float *pair = arena_new(c->arena, float, (size_t)t->n * t->n);
    if (!category || !pair) return fail(c, ERR_NO_MEMORY, "%u category pairs", t->n);
    for (uint32_t x = 0; x < t->n; x++) {
        double observed = 0, expected = 0;
        for (uint32_t y = 0; y < t->n; y++) observed += t->observed[(size_t)x * t->n + y], expected += t->expected[(size_t)x * t->n + y];
        category[x] = (observed + prior * l->shop) / (expected + prior);
    }
    for (uint32_t x = 0; x < t->n; x++)
        for (uint32_t y = 0; y < t->n; y++) {
            size_t at = (size_t)x * t->n + y;
            double coarse = 0.5 * (category[x] + category[y]);
            pair[at] = (float)((t->observed[at] + prior * coarse) / (t->expected[at] + prior));
        }
    l->category = category;
    l->pair = pair;
    return ERR_OK;
}

err_code category_lift_fit(ctx *c, const basket_matrix *b, const uint32_t *category, const double *item_weight,
                           double total_weight, uint32_t max_basket, double prior, category_lift *ret_lift) {
    tally t = { 0 };
    TRY(tally_new(c, category, b->n_items, item_weight, &t));
    uint32_t *count = arena_new(c->arena, uint32_t, t.n), *found = arena_new(c->arena, uint32_t, t.n);
    if (!count || !found) return fail(c, ERR_NO_MEMORY, "%u categories", t.n);
    for (uint32_t at = 0; at < b->n_baskets && t.n; at++) {
        uint64_t n = b->start[at + 1] - b->start[at];
        if (max_basket == 0 || n <= max_basket) add_basket(b, at, &t, count, found);
        if (at % 4096 == 0) TRY(ctx_check(c));
    }
    if (total_weight > 0) expect(&t, b->n_items, item_weight, total_weight);
    category_lift l = { .n = t.n, .of_item = t.of_item, .shop = shop_lift(b, item_weight, total_weight, max_basket, prior) };
    TRY(shrink(c, &t, prior, &l));
    *ret_lift = l;
    return ERR_OK;
}

double category_lift_of(const category_lift *l, uint32_t a, uint32_t b) {
    uint32_t x = l->of_item[a], y = l->of_item[b];
    if (x == RULES_NO_CATEGORY && y == RULES_NO_CATEGORY) return l->shop;
    if (x == RULES_NO_CATEGORY) return l->category[y];
    if (y == RULES_NO_CATEGORY) return l->category[x];
    return (double)l->pair[(size_t)x * l->n + y];
}
