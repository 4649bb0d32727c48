/* SQL made from the column tables. It does NOT run anything and never sees a value: values are always bound. */
#include "storage/storage_int.h"

static void comma(buf *b, size_t i) {
    if (i) buf_text(b, ", ");
}

static void columns(buf *b, const entity *e, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        comma(b, i - from);
        buf_text(b, e->fields[i].name);
    }
}

static void mark(buf *b, const dialect *t, int at) {
    buf_char(b, t->bind_mark);
    buf_i64(b, at);
}

static void marks(buf *b, const dialect *t, int first, size_t n) {
    for (size_t i = 0; i < n; i++) {
        comma(b, i);
        mark(b, t, first + (int)i);
    }
}

void sql_create_table(buf *b, const dialect *t, const entity *e) {
    buf_text(b, "CREATE TABLE IF NOT EXISTS ");
    buf_text(b, e->name);
    buf_text(b, " (");
    for (size_t i = 0; i < e->n_fields; i++) {
        buf_text(b, e->fields[i].name);
        buf_char(b, ' ');
        buf_text(b, t->column_types[e->fields[i].kind]);
        buf_text(b, ", ");
    }
    buf_text(b, "PRIMARY KEY (");
    columns(b, e, 0, e->n_keys);
    buf_text(b, "))");
    buf_text(b, t->table_suffix);
    buf_text(b, ";\n");
}

/* The key behind the column makes the index serve keyset paging too. */
void sql_create_indexes(buf *b, const entity *e) {
    for (size_t i = 1; i < e->n_fields; i++) {
        if (!(e->fields[i].flags & INDEXED)) continue;
        const char *name = e->fields[i].name;
        buf_printf(b, "CREATE INDEX IF NOT EXISTS %s_by_%s ON %s (store_id, %s, ", e->name, name, e->name, name);
        columns(b, e, 1, e->n_keys);
        buf_text(b, ");\n");
    }
}

static void put_text(buf *b, const dialect *t, const entity *e) {
    buf_printf(b, "INSERT INTO %s (", e->name);
    columns(b, e, 0, e->n_fields);
    buf_text(b, ") VALUES (");
    marks(b, t, 1, e->n_fields);
    buf_text(b, ") ON CONFLICT (");
    columns(b, e, 0, e->n_keys);
    if (e->n_keys == e->n_fields) {
        buf_text(b, ") DO NOTHING");
        return;
    }
    buf_text(b, ") DO UPDATE SET ");
    for (size_t i = e->n_keys; i < e->n_fields; i++) {
        comma(b, i - e->n_keys);
        buf_printf(b, "%s = excluded.%s", e->fields[i].name, e->fields[i].name);
    }
}

/* WHERE key1 = ?1 AND ...; the number of the next value. */
static int where_keys(buf *b, const dialect *t, const entity *e, size_t n_keys) {
    for (size_t i = 0; i < n_keys; i++) {
        buf_printf(b, "%s%s = ", i ? " AND " : " WHERE ", e->fields[i].name);
        mark(b, t, (int)i + 1);
    }
    return (int)n_keys + 1;
}

static void scan_text(buf *b, const dialect *t, const entity *e, const statement_key *key) {
    buf_text(b, "SELECT ");
    columns(b, e, 0, e->n_fields);
    buf_printf(b, " FROM %s", e->name);
    if (key->by != NO_BY && t->indexed_by) buf_printf(b, "%s%s_by_%s", t->indexed_by, e->name, e->fields[key->by].name);
    int at = where_keys(b, t, e, key->n_keys);
    if (key->by != NO_BY) {
        buf_printf(b, " AND %s = ", e->fields[key->by].name);
        mark(b, t, at++);
    }
    size_t rest = e->n_keys - key->n_keys;
    if (key->after && rest) {                       /* (k2, k3) > (?2, ?3): one step into the index, whatever the depth */
        buf_text(b, key->n_keys ? " AND (" : " WHERE (");
        columns(b, e, key->n_keys, e->n_keys);
        buf_text(b, ") > (");
        marks(b, t, at, rest);
        buf_char(b, ')');
        at += (int)rest;
    }
    if (rest) {
        buf_text(b, " ORDER BY ");
        columns(b, e, key->n_keys, e->n_keys);
    }
    buf_text(b, " LIMIT ");
    mark(b, t, at);
}

/* Named queries are written with '?'; another mark is put in its place. They hold no quoted question marks. */
static void query_text(buf *b, const dialect *t, const char *sql) {
    for (; *sql; sql++) buf_char(b, *sql == '?' ? t->bind_mark : *sql);
}

static void select_text(buf *b, const dialect *t, const entity *e, const char *what, size_t n_keys) {
    buf_printf(b, "SELECT %s FROM %s", what, e->name);
    (void)where_keys(b, t, e, n_keys);                          /* no value follows */
}

void sql_text(buf *b, const dialect *t, const statement_key *key) {
    const entity *e = key->what;
    switch (key->op) {
    case OP_PUT: put_text(b, t, e); break;
    case OP_GET:
        buf_text(b, "SELECT ");
        columns(b, e, 0, e->n_fields);
        buf_printf(b, " FROM %s", e->name);
        (void)where_keys(b, t, e, e->n_keys);                   /* no value follows */
        break;
    case OP_HASH: select_text(b, t, e, "payload_hash", e->n_keys); break;
    case OP_COUNT: select_text(b, t, e, "count(*)", 1); break;
    case OP_DELETE:
        buf_printf(b, "DELETE FROM %s", e->name);
        (void)where_keys(b, t, e, key->n_keys);                 /* no value follows */
        break;
    case OP_SCAN: scan_text(b, t, e, key); break;
    case OP_QUERY: query_text(b, t, ((const query *)key->what)->sql); break;
    case OP_TABLE_EXISTS: query_text(b, t, t->table_exists); break;
    }
}
