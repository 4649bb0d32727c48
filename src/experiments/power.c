/* One look by formula, many by recursive integration; see power.h. */
#include "experiments/power.h"
#include <math.h>
#include "experiments/sequential.h"
#include "num/quadrature.h"
#include "num/special.h"

static const double REACH = 8;      /* deviations beyond which a normal density is nothing (1e-15) */

static err_code check(ctx *c, const power_plan *p) {
    bool share = p->kind == METRIC_KIND_SHARE;
    if (!share && p->kind != METRIC_KIND_MEAN) return fail(c, ERR_INVALID, "power of a ratio: give it as a mean with its deviation");
    if (!(p->mean > 0) || (share && !(p->mean < 1))) return fail(c, ERR_INVALID, "a control of %g; give what it is today", p->mean);
    if (!share && !(p->deviation > 0)) return fail(c, ERR_INVALID, "a deviation of %g; give that between visitors, above 0", p->deviation);
    if (!(p->control_share > 0 && p->variant_share > 0 && p->control_share + p->variant_share <= 1 + 1e-9))
        return fail(c, ERR_INVALID, "shares %g and %g; both above 0, together at most 1", p->control_share, p->variant_share);
    if (!(p->alpha > 0 && p->alpha < 1)) return fail(c, ERR_INVALID, "alpha %g; give a number between 0 and 1, as .05", p->alpha);
    if (!(p->visitors_per_day > 0)) return fail(c, ERR_INVALID, "%g visitors a day; give more than 0", p->visitors_per_day);
    if (!(p->first_look_days >= 0) || !(p->tuning >= 0)) return fail(c, ERR_INVALID, "first look and tuning must not be below 0");
    return ERR_OK;
}

static err_code check_lift(ctx *c, const power_plan *p, double lift) {
    double variant = p->mean * (1 + lift);
    if (!isfinite(lift) || lift == 0 || !(variant >= 0) || (p->kind == METRIC_KIND_SHARE && !(variant <= 1)))
        return fail(c, ERR_INVALID, "a lift of %g on %g; give one that is not 0 and can be", lift, p->mean);
    return ERR_OK;
}

/* Standard errors of the difference at so many visitors: as the test has it under the lift, and as the one-look test of shares has
 * it under no effect. Daily looks steady their variances (effect_steady), so they are steadied here too. */
static void errors_of(const power_plan *p, double lift, double visitors, double *ret_se, double *ret_null_se) {
    double na = p->control_share * visitors, nb = p->variant_share * visitors, m = p->mean * (1 + lift), v = p->deviation * p->deviation;
    estimate arm[2] = { { na, p->mean, v }, { nb, m, v * (1 + lift) } };
    double null_se = 0;
    if (p->kind == METRIC_KIND_SHARE) {
        double pooled = (p->mean * na + m * nb) / (na + nb);
        arm[0].unit_variance = p->mean * (1 - p->mean), arm[1].unit_variance = m * (1 - m);
        null_se = sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb));
    }
    if (p->sequential) effect_steady(arm, 2);
    *ret_se = sqrt(estimate_error2(arm[0]) + estimate_error2(arm[1]));
    *ret_null_se = null_se > 0 ? null_se : *ret_se;
}

static double level_of(const power_plan *p) { return p->alpha / (double)(p->comparisons ? p->comparisons : 1); }

static double power_one_look(const power_plan *p, double lift, double visitors) {
    double se, null_se, tail = level_of(p) / (p->sides == SIDES_TWO ? 2 : 1);
    errors_of(p, lift, visitors, &se, &null_se);
    return special_normal_cdf((fabs(p->mean * lift) + special_normal_quantile(tail) * null_se) / se);
}

/* The path W(t), t = 0..1 the share of the planned visitors seen: Brownian motion with drift; at t the z score is W(t) / sqrt(t).
 * Where it may be alive after a look is kept as points, each with its share of the chance. */
typedef struct { double *at, *mass; size_t n; } cloud;

