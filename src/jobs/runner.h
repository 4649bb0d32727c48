/* Worker threads that claim job rows and run them.
 * Promise: threads run at low priority, so that answers come first; each has its own connection and arena; runner_free() stops
 * running jobs at their next checkpoint and puts them back. Read next: jobs/perform.c. */
#pragma once
#include "jobs/jobs.h"

typedef struct job_runner job_runner;
typedef struct {
    const job_services *services;   /* outlives the runner; its stop flag is raised before runner_free() */
    const job_kind *kinds;          /* job_kinds, or a test's own */
    size_t n_kinds;
    int threads;                    /* 1..8 */
    const time_source *time;
    const logger *log;
} job_runner_options;

/* ERR_NO_MEMORY, ERR_INTERNAL. */
CHECK_RESULT err_code job_runner_new(ctx *c, const job_runner_options *o, job_runner **ret_runner);
/* Waits for the running jobs: raise services->stop first. NULL is fine. */
void job_runner_free(job_runner *r);
/* A job was submitted: look now instead of within a second. Any thread. */
void job_runner_wake(job_runner *r);

/* Claim one job that is due and run it; what a worker thread does all day.
 *   ret_ran  false when nothing was due
 * The error of claiming; the outcome of the job itself is in its row. */
CHECK_RESULT err_code job_runner_step(ctx *c, const job_runner_options *o, db *d, bool *ret_ran);
