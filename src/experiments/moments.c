/* Sums of units, and the figures made of them; see moments.h. */
#include "experiments/moments.h"
#include <math.h>

static void count(moments *m, unit_totals u, double sign) {
    m->y += sign * u.y, m->yy += sign * u.y * u.y;
    m->d += sign * u.d, m->dd += sign * u.d * u.d;
    m->x += sign * u.x, m->xx += sign * u.x * u.x;
    m->yd += sign * u.y * u.d, m->xy += sign * u.x * u.y, m->xd += sign * u.x * u.d;
}

void moments_add(moments *m, unit_totals unit) {
    m->n++;
    count(m, unit, 1);
}

void moments_remove(moments *m, unit_totals unit) {
    m->n--;
    count(m, unit, -1);
}

void moments_change(moments *m, unit_totals before, unit_totals after) {
    count(m, before, -1);
    count(m, after, 1);
}

static void combine(moments *m, const moments *o, double sign) {
    m->n += sign * o->n;
    m->y += sign * o->y, m->yy += sign * o->yy, m->d += sign * o->d, m->dd += sign * o->dd, m->yd += sign * o->yd;
    m->x += sign * o->x, m->xx += sign * o->xx, m->xy += sign * o->xy, m->xd += sign * o->xd;
}

void moments_merge(moments *m, const moments *other) { combine(m, other, 1); }
void moments_subtract(moments *m, const moments *other) { combine(m, other, -1); }

/* Cauchy-Schwarz, with room for rounding. */
static bool possible(double ab, double aa, double bb) { return aa >= 0 && bb >= 0 && ab * ab <= aa * bb * (1 + 1e-6); }

err_code moments_check(ctx *c, const moments *m) {
    const double all[] = { m->n, m->y, m->yy, m->d, m->dd, m->yd, m->x, m->xx, m->xy, m->xd };
    for (size_t i = 0; i < COUNT(all); i++)
        if (!isfinite(all[i])) return fail(c, ERR_INVALID, "a sum of an experiment's arm is not a finite number; rebuild its daily rows");
    if (m->n < 0) return fail(c, ERR_INVALID, "%.0f visitors in an arm: more were taken back than counted; rebuild its daily rows", m->n);
    bool fits = possible(m->y, m->n, m->yy) && possible(m->d, m->n, m->dd) && possible(m->x, m->n, m->xx)
                && possible(m->yd, m->yy, m->dd) && possible(m->xy, m->xx, m->yy) && possible(m->xd, m->xx, m->dd);
    if (!fits) return fail(c, ERR_INVALID, "the sums of an experiment's arm contradict each other; rebuild its daily rows");
    return ERR_OK;
}

/* Sample (co)variance from sums; 0 where fewer than two units are known. */
static double covariance(double n, double a, double b, double ab) { return n > 1 ? (ab - a / n * b) / (n - 1) : 0; }

static estimate estimate_ratio(const moments *m) {
    if (!(m->d > 0)) return (estimate){ .n = m->n };
    double ratio = m->y / m->d, mean = m->d / m->n;
    double residual = covariance(m->n, m->y, m->y, m->yy) - 2 * ratio * covariance(m->n, m->y, m->d, m->yd)
                      + ratio * ratio * covariance(m->n, m->d, m->d, m->dd);
    return (estimate){ m->n, ratio, fmax(residual, 0) / (mean * mean) };
}

estimate moments_estimate(const moments *m, metric_kind kind) {
    if (!(m->n > 0)) return (estimate){ 0 };
    double mean = m->y / m->n;
    switch (kind) {
    case METRIC_KIND_RATIO: return estimate_ratio(m);
    case METRIC_KIND_SHARE: return (estimate){ m->n, mean, fmax(mean * (1 - mean), 0) };
    case METRIC_KIND_MEAN:
    case METRIC_KIND_COUNT: break;
    }
    return (estimate){ m->n, mean, fmax(covariance(m->n, m->y, m->y, m->yy), 0) };
}

double estimate_error2(estimate e) { return e.n > 0 ? e.unit_variance / e.n : 0; }
