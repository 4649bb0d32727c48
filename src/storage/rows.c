/* Generic rows over the column tables: put, get, delete, scan, count, records with children. It does NOT know any entity. */
#include "storage/storage_int.h"
#include <math.h>
#include <string.h>

enum { MOST_FIELDS = 96, FIRST_ROWS = 64 };

static bool is_text(field_kind k) { return k == FIELD_TEXT || k == FIELD_JSON || k == FIELD_BLOB; }

static sql_value value_of(const field *f, const void *at) {
    sql_value v = { .kind = f->kind };
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_JSON:
    case FIELD_BLOB: v.v.s = *(const str *)at; break;
    case FIELD_INT:
    case FIELD_TIME:
    case FIELD_MONEY: v.v.i = *(const int64_t *)at; break;
    case FIELD_REAL: v.v.r = *(const double *)at; break;
    case FIELD_BOOL: v.v.i = *(const bool *)at; break;
    case FIELD_OPT_INT:
    case FIELD_OPT_MONEY:
        v.v.i = ((const opt_int *)at)->v;
        v.is_null = !((const opt_int *)at)->known;
        break;
    case FIELD_KINDS: break;
    }
    return v;
}

static void value_into(const sql_value *v, void *at) {
    switch (v->kind) {
    case FIELD_TEXT:
    case FIELD_JSON:
    case FIELD_BLOB: *(str *)at = v->v.s; break;
    case FIELD_INT:
    case FIELD_TIME:
    case FIELD_MONEY: *(int64_t *)at = v->v.i; break;
    case FIELD_REAL: *(double *)at = v->v.r; break;
    case FIELD_BOOL: *(bool *)at = v->v.i != 0; break;
    case FIELD_OPT_INT:
    case FIELD_OPT_MONEY: *(opt_int *)at = v->is_null ? UNKNOWN : SOME(v->v.i); break;
    case FIELD_KINDS: break;
    }
}

/* What some back ends refuse, all refuse: the same input must give the same answer everywhere. */
static err_code check_value(ctx *c, const entity *e, const field *f, const sql_value *v) {
    if ((f->kind == FIELD_TEXT || f->kind == FIELD_JSON) && v->v.s.n && memchr(v->v.s.p, 0, v->v.s.n))
        return fail_field(c, ERR_INVALID, f->name, "%s of %s holds a NUL byte", f->name, e->name);
    if (f->kind == FIELD_REAL && !isfinite(v->v.r))
        return fail_field(c, ERR_INVALID, f->name, "%s of %s is not a finite number", f->name, e->name);
    return ERR_OK;
}

static err_code bind_fields(ctx *c, statement_use *s, const entity *e, const void *row, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        sql_value v = value_of(&e->fields[i], entity_at(e, row, i));
        TRY(check_value(c, e, &e->fields[i], &v));
        TRY(statement_bind(c, s, &v));
    }
    return ERR_OK;
}

static err_code run(ctx *c, statement_use *s) {
    bool row = true;
    while (row) TRY(statement_step(c, s, &row));
    return ERR_OK;
}

/* Take the columns of the row stepped to; all its texts share one piece of the arena. */
static err_code read_row(ctx *c, const statement_use *s, const entity *e, void *row) {
    sql_value columns[MOST_FIELDS];
    if (e->n_fields > MOST_FIELDS) return fail(c, ERR_INTERNAL, "%s has more than %d columns", e->name, MOST_FIELDS);
    size_t bytes = 0;
    for (size_t i = 0; i < e->n_fields; i++) {
        columns[i] = statement_column(s, (int)i, e->fields[i].kind);
        if (is_text(columns[i].kind)) bytes += columns[i].v.s.n + 1;
    }
    char *to = arena_alloc(c->arena, bytes);
    if (!to) return fail(c, ERR_NO_MEMORY, "read a row of %s", e->name);
    for (size_t i = 0; i < e->n_fields; i++) {
        if (is_text(columns[i].kind)) {
            size_t n = columns[i].v.s.n;
            if (n) memcpy(to, columns[i].v.s.p, n);
            columns[i].v.s.p = to;
            to += n + 1;                                        /* the arena's zero behind it is for C libraries */
        }
        value_into(&columns[i], entity_at_mut(e, row, i));
    }
    return ERR_OK;
}

err_code storage_put(ctx *c, db *d, const entity *e, const void *row) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .what = e, .op = OP_PUT }, &s));
    TRY(bind_fields(c, &s, e, row, 0, e->n_fields));
    return run(c, &s);
}

err_code storage_get(ctx *c, db *d, const entity *e, void *row) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .what = e, .op = OP_GET }, &s));
    TRY(bind_fields(c, &s, e, row, 0, e->n_keys));
    bool found = false;
    TRY(statement_step(c, &s, &found));
    if (!found) return fail(c, ERR_NOT_FOUND, "there is no such row in %s", e->name);
    return read_row(c, &s, e, row);
}

