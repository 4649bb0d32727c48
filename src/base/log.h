/* One line per outcome: time, level, event name, key=value pairs.
 * Promise: whole lines even with many threads; never secrets, bodies or personal data (the caller's duty, checked in review).
 * Only api/, jobs/ and app/ log. */
#pragma once
#include <stdio.h>
#include "base/clock.h"

typedef enum { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG } log_level;

typedef struct logger {
    FILE *out;                  /* NULL: silent */
    log_level level;            /* lines above it are dropped */
    const time_source *time;
} logger;

/* error = somebody must act; warn = we went on without it; info = state changed; debug = free.
 *   event   dotted name, "sync.done"
 *   format  key=value pairs */
void log_line(const logger *l, log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
