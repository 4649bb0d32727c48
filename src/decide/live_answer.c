/* What visitors did since, in one answer: factors on the pool's scores, and for some visitors a list drawn by chance. It does NOT know
 * how beliefs are made (live.c) nor what is counted (events/counters.h). */
#include <string.h>
#include "base/map.h"
#include "decide/live.h"
#include "decide/promises.h"
#include "decide/recommend_int.h"
#include "events/counters.h"

/* ---- factors ---- */
/* So many of the pool are looked up one by one, the best by score and source; the others are as their source is. */
enum { LOOKED_UP = 96 };
typedef struct { uint32_t source; uint64_t seed, promised; live_evidence e; live_belief b; bool known; } source_belief;
typedef struct {
    counters_view v;
    uint32_t placement, anchor;
    live_sums all;
    source_belief sources[SOURCE_COUNT];
    const move_base *last_night;
    double points;                  /* of probability that a day may move */
    str place, looked_at;
    promises now;
    const live_strengths *strengths;
} learned_place;

static live_sums sums_from(const counter_sums *x) {
    return (live_sums){ .expected = x->expected, .clicks = x->clicks, .purchases = x->purchases, .late_expected = x->late_expected,
                        .late_clicks = x->late_clicks };
}

static live_sums sums_at(const learned_place *l, uint64_t promised, uint32_t source, uint32_t looked_at) {
    counter_sums x = counters_at(&l->v, (const uint32_t[5]){ l->placement, source, looked_at, COUNTER_ANY, COUNTER_ANY });
    live_sums s = sums_from(&x);
    (void)promises_correct(&l->now, promise_key(promised, looked_at ? l->looked_at : (str){ 0 }, (str){ 0 }), &s);
    return s;
}

/* Once a source and request. */
static const source_belief *source_of(learned_place *l, decide_source s) {
    source_belief *x = &l->sources[s];
    if (x->known) return x;
    x->known = true;
    x->source = counters_name(&l->v, str_of(decide_source_name(s)));
    x->promised = promise_seed(l->place, str_of(decide_source_name(s)));
    x->e = (live_evidence){ .all = l->all, .of = { [LIVE_SOURCE] = sums_at(l, x->promised, x->source, COUNTER_ANY) } };
    if (l->anchor) x->e.of[LIVE_ANCHOR] = sums_at(l, x->promised, x->source, l->anchor);
    x->b = live_believe(&x->e, l->strengths);
    x->seed = moves_seed(l->place, str_of(decide_source_name(s)));
    return x;
}

static void weigh_sources(learned_place *l, pool *h) {
    for (size_t i = 0; i < h->n; i++) {
        const source_belief *s = source_of(l, (decide_source)h->p[i]->source);
        h->p[i]->score *= s->b.factor;
        h->p[i]->spread = (float)s->b.spread;
    }
}

/* The model's own, before any factor and whatever the goal. */
static double plain_probability(const candidate *x) { return x->ranked >= 0 ? (double)x->ranked : candidate_probability(x); }

static void weigh(const learned_place *l, const source_belief *s, const counter_ask *a, candidate *x) {
    live_evidence e = s->e;
    if (!(a->of_item.expected > 0)) return;                 /* nobody saw it: as its source */
    e.of[LIVE_ITEM] = sums_from(&a->of_item);
    e.of[LIVE_PAIR] = sums_from(&a->of_pair);
    str item = x->item->product_id;
    bool learned = promises_correct(&l->now, promise_key(s->promised, (str){ 0 }, item), &e.of[LIVE_ITEM]);
    if (l->anchor) (void)promises_correct(&l->now, promise_key(s->promised, l->looked_at, item), &e.of[LIVE_PAIR]);
    live_belief b = live_believe(&e, l->strengths);
    /* What last night's factor said is in the probability once a ranker has learned from it. */
    double before = learned ? 1 : moves_factor(l->last_night, s->seed, l->looked_at, item);
    b.factor = moves_guard(plain_probability(x), b.factor, before, l->points);
    x->score *= b.factor / s->b.factor;
    x->spread = (float)b.spread;
}

static void weigh_items(learned_place *l, pool *h) {
    counter_ask asked[LOOKED_UP];
    size_t n = h->n < LOOKED_UP ? h->n : LOOKED_UP;
    for (size_t i = 0; i < n; i++) __builtin_prefetch(&h->p[i]->item->product_id);
    for (size_t i = 0; i < n; i++) __builtin_prefetch(h->p[i]->item->product_id.p);
    for (size_t i = 0; i < n; i++)
        asked[i] = (counter_ask){ .source = source_of(l, (decide_source)h->p[i]->source)->source, .item = h->p[i]->item->product_id };
    counters_ask_items(&l->v, l->placement, l->anchor, asked, n);
    for (size_t i = 0; i < n; i++) weigh(l, source_of(l, (decide_source)h->p[i]->source), &asked[i], h->p[i]);
}

