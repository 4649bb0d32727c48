/* Candidates from every source, and the one probability of each. The mathematics is in README.md ("One probability"). */
#include <math.h>
#include <string.h>
#include "base/touch.h"
#include "decide/recommend_int.h"

/* How many of a list are read, by the kind of anchor: the end of a long list never reaches an answer. */
enum { TAKE_MOST = 100 };           /* none reads more */
static const uint32_t list_take[ANCHOR_KINDS][SOURCE_COUNT] = {
    [ANCHOR_PRODUCT] = { [SOURCE_CROSS_SELL] = TAKE_MOST, [SOURCE_ALSO_BOUGHT] = TAKE_MOST, [SOURCE_UPSELL] = 50, [SOURCE_SIMILAR] = 50 },
    [ANCHOR_CART] = { [SOURCE_CROSS_SELL] = 60, [SOURCE_ALSO_BOUGHT] = 30, [SOURCE_SIMILAR] = 10 },
    [ANCHOR_HISTORY] = { [SOURCE_CROSS_SELL] = 12, [SOURCE_SIMILAR] = 3 },
};
enum { SHOP_TAKE = 100, CATEGORY_TAKE = 60, FRESH_TAKE = 60, FRESH_DAYS = 60, MODEL_TAKE = 150 };
/* Share of those who look at a product that buy it or a dearer one: turns "which of the two" into a probability of buying. */
static const float upgrade_attention = 0.1f;
static const float similar_lift = 9;                        /* at similarity 1 a product sells ten times its own rate */

/* One piece of evidence for a product. */
typedef struct {
    decide_source source;
    reason why;
    uint32_t anchor;
    float relevance;                /* before the placement's weight */
    float probability, confidence;
    float attention;                /* share of the anchor in the request */
} evidence;

/* fmaxf() is a call: these run thousands of times a request and no NaN reaches them (learn.h checks its figures). */
static inline float larger(float a, float b) { return a > b ? a : b; }
static inline float smaller(float a, float b) { return a < b ? a : b; }

/* ---- table ---- */
static uint32_t slot_hash(uint32_t slot) { return slot * 2654435769u; }     /* Fibonacci hashing, Knuth 6.4 */

static candidate *find_candidate(const request *r, uint32_t slot) {
    for (uint32_t i = slot_hash(slot) >> 7;; i++) {
        uint32_t at = r->places[i & r->place_mask];
        if (!at) return NULL;
        if (r->candidates[at - 1].slot == slot) return &r->candidates[at - 1];
    }
}

float slot_base(const request *r, uint32_t slot) {
    float own = serving_popularity(r->s, slot);
    return own > r->floor ? smaller(own, 0.95f) : r->floor;
}

static candidate *candidate_of(request *r, uint32_t slot) {
    uint32_t i = slot_hash(slot) >> 7;
    for (;; i++) {
        uint32_t at = r->places[i & r->place_mask];
        if (!at) break;
        if (r->candidates[at - 1].slot == slot) return &r->candidates[at - 1];
    }
    if (r->n_candidates == r->capacity) return NULL;        /* capacity counts every list, so this is not reached */
    candidate *x = &r->candidates[r->n_candidates++];
    r->places[i & r->place_mask] = (uint16_t)r->n_candidates;
    *x = (candidate){ .slot = slot, .anchor = NO_ANCHOR, .open_anchor = NO_ANCHOR, .miss = 1, .base = slot_base(r, slot), .ranked = -1 };
    return x;
}

/* Sources of one anchor tell the same story: only the best of them counts. */
static void close_anchor(candidate *x) {
    x->relevance += x->open_relevance * x->open_relevance;
    x->miss *= 1 - x->open_excess;
    x->sure += x->open_excess * x->open_confidence;
    x->evidence += x->open_excess;
    x->open_relevance = x->open_excess = x->open_confidence = 0;
}

static void offer(request *r, uint32_t slot, const evidence *e) {
    if (slot == NO_SLOT) return;
    candidate *x = candidate_of(r, slot);
    if (!x || x->banned) return;
    if (x->open_anchor != e->anchor) {
        close_anchor(x);
        x->open_anchor = e->anchor;
        x->n_anchors++;
    }
    float plain = e->relevance * e->attention, relevance = plain * (float)r->place->weight[e->source];
    x->of[e->source] = larger(x->of[e->source], plain);
    float excess = e->probability > x->base ? (e->probability - x->base) / (1 - x->base) * e->attention : 0;
    if (relevance > x->strongest) {
        x->strongest = relevance;
        x->source = (uint8_t)e->source;
        x->why = (uint8_t)e->why;
        x->anchor = e->anchor;
    }
    x->open_relevance = larger(x->open_relevance, relevance);
    if (excess > x->open_excess) {
        x->open_excess = smaller(excess, 0.99f);
        x->open_confidence = e->confidence;
    }
    if (e->why == REASON_BOUGHT_TOGETHER && r->product && r->product == r->anchors[e->anchor].item)
        x->with_product = larger(x->with_product, relevance);
}

