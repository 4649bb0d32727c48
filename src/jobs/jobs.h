/* Work that takes longer than a request: rows of the job table, run by one process at a time.
 * Promise: a job of a kind runs once per store at any moment, also with many processes on one database; its row shows progress
 * and hears "cancel" while it runs; a job whose process died is taken over when its heartbeat is old; a stopped one goes on
 * at the next start. The same functions run in `serve` (runner.h) and in the foreground of `vitrine sync` and `train`.
 * Add a kind: a function and a row in job_kinds (kinds.c).
 * Read next: jobs/kinds.c, jobs/perform.c, jobs/schedule.h, jobs/runner.h. */
#pragma once
#include <stdatomic.h>
#include "decide/serving.h"
#include "events/counters.h"
#include "events/known_names.h"
#include "net/crypto.h"
#include "storage/storage.h"

/* A running job whose heartbeat is older than this has lost its process: a beat may wait 10 s for the database. */
enum { JOB_STALE_MS = 60 * MS_PER_SECOND };

/* Where letters leave when a store names no server of its own; empty texts: nowhere. */
typedef struct mail_defaults { str url, user, password, from; } mail_defaults;

/* What all jobs of a process share; outlives them. */
typedef struct job_services {
    db_options database;
    const char *data_dir;
    seal_key seal;
    serving_registry *serving;      /* told about changes; NULL: this process serves nothing */
    known_names *names;             /* follows identities; NULL: nobody is answered here */
    counters *counters;             /* told about orders, followed by the clock; NULL: this process learns nothing */
    str owner;                      /* names this process in job rows, see job_owner_name() */
    const atomic_bool *stop;        /* the process wants to end; may be NULL */
    mail_defaults mail;
    bool foreground;                /* somebody waits for this one job: no retries, stopping means cancelling */
} job_services;

struct job_keeper;
/* What the body of a job gets. */
typedef struct job_task {
    const job_services *services;
    db *d;                          /* connection of this thread */
    const job *row;
    buf *result;                    /* JSON object for the row; may stay empty */
    struct job_keeper *keeper;
} job_task;

/* c->arena is emptied after the job; c->cancel is its cancel flag. Returns an error that says what to do. */
typedef err_code job_body(ctx *c, job_task *t);
typedef struct {
    const char *name;               /* as in job.kind */
    job_body *run;
    int max_attempts;               /* of failures that may pass by themselves */
} job_kind;

extern const job_kind job_kinds[];
extern const size_t n_job_kinds;
/* NULL when there is none. */
const job_kind *job_kind_find(str name);

/* Say where the job stands; shown by `vitrine jobs` and the API within two seconds. Cheap, any rate. */
void job_progress(job_task *t, str step, int64_t done, int64_t total);
/* Keep a line in the job's row for whoever asks later what happened: no personal data; the newest LIMIT_JOB_LOG bytes stay. */
void job_note(job_task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Told where a job stands about four times a second, on a thread of its own; and once at the end. */
typedef struct {
    void (*show)(void *arg, str step, int64_t done, int64_t total);
    void *arg;
} job_watch;

/* Run a job row that is ours (claimed) to its end and write the outcome into the row.
 *   c        arena of the job; its cancel flag is replaced while the body runs
 *   d        connection of this thread, no transaction open
 *   kind     of the row
 *   row      as claimed
 *   watch    may be NULL
 *   ret_result  what the body told, one JSON value in c->arena or empty; also when the body failed; may be NULL
 * What the body returned; ERR_CONFLICT when another process has taken the job meanwhile. */
CHECK_RESULT err_code job_perform(ctx *c, const job_services *s, db *d, const job_kind *kind, const job *row, const job_watch *watch,
                                  str *ret_result);

/* Name of this process for job rows: host, process id, something random. In `a`; .p NULL when memory ends. */
str job_owner_name(arena *a);

/* How a job ends, from what its body returned. Pure. */
typedef enum { KEEPER_QUIET, KEEPER_ASKED, KEEPER_STOPPED, KEEPER_LOST } keeper_reason;     /* why the cancel flag was raised */
typedef enum { ENDING_DONE, ENDING_FAILED, ENDING_CANCELLED, ENDING_AGAIN, ENDING_LEFT } ending_kind;
typedef struct {
    ending_kind kind;
    int64_t delay_ms;               /* AGAIN: from now */
} job_ending;
job_ending job_decide_ending(err_code e, keeper_reason why, int64_t attempts, int max_attempts);
