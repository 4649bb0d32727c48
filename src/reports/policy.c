/* Chances of a policy from those of the log, place by place; see policy.h. */
#include "reports/policy.h"
#include <math.h>
#include "base/limits.h"
#include "schema/currency.h"

/* ---- chances ---- */
/* Where something was left to chance: sums of how much likelier the policy is, over what stood in a place. */
typedef struct {
    double n, fits, times;          /* fits: how often something stood that it would show */
    double factor, low, high, weighs;   /* makes weights add up to n: between low and high; what they add up to at `factor` */
    double weights, model;
} place_sums;
enum { FACTOR_ROUNDS = 40 };        /* halvings */

typedef struct {
    ctx *c;
    const policy_log *log;
    const policy_row *row;
    int source;
    place_sums *cells, *wides;
    double scale;                   /* of the model to the reward */
    logged_decision *decisions;
    uint64_t *units;
    policy_estimate out;
    size_t rewarded;
} judging;

static double times_of(const judging *j, const shown_item *x) { return j->row->times(x, j->source); }
static bool is_by_chance(const shown_item *x) { return x->propensity < 1; }

static void add_place(place_sums *p, double times) { p->n++, p->fits += times > 0, p->times += times; }

/* A policy shows something with chance 1 at most. */
static double cut(double weight, double propensity) { return fmin(weight, 1 / propensity); }

/* A product's own page once it is known well enough. */
static place_sums *place_of(const judging *j, const shown_item *x) {
    return j->cells[x->cell].n >= POLICY_CELL_LEAST ? &j->cells[x->cell] : &j->wides[x->wide];
}

/* What makes the policy's chances of a place add up to 1. 0: it has nothing to show, or that came so seldom that a few would speak for
 * all. What stood there surely leaves no choice. */
static double factor_of(const judging *j, const shown_item *x) {
    if (!is_by_chance(x)) return times_of(j, x);
    const place_sums *p = place_of(j, x);
    return j->row->adds_up || p->fits >= POLICY_PLACE_LEAST ? p->factor : 0;
}

/* Chance of the policy over the logged one; false: it has nothing to show there. */
static bool weight_of(const judging *j, const shown_item *x, double *ret_weight) {
    double times = times_of(j, x), factor = factor_of(j, x);
    *ret_weight = factor > 0 ? j->row->adds_up ? times : cut(times / factor, x->propensity) : 1;
    return factor > 0 || j->row->else_logged;
}

static void sum_places(judging *j) {
    for (size_t i = 0; i < j->log->n; i++) {
        const shown_item *x = &j->log->p[i];
        if (!is_by_chance(x)) continue;
        add_place(&j->cells[x->cell], times_of(j, x));
        add_place(&j->wides[x->wide], times_of(j, x));
    }
}

/* ---- factors ---- */
static void begin_factor(place_sums *p) { p->factor = p->high = p->n > 0 ? p->times / p->n : 0; }

static void weigh(place_sums *p, double times, double propensity) {
    if (times > 0 && p->factor > 0) p->weighs += cut(times / p->factor, propensity);
}

/* A smaller factor weighs more. Where the most is too little still, some answers had nothing that fits: all weigh what they may. */
static void halve(place_sums *p) {
    if (p->weighs >= p->n * (1 - 1e-12)) p->low = p->factor;
    else p->high = p->factor;
    p->factor = p->low < p->high ? (p->low + p->high) / 2 : p->low;
    p->weighs = 0;
}

/* The mean of `times` over what chance brought to a place, as long as nobody would have to be shown anything with a chance above 1. Who
 * would was shown it often already: he weighs what he may and the others more, until the weights of a place add up to their number. */
static void find_factors(judging *j) {
    for (size_t i = 0; i < j->log->cells; i++) begin_factor(&j->cells[i]);
    for (size_t i = 0; i < j->log->wides; i++) begin_factor(&j->wides[i]);
    for (int round = 0; round < FACTOR_ROUNDS && !j->row->adds_up; round++) {
        for (size_t i = 0; i < j->log->n; i++) {
            const shown_item *x = &j->log->p[i];
            if (!is_by_chance(x)) continue;
            weigh(&j->cells[x->cell], times_of(j, x), x->propensity);
            weigh(&j->wides[x->wide], times_of(j, x), x->propensity);
        }
        for (size_t i = 0; i < j->log->cells; i++) halve(&j->cells[i]);
        for (size_t i = 0; i < j->log->wides; i++) halve(&j->wides[i]);
    }
}

/* ---- the model ---- */
/* The answers' own expectation, in units of the reward. */
static double scale_of(const policy_log *log) {
    double rewards = 0, model = 0;
    for (size_t i = 0; i < log->n; i++) rewards += log->p[i].reward, model += log->p[i].model;
    return model > 0 ? rewards / model : 0;
}

