/* From candidates to the list shown: best by value, not all of one category, filled to n, with bundle, incentive and words. */
#include <math.h>
#include "base/limits.h"
#include "decide/recommend_int.h"
#include "schema/currency.h"

enum { POOL_MOST = 4 * LIMIT_RECOMMEND_N };
static const double diversity_budget = 0.02;    /* share of the list's score that diversity may cost */

typedef struct { candidate **p; size_t n, cap; } pool;

/* Better first; the slot decides ties, so that the same request gives the same list. */
static bool is_better(const candidate *a, const candidate *b) {
    return a->score != b->score ? a->score > b->score : a->slot < b->slot;
}
/* By insertion: what comes is short and nearly sorted. */
static void sort_by_score(candidate **p, size_t n) {
    for (size_t i = 1; i < n; i++) {
        candidate *x = p[i];
        size_t at = i;
        for (; at > 0 && is_better(x, p[at - 1]); at--) p[at] = p[at - 1];
        p[at] = x;
    }
}

/* The best that may be shown, best first, by insertion. Whether a candidate may be shown costs a walk into the catalogue's memory,
 * so it is asked only of those that would get in: few, as lists are offered best first. */
typedef struct { float relevance; uint32_t slot, at; } pool_entry;
static bool is_above(pool_entry a, pool_entry b) { return a.relevance != b.relevance ? a.relevance > b.relevance : a.slot < b.slot; }

static err_code fill_pool(request *r, pool *h) {
    pool_entry *best = arena_new_raw(r->c->arena, pool_entry, h->cap);
    if (!best) return fail(r->c, ERR_NO_MEMORY, "no memory for %zu candidates", h->cap);
    for (uint32_t i = 0; i < r->n_candidates; i++) {
        candidate *x = &r->candidates[i];
        pool_entry e = { x->relevance, x->slot, i };
        if (x->banned || (h->n == h->cap && !is_above(e, best[h->n - 1])) || !(x->item = showable(r, x->slot))) continue;
        size_t at = h->n < h->cap ? h->n++ : h->n - 1;
        for (; at > 0 && is_above(e, best[at - 1]); at--) best[at] = best[at - 1];
        best[at] = e;
    }
    for (size_t i = 0; i < h->n; i++) {
        h->p[i] = &r->candidates[best[i].at];
        h->p[i]->score = fmax((double)best[i].relevance, 1e-12);
    }
    return ERR_OK;
}

/* Value: a dearer item is worth more attention at equal probability. Relative to the pool's geometric mean, so currencies do not matter. */
static void apply_value(const request *r, pool *h) {
    if (r->place->price_power <= 0 || !h->n) return;
    double mean_log = 0;
    for (size_t i = 0; i < h->n; i++) mean_log += h->p[i]->item->log_price;
    mean_log /= (double)h->n;
    for (size_t i = 0; i < h->n; i++)
        h->p[i]->score *= exp(r->place->price_power * (h->p[i]->item->log_price - mean_log));
}

/* ---- diversity ---- */
typedef struct { uint32_t category[LIMIT_RECOMMEND_N]; size_t count[LIMIT_RECOMMEND_N], n; } tallies;
static size_t *tally_of(tallies *t, uint32_t of) {
    size_t i = 0;
    while (i < t->n && t->category[i] != of) i++;
    if (i == t->n) {
        t->category[t->n] = of;
        t->count[t->n++] = 0;
    }
    return &t->count[i];
}

static bool is_full(tallies *t, const candidate *x, size_t cap) {
    if (!x->item->main_category) return false;
    for (size_t i = 0; i < t->n; i++)
        if (t->category[i] == x->item->main_category) return t->count[i] >= cap;
    return false;
}

/* Take n of the sorted pool: at most half of one category, as long as passing over better items costs no more than the budget.
 * The sum of scores stays at 98 % of the plain best n at least: every step loses at most what it pays (README, "Diversity"). */
static void choose(pool *h, size_t n, candidate **chosen, size_t *ret_n) {
    double budget = 0;
    for (size_t i = 0; i < h->n && i < n; i++) budget += h->p[i]->score * diversity_budget;
    size_t cap = n < 4 ? 2 : (n + 1) / 2, count = 0;
    tallies t = { .n = 0 };
    bool used[POOL_MOST] = { false };
    for (size_t first = 0; count < n && count < h->n; count++) {
        while (used[first]) first++;
        size_t at = first;
        while (at < h->n && (used[at] || is_full(&t, h->p[at], cap))) at++;
        double cost = at < h->n ? h->p[first]->score - h->p[at]->score : 0;
        if (at == h->n || cost > budget) at = first;
        else budget -= cost;
        used[at] = true;
        ++*tally_of(&t, h->p[at]->item->main_category);
        chosen[count] = h->p[at];
    }
    sort_by_score(chosen, count);
    *ret_n = count;
}

/* ---- fill ---- */
typedef struct { const catalogue_item *p[LIMIT_RECOMMEND_N]; size_t n; } fill_list;
enum { FILL_LOOK = 4096 };          /* slots looked at for the same category before any will do */

/* Best sellers left, of the product's category first. A walk over the shop, only when the lists ran dry. */
static void fill(const request *r, size_t need, fill_list *same, fill_list *any) {
    const loaded_shop *l = r->s->loaded;
    uint32_t home = r->product ? r->product->main_category : 0, n = r->s->view.n_slots;
    for (uint32_t i = 0; i < n && same->n < need; i++) {
        if (any->n == need && (!home || i >= FILL_LOOK)) return;
        const catalogue_item *it = fill_candidate(r, i < l->n_ranked ? l->ranking[i] : i);
        if (!it) continue;
        if (home && it->main_category == home) same->p[same->n++] = it;
        else if (any->n < need) any->p[any->n++] = it;
    }
}

