/* Looks at days, mixes and products in turn. */
#include "insights/findings.h"
#include "experiments/fixed.h"
#include "insights/series.h"
#include <math.h>

enum { LEAST_SEEN = 50, LEAST_CLICKS = 5, KINDS_MOST = 64 };
static const double TREND_LEAST = 0.03, DRIFT_LEAST_PSI = 0.1;      /* smaller ones are sure in large shops, and nobody cares */

typedef struct { const insight_facts *x; finding *found; size_t n; } search;

static void add(search *s, const finding *f) {
    if (s->n < LIMIT_FINDINGS) s->found[s->n++] = *f;
}

/* ---- days ---- */

static const struct { const char *name; size_t at; bool counts; } metrics[] = {
    { "revenue", offsetof(insight_figures, revenue), false }, { "orders", offsetof(insight_figures, orders), true },
    { "clicks", offsetof(insight_figures, clicks), true },    { "impressions", offsetof(insight_figures, impressions), true },
    { "visitors", offsetof(insight_figures, visitors), true },
};

static void series_of(const insight_facts *x, size_t metric, double *ret) {
    for (size_t i = 0; i < x->n_days; i++) ret[i] = *(const double *)((const char *)&x->days[i] + metrics[metric].at);
}

static void look_at_newest(search *s, size_t metric, const double *y) {
    const insight_facts *x = s->x;
    series_verdict v;
    if (!series_judge(y, x->n_days, x->first_day, metrics[metric].counts, &v) || !v.unusual) return;
    bool unseen = str_eq(str_of(metrics[metric].name), STR("impressions")) && !(y[x->n_days - 1] > 0);
    add(s, &(finding){ .kind = unseen ? FINDING_NOT_SEEN : FINDING_UNUSUAL, .metric = str_of(metrics[metric].name),
                       .value = y[x->n_days - 1],
                       .usual = v.usual, .low = v.low, .high = v.high });
}

static void look_at_trend(search *s, size_t metric, const double *y) {
    const insight_facts *x = s->x;
    series_trend t;
    if (!series_trend_of(y, x->n_days, x->first_day, &t)) return;
    if (t.p * COUNT(metrics) > FINDING_P || fabs(t.weekly - 1) < TREND_LEAST) return;
    add(s, &(finding){ .kind = FINDING_TREND, .metric = str_of(metrics[metric].name), .value = t.weekly - 1, .p = t.p });
}

static err_code look_at_days(ctx *c, search *s, void (*look)(search *, size_t, const double *)) {
    double *y = arena_new(c->arena, double, s->x->n_days);
    if (!y) return fail(c, ERR_NO_MEMORY, "judge %zu days", s->x->n_days);
    for (size_t m = 0; m < COUNT(metrics); m++) {
        series_of(s->x, m, y);
        look(s, m, y);
    }
    return ERR_OK;
}

/* ---- mixes ---- */

static void look_at_mix(search *s, const char *what, const insight_part *p, size_t n) {
    double before[KINDS_MOST], now[KINDS_MOST];
    series_drift d;
    if (n > KINDS_MOST) n = KINDS_MOST;
    for (size_t i = 0; i < n; i++) before[i] = p[i].clicks_before, now[i] = p[i].clicks;
    if (n < 2 || !series_drift_of(before, now, n, &d) || d.psi < DRIFT_LEAST_PSI || d.p * 2 > FINDING_P) return;
    add(s, &(finding){ .kind = FINDING_DRIFT, .metric = str_of(what), .value = d.psi, .p = d.p });
}

/* ---- products at a placement ---- */

static bool enough(const insight_part *p) { return p->product.n && p->impressions >= LEAST_SEEN; }
static double rate(double hits, double n) { return n > 0 ? hits / n : 0; }

typedef struct { double impressions, clicks; size_t shown; } place_sums;

static place_sums sums_of(const insight_facts *x, str place) {
    place_sums all = { 0 };
    for (size_t i = 0; i < x->n_products; i++)
        if (str_eq(x->products[i].place, place))
            all.impressions += x->products[i].impressions, all.clicks += x->products[i].clicks, all.shown += enough(&x->products[i]);
    return all;
}

