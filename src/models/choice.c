/* Newton's method for the conditional logit; see choice.h. */
#include "models/choice.h"
#include <math.h>
#include <string.h>
#include "models/logistic.h"

enum { MOST_STEPS = 30, MOST_HALVES = 20 };

typedef struct {
    const choice_rows *rows;
    double scale[CHOICE_MAX_WIDTH], ridge;      /* deviation of each input */
    const double *prior;                        /* of scaled inputs */
} problem;

static void find_scales(problem *p) {
    size_t n = p->rows->group[p->rows->n_groups], width = p->rows->width;
    for (size_t k = 0; k < width; k++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < n; i++) sum += (double)p->rows->x[i * width + k];
        double mean = sum / (double)n;
        for (size_t i = 0; i < n; i++) squares += pow((double)p->rows->x[i * width + k] - mean, 2);
        p->scale[k] = sqrt(squares / (double)n) + 1e-9;
    }
}

static double utility(const problem *p, size_t i, const double *w, double *ret_z) {
    double sum = 0;
    for (size_t k = 0; k < p->rows->width; k++) {
        ret_z[k] = (double)p->rows->x[i * p->rows->width + k] / p->scale[k];
        sum += ret_z[k] * w[k];
    }
    return sum;
}

/* Log-likelihood of choice g. With `gradient`, its slope is added there and the covariance of its inputs to `h` (lower triangle). */
static double look_at(const problem *p, size_t g, const double *w, double *gradient, double *h) {
    size_t from = p->rows->group[g], to = p->rows->group[g + 1], width = p->rows->width;
    double z[CHOICE_MAX_WIDTH], taken[CHOICE_MAX_WIDTH], mean[CHOICE_MAX_WIDTH] = { 0 }, sum = 0, most = -INFINITY;
    for (size_t i = from; i < to; i++) most = fmax(most, utility(p, i, w, z));
    for (size_t i = from; i < to; i++) sum += exp(utility(p, i, w, z) - most);
    double value = utility(p, from, w, taken) - most - log(sum);
    if (!gradient) return value;
    for (size_t i = from; i < to; i++) {
        double share = exp(utility(p, i, w, z) - most) / sum;
        for (size_t k = 0; k < width; k++) {
            mean[k] += share * z[k];
            for (size_t m = 0; m <= k; m++) h[k * width + m] += share * z[k] * z[m];
        }
    }
    for (size_t k = 0; k < width; k++) {
        gradient[k] += taken[k] - mean[k];
        for (size_t m = 0; m <= k; m++) h[k * width + m] -= mean[k] * mean[m];
    }
    return value;
}

static double look(const problem *p, const double *w, double *gradient, double *h) {
    double value = 0;
    for (size_t g = 0; g < p->rows->n_groups; g++) value += look_at(p, g, w, gradient, h);
    for (size_t k = 0; k < p->rows->width; k++) value -= p->ridge / 2 * (w[k] - p->prior[k]) * (w[k] - p->prior[k]);
    return value;
}

/* One step up; false when nothing is left to gain. */
static bool climb(const problem *p, double *w, double *at) {
    size_t width = p->rows->width;
    double step[CHOICE_MAX_WIDTH], h[CHOICE_MAX_WIDTH * CHOICE_MAX_WIDTH] = { 0 }, tried[CHOICE_MAX_WIDTH], share = 1;
    for (size_t k = 0; k < width; k++) step[k] = -p->ridge * (w[k] - p->prior[k]), h[k * width + k] = p->ridge;
    *at = look(p, w, step, h);
    logistic_solve(h, step, width);
    for (int half = 0; half < MOST_HALVES; half++, share /= 2) {
        for (size_t k = 0; k < width; k++) tried[k] = w[k] + share * step[k];
        double value = look(p, tried, NULL, NULL);
        if (!(value > *at)) continue;
        bool worth = value - *at > 1e-7 * (1 + fabs(*at));
        memcpy(w, tried, width * sizeof *w);
        return worth;
    }
    return false;
}

err_code choice_fit(ctx *c, const choice_rows *rows, const float *prior, double ridge, float *ret_weight) {
    if (rows->width == 0 || rows->width > CHOICE_MAX_WIDTH)
        return fail(c, ERR_INVALID, "a choice has 1 to %d inputs, not %u", CHOICE_MAX_WIDTH, rows->width);
    double scaled[CHOICE_MAX_WIDTH], w[CHOICE_MAX_WIDTH], at = 0;
    problem p = { .rows = rows, .ridge = ridge, .prior = scaled };
    if (rows->n_groups > 0) find_scales(&p);
    for (size_t k = 0; k < rows->width; k++) w[k] = scaled[k] = rows->n_groups > 0 ? (double)prior[k] * p.scale[k] : 0;
    for (int step = 0; rows->n_groups > 0 && step < MOST_STEPS && climb(&p, w, &at); step++) TRY(ctx_check(c));
    for (size_t k = 0; k < rows->width; k++) ret_weight[k] = rows->n_groups > 0 ? (float)(w[k] / p.scale[k]) : prior[k];
    return ERR_OK;
}
