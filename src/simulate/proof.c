/* Statistics against truth. */
#include "simulate/proof.h"
#include <math.h>
#include "base/map.h"
#include "experiments/power.h"
#include "simulate/shown.h"

enum { SPENDERS_DAYS = 14, LIST = 4, OF_ALARMS = 301, OF_POWER };
static const double alpha = 0.05;

/* ---- who spends what ---- */
/* Money of each visitor, by his number: `place` holds 1 + index. */
typedef struct { map64 place; double *spent; size_t n; } purse;

static double *purse_of(purse *p, uint64_t visitor) {
    uint32_t *at = map64_at(&p->place, visitor);
    if (!at) return NULL;
    if (!*at) *at = (uint32_t)++p->n;
    return &p->spent[*at - 1];
}

/* What the clairvoyant's lists make him buy beyond what he came for. */
static double caused_value(const sim_world *w, const sim_visit *v) {
    double sum = 0;
    for (size_t page = 0; page < v->n_pages; page++) {
        uint32_t barred[SIM_BASKET_MOST + 1], list[LIST];
        sim_moment m = { w, v, page, barred, sim_barred_at(v, page, barred) };
        size_t n = 0;
        if (sim_page_has_list(v->pages[page].kind)) sim_clairvoyant_list(&m, LIST, list, &n);
        for (size_t k = 0; k < n; k++)
            if (sim_show(&m, list[k], k + 1).bought) sum += w->products[list[k]].price;
    }
    return sum;
}

static void take_buyers(const purse *p, sim_spenders *s) {
    *s = (sim_spenders){ .visitors = (double)p->n, .spent = p->spent };
    for (size_t i = 0; i < p->n; i++)
        if (p->spent[i] > 0) {
            s->buyers_mean += p->spent[i];
            s->spent[s->n++] = p->spent[i];                 /* never ahead of what is read */
        }
    if (s->n) s->buyers_mean /= (double)s->n;
}

static err_code purse_new(ctx *c, purse *p, size_t most) {
    map64_init(&p->place, c->arena);
    p->spent = arena_new(c->arena, double, most);
    return p->spent ? ERR_OK : fail(c, ERR_NO_MEMORY, "count what visitors spend");
}

err_code sim_spenders_of(ctx *c, const sim_world *w, uint32_t days, sim_spenders *ret_without, sim_spenders *ret_with) {
    purse without = { .n = 0 }, with = { .n = 0 };
    TRY(purse_new(c, &without, (size_t)days * w->p.visits_a_day));
    TRY(purse_new(c, &with, (size_t)days * w->p.visits_a_day));
    for (uint32_t day = 0; day < days; day++) {
        TRY(ctx_check(c));
        for (uint32_t place = 0; place < w->p.visits_a_day; place++) {
            sim_visit v = sim_visit_of(w, day, place);
            double *a = purse_of(&without, v.visitor.number), *b = purse_of(&with, v.visitor.number);
            if (!a || !b) return fail(c, ERR_NO_MEMORY, "count what visitors spend");
            if (v.returns) continue;                        /* all of it comes back */
            double own = sim_visit_value(w, &v);
            *a += own;
            *b += own + caused_value(w, &v);
        }
    }
    take_buyers(&without, ret_without);
    take_buyers(&with, ret_with);
    return ERR_OK;
}

/* ---- trials ---- */
static trial_arm arm_of(const sim_spenders *s, double a_day) {
    return (trial_arm){ .a_day = a_day, .conversion = (double)s->n / s->visitors, .orders = s->spent, .n_orders = s->n };
}

static void prove_alarms(const sim_world *w, trial_arm arm, int runs, sim_proof *p) {
    rng r = sim_stream(w, OF_ALARMS, 0, 0);
    for (int i = 0; i < runs; i++) {
        trial_said said = trial_run(&r, arm, arm, SIM_PROOF_DAYS);
        p->false_alarms += said.sequential / (double)runs;
        p->false_alarms_daily_p += said.fixed_daily / (double)runs;
    }
}

/* Arms as large as the calculator says for eight in ten. */
static err_code prove_power(ctx *c, const sim_world *w, trial_arm arm, int runs, sim_proof *p) {
    rng r = sim_stream(w, OF_POWER, 0, 0);
    const double lift = 0.1;
    power_plan ask = { .kind = METRIC_KIND_MEAN, .mean = trial_mean(arm), .deviation = trial_deviation(arm), .control_share = 0.5,
                       .variant_share = 0.5, .alpha = alpha, .first_look_days = 7, .visitors_per_day = 1000 };
    power_answer need;
    TRY(power_visitors(c, &ask, lift, 0.8, &need));
    trial_arm better = arm;
    arm.a_day = better.a_day = ceil(1.7 * need.visitors / SIM_PROOF_DAYS / 2), better.conversion *= 1 + lift;
    ask.sequential = true, ask.visitors_per_day = 2 * arm.a_day, ask.tuning = ask.visitors_per_day * SIM_PROOF_DAYS;
    TRY(power_of(c, &ask, lift, ask.tuning, &need));
    end_plan plan = { .alpha = alpha, .tuning = ask.tuning, .least_days = 7, .most_days = SIM_PROOF_DAYS, .least_visitors = 100,
                      .least_buyers = 30 };
    for (int i = 0; i < runs; i++) {
        end_answer a;
        TRY(trial_to_end(c, &r, &plan, ask.kind, arm, better, &a));
        p->power_found += (a.verdict == END_WON) / (double)runs;
    }
    p->power_promised = need.power;
    return ERR_OK;
}

err_code sim_prove(ctx *c, const sim_world *w, int runs, sim_proof *ret) {
    sim_spenders without, with;
    sim_proof p = { .runs = runs };
    if (runs < SIM_RUNS_LEAST || runs > SIM_RUNS_MOST)
        return fail_field(c, ERR_INVALID, "runs", "%d to %d runs", SIM_RUNS_LEAST, SIM_RUNS_MOST);
    TRY(sim_spenders_of(c, w, SPENDERS_DAYS, &without, &with));
    if (!without.n) return fail_field(c, ERR_INVALID, "visits_a_day", "nobody buys in two weeks: more visits are needed");
    trial_arm a = arm_of(&without, w->p.visits_a_day / 2.0);
    prove_alarms(w, a, runs, &p);
    TRY(prove_power(c, w, a, runs, &p));
    *ret = p;
    return ERR_OK;
}
