/* season: how the share of one thing in all that is bought moves within the year, and from year to year.
 *     logit share(t) = offset + slope t + sum_{k=1..SEASON_WAVES} (a_k cos 2 pi k t + b_k sin 2 pi k t)        t in years
 * a logistic regression on weeks, penalised so that a shop without seasons has none, its weeks believed the less the more they
 * scatter beyond chance (quasi-likelihood: McCullagh and Nelder 1989, 4.5).
 * Promise: factors are finite and within 1 / SEASON_MOST .. SEASON_MOST; 1 for less than SEASON_LEAST_DAYS of history, whose one
 * winter could as well be a fashion. Pure. Read next: decide/learn_season.c. */
#pragma once
#include "base/ctx.h"

enum { SEASON_WAVES = 2, SEASON_LEAST_DAYS = 390, SEASON_WEEKS_MOST = 208 };
#define SEASON_MOST 3.0

/* Weeks that follow each other, oldest first. */
typedef struct {
    const double *year;             /* n: middle of each week, in years since any moment; rising */
    const float *all;               /* n: baskets, >= 0 */
    size_t n;                       /* 0..SEASON_WEEKS_MOST */
} season_weeks;

typedef struct { double offset, slope, wave[2 * SEASON_WAVES]; bool known; } season_curve;

/*   with       n: baskets that hold it, 0..all
 *   ret_curve  not known when the weeks are too few or it was in fewer than SEASON_LEAST_BASKETS
 * ERR_NO_MEMORY, ERR_CANCELLED. Scratch in c->arena, given back. */
enum { SEASON_LEAST_BASKETS = 50 };
CHECK_RESULT err_code season_fit(ctx *c, const season_weeks *w, const float *with, season_curve *ret_curve);

/* How much larger its share is at a moment than it was on average over what a count that halves in `half_life` years remembers of these
 * weeks. The season is that of `year`; the slope goes no further than the last week. */
double season_factor(const season_curve *s, const season_weeks *w, double half_life, double year);
