/* Posteriors of factors, and lists drawn from them. It does NOT read counters and knows no request. */
#include "decide/live.h"
#include <math.h>
#include <string.h>
#include "base/rng.h"

const live_strengths LIVE_STRENGTHS = {
    .click = { [LIVE_SOURCE] = 50, [LIVE_ARM] = 50, [LIVE_ANCHOR] = 30, [LIVE_ITEM] = 15, [LIVE_PAIR] = 20 },
    .purchase = { [LIVE_SOURCE] = 20, [LIVE_ARM] = 20, [LIVE_ANCHOR] = 20, [LIVE_ITEM] = 10, [LIVE_PAIR] = 20 },
};

const live_strengths LIVE_STRENGTHS_LEARNED = {
    .click = { [LIVE_SOURCE] = 1000, [LIVE_ARM] = 50, [LIVE_ANCHOR] = 200, [LIVE_ITEM] = 200, [LIVE_PAIR] = 300 },
    .purchase = { [LIVE_SOURCE] = 200, [LIVE_ARM] = 20, [LIVE_ANCHOR] = 100, [LIVE_ITEM] = 100, [LIVE_PAIR] = 200 },
};

/* ---- belief ---- */
/* The weight of what was seen before the last days, and with it the sums that count. `unit`: clicks an expected one is worth. */
static void weigh(const live_sums *s, double unit, double k, double *ret_seen, double *ret_expected) {
    if (!(s->expected > 0) && !(s->clicks > 0)) {           /* most of a shop's products beside most others */
        *ret_seen = *ret_expected = 0;
        return;
    }
    double late = s->late_expected * unit, before = fmax(0, s->expected - s->late_expected) * unit;
    double clicks = fmax(0, s->clicks - s->late_clicks), foreseen = late * (k + clicks) / (k + before), weight = 1;
    if (foreseen > 0) {
        double off = s->late_clicks - foreseen, z2 = off * off / (foreseen + foreseen * foreseen / (k + clicks));
        if (z2 > 4) weight = exp(-(z2 - 4) / 2);
    }
    *ret_seen = s->late_clicks + weight * clicks;
    *ret_expected = late + weight * before;
}

typedef struct { double mean[LIVE_LEVELS], seen[LIVE_LEVELS]; } chain;

/* What the levels above lead to expect, for one click expected at the placement. Item and anchor do not know of each other. */
static double above(const chain *x, live_level l) {
    double m = 1;
    if (l > LIVE_SOURCE) m *= x->mean[LIVE_SOURCE];
    if (l == LIVE_PAIR) m *= x->mean[LIVE_ANCHOR] * x->mean[LIVE_ITEM];
    return m;
}

static double product_of(const chain *x) {
    double m = 1;
    for (int l = 0; l < LIVE_LEVELS; l++) m *= x->mean[l];
    return m;
}

/* The candidate's own: what it shares with others moves them alike. */
static double own_variance(const chain *x, const double *k) {
    return 1 / (k[LIVE_ITEM] + x->seen[LIVE_ITEM]) + 1 / (k[LIVE_PAIR] + x->seen[LIVE_PAIR]);
}

static double believe_clicks(const live_evidence *e, const double *k, double *ret_factor) {
    chain x;
    double unit = e->all.clicks / e->all.expected;
    for (int l = 0; l < LIVE_LEVELS; l++) {
        double expected;
        weigh(&e->of[l], unit * above(&x, (live_level)l), k[l], &x.seen[l], &expected);
        x.mean[l] = (k[l] + x.seen[l]) / (k[l] + expected);
    }
    *ret_factor = product_of(&x);
    return own_variance(&x, k);
}

static double believe_purchases(const live_evidence *e, const double *k, double *ret_factor) {
    chain x;
    double unit = e->all.purchases / e->all.clicks;
    for (int l = 0; l < LIVE_LEVELS; l++) {
        x.seen[l] = e->of[l].purchases;
        x.mean[l] = (k[l] + x.seen[l]) / (k[l] + e->of[l].clicks * unit * above(&x, (live_level)l));
    }
    *ret_factor = product_of(&x);
    return own_variance(&x, k);
}

live_belief live_believe(const live_evidence *e, const live_strengths *k) {
    double clicks = 1, purchases = 1, variance = 0;
    if (!(e->all.expected > 0)) return (live_belief){ 1, 0 };
    if (!(e->all.clicks > 0)) return (live_belief){ 1, sqrt(1 / k->click[LIVE_ITEM] + 1 / k->click[LIVE_PAIR]) };
    variance += believe_clicks(e, k->click, &clicks);
    if (e->all.purchases > 0) variance += believe_purchases(e, k->purchase, &purchases);
    return (live_belief){ clicks * purchases, sqrt(variance) };
}

/* ---- exploration ---- */
/* Logarithms, so that a draw is one multiplication and one addition. Candidates that no luck brings in are left out. */
typedef struct {
    double middle[LIVE_DRAWN_MOST], spread[LIVE_DRAWN_MOST];
    uint16_t at[LIVE_DRAWN_MOST];
    size_t m;
} drawn_pool;

static const double luck_most = 3;          /* standard deviations */

/* Keep the n largest of what comes, largest first. */
typedef struct { double value[LIVE_SHOWN_MOST]; uint16_t at[LIVE_SHOWN_MOST]; size_t n, most; } largest;
static void keep(largest *l, double value, uint16_t at) {
    if (l->n == l->most && value <= l->value[l->n - 1]) return;
    size_t i = l->n < l->most ? l->n++ : l->n - 1;
    for (; i > 0 && value > l->value[i - 1]; i--) l->value[i] = l->value[i - 1], l->at[i] = l->at[i - 1];
    l->value[i] = value;
    l->at[i] = at;
}

