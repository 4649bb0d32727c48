/* SQLite behind the driver table: WAL, a sync at every commit, patient writers. It does NOT know tables: storage.c does. */
#include "storage/driver_int.h"
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct driver_conn {
    sqlite3 *h;
    int busy_ms;
    int64_t busy_since_us;          /* when the writer now waiting began to wait */
};

enum { BUSY_SLEEP_MS = 3, LONGEST_VALUE = 64 * 1024 * 1024 };

/* what SQLite says: our code, and what the reader can do about it */
static const struct { int primary; err_code code; const char *advice; } reasons[] = {
    { SQLITE_BUSY, ERR_BUSY, "another process or thread keeps the database locked; try again, or end the other one" },
    { SQLITE_LOCKED, ERR_BUSY, "another process or thread keeps the database locked; try again, or end the other one" },
    { SQLITE_FULL, ERR_STORAGE, "the disk is full; free some space and try again" },
    { SQLITE_IOERR, ERR_STORAGE, "the disk refused to read or write; check it and its free space" },
    { SQLITE_READONLY, ERR_STORAGE, "the file or its folder may not be written; check owner and permissions" },
    { SQLITE_PERM, ERR_STORAGE, "the file or its folder may not be written; check owner and permissions" },
    { SQLITE_CANTOPEN, ERR_STORAGE, "the folder is missing or may not be written; make it, or choose another with --data" },
    { SQLITE_NOTADB, ERR_STORAGE, "the file is not a database; move it away, or choose another folder with --data" },
    { SQLITE_CORRUPT, ERR_CORRUPT, "the file is damaged; restore it from a backup" },
    { SQLITE_TOOBIG, ERR_TOO_LARGE, "a text is longer than the database takes" },
    { SQLITE_NOMEM, ERR_NO_MEMORY, "memory ended" },
    { SQLITE_CONSTRAINT, ERR_CONFLICT, "the row contradicts another" },
    { SQLITE_INTERRUPT, ERR_CANCELLED, "interrupted" },
};

static err_code explain(ctx *c, const driver_conn *n, int rc, const char *doing) {
    const char *said = n->h ? sqlite3_errmsg(n->h) : sqlite3_errstr(rc);
    for (size_t i = 0; i < COUNT(reasons); i++)
        if (reasons[i].primary == (rc & 0xff))
            return fail(c, reasons[i].code, "%s: %s (%s)", doing, reasons[i].advice, said);
    return fail(c, ERR_STORAGE, "%s: %s", doing, said);
}

/* SQLite's own handler waits up to 100 ms between looks, so that a busy neighbour could starve us: we look often. */
static int on_busy(void *arg, int tries) {
    driver_conn *n = arg;
    const time_source *t = time_source_system();
    if (tries == 0) n->busy_since_us = t->mono_us(t);
    if (t->mono_us(t) - n->busy_since_us > (int64_t)n->busy_ms * 1000) return 0;
    t->sleep_ms(t, BUSY_SLEEP_MS);
    return 1;
}

