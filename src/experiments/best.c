/* Panels of Gauss-Legendre points between the places where arms bend; see best.h. */
#include "experiments/best.h"
#include <math.h>
#include <stdlib.h>
#include "base/limits.h"
#include "num/quadrature.h"
#include "num/special.h"

/* Where an arm bends, in its deviations from its centre. A beta arm's tails fall like e^(-|z|) at the slowest: 36 reach 1e-13 of it. */
static const double bend[] = { -36, -20, -10, -6, -4, -2.5, -1.2, 0, 1.2, 2.5, 4, 6, 10, 20, 36 };
enum { BENDS = COUNT(bend), EDGES = LIMIT_EXPERIMENT_ARMS * BENDS };

double posterior_mean(posterior p) { return p.kind == POSTERIOR_BETA ? p.a / (p.a + p.b) : p.a; }

/* Centre and scale on the axis of integration: the mode over z of a beta arm and its curvature there, or mean and deviation. */
static void place(posterior p, double *ret_centre, double *ret_scale) {
    *ret_centre = p.kind == POSTERIOR_BETA ? log(p.a / p.b) : p.a;
    *ret_scale = p.kind == POSTERIOR_BETA ? sqrt((p.a + p.b) / (p.a * p.b)) : p.b;
}

static double density(posterior p, double z) {
    if (p.kind == POSTERIOR_NORMAL) return special_normal_density((z - p.a) / p.b) / p.b;
    return exp(-p.a * log1p(exp(-z)) - p.b * log1p(exp(z)) - special_log_beta(p.a, p.b));
}

static double below(posterior p, double z) {
    if (p.kind == POSTERIOR_NORMAL) return special_normal_cdf((z - p.a) / p.b);
    double centre, scale;
    place(p, &centre, &scale);
    if (fabs(z - centre) > bend[BENDS - 1] * scale) return z > centre;
    return special_beta_cdf(p.a, p.b, 1 / (1 + exp(-z)));
}

/* The value of the metric moves by this much with z. */
static double slope(posterior_kind kind, double z) {
    double x = 1 / (1 + exp(-z));
    return kind == POSTERIOR_BETA ? x * (1 - x) : 1;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* All bends of all arms, ascending: the ends of the panels. A normal arm is over after 10 deviations. */
static size_t edges_of(const posterior *arm, size_t arms, double *ret_edge) {
    size_t n = 0;
    for (size_t k = 0; k < arms; k++) {
        double centre, scale;
        place(arm[k], &centre, &scale);
        for (size_t i = 0; i < BENDS; i++)
            if (arm[k].kind == POSTERIOR_BETA || fabs(bend[i]) <= 10) ret_edge[n++] = centre + scale * bend[i];
    }
    qsort(ret_edge, n, sizeof *ret_edge, ascending);
    return n;
}

/* Product of all F but that of `but`, which may be `arms` for none. */
static double product_but(const double *F, size_t arms, size_t but) {
    double product = 1;
    for (size_t j = 0; j < arms; j++) product *= j == but ? 1 : F[j];
    return product;
}

static void add_point(const posterior *arm, size_t arms, double z, double weight, double *chance, double *loss) {
    double F[LIMIT_EXPERIMENT_ARMS], dx = weight * slope(arm[0].kind, z);
    for (size_t k = 0; k < arms; k++) F[k] = below(arm[k], z);
    for (size_t k = 0; k < arms; k++) {
        double others = product_but(F, arms, k);
        chance[k] += weight * density(arm[k], z) * others;
        loss[k] += dx * F[k] * (1 - others);
    }
}

static err_code check(ctx *c, const posterior *arm, size_t arms) {
    if (!arms || arms > LIMIT_EXPERIMENT_ARMS) return fail(c, ERR_INVALID, "%zu arms; give 1 to %d", arms, LIMIT_EXPERIMENT_ARMS);
    for (size_t k = 0; k < arms; k++) {
        bool fits = arm[k].kind == POSTERIOR_BETA ? arm[k].a >= 0.5 && arm[k].b >= 0.5 : arm[k].b > 0;
        if (arm[k].kind != arm[0].kind || !fits || !isfinite(arm[k].a) || !isfinite(arm[k].b))
            return fail(c, ERR_INVALID, "arm %zu has no posterior that can be compared (%g, %g)", k, arm[k].a, arm[k].b);
    }
    return ERR_OK;
}

err_code best_of(ctx *c, const posterior *arm, size_t arms, double *ret_chance, double *ret_loss) {
    double edge[EDGES], chance[LIMIT_EXPERIMENT_ARMS] = { 0 }, loss[LIMIT_EXPERIMENT_ARMS] = { 0 }, sum = 0;
    TRY(check(c, arm, arms));
    size_t n = edges_of(arm, arms, edge);
    for (size_t i = 1; i < n; i++) {
        double at[QUADRATURE_POINTS], weight[QUADRATURE_POINTS];
        quadrature_points(edge[i - 1], edge[i], at, weight);
        for (int q = 0; q < QUADRATURE_POINTS; q++) add_point(arm, arms, at[q], weight[q], chance, loss);
    }
    for (size_t k = 0; k < arms; k++) sum += chance[k];
    for (size_t k = 0; k < arms; k++) {
        ret_chance[k] = chance[k] / sum;                        /* rounding and the far tails: sum is 1 within 1e-9 */
        if (ret_loss) ret_loss[k] = loss[k];
    }
    return ERR_OK;
}
