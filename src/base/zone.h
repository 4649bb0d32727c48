/* Time zones of shops: how far local time is ahead of UTC.
 * Promise: names come from shops, so only plain IANA names below the system's zone folder are opened; whatever cannot be read
 * counts as UTC, because a sweep two hours early hurts nobody. Days begin when the shop's own calendar turns, also where summer time
 * begins or ends. Any thread. */
#pragma once
#include "base/ctx.h"

/* Offset in ms (local = UTC + offset) of a zone at a moment.
 *   name  "Europe/Bucharest", "+02:00", "-0530", "UTC", ""
 *   at_ms UTC
 * Beyond the last change the file lists (2037) the offset after that change is kept. Source: RFC 8536 (TZif). */
int64_t zone_offset_ms(ctx *c, str name, int64_t at_ms);
/* The same from the bytes of a TZif file; false when they are not one. */
bool zone_read(str file, int64_t at_ms, int64_t *ret_offset_ms);
/* When a day begins there, UTC ms: its first moment; where midnight is skipped, the moment of the change.
 *   day  days since 1970-01-01 of the local calendar */
int64_t zone_day_start_ms(ctx *c, str name, int64_t day);
/* The day of the local calendar that a moment lies in. */
int64_t zone_day_of(ctx *c, str name, int64_t at_ms);
