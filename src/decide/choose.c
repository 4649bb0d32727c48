/* Which of the pool are shown: the best, unlike each other while that is cheap, within quotas, with room for newcomers and for chance.
 * Variety is maximal marginal relevance (Carbonell and Goldstein 1998) over what items are about and their main category, held to a
 * budget: passing over the best item left costs the difference of scores, and all costs together stay within the share the request
 * or the default allows, so the sum of scores is at least (1 - diversity) of the plain best n. It does NOT score (ranking.c). */
#include "decide/recommend_int.h"

static const double diversity_default = 0.02;
static const float likeness_weight = 0.5f, same_category = 0.3f;
enum { FRESH_DAYS = 60, LOOK_LEAST = 16, LOOK_FACTOR = 4 };

/* ---- quotas ---- */
static uint32_t tally_count(const tally *t, uint32_t of) {
    for (size_t i = 0; of && i < t->n; i++)
        if (t->of[i] == of) return t->count[i];
    return 0;
}

static void tally_take(tally *t, uint32_t of) {
    if (!of) return;                                        /* of none: no quota holds */
    size_t i = 0;
    while (i < t->n && t->of[i] != of) i++;
    if (i == t->n) {
        t->of[i] = of;
        t->count[t->n++] = 0;
    }
    t->count[i]++;
}

static bool tally_allows(const tally *t, uint32_t of, size_t more) { return !t->most || !of || tally_count(t, of) + more <= t->most; }

void quotas_init(quotas *q, const slate_rules *rules) {
    q->brands.n = q->categories.n = 0;
    q->brands.most = rules->max_per_brand;
    q->categories.most = rules->max_per_category;
}

bool quotas_allow(const quotas *q, const catalogue_item *it) {
    return tally_allows(&q->brands, it->brand, 1) && tally_allows(&q->categories, it->main_category, 1);
}

void quotas_take(quotas *q, const catalogue_item *it) {
    tally_take(&q->brands, it->brand);
    tally_take(&q->categories, it->main_category);
}

/* ---- variety ---- */
typedef struct {
    const request *r;
    pool *h;
    quotas *q;
    bool used[POOL_MOST];
    float like[POOL_MOST];          /* likeness to the most alike of the chosen ... */
    uint8_t seen[POOL_MOST];        /* ... of whom so many have been compared */
    double budget;
    size_t soft_category;           /* of one category at most while that is cheap */
} chooser;

static float likeness(const request *r, const candidate *a, const candidate *b) {
    bool same = a->item->main_category && a->item->main_category == b->item->main_category;
    uint32_t x = serving_item_of(r->s, a->slot), y = serving_item_of(r->s, b->slot);
    float content = r->s->loaded->snap ? snapshot_likeness(r->s->loaded->snap, x, y) : 0;
    float like = (content > 0 ? (1 - same_category) * content : 0) + (same ? same_category : 0);
    return like;
}

static double marginal_score(chooser *x, size_t at, const choice *chosen) {
    for (; x->seen[at] < chosen->n; x->seen[at]++) {
        float like = likeness(x->r, x->h->p[at], chosen->p[x->seen[at]]);
        if (like > x->like[at]) x->like[at] = like;
    }
    return x->h->p[at]->score * (double)(1 - likeness_weight * x->like[at]);
}

static bool is_crowded(const chooser *x, const candidate *a) {
    return a->item->main_category && tally_count(&x->q->categories, a->item->main_category) >= x->soft_category;
}

