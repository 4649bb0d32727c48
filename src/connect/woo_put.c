/* Puts mapped WooCommerce records into the sink: who is newer, what a trashed body means, what hangs together.
 * It does NOT ask the shop anything. */
#include "connect/woo_int.h"

static void count_up(int64_t *n) {
    if (n) (*n)++;
}

static int64_t time_column(const entity *e, const void *row, const char *name) {
    size_t i = entity_field_index(e, str_of(name));
    return i < e->n_fields ? *(const int64_t *)entity_at(e, row, i) : 0;
}

void *woo_key_row(ctx *c, const shop_access *a, const entity *e, str id) {
    void *row = arena_alloc(c->arena, e->row_size);
    if (!row) return NULL;
    *(int64_t *)entity_at_mut(e, row, 0) = a->store_id;
    *(str *)entity_at_mut(e, row, 1) = id;
    return row;
}

/* The row stored under the same key; ERR_NOT_FOUND. */
static err_code stored_row(ctx *c, const woo_target *t, const record *r, void **ret_row) {
    void *row = arena_alloc(c->arena, r->e->row_size);
    if (!row) return fail(c, ERR_NO_MEMORY, "read a row of %s", r->e->name);
    for (size_t i = 0; i < r->e->n_keys; i++) {
        if (r->e->fields[i].kind == FIELD_TEXT) *(str *)entity_at_mut(r->e, row, i) = *(const str *)entity_at(r->e, r->row, i);
        else *(int64_t *)entity_at_mut(r->e, row, i) = *(const int64_t *)entity_at(r->e, r->row, i);
    }
    *ret_row = row;
    return t->sink->get(c, t->sink->self, r->e, row);
}

static err_code is_older(ctx *c, const woo_target *t, const record *r, bool *ret_older) {
    int64_t now_ms = time_column(r->e, r->row, "modified_ms");
    void *row = NULL;
    *ret_older = false;
    if (entity_field_index(r->e, STR("modified_ms")) == r->e->n_fields) return ERR_OK;
    err_code e = stored_row(c, t, r, &row);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    if (!e) *ret_older = time_column(r->e, row, "modified_ms") > now_ms;
    return e;
}

static err_code put_record(ctx *c, const woo_target *t, const record *r) {
    bool changed = false, older = false;
    if (t->newer_only) TRY(is_older(c, t, r, &older));
    if (older) return ERR_OK;
    TRY(t->sink->put(c, t->sink->self, r, &changed));
    if (changed) count_up(t->rows_changed);
    return ERR_OK;
}

err_code woo_remove(ctx *c, const woo_target *t, const entity *e, str id) {
    void *row = woo_key_row(c, t->access, e, id);
    if (!row) return fail(c, ERR_NO_MEMORY, "remove a row of %s", e->name);
    err_code found = t->sink->get(c, t->sink->self, e, row);
    if (found == ERR_NOT_FOUND) return ERR_OK;
    if (found) return found;
    TRY(t->sink->remove(c, t->sink->self, e, row));
    count_up(t->rows_removed);
    return ERR_OK;
}

static bool is_trash(str status) { return str_eq(status, STR("trash")); }
static err_code mapped(ctx *c, const woo_mapper *m) {
    return m->out_of_memory ? fail(c, ERR_NO_MEMORY, "a row of the shop is too large") : ERR_OK;
}

/* ---- products ---- */
/* Variations that say manage_stock "parent" show the parent's stock: a delivery for the parent must reach them. */
static err_code pass_stock_on(ctx *c, const woo_target *t, const product *parent, const json_value *variations) {
    for (size_t i = 0; i < jr_count(variations); i++) {
        woo_mapper m = { .c = c, .access = t->access };
        product *v = woo_key_row(c, t->access, &product_entity, woo_map_id(&m, jr_at(variations, i)));
        if (!v) return fail(c, ERR_NO_MEMORY, "read a variation");
        err_code e = t->sink->get(c, t->sink->self, &product_entity, v);
        if (e == ERR_NOT_FOUND) continue;
        if (e) return e;
        bool same = v->stock_quantity.known == parent->stock_quantity.known && v->stock_quantity.v == parent->stock_quantity.v &&
                    str_eq(v->stock_status, parent->stock_status);
        if (!str_eq(v->manage_stock, STR("parent")) || same) continue;
        v->stock_quantity = parent->stock_quantity;
        v->stock_status = parent->stock_status;
        TRY(t->sink->put(c, t->sink->self, &(record){ .e = &product_entity, .row = v }, NULL));
    }
    return ERR_OK;
}

