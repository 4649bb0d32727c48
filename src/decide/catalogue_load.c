/* A merge over the product table and its child tables, all in key order: one batch of each in memory at a time. */
#include "decide/catalogue_load.h"
#include <string.h>
#include "base/limits.h"
#include "base/map.h"

enum { PRODUCT_BATCH = 500, CHILD_BATCH = 2000, ANCESTORS = 16, FAMILY_ROWS = 256 };

/* Rows of one child table, read ahead. Every child's key starts with store_id, product_id. */
typedef struct {
    const entity *e;
    arena rows_arena;           /* of the batch in memory */
    char *rows;
    size_t n, at;
    bool last;                  /* no batch after this one */
} child_stream;

/* Names of categories, tags and brands, kept once read. */
typedef struct {
    const entity *e;
    map known;                  /* id -> place in rows */
    const void **rows;          /* NULL = the shop has no such row */
    uint32_t n, capacity;
} term_names;

enum { CHILD_CATEGORY, CHILD_TAG, CHILD_BRAND, CHILD_IMAGE, CHILD_ATTRIBUTE, CHILDREN };
enum { NAMES_CATEGORY, NAMES_TAG, NAMES_BRAND, NAMES };
static const entity *const child_entities[CHILDREN] = { &product_category_entity, &product_tag_entity, &product_brand_entity,
                                                        &product_image_entity, &product_attribute_entity };

typedef struct {
    db *d;
    int64_t store_id;
    catalogue *k;
    arena names_arena;          /* lives to the end of the load */
    term_names names[NAMES];
    child_stream children[CHILDREN];
} loader;

static void loader_init(loader *l, db *d, int64_t store_id, catalogue *k) {
    static const entity *const named[NAMES] = { &category_entity, &tag_entity, &brand_entity };
    *l = (loader){ .d = d, .store_id = store_id, .k = k };
    arena_init(&l->names_arena, LIMIT_CATALOGUE_ARENA);
    for (size_t i = 0; i < NAMES; i++) {
        l->names[i].e = named[i];
        map_init(&l->names[i].known, &l->names_arena);
    }
    for (size_t i = 0; i < CHILDREN; i++) {
        l->children[i].e = child_entities[i];
        arena_init(&l->children[i].rows_arena, LIMIT_PAGE_ARENA);
    }
}

static void loader_done(loader *l) {
    arena_done(&l->names_arena);
    for (size_t i = 0; i < CHILDREN; i++) arena_done(&l->children[i].rows_arena);
}

/* A row of any table read here; every key starts with store_id and a text id. */
typedef union {
    product_category in_category;
    product_tag tagged;
    product_brand branded;
    product_image image;
    product_attribute attribute;
    category category;
    tag tag;
    brand brand;
    char bytes[sizeof(category) + sizeof(product_attribute)];
} any_row;

static any_row row_key(const entity *e, int64_t store_id, str id) {
    any_row key = { .bytes = { 0 } };
    *(int64_t *)entity_at_mut(e, &key, 0) = store_id;
    *(str *)entity_at_mut(e, &key, 1) = id;
    return key;
}

/* ---- children ---- */
static const char *child_row(const child_stream *s, size_t i) { return s->rows + i * s->e->row_size; }
static str child_product(const child_stream *s, size_t i) { return *(const str *)entity_at(s->e, child_row(s, i), 1); }

static err_code stream_fill(ctx *c, loader *l, child_stream *s) {
    bool first = !s->rows;
    any_row after;
    if (!first) {
        memcpy(&after, child_row(s, s->n - 1), s->e->row_size);
        TRY(entity_dup_texts(c, c->arena, s->e, &after));
    }
    arena_reset(&s->rows_arena);
    any_row key = row_key(s->e, l->store_id, STR(""));
    void *rows = NULL;
    size_t n = 0;
    arena *kept = c->arena;
    c->arena = &s->rows_arena;
    err_code e = storage_scan(c, l->d, s->e, &key, 1, first ? NULL : &after, CHILD_BATCH, &rows, &n);
    c->arena = kept;
    TRY(e);
    s->rows = rows;
    s->n = n;
    s->at = 0;
    s->last = n < CHILD_BATCH;
    return ERR_OK;
}

