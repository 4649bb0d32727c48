/* Fit and rank co-purchase rules. It does NOT know products, prices or stock: decide does. */
#include "models/rules.h"
#include "models/category_lift.h"
#include "models/cooc.h"
#include "base/limits.h"
#include "num/parallel.h"
#include "num/topk.h"
#include <math.h>

/* Chosen on two validation parts inside Online Retail's training part, the four weeks before 2011-10-12 and before 2011-11-09;
 * what each was tried against: README.md. The optimum is flat: halving or doubling one of them costs less than 0.01 hit rate. */
static const rules_params default_params = {
    .k = 50,                        /* as good as whole rows, for products and carts */
    .max_basket = LIMIT_BASKET_ITEMS,
    .half_life_days = 90,           /* 60 to 365 are alike; a short one follows the season */
    .pair_prior = 8,                /* said 0.25 / 0.44 / 0.64 came true 0.24 / 0.45 / 0.66; nearly best with 700 baskets too */
    .category_prior = 5,
    .size_power = 0.6,              /* a basket of 100 items says less about each pair than one of two */
    .popularity_power = 0.15,       /* a little against bestsellers */
    .score_shape = 0.02,            /* a large shop with many pairs; sparse ones choose (decide/learn_quality.c) */
    .cart_anchor_power = 0.6,       /* between the cosine (0.5) and the conditional probability (1) */
    .cart_item_power = 0.4,
    .cart_power = 2,
};

rules_params rules_default_params(void) { return default_params; }

static err_code check_params(ctx *c, const rules_params *p) {
    const struct { const char *name; double value, low, high; } ranges[] = {
        { "k", p->k, 1, RULES_MAX_K },
        { "size_power", p->size_power, 0, 2 },
        { "popularity_power", p->popularity_power, 0, 1 },
        { "score_shape", p->score_shape, 1e-6, 1e6 },
        { "unseen", p->unseen, 0, RULES_MAX_K },
        { "cart_anchor_power", p->cart_anchor_power, 0, 1 },
        { "cart_item_power", p->cart_item_power, 0, 1 },
        { "cart_power", p->cart_power, 0.5, 4 },
        { "pair_prior", p->pair_prior, 1e-6, 1e6 },
        { "category_prior", p->category_prior, 1e-6, 1e6 },
    };
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (!(ranges[i].value >= ranges[i].low && ranges[i].value <= ranges[i].high))
            return fail_field(c, ERR_INVALID, ranges[i].name, "%s must be between %g and %g", ranges[i].name, ranges[i].low,
                              ranges[i].high);
    return ERR_OK;
}

double rules_llr(double both, double only_a, double only_b, double neither) {
    double n = both + only_a + only_b + neither;
    const double cell[4][3] = {     /* observed, its row's sum, its column's sum */
        { both, both + only_a, both + only_b },
        { only_a, both + only_a, only_a + neither },
        { only_b, only_b + neither, both + only_b },
        { neither, only_b + neither, only_a + neither },
    };
    double sum = 0;
    for (int i = 0; i < 4; i++)
        if (cell[i][0] > 0) sum += cell[i][0] * log(cell[i][0] * n / (cell[i][1] * cell[i][2]));
    return sum > 0 ? 2 * sum : 0;   /* rounding may leave -1e-16 for independent items */
}

/* ---- fit ---- */
typedef struct {
    cooc_row row;
    topk_entry *heap;
} fitter;

typedef struct {
    const basket_matrix *b;
    const rules_params *p;
    basket_transpose t;
    category_lift lift;
    rule_lists lists;
    float *vote;                    /* per basket: weight * size^-size_power */
    double *item_vote;              /* per item: sum of votes */
    float *damp;                    /* per item: probability^-popularity_power */
    float *cart_damp;               /* per item: votes^-cart_item_power */
    double mean_vote;               /* votes of one unit of weight, shop-wide */
    uint32_t *proposed, *n_proposed;        /* per category told apart: p->unseen items, and how many */
    uint32_t *first_of;             /* per category told apart: an item of it */
    fitter fitters[PARALLEL_MAX_THREADS];
} fit;

/* What is expected of `item` beside `anchor` before their own baskets are looked at: P(item) times the category lift. */
static double prior_mean(const fit *f, uint32_t anchor, uint32_t item) {
    double mean = f->lists.item_weight[item] / f->lists.total_weight * category_lift_of(&f->lift, anchor, item);
    return mean < 0.9 ? mean : 0.9;
}

