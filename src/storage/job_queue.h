/* The job rows as a queue: submit, claim, heartbeat, finish, cancel.
 * Promise: each call is one write transaction, so any number of processes may work on one database: a job is run by one owner
 * at a time, and a store has at most one queued or running job of a kind. A job whose owner died (no heartbeat) is given to
 * the next; one whose owner died LIMIT_JOB_CRASHES times in a row is failed instead of tried again.
 * Not inside an open transaction. Jobs returned live in c->arena. Read next: schema/fields_own.h (JOB_FIELDS). */
#pragma once
#include "storage/storage.h"

enum { LIMIT_JOB_CRASHES = 5, LIMIT_RUNNING_JOBS = 64, JOB_LETTER_DAYS = 30 };

/* What is asked for. */
typedef struct {
    int64_t store_id;
    str kind;                   /* sync, train, import; 1..LIMIT_ID_BYTES */
    str input;                  /* one JSON value, or empty */
    int64_t due_ms;             /* not before; 0 = now */
} job_order;

/* Queue a job. When one of this store and kind is queued or running, that one is returned and nothing is added; if it waits for
 * a later time than asked for now, it is brought forward.
 *   ret_new  false when it was there already; may be NULL
 * ERR_INVALID, ERR_BUSY, ERR_STORAGE. */
CHECK_RESULT err_code job_submit(ctx *c, db *d, const job_order *o, int64_t *ret_job_id, bool *ret_new);
/* Take the job that is due longest: queued, or running without a heartbeat for `stale_ms`. Becomes running, owned by `owner`.
 *   owner    name of this worker, not empty: "host:pid:thread"
 * ERR_NOT_FOUND when there is nothing to do. */
CHECK_RESULT err_code job_claim(ctx *c, db *d, str owner, int64_t stale_ms, job *ret_job);
/* Take one certain job, due or not: for somebody who waits for it in the foreground.
 *   ret_job  the job; on ERR_CONFLICT as it stands, with its owner
 * ERR_CONFLICT when somebody runs it (or it has ended), ERR_NOT_FOUND. */
CHECK_RESULT err_code job_take(ctx *c, db *d, int64_t store_id, int64_t job_id, str owner, int64_t stale_ms, job *ret_job);
/* Say that the job is alive and how far it is. Call it more often than stale_ms.
 *   j           of job_claim(): its keys and owner are read
 *   news        its step, done, total and log are written
 *   ret_cancel  somebody asked to stop
 * ERR_CONFLICT when the job is no longer this owner's: stop at once, write nothing. */
CHECK_RESULT err_code job_heartbeat(ctx *c, db *d, const job *j, const job *news, bool *ret_cancel);
/* The clock is about to be moved to `now_ms` (virtual ones are): running jobs that are alive by the clock of now stay so.
 * To be called right before the move. ERR_BUSY, ERR_STORAGE. */
CHECK_RESULT err_code job_clock_moves(ctx *c, db *d, int64_t now_ms, int64_t stale_ms);
/* How it ended. */
typedef enum { JOB_DONE, JOB_FAILED, JOB_CANCELLED } job_end;
/*   result  one JSON value, or empty
 *   error   sentence for the owner of the shop; empty when done
 * ERR_CONFLICT when the job is no longer this owner's. */
CHECK_RESULT err_code job_finish(ctx *c, db *d, const job *j, job_end how, str result, str error);
/* Put a running job back for later (the shop does not answer: try again at due_ms). ERR_CONFLICT as above. */
CHECK_RESULT err_code job_postpone(ctx *c, db *d, const job *j, int64_t due_ms, str error);
/* Ask to stop: a queued job is cancelled at once, a running one is told at its next heartbeat, an ended one stays as it is.
 *   ret_job  as it stands now; may be NULL
 * ERR_NOT_FOUND. */
CHECK_RESULT err_code job_cancel(ctx *c, db *d, int64_t store_id, int64_t job_id, job *ret_job);
/* ERR_NOT_FOUND. */
CHECK_RESULT err_code job_get(ctx *c, db *d, int64_t store_id, int64_t job_id, job *ret_job);
/* The same work once more, as a new job: what failed for good (a dead letter) or was cancelled.
 *   ret_job_id  the new one, or the one of this kind that is open already
 * ERR_NOT_FOUND, ERR_CONFLICT (it has not ended, or well). */
CHECK_RESULT err_code job_retry(ctx *c, db *d, int64_t store_id, int64_t job_id, int64_t *ret_job_id);
typedef struct {
    int64_t before_id;          /* 0, or the last id seen: only older ones */
    str state;                  /* empty: all */
    size_t limit;               /* 1..LIMIT_PAGE_ROWS */
} job_page;
/* Newest first. */
CHECK_RESULT err_code job_list(ctx *c, db *d, int64_t store_id, const job_page *page, job **ret_jobs, size_t *ret_n);
/* When the next queued job is due (UTC ms, may be past); -1 when none waits. */
CHECK_RESULT err_code job_next_due(ctx *c, db *d, int64_t *ret_due_ms);
/* Forget ended jobs of a store but the newest `keep`, the newest of each kind (plans ask when it ended), and what failed in the last
 * JOB_LETTER_DAYS: somebody may want to know, and to try it again.
 *   ret_n  how many went; may be NULL */
CHECK_RESULT err_code job_prune(ctx *c, db *d, int64_t store_id, size_t keep, int64_t *ret_n);
