/* Connections, transactions, prepared statements, named queries. It does NOT know rows: rows.c does. */
#include "storage/storage_int.h"
#include <stdlib.h>

static const driver *const drivers[] = { &sqlite_driver };
enum { BUSY_MS = 10000, CACHE_BYTES = 2000 * 1024, CHECKPOINT_PAGES = 1000, SQL_BYTES = 16 * 1024, ROWS_BETWEEN_CHECKS = 256 };

err_code storage_open(ctx *c, const db_options *o, db **ret_db) {
    const driver *k = NULL;
    for (size_t i = 0; i < COUNT(drivers) && !k; i++)
        if (str_starts(o->url, drivers[i]->scheme)) k = drivers[i];
    if (!k) return fail(c, ERR_INVALID, "the database URL must begin with 'sqlite:', not '%.*s'", STR_ARG(str_clip(o->url, 40)));
    db *d = calloc(1, sizeof *d);
    if (!d) return fail(c, ERR_NO_MEMORY, "open the database");
    d->driver = k;
    db_options full = *o;
    if (full.busy_ms <= 0) full.busy_ms = BUSY_MS;
    if (!full.cache_bytes) full.cache_bytes = CACHE_BYTES;
    if (full.checkpoint_pages <= 0) full.checkpoint_pages = CHECKPOINT_PAGES;
    err_code e = k->open(c, str_sub(o->url, k->scheme.n, o->url.n), &full, &d->conn);
    if (e) free(d);
    else *ret_db = d;
    return e;
}

void storage_close(db *d) {
    if (!d) return;
    storage_rollback(d);
    for (size_t i = 0; i < STATEMENT_CACHE; i++)
        if (d->cache[i].handle) d->driver->finalize(d->cache[i].handle);
    d->driver->close(d->conn);
    free(d);
}

err_code storage_exec(ctx *c, db *d, const char *sql) { return d->driver->exec(c, d->conn, sql); }

/* ---- transactions ---- */

bool storage_in_transaction(const db *d) { return d->open; }

err_code storage_begin(ctx *c, db *d, storage_mode mode) {
    if (d->open) return fail(c, ERR_INTERNAL, "a transaction is open already");
    TRY(storage_exec(c, d, d->driver->dialect.begin[mode]));
    d->open = true;
    d->mode = mode;
    return ERR_OK;
}

err_code storage_commit(ctx *c, db *d) {
    if (!d->open || d->guarded) return fail(c, ERR_INTERNAL, "there is no transaction of this caller to commit");
    err_code e = storage_exec(c, d, "COMMIT");
    if (e) storage_rollback(d);
    d->open = false;
    return e;
}

void storage_rollback(db *d) {
    if (!d->open || d->guarded) return;
    AUTO_ARENA none;
    arena_init(&none, 0);
    ctx quiet;
    ctx_init(&quiet, &none);
    if (d->driver->in_transaction(d->conn))
        (void)d->driver->exec(&quiet, d->conn, "ROLLBACK");     /* one that cannot be undone now ends with the connection */
    d->open = false;
}

err_code storage_join(ctx *c, db *d, bool *ret_ours) {
    *ret_ours = !storage_in_transaction(d);
    return *ret_ours ? storage_begin(c, d, STORAGE_WRITE) : ERR_OK;
}

