/* The connect_sink over a database: where a connector's records go.
 * Promise: a cursor never stands behind rows that are not on disk; the write lock is held only while a batch of rows is written,
 * never while the connector waits for the shop; unchanged records take no lock at all. Two ways of use:
 *   waiting  (sync): records gather in memory and go out in short transactions, the last of each together with the cursor;
 *   direct   (webhook): a write transaction is open already; each record goes straight into it and the caller commits.
 * Removing a product removes its variations, categories, tags, brands, images and attributes; its reviews stay until the shop
 * itself drops them. Removing an order removes lines, refunds and refund lines. A store being removed refuses writes.
 * One thread. Read next: connect/connect.h, stores/webhooks.h. */
#pragma once
#include "connect/connect.h"
#include "storage/storage.h"

typedef struct store_sink store_sink;

typedef struct {
    db *d;                          /* the caller's, for as long as the sink lives */
    int64_t store_id;
    bool direct;                    /* a write transaction is open and stays the caller's */
    void (*progress)(ctx *c, void *arg, const sync_progress *p);    /* may be NULL */
    void *arg;
} store_sink_options;

/* ERR_NO_MEMORY. */
CHECK_RESULT err_code store_sink_new(ctx *c, const store_sink_options *o, store_sink **ret_sink);
/* Drops what was not flushed: rows after the last checkpoint, which come again. NULL is fine. */
void store_sink_free(store_sink *s);
/* The door for connect/; lives as long as the sink. */
const connect_sink *store_sink_door(store_sink *s);
/* Write what waits, without a cursor. Call it at the end of a sync. */
CHECK_RESULT err_code store_sink_flush(ctx *c, store_sink *s);

/* Ids seen changed, each once. */
enum { LIMIT_CHANGED_IDS = 20000 };
typedef struct {
    const str *ids;
    size_t n;
    bool overflow;                  /* there were more: take everything as changed */
} changed_ids;

typedef struct {
    int64_t rows_new, rows_changed, rows_same, rows_removed;
    changed_ids products;           /* parents: a variation counts as its parent */
    changed_ids orders;
    bool groups;                    /* a category, tag or brand changed: many products may look different */
    bool facts;                     /* currency, tax display or title of the store changed */
} store_changes;

/* What happened so far; valid until the next call. */
store_changes store_sink_changes(const store_sink *s);
/* The same with the ids in `home`, to outlive the sink; where they do not fit, everything counts as changed. */
store_changes store_changes_dup(arena *home, store_changes changes);
/* Forget what happened so far (after the live catalogue was told). */
void store_sink_forget(store_sink *s);
