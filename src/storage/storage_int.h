/* The inside of a connection: its transaction and its cache of prepared statements. Private to storage/. */
#pragma once
#include "storage/driver_int.h"
#include "storage/queries.h"

/* What a statement does; its text is made by sql_text.c. */
typedef enum { OP_PUT, OP_GET, OP_HASH, OP_DELETE, OP_SCAN, OP_COUNT, OP_QUERY, OP_TABLE_EXISTS } statement_op;
enum { NO_BY = 0 };         /* field 0 is store_id, which nobody scans by */
typedef struct {
    const void *what;       /* entity or query */
    statement_op op;
    uint8_t n_keys;         /* key columns given */
    uint8_t by;             /* field, or NO_BY */
    bool after;             /* with a keyset cursor */
} statement_key;

enum { STATEMENT_CACHE = 160 };     /* 22 entities use five to seven statements each; about 5 KB of memory a statement */
typedef struct {
    statement_key key;
    driver_statement *handle;       /* NULL: slot is free */
    uint64_t used;                  /* tick of the last use: the oldest leaves first */
    bool taken;                     /* being stepped through */
} statement;

struct db {
    const driver *driver;
    driver_conn *conn;
    bool open;                      /* a transaction was begun by storage_begin() */
    storage_mode mode;
    bool guarded;                   /* the committer owns the transaction: a write inside it may not end it */
    uint64_t tick;
    statement cache[STATEMENT_CACHE];
};

/* A prepared statement for the length of a scope: statement_use s AUTO_STATEMENT = { .d = d }; TRY(statement_take(c, key, &s)); */
typedef struct { db *d; statement *s; int bound; } statement_use;
void statement_give(statement_use *u);
#define AUTO_STATEMENT __attribute__((cleanup(statement_give)))
/* ERR_INTERNAL in a READ transaction when the statement writes; ERR_STORAGE when the database undid the open transaction. */
CHECK_RESULT err_code statement_take(ctx *c, const statement_key *key, statement_use *u);
/* The next value. */
CHECK_RESULT err_code statement_bind(ctx *c, statement_use *u, const sql_value *value);
CHECK_RESULT err_code statement_step(ctx *c, statement_use *u, bool *ret_row);
sql_value statement_column(const statement_use *u, int at, field_kind kind);
/* Statements without values, run at once. */
CHECK_RESULT err_code storage_exec(ctx *c, db *d, const char *sql);

/* sql_text.c: texts made from the column tables. `after` and `by` as in statement_key. */
void sql_create_table(buf *b, const dialect *t, const entity *e);
/* One statement for each INDEXED column; none: adds nothing. */
void sql_create_indexes(buf *b, const entity *e);
void sql_text(buf *b, const dialect *t, const statement_key *key);
