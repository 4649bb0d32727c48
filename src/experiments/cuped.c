/* Regression on one covariate, from sums; see cuped.h. */
#include "experiments/cuped.h"
#include <math.h>

/* Within-arm sums of products about the mean of the (linearised) metric and the covariate. */
typedef struct { double yy, xy, xx; } spread;

static double about_mean(double n, double a, double b, double ab) { return n > 0 ? ab - a / n * b : 0; }

static spread arm_spread(const moments *m, metric_kind kind) {
    double xx = about_mean(m->n, m->x, m->x, m->xx), xy = about_mean(m->n, m->x, m->y, m->xy);
    double yy = about_mean(m->n, m->y, m->y, m->yy);
    if (kind != METRIC_KIND_RATIO) return (spread){ yy, xy, xx };
    if (!(m->d > 0)) return (spread){ 0, 0, xx };
    double ratio = m->y / m->d, mean = m->d / m->n;
    double xd = about_mean(m->n, m->x, m->d, m->xd), yd = about_mean(m->n, m->y, m->d, m->yd);
    double dd = about_mean(m->n, m->d, m->d, m->dd);
    return (spread){ (yy - 2 * ratio * yd + ratio * ratio * dd) / (mean * mean), (xy - ratio * xd) / mean, xx };
}

double cuped_theta(const moments *arm, size_t arms, metric_kind kind) {
    double xy = 0, xx = 0, size = 0;
    for (size_t i = 0; i < arms; i++) {
        spread s = arm_spread(&arm[i], kind);
        xy += s.xy, xx += s.xx, size += arm[i].xx;
    }
    return xx > 1e-12 * size ? xy / xx : 0;             /* below that, xx is what rounding left */
}

void cuped_estimates(const moments *arm, size_t arms, metric_kind kind, estimate *ret) {
    double theta = cuped_theta(arm, arms, kind), n = 0, x = 0;
    for (size_t i = 0; i < arms; i++) n += arm[i].n, x += arm[i].x;
    for (size_t i = 0; i < arms; i++) {
        ret[i] = moments_estimate(&arm[i], theta == 0 ? kind : kind == METRIC_KIND_SHARE ? METRIC_KIND_MEAN : kind);
        if (theta == 0 || !(arm[i].n > 1)) continue;
        spread s = arm_spread(&arm[i], kind);
        ret[i].value -= theta * (arm[i].x / arm[i].n - x / n);
        ret[i].unit_variance = fmax(s.yy - 2 * theta * s.xy + theta * theta * s.xx, 0) / (arm[i].n - 1);
    }
}
