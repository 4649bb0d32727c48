/* Simulated experiments. */
#include "simulate/trial.h"
#include <math.h>
#include "experiments/fixed.h"
#include "experiments/sequential.h"
#include "simulate/world.h"

/* Revenue of one buyer. */
static double draw_order(rng *r, const trial_arm *a) {
    if (a->n_orders) return a->orders[rng_below(r, a->n_orders)];
    return a->order_log_deviation > 0 ? exp(a->order_log_mean + a->order_log_deviation * sim_normal(r)) : 1;
}

/* Buyers are found by the length of the gap to the next one (geometric), so that the cost is theirs. */
void trial_visitors(rng *r, trial_arm arm, double visitors, moments *m) {
    double gap = 1 / log1p(-arm.conversion);
    for (double at = floor(log(1 - rng_unit(r)) * gap); at < visitors; at += 1 + floor(log(1 - rng_unit(r)) * gap)) {
        double y = draw_order(r, &arm);
        m->y += y, m->yy += y * y;
    }
    m->n += visitors;
}

/* Mean of (revenue of a buyer)^power. */
static double order_moment(trial_arm a, double power) {
    double sum = 0, spread2 = a.order_log_deviation * a.order_log_deviation;
    for (size_t i = 0; i < a.n_orders; i++) sum += pow(a.orders[i], power) / (double)a.n_orders;
    return a.n_orders ? sum : exp(power * a.order_log_mean + power * power * spread2 / 2);
}

double trial_mean(trial_arm a) { return a.conversion * order_moment(a, 1); }

double trial_deviation(trial_arm a) {
    double mean = trial_mean(a);
    return sqrt(a.conversion * order_moment(a, 2) - mean * mean);
}

static bool misses(effect e, double truth) { return e.low > truth || e.high < truth; }

trial_said trial_run(rng *r, trial_arm a, trial_arm b, int days) {
    moments arm[2] = { { 0 } };
    trial_said out = { 0 };
    double truth = trial_mean(b) - trial_mean(a);
    sequential_plan plan = { 0.05, days * (a.a_day + b.a_day) };
    for (int day = 1; day <= days; day++) {
        trial_visitors(r, a, a.a_day, &arm[0]);
        trial_visitors(r, b, b.a_day, &arm[1]);
        if (!(fmin(arm[0].y * arm[0].y / arm[0].yy, arm[1].y * arm[1].y / arm[1].yy) >= 30)) continue;
        estimate e[2] = { moments_estimate(&arm[0], METRIC_KIND_MEAN), moments_estimate(&arm[1], METRIC_KIND_MEAN) };
        effect f = fixed_test(effect_difference(e[0], e[1]), plan.alpha, SIDES_TWO);
        effect_steady(e, 2);        /* as decide_end() and holdout_measure() do */
        effect s = sequential_test(effect_difference(e[0], e[1]), plan, plan.alpha, SIDES_TWO);
        out.sequential |= s.p <= 0.05, out.fixed_daily |= f.p <= 0.05, out.fixed_end = f.p <= 0.05;
        out.sequential_missed |= out.sequential_missed_end = misses(s, truth);
        out.fixed_missed = misses(f, truth);
    }
    return out;
}

err_code trial_to_end(ctx *c, rng *r, const end_plan *plan, metric_kind kind, trial_arm a, trial_arm b, end_answer *ret) {
    const end_metric metric = { .role = END_PRIMARY, .kind = kind };
    const double share[2] = { a.a_day, b.a_day };
    moments arm[2] = { { 0 } };
    end_figure f;
    ret->verdict = END_RUNNING;
    for (int day = 1; ret->verdict == END_RUNNING; day++) {
        trial_visitors(r, a, a.a_day, &arm[0]);
        trial_visitors(r, b, b.a_day, &arm[1]);
        TRY(decide_end(c, plan, &metric, 1, arm, share, 2, day, ret, &f));
    }
    return ERR_OK;
}