/* ---- lists of an anchor ---- */
static uint32_t take(const request *r, const anchor *a, decide_source s, uint32_t length) {
    decide_source asked = a->kind == ANCHOR_HISTORY ? SOURCE_PERSONAL : s;
    if (!(r->place->weight[asked] > 0) || (r->q->source != SOURCE_ALL && r->q->source != asked)) return 0;
    uint32_t most = list_take[a->kind][s];
    return length < most ? length : most;
}

/* What the visitor saw or bought before counts as personal, whichever list it comes from. */
static void offer_slot(request *r, uint32_t anchor_ix, uint32_t slot, evidence e) {
    const anchor *a = &r->anchors[anchor_ix];
    e.anchor = anchor_ix;
    e.attention = a->weight;
    if (a->kind == ANCHOR_HISTORY) {
        e.source = SOURCE_PERSONAL;
        e.why = REASON_FOR_YOU;
    }
    offer(r, slot, &e);
}

/* Where the items of a list are, and what is read of each of them on its way. Rows of all lists begin with their item. */
static void find_slots(const request *r, const void *rows, size_t size, uint32_t n, uint32_t ret_slot[TAKE_MOST]) {
    const loaded_shop *l = r->s->loaded;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t item;
        memcpy(&item, (const char *)rows + i * size, sizeof item);
        ret_slot[i] = serving_slot_of(r->s, item);
    }
    for (uint32_t i = 0; i < n; i++)
        if (ret_slot[i] < l->n_ranked) touch(&l->popularity[ret_slot[i]]);
}

/* More often together than chance would have it: best sellers meet everything now and then. 3.84: one such pair in twenty is chance
 * (chi-squared of one degree of freedom, Dunning 1993). */
static bool is_association(const snapshot_rule *x) { return x->count && x->lift > 1 && x->llr >= 3.84f; }

/* What sells as it does anyway goes with nothing. */
static reason reason_of(const snapshot_rule *x, reason seen) {
    if (is_association(x)) return seen;
    return x->lift > 1 ? REASON_GOES_WITH : REASON_POPULAR;
}

static void gather_cross_sell(request *r, uint32_t at, uint32_t item) {
    rule_span list = snapshot_cross_sell(r->s->loaded->snap, item);
    uint32_t n = take(r, &r->anchors[at], SOURCE_CROSS_SELL, list.n);
    float unit = r->s->loaded->cross_unit;
    uint32_t slot[TAKE_MOST];
    find_slots(r, list.p, sizeof *list.p, n, slot);
    for (uint32_t i = 0; i < n; i++) {
        const snapshot_rule *x = &list.p[i];
        offer_slot(r, at, slot[i], (evidence){ .source = SOURCE_CROSS_SELL, .why = reason_of(x, REASON_BOUGHT_TOGETHER),
                                               .relevance = x->score * unit, .probability = x->probability,
                                               .confidence = x->confidence });
    }
}

static void gather_also_bought(request *r, uint32_t at, uint32_t item) {
    rule_span list = snapshot_also_bought(r->s->loaded->snap, item);
    uint32_t n = take(r, &r->anchors[at], SOURCE_ALSO_BOUGHT, list.n);
    float unit = r->s->loaded->also_unit, share = r->s->loaded->also_share;
    uint32_t slot[TAKE_MOST];
    find_slots(r, list.p, sizeof *list.p, n, slot);
    for (uint32_t i = 0; i < n; i++) {
        const snapshot_rule *x = &list.p[i];
        offer_slot(r, at, slot[i], (evidence){ .source = SOURCE_ALSO_BOUGHT, .why = reason_of(x, REASON_SAME_CUSTOMERS),
                                               .relevance = smaller(x->score * unit, x->probability) * share,
                                               .probability = x->probability * share, .confidence = x->confidence });
    }
}

bool is_upgrade(const catalogue_item *from, const catalogue_item *to) {
    return to->price_minor * 5 >= from->price_minor * 6 && to->price_minor <= from->price_minor * 2;
}