typedef struct {
    const power_plan *plan;
    double pair;                    /* visitors of the two arms compared, at t = 1 */
    double drift;                   /* of W, >= 0: an effect downwards is turned round */
    double before, t;               /* the look before, and this one */
} look;

/* Height of the boundary in W at t; the experiment ends above it, and with two sides below its negative. */
static double boundary(const look *l) {
    sequential_plan plan = { l->plan->alpha, l->plan->tuning > 0 ? l->plan->tuning : l->pair };
    return sequential_multiplier(plan, level_of(l->plan), l->pair * l->t, l->plan->sides) * sqrt(l->t);
}

/* Chance that a step from x ends above the boundary. */
static double step_above(const look *l, double x, double edge) {
    double dt = l->t - l->before;
    return special_normal_tail((edge - x - l->drift * dt) / sqrt(dt));
}

/* Density of what arrives at y. Points ascend, and y from call to call: `first` is the first point near enough. */
static double arriving(const look *l, const cloud *from, double y, size_t *first) {
    double dt = l->t - l->before, deviation = sqrt(dt), target = y - l->drift * dt, sum = 0;
    while (*first < from->n && target - from->at[*first] > REACH * deviation) ++*first;
    for (size_t i = *first; i < from->n && from->at[i] - target <= REACH * deviation; i++)
        sum += from->mass[i] * special_normal_density((target - from->at[i]) / deviation);
    return sum / deviation;
}

/* Panels of a few steps' width over where the path can be and still be alive at l->t; mass holds the weights of the rule. */
static err_code lay_points(ctx *c, const look *l, cloud *ret) {
    double edge = boundary(l), spread = REACH * sqrt(l->t), centre = l->drift * l->t, width = 3 * sqrt(l->t - l->before);
    double low = centre - spread, high = fmin(edge, centre + spread);
    if (l->plan->sides == SIDES_TWO) low = fmax(low, -edge);
    *ret = (cloud){ 0 };
    if (!(high > low)) return ERR_OK;
    size_t panels = (size_t)ceil((high - low) / width);
    ret->n = panels * QUADRATURE_POINTS;
    ret->at = arena_new(c->arena, double, ret->n), ret->mass = arena_new(c->arena, double, ret->n);
    if (!ret->at || !ret->mass) return fail(c, ERR_NO_MEMORY, "power of %zu points", ret->n);
    for (size_t i = 0; i < panels; i++) {
        double from = low + (high - low) * (double)i / (double)panels, to = low + (high - low) * (double)(i + 1) / (double)panels;
        quadrature_points(from, to, ret->at + i * QUADRATURE_POINTS, ret->mass + i * QUADRATURE_POINTS);
    }
    return ERR_OK;
}

/* The look: how much of `from` crosses upwards now, and the cloud that goes on. */
static err_code take_look(ctx *c, const look *l, const cloud *from, double *ret_crossed, cloud *ret_alive) {
    double edge = boundary(l), crossed = 0;
    for (size_t i = 0; i < from->n; i++) crossed += from->mass[i] * step_above(l, from->at[i], edge);
    TRY(lay_points(c, l, ret_alive));
    for (size_t k = 0, first = 0; k < ret_alive->n; k++) ret_alive->mass[k] *= arriving(l, from, ret_alive->at[k], &first);
    *ret_crossed = crossed;
    return ERR_OK;
}

static double alive_of(const cloud *x) {
    double sum = 0;
    for (size_t i = 0; i < x->n; i++) sum += x->mass[i];
    return sum;
}

/* When the looks are, as shares of the whole: daily from the first on, the last at the end. */
static size_t looks_of(const power_plan *p, double days, double *ret_t) {
    double first = fmin(fmax(p->first_look_days, 1), days);
    size_t n = (size_t)fmin(ceil(days - first - 1e-9), POWER_LOOKS - 1) + 1;
    for (size_t k = 0; k < n; k++) {
        double day = n - 1 < POWER_LOOKS - 1 ? first + (double)k : first + (days - first) * (double)k / (double)(n - 1);
        ret_t[k] = k + 1 == n ? 1 : day / days;
    }
    return n;
}

