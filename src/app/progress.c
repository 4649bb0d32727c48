/* Draws progress. It does NOT read jobs. */
#include "app/progress.h"
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { REDRAW_US = 200000, PLAIN_LINE_US = 5000000, RATE_AFTER_US = 1000000 };

void progress_init(progress_view *p, FILE *out) {
    *p = (progress_view){ .out = out, .tty = isatty(fileno(out)) == 1 };
}

void progress_duration(double seconds, char out[32]) {
    long s = seconds < 0 || seconds > 1e7 ? 0 : (long)(seconds + 0.5);
    if (s >= 3600) snprintf(out, 32, "%ld h %ld min", s / 3600, s % 3600 / 60);
    else if (s >= 60) snprintf(out, 32, "%ld min %ld s", s / 60, s % 60);
    else snprintf(out, 32, "%ld s", s);
}

static void write_line(const progress_view *p, int64_t now_us, char *line, size_t room) {
    size_t n = (size_t)snprintf(line, room, "  %-14s %" PRId64, p->step, p->done);
    if (p->total > 0 && n < room) n += (size_t)snprintf(line + n, room - n, " of %" PRId64, p->total);
    double seconds = (double)(now_us - p->step_us) / 1e6, rate = (double)(p->done - p->step_done) / (seconds > 0 ? seconds : 1);
    if (now_us - p->step_us < RATE_AFTER_US || rate <= 0 || n >= room) return;
    n += (size_t)snprintf(line + n, room - n, ", %.*f a second", rate < 10 ? 1 : 0, rate);
    if (p->total <= p->done || n >= room) return;
    char left[32];
    progress_duration((double)(p->total - p->done) / rate, left);
    snprintf(line + n, room - n, ", %s left", left);
}

static void draw(progress_view *p, int64_t now_us) {
    char line[160];
    write_line(p, now_us, line, sizeof line);
    if (p->tty) fprintf(p->out, "\r%s\033[K", line);
    else fprintf(p->out, "%s\n", line);
    fflush(p->out);
    p->open = p->tty;
    p->shown_us = now_us;
}

static bool is_step(const progress_view *p, str step) { return str_eq(str_clip(step, sizeof p->step - 1), str_of(p->step)); }

static void begin_step(progress_view *p, str step, int64_t done, int64_t now_us) {
    progress_end(p);
    step = str_clip(step, sizeof p->step - 1);
    memcpy(p->step, step.p, step.n);
    p->step[step.n] = '\0';
    for (char *ch = p->step; *ch; ch++)
        if ((unsigned char)*ch < ' ' || *ch == 127) *ch = '?';      /* a shop's text must not steer the terminal */
    p->step_us = now_us;
    p->step_done = done;
    p->shown_us = 0;
}

void progress_show(progress_view *p, str step, int64_t done, int64_t total, int64_t now_us) {
    if (!step.n) return;
    bool same = is_step(p, step);
    if (!same) begin_step(p, step, done, now_us);
    if (same && p->done == done && p->total == total && !p->tty) return;
    p->done = done;
    p->total = total;
    int64_t pause = p->tty ? REDRAW_US : PLAIN_LINE_US;
    if (!same || now_us - p->shown_us >= pause) draw(p, now_us);
}

void progress_end(progress_view *p) {
    if (p->open) fputc('\n', p->out);
    p->open = false;
}