/* A variation that arrives without its parent keeps the one it had. */
static err_code keep_parent(ctx *c, const woo_target *t, woo_product *p) {
    if (p->row.parent_id.n || !str_eq(p->row.type, STR("variation"))) return ERR_OK;
    void *row = NULL;
    err_code e = stored_row(c, t, &p->r, &row);
    if (!e) p->row.parent_id = ((product *)row)->parent_id;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_code put_item(ctx *c, const woo_target *t, str parent_id, const json_value *v) {
    woo_mapper m = { .c = c, .access = t->access, .parent_id = parent_id };
    woo_product p;
    bool older = false;
    if (!woo_map_product(&m, v, &p)) return fail(c, ERR_INVALID, "a product without an id");
    TRY(mapped(c, &m));
    if (is_trash(p.row.status)) return woo_remove(c, t, &product_entity, p.row.product_id);
    TRY(keep_parent(c, t, &p));
    if (t->newer_only) TRY(is_older(c, t, &p.r, &older));
    if (older) return ERR_OK;
    TRY(put_record(c, t, &p.r));
    return str_eq(p.row.manage_stock, STR("yes")) ? pass_stock_on(c, t, &p.row, jr_get(v, "variations")) : ERR_OK;
}

err_code woo_put_product(ctx *c, const woo_target *t, const json_value *v) { return put_item(c, t, (str){ 0 }, v); }
err_code woo_put_variation_of(ctx *c, const woo_target *t, str parent_id, const json_value *v) { return put_item(c, t, parent_id, v); }

/* ---- rows without children ---- */
#define PUT_PLAIN(type, trashed)                                                                           \
    err_code woo_put_##type(ctx *c, const woo_target *t, const json_value *v) {                            \
        woo_mapper m = { .c = c, .access = t->access };                                                    \
        type row;                                                                                          \
        if (!woo_map_##type(&m, v, &row)) return fail(c, ERR_INVALID, "a " #type " without an id");        \
        TRY(mapped(c, &m));                                                                                \
        if (trashed) return woo_remove(c, t, &type##_entity, row.type##_id);                               \
        return put_record(c, t, &(record){ .e = &type##_entity, .row = &row });                        \
    }
PUT_PLAIN(category, false)
PUT_PLAIN(tag, false)
PUT_PLAIN(brand, false)
PUT_PLAIN(customer, false)
PUT_PLAIN(review, is_trash(row.status))
PUT_PLAIN(coupon, is_trash(row.status))

/* ---- orders ---- */
/* The newest order says who the guest is; the oldest since when. */
static err_code put_guest(ctx *c, const woo_target *t, customer *guest) {
    record r = { .e = &customer_entity, .row = guest };
    void *row = NULL;
    err_code e = stored_row(c, t, &r, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!e) {
        customer *old = row;
        bool paying = old->paying || guest->paying;
        int64_t since_ms = old->created_ms && old->created_ms < guest->created_ms ? old->created_ms : guest->created_ms;
        if (old->modified_ms > guest->modified_ms) *guest = *old;
        guest->paying = paying;
        guest->created_ms = since_ms;
    }
    bool changed = false;
    TRY(t->sink->put(c, t->sink->self, &r, &changed));
    if (changed) count_up(t->rows_changed);
    return ERR_OK;
}

/* What the sink knows of a refund; ERR_NOT_FOUND, also when it is only the summary. */
static err_code known_refund(ctx *c, const woo_target *t, str order_id, str refund_id, refund *ret_row) {
    refund key = { .store_id = t->access->store_id, .order_id = order_id, .refund_id = refund_id };
    err_code e = t->sink->get(c, t->sink->self, &refund_entity, &key);
    if (e) return e;
    *ret_row = key;
    return key.created_ms ? ERR_OK : ERR_NOT_FOUND;
}

err_code woo_order_lacks_refunds(ctx *c, const woo_target *t, const json_value *v, bool *ret_lacks) {
    woo_mapper m = { .c = c, .access = t->access };
    const json_value *list = jr_get(v, "refunds");
    *ret_lacks = false;
    for (size_t i = 0; i < jr_count(list) && !*ret_lacks; i++) {
        refund row;
        err_code e = known_refund(c, t, woo_map_id(&m, jr_get(v, "id")), woo_map_id(&m, jr_get(jr_at(list, i), "id")), &row);
        if (e && e != ERR_NOT_FOUND) return e;
        *ret_lacks = e == ERR_NOT_FOUND;
    }
    return ERR_OK;
}

/* From the list of details: refunds and all their lines. */
static err_code add_refund_details(woo_mapper *m, str order_id, const json_value *list, record *r) {
    size_t n = 0, n_lines = 0, most_lines = 0;
    for (size_t i = 0; i < jr_count(list); i++)
        most_lines += jr_count(jr_get(jr_at(list, i), "line_items")) + jr_count(jr_get(jr_at(list, i), "shipping_lines")) +
                      jr_count(jr_get(jr_at(list, i), "fee_lines"));
    refund *rows = arena_new(m->c->arena, refund, jr_count(list) + 1);
    refund_line *lines = arena_new(m->c->arena, refund_line, most_lines + 1);
    if (!rows || !lines) return fail(m->c, ERR_NO_MEMORY, "refunds of an order");
    for (size_t i = 0; i < jr_count(list); i++) {
        refund_line *some = NULL;
        size_t n_some = 0;
        if (!woo_map_refund(m, order_id, jr_at(list, i), &rows[n], &some, &n_some)) continue;
        for (size_t k = 0; k < n_some; k++) lines[n_lines++] = some[k];
        n++;
    }
    record_add(r, &refund_entity, rows, n);
    record_add(r, &refund_line_entity, lines, n_lines);
    return ERR_OK;
}

/* From the summary in the order: what is known in detail stays so. */
static err_code add_refund_summary(ctx *c, const woo_target *t, woo_mapper *m, str order_id, const json_value *list, record *r) {
    size_t n = 0;
    refund *rows = arena_new(c->arena, refund, jr_count(list) + 1);
    if (!rows) return fail(c, ERR_NO_MEMORY, "refunds of an order");
    for (size_t i = 0; i < jr_count(list); i++) {
        refund_line *none = NULL;
        size_t n_none = 0;
        if (!woo_map_refund(m, order_id, jr_at(list, i), &rows[n], &none, &n_none)) continue;
        err_code e = known_refund(c, t, order_id, rows[n].refund_id, &rows[n]);
        if (e && e != ERR_NOT_FOUND) return e;
        rows[n++].payload_hash = 0;
    }
    record_add(r, &refund_entity, rows, n);
    if (!n) record_add(r, &refund_line_entity, NULL, 0);
    return ERR_OK;
}

err_code woo_put_order_with(ctx *c, const woo_target *t, const json_value *v, const json_value *refunds) {
    woo_mapper m = { .c = c, .access = t->access };
    order o;
    order_line *lines = NULL;
    size_t n = 0;
    customer guest;
    bool older = false;
    if (!woo_map_order(&m, v, &o, &lines, &n)) return fail(c, ERR_INVALID, "an order without an id");
    if (is_trash(o.status)) return woo_remove(c, t, &order_entity, o.order_id);
    record r = { .e = &order_entity, .row = &o };
    if (t->newer_only) TRY(is_older(c, t, &r, &older));
    if (older) return ERR_OK;
    if (woo_map_guest(&m, v, &o, &guest)) {
        TRY(mapped(c, &m));
        o.customer_id = guest.customer_id;
        TRY(put_guest(c, t, &guest));
    }
    record_add(&r, &order_line_entity, lines, n);
    if (refunds) TRY(add_refund_details(&m, o.order_id, refunds, &r));
    else TRY(add_refund_summary(c, t, &m, o.order_id, jr_get(v, "refunds"), &r));
    TRY(mapped(c, &m));
    return put_record(c, t, &r);
}

err_code woo_put_order(ctx *c, const woo_target *t, const json_value *v) { return woo_put_order_with(c, t, v, NULL); }

/* A row of the list of all refunds; old shops do not say of which order it is. */
err_code woo_put_refund(ctx *c, const woo_target *t, const json_value *v) {
    woo_mapper m = { .c = c, .access = t->access };
    refund row;
    refund_line *lines = NULL;
    size_t n = 0;
    if (!woo_map_refund(&m, woo_map_id(&m, jr_get(v, "parent_id")), v, &row, &lines, &n)) return ERR_OK;
    TRY(mapped(c, &m));
    record r = { .e = &refund_entity, .row = &row };
    record_add(&r, &refund_line_entity, lines, n);
    return put_record(c, t, &r);
}