/* Its mean under the policy, place by place. */
static void sum_model(judging *j) {
    for (size_t i = 0; i < j->log->n; i++) {
        const shown_item *x = &j->log->p[i];
        double w = 0;
        if (!is_by_chance(x) || !weight_of(j, x, &w)) continue;
        place_sums *p = place_of(j, x);
        p->weights += w;
        p->model += w * x->model * j->scale;
    }
}

static double model_of(const judging *j, const shown_item *x) {
    const place_sums *p = is_by_chance(x) ? place_of(j, x) : NULL;
    return p && p->weights > 0 ? p->model / p->weights : x->model * j->scale;
}

/* ---- decisions ---- */
static void decide_all(judging *j) {
    for (size_t i = 0; i < j->log->n; i++) {
        const shown_item *x = &j->log->p[i];
        double w = 0;
        if (!weight_of(j, x, &w)) continue;
        j->decisions[j->out.judged] = (logged_decision){
            .reward = x->reward, .logged_chance = 1 / fmax(w, 1), .new_chance = fmin(w, 1),     /* only their ratio counts */
            .model_action = x->model * j->scale, .model_policy = model_of(j, x),
        };
        j->units[j->out.judged++] = x->unit;
        j->out.by_chance += is_by_chance(x) && fabs(w - 1) > 1e-9;
        j->rewarded += x->reward > 0 && w > 0;
    }
}

static err_code make(judging *j) {
    size_t n = j->log->n;
    j->cells = arena_new(j->c->arena, place_sums, j->log->cells + 1);
    j->wides = arena_new(j->c->arena, place_sums, j->log->wides + 1);
    j->decisions = arena_new(j->c->arena, logged_decision, n + 1);
    j->units = arena_new(j->c->arena, uint64_t, n + 1);
    if (!j->cells || !j->wides || !j->decisions || !j->units) return fail(j->c, ERR_NO_MEMORY, "judge a policy by %zu suggestions", n);
    j->scale = scale_of(j->log);
    sum_places(j);
    find_factors(j);
    sum_model(j);
    decide_all(j);
    return ERR_OK;
}

/* ---- refusing ---- */
static err_code unknown_source(ctx *c, const policy_log *log, str source) {
    buf known;
    buf_init_in(&known, c->arena, KIB);
    for (size_t i = 0; i < log->n_sources; i++) buf_printf(&known, "%s%.*s", i ? ", " : "", STR_ARG(log->sources[i]));
    return fail_field(c, ERR_INVALID, "policy", "nothing of the source '%.*s' was shown in these days; there was: %.*s",
                      STR_ARG(str_clip(source, 40)), STR_ARG(buf_view(&known)));
}

static err_code check(judging *j) {
    ctx *c = j->c;
    bool same = j->row->times == policy_rows[0].times;
    if (!same && !j->out.by_chance)
        return fail_field(c, ERR_INVALID, "policy", "where this policy differs from what was shown, nothing was left to chance in these "
                          "days, or what it would show came up fewer than %d times in any place: nobody knows what would have followed. "
                          "Set explore_percent above 0, or ask for more days", POLICY_PLACE_LEAST);
    if (j->rewarded < POLICY_LEAST_REWARDED)
        return fail_field(c, ERR_INVALID, "metric", "only %zu suggestions that this policy would show were followed by that, and it "
                          "takes %d: ask for more days, or for clicks", j->rewarded, POLICY_LEAST_REWARDED);
    return ERR_OK;
}

static err_code find_source(judging *j, str source) {
    j->source = AIM_NONE;
    for (size_t i = 0; i < j->log->n_sources; i++)
        if (str_eq(j->log->sources[i], source)) j->source = (int)i;
    return source.n && j->source == AIM_NONE ? unknown_source(j->c, j->log, source) : ERR_OK;
}

static err_code judge(judging *j, str source) {
    ctx *c = j->c;
    if (!j->log->n) return fail_field(c, ERR_INVALID, "from", "no suggestion was shown in these days");
    TRY(find_source(j, source));
    TRY(make(j));
    TRY(check(j));
    j->out.clip = fmax(10, sqrt((double)j->out.judged));
    return off_policy_judge(c, j->decisions, j->units, j->out.judged, j->out.clip, .05, &j->out.v);
}

err_code policy_judge(ctx *c, const policy_log *log, const policy_row *row, str source, policy_estimate *ret) {
    judging j = { .c = c, .log = log, .row = row, .out.shown = log->n };
    arena_mark before = arena_save(c->arena);
    err_code e = judge(&j, source);
    arena_restore(c->arena, before);
    if (!e) *ret = j.out;
    return e;
}

