/* A person forgotten, in short transactions. It does NOT know a column by name: it walks the PERSONAL marks. */
#include "events/counters.h"
#include "events/person_int.h"
#include "net/crypto.h"

#define PAGE_ARENA (64 * MIB)

typedef struct {
    ctx *c;
    db *d;
    const person_names *who;
    person_erased done;
    arena page;
} eraser;

static bool is_text(field_kind k) { return k == FIELD_TEXT || k == FIELD_JSON || k == FIELD_BLOB; }

/* Empty the personal columns; the payload_hash stays, so that an unchanged record of the shop is not copied again. */
static bool blank(const entity *e, void *row) {
    bool news = false;
    for (size_t i = e->n_keys; i < e->n_fields; i++) {
        if (!(e->fields[i].flags & PERSONAL) || !is_text(e->fields[i].kind)) continue;
        str *text = entity_at_mut(e, row, i);
        news = news || text->n;
        *text = STR("");
    }
    return news;
}

static err_code put_blank(eraser *x, const entity *e, void *row) {
    if (!blank(e, row)) return ERR_OK;
    x->done.blanked++;
    return storage_put(x->c, x->d, e, row);
}

/* Somebody else's order from a browser of this person: only the browser is forgotten; of a coupon for several people the addresses. */
static err_code put_unnamed(eraser *x, const reach *r, void *row) {
    *(str *)entity_at_mut(r->e, row, entity_field_index(r->e, str_of(r->column))) = STR("");
    x->done.blanked++;
    return storage_put(x->c, x->d, r->e, row);
}

static err_code blank_children(eraser *x, const entity *parent, const void *row) {
    str id = *(const str *)entity_at(parent, row, 1);
    for (size_t i = 0; i < n_person_reaches; i++) {
        const reach *r = &person_reaches[i];
        char *rows = NULL, *after = NULL;
        for (size_t n = r->parent == parent; n; after = n ? rows + (n - 1) * r->e->row_size : NULL) {
            TRY(person_page(x->c, x->d, r, x->who->store_id, id, after, &rows, &n));
            for (size_t k = 0; k < n; k++) TRY(put_blank(x, r->e, rows + k * r->e->row_size));
        }
    }
    return ERR_OK;
}

static err_code rename_row(eraser *x, const reach *r, void *row) {
    unsigned char random[12];
    buf word;
    TRY(storage_delete(x->c, x->d, r->e, row, r->e->n_keys, NULL));
    crypto_random(random, sizeof random);
    buf_init_in(&word, x->c->arena, 64);
    buf_text(&word, "gone:");
    buf_hex(&word, random, sizeof random);
    if (buf_err(&word)) return fail(x->c, ERR_NO_MEMORY, "erase a person");
    *(str *)entity_at_mut(r->e, row, entity_field_index(r->e, str_of(r->column))) = buf_view(&word);
    (void)blank(r->e, row);                             /* what else is personal in it; it is written in any case */
    x->done.blanked++;
    return storage_put(x->c, x->d, r->e, row);
}

static err_code erase_row(eraser *x, const reach *r, void *row) {
    switch (r->fate) {
    case FATE_LAST_DELETE:
    case FATE_DELETE: x->done.deleted++; return storage_delete(x->c, x->d, r->e, row, r->e->n_keys, NULL);
    case FATE_RENAME: return rename_row(x, r, row);
    case FATE_LAST_BLANK:
    case FATE_BLANK: break;
    }
    if (person_row_is_foreign(r, row)) return put_unnamed(x, r, row);
    TRY(blank_children(x, r->e, row));
    return put_blank(x, r->e, row);
}

/* One page of what one name leads to; *ret_n rows of it. */
static err_code erase_page(eraser *x, const reach *r, str name, size_t *ret_n) {
    char *rows = NULL;
    TRY(person_page(x->c, x->d, r, x->who->store_id, name, NULL, &rows, ret_n));
    for (size_t i = 0; i < *ret_n; i++) TRY(erase_row(x, r, rows + i * r->e->row_size));
    return ERR_OK;
}

static err_code end(eraser *x, err_code e) {
    if (!e) return storage_commit(x->c, x->d);
    storage_rollback(x->d);
    return e;
}

static bool is_last(const reach *r) { return r->fate == FATE_LAST_BLANK || r->fate == FATE_LAST_DELETE; }

/* Rows that were dealt with are no longer found by the name: each round begins anew, also after a crash. */
static err_code erase_name(eraser *x, const reach *r, str name) {
    for (size_t n = 1; n;) {
        const person_erased before = x->done;
        TRY(ctx_check(x->c));
        arena_reset(&x->page);
        TRY(storage_begin(x->c, x->d, STORAGE_WRITE));
        err_code e = end(x, erase_page(x, r, name, &n));
        if (e) x->done = before;
        if (e) return e;
    }
    return ERR_OK;
}

/* The names themselves: all at once, or an interrupted erasure would not find the rest. A customer's row keeps its key. */
static err_code erase_names(eraser *x) {
    for (size_t i = 0; i < n_person_reaches; i++) {
        const reach *r = &person_reaches[i];
        const name_list *l = person_names_of(x->who, r->names);
        for (size_t k = 0, n = 0; is_last(r) && k < l->n; k++) TRY(erase_page(x, r, l->of[k], &n));
    }
    return ERR_OK;
}

static err_code erase_all(eraser *x) {
    for (size_t i = 0; i < n_person_reaches; i++) {
        const reach *r = &person_reaches[i];
        const name_list *l = person_names_of(x->who, r->names);
        for (size_t k = 0; !is_last(r) && k < l->n; k++) TRY(erase_name(x, r, l->of[k]));
    }
    TRY(storage_begin(x->c, x->d, STORAGE_WRITE));
    err_code e = erase_names(x);
    return end(x, e ? e : counters_void(x->c, x->d, x->who->store_id));     /* what was learned of it is counted without it */
}

err_code person_erase(ctx *c, db *d, const person_names *who, person_erased *ret_erased) {
    eraser x = { .c = c, .d = d, .who = who };
    arena_init(&x.page, PAGE_ARENA);
    arena *outer = c->arena;
    c->arena = &x.page;
    err_code e = storage_in_transaction(d) ? fail(c, ERR_INTERNAL, "a person is erased in transactions of its own") : erase_all(&x);
    c->arena = outer;
    arena_done(&x.page);
    *ret_erased = x.done;
    return e;
}
