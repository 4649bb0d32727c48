/* Weighted sums over a log; see off_policy.h. */
#include "eval/off_policy.h"
#include <math.h>
#include "num/special.h"

enum { IPS, SNIPS, DIRECT, ROBUST, LOGGED, GAIN, TERMS };
typedef struct {
    double weights, unit_squares, largest;
    double mean[TERMS], squares[TERMS];     /* of units' terms about their mean */
    size_t clipped, units;
} sums;

static err_code check(ctx *c, const logged_decision *log, size_t n, double clip, double alpha) {
    if (!(clip > 0)) return fail(c, ERR_INVALID, "weights clipped at %g; give more than 0", clip);
    if (!(alpha > 0 && alpha < 1)) return fail(c, ERR_INVALID, "alpha %g; give a number between 0 and 1", alpha);
    for (size_t i = 0; i < n; i++) {
        const logged_decision *d = &log[i];
        if (!(d->logged_chance > 0 && d->logged_chance <= 1) || !(d->new_chance >= 0 && d->new_chance <= 1))
            return fail(c, ERR_INVALID, "decision %zu has the chances %g and %g; what was shown had a chance above 0, none is above 1", i,
                        d->logged_chance, d->new_chance);
        if (!isfinite(d->reward) || !isfinite(d->model_action) || !isfinite(d->model_policy))
            return fail(c, ERR_INVALID, "decision %zu has a reward or a model's opinion that is not a number", i);
    }
    return ERR_OK;
}

static double weight_of(const logged_decision *d, double clip) { return fmin(d->new_chance / d->logged_chance, clip); }

static void add_means(const logged_decision *log, size_t n, double clip, sums *s) {
    double m[TERMS] = { 0 };
    for (size_t i = 0; i < n; i++) {
        const logged_decision *d = &log[i];
        double w = weight_of(d, clip);
        s->weights += w, s->largest = fmax(s->largest, w);
        s->clipped += d->new_chance / d->logged_chance > clip;
        m[IPS] += w * d->reward, m[LOGGED] += d->reward, m[DIRECT] += d->model_policy;
        m[ROBUST] += d->model_policy + w * (d->reward - d->model_action);
    }
    for (int t = 0; t < TERMS; t++) s->mean[t] = m[t] / (double)n;
    s->mean[SNIPS] = s->weights > 0 ? m[IPS] / s->weights : 0;
    s->mean[GAIN] = s->mean[SNIPS] - s->mean[LOGGED];
}

/* What a decision adds to each estimate, less the mean. The ratio's is linearised: mean 0. */
static void add_terms(const logged_decision *d, double w, const sums *s, double mean_weight, double *term) {
    double ratio = w * (d->reward - s->mean[SNIPS]) / mean_weight;
    term[IPS] += w * d->reward - s->mean[IPS];
    term[SNIPS] += ratio;
    term[DIRECT] += d->model_policy - s->mean[DIRECT];
    term[ROBUST] += d->model_policy + w * (d->reward - d->model_action) - s->mean[ROBUST];
    term[LOGGED] += d->reward - s->mean[LOGGED];
    term[GAIN] += ratio - (d->reward - s->mean[LOGGED]);
}

static void add_squares(const logged_decision *log, const uint64_t *unit, size_t n, double clip, sums *s) {
    double mean_weight = s->weights / (double)n;
    for (size_t i = 0; i < n;) {
        double term[TERMS] = { 0 }, weight = 0;
        size_t from = i;
        do {
            double w = weight_of(&log[i], clip);
            add_terms(&log[i], w, s, mean_weight, term);
            weight += w;
        } while (++i < n && unit && unit[i] == unit[from]);
        for (int t = 0; t < TERMS; t++) s->squares[t] += term[t] * term[t];
        s->unit_squares += weight * weight;
        s->units++;
    }
}

static off_policy_value around(const sums *s, int t, size_t n, double z) {
    double units = (double)s->units;
    double reach = z * sqrt(s->squares[t] * units / (units - 1)) / (double)n;
    return (off_policy_value){ s->mean[t], s->mean[t] - reach, s->mean[t] + reach };
}

err_code off_policy_judge(ctx *c, const logged_decision *log, const uint64_t *unit, size_t n, double clip, double alpha,
                          off_policy *ret) {
    TRY(check(c, log, n, clip, alpha));
    sums s = { 0 };
    add_means(log, n, clip, &s);
    if (s.weights > 0) add_squares(log, unit, n, clip, &s);
    double effective = s.unit_squares > 0 ? s.weights * s.weights / s.unit_squares : 0;
    if (!(effective >= OFF_POLICY_LEAST_EFFECTIVE))
        return fail(c, ERR_INVALID, "%zu decisions are worth %.1f for this policy, and it takes %d: it shows what was hardly ever shown; "
                    "log more, or judge a policy nearer to the one that ran", n, effective, OFF_POLICY_LEAST_EFFECTIVE);
    double z = -special_normal_quantile(alpha / 2);
    *ret = (off_policy){
        .ips = around(&s, IPS, n, z), .snips = around(&s, SNIPS, n, z), .direct = around(&s, DIRECT, n, z),
        .robust = around(&s, ROBUST, n, z), .logged = around(&s, LOGGED, n, z), .gain = around(&s, GAIN, n, z),
        .effective = effective, .mean_weight = s.weights / (double)n, .largest_share = s.largest / s.weights, .clipped = s.clipped,
        .units = s.units,
    };
    return ERR_OK;
}
