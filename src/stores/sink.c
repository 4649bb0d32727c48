/* Records on their way to the database. In the waiting way they gather in an arena of the sink's own and go out in one short
 * transaction; in the direct way each goes straight into the transaction of the caller. It does NOT know any platform. */
#include "stores/sink.h"
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "schema/currency.h"
#include "storage/queries.h"
#include "stores/stores.h"

enum { PENDING_OPS = 500 };                     /* a batch of products takes about 50 ms to write: others wait no longer */
#define PENDING_BYTES (8 * MIB)
#define PENDING_ARENA (96 * MIB)                /* one record on top of PENDING_BYTES may be large */
#define CHANGES_ARENA (16 * MIB)

typedef enum { OP_PUT, OP_REMOVE } op_kind;
typedef struct { op_kind kind; record r; } pending_op;

typedef struct { arena *home; map seen; str *ids; size_t n, room; bool overflow; } id_set;

struct store_sink {
    store_sink_options o;
    connect_sink door;
    arena pending;                              /* texts and rows of `ops`; emptied at each flush */
    pending_op ops[PENDING_OPS];
    size_t n_ops;
    bool removals;                              /* some op removes */
    map latest;                                 /* entity and key -> place in `newest` */
    uint32_t newest[PENDING_OPS];               /* the last op of that key */
    arena noted;                                /* ids of `products` and `orders` */
    store_changes counts;
    id_set products, orders;
};

/* ---- what hangs on what ---- */

typedef struct { const entity *parent, *children[6]; } family;
static const family families[] = {
    { &product_entity, { &product_category_entity, &product_tag_entity, &product_brand_entity, &product_image_entity,
                         &product_attribute_entity } },
    { &order_entity, { &order_line_entity, &refund_entity, &refund_line_entity } },
    { &refund_entity, { &refund_line_entity } },
};

static const family *family_of(const entity *e) {
    for (size_t i = 0; i < COUNT(families); i++)
        if (families[i].parent == e) return &families[i];
    return NULL;
}

static size_t key_size(field_kind k) { return k == FIELD_TEXT ? sizeof(str) : sizeof(int64_t); }     /* keys are TEXT or INT */

static void copy_keys(const entity *from, const void *row, const entity *to, void *into, size_t n) {
    for (size_t i = 0; i < n; i++) memcpy(entity_at_mut(to, into, i), entity_at(from, row, i), key_size(from->fields[i].kind));
}

static bool same_keys(const entity *a, const void *x, const entity *b, const void *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const void *p = entity_at(a, x, i), *q = entity_at(b, y, i);
        if (a->fields[i].kind == FIELD_TEXT ? !str_eq(*(const str *)p, *(const str *)q) : *(const int64_t *)p != *(const int64_t *)q)
            return false;
    }
    return true;
}

/* ---- what changed ---- */

static void note_id(id_set *s, str id) {
    if (!id.n || s->overflow) return;
    bool added = false;
    s->overflow = s->n == LIMIT_CHANGED_IDS;
    if (!s->overflow && map_put(&s->seen, id, (uint32_t)s->n, &added) == UINT32_MAX) s->overflow = true;
    if (s->overflow || !added) return;
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 256;
        str *ids = arena_new(s->home, str, room);
        if (ids && s->n) memcpy(ids, s->ids, s->n * sizeof *ids);
        s->overflow = !ids;
        if (!ids) return;
        s->ids = ids;
        s->room = room;
    }
    str copy = str_dup(s->home, id);
    if (!copy.p) s->overflow = true;
    else s->ids[s->n++] = copy;
}

static void note_change(store_sink *s, const entity *e, const void *row) {
    if (e == &product_entity) {
        const product *p = row;
        note_id(&s->products, p->parent_id.n ? p->parent_id : p->product_id);
    }
    if (e == &order_entity || e == &refund_entity || e == &order_line_entity) note_id(&s->orders, *(const str *)entity_at(e, row, 1));
    if (e == &category_entity || e == &tag_entity || e == &brand_entity) s->counts.groups = true;
}

static void count(store_sink *s, put_outcome outcome, const record *r) {
    switch (outcome) {
    case PUT_SAME: s->counts.rows_same++; return;
    case PUT_NEW: s->counts.rows_new++; break;
    case PUT_CHANGED: s->counts.rows_changed++; break;
    }
    note_change(s, r->e, r->row);
}

/* ---- writing ---- */