/* Posterior mean of a share with `seen` of `all` and a prior worth `strength` looks at `mean`. */
static double shrunk(double seen, double all, double strength, double mean) {
    return (seen + strength * mean) / (all + strength);
}

static rule make_rule(const fit *f, uint32_t anchor, uint32_t item, float score, const cooc_cell *cell) {
    const rule_lists *l = &f->lists;
    double strength = f->p->pair_prior, own = l->item_weight[item] / l->total_weight;
    double probability = fmin(shrunk((double)cell->weight, l->item_weight[anchor], strength, prior_mean(f, anchor, item)), 1);
    double both = cell->count, only_a = l->item_count[anchor] - both, only_b = l->item_count[item] - both;
    return (rule){
        .item = item,
        .count = cell->count,
        .probability = (float)probability,
        .lift = (float)(probability / own),
        .llr = (float)rules_llr(both, only_a, only_b, f->b->n_baskets - both - only_a - only_b),
        .confidence = (float)(l->item_weight[anchor] / (l->item_weight[anchor] + strength)),
        .score = score,
        .cart_score = (float)pow((double)cell->vote * pow(f->item_vote[anchor], -f->p->cart_anchor_power) *
                                 (double)f->cart_damp[item], f->p->cart_power),
    };
}

/* Posterior mean of a Gamma-Poisson rate: `together` were seen where the categories expect all * mean. Bestsellers are held back. */
static float score_of(const fit *f, uint32_t anchor, uint32_t item, double together) {
    double shape = f->p->score_shape, mean = prior_mean(f, anchor, item), all = f->item_vote[anchor] / f->mean_vote;
    return (float)(mean * (shape + together / f->mean_vote) / (shape + all * mean)) * f->damp[item];
}

static void offer_unseen(const fit *f, const cooc_row *row, uint32_t anchor, topk *best) {
    uint32_t category = f->lift.n ? f->lift.of_item[anchor] : RULES_NO_CATEGORY;
    if (!f->proposed || category == RULES_NO_CATEGORY) return;
    const uint32_t *item = f->proposed + (size_t)category * f->p->unseen;
    for (uint32_t n = 0; n < f->n_proposed[category]; n++)
        if (item[n] != anchor && !row->cell[item[n]].count) topk_offer(best, item[n], score_of(f, anchor, item[n], 0));
}

static void fit_item(const fit *f, fitter *mine, uint32_t anchor) {
    cooc_row *row = &mine->row;
    cooc_row_fill(f->b, &f->t, f->vote, anchor, row);
    topk best = { mine->heap, 0, f->p->k };
    for (uint32_t n = 0; n < row->n_touched; n++) {
        uint32_t item = row->touched[n];
        topk_offer(&best, item, score_of(f, anchor, item, (double)row->cell[item].vote));
    }
    if (f->lists.item_count[anchor]) offer_unseen(f, row, anchor, &best);
    topk_sort(&best);
    rule *to = f->lists.rules + (size_t)anchor * f->p->k;
    for (uint32_t n = 0; n < best.n; n++)
        to[n] = make_rule(f, anchor, best.entry[n].item, best.entry[n].score, &row->cell[best.entry[n].item]);
    f->lists.length[anchor] = best.n;
    cooc_row_clear(row);
}

static void fit_items(void *state, size_t from, size_t to, int worker) {
    fit *f = state;
    for (size_t i = from; i < to; i++) fit_item(f, &f->fitters[worker], (uint32_t)i);
}

static err_code weigh_items(ctx *c, fit *f) {
    const basket_matrix *b = f->b;
    rule_lists *l = &f->lists;
    double votes = 0;
    for (uint32_t at = 0; at < b->n_baskets; at++) {
        double size = (double)(b->start[at + 1] - b->start[at]), weight = b->weight ? (double)b->weight[at] : 1;
        double vote = size > 0 ? weight * pow(size, -f->p->size_power) : 0;
        f->vote[at] = (float)vote;
        l->total_weight += weight;
        votes += vote;
        for (uint64_t e = b->start[at]; e < b->start[at + 1]; e++) {
            l->item_count[b->items[e]]++;
            l->item_weight[b->items[e]] += weight;
            f->item_vote[b->items[e]] += vote;
        }
        if (at % 65536 == 0) TRY(ctx_check(c));
    }
    f->mean_vote = l->total_weight > 0 ? votes / l->total_weight : 1;
    for (uint32_t i = 0; i < b->n_items; i++) {
        if (l->item_count[i] == 0) continue;
        f->damp[i] = (float)pow(l->item_weight[i] / l->total_weight, -f->p->popularity_power);
        f->cart_damp[i] = (float)pow(f->item_vote[i], -f->p->cart_item_power);
    }
    return ERR_OK;
}