/* Rows of `product_id`, copied into c->arena; those of products before it are passed over. */
static err_code stream_take(ctx *c, loader *l, child_stream *s, str product_id, void *ret_rows, size_t *ret_n) {
    char *out = NULL;
    size_t n = 0;
    for (;;) {
        if (s->at == s->n) {
            if (s->last) break;
            TRY(stream_fill(c, l, s));
            continue;
        }
        int side = str_cmp(child_product(s, s->at), product_id);
        if (side > 0) break;
        if (side == 0 && n < FAMILY_ROWS) {
            if (!out) out = arena_array(c->arena, FAMILY_ROWS, s->e->row_size);
            if (!out) return fail(c, ERR_NO_MEMORY, "no memory for the %s of a product", s->e->name);
            memcpy(out + n * s->e->row_size, child_row(s, s->at), s->e->row_size);
            TRY(entity_dup_texts(c, c->arena, s->e, out + n++ * s->e->row_size));
        }
        s->at++;
    }
    *(void **)ret_rows = out;
    *ret_n = n;
    return ERR_OK;
}

/* The same for one product alone. */
static err_code scan_children(ctx *c, loader *l, const entity *e, str product_id, void *ret_rows, size_t *ret_n) {
    any_row key = row_key(e, l->store_id, product_id);
    return storage_scan(c, l->d, e, &key, 2, NULL, FAMILY_ROWS, ret_rows, ret_n);
}

/* ---- names ---- */
/* NULL when the shop has no such row. */
static err_code names_read(ctx *c, loader *l, const entity *table, str id, const void **ret_row) {
    any_row row = row_key(table, l->store_id, id);
    err_code e = storage_get(c, l->d, table, &row);
    *ret_row = NULL;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    void *kept = arena_alloc(&l->names_arena, table->row_size);
    if (!kept) return fail(c, ERR_NO_MEMORY, "no memory for a %s", table->name);
    memcpy(kept, &row, table->row_size);
    TRY(entity_dup_texts(c, &l->names_arena, table, kept));
    *ret_row = kept;
    return ERR_OK;
}

static err_code names_find(ctx *c, loader *l, size_t kind, str id, const void **ret_row) {
    term_names *t = &l->names[kind];
    bool added = false;
    uint32_t at = map_put(&t->known, id, t->n, &added);
    if (at == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "no memory for a %s", t->e->name);
    if (added) {
        if (t->n == t->capacity) {
            uint32_t capacity = t->capacity ? t->capacity * 2 : 64;
            const void **rows = arena_array(&l->names_arena, capacity, sizeof *rows);
            if (!rows) return fail(c, ERR_NO_MEMORY, "no memory for a %s", t->e->name);
            if (t->n) memcpy(rows, t->rows, t->n * sizeof *rows);
            t->rows = rows;
            t->capacity = capacity;
        }
        t->rows[t->n] = NULL;
        TRY(names_read(c, l, t->e, id, &t->rows[t->n++]));
    }
    *ret_row = t->rows[at];
    return ERR_OK;
}

/* ---- one family ---- */
typedef struct { const void **p; size_t n, capacity; } row_list;
static err_code list_new(ctx *c, size_t capacity, row_list *ret_list) {
    *ret_list = (row_list){ arena_new(c->arena, const void *, capacity + 1), 0, capacity };
    return ret_list->p ? ERR_OK : fail(c, ERR_NO_MEMORY, "no memory for a product");
}
static void list_add(row_list *r, const void *row) {
    for (size_t i = 0; i < r->n; i++)
        if (r->p[i] == row) return;
    if (row && r->n < r->capacity) r->p[r->n++] = row;
}

/* The product's own categories in their order, then the ancestors of each. A circle of parents ends after ANCESTORS steps. */
static err_code family_categories(ctx *c, loader *l, product_category *rows, size_t n, product_family *f) {
    row_list own;
    TRY(list_new(c, n * (ANCESTORS + 1), &own));
    const void *row = NULL;
    for (int64_t turn = 0; turn < 2; turn++)                /* position 0 first: the main category */
        for (size_t i = 0; i < n; i++) {
            if ((rows[i].position == 0) != (turn == 0)) continue;
            TRY(names_find(c, l, NAMES_CATEGORY, rows[i].category_id, &row));
            list_add(&own, row);
        }
    size_t direct = own.n;
    for (size_t i = 0; i < direct; i++) {
        const category *at = own.p[i];
        for (int step = 0; at && at->parent_id.n && step < ANCESTORS; step++) {
            TRY(names_find(c, l, NAMES_CATEGORY, at->parent_id, &row));
            list_add(&own, row);
            at = row;
        }
    }
    f->categories = (const category *const *)own.p;
    f->n_categories = own.n;
    return ERR_OK;
}

/* Tags and brands: rows of (store, product, term). */
static err_code family_names(ctx *c, loader *l, size_t kind, const entity *e, const char *rows, size_t n, row_list *ret_list) {
    TRY(list_new(c, n, ret_list));
    for (size_t i = 0; i < n; i++) {
        const void *row = NULL;
        TRY(names_find(c, l, kind, *(const str *)entity_at(e, rows + i * e->row_size, 2), &row));
        list_add(ret_list, row);
    }
    return ERR_OK;
}

