/* Figures first, then each variant by itself, then all of them together; see decide_end.h. */
#include "experiments/decide_end.h"
#include <math.h>
#include "experiments/cuped.h"
#include "experiments/fixed.h"
#include "experiments/sequential.h"

const char *end_verdict_name(end_verdict v) {
    static const char *const names[] = {
#define X(name, word) word,
        END_LIST(X)
#undef X
    };
    return names[v];
}

static const struct { const char *name, *text; } reasons[] = {
#define X(name, word, text) { word, text },
    END_REASON_LIST(X)
#undef X
};
const char *end_reason_name(end_reason r) { return reasons[r].name; }
const char *end_reason_text(end_reason r) { return reasons[r].text; }

enum { MOST_TESTS = 100 };          /* as many as fixed_holm() takes */

/* One question, all of it. */
typedef struct {
    const end_plan *plan;
    const end_metric *metric;
    size_t metrics, arms, variants, primary;
    const moments *sums;
    const double *share;
    double days;
    end_figure *figures;
} trial;

static err_code check_plan(ctx *c, const end_plan *p) {
    if (!(p->alpha > 0 && p->alpha <= 0.5)) return fail(c, ERR_INVALID, "alpha %g; give a number above 0, at most .5", p->alpha);
    if (!(p->tuning >= 1)) return fail(c, ERR_INVALID, "tuning %g; give the visitors of two arms that one expects to need", p->tuning);
    if (!(p->least_days >= 0 && p->most_days >= p->least_days && p->most_days > 0))
        return fail(c, ERR_INVALID, "%g to %g days; the most must be above 0 and not below the least", p->least_days, p->most_days);
    if (!(p->least_visitors >= 2)) return fail(c, ERR_INVALID, "at least %g visitors an arm; give 2 or more", p->least_visitors);
    if (!(p->least_buyers >= 0) || !(p->worth >= 0)) return fail(c, ERR_INVALID, "least buyers and worth must not be below 0");
    return ERR_OK;
}

static err_code check_metrics(ctx *c, trial *t) {
    size_t primaries = 0;
    for (size_t m = 0; m < t->metrics; m++) {
        const end_metric *metric = &t->metric[m];
        if (metric->role == END_PRIMARY) t->primary = m, primaries++;
        if (metric->role == END_GUARD && !(metric->margin > 0))
            return fail(c, ERR_INVALID, "guard metric %zu has the margin %g; give the worsening still allowed, as .02", m, metric->margin);
        for (size_t a = 0; a < t->arms; a++) TRY(moments_check(c, &t->sums[m * t->arms + a]));
    }
    if (primaries != 1) return fail(c, ERR_INVALID, "%zu primary metrics; give exactly one", primaries);
    return ERR_OK;
}

static err_code check(ctx *c, trial *t) {
    TRY(check_plan(c, t->plan));
    if (t->arms < 2 || t->arms > LIMIT_EXPERIMENT_ARMS)
        return fail(c, ERR_INVALID, "%zu arms; give 2 to %d", t->arms, LIMIT_EXPERIMENT_ARMS);
    if (!t->metrics || t->metrics > LIMIT_END_METRICS || t->metrics * t->variants > MOST_TESTS)
        return fail(c, ERR_INVALID, "%zu metrics of %zu variants; give 1 to %d metrics, %d tests at most", t->metrics, t->variants,
                    LIMIT_END_METRICS, MOST_TESTS);
    if (!(t->days >= 0)) return fail(c, ERR_INVALID, "it has run for %g days; give 0 or more", t->days);
    return check_metrics(c, t);
}

