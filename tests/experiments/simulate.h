/* Simulated experiments for tests and bench: many visitors come, few buy, and what they spend is log-normal, with the long tail that
 * real orders have. */
#pragma once
#include <math.h>
#include "base/rng.h"
#include "experiments/decide_end.h"
#include "experiments/fixed.h"
#include "experiments/sequential.h"

typedef struct {
    double a_day;                   /* visitors */
    double conversion;              /* share of visitors who buy */
    double order_log_mean, order_log_deviation;         /* of log revenue of a buyer; deviation 0 and mean 0: revenue is 1 */
} simulated_arm;

static inline double simulate_normal(rng *r) { return sqrt(-2 * log(1 - rng_unit(r))) * cos(2 * M_PI * rng_unit(r)); }

/* `visitors` of an arm come by. Buyers are found by the length of the gap to the next one (geometric), so that the cost is theirs. */
static inline void simulate_visitors(rng *r, simulated_arm arm, double visitors, moments *m) {
    double gap = 1 / log1p(-arm.conversion);
    for (double at = floor(log(1 - rng_unit(r)) * gap); at < visitors; at += 1 + floor(log(1 - rng_unit(r)) * gap)) {
        double y = arm.order_log_deviation > 0 ? exp(arm.order_log_mean + arm.order_log_deviation * simulate_normal(r)) : 1;
        m->y += y, m->yy += y * y;
    }
    m->n += visitors;
}

/* Mean revenue of a visitor. */
static inline double simulate_mean(simulated_arm a) {
    return a.conversion * exp(a.order_log_mean + a.order_log_deviation * a.order_log_deviation / 2);
}
/* Its deviation between visitors. */
static inline double simulate_deviation(simulated_arm a) {
    double mean = simulate_mean(a), spread2 = a.order_log_deviation * a.order_log_deviation;
    return sqrt(a.conversion * exp(2 * a.order_log_mean + 2 * spread2) - mean * mean);
}

/* What one experiment on revenue, looked at every day, would have said. */
typedef struct {
    bool sequential, fixed_daily, fixed_end;            /* an effect was called: always-valid, fixed p on any day, on the last day */
    bool sequential_missed, fixed_missed;               /* the truth lay outside: on any day; on the last day */
} simulated_run;

/* Looked at daily once each arm has 30 effective buyers. */
static inline simulated_run simulate_run(rng *r, simulated_arm a, simulated_arm b, int days) {
    moments arm[2] = { { 0 } };
    simulated_run out = { 0 };
    double truth = simulate_mean(b) - simulate_mean(a);
    sequential_plan plan = { 0.05, days * (a.a_day + b.a_day) };
    for (int day = 1; day <= days; day++) {
        simulate_visitors(r, a, a.a_day, &arm[0]);
        simulate_visitors(r, b, b.a_day, &arm[1]);
        if (!(fmin(arm[0].y * arm[0].y / arm[0].yy, arm[1].y * arm[1].y / arm[1].yy) >= 30)) continue;
        estimate e[2] = { moments_estimate(&arm[0], METRIC_KIND_MEAN), moments_estimate(&arm[1], METRIC_KIND_MEAN) };
        effect f = fixed_test(effect_difference(e[0], e[1]), plan.alpha, SIDES_TWO);
        effect_steady(e, 2);        /* as decide_end() and holdout_measure() do */
        effect s = sequential_test(effect_difference(e[0], e[1]), plan, plan.alpha, SIDES_TWO);
        out.sequential |= s.p <= 0.05, out.fixed_daily |= f.p <= 0.05, out.fixed_end = f.p <= 0.05;
        out.sequential_missed |= s.low > truth || s.high < truth;
        out.fixed_missed = f.low > truth || f.high < truth;
    }
    return out;
}

/* An experiment asked daily and ended by decide_end(). */
static inline err_code simulate_to_end(ctx *c, rng *r, const end_plan *plan, metric_kind kind, simulated_arm a, simulated_arm b,
                                       end_answer *ret) {
    const end_metric metric = { .role = END_PRIMARY, .kind = kind };
    const double share[2] = { a.a_day, b.a_day };
    moments arm[2] = { { 0 } };
    end_figure f;
    ret->verdict = END_RUNNING;
    for (int day = 1; ret->verdict == END_RUNNING; day++) {
        simulate_visitors(r, a, a.a_day, &arm[0]);
        simulate_visitors(r, b, b.a_day, &arm[1]);
        TRY(decide_end(c, plan, &metric, 1, arm, share, 2, day, ret, &f));
    }
    return ERR_OK;
}