static void gather_upsell(request *r, uint32_t at, uint32_t item) {
    upsell_span list = snapshot_upsells(r->s->loaded->snap, item);
    uint32_t n = take(r, &r->anchors[at], SOURCE_UPSELL, list.n);
    const catalogue_item *from = r->anchors[at].item;
    uint32_t slot[TAKE_MOST];
    find_slots(r, list.p, sizeof *list.p, n, slot);
    for (uint32_t i = 0; from && i < n; i++) {
        const catalogue_item *to = catalogue_at(&r->s->view, slot[i]);
        if (!to || !is_upgrade(from, to)) continue;         /* prices moved since it was learned */
        float p = list.p[i].probability * upgrade_attention;
        offer_slot(r, at, slot[i], (evidence){ .source = SOURCE_UPSELL, .why = REASON_UPGRADE, .relevance = p, .probability = p,
                                               .confidence = list.p[i].confidence });
    }
}

static void gather_similar(request *r, uint32_t at, uint32_t item) {
    ranked_span list = snapshot_similar(r->s->loaded->snap, item);
    uint32_t n = take(r, &r->anchors[at], SOURCE_SIMILAR, list.n);
    uint32_t slot[TAKE_MOST];
    find_slots(r, list.p, sizeof *list.p, n, slot);
    for (uint32_t i = 0; i < n; i++) {
        if (slot[i] == NO_SLOT) continue;
        float p = smaller(0.2f, slot_base(r, slot[i]) * (1 + similar_lift * list.p[i].score));
        offer_slot(r, at, slot[i], (evidence){ .source = SOURCE_SIMILAR, .why = REASON_SIMILAR, .probability = p,
                                               .relevance = p + r->typical * 0.1f * list.p[i].score });
    }
}

/* The lists an anchor leads to: one row a source. */
static void (*const of_anchor[])(request *, uint32_t at, uint32_t item) = {
    gather_cross_sell, gather_also_bought, gather_upsell, gather_similar,
};

/* ---- orders since it was learned ---- */
static const fresh_anchor *fresh_of(const request *r, const anchor *a) { return fresh_orders_of(r->s->fresh, a->slot); }

/* As learned: of the rule, else the product's own rate. */
static float learned_probability(const request *r, uint32_t anchor_item, uint32_t slot) {
    uint32_t item = serving_item_of(r->s, slot);
    rule_span list = { NULL, 0 };
    if (anchor_item != SNAPSHOT_NONE && item != SNAPSHOT_NONE) list = snapshot_cross_sell(r->s->loaded->snap, anchor_item);
    for (uint32_t i = 0; i < list.n; i++)
        if (list.p[i].item == item) return list.p[i].probability;
    return slot_base(r, slot);
}

/* Bought together in orders the snapshot does not know: its probability, moved by them. Beside the same rule the larger one counts. */
static void gather_fresh(request *r, uint32_t at) {
    const anchor *a = &r->anchors[at];
    const fresh_anchor *f = fresh_of(r, a);
    if (!f) return;
    const fresh_pair *pairs = r->s->fresh->pairs + f->at;
    uint32_t n = take(r, a, SOURCE_CROSS_SELL, f->n);
    float baskets = a->learned == SNAPSHOT_NONE ? 0 : r->s->loaded->snap->items[a->learned].weight;
    for (uint32_t i = 0; i < n; i++) {
        float before = learned_probability(r, a->learned, pairs[i].slot);
        float p = fresh_probability(before, baskets, pairs[i].count, f->orders);
        if (p <= before) continue;
        offer_slot(r, at, pairs[i].slot,
                   (evidence){ .source = SOURCE_CROSS_SELL, .why = REASON_BOUGHT_TOGETHER, .relevance = p, .probability = p,
                               .confidence = (float)pairs[i].count / ((float)pairs[i].count + FRESH_PRIOR) });
    }
}

static void gather_anchor(request *r, uint32_t at) {
    uint32_t item = r->anchors[at].learned;
    gather_fresh(r, at);
    for (size_t i = 0; r->s->loaded->snap && item != SNAPSHOT_NONE && i < COUNT(of_anchor); i++) of_anchor[i](r, at, item);
}

/* ---- lists of the shop ---- */
static bool asked(const request *r, decide_source s) {
    return r->place->weight[s] > 0 && (r->q->source == SOURCE_ALL || r->q->source == s);
}

static void offer_shop(request *r, uint32_t slot, decide_source source, reason why, float relevance, float probability) {
    offer(r, slot, &(evidence){ .source = source, .why = why, .anchor = NO_ANCHOR, .relevance = relevance, .probability = probability,
                                .attention = 1 });
}

