/* Medians, ranks and a chi-square. */
#include "insights/series.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "num/special.h"

enum { WEEK = 7, THURSDAY = 3, PLAIN_WEEKS = 2, DRIFT_LEAST = 50, KIND_LEAST = 5 };
static const double UNUSUAL_Z = 3.5, MAD_TO_SD = 1.4826;       /* of a normal sample */

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Reorders v. */
static double median(double *v, size_t n) {
    if (n == 0) return 0;
    qsort(v, n, sizeof *v, by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static size_t weekday_of(int64_t day) { return (size_t)(((day + THURSDAY) % WEEK + WEEK) % WEEK); }    /* 1970-01-01 was a Thursday */

/* The week around day i; 0 where it is cut off. */
static double week_around(const double *y, size_t n, size_t i) {
    double sum = 0;
    if (i < WEEK / 2 || i + WEEK / 2 >= n) return 0;
    for (size_t k = i - WEEK / 2; k <= i + WEEK / 2; k++) sum += y[k];
    return sum / WEEK;
}

void series_weekdays(const double *y, size_t n, int64_t first_day, double ret[7]) {
    double total = 0;
    for (size_t w = 0; w < WEEK; w++) {
        double ratio[SERIES_MOST_DAYS / WEEK + 1];
        size_t m = 0;
        for (size_t i = 0; i < n && m < SERIES_MOST_DAYS / WEEK; i++) {
            double week = weekday_of(first_day + (int64_t)i) == w ? week_around(y, n, i) : 0;
            if (week > 0) ratio[m++] = y[i] / week;
        }
        ret[w] = (PLAIN_WEEKS + (double)m * median(ratio, m)) / (PLAIN_WEEKS + (double)m);
        total += ret[w];
    }
    for (size_t w = 0; w < WEEK; w++) ret[w] *= WEEK / total;
}

/* The newest days that may be looked at. */
static size_t cut_old(const double **y, size_t n, size_t most, int64_t *first_day) {
    size_t old = n > most ? n - most : 0;
    *y += old;
    *first_day += (int64_t)old;
    return n - old;
}

/* What days would be without their weekdays. */
static void level_days(const double *y, size_t n, int64_t first_day, const double weekday[7], double *ret) {
    for (size_t i = 0; i < n; i++) ret[i] = y[i] / fmax(weekday[weekday_of(first_day + (int64_t)i)], 1e-3);
}

bool series_judge(const double *y, size_t n, int64_t first_day, bool counts, series_verdict *ret) {
    n = cut_old(&y, n, SERIES_MOST_DAYS, &first_day);
    if (n < SERIES_LEAST_DAYS + 1) return false;
    size_t before = n - 1, level_n = before < SERIES_LEVEL_DAYS ? before : SERIES_LEVEL_DAYS;
    double weekday[WEEK], v[SERIES_LEVEL_DAYS];
    series_weekdays(y, before, first_day, weekday);
    level_days(y + before - level_n, level_n, first_day + (int64_t)(before - level_n), weekday, v);
    double level = median(v, level_n);
    if (!(level > 0)) return false;
    for (size_t i = 0; i < level_n; i++) v[i] = fabs(v[i] - level);
    double today = weekday[weekday_of(first_day + (int64_t)before)], usual = level * today;
    double sd = fmax(MAD_TO_SD * median(v, level_n) * today, counts ? sqrt(usual) : 0.05 * usual);
    double z = (y[before] - usual) / sd;
    *ret = (series_verdict){ usual, fmax(usual - UNUSUAL_Z * sd, 0), usual + UNUSUAL_Z * sd, z, fabs(z) > UNUSUAL_Z };
    return true;
}

/* ---- trend ---- */

/* Pairs of equal values, as variance that ranks lose: sum t (t - 1) (2 t + 5). Reorders v. */
static double ties(double *v, size_t n) {
    double lost = 0;
    qsort(v, n, sizeof *v, by_value);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && v[k] == v[i]; k++) {}
        double t = (double)(k - i);
        lost += t * (t - 1) * (2 * t + 5);
    }
    return lost;
}

static double kendall_p(const double *v, size_t n, double lost) {
    double s = 0, m = (double)n, variance = (m * (m - 1) * (2 * m + 5) - lost) / 18;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) s += (v[k] > v[i]) - (v[k] < v[i]);
    if (!(variance > 0)) return 1;
    double z = fmax(fabs(s) - 1, 0) / sqrt(variance);       /* continuity */
    return fmin(2 * special_normal_tail(z), 1);
}

bool series_trend_of(const double *y, size_t n, int64_t first_day, series_trend *ret) {
    double weekday[WEEK], v[SERIES_TREND_DAYS], sorted[SERIES_TREND_DAYS], slope[SERIES_TREND_DAYS * (SERIES_TREND_DAYS - 1) / 2];
    size_t zeros = 0, m = 0;
    n = cut_old(&y, n, SERIES_TREND_DAYS, &first_day);
    for (size_t i = 0; i < n; i++) zeros += !(y[i] > 0);
    if (n < SERIES_LEAST_DAYS || 4 * zeros > n) return false;
    series_weekdays(y, n, first_day, weekday);
    level_days(y, n, first_day, weekday, v);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (v[i] > 0 && v[k] > 0) slope[m++] = log(v[k] / v[i]) / (double)(k - i);
    memcpy(sorted, v, n * sizeof *v);
    *ret = (series_trend){ exp(WEEK * median(slope, m)), kendall_p(v, n, ties(sorted, n)) };
    return true;
}

/* ---- mix ---- */

bool series_drift_of(const double *before, const double *now, size_t m, series_drift *ret) {
    double a = 0, b = 0, rare_a = 0, rare_b = 0, psi = 0;
    size_t kinds = 0;
    for (size_t i = 0; i < m; i++) a += before[i], b += now[i];
    if (a < DRIFT_LEAST || b < DRIFT_LEAST) return false;
    for (size_t i = 0; i <= m; i++) {
        bool rest = i == m, rare = !rest && (before[i] < KIND_LEAST || now[i] < KIND_LEAST);
        if (rare) rare_a += before[i], rare_b += now[i];
        double x = rest ? rare_a : before[i], y = rest ? rare_b : now[i];
        if (rare || x + y <= 0) continue;
        double p = (x + 0.5) / (a + 0.5), q = (y + 0.5) / (b + 0.5);
        psi += (q - p) * log(q / p);
        kinds++;
    }
    if (kinds < 2) return false;
    *ret = (series_drift){ psi, special_chi2_tail(psi / (1 / a + 1 / b), (double)kinds - 1) };
    return true;
}
