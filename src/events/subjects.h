/* Who is in which experiment since when: the rows experiments are judged by, made of the log of answers.
 * Promise: every person who met an experiment (experiment 0 is the hold-out) has one row with the arm of his first answer, when that
 * was, and what he had bought in the 14 days before; `mixed` when two arms were met, so that he can be left out. Robots and answers
 * without a name leave none. Where the reading stands is kept with the rows in one transaction: killed, run twice, or run by several
 * processes at once, every answer counts once. When names turn out to be one person (identity.h), their rows become one, with the
 * arm met first; so rows do not depend on when that was told. clicks, orders and revenue are not written here.
 * Threads: the caller's connection. Read next: events/exposures.h, events/person_orders.h, experiments/README.md. */
#pragma once
#include "storage/storage.h"

/* Arms of experiment 0. */
#define SUBJECT_HELD_OUT "held_out"
#define SUBJECT_TREATED "treated"
#define SUBJECT_BEFORE_MS (14 * (int64_t)MS_PER_DAY)

/* Read on in the log, up to a few seconds ago: what is on its way to the disk may have a smaller id. Short transactions of its own;
 * none when there is nothing new.
 *   most   answers looked at in this call, at least; 0 = all there are
 *   ret_n  answers taken; may be NULL
 * Not inside an open transaction. ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED. O(answers). */
CHECK_RESULT err_code subjects_catch_up(ctx *c, db *d, int64_t store_id, size_t most, size_t *ret_n);
/* `from` is known to be `to` now: his rows become theirs. In the open transaction, or one statement at a time. */
CHECK_RESULT err_code subjects_rename(ctx *c, db *d, int64_t store_id, str from, str to);