/* Inside the write transaction: a store that is going must not grow rows that nobody removes. */
static err_code check_store(ctx *c, const store_sink *s) {
    store row;
    TRY(store_get(c, s->o.d, s->o.store_id, &row));
    if (str_eq(row.state, STR("removing"))) return fail(c, ERR_CANCELLED, "store '%.*s' is being removed", STR_ARG(row.name));
    return ERR_OK;
}

static err_code remove_tree(ctx *c, db *d, const entity *e, const void *row) {
    const family *f = family_of(e);
    for (size_t i = 0; f && i < COUNT(f->children) && f->children[i]; i++) {
        void *key = arena_alloc(c->arena, f->children[i]->row_size);
        if (!key) return fail(c, ERR_NO_MEMORY, "remove a row of %s", e->name);
        copy_keys(e, row, f->children[i], key, e->n_keys);
        TRY(storage_delete(c, d, f->children[i], key, e->n_keys, NULL));
    }
    return storage_delete(c, d, e, row, e->n_keys, NULL);
}

static err_code remove_variations(ctx *c, db *d, const product *parent) {
    product by = { .store_id = parent->store_id, .parent_id = parent->product_id }, *rows = NULL;
    size_t n = LIMIT_PAGE_ROWS;
    while (n == LIMIT_PAGE_ROWS) {
        TRY(storage_scan_by(c, d, &product_entity, "parent_id", &by, NULL, LIMIT_PAGE_ROWS, &rows, &n));
        for (size_t i = 0; i < n; i++) TRY(remove_tree(c, d, &product_entity, &rows[i]));
    }
    return ERR_OK;
}

static err_code remove_now(ctx *c, store_sink *s, const entity *e, const void *row) {
    if (e == &product_entity) TRY(remove_variations(c, s->o.d, row));
    return remove_tree(c, s->o.d, e, row);
}

static err_code write_op(ctx *c, store_sink *s, const pending_op *op) {
    put_outcome outcome;                                        /* counted when it was taken */
    return op->kind == OP_PUT ? storage_put_record(c, s->o.d, &op->r, &outcome) : remove_now(c, s, op->r.e, op->r.row);
}

static err_code write_all(ctx *c, store_sink *s, const sync_cursor *cursor) {
    arena_mark before = arena_save(c->arena);
    err_code e = check_store(c, s);
    for (size_t i = 0; !e && i < s->n_ops; i++) {
        e = write_op(c, s, &s->ops[i]);
        arena_restore(c->arena, before);
    }
    if (!e && cursor) e = storage_put(c, s->o.d, &sync_cursor_entity, cursor);
    return e;
}

static void empty(store_sink *s) {
    s->n_ops = 0;
    s->removals = false;
    arena_reset(&s->pending);
    map_init(&s->latest, &s->pending);
}

/* Everything pending and the cursor in one transaction. What a failure drops comes again: its cursor did not move. */
static err_code flush(ctx *c, store_sink *s, const sync_cursor *cursor) {
    if (!s->n_ops && !cursor) return ERR_OK;
    if (s->o.direct) return write_all(c, s, cursor);
    err_code e = storage_begin(c, s->o.d, STORAGE_WRITE);
    if (!e) e = write_all(c, s, cursor);
    if (!e) e = storage_commit(c, s->o.d);
    else storage_rollback(s->o.d);
    empty(s);
    return e;
}

/* ---- gathering ---- */