static err_code family_put(ctx *c, loader *l, const product *p, bool whole_shop, catalogue_leftover *ret_leftover) {
    product_family f = { .parent = p };
    void *rows[CHILDREN];
    size_t n[CHILDREN];
    for (size_t i = 0; i < CHILDREN; i++)
        TRY(whole_shop ? stream_take(c, l, &l->children[i], p->product_id, &rows[i], &n[i])
                       : scan_children(c, l, child_entities[i], p->product_id, &rows[i], &n[i]));
    row_list tags, brands;
    TRY(family_categories(c, l, rows[CHILD_CATEGORY], n[CHILD_CATEGORY], &f));
    TRY(family_names(c, l, NAMES_TAG, child_entities[CHILD_TAG], rows[CHILD_TAG], n[CHILD_TAG], &tags));
    TRY(family_names(c, l, NAMES_BRAND, child_entities[CHILD_BRAND], rows[CHILD_BRAND], n[CHILD_BRAND], &brands));
    f.tags = (const tag *const *)tags.p, f.n_tags = tags.n;
    f.brands = (const brand *const *)brands.p, f.n_brands = brands.n;
    f.images = rows[CHILD_IMAGE], f.n_images = n[CHILD_IMAGE];
    f.attributes = rows[CHILD_ATTRIBUTE], f.n_attributes = n[CHILD_ATTRIBUTE];
    if (!str_eq(p->type, STR("simple"))) {
        void *variations = NULL;
        product key = { .store_id = l->store_id, .parent_id = p->product_id };
        TRY(storage_scan_by(c, l->d, &product_entity, "parent_id", &key, NULL, LIMIT_SCAN_ROWS, &variations, &f.n_variations));
        f.variations = variations;
    }
    return catalogue_put(c, l->k, &f, ret_leftover);
}

/* ---- doors ---- */
static err_code load_batch(ctx *c, loader *l, const product *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (rows[i].parent_id.n) continue;
        arena_mark before = arena_save(c->arena);
        catalogue_leftover left = { .n = 0 };
        err_code e = family_put(c, l, &rows[i], true, &left);
        catalogue_leftover_free(&left);
        arena_restore(c->arena, before);
        if (e) return e;
    }
    return ERR_OK;
}

err_code catalogue_load_all(ctx *c, db *d, int64_t store_id, catalogue *k) {
    loader l;
    loader_init(&l, d, store_id, k);
    AUTO_ARENA batch;
    arena_init(&batch, LIMIT_PAGE_ARENA);
    arena *home = c->arena;
    product key = { .store_id = store_id }, *rows = NULL, after;
    size_t n = PRODUCT_BATCH;
    err_code e = ERR_OK;
    for (bool first = true; !e && n == PRODUCT_BATCH; first = false) {
        arena_mark before = arena_save(home);
        if (!first) {
            after = (product){ .store_id = store_id, .product_id = str_dup(home, rows[n - 1].product_id) };
            if (!after.product_id.p) e = fail(c, ERR_NO_MEMORY, "no memory for a page of products");
        }
        arena_reset(&batch);
        c->arena = &batch;
        if (!e) e = ctx_check(c);
        if (!e) e = storage_scan(c, d, &product_entity, &key, 1, first ? NULL : &after, PRODUCT_BATCH, &rows, &n);
        if (!e) e = load_batch(c, &l, rows, n);
        c->arena = home;
        arena_restore(home, before);
    }
    loader_done(&l);
    return e;
}

err_code catalogue_load_one(ctx *c, db *d, int64_t store_id, str id, catalogue *k, catalogue_leftover *ret_leftover) {
    product p = { .store_id = store_id, .product_id = id };
    err_code e = storage_get(c, d, &product_entity, &p);
    if (!e && p.parent_id.n) {
        p = (product){ .store_id = store_id, .product_id = p.parent_id };
        e = storage_get(c, d, &product_entity, &p);
    }
    if (e == ERR_NOT_FOUND) {                               /* a deleted product; a deleted variation leaves its parent to be read */
        catalogue_view v = catalogue_look(k);
        const catalogue_item *it = catalogue_at(&v, catalogue_find(&v, id));
        if (!it || str_eq(it->product_id, p.product_id)) {
            catalogue_remove(k, p.product_id, ret_leftover);
            return ERR_OK;
        }
        return catalogue_load_one(c, d, store_id, it->product_id, k, ret_leftover);
    }
    TRY(e);
    loader l;
    loader_init(&l, d, store_id, k);
    e = family_put(c, &l, &p, false, ret_leftover);
    loader_done(&l);
    return e;
}
