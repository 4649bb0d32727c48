/* moments: what must be remembered of one arm and one metric so that every statistic can be worked out later: ten sums.
 * The unit is the visitor (whoever is assigned), never the order: a visitor's orders hang together. Promise: sums only, so days add
 * up, arms of several shops add up, and what was counted can be taken back; with whole numbers (visitors, minor units of money)
 * below 2^53 the order of adding does not change a bit. No storage here: a daily row holds one `moments`. Any thread.
 *
 * A visitor who buys on Monday and on Friday is one unit with one total. Squares of days do not add up to the square of the total,
 * so days hold *changes*: moments_change(&friday, monday's total, friday's total). A refund is a change downwards.
 * Read next: effect.h (two arms compared), cuped.h (the covariate). */
#pragma once
#include "base/ctx.h"

/* One visitor's totals since assignment. */
typedef struct {
    double y;                       /* the metric: 0 or 1 for a share, minor units for revenue, the numerator of a ratio */
    double d;                       /* the denominator of a ratio metric (orders, sessions); else 0 */
    double x;                       /* the covariate: the same metric before assignment; else 0. It never changes afterwards */
} unit_totals;

typedef struct {
    double n;                       /* units; the row of a day may be negative (a visitor erased) */
    double y, yy, d, dd, yd, x, xx, xy, xd; /* sums of values, of squares and of products */
} moments;

/* A unit comes in (n + 1), or goes as if it had never been there (n - 1). */
void moments_add(moments *m, unit_totals unit);
void moments_remove(moments *m, unit_totals unit);
/* The totals of a unit that is counted already go from `before` to `after`: another order, or a refund. */
void moments_change(moments *m, unit_totals before, unit_totals after);
/* m + other, m - other: days into a period, shops into a group; a period without a day. */
void moments_merge(moments *m, const moments *other);
void moments_subtract(moments *m, const moments *other);
/* ERR_INVALID unless these can be sums over n >= 0 real units: finite, squares not negative, no correlation above 1 (1e-6 is left
 * for rounding). To be called once on what comes from storage, before any statistic. */
CHECK_RESULT err_code moments_check(ctx *c, const moments *m);

typedef enum {
    METRIC_KIND_MEAN,               /* y a visitor: revenue, orders, products */
    METRIC_KIND_SHARE,              /* share of visitors with y = 1: conversion; variance p (1 - p) */
    METRIC_KIND_RATIO,              /* sum of y / sum of d: order value, click rate; variance by the delta method */
    METRIC_KIND_COUNT
} metric_kind;

/* One arm's figure and how well it is known. */
typedef struct {
    double n;                       /* units behind it */
    double value;
    double unit_variance;           /* of one unit (linearised for a ratio); the squared standard error is unit_variance / n */
} estimate;

/* The figure of an arm. Fewer than two units, or a ratio whose denominator is not above 0: value as far as it goes, unit_variance 0.
 * Source of the ratio's variance: Deng, Knoblich, Lu 2018, eq. 3. */
estimate moments_estimate(const moments *m, metric_kind kind);
/* Squared standard error of e.value; 0 without units. */
double estimate_error2(estimate e);
