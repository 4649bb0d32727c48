/* Weighted sums over a log; see off_policy.h. */
#include "eval/off_policy.h"
#include <math.h>
#include "num/special.h"

/* Mean of terms and, second pass, the spread about it. */
typedef struct { double mean, squares; } spread;

typedef struct { double weights, weight_squares, largest; spread ips, direct, robust, ratio; double snips; size_t clipped; } sums;

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
    for (size_t i = 0; i < n; i++) {
        const logged_decision *d = &log[i];
        double w = weight_of(d, clip);
        s->weights += w, s->weight_squares += w * w, s->largest = fmax(s->largest, w);
        s->clipped += d->new_chance / d->logged_chance > clip;
        s->ips.mean += w * d->reward, s->direct.mean += d->model_policy;
        s->robust.mean += d->model_policy + w * (d->reward - d->model_action);
    }
    s->snips = s->weights > 0 ? s->ips.mean / s->weights : 0;
    s->ips.mean /= (double)n, s->direct.mean /= (double)n, s->robust.mean /= (double)n;
}

static void add_square(spread *s, double term) { s->squares += (term - s->mean) * (term - s->mean); }

static void add_squares(const logged_decision *log, size_t n, double clip, sums *s) {
    double mean_weight = s->weights / (double)n;
    for (size_t i = 0; i < n; i++) {
        const logged_decision *d = &log[i];
        double w = weight_of(d, clip);
        add_square(&s->ips, w * d->reward);
        add_square(&s->direct, d->model_policy);
        add_square(&s->robust, d->model_policy + w * (d->reward - d->model_action));
        add_square(&s->ratio, w * (d->reward - s->snips) / mean_weight);          /* mean 0: the linearised ratio */
    }
}

static off_policy_value around(double value, double squares, size_t n, double z) {
    double reach = z * sqrt(squares / (double)(n - 1) / (double)n);
    return (off_policy_value){ value, value - reach, value + reach };
}

err_code off_policy_judge(ctx *c, const logged_decision *log, size_t n, double clip, double alpha, off_policy *ret) {
    TRY(check(c, log, n, clip, alpha));
    sums s = { 0 };
    add_means(log, n, clip, &s);
    double effective = s.weight_squares > 0 ? s.weights * s.weights / s.weight_squares : 0;
    if (!(effective >= OFF_POLICY_LEAST_EFFECTIVE))
        return fail(c, ERR_INVALID, "%zu decisions are worth %.1f for this policy, and it takes %d: it shows what was hardly ever shown; "
                    "log more, or judge a policy nearer to the one that ran", n, effective, OFF_POLICY_LEAST_EFFECTIVE);
    add_squares(log, n, clip, &s);
    double z = -special_normal_quantile(alpha / 2);
    *ret = (off_policy){
        .ips = around(s.ips.mean, s.ips.squares, n, z), .snips = around(s.snips, s.ratio.squares, n, z),
        .direct = around(s.direct.mean, s.direct.squares, n, z), .robust = around(s.robust.mean, s.robust.squares, n, z),
        .effective = effective, .mean_weight = s.weights / (double)n, .largest_share = s.largest / s.weights, .clipped = s.clipped,
    };
    return ERR_OK;
}