err_code storage_delete(ctx *c, db *d, const entity *e, const void *row, size_t n_keys, int64_t *ret_n) {
    if (n_keys < 1 || n_keys > e->n_keys) return fail(c, ERR_INTERNAL, "%s has no %zu key columns", e->name, n_keys);
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .what = e, .op = OP_DELETE, .n_keys = (uint8_t)n_keys }, &s));
    TRY(bind_fields(c, &s, e, row, 0, n_keys));
    TRY(run(c, &s));
    if (ret_n) *ret_n = d->driver->changes(d->conn);
    return ERR_OK;
}

/* ---- scans ---- */

typedef struct { const entity *e; char *rows; size_t n, room; } row_list;

static err_code list_grow(ctx *c, row_list *l, size_t limit) {
    if (l->n < l->room) return ERR_OK;
    size_t room = l->room ? l->room * 2 : FIRST_ROWS;
    if (room > limit) room = limit;
    char *rows = arena_array(c->arena, room, l->e->row_size);
    if (!rows) return fail(c, ERR_NO_MEMORY, "read %zu rows of %s", l->n, l->e->name);
    if (l->n) memcpy(rows, l->rows, l->n * l->e->row_size);
    l->rows = rows;
    l->room = room;
    return ERR_OK;
}

static err_code read_rows(ctx *c, statement_use *s, const entity *e, size_t limit, void *ret_rows, size_t *ret_n) {
    row_list l = { .e = e };
    TRY(list_grow(c, &l, limit));                               /* a valid pointer for no rows too */
    for (bool more = true;;) {
        TRY(statement_step(c, s, &more));
        if (!more) break;
        TRY(list_grow(c, &l, limit));
        TRY(read_row(c, s, e, l.rows + l.n * e->row_size));
        l.n++;
    }
    memcpy(ret_rows, &l.rows, sizeof l.rows);                   /* the caller's pointer is of the row's own type */
    *ret_n = l.n;
    return ERR_OK;
}

static err_code scan(ctx *c, db *d, const statement_key *key, const void *row, const void *after, size_t limit, void *ret_rows,
                     size_t *ret_n) {
    const entity *e = key->what;
    if (limit < 1 || limit > LIMIT_SCAN_ROWS) return fail(c, ERR_INTERNAL, "scan of %zu rows: 1..%d", limit, LIMIT_SCAN_ROWS);
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, key, &s));
    TRY(bind_fields(c, &s, e, row, 0, key->n_keys));
    if (key->by != NO_BY) TRY(bind_fields(c, &s, e, row, key->by, key->by + (size_t)1));
    if (after) TRY(bind_fields(c, &s, e, after, key->n_keys, e->n_keys));
    TRY(statement_bind(c, &s, &SQL_INT((int64_t)limit)));
    return read_rows(c, &s, e, limit, ret_rows, ret_n);
}

err_code storage_scan(ctx *c, db *d, const entity *e, const void *row, size_t n_keys, const void *after, size_t limit,
                      void *ret_rows, size_t *ret_n) {
    if (n_keys < 1 || n_keys > e->n_keys) return fail(c, ERR_INTERNAL, "%s has no %zu key columns", e->name, n_keys);
    if (after && n_keys == e->n_keys) {                         /* one key has no successor */
        char *none = NULL;
        memcpy(ret_rows, &none, sizeof none);
        *ret_n = 0;
        return ERR_OK;
    }
    return scan(c, d, &(statement_key){ .what = e, .op = OP_SCAN, .n_keys = (uint8_t)n_keys, .after = after != NULL }, row, after,
                limit, ret_rows, ret_n);
}

err_code storage_scan_by(ctx *c, db *d, const entity *e, const char *by, const void *row, const void *after, size_t limit,
                         void *ret_rows, size_t *ret_n) {
    size_t i = entity_field_index(e, str_of(by));
    if (i == e->n_fields || !(e->fields[i].flags & INDEXED)) return fail(c, ERR_INTERNAL, "%s has no index by %s", e->name, by);
    statement_key key = { .what = e, .op = OP_SCAN, .n_keys = 1, .by = (uint8_t)i, .after = after != NULL };
    return scan(c, d, &key, row, after, limit, ret_rows, ret_n);
}

err_code storage_scan_stores(ctx *c, db *d, int64_t after_store_id, size_t limit, store **ret_rows, size_t *ret_n) {
    store after = { .store_id = after_store_id };
    return scan(c, d, &(statement_key){ .what = &store_entity, .op = OP_SCAN, .after = true }, &after, &after, limit, ret_rows, ret_n);
}

