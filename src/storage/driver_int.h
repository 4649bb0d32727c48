/* What a back end must provide: one row of functions and one row of dialect data. Private to storage/.
 * Promise: everything above this table is the same for every database; a back end is one file (sqlite.c) that fills it.
 * All functions of one connection are called by one thread at a time. Failures are told with fail() where they are met,
 * in words that say what to do. Read next: storage/sqlite.c. */
#pragma once
#include "storage/storage.h"

typedef struct driver_conn driver_conn;
typedef struct driver_statement driver_statement;

/* How this database spells what SQL leaves open. Data, so that nobody above asks which database it is. */
typedef struct dialect {
    const char *column_types[FIELD_KINDS];  /* type, null-ness and default of a column */
    const char *table_suffix;               /* behind the closing bracket of CREATE TABLE */
    const char *indexed_by;                 /* between a table and the index to walk; NULL: it finds the index by itself */
    char bind_mark;                         /* '?' or '$', followed by the number of the value */
    const char *begin[2];                   /* by storage_mode */
    const char *table_exists;               /* a row when there is a table named by value 1 */
} dialect;

typedef struct driver {
    str scheme;                             /* what the URL begins with, colon included */
    dialect dialect;
    /*   location  the URL behind the scheme
     *   o         busy_ms, cache_bytes, checkpoint_pages, defaults filled in
     * ERR_STORAGE, ERR_CORRUPT, ERR_BUSY. */
    err_code (*open)(ctx *c, str location, const db_options *o, driver_conn **ret_conn);
    void (*close)(driver_conn *n);
    /* Statements without values, one or several. */
    err_code (*exec)(ctx *c, driver_conn *n, const char *sql);
    err_code (*prepare)(ctx *c, driver_conn *n, str sql, driver_statement **ret_statement);
    void (*finalize)(driver_statement *s);
    /* Value `at` (1..) of the statement. Texts are borrowed until reset(). */
    err_code (*bind)(ctx *c, driver_conn *n, driver_statement *s, int at, const sql_value *value);
    /* To the next row; *ret_row false at the end. */
    err_code (*step)(ctx *c, driver_conn *n, driver_statement *s, bool *ret_row);
    /* Column `at` (0..) of the row stepped to; texts are valid until the next step(). */
    sql_value (*column)(driver_statement *s, int at, field_kind kind);
    /* Ready for other values; forgets those bound. */
    void (*reset)(driver_statement *s);
    /* Rows the last INSERT, UPDATE or DELETE touched. */
    int64_t (*changes)(driver_conn *n);
    /* Does the database think that a transaction is open? After some failures it undoes one by itself. */
    bool (*in_transaction)(driver_conn *n);
    /* The whole database; ERR_CORRUPT with the first complaint. */
    err_code (*check)(ctx *c, driver_conn *n);
} driver;

extern const driver sqlite_driver;