static void draw_from(const live_pool *p, drawn_pool *d) {
    double middle[LIVE_DRAWN_MOST];
    largest sure = { .most = p->n };
    for (size_t i = 0; i < p->m; i++) {
        middle[i] = log(p->score[i]) - p->spread[i] * p->spread[i] / 2;     /* the mean of what is drawn is the score */
        keep(&sure, middle[i] - luck_most * p->spread[i], (uint16_t)i);
    }
    d->m = 0;
    for (size_t i = 0; i < p->m; i++) {
        if (!p->fits && middle[i] + luck_most * p->spread[i] < sure.value[p->n - 1]) continue;
        d->middle[d->m] = middle[i];
        d->spread[d->m] = p->spread[i];
        d->at[d->m++] = (uint16_t)i;
    }
}

/* Nearly normal, from 32 bits: four bytes added up (Irwin and Hall), mean 510, variance 4 (256^2 - 1) / 12; at most 3.45 deviations. */
static double luck_of(uint32_t bits) {
    return ((double)((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24)) - 510) / 147.8005;
}

static void roll(rng *r, const drawn_pool *d, double *ret_value) {
    for (size_t i = 0; i < d->m; i += 2) {
        uint64_t bits = rng_u64(r);
        ret_value[i] = d->middle[i] + d->spread[i] * luck_of((uint32_t)bits);
        if (i + 1 < d->m) ret_value[i + 1] = d->middle[i + 1] + d->spread[i + 1] * luck_of((uint32_t)(bits >> 32));
    }
}

static void take_best(const live_pool *p, live_list *l) {
    l->n = p->n;
    l->explored = false;
    memcpy(l->at, p->best, p->n * sizeof *p->best);
}

/* With quotas: the best that fit. Those of the first few are found in one pass; where they do not do, the best of what is left, one
 * by one. */
static void pick_fitting(const live_pool *p, const drawn_pool *d, double *value, live_list *l) {
    size_t few = p->n + p->n / 2 + 2;
    largest top = { .most = few < LIVE_SHOWN_MOST ? few : LIVE_SHOWN_MOST };
    for (size_t i = 0; i < d->m; i++) keep(&top, value[i], (uint16_t)i);
    for (size_t k = 0; k < top.n && l->n < p->n; k++) {
        value[top.at[k]] = -INFINITY;
        if (p->fits(p->arg, l->at, l->n, d->at[top.at[k]])) l->at[l->n++] = d->at[top.at[k]];
    }
    for (size_t tries = top.n; tries < d->m && l->n < p->n; tries++) {
        size_t best = 0;
        for (size_t i = 1; i < d->m; i++)
            if (value[i] > value[best]) best = i;
        value[best] = -INFINITY;
        if (p->fits(p->arg, l->at, l->n, d->at[best])) l->at[l->n++] = d->at[best];
    }
}

static void pick(const live_pool *p, const drawn_pool *d, double *value, live_list *l) {
    l->n = 0;
    if (p->fits) {
        pick_fitting(p, d, value, l);
        if (l->n < p->n) take_best(p, l);       /* quotas in the way of what was drawn: a list is whole, or not drawn */
        return;
    }
    largest top = { .most = p->n };
    for (size_t i = 0; i < d->m; i++) keep(&top, value[i], d->at[i]);
    l->n = top.n;
    memcpy(l->at, top.at, top.n * sizeof *top.at);
}

size_t live_lot(const live_plan *plan) {
    rng r;
    rng_seed(&r, plan->visitor);
    return rng_unit(&r) < plan->share ? (size_t)rng_below(&r, LIVE_LISTS) : LIVE_LISTS;
}

static void draw_lists(const live_pool *p, uint64_t question, live_list *lists) {
    drawn_pool d;
    double value[LIVE_DRAWN_MOST];
    rng r;
    rng_seed(&r, question);
    draw_from(p, &d);
    for (size_t j = 0; j < LIVE_LISTS; j++) {
        roll(&r, &d, value);
        pick(p, &d, value, &lists[j]);
    }
}

static double chance_of(const live_pool *p, double share, const live_list *lists, size_t k, uint16_t i) {
    double drawn = 0;
    for (size_t j = 0; j < LIVE_LISTS; j++) drawn += k < lists[j].n && lists[j].at[k] == i;
    return (k < p->n && p->best[k] == i ? 1 - share : 0) + share * drawn / LIVE_LISTS;
}

void live_choose(const live_pool *p, const live_plan *plan, live_list *ret_list) {
    live_list lists[LIVE_LISTS];
    if (!p->n || !(plan->share > 0)) {
        take_best(p, ret_list);
        for (size_t k = 0; k < p->n; k++) ret_list->propensity[k] = 1;
        return;
    }
    draw_lists(p, plan->question, lists);
    size_t lot = live_lot(plan);
    if (lot == LIVE_LISTS) {
        take_best(p, ret_list);
    } else {
        *ret_list = lists[lot];
        ret_list->explored = true;
    }
    for (size_t k = 0; k < ret_list->n; k++) ret_list->propensity[k] = chance_of(p, plan->share, lists, k, ret_list->at[k]);
}

double live_propensity(const live_pool *p, const live_plan *plan, size_t k, uint16_t i) {
    live_list lists[LIVE_LISTS];
    if (!p->n || !(plan->share > 0)) return k < p->n && p->best[k] == i;
    draw_lists(p, plan->question, lists);
    return chance_of(p, plan->share, lists, k, i);
}
