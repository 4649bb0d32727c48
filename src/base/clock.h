/* Time as an argument: the real clock in the program, a hand-turned one in tests.
 * Promise: nobody above base/ asks the system for the time. All times are UTC milliseconds since 1970-01-01. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

enum { MS_PER_SECOND = 1000, MS_PER_MINUTE = 60000, MS_PER_HOUR = 3600000, MS_PER_DAY = 86400000 };

typedef struct time_source {
    int64_t (*now_ms)(const struct time_source *t);         /* wall clock, may jump */
    int64_t (*mono_us)(const struct time_source *t);        /* never goes back; for durations and deadlines */
    void (*sleep_ms)(const struct time_source *t, int64_t ms);
    int64_t manual_ms;                                      /* only for time_source_manual() */
} time_source;

/* The system's clock; static. */
const time_source *time_source_system(void);
/* A clock that stands at `now_ms` until the test sets .manual_ms; sleeping moves it. */
time_source time_source_manual(int64_t now_ms);

/* A wall clock that stands until it is moved, for programs whose days pass in seconds; durations, deadlines and sleeping stay on the
 * system's clock. Any thread may read and move it; it must outlive its readers and not be copied. */
typedef struct { time_source source; atomic_int_fast64_t wall_ms; } virtual_clock;
void virtual_clock_init(virtual_clock *v, int64_t now_ms);
/* Move it on. False, and nothing moves, when `now_ms` lies before the time it shows. */
bool virtual_clock_move(virtual_clock *v, int64_t now_ms);

/* Processor time of this process in microseconds (all threads). */
int64_t cpu_time_us(void);
/* Monotonic nanoseconds, for measuring calls too short for mono_us. */
int64_t mono_time_ns(void);

/* Days since 1970-01-01 of a date of the Gregorian calendar (proleptic). Source: H. Hinnant, "chrono-compatible dates". */
int64_t days_from_civil(int64_t year, int month, int day);
typedef struct { int64_t year; int month, day, hour, minute, second, weekday; /* 0 = Monday */ } civil_time;
/* UTC calendar of `ms`. */
civil_time civil_from_ms(int64_t ms);
/* Read "2026-11-20T01:11:13", "2026-11-20 01:11:13", a bare date, with optional fraction and "Z" or "+02:00". Without a zone
 * the text is taken as UTC. False (and *ret_ms untouched) for anything else, impossible dates and years outside 1970..9999. */
bool time_parse(str text, int64_t *ret_ms);
/* "2026-11-20T01:11:13Z" into `out` (21 bytes with the NUL). */
void time_format(int64_t ms, char out[21]);
