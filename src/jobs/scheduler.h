/* The thread that looks every few seconds: submits the jobs that are due, brings into this process what others changed in
 * the database (a new snapshot, settings, keys), and notes from the log of answers who is in which experiment.
 * Promise: decisions are schedule_decide()'s; several processes may run one each. Read next: jobs/schedule.h. */
#pragma once
#include "jobs/runner.h"
#include "stores/keys.h"

/* What one look needs, and remembers of the last one. */
typedef struct schedule {
    const job_services *services;
    key_table *keys;                /* reloaded when keys changed; NULL: none here */
    uint64_t key_state;             /* hash of the last state of the keys */
    int64_t keys_loaded_ms;
    int64_t minute;                 /* of the last look: plans are looked at once in each; -1: at the next look again */
    bool minute_turned;
} schedule;

void schedule_init(schedule *s, const job_services *services, key_table *keys);
/* Look once at every store. One store's trouble is logged and does not stop the others.
 *   ret_submitted  jobs that were added */
CHECK_RESULT err_code schedule_step(ctx *c, db *d, schedule *s, size_t *ret_submitted);

typedef struct scheduler scheduler;
/* `wake` is told after jobs were submitted; may be NULL. ERR_NO_MEMORY, ERR_INTERNAL. */
CHECK_RESULT err_code scheduler_new(ctx *c, const job_services *services, key_table *keys, job_runner *wake,
                                    scheduler **ret_scheduler);
/* Look now: the clock was moved. Any thread. */
void scheduler_wake(scheduler *s);
/* NULL is fine. */
void scheduler_free(scheduler *s);