static err_code exec(ctx *c, driver_conn *n, const char *sql) {
    int rc = sqlite3_exec(n->h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : explain(c, n, rc, "change the database");
}

static void harden(sqlite3 *h) {
    static const struct { int what, on; } config[] = {
        { SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 }, { SQLITE_DBCONFIG_DQS_DML, 0 },
        { SQLITE_DBCONFIG_DQS_DDL, 0 }, { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
        { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    };
    for (size_t i = 0; i < COUNT(config); i++)
        (void)sqlite3_db_config(h, config[i].what, config[i].on, NULL);     /* an older library without one is no worse off */
    (void)sqlite3_limit(h, SQLITE_LIMIT_LENGTH, LONGEST_VALUE);             /* gives the old limit */
    (void)sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
}

/* Two processes that make the same new file meet here, and SQLite does not call the busy handler for it. */
static int turn_wal_on(driver_conn *n) {
    int rc = SQLITE_BUSY;
    for (int tries = 0; (rc & 0xff) == SQLITE_BUSY; tries++) {
        rc = sqlite3_exec(n->h, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if ((rc & 0xff) == SQLITE_BUSY && !on_busy(n, tries)) break;
    }
    return rc;
}

/* No memory map: a file cut short by somebody would be a bus error, and mapped pages count as our memory. The cache is per
 * connection; 2 MB hold the inner pages of a shop of millions of rows. */
static const char *const settings = "PRAGMA synchronous = FULL; PRAGMA cache_size = -%zu; PRAGMA wal_autocheckpoint = %d; "
                                    "PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 16777216; PRAGMA cell_size_check = ON; "
                                    "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;";

static err_code set_up(ctx *c, driver_conn *n, const db_options *o, const char *path) {
    char all[512];
    snprintf(all, sizeof all, settings, o->cache_bytes / 1024, o->checkpoint_pages);
    harden(n->h);
    (void)sqlite3_busy_handler(n->h, on_busy, n);               /* cannot fail on an open handle */
    int rc = turn_wal_on(n);
    if (rc == SQLITE_OK) rc = sqlite3_exec(n->h, all, NULL, NULL, NULL);
    if (rc == SQLITE_OK && sqlite3_db_readonly(n->h, "main") == 1) rc = SQLITE_READONLY;
    if (rc == SQLITE_OK) return ERR_OK;
    char doing[512];
    snprintf(doing, sizeof doing, "open the database %s", path);
    return explain(c, n, rc, doing);
}

static void close_conn(driver_conn *n) {
    if (!n) return;
    (void)sqlite3_close_v2(n->h);                               /* nothing can be done about a failing close */
    free(n);
}

/* The file holds personal data: made for its owner only. SQLite gives its two companions the same mode. Only a new file may be
 * opened here: closing any descriptor of a file drops all locks this process has on it, and then another process that ends
 * takes itself for the last one and deletes the log under us (fcntl(2); "How To Corrupt", section 2.2 at sqlite.org). */
static void make_private(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);                                     /* a failure shows again, with its reason, in sqlite3_open_v2 */
}

static err_code open_conn(ctx *c, str location, const db_options *o, driver_conn **ret_conn) {
    const char *path = str_cstr(c->arena, location);
    driver_conn *n = calloc(1, sizeof *n);
    if (!path || !n) {
        free(n);
        return fail(c, ERR_NO_MEMORY, "open the database");
    }
    n->busy_ms = o->busy_ms;
    make_private(path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(path, &n->h, flags, NULL);
    char doing[512];
    snprintf(doing, sizeof doing, "open the database %s", path);
    err_code e = rc == SQLITE_OK ? set_up(c, n, o, path) : explain(c, n, rc, doing);
    if (e) close_conn(n);
    else *ret_conn = n;
    return e;
}

static err_code prepare(ctx *c, driver_conn *n, str sql, driver_statement **ret_statement) {
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v3(n->h, sql.p, (int)sql.n, SQLITE_PREPARE_PERSISTENT, &s, NULL);
    if (rc != SQLITE_OK) return explain(c, n, rc, "prepare a statement");
    *ret_statement = (driver_statement *)s;
    return ERR_OK;
}

static sqlite3_stmt *stmt(driver_statement *s) { return (sqlite3_stmt *)s; }

static void finalize(driver_statement *s) { (void)sqlite3_finalize(stmt(s)); }  /* repeats the error of the last step */

static int bind_value(sqlite3_stmt *s, int at, const sql_value *v) {
    if (v->is_null) return sqlite3_bind_null(s, at);
    const char *text = v->v.s.p ? v->v.s.p : "";                /* a null pointer would be bound as NULL */
    switch (v->kind) {
    case FIELD_TEXT:
    case FIELD_JSON: return sqlite3_bind_text64(s, at, text, v->v.s.n, SQLITE_STATIC, SQLITE_UTF8);
    case FIELD_BLOB: return sqlite3_bind_blob64(s, at, text, v->v.s.n, SQLITE_STATIC);
    case FIELD_REAL: return sqlite3_bind_double(s, at, v->v.r);
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_TIME:
    case FIELD_MONEY:
    case FIELD_OPT_INT:
    case FIELD_OPT_MONEY: return sqlite3_bind_int64(s, at, v->v.i);
    case FIELD_KINDS: break;
    }
    return SQLITE_MISUSE;
}

static err_code bind(ctx *c, driver_conn *n, driver_statement *s, int at, const sql_value *value) {
    int rc = bind_value(stmt(s), at, value);
    return rc == SQLITE_OK ? ERR_OK : explain(c, n, rc, "bind a value");
}

static err_code step(ctx *c, driver_conn *n, driver_statement *s, bool *ret_row) {
    int rc = sqlite3_step(stmt(s));
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return explain(c, n, rc, "read or write the database");
    *ret_row = rc == SQLITE_ROW;
    return ERR_OK;
}

static sql_value column(driver_statement *s, int at, field_kind kind) {
    sql_value v = { .kind = kind, .is_null = sqlite3_column_type(stmt(s), at) == SQLITE_NULL };
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_JSON:
    case FIELD_BLOB:
        v.v.s.p = sqlite3_column_blob(stmt(s), at);             /* the stored bytes of a text too; length second, as SQLite wants */
        v.v.s.n = (size_t)sqlite3_column_bytes(stmt(s), at);
        break;
    case FIELD_REAL: v.v.r = sqlite3_column_double(stmt(s), at); break;
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_TIME:
    case FIELD_MONEY:
    case FIELD_OPT_INT:
    case FIELD_OPT_MONEY: v.v.i = sqlite3_column_int64(stmt(s), at); break;
    case FIELD_KINDS: break;
    }
    return v;
}

static void reset(driver_statement *s) {
    (void)sqlite3_reset(stmt(s));                               /* repeats the error of the last step */
    (void)sqlite3_clear_bindings(stmt(s));                      /* always SQLITE_OK */
}

static int64_t changes(driver_conn *n) { return sqlite3_changes64(n->h); }
static bool in_transaction(driver_conn *n) { return !sqlite3_get_autocommit(n->h); }

static err_code check(ctx *c, driver_conn *n) {
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(n->h, "PRAGMA integrity_check(1)", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    const char *said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    err_code e = ERR_OK;
    if (!said) e = explain(c, n, rc, "check the database");
    else if (strcmp(said, "ok") != 0) e = fail(c, ERR_CORRUPT, "the database is damaged: %s; restore it from a backup", said);
    (void)sqlite3_finalize(s);                                  /* repeats the error of the step */
    return e;
}

#define SQLITE_INT "INTEGER NOT NULL DEFAULT 0"
#define SQLITE_STR "TEXT NOT NULL DEFAULT ''"

const driver sqlite_driver = {
    .scheme = { "sqlite:", 7 },
    .dialect = {
        .column_types = {
            [FIELD_TEXT] = SQLITE_STR, [FIELD_JSON] = SQLITE_STR, [FIELD_BLOB] = "BLOB NOT NULL DEFAULT x''",
            [FIELD_INT] = SQLITE_INT, [FIELD_BOOL] = SQLITE_INT, [FIELD_TIME] = SQLITE_INT, [FIELD_MONEY] = SQLITE_INT,
            [FIELD_REAL] = "REAL NOT NULL DEFAULT 0", [FIELD_OPT_INT] = "INTEGER", [FIELD_OPT_MONEY] = "INTEGER",
        },
        .table_suffix = " WITHOUT ROWID, STRICT",
        .indexed_by = " INDEXED BY ",           /* left alone it walks all rows of the store: both begin with store_id */
        .bind_mark = '?',
        .begin = { [STORAGE_READ] = "BEGIN", [STORAGE_WRITE] = "BEGIN IMMEDIATE" },
        .table_exists = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1",
    },
    .open = open_conn, .close = close_conn, .exec = exec, .prepare = prepare, .finalize = finalize, .bind = bind, .step = step,
    .column = column, .reset = reset, .changes = changes, .in_transaction = in_transaction, .check = check,
};