static err_code power_many_looks(ctx *c, const power_plan *p, double lift, double visitors, power_answer *ret) {
    double se, null_se, t[POWER_LOOKS], start_at = 0, start_mass = 1;
    errors_of(p, lift, visitors, &se, &null_se);
    look l = { p, visitors * (p->control_share + p->variant_share), fabs(p->mean * lift) / se, 0, 0 };
    cloud alive = { &start_at, &start_mass, 1 };
    arena_mark mark = arena_save(c->arena);
    size_t n = looks_of(p, visitors / p->visitors_per_day, t);
    ret->power = ret->expected_visitors = 0;
    for (size_t k = 0; k < n; k++) {
        double crossed;
        cloud next;
        l.before = l.t, l.t = t[k];
        ret->expected_visitors += (l.t - l.before) * alive_of(&alive) * visitors;
        TRY(take_look(c, &l, &alive, &crossed, &next));
        ret->power += crossed, alive = next;
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* Plan and lift are known to be right. */
static err_code answer(ctx *c, const power_plan *p, double lift, double visitors, power_answer *ret) {
    power_answer out = { .visitors = visitors, .days = visitors / p->visitors_per_day, .expected_visitors = visitors };
    if (p->sequential) TRY(power_many_looks(c, p, lift, visitors, &out));
    else out.power = power_one_look(p, lift, visitors);
    *ret = out;
    return ERR_OK;
}

err_code power_of(ctx *c, const power_plan *p, double lift, double visitors, power_answer *ret) {
    TRY(check(c, p));
    TRY(check_lift(c, p, lift));
    if (!(visitors >= 10) || !isfinite(visitors)) return fail(c, ERR_INVALID, "%g visitors; give 10 or more", visitors);
    return answer(c, p, lift, visitors, ret);
}

static err_code check_power(ctx *c, double power) {
    if (!(power > 0 && power < 1)) return fail(c, ERR_INVALID, "a power of %g; give a number between 0 and 1, as .8", power);
    return ERR_OK;
}

err_code power_visitors(ctx *c, const power_plan *p, double lift, double power, power_answer *ret) {
    TRY(check(c, p));
    TRY(check_lift(c, p, lift));
    TRY(check_power(c, power));
    double low = 10, high = 10;
    power_answer at = { 0 };
    for (;; low = high, high *= 2) {
        if (high > 1e12) return fail(c, ERR_INVALID, "no number of visitors calls a lift of %g with a power of %g", lift, power);
        TRY(answer(c, p, lift, high, &at));
        if (at.power >= power) break;
    }
    while (high > low * 1.001) {
        power_answer middle;
        TRY(answer(c, p, lift, sqrt(low * high), &middle));
        if (middle.power >= power) at = middle, high = middle.visitors;
        else low = middle.visitors;
    }
    *ret = at;
    return ERR_OK;
}

err_code power_lift(ctx *c, const power_plan *p, double visitors, double power, double *ret_lift) {
    TRY(check(c, p));
    TRY(check_power(c, power));
    if (!(visitors >= 10) || !isfinite(visitors)) return fail(c, ERR_INVALID, "%g visitors; give 10 or more", visitors);
    double low = 0, high = p->kind == METRIC_KIND_SHARE ? fmin(1 / p->mean - 1, 10) : 10;
    power_answer at;
    TRY(answer(c, p, high, visitors, &at));
    if (at.power < power) return fail(c, ERR_INVALID, "%.0f visitors call no lift with a power of %g; wait for more", visitors, power);
    while (high - low > 0.001 * high) {
        double middle = (low + high) / 2;
        TRY(answer(c, p, middle, visitors, &at));
        if (at.power >= power) high = middle;
        else low = middle;
    }
    *ret_lift = high;
    return ERR_OK;
}