/* ---- asking ---- */
static err_code unknown_policy(ctx *c, str name) {
    buf known;
    buf_init_in(&known, c->arena, KIB);
    for (size_t i = 0; i < n_policy_rows; i++)
        buf_printf(&known, "%s%s%s", i ? ", " : "", policy_rows[i].name, str_ends(str_of(policy_rows[i].name), STR(":")) ? "NAME" : "");
    return fail_field(c, ERR_INVALID, "policy", "there is no policy '%.*s'; there is: %.*s", STR_ARG(str_clip(name, 40)),
                      STR_ARG(buf_view(&known)));
}

static err_code find_metric(ctx *c, str word, policy_metric *ret_metric) {
    for (int i = 0; i < POLICY_METRICS; i++) {
        if (!str_eq(word, str_of(policy_metric_words[i]))) continue;
        *ret_metric = (policy_metric)i;
        return ERR_OK;
    }
    return fail_field(c, ERR_INVALID, "metric", "a policy is judged by click, purchase or revenue, not by '%.*s'",
                      STR_ARG(str_clip(word, 40)));
}

err_code policy_read(ctx *c, db *d, const store *s, const policy_request *q, policy_answer *ret) {
    policy_answer a = { .policy = q->policy.n ? q->policy : STR("no_exploration") };
    str source;
    policy_log log;
    const policy_row *row = policy_find(a.policy, &source);
    if (!row) return unknown_policy(c, a.policy);
    TRY(find_metric(c, q->metric.n ? q->metric : STR("click"), &a.metric));
    TRY(report_period_read(c, s->time_zone, q->from, q->to, &a.period));
    AUTO_ARENA home;
    AUTO_ARENA scratch;
    arena_init(&home, LIMIT_REPORT_ARENA);
    arena_init(&scratch, LIMIT_REPORT_ARENA);
    TRY(policy_log_read(c, &(report_source){ .d = d, .store_id = s->store_id, .period = &a.period }, a.metric, &home, &log));
    arena *outer = c->arena;
    c->arena = &scratch;
    err_code e = policy_judge(c, &log, row, source, &a.of);
    c->arena = outer;
    a.answers = log.answers;
    a.visitors_0_1 = log.visitors_0_1;
    if (!e) *ret = a;
    return e;
}

/* ---- telling ---- */
static void write_value(json_out *w, const char *name, off_policy_value v, double unit, int decimals) {
    jw_key(w, name);
    jw_object(w);
    jw_member_fixed(w, "value", v.value / unit, decimals);
    jw_member_fixed(w, "low", v.low / unit, decimals);
    jw_member_fixed(w, "high", v.high / unit, decimals);
    jw_end_object(w);
}

static void write_estimates(json_out *w, const policy_answer *a, str money) {
    bool is_money = a->metric == POLICY_REVENUE;
    double unit = is_money ? pow(10, currency_digits(money)) : 1;
    int decimals = is_money ? currency_digits(money) + 4 : 6;
    const off_policy *v = &a->of.v;
    write_value(w, "logged", v->logged, unit, decimals);
    write_value(w, "snips", v->snips, unit, decimals);
    write_value(w, "ips", v->ips, unit, decimals);
    write_value(w, "robust", v->robust, unit, decimals);
    write_value(w, "gain", v->gain, unit, decimals);
}

void policy_write(json_out *w, const policy_answer *a, str money) {
    char from[REPORT_DATE_BYTES], to[REPORT_DATE_BYTES];
    const policy_estimate *e = &a->of;
    report_date(a->period.first_day, from);
    report_date(a->period.first_day + a->period.n_days - 1, to);
    jw_object(w);
    jw_member_str(w, "policy", a->policy);
    jw_member_text(w, "metric", policy_metric_words[a->metric]);
    if (a->metric == POLICY_REVENUE) jw_member_str(w, "currency", money);
    jw_member_text(w, "from", from);
    jw_member_text(w, "to", to);
    jw_member_i64(w, "answers", (int64_t)a->answers);
    jw_member_i64(w, "shown", (int64_t)e->shown);
    jw_member_i64(w, "judged", (int64_t)e->judged);
    jw_member_i64(w, "by_chance", (int64_t)e->by_chance);
    jw_member_i64(w, "visitors", (int64_t)e->v.units);
    jw_member_fixed(w, "visitors_share", a->visitors_0_1, 6);
    write_estimates(w, a, money);
    jw_member_fixed(w, "effective", e->v.effective, 1);
    jw_member_fixed(w, "mean_weight", e->v.mean_weight, 4);
    jw_member_fixed(w, "largest_share", e->v.largest_share, 6);
    jw_member_i64(w, "clipped", (int64_t)e->v.clipped);
    jw_member_fixed(w, "clip", e->clip, 1);
    jw_end_object(w);
}
