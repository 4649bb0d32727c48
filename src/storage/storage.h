/* One database interface: generic rows over the column tables, transactions, keyset scans, named queries, group commit.
 * Promise: the same calls behave the same on every back end (tests/storage/contract_test.c runs them all); values are always
 * bound; every list has a limit. A `db` is one connection and belongs to one thread at a time; open one per worker.
 * Writes outside a transaction are transactions of their own. Text read lives in ctx.arena.
 * Read next: storage/README.md, storage/driver_int.h (what a back end must do), storage/queries.h. */
#pragma once
#include "schema/tables.h"

typedef struct db db;

typedef struct {
    str url;                    /* "sqlite:DIR/vitrine.db" (later "postgres://...") */
    int busy_ms;                /* how long a writer waits for another, 0 = 10 s */
    size_t cache_bytes;         /* pages kept in memory, 0 = 2 MB; who writes much at random places needs more */
    int checkpoint_pages;       /* written to the log before they are moved into the file, 0 = 1000 */
} db_options;

/* Open a connection; makes the file when it is not there. ERR_STORAGE (says what to do), ERR_INVALID (unknown kind of URL). */
CHECK_RESULT err_code storage_open(ctx *c, const db_options *o, db **ret_db);
/* Rolls back what is open. NULL is fine. */
void storage_close(db *d);
/* Bring the tables to this program's version; safe with several processes at once, and quick when there is nothing to do.
 * ERR_STORAGE; ERR_CONFLICT when the database was written by a newer Vitrine. */
CHECK_RESULT err_code storage_migrate(ctx *c, db *d);
/* Version of the tables now, 0 = empty. */
CHECK_RESULT err_code storage_version(ctx *c, db *d, int64_t *ret_version);
/* Whole-file consistency check. ERR_CORRUPT with the first complaint. */
CHECK_RESULT err_code storage_check(ctx *c, db *d);

/* ---- transactions (one at a time per db; no nesting) ---- */
typedef enum { STORAGE_READ, STORAGE_WRITE } storage_mode;
CHECK_RESULT err_code storage_begin(ctx *c, db *d, storage_mode mode);
/* When it returns ERR_OK the data is on disk (fsync). On error the transaction is rolled back. */
CHECK_RESULT err_code storage_commit(ctx *c, db *d);
void storage_rollback(db *d);       /* fine when none is open */
bool storage_in_transaction(const db *d);
/* Several writes as one, whoever calls: the transaction that is open, or one of our own (*ret_ours), to be ended by storage_leave() with
 * what came of the writes: kept when that is ERR_OK, undone otherwise. Its error, or that of the commit. */
CHECK_RESULT err_code storage_join(ctx *c, db *d, bool *ret_ours);
CHECK_RESULT err_code storage_leave(ctx *c, db *d, bool ours, err_code e);

/* ---- rows ---- */
/* Insert, or replace the row with the same key. */
CHECK_RESULT err_code storage_put(ctx *c, db *d, const entity *e, const void *row);
/* Read the row whose key columns are filled in `row`; the others are overwritten. ERR_NOT_FOUND (row untouched). */
CHECK_RESULT err_code storage_get(ctx *c, db *d, const entity *e, void *row);
/* Delete rows whose first `n_keys` key columns equal those of `row` (n_keys >= 1).
 *   ret_n   how many went; may be NULL */
CHECK_RESULT err_code storage_delete(ctx *c, db *d, const entity *e, const void *row, size_t n_keys, int64_t *ret_n);
/* Rows in key order.
 *   row      first `n_keys` key columns say which (1 = all of a store)
 *   after    NULL, or a row: only keys greater than its key (keyset cursor)
 *   limit    1..LIMIT_SCAN_ROWS
 *   ret_rows array of *ret_n structs of e in c->arena */
enum { LIMIT_SCAN_ROWS = 5000 };
CHECK_RESULT err_code storage_scan(ctx *c, db *d, const entity *e, const void *row, size_t n_keys, const void *after,
                                   size_t limit, void *ret_rows, size_t *ret_n);
/* The same, only rows whose INDEXED column `by` equals row's (and the same store). */
CHECK_RESULT err_code storage_scan_by(ctx *c, db *d, const entity *e, const char *by, const void *row, const void *after,
                                      size_t limit, void *ret_rows, size_t *ret_n);
/* All stores (key order, at most `limit`, after the id given). */
CHECK_RESULT err_code storage_scan_stores(ctx *c, db *d, int64_t after_store_id, size_t limit, store **ret_rows, size_t *ret_n);
/* How many rows of a store. */
CHECK_RESULT err_code storage_count(ctx *c, db *d, const entity *e, int64_t store_id, int64_t *ret_n);

/* A row with its children, only when its hash differs from the one stored. The entity must have a payload_hash column.
 * Children sets given replace the stored sets. Opens a transaction when none is open. */
typedef enum { PUT_SAME, PUT_NEW, PUT_CHANGED } put_outcome;
CHECK_RESULT err_code storage_put_record(ctx *c, db *d, const record *r, put_outcome *ret_outcome);
/* What storage_put_record() would do now. Writes nothing and takes no lock. */
CHECK_RESULT err_code storage_compare_record(ctx *c, db *d, const record *r, put_outcome *ret_outcome);

/* ---- named queries (storage/queries.h lists them with their columns) ---- */
typedef struct { field_kind kind; union { int64_t i; double r; str s; } v; bool is_null; } sql_value;
#define SQL_INT(x) ((sql_value){ .kind = FIELD_INT, .v.i = (x) })
#define SQL_TEXT(x) ((sql_value){ .kind = FIELD_TEXT, .v.s = (x) })
#define SQL_REAL(x) ((sql_value){ .kind = FIELD_REAL, .v.r = (x) })
typedef struct query query;      /* storage/queries.h */
/* Called for each row; texts are valid during the call only. Anything but ERR_OK ends the walk and is returned. */
typedef err_code query_row(void *arg, const sql_value *columns, size_t n_columns);
CHECK_RESULT err_code storage_query(ctx *c, db *d, const query *q, const sql_value *binds, size_t n_binds, query_row *fn, void *arg);
/* One whole number in the first column of the first row; `otherwise` when there is no row. */
CHECK_RESULT err_code storage_query_i64(ctx *c, db *d, const query *q, const sql_value *binds, size_t n_binds, int64_t otherwise,
                                        int64_t *ret_value);

/* ---- group commit: many small writes, one fsync ---- */
typedef struct committer committer;
/* The write itself; runs on the committer's thread inside its transaction. An error undoes this write only. */
typedef err_code commit_write(ctx *c, db *d, void *arg);
/* Told after the batch is on disk (or failed). Runs on the committer's thread: hand over and return. `c` carries the detail. */
typedef void commit_done(ctx *c, err_code e, void *arg);
/* Start the thread with a connection of its own.
 *   max_waiting  writes queued at most (then ERR_BUSY) */
CHECK_RESULT err_code committer_new(ctx *c, const db_options *o, size_t max_waiting, committer **ret_committer);
/* Writes what waits, then ends. NULL is fine. */
void committer_free(committer *m);
CHECK_RESULT err_code committer_give(committer *m, commit_write *write, commit_done *done, void *arg);
/* Give and wait for the disk. Not from the committer's own thread. */
CHECK_RESULT err_code committer_wait(ctx *c, committer *m, commit_write *write, void *arg);