/* The next best: the one of least likeness among those the budget reaches, rather not of a crowded category. */
static size_t next_of(chooser *x, const choice *chosen, size_t first) {
    size_t end = first + LOOK_LEAST + LOOK_FACTOR * x->r->n, best = first;
    double top = x->h->p[first]->score, best_score = marginal_score(x, first, chosen);
    bool best_crowded = is_crowded(x, x->h->p[first]);
    for (size_t i = first + 1; i < x->h->n && i < end && top - x->h->p[i]->score <= x->budget; i++) {
        if (x->used[i] || !quotas_allow(x->q, x->h->p[i]->item)) continue;
        bool crowded = is_crowded(x, x->h->p[i]);
        double score = marginal_score(x, i, chosen);
        if (crowded > best_crowded || (crowded == best_crowded && score <= best_score)) continue;
        best = i, best_score = score, best_crowded = crowded;
    }
    x->budget -= top - x->h->p[best]->score;
    return best;
}

static void take(chooser *x, choice *chosen, size_t at, double propensity) {
    x->used[at] = true;
    quotas_take(x->q, x->h->p[at]->item);
    chosen->p[chosen->n] = x->h->p[at];
    chosen->drawn[chosen->n] = propensity < 1;
    chosen->propensity[chosen->n++] = propensity;
}

static void take_best(chooser *x, choice *chosen, size_t n) {
    for (size_t first = 0; chosen->n < n;) {
        while (first < x->h->n && (x->used[first] || !quotas_allow(x->q, x->h->p[first]->item))) first++;
        if (first == x->h->n) return;
        take(x, chosen, next_of(x, chosen, first), 1);
    }
}

/* ---- slots ---- */
bool candidate_is_new(const request *r, const candidate *a) {
    return a->source == SOURCE_NEW || a->item->created_ms > r->now_ms - (int64_t)FRESH_DAYS * MS_PER_DAY;
}

/* Room for `wanted` newcomers is made at the end of what was chosen, from the best there are. */
static size_t newcomers_first(chooser *x, choice *chosen, size_t n, size_t wanted) {
    for (size_t i = 0; i < x->h->n && chosen->n < n && chosen->n < wanted; i++)     /* best first */
        if (candidate_is_new(x->r, x->h->p[i]) && quotas_allow(x->q, x->h->p[i]->item)) take(x, chosen, i, 1);
    return chosen->n;
}

/* Any `slots` of these keep the quotas together: so each is drawn with the same, known probability. */
static size_t eligible(const chooser *x, size_t slots, uint16_t *ret_at) {
    size_t n = 0;
    for (size_t i = 0; i < x->h->n; i++) {
        const catalogue_item *it = x->h->p[i]->item;
        if (!x->used[i] && tally_allows(&x->q->brands, it->brand, slots) && tally_allows(&x->q->categories, it->main_category, slots))
            ret_at[n++] = (uint16_t)i;
    }
    return n;
}

static void draw(chooser *x, choice *chosen, size_t slots) {
    if (!slots) return;
    uint16_t at[POOL_MOST];
    size_t n = eligible(x, slots, at);
    if (slots > n) slots = n;
    double propensity = n ? (double)slots / (double)n : 1;
    rng luck;
    rng_seed(&luck, x->r->luck);
    for (size_t i = 0; i < slots; i++) {
        size_t k = i + (size_t)rng_below(&luck, n - i);
        uint16_t drawn = at[k];
        at[k] = at[i];
        take(x, chosen, drawn, propensity);
    }
}

void choose(const request *r, pool *h, quotas *q, choice *ret_choice) {
    const slate_rules *rules = &r->slate;
    size_t n = r->n, explored = rules->explore_slots < n ? rules->explore_slots : n;
    chooser x = { .r = r, .h = h, .q = q, .soft_category = n < 4 ? 2 : (n + 1) / 2 };
    double diversity = rules->diversity.known ? rules->diversity.v : diversity_default;
    for (size_t i = 0; i < h->n && i < n; i++) x.budget += h->p[i]->score * diversity;
    ret_choice->n = 0;
    newcomers_first(&x, ret_choice, n - explored, rules->new_slots);
    take_best(&x, ret_choice, n - explored);
    sort_by_score(ret_choice->p, ret_choice->n);
    draw(&x, ret_choice, explored);
}