bool live_weigh(request *r, pool *h) {
    learned_place l = { .anchor = COUNTER_ANY, .last_night = &r->s->terms->moves, .points = r->s->loaded->settings.move_points / 100.0,
                        .place = str_of(r->place->name), .looked_at = r->product ? r->product->product_id : (str){ 0 } };
    if (!r->s->counters || !counters_begin(r->s->counters, r->s->loaded->store_id, r->now_ms, &l.v)) return false;
    l.placement = counters_name(&l.v, str_of(r->place->name));
    l.now = promises_at(r->s->loaded->snap, r->now_ms);
    l.strengths = r->by_outcomes ? &LIVE_STRENGTHS_LEARNED : &LIVE_STRENGTHS;
    if (l.placement != COUNTER_UNKNOWN) l.all = sums_at(&l, promise_seed(l.place, (str){ 0 }), COUNTER_ANY, COUNTER_ANY);
    if (r->product) l.anchor = counters_name(&l.v, r->product->product_id);
    bool seen = l.all.expected > 0;
    if (seen) {
        weigh_sources(&l, h);
        sort_by_score(h->p, h->n);
        weigh_items(&l, h);
    }
    counters_end(&l.v);
    return seen;
}

/* ---- chance ---- */
/* Those who ask the same where and when are offered the same lists; chance is the same for a visitor a minute long. What may not be shown
 * is part of the question: lists of one page are drawn apart, so the chance of each holds whatever the one before it drew. */
live_plan live_plan_of(request *r) {
    live_plan plan = { .share = r->s->loaded->settings.explore_percent / 100.0 };
    const slate_rules *s = &r->slate;
    str who = r->q->visitor_id.n ? r->q->visitor_id : r->q->customer_id;
    if (r->q->preview || s->explore_slots || !r->s->counters) plan.share = 0;
    plan.question = hash_bytes(r->place->name, strlen(r->place->name), (uint64_t)(r->now_ms / MS_PER_MINUTE));
    plan.question = hash_bytes(&r->q->source, sizeof r->q->source, plan.question);
    plan.question = hash_bytes(r->ban, r->n_ban * sizeof *r->ban, plan.question);
    for (size_t i = 0; i < r->n_anchors; i++) plan.question = hash_bytes(&r->anchors[i].slot, sizeof r->anchors[i].slot, plan.question);
    plan.visitor = who.n ? hash_bytes(who.p, who.n, plan.question) : plan.share > 0 ? rng_u64(&r->c->random) : 0;
    return plan;
}

/* Quotas, and room for newcomers. */
typedef struct { const request *r; const pool *h; size_t newcomers; } drawing;

static bool may_join(void *arg, const uint16_t *taken, size_t n_taken, uint16_t next) {
    const drawing *d = arg;
    const catalogue_item *it = d->h->p[next]->item;
    const slate_rules *rules = &d->r->slate;
    size_t alike = 1, kin = 1, newcomers = candidate_is_new(d->r, d->h->p[next]);
    for (size_t i = 0; i < n_taken; i++) {
        const catalogue_item *other = d->h->p[taken[i]]->item;
        alike += it->brand && other->brand == it->brand;
        kin += it->main_category && other->main_category == it->main_category;
        newcomers += candidate_is_new(d->r, d->h->p[taken[i]]);
    }
    if (rules->max_per_brand && alike > rules->max_per_brand) return false;
    if (rules->max_per_category && kin > rules->max_per_category) return false;
    return newcomers + (d->r->n - n_taken - 1) >= d->newcomers;         /* the rest could still bring enough */
}

static bool has_quotas(const slate_rules *s) { return s->max_per_brand || s->max_per_category || s->new_slots; }

/* Places of the chosen in the pool, and how much of the pool the lists are drawn from. */
static size_t find_places(const pool *h, const choice *chosen, size_t least, uint16_t *ret_places) {
    size_t m = h->n < least ? h->n : least;
    for (size_t k = 0; k < chosen->n; k++) {
        size_t i = 0;
        while (h->p[i] != chosen->p[k]) i++;
        ret_places[k] = (uint16_t)i;
        if (i >= m) m = i + 1;
    }
    return m;
}

static void take_list(const pool *h, const live_list *l, choice *chosen) {
    for (size_t k = 0; k < l->n; k++) {
        candidate *x = h->p[l->at[k]];
        chosen->drawn[k] = l->explored && x != chosen->p[k];
        chosen->p[k] = x;
        chosen->propensity[k] = l->propensity[k];
    }
}

void live_draw(const request *r, const pool *h, choice *chosen) {
    enum { DRAWN_FROM = 64 };           /* the best of the pool: beyond, no luck brings a candidate in */
    double score[POOL_MOST], spread[POOL_MOST];
    uint16_t best[LIMIT_RECOMMEND_N];
    live_list l;
    drawing d = { .r = r, .h = h };
    if (!(r->plan.share > 0) || !chosen->n) return;
    live_pool p = { .score = score, .spread = spread, .best = best, .n = chosen->n };
    p.m = find_places(h, chosen, DRAWN_FROM, best);
    for (size_t i = 0; i < p.m; i++) score[i] = h->p[i]->score, spread[i] = (double)h->p[i]->spread;
    for (size_t k = 0; k < chosen->n && d.newcomers < r->slate.new_slots; k++) d.newcomers += candidate_is_new(r, chosen->p[k]);
    if (has_quotas(&r->slate)) p.fits = may_join, p.arg = &d;
    live_choose(&p, &r->plan, &l);
    take_list(h, &l, chosen);
}
