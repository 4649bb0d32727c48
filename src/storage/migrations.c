/* The versions of the tables and the way from each to the next. It does NOT write columns twice: a new database is made from
 * the column tables, an old one walks the steps. tests/storage/migrations_test.c holds both to the same result. */
#include "storage/storage_int.h"

/* A step changes tables that exist; new tables and indexes need no words, they are made after the last step. */
static const struct { int64_t version; const char *sql; } steps[] = {
    { 1, "" },                                                          /* everything, from the column tables */
    { 2, "ALTER TABLE job_row ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;" },
    { 3, "ALTER TABLE order_row ADD COLUMN visitor_id TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE order_row ADD COLUMN rec_ids TEXT NOT NULL DEFAULT '';" },    /* and events, exposures, experiments, counters */
    { 4, "DROP TABLE IF EXISTS counter_row;" },                         /* nothing was ever in it; its columns are others now */
    { 5, "ALTER TABLE store_row ADD COLUMN smtp_password BLOB NOT NULL DEFAULT x'';" },   /* and letters */
    { 6, "ALTER TABLE job_row ADD COLUMN log TEXT NOT NULL DEFAULT '';" },
    { 7, "" },                                                          /* days of experiments, changes of placements */
    { 8, "CREATE TABLE IF NOT EXISTS alias_row (store_id INTEGER NOT NULL DEFAULT 0, alias TEXT NOT NULL DEFAULT '', "     /* of 3 */
         "person TEXT NOT NULL DEFAULT '', first_ms INTEGER NOT NULL DEFAULT 0, parent TEXT NOT NULL DEFAULT '', "
         "linked_ms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (store_id, alias)) WITHOUT ROWID, STRICT;"
         "ALTER TABLE alias_row ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;" },
    { 9, "ALTER TABLE model_row ADD COLUMN failed_ms INTEGER NOT NULL DEFAULT 0;" },
    { 10, "" },                                                         /* designs of widgets */
    { 11, "ALTER TABLE store_row ADD COLUMN plugin_secret BLOB NOT NULL DEFAULT x'';" },
    { 12, "" },                                                         /* connect codes */
    { 13, "" },                                                         /* offers that were used */
    { 14, "" },                                                         /* carts */
    { 15, "ALTER TABLE store_row ADD COLUMN price_style TEXT NOT NULL DEFAULT '';" },
};

/* What the column tables cannot say. */
static const char *const extras =
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_ms BIGINT NOT NULL);\n"
    "CREATE UNIQUE INDEX IF NOT EXISTS store_row_by_name ON store_row (name) WHERE name <> '';\n"
    "CREATE INDEX IF NOT EXISTS job_row_open ON job_row (due_ms, store_id, job_id) WHERE state IN ('queued', 'running');\n";

enum { DDL_BYTES = 256 * 1024 };

/* The newest version this program knows. */
static int64_t newest(void) { return steps[COUNT(steps) - 1].version; }

static err_code table_exists(ctx *c, db *d, str name, bool *ret_exists) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .op = OP_TABLE_EXISTS }, &s));
    TRY(statement_bind(c, &s, &SQL_TEXT(name)));
    return statement_step(c, &s, ret_exists);
}

err_code storage_version(ctx *c, db *d, int64_t *ret_version) {
    bool exists = false;
    TRY(table_exists(c, d, STR("schema_version"), &exists));
    if (exists) return storage_query_i64(c, d, &query_version, NULL, 0, 0, ret_version);
    *ret_version = 0;
    return ERR_OK;
}

static err_code create_missing(ctx *c, db *d) {
    AUTO_BUF b;
    buf_init(&b, DDL_BYTES);
    for (size_t i = 0; i < n_entities; i++) sql_create_table(&b, &d->driver->dialect, all_entities[i]);
    for (size_t i = 0; i < n_entities; i++) sql_create_indexes(&b, all_entities[i]);
    buf_text(&b, extras);
    if (buf_err(&b)) return fail(c, ERR_INTERNAL, "the tables take more than %d bytes of text", DDL_BYTES);
    return storage_exec(c, d, b.p);
}

static err_code no_row(void *arg, const sql_value *columns, size_t n_columns) {
    (void)arg, (void)columns, (void)n_columns;                          /* an INSERT answers no rows */
    return ERR_OK;
}

/* Runs alone: the write transaction keeps other processes out, and what they did is looked at again inside it. */
static err_code migrate(ctx *c, db *d) {
    int64_t version = 0;
    TRY(storage_version(c, d, &version));
    if (version >= newest()) return ERR_OK;
    for (size_t i = 0; i < COUNT(steps); i++)
        if (version > 0 && steps[i].version > version) TRY(storage_exec(c, d, steps[i].sql));
    TRY(create_missing(c, d));
    sql_value binds[] = { SQL_INT(newest()), SQL_INT(ctx_now_ms(c)) };
    return storage_query(c, d, &query_version_put, binds, COUNT(binds), no_row, NULL);
}

err_code storage_migrate(ctx *c, db *d) {
    int64_t version = 0;
    TRY(storage_version(c, d, &version));
    if (version == newest()) return ERR_OK;
    if (version > newest())
        return fail(c, ERR_CONFLICT, "the database has version %lld and this program knows up to %lld: run the newer Vitrine",
                    (long long)version, (long long)newest());
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = migrate(c, d);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}
