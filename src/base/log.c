/* Writes log lines. It does NOT rotate or ship them: stderr and the system do. */
#include "base/log.h"
#include <stdarg.h>

void log_line(const logger *l, log_level level, const char *event, const char *format, ...) {
    static const char *const names[] = { "error", "warn", "info", "debug" };
    if (!l || !l->out || level > l->level) return;
    char when[21], pairs[1024];
    time_format(l->time->now_ms(l->time), when);
    va_list args;
    va_start(args, format);
    vsnprintf(pairs, sizeof pairs, format, args);
    va_end(args);
    for (char *p = pairs; *p; p++)                          /* one outcome, one line */
        if (*p == '\n' || *p == '\r') *p = ' ';
    fprintf(l->out, "%s %s %s %s\n", when, names[level], event, pairs);
}