/* Lifts of one metric, all variants. */
static void measure_metric(const trial *t, size_t m) {
    const end_metric *metric = &t->metric[m];
    const moments *sums = t->sums + m * t->arms;
    estimate arm[LIMIT_EXPERIMENT_ARMS];
    sequential_plan plan = { t->plan->alpha, t->plan->tuning };
    double level = metric->role == END_PRIMARY ? plan.alpha / (double)t->variants : plan.alpha;
    if (metric->cuped) cuped_estimates(sums, t->arms, metric->kind, arm);
    else
        for (size_t a = 0; a < t->arms; a++) arm[a] = moments_estimate(&sums[a], metric->kind);
    effect_steady(arm, t->arms);
    for (size_t v = 0; v < t->variants; v++) {
        end_figure *f = &t->figures[m * t->variants + v];
        f->lift = sequential_lift(arm[0], arm[v + 1], plan, level, SIDES_TWO);
        f->p_adjusted = f->lift.p;
    }
}

/* Adjusted p values of the primary metric, and of all secondary ones together. */
static void correct(const trial *t) {
    double primary[MOST_TESTS], secondary[MOST_TESTS];
    size_t n = 0;
    for (size_t v = 0; v < t->variants; v++) primary[v] = t->figures[t->primary * t->variants + v].lift.p;
    fixed_holm(primary, t->variants, primary);
    for (size_t v = 0; v < t->variants; v++) t->figures[t->primary * t->variants + v].p_adjusted = primary[v];
    for (size_t i = 0; i < t->metrics * t->variants; i++)
        if (t->metric[i / t->variants].role == END_SECONDARY) secondary[n++] = t->figures[i].lift.p;
    fixed_benjamini_hochberg(secondary, n, secondary);
    n = 0;
    for (size_t i = 0; i < t->metrics * t->variants; i++)
        if (t->metric[i / t->variants].role == END_SECONDARY) t->figures[i].p_adjusted = secondary[n++];
}

/* The interval turned so that upwards is better. */
static effect goodness(const end_metric *m, effect e) {
    return m->less_is_better ? (effect){ e.known, -e.value, -e.high, -e.low, e.se, e.p } : e;
}

typedef enum { GUARD_HOLDS, GUARD_MAY_BREAK, GUARD_BREAKS } guard_state;

/* The worst state of the guards of a variant. */
static guard_state guards_of(const trial *t, size_t v) {
    guard_state worst = GUARD_HOLDS;
    for (size_t m = 0; m < t->metrics; m++) {
        if (t->metric[m].role != END_GUARD) continue;
        effect e = goodness(&t->metric[m], t->figures[m * t->variants + v].lift);
        guard_state s = e.high < -t->metric[m].margin ? GUARD_BREAKS : e.low > -t->metric[m].margin ? GUARD_HOLDS : GUARD_MAY_BREAK;
        if (s > worst) worst = s;
    }
    return worst;
}

static end_reason judge_variant(const trial *t, size_t v) {
    const end_figure *f = &t->figures[t->primary * t->variants + v];
    effect e = goodness(&t->metric[t->primary], f->lift);
    guard_state guards = guards_of(t, v);
    bool clear = f->p_adjusted <= t->plan->alpha;
    if (guards == GUARD_BREAKS) return END_BY_GUARD_BROKEN;
    if (clear && e.value < 0) return END_BY_WORSE;
    if (clear) return guards == GUARD_HOLDS ? END_BY_BETTER : END_BY_GUARD_OPEN;
    return e.low > -t->plan->worth && e.high < t->plan->worth ? END_BY_NO_DIFFERENCE : END_BY_UNDECIDED;
}

/* What each reason makes of a variant. */
static const end_verdict verdict_of[END_REASONS] = {
    [END_BY_BETTER] = END_WON, [END_BY_WORSE] = END_LOST, [END_BY_GUARD_BROKEN] = END_LOST, [END_BY_NO_DIFFERENCE] = END_INCONCLUSIVE,
    [END_BY_OUT_OF_TIME] = END_INCONCLUSIVE, [END_BY_RATIO_MISMATCH] = END_INCONCLUSIVE,
};