static void add_filled(const request *r, recommend_answer *a, const fill_list *list, reason why) {
    for (size_t i = 0; i < list->n && a->n < r->n; i++) {
        const catalogue_item *it = list->p[i];
        double base = (double)slot_base(r, it->slot), last = a->n ? a->items[a->n - 1].score : base;
        a->items[a->n++] = (recommended){ .item = it, .probability = base, .score = fmin(base, last) * 0.999, .source = SOURCE_POPULAR,
                                          .reason = reason_name(why) };
        a->filled++;
    }
}

/* ---- bundle ---- */
static bool bundle_fits(int64_t price_minor) { return price_minor > 0 && price_minor < INT64_MAX / 4; }

void bundle_price(const serving *s, recommend_bundle *b) {
    b->normal_minor = 0;
    for (size_t i = 0; i < b->n; i++) b->normal_minor += b->items[i]->price_minor;
    b->bundle_minor = money_discounted(b->normal_minor, s->loaded->settings.bundle_discount, str_of(s->loaded->currency));
    b->savings_minor = b->normal_minor - b->bundle_minor;
}

/* The product and the best two that are bought with it. */
static err_code add_bundle(request *r, recommend_bundle *b) {
    if (!r->place->bundle || !r->product || !r->product->sellable || !bundle_fits(r->product->price_minor)) return ERR_OK;
    candidate *best[2] = { NULL, NULL };
    for (uint32_t i = 0; i < r->n_candidates; i++) {
        candidate *x = &r->candidates[i];
        if (x->banned || !(x->with_product > 0) || (best[1] && x->with_product <= best[1]->with_product)) continue;
        if (!x->item) x->item = showable(r, x->slot);
        if (!x->item || !bundle_fits(x->item->price_minor)) continue;
        bool first = !best[0] || x->with_product > best[0]->with_product;
        best[1] = first ? best[0] : x;
        if (first) best[0] = x;
    }
    if (!best[0]) return ERR_OK;
    *b = (recommend_bundle){ .n = best[1] ? 3 : 2, .items = { r->product, best[0]->item, best[1] ? best[1]->item : NULL } };
    bundle_price(r->s, b);
    return message_write(r->c, REASON_BUNDLE, r->locale,
                         &(message_facts){ .price_minor = b->bundle_minor, .savings_minor = b->savings_minor,
                                           .currency = str_of(r->s->loaded->currency) }, &b->message);
}

/* ---- words ---- */
static reason reason_of(const candidate *x, int discount) {
    return x->why == REASON_UPGRADE && discount ? REASON_UPGRADE_OFFER : (reason)x->why;
}

static err_code describe(request *r, const candidate *x, recommended *out) {
    str money = str_of(r->s->loaded->currency);
    const catalogue_item *from = x->anchor == NO_ANCHOR ? NULL : r->anchors[x->anchor].item;
    int discount = x->source == SOURCE_UPSELL ? r->s->loaded->settings.upsell_discount : 0;
    int64_t price = x->item->price_minor;
    int64_t offer_minor = discount ? money_discounted(price, discount, money) : price;
    if (offer_minor >= price) discount = 0;
    reason why = reason_of(x, discount);
    *out = (recommended){ .item = x->item, .score = x->score,
                          .probability = candidate_probability(x), .confidence = candidate_confidence(x),
                          .source = (decide_source)x->source, .reason = reason_name(why), .anchor = from, .price_minor = price,
                          .incentive_minor = offer_minor, .discount_percent = discount };
    if (x->anchor != NO_ANCHOR && !from) why = REASON_MORE;         /* what led here has been deleted: it has no name any more */
    message_facts f = { .anchor = from ? from->name : STR(""), .percent = discount, .price_minor = offer_minor, .currency = money };
    return message_write(r->c, why, r->locale, &f, &out->message);
}

static err_code describe_filled(request *r, recommended *x) {
    x->price_minor = x->incentive_minor = x->item->price_minor;
    reason why = x->reason == reason_name(REASON_POPULAR_HERE) ? REASON_POPULAR_HERE : REASON_MORE;
    return message_write(r->c, why, r->locale, &(message_facts){ .currency = str_of(r->s->loaded->currency) }, &x->message);
}

err_code slate_build(request *r, recommend_answer *a) {
    ctx *c = r->c;
    size_t cap = r->n * 3 + 16 < POOL_MOST ? r->n * 3 + 16 : POOL_MOST;
    pool h = { arena_new(c->arena, candidate *, cap), 0, cap };
    candidate **chosen = arena_new(c->arena, candidate *, r->n);
    a->items = arena_new(c->arena, recommended, r->n);
    fill_list *lists = arena_new(c->arena, fill_list, 2);
    if (!h.p || !chosen || !a->items || !lists) return fail(c, ERR_NO_MEMORY, "no memory for an answer");
    TRY(fill_pool(r, &h));
    apply_value(r, &h);
    sort_by_score(h.p, h.n);
    choose(&h, r->n, chosen, &a->n);
    for (size_t i = 0; i < a->n; i++) TRY(describe(r, chosen[i], &a->items[i]));
    size_t learned = a->n;
    if (a->n < r->n && (r->q->source == SOURCE_ALL || r->q->source == SOURCE_POPULAR)) {
        fill(r, r->n - a->n, &lists[0], &lists[1]);
        add_filled(r, a, &lists[0], REASON_POPULAR_HERE);
        add_filled(r, a, &lists[1], REASON_MORE);
    }
    for (size_t i = learned; i < a->n; i++) TRY(describe_filled(r, &a->items[i]));
    return add_bundle(r, &a->bundle);
}
