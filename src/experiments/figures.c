/* Figures of an experiment; see figures.h. */
#include "experiments/figures.h"
#include <math.h>
#include "experiments/bayes.h"

enum { PRIOR_UNITS = 100 };             /* imaginary visitors that draw the arms towards each other; see bandit.h */

void experiment_sums_add(experiment_sums *s, size_t arm, const visitor_doings *v) {
    for (size_t m = 0; m < METRICS; m++) moments_add(&s->of[m][arm], metric_of_visitor((metric_id)m, v));
}

static end_metric metric_of_plan(const experiment_plan *p, metric_id m) {
    return (end_metric){
        .role = m == p->metric ? END_PRIMARY : p->guard[m] ? END_GUARD : END_SECONDARY, .kind = all_metrics[m].kind,
        .cuped = p->cuped && all_metrics[m].cuped, .margin = p->guard_margin,
    };
}

/* What is believed of each arm's figure in the deciding metric. False when nothing varies yet. */
static err_code believe(ctx *c, const experiment_plan *p, const experiment_sums *s, posterior *ret, bool *ret_known) {
    const moments *arm = s->of[p->metric];
    metric_kind kind = all_metrics[p->metric].kind;
    if (kind != METRIC_KIND_RATIO) TRY(bandit_posteriors(c, arm, s->arms, kind, PRIOR_UNITS, ret));
    else
        for (size_t a = 0; a < s->arms; a++) ret[a] = bayes_mean(moments_estimate(&arm[a], kind), 0, INFINITY);
    *ret_known = true;
    for (size_t a = 0; a < s->arms; a++) *ret_known = *ret_known && (ret[a].kind == POSTERIOR_BETA || ret[a].b > 0);
    return ERR_OK;
}

static err_code weigh_arms(ctx *c, const experiment_plan *p, const experiment_sums *s, experiment_figures *f) {
    posterior belief[LIMIT_VARIANTS];
    double n[LIMIT_VARIANTS];
    bool known = false;
    TRY(believe(c, p, s, belief, &known));
    for (size_t a = 0; a < s->arms; a++) n[a] = s->of[p->metric][a].n, f->chance[a] = 1 / (double)s->arms;
    if (!known) return ERR_OK;
    TRY(best_of(c, belief, s->arms, f->chance, f->loss));
    return p->is_bandit ? bandit_shares(c, belief, n, s->arms, p->bandit, f->share) : ERR_OK;
}

err_code experiment_figures_of(ctx *c, const experiment_plan *plan, const experiment_sums *s, const double *share, double days,
                               experiment_figures *ret_figures) {
    experiment_figures f = { 0 };
    end_metric metric[METRICS];
    moments sums[METRICS * LIMIT_VARIANTS];
    end_figure figures[METRICS * LIMIT_VARIANTS];
    double expected[LIMIT_VARIANTS];
    for (size_t m = 0; m < METRICS; m++) {
        metric[m] = metric_of_plan(plan, (metric_id)m);
        for (size_t a = 0; a < s->arms; a++) sums[m * s->arms + a] = s->of[m][a];
    }
    for (size_t a = 0; a < s->arms; a++) {
        f.share[a] = expected[a] = share[a];
        if (plan->is_bandit) expected[a] = s->of[plan->metric][a].n + 1;
    }
    TRY(decide_end(c, &plan->end, metric, METRICS, sums, expected, s->arms, days, &f.end, figures));
    for (size_t m = 0; m < METRICS; m++)
        for (size_t a = 0; a < s->arms; a++) {
            f.value[m][a] = moments_estimate(&s->of[m][a], all_metrics[m].kind);
            f.figure[m][a] = a ? figures[m * (s->arms - 1) + a - 1] : (end_figure){ .lift = effect_unknown(), .p_adjusted = 1 };
        }
    TRY(weigh_arms(c, plan, s, &f));
    *ret_figures = f;
    return ERR_OK;
}

/* ---- JSON ---- */
static void write_lift(json_out *w, const end_figure *g) {
    jw_key(w, "lift");
    jw_double(w, g->lift.value);
    jw_key(w, "low");
    jw_double(w, g->lift.low);
    jw_key(w, "high");
    jw_double(w, g->lift.high);
    jw_key(w, "p");
    jw_double(w, g->p_adjusted);
}

static double unit_of(size_t m, int digits) { return all_metrics[m].is_money ? pow(10, -digits) : 1; }

static void write_metric(json_out *w, const experiment_figures *f, size_t m, size_t a, int digits) {
    jw_key(w, all_metrics[m].word);
    jw_object(w);
    jw_key(w, "value");
    jw_double(w, f->value[m][a].value * unit_of(m, digits));
    jw_key(w, "error");
    jw_double(w, sqrt(estimate_error2(f->value[m][a])) * unit_of(m, digits));
    if (a && f->figure[m][a].lift.known) write_lift(w, &f->figure[m][a]);
    jw_end_object(w);
}

/* `metric` decides: the expected loss is in its unit. */
static void write_arm(json_out *w, const experiment_sums *s, const experiment_figures *f, metric_id metric, str key, size_t a, int digits) {
    jw_object(w);
    jw_member_str(w, "key", key);
    jw_key(w, "share");
    jw_double(w, f->share[a]);
    jw_key(w, "visitors");
    jw_double(w, s->of[METRIC_REVENUE][a].n);
    jw_key(w, "orders");
    jw_double(w, s->of[METRIC_ORDER_VALUE][a].d);
    jw_key(w, "chance");
    jw_double(w, f->chance[a]);
    jw_key(w, "expected_loss");
    jw_double(w, f->loss[a] * unit_of(metric, digits));
    if (a) {
        jw_member_text(w, "verdict", end_verdict_name(f->end.variant[a]));
        jw_member_text(w, "reason", end_reason_name(f->end.variant_reason[a]));
    }
    jw_key(w, "metrics");
    jw_object(w);
    for (size_t m = 0; m < METRICS; m++) write_metric(w, f, m, a, digits);
    jw_end_object(w);
    jw_end_object(w);
}

void experiment_figures_write(json_out *w, const experiment_plan *plan, const experiment_sums *s, const experiment_figures *f,
                              const str *keys, double days, int digits) {
    jw_object(w);
    jw_member_text(w, "verdict", end_verdict_name(f->end.verdict));
    jw_member_text(w, "reason", end_reason_name(f->end.reason));
    jw_member_text(w, "why", end_reason_text(f->end.reason));
    jw_member_text(w, "metric", all_metrics[plan->metric].word);
    jw_member_fixed(w, "days", days, 2);
    jw_key(w, "alpha");
    jw_double(w, plan->end.alpha);
    jw_key(w, "mixed");
    jw_double(w, s->mixed);
    jw_key(w, "ratio_p");
    jw_double(w, f->end.ratio.p);
    jw_member_bool(w, "ratio_alarm", f->end.ratio.alarm);
    jw_key(w, "arms");
    jw_array(w);
    for (size_t a = 0; a < s->arms; a++) write_arm(w, s, f, plan->metric, keys[a], a, digits);
    jw_end_array(w);
    jw_end_object(w);
}