static void gather_ranked(request *r, decide_source source, reason why, ranked_span list, uint32_t most) {
    for (uint32_t i = 0; i < list.n && i < most; i++) {
        uint32_t slot = serving_slot_of(r->s, list.p[i].item);
        if (slot == NO_SLOT) continue;
        float base = slot_base(r, slot);
        switch (source) {
        case SOURCE_TRENDING: base *= smaller(list.p[i].score, 3); break;
        case SOURCE_NEW: base = larger(base, 0.5f * r->typical * list.p[i].score); break;
        case SOURCE_CROSS_SELL: case SOURCE_ALSO_BOUGHT: case SOURCE_UPSELL: case SOURCE_SIMILAR: case SOURCE_PERSONAL:
        case SOURCE_POPULAR: case SOURCE_COUNT: break;      /* sells at its own rate */
        }
        offer_shop(r, slot, source, why, base, source == SOURCE_TRENDING ? smaller(base, 0.5f) : 0);
    }
}

/* Best sellers of the product's main category, else of the first category the filter names. */
static uint32_t home_category(const request *r, const snapshot *snap) {
    uint32_t item = r->n_anchors && r->anchors[0].kind == ANCHOR_PRODUCT ? r->anchors[0].learned : SNAPSHOT_NONE;
    if (item != SNAPSHOT_NONE) {
        index_span of = snapshot_categories(snap, item);
        if (of.n) return of.p[0];
    }
    return r->q->filter.categories.n ? snapshot_find_category(snap, r->q->filter.categories.p[0]) : SNAPSHOT_NONE;
}

static uint32_t offer_newcomer(request *r, uint32_t slot) {
    const catalogue_item *it = catalogue_at(&r->s->view, slot);
    int64_t age_ms = it ? r->now_ms - it->created_ms : INT64_MAX;
    if (!it || age_ms > (int64_t)FRESH_DAYS * MS_PER_DAY) return 0;
    float fresh = 1 - (float)fmax(0, (double)age_ms) / ((float)FRESH_DAYS * (float)MS_PER_DAY);
    offer_shop(r, slot, SOURCE_NEW, REASON_NEW, 0.5f * r->typical * fresh + r->floor, 0);
    return 1;
}

/* Products the snapshot does not know: those that came since the shop was loaded, then those there were. */
static void gather_unlearned(request *r) {
    const loaded_shop *l = r->s->loaded;
    uint32_t taken = 0;
    for (uint32_t slot = r->s->view.n_slots; slot-- > l->n_ranked && taken < FRESH_TAKE;) taken += offer_newcomer(r, slot);
    for (uint32_t i = 0; i < l->n_unlearned && taken < FRESH_TAKE; i++) taken += offer_newcomer(r, l->unlearned[i]);
}

static void gather_popular(request *r, const snapshot *snap) {
    uint32_t home = home_category(r, snap);
    if (home != SNAPSHOT_NONE) gather_ranked(r, SOURCE_POPULAR, REASON_POPULAR_HERE, snapshot_popular_in(snap, home), CATEGORY_TAKE);
    gather_ranked(r, SOURCE_POPULAR, REASON_POPULAR, snapshot_popular(snap), SHOP_TAKE);
}
static void gather_trending(request *r, const snapshot *snap) {
    gather_ranked(r, SOURCE_TRENDING, REASON_TRENDING, snapshot_trending(snap), FRESH_TAKE);
}
static void gather_new(request *r, const snapshot *snap) { gather_ranked(r, SOURCE_NEW, REASON_NEW, snapshot_newest(snap), FRESH_TAKE); }

/* The lists of the whole shop: one row a source. */
static const struct { decide_source source; void (*gather)(request *r, const snapshot *snap); } of_shop[] = {
    { SOURCE_POPULAR, gather_popular }, { SOURCE_TRENDING, gather_trending }, { SOURCE_NEW, gather_new },
};

static void gather_shop(request *r) {
    for (size_t i = 0; r->s->loaded->snap && i < COUNT(of_shop); i++)
        if (asked(r, of_shop[i].source)) of_shop[i].gather(r, r->s->loaded->snap);
    if (asked(r, SOURCE_NEW)) gather_unlearned(r);
}

/* ---- models ---- */
typedef struct { const opinion *opinion; float unit; } model_said;

/* What all the visitor did points to, taken together: no single product is the reason. */
static err_code gather_model(request *r, model_said m) {
    topk best;
    if (!asked(r, SOURCE_PERSONAL)) return ERR_OK;
    TRY(opinion_best(r, m.opinion, MODEL_TAKE, &best));
    for (uint32_t i = 0; i < best.n; i++) {
        float p = smaller(best.entry[i].score * m.unit, 0.5f);
        offer(r, serving_slot_of(r->s, best.entry[i].item),
              &(evidence){ .source = SOURCE_PERSONAL, .why = REASON_YOUR_TASTE, .anchor = NO_ANCHOR, .relevance = p, .probability = p,
                           .confidence = 0.5f, .attention = 1 });
    }
    return ERR_OK;
}

