/* Walkers over the column tables: hash, JSON, copy. It does NOT touch a database. */
#include "schema/entity.h"
#include <string.h>
#include "base/map.h"

size_t entity_field_index(const entity *e, str name) {
    size_t i = 0;
    while (i < e->n_fields && !str_eq(name, str_of(e->fields[i].name))) i++;
    return i;
}

const void *entity_at(const entity *e, const void *row, size_t i) { return (const char *)row + e->fields[i].offset; }
void *entity_at_mut(const entity *e, void *row, size_t i) { return (char *)row + e->fields[i].offset; }

static bool is_text(field_kind k) { return k == FIELD_TEXT || k == FIELD_JSON || k == FIELD_BLOB; }

static uint64_t hash_text(str s, uint64_t seed) { return hash_bytes(s.p, s.n, seed ^ (s.n * UINT64_C(0x9E3779B97F4A7C15))); }

static uint64_t hash_field(field_kind kind, const void *at, uint64_t seed) {
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_JSON:
    case FIELD_BLOB: return hash_text(*(const str *)at, seed);
    case FIELD_INT:
    case FIELD_TIME:
    case FIELD_MONEY: return hash_bytes(at, sizeof(int64_t), seed);
    case FIELD_REAL: return hash_bytes(at, sizeof(double), seed);
    case FIELD_BOOL: return hash_bytes(at, sizeof(bool), seed);
    case FIELD_OPT_INT:
    case FIELD_OPT_MONEY: {
        const opt_int *o = at;
        int64_t v = o->known ? o->v : 0;
        return hash_bytes(&v, sizeof v, seed + (o->known ? 1 : 2));
    }
    case FIELD_KINDS: break;
    }
    return seed;
}

uint64_t entity_hash(const entity *e, const void *row, uint64_t seed) {
    for (size_t i = 1; i < e->n_fields; i++)                /* 0 is store_id */
        if (!(e->fields[i].flags & UNHASHED)) seed = hash_field(e->fields[i].kind, entity_at(e, row, i), seed);
    return seed ? seed : 1;
}

static void write_field(json_out *w, const field *f, const void *at, int digits) {
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_BLOB: jw_str(w, *(const str *)at); break;
    case FIELD_JSON:
        if (((const str *)at)->n) jw_raw(w, *(const str *)at);
        else jw_null(w);
        break;
    case FIELD_INT: jw_i64(w, *(const int64_t *)at); break;
    case FIELD_TIME:
        if (*(const int64_t *)at) jw_i64(w, *(const int64_t *)at);
        else jw_null(w);
        break;
    case FIELD_MONEY: jw_money(w, *(const int64_t *)at, digits); break;
    case FIELD_REAL: jw_double(w, *(const double *)at); break;
    case FIELD_BOOL: jw_bool(w, *(const bool *)at); break;
    case FIELD_OPT_INT:
    case FIELD_OPT_MONEY: {
        const opt_int *o = at;
        if (!o->known) jw_null(w);
        else if (f->kind == FIELD_OPT_MONEY) jw_money(w, o->v, digits);
        else jw_i64(w, o->v);
        break;
    }
    case FIELD_KINDS: break;
    }
}

void entity_json(json_out *w, const entity *e, const void *row, int digits) {
    jw_object(w);
    for (size_t i = 0; i < e->n_fields; i++) {
        if (e->fields[i].flags & HIDDEN) continue;
        jw_key(w, e->fields[i].name);
        write_field(w, &e->fields[i], entity_at(e, row, i), digits);
    }
    jw_end_object(w);
}

err_code entity_dup_texts(ctx *c, arena *a, const entity *e, void *row) {
    for (size_t i = 0; i < e->n_fields; i++) {
        if (!is_text(e->fields[i].kind)) continue;
        str *s = entity_at_mut(e, row, i);
        *s = str_dup(a, *s);
        if (!s->p) return fail(c, ERR_NO_MEMORY, "copy a row of %s", e->name);
    }
    return ERR_OK;
}

void record_add(record *r, const entity *e, const void *rows, size_t n) {
    if (r->n_children < RECORD_CHILDREN) r->children[r->n_children++] = (child_rows){ e, rows, n };
}

uint64_t record_hash(const record *r) {
    uint64_t h = entity_hash(r->e, r->row, 1);
    for (size_t k = 0; k < r->n_children; k++) {
        const child_rows *set = &r->children[k];
        h = hash_bytes(&set->n, sizeof set->n, h + k);
        for (size_t i = 0; i < set->n; i++) h = entity_hash(set->e, (const char *)set->rows + i * set->e->row_size, h);
    }
    return h ? h : 1;
}
