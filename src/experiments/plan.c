/* Reads plans: numbers by a table, the rest by hand; see plan.h. */
#include "experiments/plan.h"
#include <stddef.h>
#include "base/json.h"
#include "experiments/sequential.h"

experiment_plan experiment_plan_default(void) {
    return (experiment_plan){
        .metric = METRIC_REVENUE, .guard_margin = .02, .cuped = true, .margin_0_1 = .3,
        .end = { .alpha = .05, .tuning = SEQUENTIAL_TUNING, .least_days = 7, .most_days = 28, .least_visitors = 100, .least_buyers = 30 },
        .bandit = { .burn_in = 500, .floor = .1 },
    };
}

typedef struct { const char *name; size_t offset; double low, high; } number_row;
static const number_row numbers[] = {
    { "guard_margin", offsetof(experiment_plan, guard_margin), .001, 1 },
    { "alpha", offsetof(experiment_plan, end.alpha), .001, .5 },
    { "least_days", offsetof(experiment_plan, end.least_days), 0, 365 },
    { "most_days", offsetof(experiment_plan, end.most_days), 1, 365 },
    { "least_visitors", offsetof(experiment_plan, end.least_visitors), 2, 1e9 },
    { "least_buyers", offsetof(experiment_plan, end.least_buyers), 0, 1e9 },
    { "worth", offsetof(experiment_plan, end.worth), 0, 1 },
    { "tuning", offsetof(experiment_plan, end.tuning), 1, 1e12 },
    { "margin", offsetof(experiment_plan, margin_0_1), .01, 1 },
};
static const number_row bandit_numbers[] = {
    { "burn_in", offsetof(experiment_plan, bandit.burn_in), 0, 1e9 },
    { "floor", offsetof(experiment_plan, bandit.floor), .01, .12 },    /* eight variants fit */
};

static err_code read_number(ctx *c, const number_row *rows, size_t n, str name, const json_value *v, experiment_plan *p) {
    for (size_t i = 0; i < n; i++) {
        double x = 0;
        if (!str_eq(name, str_of(rows[i].name))) continue;
        if (!jr_is_number(v) || !jr_double(v, &x) || !(x >= rows[i].low && x <= rows[i].high))
            return fail_field(c, ERR_INVALID, rows[i].name, "'%s' of a plan must be a number from %g to %g", rows[i].name, rows[i].low,
                              rows[i].high);
        *(double *)((char *)p + rows[i].offset) = x;
        return ERR_OK;
    }
    return fail_field(c, ERR_INVALID, "plan", "a plan has no '%.*s'; there is: metric, guards, guard_margin, alpha, least_days, most_days, "
                      "least_visitors, least_buyers, worth, tuning, cuped, margin, activate, bandit (burn_in, floor)",
                      STR_ARG(str_clip(name, 40)));
}

static err_code read_metric(ctx *c, const json_value *v, const char *field, metric_id *ret_metric) {
    metric_id m = metric_find(jr_string(v));
    if (m == METRICS)
        return fail_field(c, ERR_INVALID, field, "'%s' takes revenue, profit, conversion, order_value or click_rate", field);
    *ret_metric = m;
    return ERR_OK;
}

static err_code read_guards(ctx *c, const json_value *list, experiment_plan *p) {
    if (!jr_is_array(list)) return fail_field(c, ERR_INVALID, "guards", "'guards' must be a list of metrics");
    for (size_t i = 0; i < jr_count(list); i++) {
        metric_id m = METRICS;
        TRY(read_metric(c, jr_at(list, i), "guards", &m));
        p->guard[m] = true;
    }
    return ERR_OK;
}

static err_code read_flag(ctx *c, const json_value *v, const char *field, bool *ret_flag) {
    if (!jr_is_bool(v)) return fail_field(c, ERR_INVALID, field, "'%s' must be true or false", field);
    *ret_flag = jr_bool(v, false);
    return ERR_OK;
}

static err_code read_bandit(ctx *c, const json_value *o, experiment_plan *p) {
    p->is_bandit = true;
    if (!jr_is_object(o)) return fail_field(c, ERR_INVALID, "bandit", "'bandit' must be an object: {\"burn_in\":500,\"floor\":0.1}");
    for (void *it = jr_first(o); it; it = jr_next(o, it))
        TRY(read_number(c, bandit_numbers, COUNT(bandit_numbers), jr_member_key(it), jr_member_value(it), p));
    return ERR_OK;
}

static err_code read_member(ctx *c, str name, const json_value *v, experiment_plan *p) {
    if (str_eq(name, STR("metric"))) return read_metric(c, v, "metric", &p->metric);
    if (str_eq(name, STR("guards"))) return read_guards(c, v, p);
    if (str_eq(name, STR("cuped"))) return read_flag(c, v, "cuped", &p->cuped);
    if (str_eq(name, STR("activate"))) return read_flag(c, v, "activate", &p->activate);
    if (str_eq(name, STR("bandit"))) return read_bandit(c, v, p);
    return read_number(c, numbers, COUNT(numbers), name, v, p);
}

static err_code check(ctx *c, const experiment_plan *p) {
    if (p->end.most_days < p->end.least_days)
        return fail_field(c, ERR_INVALID, "most_days", "'most_days' must not be below 'least_days'");
    if (p->guard[p->metric]) return fail_field(c, ERR_INVALID, "guards", "the metric that decides cannot be its own guard");
    if (p->is_bandit && all_metrics[p->metric].kind == METRIC_KIND_RATIO)
        return fail_field(c, ERR_INVALID, "bandit", "a bandit learns from revenue, profit or conversion");
    return ERR_OK;
}

err_code experiment_plan_read(ctx *c, str text, experiment_plan *ret_plan) {
    experiment_plan p = experiment_plan_default();
    const json_value *o = NULL;
    if (text.n && (json_parse(c, text, JSON_READ_STRICT, &o) || !jr_is_object(o)))
        return fail_field(c, ERR_INVALID, "plan", "'plan' must be a JSON object");
    for (void *it = jr_first(o); it; it = jr_next(o, it)) TRY(read_member(c, jr_member_key(it), jr_member_value(it), &p));
    TRY(check(c, &p));
    *ret_plan = p;
    return ERR_OK;
}
