/* Progress of a job on a terminal: one line that is rewritten, or a plain line now and then where the output is no terminal.
 * Promise: counts, rate and time left come from what the job tells; nothing is shown before there is something to say.
 * One thread at a time. */
#pragma once
#include <stdio.h>
#include "base/ctx.h"

typedef struct progress_view {
    FILE *out;
    bool tty, open;             /* open: a rewritten line waits for its end */
    char step[40];
    int64_t step_us, step_done; /* when the step began and what was done then, for the rate */
    int64_t shown_us, done, total;
} progress_view;

void progress_init(progress_view *p, FILE *out);
/* Show where the work stands.
 *   step   what it is doing, any text; empty: nothing to show yet
 *   total  0 = not known
 *   now_us a clock that never goes back */
void progress_show(progress_view *p, str step, int64_t done, int64_t total, int64_t now_us);
/* End the line that is open. */
void progress_end(progress_view *p);
/* "1 h 5 min", "3 min 20 s", "45 s" into `out`. */
void progress_duration(double seconds, char out[32]);
