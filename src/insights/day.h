/* Days of a shop as they were known the next morning, and what each taught: one row a day, kept, so that a night reads one day of the log
 * and not two months. Promise: a day is written once, whatever runs twice; days missed while nothing ran are made up for, at most
 * INSIGHT_DAYS; figures are those of reports/. Threads: that of the db. Read next: insights/findings.h, reports/README.md. */
#pragma once
#include "insights/finding.h"
#include "reports/period.h"
#include "storage/storage.h"

enum { INSIGHT_DAYS = 57 };         /* eight weeks before the day that is judged */

/* Keep the days that are over and not kept yet, then judge the newest.
 *   ret_days    days that were written; 0: nothing to do
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED (whole days are kept). O(events of these days, and of a week). */
typedef void insight_progress(void *arg, int64_t done, int64_t total);
typedef struct {
    int64_t now_ms;                 /* decides which day is the last that is over, by the shop's clock */
    const finding *moved;           /* what else that night knows; n_moved */
    size_t n_moved;
    insight_progress *told;         /* called before each day; may be NULL */
    void *arg;
} insight_options;
CHECK_RESULT err_code insights_catch_up(ctx *c, db *d, const store *s, const insight_options *o, size_t *ret_days);
/* Newest first, days before `before_day` (0: all), at most `limit` (1..INSIGHT_DAYS). */
CHECK_RESULT err_code insights_read(ctx *c, db *d, int64_t store_id, int64_t before_day, size_t limit, day_insight **ret_days,
                                    size_t *ret_n);
