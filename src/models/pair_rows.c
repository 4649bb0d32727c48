/* The models of pairs in the common form: `rules` (what the shop is served with) and `cocount` (plain counts, the floor).
 * Fitting is rules.c's and cooc.c's; here are parameters, scores of all items, save and load. */
#include <string.h>
#include "base/limits.h"
#include "models/cooc.h"
#include "models/rows.h"
#include "models/rules.h"

/* An item without a rule ranks behind all that have one, by popularity: from -1 (nobody) to 0 (everybody's). */
static void score_popular(const double *weight, double most, uint32_t n_items, float *ret) {
    for (uint32_t i = 0; i < n_items; i++) ret[i] = most > 0 ? (float)(weight[i] / most) - 1 : -1;
}

static double largest(const double *weight, uint32_t n) {
    double most = 0;
    for (uint32_t i = 0; i < n; i++) most = weight[i] > most ? weight[i] : most;
    return most;
}

/* The history's known items, each once, in its order. Room for h->n. */
static uint32_t distinct_items(const history *h, uint32_t n_items, uint32_t *ret_items) {
    uint32_t n = 0;
    for (size_t e = 0; e < h->n; e++) {
        bool again = h->item[e] >= n_items;
        for (uint32_t i = 0; i < n && !again; i++) again = ret_items[i] == h->item[e];
        if (!again) ret_items[n++] = h->item[e];
    }
    return n;
}

static void add_score(float *scores, uint32_t item, float more) { scores[item] = (scores[item] > 0 ? scores[item] : 0) + more; }

/* ---- rules ---- */
enum { K, MAX_BASKET, HALF_LIFE, SIZE_POWER, POPULARITY_POWER, PAIR_PRIOR, CATEGORY_PRIOR, SCORE_SHAPE, ANCHOR_POWER,
    ITEM_POWER, CART_POWER };
static const model_param rules_rows[] = {
    [K] = { "k", 50, 1, RULES_MAX_K, true, "rules kept per item" },
    [MAX_BASKET] = { "max_basket", LIMIT_BASKET_ITEMS, 0, 1e6, true, "larger baskets are left out of the pairs; 0: none" },
    [HALF_LIFE] = { "half_life_days", 90, 0, 36500, false, "a basket this old counts half; 0: all alike" },
    [SIZE_POWER] = { "size_power", 0.6, 0, 2, false, "a basket of n items votes with n to the minus this" },
    [POPULARITY_POWER] = { "popularity_power", 0.15, 0, 1, false, "how much bestsellers are held back" },
    [PAIR_PRIOR] = { "pair_prior", 8, 1e-6, 1e6, false, "baskets the prior of a probability is worth" },
    [CATEGORY_PRIOR] = { "category_prior", 5, 1e-6, 1e6, false, "pairs a coarser lift is worth" },
    [SCORE_SHAPE] = { "score_shape", 0.02, 1e-6, 1e6, false, "how alike pairs are; large: a pair of its own says little" },
    [ANCHOR_POWER] = { "cart_anchor_power", 0.6, 0, 1, false, "a cart's votes are divided by the anchor's to this" },
    [ITEM_POWER] = { "cart_item_power", 0.4, 0, 1, false, "and by the item's to this" },
    [CART_POWER] = { "cart_power", 2, 0.5, 4, false, "and raised to this" },
};

static rules_params rules_params_of(const model_options *o) {
    rules_params p = rules_default_params();
    p.k = (uint32_t)o->param[K], p.max_basket = (uint32_t)o->param[MAX_BASKET], p.half_life_days = o->param[HALF_LIFE];
    p.size_power = o->param[SIZE_POWER], p.popularity_power = o->param[POPULARITY_POWER], p.pair_prior = o->param[PAIR_PRIOR];
    p.category_prior = o->param[CATEGORY_PRIOR], p.score_shape = o->param[SCORE_SHAPE], p.cart_anchor_power = o->param[ANCHOR_POWER];
    p.cart_item_power = o->param[ITEM_POWER], p.cart_power = o->param[CART_POWER], p.threads = o->threads;
    return p;
}

