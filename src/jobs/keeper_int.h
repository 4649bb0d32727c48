/* The keeper of a running job: a thread that writes its progress and heartbeat into the row and hears "cancel".
 * Promise: the body never waits for it; it has a connection of its own, so a long transaction of the body or hours of computing
 * do not silence the heartbeat. Private to jobs/. */
#pragma once
#include "jobs/jobs.h"

enum { KEEPER_TICK_MS = 250, KEEPER_BEAT_MS = 2000 };
typedef struct job_keeper job_keeper;
/* ERR_STORAGE, ERR_NO_MEMORY, ERR_INTERNAL. End it with job_keeper_end(). */
CHECK_RESULT err_code job_keeper_start(ctx *c, const job_services *s, const job *row, const job_watch *watch, job_keeper **ret_keeper);
/* The cancel flag of the body. */
const atomic_bool *job_keeper_flag(const job_keeper *k);
void job_keeper_tell(job_keeper *k, str step, int64_t done, int64_t total);
/* Add a line to the log of the row, behind the time. */
void job_keeper_note(job_keeper *k, str line);
/* Write the last progress and stop the thread; why the flag was raised. The body holds no transaction any more. NULL is fine. */
keeper_reason job_keeper_end(job_keeper *k);
