/* The log of what was shown: one row an answer, written behind the answer's back.
 * Promise: exposure_log_put() never waits and never fails an answer: texts are copied into the chunk that gathers, and while one
 * chunk is on its way to the disk the next one gathers, so the log keeps up by itself; when LIMIT_EXPOSURES_WAITING answers wait
 * already, further ones are counted and left out. A row is given to the committer before any event about it can be: whoever reads
 * it in a later write of the same committer finds it, there or by exposure_log_find(). What was not yet on disk when the process
 * was killed is lost; events about such an answer keep their rec_id and count for nothing.
 * The hold-out's answers are logged too, as what would have been shown (held_out).
 * Threads: put() any; exposure_find() that of its db. Read next: events/README.md, schema/fields_events.h (EXPOSURE_FIELDS). */
#pragma once
#include "storage/storage.h"

enum { LIMIT_EXPOSURES_WAITING = 20000 };

typedef struct exposure_log exposure_log;
/* `writes` is the caller's and ends after the log, or once it was flushed for good. ERR_NO_MEMORY. */
CHECK_RESULT err_code exposure_log_new(ctx *c, committer *writes, exposure_log **ret_log);
/* Flushes. Nobody may put any more. NULL is fine. */
void exposure_log_free(exposure_log *log);
/* Wait until nothing logged is on its way any more. Not from the committer's thread. */
void exposure_log_flush(exposure_log *log);
/* Log `x`, whose texts are copied. x->items as schema/exposed_items.h writes them. */
void exposure_log_put(exposure_log *log, const exposure *x);

/* An answer that waits for the disk still: visitors may be quicker than the log. On the committer's thread only.
 *   rec_id     the answer's
 *   ret_found  texts in c->arena
 * ERR_NOT_FOUND, ERR_NO_MEMORY. O(5000). */
CHECK_RESULT err_code exposure_log_find(exposure_log *log, ctx *c, int64_t store_id, str rec_id, exposure *ret_found);

typedef struct { uint64_t written, left_out, failed; } exposure_counts;
exposure_counts exposure_log_get_counts(exposure_log *log);