static err_code rules_row_fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    rule_lists *s = arena_new(c->arena, rule_lists, 1);
    rules_params p = rules_params_of(o);
    basket_matrix b;
    int64_t *time_ms = NULL;
    TRY(interactions_baskets(c, x, &b, &time_ms));
    float *weight = time_ms ? arena_new_raw(c->arena, float, b.n_baskets) : NULL;
    if (!s || (time_ms && !weight)) return fail(c, ERR_NO_MEMORY, "rules of %u items", x->n_items);
    if (time_ms) baskets_decay(time_ms, b.n_baskets, x->as_of_ms, p.half_life_days, weight);
    b.weight = weight;
    TRY(rules_fit(c, &b, NULL, &p, s));
    *ret_state = s;
    return ERR_OK;
}

/* One anchor answers its own list, several add their cart scores up: as rules_rank_cart() does. */
static void rules_row_answer(const rule_lists *s, const uint32_t *anchors, uint32_t n, float *scores) {
    for (uint32_t a = 0; a < n; a++) {
        const rule *r = s->rules + (size_t)anchors[a] * s->k;
        for (uint32_t i = 0; i < s->length[anchors[a]]; i++) add_score(scores, r[i].item, n == 1 ? r[i].score : r[i].cart_score);
    }
}

static err_code rules_row_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const rule_lists *s = state;
    arena_mark mark = arena_save(c->arena);
    double most = largest(s->item_weight, s->n_items);
    for (size_t i = 0; i < n; i++) {
        uint32_t *anchors = arena_new(c->arena, uint32_t, h[i].n);
        if (!anchors) return fail(c, ERR_NO_MEMORY, "score %zu events", h[i].n);
        score_popular(s->item_weight, most, s->n_items, ret_scores + i * s->n_items);
        rules_row_answer(s, anchors, distinct_items(&h[i], s->n_items, anchors), ret_scores + i * s->n_items);
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

static err_code rules_row_save(ctx *c, const void *state, buf *out) {
    const rule_lists *s = state;
    const uint32_t sizes[2] = { s->n_items, s->k };
    const pack_array arrays[] = {
        { "sizes", sizes, sizeof *sizes, 2 },
        { "length", s->length, sizeof *s->length, s->n_items },
        { "rules", s->rules, sizeof *s->rules, (uint64_t)s->n_items * s->k },
        { "weight", s->item_weight, sizeof *s->item_weight, s->n_items },
    };
    return pack_write(c, arrays, COUNT(arrays), out);
}

static err_code rules_row_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    rule_lists *s = arena_new(c->arena, rule_lists, 1);
    const void *sizes = NULL, *length = NULL, *rules = NULL, *weight = NULL;
    if (!s) return fail(c, ERR_NO_MEMORY, "load rules");
    TRY(pack_get(c, p, "sizes", sizeof(uint32_t), 2, &sizes, NULL));
    memcpy(&s->n_items, sizes, sizeof s->n_items);
    memcpy(&s->k, (const uint32_t *)sizes + 1, sizeof s->k);
    if (s->n_items != n_items || s->k > RULES_MAX_K) return fail(c, ERR_CORRUPT, "saved model: of %u items, not %u", s->n_items, n_items);
    TRY(pack_get(c, p, "length", sizeof *s->length, s->n_items, &length, NULL));
    TRY(pack_get(c, p, "rules", sizeof *s->rules, (uint64_t)s->n_items * s->k, &rules, NULL));
    TRY(pack_get(c, p, "weight", sizeof *s->item_weight, s->n_items, &weight, NULL));
    s->length = (uint32_t *)(uintptr_t)length, s->rules = (rule *)(uintptr_t)rules, s->item_weight = (double *)(uintptr_t)weight;
    for (uint32_t i = 0; i < s->n_items; i++)
        for (uint32_t r = 0; r < s->length[i]; r++)
            if (s->length[i] > s->k || s->rules[(size_t)i * s->k + r].item >= s->n_items)
                return fail(c, ERR_CORRUPT, "saved model: the rules of item %u lie outside", i);
    *ret_state = s;
    return ERR_OK;
}

const model_row model_rules = {
    .name = "rules", .title = "Co-purchase rules, shrunk and decayed", .source = "models/README.md; Paudel et al. 2016; Aiolli 2013",
    .params = rules_rows, .n_params = COUNT(rules_rows), .fit = rules_row_fit, .score = rules_row_score, .save = rules_row_save,
    .load = rules_row_load,
};

/* ---- cocount ---- */
static const model_param cocount_rows[] = { { "k", 200, 1, RULES_MAX_K, true, "partners kept per item" } };
typedef struct { cooc_lists lists; double *weight; } cocount;

