/* Dates to moments; see period.h. */
#include "reports/period.h"
#include <stdio.h>
#include "base/limits.h"
#include "base/parse.h"
#include "base/zone.h"

err_code report_period_make(ctx *c, str zone, int64_t first_day, int64_t last_day, report_period *ret_period) {
    int64_t n = last_day - first_day + 1;
    if (n < 1) return fail_field(c, ERR_INVALID, "to", "'to' must not be before 'from'");
    if (n > LIMIT_REPORT_DAYS) return fail_field(c, ERR_INVALID, "to", "a report has at most %d days; ask for fewer", LIMIT_REPORT_DAYS);
    int64_t *starts = arena_new(c->arena, int64_t, (size_t)n + 1);
    if (!starts) return fail(c, ERR_NO_MEMORY, "the days of a report");
    for (int64_t i = 0; i <= n; i++) starts[i] = zone_day_start_ms(c, zone, first_day + i);
    *ret_period = (report_period){ first_day, n, starts[0], starts[n], starts };
    return ERR_OK;
}

/* Exactly "2026-11-20". */
static bool read_date(str text, int64_t *ret_day) {
    int64_t ms;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !time_parse(text, &ms)) return false;
    *ret_day = ms / MS_PER_DAY;
    return true;
}

err_code report_period_read(ctx *c, str zone, str from, str to, report_period *ret_period) {
    int64_t last = zone_day_of(c, zone, ctx_now_ms(c)), first;
    if (to.n && !read_date(to, &last)) return fail_field(c, ERR_INVALID, "to", "'to' must be a date, as 2026-11-20");
    first = last - REPORT_DAYS_USUAL + 1;
    if (from.n && !read_date(from, &first)) return fail_field(c, ERR_INVALID, "from", "'from' must be a date, as 2026-11-20");
    return report_period_make(c, zone, first, last, ret_period);
}

size_t report_period_day(const report_period *p, int64_t ms) {
    size_t low = 0, high = (size_t)p->n_days;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (p->starts[middle] <= ms) low = middle;
        else high = middle;
    }
    return low;
}

void report_date(int64_t day, char out[REPORT_DATE_BYTES]) {
    civil_time t = civil_from_ms(day * MS_PER_DAY);
    snprintf(out, REPORT_DATE_BYTES, "%04lld-%02d-%02d", (long long)t.year, t.month, t.day);
}
