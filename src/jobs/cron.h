/* cron: when something is due by the shop's own clock, in the five fields people know: minute hour day month weekday.
 * Promise: pure; a plan is due once at each of its moments of the local calendar. A moment that summer time skips is due right after
 * the change, one that is lived twice is due the first time. Any thread. Read next: jobs/plans.h. */
#pragma once
#include "base/ctx.h"

/* Bit k of a set: k is in it. */
typedef struct {
    uint64_t minute;                    /* 0..59 */
    uint32_t hour, day, month;          /* 0..23, 1..31, 1..12 */
    uint8_t weekday;                    /* 0..6, Sunday is 0 */
    bool any_day, any_weekday;          /* "*": when only one of both is restricted it decides, when both are either does */
} cron;

/*   text    five fields with spaces between: lists (1,15), ranges (1-5), steps (0-23/2), all with or without a step; weekdays 0..7 or
 *           sun..sat, months also jan..dec; H or H(1-5) is one value of the range, chosen by `spread`
 *   spread  the same number chooses the same moments: a store's id
 * ERR_INVALID with a sentence: not of this form, or a date that never comes. */
CHECK_RESULT err_code cron_parse(ctx *c, str text, uint64_t spread, cron *ret_cron);
/* The newest moment at or before now, UTC ms; -1 when there was none in nine years.
 *   zone  as zone_offset_ms() takes it */
int64_t cron_last_ms(ctx *c, const cron *k, str zone, int64_t now_ms);
