/* The sink of memory_sink.h: linear, simple, right. */
#include "tests/connect/memory_sink.h"
#include <string.h>

static bool same_key(const entity *e, const void *a, const void *b, size_t n_keys) {
    for (size_t i = 0; i < n_keys; i++) {
        const void *x = entity_at(e, a, i), *y = entity_at(e, b, i);
        bool text = e->fields[i].kind == FIELD_TEXT;
        if (text ? !str_eq(*(const str *)x, *(const str *)y) : *(const int64_t *)x != *(const int64_t *)y) return false;
    }
    return true;
}

static memory_row *find_row(memory_sink *m, const entity *e, const void *key) {
    for (size_t i = 0; i < m->n; i++)
        if (m->rows[i].row && m->rows[i].e == e && same_key(e, m->rows[i].row, key, e->n_keys)) return &m->rows[i];
    return NULL;
}

static err_code keep(memory_sink *m, const entity *e, const void *row, bool *ret_changed) {
    void *copy = arena_alloc(m->c->arena, e->row_size);
    if (!copy || m->n == MEMORY_ROWS) return fail(m->c, ERR_NO_MEMORY, "memory sink is full");
    memcpy(copy, row, e->row_size);
    TRY(entity_dup_texts(m->c, m->c->arena, e, copy));
    memory_row *old = find_row(m, e, row);
    *ret_changed = !old || entity_hash(e, old->row, 1) != entity_hash(e, copy, 1);
    if (old) old->row = copy;
    else m->rows[m->n++] = (memory_row){ e, copy };
    return ERR_OK;
}

static void clear_children(memory_sink *m, const record *r, const entity *child) {
    for (size_t i = 0; i < m->n; i++)
        if (m->rows[i].row && m->rows[i].e == child && same_key(r->e, m->rows[i].row, r->row, r->e->n_keys)) m->rows[i].row = NULL;
}

static err_code sink_put(ctx *c, void *self, const record *r, bool *ret_changed) {
    (void)c;                                                /* rows go to the sink's own arena */
    memory_sink *m = self;
    bool changed = false, child_changed = false;
    m->puts++;
    TRY(keep(m, r->e, r->row, &changed));
    for (size_t k = 0; k < r->n_children; k++) {
        clear_children(m, r, r->children[k].e);
        for (size_t i = 0; i < r->children[k].n; i++)
            TRY(keep(m, r->children[k].e, (const char *)r->children[k].rows + i * r->children[k].e->row_size, &child_changed));
    }
    m->changed += changed;
    if (ret_changed) *ret_changed = changed;
    return ERR_OK;
}

static err_code sink_remove(ctx *c, void *self, const entity *e, const void *key_row) {
    (void)c;
    memory_sink *m = self;
    memory_row *row = find_row(m, e, key_row);
    if (row) row->row = NULL;
    m->removed += row != NULL;
    return ERR_OK;
}

static err_code sink_get(ctx *c, void *self, const entity *e, void *row) {
    memory_row *found = find_row(self, e, row);
    if (!found) return fail(c, ERR_NOT_FOUND, "no such row");
    memcpy(row, found->row, e->row_size);
    return ERR_OK;
}

static err_code sink_shop(ctx *c, void *self, const store *facts) {
    (void)c;
    memory_sink *m = self;
    m->facts = *facts;
    return entity_dup_texts(m->c, m->c->arena, &store_entity, &m->facts);
}

static sync_cursor *find_cursor(memory_sink *m, str resource) {
    for (size_t i = 0; i < m->n_cursors; i++)
        if (str_eq(m->cursors[i].resource, resource)) return &m->cursors[i];
    return NULL;
}

static err_code sink_cursor_get(ctx *c, void *self, str resource, sync_cursor *ret_cursor) {
    (void)c;
    sync_cursor *k = find_cursor(self, resource);
    *ret_cursor = k ? *k : (sync_cursor){ .store_id = 1, .resource = resource };
    return ERR_OK;
}

static err_code sink_checkpoint(ctx *c, void *self, const sync_cursor *cursor) {
    memory_sink *m = self;
    if (m->fail_after && ++m->checkpoints == m->fail_after) return fail(c, ERR_CANCELLED, "killed here");
    sync_cursor *k = find_cursor(m, cursor->resource);
    if (!k && m->n_cursors == MEMORY_CURSORS) return fail(c, ERR_NO_MEMORY, "too many cursors");
    if (!k) k = &m->cursors[m->n_cursors++];
    *k = *cursor;
    return entity_dup_texts(m->c, m->c->arena, &sync_cursor_entity, k);
}

static err_code sink_ids(ctx *c, void *self, const entity *e, str after, size_t limit, str *ret_ids, size_t *ret_n) {
    (void)c;
    memory_sink *m = self;
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++) {                     /* keeps the `limit` smallest, in order */
        if (!m->rows[i].row || m->rows[i].e != e) continue;
        str id = *(const str *)entity_at(e, m->rows[i].row, 1);
        if (after.n && str_cmp(id, after) <= 0) continue;
        size_t at = n;
        while (at && str_cmp(ret_ids[at - 1], id) > 0) at--;
        if (at == limit) continue;
        size_t last = n < limit ? n++ : limit - 1;
        memmove(ret_ids + at + 1, ret_ids + at, (last - at) * sizeof *ret_ids);
        ret_ids[at] = id;
    }
    *ret_n = n;
    return ERR_OK;
}

connect_sink memory_sink_start(ctx *c, memory_sink *m) {
    *m = (memory_sink){ .c = c, .rows = arena_new(c->arena, memory_row, MEMORY_ROWS) };
    return (connect_sink){ .self = m, .put = sink_put, .remove = sink_remove, .get = sink_get, .shop = sink_shop,
                           .cursor_get = sink_cursor_get, .checkpoint = sink_checkpoint, .ids = sink_ids };
}

const void *memory_find(const memory_sink *m, const entity *e, const char *id, const char *second) {
    for (size_t i = m->n; i > 0; i--) {
        const void *row = m->rows[i - 1].row;
        if (!row || m->rows[i - 1].e != e || !str_eq(*(const str *)entity_at(e, row, 1), str_of(id))) continue;
        if (!second || str_eq(*(const str *)entity_at(e, row, 2), str_of(second))) return row;
    }
    return NULL;
}

size_t memory_count(const memory_sink *m, const entity *e) {
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++) n += m->rows[i].row && m->rows[i].e == e;
    return n;
}