/* Arms too small for any interval to be believed. */
static bool too_few(const trial *t, end_reason *ret_reason) {
    for (size_t a = 0; a < t->arms; a++) {
        const moments *m = &t->sums[t->primary * t->arms + a];
        double buyers = m->yy > 0 ? m->y * m->y / m->yy : 0;
        *ret_reason = m->n < t->plan->least_visitors ? END_BY_FEW_VISITORS : END_BY_FEW_BUYERS;
        if (m->n < t->plan->least_visitors || buyers < t->plan->least_buyers) return true;
    }
    return false;
}

/* Among variants that won, the one with the best figure. */
static size_t best_of_winners(const trial *t, const end_answer *a) {
    size_t best = 0;
    double most = -INFINITY;
    for (size_t v = 0; v < t->variants; v++) {
        double value = goodness(&t->metric[t->primary], t->figures[t->primary * t->variants + v].lift).value;
        if (a->variant[v + 1] == END_WON && value > most) most = value, best = v + 1;
    }
    return best;
}

/* All variants together. An end by harm may come before the least number of days, any other end may not. */
static end_reason judge_all(const trial *t, const end_answer *a) {
    size_t by[END_REASONS] = { 0 }, lost = 0;
    for (size_t v = 1; v <= t->variants; v++) by[a->variant_reason[v]]++, lost += a->variant[v] == END_LOST;
    if (lost == t->variants) return by[END_BY_WORSE] ? END_BY_WORSE : END_BY_GUARD_BROKEN;
    if (t->days < t->plan->least_days) return END_BY_TOO_EARLY;
    if (by[END_BY_BETTER]) return END_BY_BETTER;
    if (lost + by[END_BY_NO_DIFFERENCE] == t->variants) return END_BY_NO_DIFFERENCE;
    return by[END_BY_GUARD_OPEN] ? END_BY_GUARD_OPEN : END_BY_UNDECIDED;
}

/* The verdict that goes with the reason; out of time, what still runs is over. */
static void end_with(const trial *t, end_reason reason, end_answer *a) {
    a->reason = reason, a->verdict = verdict_of[reason];
    a->winner = a->verdict == END_WON ? best_of_winners(t, a) : 0;
    if (a->verdict == END_RUNNING && t->days >= t->plan->most_days) {
        a->verdict = END_INCONCLUSIVE;
        if (reason == END_BY_UNDECIDED) a->reason = END_BY_OUT_OF_TIME;
    }
    for (size_t v = 1; v <= t->variants && a->verdict != END_RUNNING; v++)
        if (a->variant[v] == END_RUNNING) a->variant[v] = END_INCONCLUSIVE;
}

static err_code check_ratio(ctx *c, const trial *t, ratio_check *ret) {
    double n[LIMIT_EXPERIMENT_ARMS];
    for (size_t a = 0; a < t->arms; a++) n[a] = t->sums[t->primary * t->arms + a].n;
    return ratio_check_counts(c, n, t->share, t->arms, ret);
}

static void set_variant(end_answer *a, size_t v, end_reason reason) {
    a->variant_reason[v + 1] = reason, a->variant[v + 1] = verdict_of[reason];
}

err_code decide_end(ctx *c, const end_plan *plan, const end_metric *metric, size_t n_metrics, const moments *sums, const double *share,
                    size_t arms, double days, end_answer *ret, end_figure *ret_figures) {
    trial t = { plan, metric, n_metrics, arms, arms - 1, 0, sums, share, days, ret_figures };
    end_answer a = { 0 };
    end_reason few = END_BY_UNDECIDED;
    TRY(check(c, &t));
    TRY(check_ratio(c, &t, &a.ratio));
    for (size_t m = 0; m < n_metrics; m++) measure_metric(&t, m);
    correct(&t);
    bool blind = a.ratio.alarm || too_few(&t, &few);            /* then the same reason goes for every variant */
    if (a.ratio.alarm) few = END_BY_RATIO_MISMATCH;
    for (size_t v = 0; v < t.variants; v++) set_variant(&a, v, blind ? few : judge_variant(&t, v));
    end_with(&t, blind ? few : judge_all(&t, &a), &a);
    *ret = a;
    return ERR_OK;
}