static err_code cocount_fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    cocount *s = arena_new(c->arena, cocount, 1);
    double *weight = arena_new(c->arena, double, x->n_items);
    basket_matrix b;
    int64_t *time_ms = NULL;
    if (!s || !weight) return fail(c, ERR_NO_MEMORY, "co-counts of %u items", x->n_items);
    TRY(interactions_baskets(c, x, &b, &time_ms));
    for (uint64_t e = 0; e < b.start[b.n_baskets]; e++) weight[b.items[e]]++;
    s->weight = weight;
    TRY(cooc_top(c, &b, 0, (uint32_t)o->param[0], o->threads, &s->lists));
    *ret_state = s;
    return ERR_OK;
}

static err_code cocount_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const cocount *s = state;
    uint32_t n_items = s->lists.n_items;
    arena_mark mark = arena_save(c->arena);
    double most = largest(s->weight, n_items);
    for (size_t i = 0; i < n; i++) {
        float *scores = ret_scores + i * n_items;
        uint32_t *anchors = arena_new(c->arena, uint32_t, h[i].n);
        if (!anchors) return fail(c, ERR_NO_MEMORY, "score %zu events", h[i].n);
        score_popular(s->weight, most, n_items, scores);
        uint32_t n_anchors = distinct_items(&h[i], n_items, anchors);
        for (uint32_t a = 0; a < n_anchors; a++)
            for (uint32_t p = 0; p < s->lists.length[anchors[a]]; p++) {
                cooc_pair pair = s->lists.pairs[(size_t)anchors[a] * s->lists.k + p];
                add_score(scores, pair.item, (float)pair.count);
            }
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

static err_code cocount_save(ctx *c, const void *state, buf *out) {
    const cocount *s = state;
    const uint32_t sizes[2] = { s->lists.n_items, s->lists.k };
    const pack_array arrays[] = {
        { "sizes", sizes, sizeof *sizes, 2 },
        { "length", s->lists.length, sizeof *s->lists.length, s->lists.n_items },
        { "pairs", s->lists.pairs, sizeof *s->lists.pairs, (uint64_t)s->lists.n_items * s->lists.k },
        { "weight", s->weight, sizeof *s->weight, s->lists.n_items },
    };
    return pack_write(c, arrays, COUNT(arrays), out);
}

static err_code cocount_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    cocount *s = arena_new(c->arena, cocount, 1);
    const void *sizes = NULL, *length = NULL, *pairs = NULL, *weight = NULL;
    if (!s) return fail(c, ERR_NO_MEMORY, "load co-counts");
    TRY(pack_get(c, p, "sizes", sizeof(uint32_t), 2, &sizes, NULL));
    memcpy(&s->lists.n_items, sizes, sizeof s->lists.n_items);
    memcpy(&s->lists.k, (const uint32_t *)sizes + 1, sizeof s->lists.k);
    if (s->lists.n_items != n_items || s->lists.k > RULES_MAX_K) return fail(c, ERR_CORRUPT, "saved model: not of %u items", n_items);
    TRY(pack_get(c, p, "length", sizeof *s->lists.length, s->lists.n_items, &length, NULL));
    TRY(pack_get(c, p, "pairs", sizeof *s->lists.pairs, (uint64_t)s->lists.n_items * s->lists.k, &pairs, NULL));
    TRY(pack_get(c, p, "weight", sizeof *s->weight, s->lists.n_items, &weight, NULL));
    s->lists.length = (uint32_t *)(uintptr_t)length, s->lists.pairs = (cooc_pair *)(uintptr_t)pairs,
        s->weight = (double *)(uintptr_t)weight;
    for (uint32_t i = 0; i < s->lists.n_items; i++)
        for (uint32_t r = 0; r < s->lists.length[i]; r++)
            if (s->lists.length[i] > s->lists.k || s->lists.pairs[(size_t)i * s->lists.k + r].item >= s->lists.n_items)
                return fail(c, ERR_CORRUPT, "saved model: the partners of item %u lie outside", i);
    *ret_state = s;
    return ERR_OK;
}

const model_row model_cocount = {
    .name = "cocount", .title = "Plain counts of what stands in one basket", .source = "Gustavson 1978",
    .params = cocount_rows, .n_params = COUNT(cocount_rows), .fit = cocount_fit, .score = cocount_score, .save = cocount_save,
    .load = cocount_load,
};