static str text_key(arena *a, const entity *e, const void *row) {
    buf b;
    buf_init_in(&b, a, 8 * KIB);
    buf_text(&b, e->name);
    for (size_t i = 0; i < e->n_keys; i++) {
        const void *at = entity_at(e, row, i);
        buf_char(&b, '\n');
        if (e->fields[i].kind == FIELD_TEXT) {
            buf_i64(&b, (int64_t)((const str *)at)->n);         /* the length first: "1\n2" as an id is not two ids */
            buf_char(&b, ':');
            buf_str(&b, *(const str *)at);
        } else {
            buf_i64(&b, *(const int64_t *)at);
        }
    }
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

static const pending_op *find_pending(ctx *c, const store_sink *s, const entity *e, const void *row) {
    uint32_t place = 0;
    if (!s->n_ops) return NULL;
    str key = text_key(c->arena, e, row);
    return key.p && map_get(&s->latest, key, &place) ? &s->ops[s->newest[place]] : NULL;
}

static const void *copy_rows(ctx *c, arena *a, const entity *e, const void *rows, size_t n) {
    char *copy = arena_array(a, n, e->row_size);
    if (!copy) {
        (void)fail(c, ERR_NO_MEMORY, "keep a row of %s", e->name);     /* NULL tells */
        return NULL;
    }
    if (n) memcpy(copy, rows, n * e->row_size);
    for (size_t i = 0; i < n; i++)
        if (entity_dup_texts(c, a, e, copy + i * e->row_size)) return NULL;
    return copy;
}

static err_code keep_record(ctx *c, store_sink *s, const record *r, record *ret_copy) {
    record copy = *r;
    copy.row = copy_rows(c, &s->pending, r->e, r->row, 1);
    if (!copy.row) return c->error.code;
    for (size_t k = 0; k < r->n_children; k++) {
        copy.children[k].rows = copy_rows(c, &s->pending, r->children[k].e, r->children[k].rows, r->children[k].n);
        if (!copy.children[k].rows) return c->error.code;
    }
    *ret_copy = copy;
    return ERR_OK;
}

static err_code add_op(ctx *c, store_sink *s, op_kind kind, const record *r) {
    record copy;
    TRY(keep_record(c, s, r, &copy));
    str key = text_key(&s->pending, r->e, r->row);
    uint32_t place = key.p ? map_put(&s->latest, key, (uint32_t)s->n_ops, NULL) : UINT32_MAX;
    if (place == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "keep a row of %s", r->e->name);
    s->newest[place] = (uint32_t)s->n_ops;
    s->ops[s->n_ops++] = (pending_op){ kind, copy };
    s->removals = s->removals || kind == OP_REMOVE;
    return s->n_ops == PENDING_OPS || s->pending.used >= PENDING_BYTES ? flush(c, s, NULL) : ERR_OK;
}

/* ---- the door ---- */

static bool hangs_on(const record *removed, const entity *e, const void *row) {
    const family *f = family_of(removed->e);
    if (removed->e == &product_entity && e == &product_entity)
        return str_eq(((const product *)row)->parent_id, ((const product *)removed->row)->product_id);
    for (size_t i = 0; f && i < COUNT(f->children) && f->children[i]; i++)
        if (f->children[i] == e) return same_keys(removed->e, removed->row, e, row, removed->e->n_keys);
    return false;
}

/* A child may stand in a record that waits: the newest record with a set of this kind and this parent decides, if it came after
 * the child's own record `op` (may be NULL). *ret_row NULL: the set does not hold it, or the parent was removed. */
static bool find_in_children(const store_sink *s, const pending_op *op, const entity *e, const void *row, const void **ret_row) {
    size_t first = op ? (size_t)(op - s->ops) + 1 : 0;
    for (size_t i = s->n_ops; i-- > first;) {
        const record *r = &s->ops[i].r;
        *ret_row = NULL;
        if (s->ops[i].kind == OP_REMOVE && e != r->e && hangs_on(r, e, row)) return true;
        for (size_t k = 0; k < r->n_children; k++) {
            const child_rows *set = &r->children[k];
            if (set->e != e || !same_keys(r->e, r->row, e, row, r->e->n_keys)) continue;
            for (size_t n = 0; n < set->n && !*ret_row; n++) {
                const void *child = (const char *)set->rows + n * e->row_size;
                if (same_keys(e, child, e, row, e->n_keys)) *ret_row = child;
            }
            return true;
        }
    }
    return false;
}

/* Against what will be stored once the pending ones are out. */
static err_code compare(ctx *c, store_sink *s, const record *r, put_outcome *ret_outcome) {
    const pending_op *op = find_pending(c, s, r->e, r->row);
    const void *child = NULL;
    *ret_outcome = PUT_CHANGED;
    if (find_in_children(s, op, r->e, r->row, &child)) return ERR_OK;
    if (!op) return storage_compare_record(c, s->o.d, r, ret_outcome);
    if (op->kind == OP_REMOVE) *ret_outcome = PUT_NEW;
    else *ret_outcome = record_hash(&op->r) == record_hash(r) ? PUT_SAME : PUT_CHANGED;
    return ERR_OK;
}

static err_code sink_put(ctx *c, void *self, const record *r, bool *ret_changed) {
    store_sink *s = self;
    put_outcome outcome = PUT_SAME;
    if (*(const int64_t *)entity_at(r->e, r->row, 0) != s->o.store_id) return fail(c, ERR_INTERNAL, "a record of another store");
    if (s->o.direct) TRY(storage_put_record(c, s->o.d, r, &outcome));
    else TRY(compare(c, s, r, &outcome));
    if (!s->o.direct && outcome != PUT_SAME) TRY(add_op(c, s, OP_PUT, r));
    count(s, outcome, r);
    if (ret_changed) *ret_changed = outcome != PUT_SAME;
    return ERR_OK;
}

static err_code copy_out(ctx *c, const entity *e, const void *from, void *row) {
    void *copy = arena_alloc(c->arena, e->row_size);
    if (!copy) return fail(c, ERR_NO_MEMORY, "read a row of %s", e->name);
    memcpy(copy, from, e->row_size);
    TRY(entity_dup_texts(c, c->arena, e, copy));
    memcpy(row, copy, e->row_size);
    return ERR_OK;
}

/* Did a removal that waits, later than the row's own record `op` (may be NULL), take the row along? */
static bool went_with_parent(const store_sink *s, const pending_op *op, const entity *e, const void *row) {
    for (size_t i = s->removals ? (op ? (size_t)(op - s->ops) + 1 : 0) : s->n_ops; i < s->n_ops; i++)
        if (s->ops[i].kind == OP_REMOVE && hangs_on(&s->ops[i].r, e, row)) return true;
    return false;
}

static err_code sink_get(ctx *c, void *self, const entity *e, void *row) {
    store_sink *s = self;
    const void *child = NULL;
    const pending_op *op = find_pending(c, s, e, row);
    if (find_in_children(s, op, e, row, &child))
        return child ? copy_out(c, e, child, row) : fail(c, ERR_NOT_FOUND, "there is no such row in %s", e->name);
    if (op && op->kind == OP_REMOVE) return fail(c, ERR_NOT_FOUND, "there is no such row in %s", e->name);
    void *found = arena_alloc(c->arena, e->row_size);
    if (!found) return fail(c, ERR_NO_MEMORY, "read a row of %s", e->name);
    copy_keys(e, row, e, found, e->n_keys);
    if (op) TRY(copy_out(c, e, op->r.row, found));
    else TRY(storage_get(c, s->o.d, e, found));
    if (went_with_parent(s, op, e, found)) return fail(c, ERR_NOT_FOUND, "there is no such row in %s", e->name);
    memcpy(row, found, e->row_size);
    return ERR_OK;
}

static err_code sink_remove(ctx *c, void *self, const entity *e, const void *key_row) {
    store_sink *s = self;
    char *row = arena_alloc(c->arena, e->row_size);
    if (!row) return fail(c, ERR_NO_MEMORY, "remove a row of %s", e->name);
    copy_keys(e, key_row, e, row, e->n_keys);
    if (*(int64_t *)entity_at_mut(e, row, 0) != s->o.store_id) return fail(c, ERR_INTERNAL, "a record of another store");
    err_code found = sink_get(c, self, e, row);                 /* the whole row: a variation's parent must be told */
    if (found == ERR_NOT_FOUND) return ERR_OK;
    if (found) return found;
    if (s->o.direct) TRY(remove_now(c, s, e, row));
    else TRY(add_op(c, s, OP_REMOVE, &(record){ .e = e, .row = row }));
    s->counts.rows_removed++;
    note_change(s, e, row);
    return ERR_OK;
}

typedef struct { store_sink *sink; const store *facts; } facts_work;

static bool take(str *column, str value) {
    if (!value.n || str_eq(*column, value)) return false;
    *column = value;
    return true;
}

static err_code edit_facts(ctx *c, store *s, void *arg) {
    (void)c;                                                    /* nothing to refuse */
    facts_work *w = arg;
    const store *f = w->facts;
    bool changed = take(&s->title, f->title);
    changed = take(&s->currency, f->currency) || changed;
    if (f->currency.n && !str_eq(s->price_style, f->price_style)) {     /* told together: no old symbol beside a new currency */
        s->price_style = f->price_style;
        changed = true;
    }
    changed = take(&s->tax_display, f->tax_display) || changed;
    if (f->tax_display.n) {                                     /* else the shop did not say how it taxes */
        changed = s->prices_include_tax != f->prices_include_tax || changed;
        s->prices_include_tax = f->prices_include_tax;
    }
    if (!s->synced_ms && f->locale.n)                           /* later it is the owner's to choose */
        changed = take(&s->locale, str_of(locale_language(f->locale))) || changed;
    (void)take(&s->time_zone, f->time_zone);                    /* neither is seen by a visitor */
    (void)take(&s->platform_version, f->platform_version);
    w->sink->counts.facts = w->sink->counts.facts || changed;
    return ERR_OK;
}

static err_code sink_shop(ctx *c, void *self, const store *facts) {
    store_sink *s = self;
    return store_change(c, s->o.d, s->o.store_id, edit_facts, &(facts_work){ s, facts }, NULL);
}

static err_code sink_cursor_get(ctx *c, void *self, str resource, sync_cursor *ret_cursor) {
    store_sink *s = self;
    sync_cursor row = { .store_id = s->o.store_id, .resource = resource };
    err_code e = storage_get(c, s->o.d, &sync_cursor_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_cursor = row;
    return ERR_OK;
}

static err_code sink_checkpoint(ctx *c, void *self, const sync_cursor *cursor) {
    store_sink *s = self;
    sync_cursor row = *cursor;
    row.store_id = s->o.store_id;
    return flush(c, s, &row);
}

typedef struct { ctx *c; str *ids; size_t n, limit; } id_list;

static err_code take_id(void *arg, const sql_value *columns, size_t n_columns) {
    id_list *l = arg;
    if (!n_columns || l->n == l->limit) return ERR_OK;
    str id = str_dup(l->c->arena, columns[0].v.s);
    if (!id.p) return fail(l->c, ERR_NO_MEMORY, "list ids");
    l->ids[l->n++] = id;
    return ERR_OK;
}

static err_code sink_ids(ctx *c, void *self, const entity *e, str after, size_t limit, str *ret_ids, size_t *ret_n) {
    store_sink *s = self;
    const query *q = query_ids_of(e);
    if (!q) return fail(c, ERR_INTERNAL, "%s is not swept", e->name);
    TRY(flush(c, s, NULL));
    sql_value binds[] = { SQL_INT(s->o.store_id), SQL_TEXT(after), SQL_INT((int64_t)limit) };
    id_list list = { .c = c, .ids = ret_ids, .limit = limit };
    TRY(storage_query(c, s->o.d, q, binds, COUNT(binds), take_id, &list));
    *ret_n = list.n;
    return ERR_OK;
}

static void sink_progress(ctx *c, void *self, const sync_progress *p) {
    store_sink *s = self;
    if (s->o.progress) s->o.progress(c, s->o.arg, p);
}

/* ---- life ---- */

err_code store_sink_new(ctx *c, const store_sink_options *o, store_sink **ret_sink) {
    store_sink *s = calloc(1, sizeof *s);
    if (!s) return fail(c, ERR_NO_MEMORY, "make a sink");
    s->o = *o;
    s->door = (connect_sink){ .self = s, .put = sink_put, .remove = sink_remove, .get = sink_get, .shop = sink_shop,
                              .cursor_get = sink_cursor_get, .checkpoint = sink_checkpoint, .ids = sink_ids, .progress = sink_progress };
    arena_init(&s->pending, PENDING_ARENA);
    arena_init(&s->noted, CHANGES_ARENA);
    empty(s);
    store_sink_forget(s);
    *ret_sink = s;
    return ERR_OK;
}

void store_sink_free(store_sink *s) {
    if (!s) return;
    arena_done(&s->pending);
    arena_done(&s->noted);
    free(s);
}

const connect_sink *store_sink_door(store_sink *s) { return &s->door; }

err_code store_sink_flush(ctx *c, store_sink *s) { return flush(c, s, NULL); }

store_changes store_sink_changes(const store_sink *s) {
    store_changes changes = s->counts;
    changes.products = (changed_ids){ s->products.ids, s->products.n, s->products.overflow };
    changes.orders = (changed_ids){ s->orders.ids, s->orders.n, s->orders.overflow };
    return changes;
}

static changed_ids ids_dup(arena *home, changed_ids from) {
    changed_ids to = { .overflow = from.overflow };
    str *ids = arena_new(home, str, from.n);
    for (size_t i = 0; ids && i < from.n; i++) {
        ids[i] = str_dup(home, from.ids[i]);
        if (!ids[i].p) ids = NULL;
    }
    if (!ids) return (changed_ids){ .overflow = true };
    to.ids = ids;
    to.n = from.n;
    return to;
}

store_changes store_changes_dup(arena *home, store_changes changes) {
    changes.products = ids_dup(home, changes.products);
    changes.orders = ids_dup(home, changes.orders);
    return changes;
}

void store_sink_forget(store_sink *s) {
    arena_reset(&s->noted);
    s->counts = (store_changes){ 0 };
    s->products = s->orders = (id_set){ .home = &s->noted };
    map_init(&s->products.seen, &s->noted);
    map_init(&s->orders.seen, &s->noted);
}
