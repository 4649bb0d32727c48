/* Seasons by logistic regression. It does NOT know categories or dates. */
#include "models/season.h"
#include <math.h>
#include "models/logistic.h"

enum { WIDTH = 1 + 2 * SEASON_WAVES, PASSES = 2 };
static const double ridge = 16;     /* a standard deviation of 1/4 for each term, standardised, before data */

static void terms_at(double slope_year, double year, double ret[WIDTH]) {
    ret[0] = slope_year;
    for (int k = 1; k <= SEASON_WAVES; k++) {
        ret[2 * k - 1] = cos(2 * M_PI * k * year);
        ret[2 * k] = sin(2 * M_PI * k * year);
    }
}

static double share_at(const season_curve *s, double slope_year, double year) {
    double x[WIDTH], z = s->offset;
    terms_at(slope_year, year, x);
    for (int k = 0; k < WIDTH; k++) z += x[k] * (k ? s->wave[k - 1] : s->slope);
    return logistic_sigmoid(z);
}

static bool is_enough(const season_weeks *w, const float *with) {
    double sum = 0;
    for (size_t i = 0; i < w->n; i++) sum += (double)with[i];
    return w->n && sum >= SEASON_LEAST_BASKETS && (w->year[w->n - 1] - w->year[0]) * 365.25 >= SEASON_LEAST_DAYS;
}

/* Squared distance of the weeks from the curve, one expected of each by chance; at least 1. */
static double scatter(const season_curve *s, const season_weeks *w, const float *with) {
    double sum = 0, n = 0;
    for (size_t i = 0; i < w->n; i++) {
        double p = share_at(s, w->year[i], w->year[i]), all = (double)w->all[i], off = (double)with[i] - all * p;
        if (all > 0) sum += off * off / (all * p * (1 - p)), n++;
    }
    return fmax(1, n > WIDTH + 1 ? sum / (n - WIDTH - 1) : 1);
}

static err_code fit_weighed(ctx *c, const season_weeks *w, const float *with, double chance, season_curve *ret) {
    float *x = arena_new_raw(c->arena, float, w->n * WIDTH), *share = arena_new_raw(c->arena, float, w->n);
    float *weight = arena_new_raw(c->arena, float, w->n);
    double term[WIDTH], b[WIDTH];
    size_t n = 0;
    if (!x || !share || !weight) return fail(c, ERR_NO_MEMORY, "seasons of %zu weeks", w->n);
    for (size_t i = 0; i < w->n; i++) {
        if (!(w->all[i] > 0)) continue;
        terms_at(w->year[i], w->year[i], term);
        for (int k = 0; k < WIDTH; k++) x[n * WIDTH + (size_t)k] = (float)term[k];
        share[n] = with[i] / w->all[i];
        weight[n++] = (float)((double)w->all[i] / chance);
    }
    TRY(logistic_fit(c, &(logistic_rows){ .x = x, .target = share, .weight = weight, .n = n, .width = WIDTH, .ridge = ridge }, b,
                     &ret->offset));
    ret->slope = b[0];
    for (int k = 1; k < WIDTH; k++) ret->wave[k - 1] = b[k];
    ret->known = true;
    return ERR_OK;
}

err_code season_fit(ctx *c, const season_weeks *w, const float *with, season_curve *ret_curve) {
    *ret_curve = (season_curve){ .known = false };
    if (!is_enough(w, with)) return ERR_OK;
    arena_mark mark = arena_save(c->arena);
    double chance = 1;
    for (int pass = 0; pass < PASSES; pass++) {
        TRY(fit_weighed(c, w, with, chance, ret_curve));
        chance = scatter(ret_curve, w, with);
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

double season_factor(const season_curve *s, const season_weeks *w, double half_life, double year) {
    double sum = 0, weight = 0;
    if (!s->known || !w->n || !(half_life > 0)) return 1;
    double last = w->year[w->n - 1];
    for (size_t i = 0; i < w->n; i++) {
        double left = (double)w->all[i] * exp2((w->year[i] - last) / half_life);
        sum += left * share_at(s, w->year[i], w->year[i]);
        weight += left;
    }
    if (!(sum > 0)) return 1;
    return fmin(SEASON_MOST, fmax(1 / SEASON_MOST, share_at(s, fmin(year, last), year) * weight / sum));
}