err_code storage_leave(ctx *c, db *d, bool ours, err_code e) {
    if (!ours) return e;
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

err_code storage_check(ctx *c, db *d) {
    TRY(d->driver->check(c, d->conn));
    for (size_t i = 0; i < n_entities; i++) {           /* a column that is missing cannot be prepared */
        statement_use s AUTO_STATEMENT = { .d = d };
        if (statement_take(c, &(statement_key){ .what = all_entities[i], .op = OP_GET }, &s))
            return fail(c, ERR_CORRUPT, "table %s is not what this program expects; run 'vitrine doctor'", all_entities[i]->name);
    }
    return ERR_OK;
}

/* ---- prepared statements ---- */

static bool key_same(const statement_key *a, const statement_key *b) {
    return a->what == b->what && a->op == b->op && a->n_keys == b->n_keys && a->by == b->by && a->after == b->after;
}

/* The idle statement of this key; else a free or the least recently used idle slot; NULL when all are taken. */
static statement *find_slot(db *d, const statement_key *key) {
    statement *oldest = NULL;
    for (size_t i = 0; i < STATEMENT_CACHE; i++) {
        statement *s = &d->cache[i];
        if (s->taken) continue;
        if (s->handle && key_same(&s->key, key)) return s;
        if (!oldest || s->used < oldest->used) oldest = s;
    }
    return oldest;
}

static err_code prepare_into(ctx *c, db *d, const statement_key *key, statement *s) {
    AUTO_BUF b;
    buf_init(&b, SQL_BYTES);
    sql_text(&b, &d->driver->dialect, key);
    if (buf_err(&b)) return fail(c, ERR_INTERNAL, "a statement is longer than %d bytes", SQL_BYTES);
    if (s->handle) d->driver->finalize(s->handle);
    *s = (statement){ .key = *key };
    return d->driver->prepare(c, d->conn, buf_view(&b), &s->handle);
}

err_code statement_take(ctx *c, const statement_key *key, statement_use *u) {
    db *d = u->d;
    if (d->open && !d->driver->in_transaction(d->conn))
        return fail(c, ERR_STORAGE, "the database undid this transaction after an earlier failure");
    if (d->open && d->mode == STORAGE_READ && (key->op == OP_PUT || key->op == OP_DELETE))
        return fail(c, ERR_INTERNAL, "write in a transaction that was begun for reading");
    statement *s = find_slot(d, key);
    if (!s) return fail(c, ERR_INTERNAL, "more than %d statements are open at once", STATEMENT_CACHE);
    if (!s->handle || !key_same(&s->key, key)) TRY(prepare_into(c, d, key, s));
    s->taken = true;
    s->used = ++d->tick;
    u->s = s;
    return ERR_OK;
}

void statement_give(statement_use *u) {
    if (!u->s) return;
    u->d->driver->reset(u->s->handle);
    u->s->taken = false;
    u->s = NULL;
}

err_code statement_bind(ctx *c, statement_use *u, const sql_value *value) {
    return u->d->driver->bind(c, u->d->conn, u->s->handle, ++u->bound, value);
}

err_code statement_step(ctx *c, statement_use *u, bool *ret_row) {
    return u->d->driver->step(c, u->d->conn, u->s->handle, ret_row);
}

sql_value statement_column(const statement_use *u, int at, field_kind kind) {
    return u->d->driver->column(u->s->handle, at, kind);
}

/* ---- named queries ---- */

static err_code open_query(ctx *c, const query *q, const sql_value *binds, size_t n_binds, statement_use *s) {
    if (n_binds != q->n_binds) return fail(c, ERR_INTERNAL, "query %s takes %zu values, got %zu", q->name, q->n_binds, n_binds);
    TRY(statement_take(c, &(statement_key){ .what = q, .op = OP_QUERY }, s));
    for (size_t i = 0; i < n_binds; i++) TRY(statement_bind(c, s, &binds[i]));
    return ERR_OK;
}

err_code storage_query(ctx *c, db *d, const query *q, const sql_value *binds, size_t n_binds, query_row *fn, void *arg) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(open_query(c, q, binds, n_binds, &s));
    sql_value columns[COUNT(q->columns)];
    bool row = false;
    for (size_t n = 1;; n++) {
        TRY(statement_step(c, &s, &row));
        if (!row) return ERR_OK;
        for (size_t i = 0; i < q->n_columns; i++) columns[i] = statement_column(&s, (int)i, q->columns[i]);
        TRY(fn(arg, columns, q->n_columns));
        if (n % ROWS_BETWEEN_CHECKS == 0) TRY(ctx_check(c));
    }
}

typedef struct { int64_t value; bool found; } first_number;

static err_code take_first(void *arg, const sql_value *columns, size_t n_columns) {
    first_number *f = arg;
    if (!f->found && n_columns && !columns[0].is_null) *f = (first_number){ columns[0].v.i, true };
    return ERR_OK;
}

err_code storage_query_i64(ctx *c, db *d, const query *q, const sql_value *binds, size_t n_binds, int64_t otherwise,
                           int64_t *ret_value) {
    first_number f = { .found = false };
    TRY(storage_query(c, d, q, binds, n_binds, take_first, &f));
    *ret_value = f.found ? f.value : otherwise;
    return ERR_OK;
}
