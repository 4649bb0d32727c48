/* The days a report is about, in the shop's own calendar.
 * Promise: a day is as long as the shop's clock says, 23 or 25 hours where summer time begins or ends; every moment of the period lies
 * in one day. Pure but for the zone's file. Any thread. Read next: base/zone.h. */
#pragma once
#include "base/ctx.h"

typedef struct {
    int64_t first_day, n_days;      /* days since 1970-01-01 of the local calendar; 1..LIMIT_REPORT_DAYS */
    int64_t from_ms, to_ms;         /* [from, to), UTC */
    const int64_t *starts;          /* n_days + 1 beginnings, UTC ms */
} report_period;

/* Days first..last, both inclusive. Lives in c->arena.
 *   zone  as of base/zone.h
 * ERR_INVALID (field "to": before `from`, or too many days), ERR_NO_MEMORY. */
CHECK_RESULT err_code report_period_make(ctx *c, str zone, int64_t first_day, int64_t last_day, report_period *ret_period);
/* The same from dates, "2026-11-20". Without `to` it ends today, without `from` it begins REPORT_DAYS_USUAL - 1 days before the end.
 * ERR_INVALID with field "from" or "to". */
enum { REPORT_DAYS_USUAL = 28 };
CHECK_RESULT err_code report_period_read(ctx *c, str zone, str from, str to, report_period *ret_period);
/* The day a moment of the period lies in, 0..n_days - 1. */
size_t report_period_day(const report_period *p, int64_t ms);
/* "2026-11-20" of a local day. */
enum { REPORT_DATE_BYTES = 32 };
void report_date(int64_t day, char out[REPORT_DATE_BYTES]);