/* ---- what the categories propose ---- */
/* Of each category: what sells best of what goes with it. */
static void propose(void *state, size_t from, size_t to, int worker) {
    fit *f = state;
    for (size_t x = from; x < to; x++) {
        topk best = { f->fitters[worker].heap, 0, f->p->unseen };
        for (uint32_t i = 0; i < f->b->n_items; i++)
            if (f->lists.item_count[i]) topk_offer(&best, i, (float)prior_mean(f, f->first_of[x], i));
        topk_sort(&best);
        for (uint32_t n = 0; n < best.n; n++) f->proposed[x * f->p->unseen + n] = best.entry[n].item;
        f->n_proposed[x] = best.n;
    }
}

static err_code propose_all(ctx *c, fit *f, int threads) {
    size_t n = f->lift.n;
    if (!f->p->unseen || !n) return ERR_OK;
    f->proposed = arena_new(c->arena, uint32_t, n * f->p->unseen);
    f->n_proposed = arena_new(c->arena, uint32_t, n);
    f->first_of = arena_new(c->arena, uint32_t, n);
    if (!f->proposed || !f->n_proposed || !f->first_of) return fail(c, ERR_NO_MEMORY, "what %zu categories propose", n);
    for (uint32_t i = f->b->n_items; i-- > 0;)
        if (f->lift.of_item[i] != RULES_NO_CATEGORY) f->first_of[f->lift.of_item[i]] = i;
    return parallel_for(c, threads, n, 1, propose, f);
}

/* ---- all ---- */
static err_code fit_new(ctx *c, const basket_matrix *b, const rules_params *p, int threads, fit **ret_fit) {
    fit *f = arena_new(c->arena, fit, 1);
    if (!f) return fail(c, ERR_NO_MEMORY, "fit rules");
    size_t n = b->n_items;
    f->b = b;
    f->p = p;
    f->vote = arena_new(c->arena, float, b->n_baskets);
    f->item_vote = arena_new(c->arena, double, n);
    f->damp = arena_new(c->arena, float, n);
    f->cart_damp = arena_new(c->arena, float, n);
    f->lists = (rule_lists){ .n_items = b->n_items, .k = p->k, .length = arena_new(c->arena, uint32_t, n),
                             .rules = arena_array(c->arena, n, sizeof(rule) * p->k), .item_weight = arena_new(c->arena, double, n),
                             .item_count = arena_new(c->arena, uint32_t, n) };
    bool ok = f->vote && f->item_vote && f->damp && f->cart_damp && f->lists.length && f->lists.rules && f->lists.item_weight &&
              f->lists.item_count;
    if (!ok) return fail(c, ERR_NO_MEMORY, "rules of %zu items", n);
    for (int w = 0; w < threads; w++) {
        TRY(cooc_row_new(c, b->n_items, &f->fitters[w].row));
        f->fitters[w].heap = arena_new(c->arena, topk_entry, p->k > p->unseen ? p->k : p->unseen);
        if (!f->fitters[w].heap) return fail(c, ERR_NO_MEMORY, "top %u", p->k);
    }
    *ret_fit = f;
    return ERR_OK;
}

err_code rules_fit(ctx *c, const basket_matrix *b, const uint32_t *category, const rules_params *p, rule_lists *ret_lists) {
    TRY(check_params(c, p));
    TRY(baskets_check(c, b));
    int threads = parallel_threads(p->threads);
    fit *f = NULL;
    TRY(fit_new(c, b, p, threads, &f));
    TRY(weigh_items(c, f));
    TRY(baskets_transpose(c, b, p->max_basket, &f->t));
    TRY(category_lift_fit(c, b, category, f->lists.item_weight, f->lists.total_weight, p->max_basket, p->category_prior, &f->lift));
    TRY(propose_all(c, f, threads));
    TRY(parallel_for(c, threads, b->n_items, 16, fit_items, f));
    *ret_lists = f->lists;
    return ERR_OK;
}
