/* Daily figures of a shop as a series: how weekdays differ, where it goes, whether the newest day is out of the ordinary, whether a mix has
 * shifted. Promise: pure; medians and ranks, so that one Black Friday does not become the rule; nothing is said of too few days.
 * Read next: insights/findings.h. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERIES_LEAST_DAYS = 21, SERIES_LEVEL_DAYS = 28, SERIES_MOST_DAYS = 400, SERIES_TREND_DAYS = 56 };

/* What a weekday is worth, 1 on average: medians of a day against the week around it, drawn to 1 like two weeks of plain days.
 *   y          n daily figures >= 0, oldest first
 *   first_day  of y[0], days since 1970-01-01
 *   ret        Monday first */
void series_weekdays(const double *y, size_t n, int64_t first_day, double ret[7]);

typedef struct {
    double usual, low, high;        /* of that weekday: expected, and the range outside of which a day is unusual */
    double z;                       /* modified z score: Iglewicz and Hoaglin 1993 */
    bool unusual;                   /* |z| > 3.5 */
} series_verdict;
/* Judge the newest day by the days before it: level of the last SERIES_LEVEL_DAYS by median, spread by median absolute deviation,
 * for counts never less than Poisson's.
 *   counts  y are counts of events; false: sums, as money
 * False: fewer than SERIES_LEAST_DAYS before it, or nothing happened on most of them. n <= SERIES_MOST_DAYS: older days are left out. */
bool series_judge(const double *y, size_t n, int64_t first_day, bool counts, series_verdict *ret);

typedef struct {
    double weekly;                  /* factor from one week to the next: Theil 1950, Sen 1968, on logarithms */
    double p;                       /* two-sided, of no trend: Mann 1945, Kendall 1975, with ties */
} series_trend;
/* Of the newest SERIES_TREND_DAYS. False: fewer than SERIES_LEAST_DAYS, or zeros on more than a quarter of them. */
bool series_trend_of(const double *y, size_t n, int64_t first_day, series_trend *ret);

typedef struct {
    double psi;                     /* population stability index: sum (q - p) log(q / p) */
    double p;                       /* of such an index when nothing changed: psi / (1/n + 1/m) is chi-square (Yurdakul 2018) */
} series_drift;
/* Has a mix shifted?
 *   before, now  counts of the same m kinds, m >= 2; kinds that together have fewer than 5 in either are one kind
 * False: fewer than 50 of all in either, or one kind only. */
bool series_drift_of(const double *before, const double *now, size_t m, series_drift *ret);