/* Chance that this one is like the others there; 1 when it is not better (better true), or not worse. */
static double against_others(const insight_part *p, const place_sums *all, bool better) {
    double hits = all->clicks - p->clicks, n = all->impressions - p->impressions;
    if (n < LEAST_SEEN || (rate(p->clicks, p->impressions) > rate(hits, n)) != better) return 1;
    effect e = fixed_shares(hits, n, p->clicks, p->impressions, .05);
    return e.known ? e.p * (double)all->shown : 1;
}

/* The product surest to be better (or worse) than the others at the place; NULL: none is sure. */
static const insight_part *surest(const insight_facts *x, str place, const place_sums *all, bool better, double *ret_p) {
    const insight_part *best = NULL;
    *ret_p = FINDING_P;
    for (size_t i = 0; i < x->n_products; i++) {
        const insight_part *p = &x->products[i];
        if (!str_eq(p->place, place) || !enough(p) || (better && p->clicks < LEAST_CLICKS)) continue;
        double chance = against_others(p, all, better);
        if (chance < *ret_p) best = p, *ret_p = chance;
    }
    return best;
}

/* Of those surely clicked less than `best`, the one seen most. */
static const insight_part *outdone_by(const insight_facts *x, const insight_part *best, const place_sums *all, double *p) {
    const insight_part *other = NULL;
    for (size_t i = 0; i < x->n_products; i++) {
        const insight_part *o = &x->products[i];
        if (o == best || !str_eq(o->place, best->place) || !enough(o) || (other && o->impressions <= other->impressions)) continue;
        effect e = fixed_shares(o->clicks, o->impressions, best->clicks, best->impressions, .05);
        if (e.known && e.value > 0 && e.p * (double)all->shown <= FINDING_P) other = o, *p = e.p * (double)all->shown;
    }
    return other;
}

static void look_at_products(search *s, str place) {
    place_sums all = sums_of(s->x, place);
    double p;
    const insight_part *best = surest(s->x, place, &all, true, &p), *other = best ? outdone_by(s->x, best, &all, &p) : NULL;
    if (other)
        add(s, &(finding){ .kind = FINDING_PREFERRED, .place = place, .subject = best->product, .other = other->product,
                           .value = rate(best->clicks, best->impressions), .usual = rate(other->clicks, other->impressions), .p = p });
    const insight_part *worst = surest(s->x, place, &all, false, &p);
    if (worst)
        add(s, &(finding){ .kind = FINDING_IGNORED, .place = place, .subject = worst->product,
                           .value = rate(worst->clicks, worst->impressions),
                           .usual = rate(all.clicks - worst->clicks, all.impressions - worst->impressions),
                           .low = worst->impressions, .p = p });
}

/* The two placements of which it is surest that suggestions are bought more often in one. */
static void look_at_places(search *s) {
    const insight_part *p = s->x->placements, *most = NULL, *least = NULL;
    double n = (double)s->x->n_placements, pairs = n * (n - 1) / 2, chance = FINDING_P;
    for (size_t i = 0; i < s->x->n_placements; i++)
        for (size_t k = 0; k < s->x->n_placements; k++) {
            if (p[i].impressions < LEAST_SEEN || p[k].impressions < LEAST_SEEN || p[i].lines < LEAST_CLICKS) continue;
            effect e = fixed_shares(p[k].lines, p[k].impressions, p[i].lines, p[i].impressions, .05);
            if (e.known && e.value > 0 && e.p * pairs < chance) chance = e.p * pairs, most = &p[i], least = &p[k];
        }
    if (!most) return;
    add(s, &(finding){ .kind = FINDING_PLACE, .place = most->place, .other = least->place,
                       .value = 1000 * rate(most->lines, most->impressions),
                       .usual = 1000 * rate(least->lines, least->impressions), .p = chance });
}

err_code findings_make(ctx *c, const insight_facts *x, finding **ret_findings, size_t *ret_n) {
    search s = { x, arena_new(c->arena, finding, LIMIT_FINDINGS), 0 };
    if (!s.found) return fail(c, ERR_NO_MEMORY, "look for findings");
    if (x->n_days) TRY(look_at_days(c, &s, look_at_newest));
    look_at_places(&s);
    for (size_t i = 0; i < x->n_placements && i < KINDS_MOST; i++) look_at_products(&s, x->placements[i].place);
    look_at_mix(&s, "source", x->sources, x->n_sources);
    look_at_mix(&s, "placement", x->placements, x->n_placements);
    if (x->n_days) TRY(look_at_days(c, &s, look_at_trend));
    *ret_findings = s.found;
    *ret_n = s.n;
    return ERR_OK;
}
