/* Rows live in one arena; the key texts of a row joined by NUL bytes find it again. */
#include "tests/connect/keep_sink.h"
#include "base/map.h"
#include "tests/test.h"
#include <string.h>

static str key_of(ctx *c, const entity *e, const void *row) {
    buf b;
    buf_init_in(&b, c->arena, 64 * KIB);
    buf_text(&b, e->name);
    for (size_t i = 0; i < e->n_keys; i++) {
        buf_char(&b, 1);
        if (e->fields[i].kind == FIELD_INT) buf_i64(&b, *(const int64_t *)entity_at(e, row, i));
        else buf_str(&b, *(const str *)entity_at(e, row, i));
    }
    return buf_view(&b);
}

static size_t set_of(keep_sink *k, const entity *e) {
    for (size_t i = 0; i < k->n_sets; i++)
        if (k->sets[i].e == e) return i;
    k->sets[k->n_sets].e = e;
    return k->n_sets++;
}

/* Children of an earlier version are not removed: the tests that need that look at the database. */
static void keep(ctx *c, keep_sink *k, const entity *e, const void *row) {
    size_t at = set_of(k, e);
    arena_mark mark = arena_save(c->arena);
    str key = key_of(c, e, row);
    bool added = false;
    uint32_t i = map_put(k->keys.map, key, (uint32_t)k->sets[at].n, &added);
    arena_restore(c->arena, mark);
    if (added && k->sets[at].n == k->sets[at].cap) {
        size_t cap = k->sets[at].cap ? k->sets[at].cap * 2 : 256;
        char *rows = arena_array(k->home, cap, e->row_size);
        if (k->sets[at].n) memcpy(rows, k->sets[at].rows, k->sets[at].n * e->row_size);
        k->sets[at].rows = rows;
        k->sets[at].cap = cap;
    }
    if (added) k->sets[at].n++;
    char *to = k->sets[at].rows + i * e->row_size;
    memcpy(to, row, e->row_size);
    assert_ok(c, entity_dup_texts(c, k->home, e, to));
}

static err_code keep_put(ctx *c, void *self, const record *r, bool *ret_changed) {
    keep_sink *k = self;
    keep(c, k, r->e, r->row);
    for (size_t i = 0; i < r->n_children; i++)
        for (size_t j = 0; j < r->children[i].n; j++)
            keep(c, k, r->children[i].e, (const char *)r->children[i].rows + j * r->children[i].e->row_size);
    uint64_t pair[2] = { k->hash, record_hash(r) };
    k->hash = hash_bytes(pair, sizeof pair, 0);
    k->records++;
    if (ret_changed) *ret_changed = true;
    return ERR_OK;
}

static err_code keep_shop(ctx *c, void *self, const store *facts) {
    keep_sink *k = self;
    k->facts = *facts;
    return entity_dup_texts(c, k->home, &store_entity, &k->facts);
}

static err_code keep_checkpoint(ctx *c, void *self, const sync_cursor *cursor) {
    (void)c, (void)cursor;                                  /* memory is durable enough for a test */
    ((keep_sink *)self)->checkpoints++;
    return ERR_OK;
}

static err_code keep_get(ctx *c, void *self, const entity *e, void *row) {
    keep_sink *k = self;
    uint32_t i = 0;
    if (!map_get(k->keys.map, key_of(c, e, row), &i)) return ERR_NOT_FOUND;
    memcpy(row, k->sets[set_of(k, e)].rows + i * e->row_size, e->row_size);
    return ERR_OK;
}

static err_code keep_cursor_get(ctx *c, void *self, str resource, sync_cursor *ret_cursor) {
    (void)c, (void)self;                                    /* nothing was ever copied */
    *ret_cursor = (sync_cursor){ .resource = resource };
    return ERR_OK;
}

connect_sink keep_sink_init(keep_sink *k, arena *home) {
    *k = (keep_sink){ .home = home };
    k->keys.map = arena_new(home, map, 1);
    map_init(k->keys.map, home);
    return (connect_sink){ .self = k, .put = keep_put, .shop = keep_shop, .checkpoint = keep_checkpoint, .get = keep_get,
                           .cursor_get = keep_cursor_get };
}

const void *keep_rows(const keep_sink *k, const entity *e, size_t *ret_n) {
    *ret_n = 0;
    for (size_t i = 0; i < k->n_sets; i++)
        if (k->sets[i].e == e) {
            *ret_n = k->sets[i].n;
            return k->sets[i].rows;
        }
    return NULL;
}
