/* The door of events: batches in, rows on disk, then those who want to know are told.
 * Promise: a batch is answered only when its rows are on disk, by one sync for all batches that wait (group commit); an event
 * whose client id was seen before (EVENT_LATE_MS, LIMIT_REPEAT_IDS) is not written again, also after a restart and when another
 * process of the same database wrote it. event_ids of a store only grow, whatever the clock and however many processes: a number
 * is taken inside the write transaction, above all that are there. Memory is bounded by limits.h.
 * Threads: intake_give() from any thread, never waits; `done` and takers run on the committer's thread.
 * Read next: events/README.md, events/session_memory.h, intake.c. */
#pragma once
#include "events/event.h"
#include "events/session_memory.h"
#include "storage/storage.h"

/* Events of one request. All of it belongs to the caller and must stay until `done`. */
typedef struct event_batch event_batch;
struct event_batch {
    int64_t store_id;
    int64_t received_ms;
    consent_level otherwise;        /* consent in force when nobody told */
    visitor_event *events;          /* checked by event_check() */
    size_t n;
    /* Told when they are on disk (or not: `e`, with the detail in c). Hand over and return: others wait for this thread. */
    void (*done)(ctx *c, err_code e, event_batch *b);
    void *arg;
    size_t accepted, repeated;      /* once done */
    event_batch *next;              /* the intake's own */
};

/* Somebody who wants to know of events: identity, counters, ... Both calls get only new events, of any number of batches and
 * stores, in the order of their ids; they and their texts may be read during the call only. */
typedef struct {
    const char *name;               /* for the log */
    /* In the same transaction as the rows, before the sync: for rows that must come and go with them. An error undoes all and
     * fails every batch; NULL: none. */
    err_code (*write)(ctx *c, db *d, void *arg, const visitor_event *const *events, size_t n);
    /* The rows are on disk. Must be quick: memory only, no database, no waiting; NULL: none. */
    void (*taken)(ctx *c, void *arg, const visitor_event *const *events, size_t n);
    void *arg;
} event_taker;

enum { EVENT_TAKERS = 8 };
typedef struct {
    committer *writes;              /* group commit; the caller's, freed after the intake */
    session_memory *memory;         /* the caller's */
    event_taker takers[EVENT_TAKERS];
    size_t n_takers;
    uint64_t seed;                  /* from a secure source: session ids are made from it */
    size_t repeat_ids;              /* client ids remembered at least; 0 = LIMIT_REPEAT_IDS / 2 */
} intake_options;

typedef struct intake intake;
/* Reads what was written lately (client ids of a week, session memory of a day; both bounded) from `d`, newest last.
 * ERR_NO_MEMORY, ERR_STORAGE. */
CHECK_RESULT err_code intake_new(ctx *c, db *d, const intake_options *o, intake **ret_intake);
/* When nothing is on its way any more. NULL is fine. */
void intake_free(intake *k);
/* Write the batch and tell b->done. ERR_BUSY when too much waits for the disk: then done is not called. */
CHECK_RESULT err_code intake_give(intake *k, event_batch *b);

typedef struct { uint64_t accepted, repeated, robots, failed; } intake_counts;     /* events since the start; robots are accepted too */
intake_counts intake_get_counts(const intake *k);
