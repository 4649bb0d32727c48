/* What was written to a store's events by anybody: before the start, and by other processes since.
 * Promise: inside a write transaction nobody else writes, so after catch_up() ids above `last` are free, and every client id of the
 * last week is known. Costs one look at the end of the table when nobody else wrote. Committer's thread. Private to events/. */
#pragma once
#include "base/map.h"
#include "events/repeats.h"
#include "events/session_memory.h"
#include "storage/storage.h"

typedef struct {
    int64_t store_id;
    int64_t last;                   /* newest event id read or given */
    int64_t safe;                   /* newest one on disk: where to read on when what was given comes to nothing */
    uint64_t round;                 /* the write it was brought up to date for */
} store_tail;

typedef struct {
    map64 places;                   /* store id -> place in tails, from 1 */
    store_tail *tails;
    size_t n, room;
    repeats seen;
    session_memory *memory;
} tail_table;

/* The tail of a store, read up to now; the same `round` reads once.
 *   now_ms  what is older than EVENT_LATE_MS is not read
 * ERR_STORAGE, ERR_NO_MEMORY. Valid until the next call. */
CHECK_RESULT err_code catch_up(ctx *c, db *d, tail_table *t, int64_t store_id, int64_t now_ms, uint64_t round, store_tail **ret_tail);
/* The write of this round reached the disk, or did not. */
void catch_up_settle(tail_table *t, uint64_t round, bool written);
