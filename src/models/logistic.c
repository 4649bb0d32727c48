/* Newton's method on standardised inputs; see logistic.h. */
#include "models/logistic.h"
#include <math.h>
#include <string.h>

/* A strong belief in weights says nothing of the level. */
static const double offset_ridge_most = 16;
enum { MOST_STEPS = 50, MOST_HALVES = 30, SIDE = LOGISTIC_MAX_WIDTH + 1 };

typedef struct {
    const float *x, *target, *weight;
    size_t n, width;
    double ridge[SIDE], toward[SIDE];       /* of each coefficient; the last is the offset */
    double mean[LOGISTIC_MAX_WIDTH], scale[LOGISTIC_MAX_WIDTH];     /* z = (x - mean) * scale; scale 0: a constant input */
} problem;

static double weight_of(const problem *p, size_t i) { return p->weight ? (double)p->weight[i] : 1; }

static void standardise(problem *p) {
    double total = 0;
    for (size_t i = 0; i < p->n; i++) total += weight_of(p, i);
    for (size_t k = 0; k < p->width; k++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < p->n; i++) sum += weight_of(p, i) * (double)p->x[i * p->width + k];
        p->mean[k] = sum / total;
        for (size_t i = 0; i < p->n; i++) {
            double off = (double)p->x[i * p->width + k] - p->mean[k];
            squares += weight_of(p, i) * off * off;
        }
        double deviation = sqrt(squares / total);
        p->scale[k] = deviation > 1e-9 * (1 + fabs(p->mean[k])) ? 1 / deviation : 0;
    }
}

static double log1p_exp(double z) { return z > 0 ? z + log1p(exp(-z)) : log1p(exp(z)); }

/* Standardised inputs of row i and a 1 behind them; returns its sum with b. */
static double look_at(const problem *p, size_t i, const double *b, double *ret_z) {
    double sum = b[p->width];
    for (size_t k = 0; k < p->width; k++) {
        ret_z[k] = ((double)p->x[i * p->width + k] - p->mean[k]) * p->scale[k];
        sum += ret_z[k] * b[k];
    }
    ret_z[p->width] = 1;
    return sum;
}

static double loss(const problem *p, const double *b) {
    double sum = 0, z[SIDE];
    for (size_t i = 0; i < p->n; i++) {
        double s = look_at(p, i, b, z);
        sum += weight_of(p, i) * (log1p_exp(s) - (double)p->target[i] * s);
    }
    for (size_t k = 0; k <= p->width; k++) sum += p->ridge[k] / 2 * (b[k] - p->toward[k]) * (b[k] - p->toward[k]);
    return sum;
}

static void gradient_and_curvature(const problem *p, const double *b, double *gradient, double *h) {
    size_t side = p->width + 1;
    double z[SIDE];
    memset(h, 0, side * side * sizeof *h);
    for (size_t k = 0; k < side; k++) gradient[k] = p->ridge[k] * (b[k] - p->toward[k]), h[k * side + k] = p->ridge[k];
    for (size_t i = 0; i < p->n; i++) {
        double rate = logistic_sigmoid(look_at(p, i, b, z)), w = weight_of(p, i);
        double off = w * (rate - (double)p->target[i]), bend = w * rate * (1 - rate);
        for (size_t k = 0; k < side; k++) {
            gradient[k] += off * z[k];
            double scaled = bend * z[k];
            for (size_t m = 0; m <= k; m++) h[k * side + m] += scaled * z[m];
        }
    }
}

void logistic_solve(double *h, double *step, size_t side) {
    for (size_t k = 0; k < side; k++) {
        for (size_t m = 0; m < k; m++) {
            for (size_t j = 0; j < m; j++) h[k * side + m] -= h[k * side + j] * h[m * side + j];
            h[k * side + m] /= h[m * side + m];
        }
        for (size_t j = 0; j < k; j++) h[k * side + k] -= h[k * side + j] * h[k * side + j];
        h[k * side + k] = sqrt(fmax(h[k * side + k], 1e-12));
    }
    for (size_t k = 0; k < side; k++) {
        for (size_t j = 0; j < k; j++) step[k] -= h[k * side + j] * step[j];
        step[k] /= h[k * side + k];
    }
    for (size_t k = side; k-- > 0;) {
        for (size_t j = k + 1; j < side; j++) step[k] -= h[j * side + k] * step[j];
        step[k] /= h[k * side + k];
    }
}

/* One step down; false when nothing is left to gain. */
static bool descend(const problem *p, double *b, double *h, double *at) {
    size_t side = p->width + 1;
    double step[SIDE], tried[SIDE];
    gradient_and_curvature(p, b, step, h);
    logistic_solve(h, step, side);
    double share = 1;
    for (int half = 0; half < MOST_HALVES; half++, share /= 2) {
        for (size_t k = 0; k < side; k++) tried[k] = b[k] - share * step[k];
        double value = loss(p, tried);
        if (!(value < *at)) continue;
        bool worth = *at - value > 1e-9 * (1 + fabs(*at));
        memcpy(b, tried, side * sizeof *b);
        *at = value;
        return worth;
    }
    return false;
}

/* Where the penalty draws to, of standardised inputs, and where the search begins. */
static void begin_at(problem *p, const logistic_rows *rows, double *b) {
    for (size_t k = 0; k < p->width; k++) {
        p->ridge[k] = rows->ridge;
        b[k] = p->toward[k] = rows->toward && p->scale[k] > 0 ? rows->toward[k] / p->scale[k] : 0;
    }
    p->ridge[p->width] = fmin(rows->ridge, offset_ridge_most) / 1000;
}

err_code logistic_fit(ctx *c, const logistic_rows *rows, double *ret_b, double *ret_offset) {
    size_t n = rows->n, width = rows->width;
    if (width > LOGISTIC_MAX_WIDTH) return fail(c, ERR_INVALID, "%zu inputs, at most %d", width, LOGISTIC_MAX_WIDTH);
    problem p = { .x = rows->x, .target = rows->target, .weight = rows->weight, .n = n, .width = width };
    double b[SIDE] = { 0 };
    arena_mark mark = arena_save(c->arena);
    double *h = arena_new(c->arena, double, (width + 1) * (width + 1));
    if (!h) return fail(c, ERR_NO_MEMORY, "a logistic model of %zu inputs", width);
    if (n) standardise(&p);
    begin_at(&p, rows, b);
    double at = loss(&p, b);
    for (int step = 0; step < MOST_STEPS && descend(&p, b, h, &at); step++) TRY(ctx_check(c));
    arena_restore(c->arena, mark);
    double offset = b[width];
    for (size_t k = 0; k < width; k++) {
        ret_b[k] = p.scale[k] > 0 ? b[k] * p.scale[k] : rows->toward ? rows->toward[k] : 0;
        offset -= ret_b[k] * p.mean[k];
    }
    *ret_offset = offset;
    return ERR_OK;
}
