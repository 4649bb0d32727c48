/* Reads the five fields, and walks back over the days of the local calendar. */
#include "jobs/cron.h"
#include <string.h>
#include "base/clock.h"
#include "base/map.h"
#include "base/parse.h"
#include "base/zone.h"

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS, LONGEST = 200, MINUTES_A_DAY = 24 * 60, DAYS_BACK = 9 * 366 };

static const struct { const char *name; int low, high; const char *words; } fields[FIELDS] = {
    [MINUTE] = { "minute", 0, 59, "" }, [HOUR] = { "hour", 0, 23, "" }, [DAY] = { "day", 1, 31, "" },
    [MONTH] = { "month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec" },
    [WEEKDAY] = { "weekday", 0, 7, "sun mon tue wed thu fri sat" },
};

/* ---- reading ---- */

static bool value_of(int field, str s, int *ret) {
    int64_t n;
    str words = str_of(fields[field].words);
    for (int k = fields[field].low; words.n; k++)
        if (str_eq(s, str_cut(&words, ' '))) return *ret = k, true;
    if (!parse_int_in(s, fields[field].low, fields[field].high, &n)) return false;
    *ret = (int)n;
    return true;
}

/* "a" or "a-b" */
static bool range_of(int field, str s, int *ret_low, int *ret_high) {
    str high = s, low = str_cut(&high, '-');
    if (!value_of(field, low, ret_low)) return false;
    *ret_high = *ret_low;
    return !high.p || (value_of(field, high, ret_high) && *ret_low <= *ret_high);
}

/* The bits of "*", "a", "a-b", "H", "H(a-b)", each with or without "/step". */
static bool item_of(int field, str s, uint64_t spread, uint64_t *ret_bits) {
    str step_text = s, what = str_cut(&step_text, '/');
    int low = fields[field].low, high = field == WEEKDAY ? 6 : fields[field].high, step = 1;
    int64_t n;
    bool spread_out = what.n > 0 && what.p[0] == 'H';
    if (step_text.p) {
        if (!parse_int_in(step_text, 1, 59, &n)) return false;
        step = (int)n;
    }
    if (spread_out && what.n > 1) {
        bool closed = what.n > 3 && what.p[1] == '(' && what.p[what.n - 1] == ')';
        if (!closed || !range_of(field, str_sub(what, 2, what.n - 3), &low, &high)) return false;
    } else if (!spread_out && !str_eq(what, STR("*"))) {
        if (!range_of(field, what, &low, &high)) return false;
        if (step_text.p && low == high) high = fields[field].high;      /* "5/15" begins at 5 */
    }
    if (spread_out) {
        int choices = step_text.p ? step : high - low + 1;
        low += (int)(hash_bytes(&spread, sizeof spread, (uint64_t)field + 1) % (uint64_t)choices);
        if (!step_text.p) high = low;
    }
    for (int k = low; k <= high; k += step) *ret_bits |= UINT64_C(1) << k;
    return true;
}

static err_code field_of(ctx *c, int field, str s, uint64_t spread, uint64_t *ret_bits) {
    *ret_bits = 0;
    for (str rest = s; rest.n;)
        if (!item_of(field, str_cut(&rest, ','), spread, ret_bits)) *ret_bits = 0, rest.n = 0;
    if (*ret_bits) return ERR_OK;
    return fail_field(c, ERR_INVALID, "plan", "'%.*s' is no %s: it is *, a number of %d to %d, a range like 1-5, a list "
                      "like 1,3 or a step like */2", STR_ARG(str_clip(s, 40)), fields[field].name, fields[field].low, fields[field].high);
}

/* The 30th of February never comes. */
static bool may_come(const cron *k) {
    static const uint32_t longest[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    for (int m = 1; m <= 12; m++)
        if (k->month >> m & 1 && (k->day & ((UINT64_C(2) << longest[m - 1]) - 1) || !k->any_weekday)) return true;
    return false;
}

err_code cron_parse(ctx *c, str text, uint64_t spread, cron *ret_cron) {
    uint64_t bits[FIELDS];
    str part[FIELDS], rest = str_trim(text);
    int n = 0;
    for (; rest.n && n < FIELDS; rest = str_trim(rest)) part[n++] = str_cut(&rest, ' ');
    if (n < FIELDS || rest.n || text.n > LONGEST)
        return fail_field(c, ERR_INVALID, "plan", "a plan has five fields: minute hour day month weekday, as in '30 4 * * *' or "
                                                  "'0 6 * * mon'");
    for (int f = 0; f < FIELDS; f++) TRY(field_of(c, f, part[f], spread, &bits[f]));
    bits[WEEKDAY] |= bits[WEEKDAY] >> 7 & 1;                /* 7 is Sunday too */
    cron k = { bits[MINUTE], (uint32_t)bits[HOUR], (uint32_t)bits[DAY], (uint32_t)bits[MONTH], bits[WEEKDAY] & 127,
               part[DAY].p[0] == '*', part[WEEKDAY].p[0] == '*' };
    if (!may_come(&k)) return fail_field(c, ERR_INVALID, "plan", "'%.*s' never comes", STR_ARG(text));
    *ret_cron = k;
    return ERR_OK;
}

/* ---- looking back ---- */

static int64_t day_before(int64_t ms) { return ms >= 0 ? ms / MS_PER_DAY : -((MS_PER_DAY - 1 - ms) / MS_PER_DAY); }

static bool is_day(const cron *k, int64_t day) {
    civil_time d = civil_from_ms(day * MS_PER_DAY);
    bool by_day = k->day >> d.day & 1, by_weekday = k->weekday >> (d.weekday + 1) % 7 & 1;
    if (!(k->month >> d.month & 1)) return false;
    return k->any_day ? by_weekday : k->any_weekday ? by_day : by_day || by_weekday;
}

/* Offsets of a day's beginning and end: they differ where summer time begins or ends. */
typedef struct { int64_t early, late; } offsets;

/* The first moment at which the clock shows this; where it is skipped, as long after the change as it would have been. */
static int64_t moment_of(ctx *c, str zone, offsets o, int64_t local_ms) {
    int64_t first = local_ms - o.early, second = local_ms - o.late;
    if (o.early == o.late || first + zone_offset_ms(c, zone, first) == local_ms) return first;
    return second + zone_offset_ms(c, zone, second) == local_ms ? second : first;
}

static int64_t last_of_day(ctx *c, const cron *k, str zone, int64_t day, int64_t now_ms) {
    int64_t midnight = day * MS_PER_DAY, last = -1;
    offsets o = { zone_offset_ms(c, zone, midnight - MS_PER_DAY), zone_offset_ms(c, zone, midnight + 2 * (int64_t)MS_PER_DAY) };
    for (int m = MINUTES_A_DAY - 1; m >= 0; m--) {
        if (!(k->hour >> m / 60 & 1) || !(k->minute >> m % 60 & 1)) continue;
        int64_t at_ms = moment_of(c, zone, o, midnight + m * (int64_t)MS_PER_MINUTE);
        if (at_ms <= now_ms && at_ms > last) last = at_ms;
        if (last >= 0 && o.early == o.late) return last;
    }
    return last;
}

int64_t cron_last_ms(ctx *c, const cron *k, str zone, int64_t now_ms) {
    int64_t today = day_before(now_ms + zone_offset_ms(c, zone, now_ms));
    for (int64_t day = today; day > today - DAYS_BACK; day--) {
        int64_t last = is_day(k, day) ? last_of_day(c, k, zone, day, now_ms) : -1;
        if (last >= 0) return last;
    }
    return -1;
}