err_code storage_count(ctx *c, db *d, const entity *e, int64_t store_id, int64_t *ret_n) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .what = e, .op = OP_COUNT }, &s));
    TRY(statement_bind(c, &s, &SQL_INT(store_id)));
    bool row = false;
    TRY(statement_step(c, &s, &row));
    *ret_n = row ? statement_column(&s, 0, FIELD_INT).v.i : 0;
    return ERR_OK;
}

/* ---- records ---- */

/* The hash stored with the record's row; *ret_found false when there is none. */
static err_code stored_hash(ctx *c, db *d, const record *r, bool *ret_found, uint64_t *ret_hash) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .what = r->e, .op = OP_HASH }, &s));
    TRY(bind_fields(c, &s, r->e, r->row, 0, r->e->n_keys));
    TRY(statement_step(c, &s, ret_found));
    if (*ret_found) *ret_hash = (uint64_t)statement_column(&s, 0, FIELD_INT).v.i;
    return ERR_OK;
}

static err_code put_with_hash(ctx *c, db *d, const record *r, size_t hash_field, uint64_t hash) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .what = r->e, .op = OP_PUT }, &s));
    TRY(bind_fields(c, &s, r->e, r->row, 0, hash_field));
    TRY(statement_bind(c, &s, &SQL_INT((int64_t)hash)));
    TRY(bind_fields(c, &s, r->e, r->row, hash_field + 1, r->e->n_fields));
    return run(c, &s);
}

static bool same_value(const field *f, const void *a, const void *b) {
    sql_value x = value_of(f, a), y = value_of(f, b);
    return is_text(f->kind) ? str_eq(x.v.s, y.v.s) : x.v.i == y.v.i;
}

/* A child of another parent would be left behind, or overwrite a stranger's. */
static err_code check_parent(ctx *c, const record *r, const entity *child, const void *row) {
    if (child->n_keys < r->e->n_keys) return fail(c, ERR_INTERNAL, "%s cannot hang on %s", child->name, r->e->name);
    for (size_t k = 0; k < r->e->n_keys; k++)
        if (child->fields[k].kind != r->e->fields[k].kind ||
            !same_value(&child->fields[k], entity_at(child, row, k), entity_at(r->e, r->row, k)))
            return fail_field(c, ERR_INVALID, child->fields[k].name, "a row of %s belongs to another %s", child->name, r->e->name);
    return ERR_OK;
}

static err_code delete_children(ctx *c, db *d, const record *r, const entity *child) {
    statement_use s AUTO_STATEMENT = { .d = d };
    TRY(statement_take(c, &(statement_key){ .what = child, .op = OP_DELETE, .n_keys = (uint8_t)r->e->n_keys }, &s));
    TRY(bind_fields(c, &s, r->e, r->row, 0, r->e->n_keys));     /* the parent's key is the prefix of the child's */
    return run(c, &s);
}

static err_code replace_children(ctx *c, db *d, const record *r, const child_rows *set) {
    TRY(delete_children(c, d, r, set->e));
    for (size_t i = 0; i < set->n; i++) {
        const void *row = (const char *)set->rows + i * set->e->row_size;
        TRY(check_parent(c, r, set->e, row));
        TRY(storage_put(c, d, set->e, row));
    }
    return ERR_OK;
}

static err_code put_record(ctx *c, db *d, const record *r, put_outcome *ret_outcome) {
    size_t hash_field = entity_field_index(r->e, STR("payload_hash"));
    if (hash_field == r->e->n_fields) return fail(c, ERR_INTERNAL, "%s has no payload_hash", r->e->name);
    uint64_t now = record_hash(r), before = 0;
    bool found = false;
    TRY(stored_hash(c, d, r, &found, &before));
    if (found && before == now) {
        *ret_outcome = PUT_SAME;
        return ERR_OK;
    }
    TRY(put_with_hash(c, d, r, hash_field, now));
    for (size_t k = 0; k < r->n_children; k++) TRY(replace_children(c, d, r, &r->children[k]));
    *ret_outcome = found ? PUT_CHANGED : PUT_NEW;
    return ERR_OK;
}

err_code storage_compare_record(ctx *c, db *d, const record *r, put_outcome *ret_outcome) {
    uint64_t before = 0;
    bool found = false;
    if (entity_field_index(r->e, STR("payload_hash")) == r->e->n_fields) return fail(c, ERR_INTERNAL, "%s has no payload_hash", r->e->name);
    TRY(stored_hash(c, d, r, &found, &before));
    *ret_outcome = !found ? PUT_NEW : before == record_hash(r) ? PUT_SAME : PUT_CHANGED;
    return ERR_OK;
}

err_code storage_put_record(ctx *c, db *d, const record *r, put_outcome *ret_outcome) {
    if (d->open) return put_record(c, d, r, ret_outcome);
    put_outcome outcome = PUT_SAME;
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = put_record(c, d, r, &outcome);
    if (e) storage_rollback(d);
    else e = storage_commit(c, d);
    if (!e) *ret_outcome = outcome;
    return e;
}