static err_code gather_models(request *r) {
    if (!r->s->loaded->snap) return ERR_OK;
    const snapshot_facts *f = &r->s->loaded->snap->facts;
    TRY(gather_model(r, (model_said){ &r->personal, (float)f->personal_unit }));
    return gather_model(r, (model_said){ &r->session, (float)f->session_unit });
}

/* ---- all ---- */
/* Lists of different products lie anywhere in a large file: begin to load them all before the first is read. */
enum { LINES_EARLY = 10 };
static void touch_anchors(const request *r) {
    const snapshot *snap = r->s->loaded->snap;
    for (size_t i = 0; snap && i < r->n_anchors; i++)
        if (r->anchors[i].learned != SNAPSHOT_NONE) touch_lines(&snap->items[r->anchors[i].learned], sizeof *snap->items, 2);
}

static uint32_t count_most(const request *r) {
    uint32_t most = (uint32_t)r->n_ban + SHOP_TAKE + CATEGORY_TAKE + 3 * FRESH_TAKE + 2 * MODEL_TAKE;
    const snapshot *snap = r->s->loaded->snap;
    touch_anchors(r);
    for (size_t i = 0; i < r->n_anchors; i++) {
        const anchor *a = &r->anchors[i];
        const fresh_anchor *f = fresh_of(r, a);
        if (f) most += take(r, a, SOURCE_CROSS_SELL, f->n);
        if (!snap || a->learned == SNAPSHOT_NONE) continue;
        rule_span cross = snapshot_cross_sell(snap, a->learned);
        uint32_t n = take(r, a, SOURCE_CROSS_SELL, cross.n);
        touch_lines(cross.p, n * sizeof *cross.p, LINES_EARLY);
        most += n;
        most += take(r, a, SOURCE_ALSO_BOUGHT, snapshot_also_bought(snap, a->learned).n);
        most += take(r, a, SOURCE_UPSELL, snapshot_upsells(snap, a->learned).n);
        most += take(r, a, SOURCE_SIMILAR, snapshot_similar(snap, a->learned).n);
    }
    return most;
}

static void set_rates(request *r) {
    const snapshot *snap = r->s->loaded->snap;
    double items = (double)r->s->view.n_slots + 1;
    r->floor = (float)(0.5 / (snap ? items + snap->facts.total_weight : items));
    r->typical = r->floor;
    if (!snap || !snap->n_popular) return;
    uint64_t tenth = snap->n_popular < 20 ? snap->n_popular / 2 : 10;
    r->typical = larger(r->floor, snap->items[snapshot_popular(snap).p[tenth].item].popularity);
}

err_code candidates_gather(request *r) {
    set_rates(r);
    r->capacity = count_most(r);
    uint32_t size = 64;
    while (size < r->capacity * 2) size *= 2;
    r->place_mask = size - 1;
    r->places = arena_new(r->c->arena, uint16_t, size);
    r->candidates = arena_new_raw(r->c->arena, candidate, r->capacity);
    if (!r->places || !r->candidates) return fail(r->c, ERR_NO_MEMORY, "no memory for %u candidates", r->capacity);
    for (size_t i = 0; i < r->n_ban; i++) candidate_of(r, r->ban[i])->banned = true;
    for (uint32_t i = 0; i < r->n_anchors; i++) gather_anchor(r, i);
    gather_shop(r);
    TRY(gather_models(r));
    for (uint32_t i = 0; i < r->n_candidates; i++) {
        close_anchor(&r->candidates[i]);
        r->candidates[i].relevance = sqrtf(r->candidates[i].relevance);
    }
    return ERR_OK;
}

const catalogue_item *showable(const request *r, uint32_t slot) {
    const catalogue_item *it = catalogue_at(&r->s->view, slot);
    return it && it->sellable && filter_passes(&r->filter, it) ? it : NULL;
}

double candidate_probability(const candidate *x) {
    double p = 1 - (1 - (double)x->base) * (double)x->miss;
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

double candidate_confidence(const candidate *x) { return x->evidence > 0 ? (double)(x->sure / x->evidence) : 0; }

const catalogue_item *fill_candidate(const request *r, uint32_t slot) {
    return find_candidate(r, slot) ? NULL : showable(r, slot);
}
