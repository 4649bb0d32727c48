/* Walks changed products and orders into the live catalogue. It does NOT know who changed them. */
#include "decide/serving_changes.h"
#include "base/limits.h"

enum { ONE_BY_ONE = 500 };          /* more changes than this are cheaper as one reload */

static bool is_loaded(serving_registry *r, int64_t store_id) {
    AUTO_SERVING pin = serving_pin(r, store_id);
    return pin != NULL;
}

static err_code tell_order(ctx *c, serving_registry *r, db *d, int64_t store_id, str order_id) {
    order o = { .store_id = store_id, .order_id = order_id };
    err_code e = storage_get(c, d, &order_entity, &o);
    bool nobody = !e && !o.customer_id.n && !o.visitor_id.n;
    if (e == ERR_NOT_FOUND || nobody) return ERR_OK;        /* deleted by this very change, or nobody known */
    TRY(e);
    order_line key = { .store_id = store_id, .order_id = order_id }, *lines = NULL;
    size_t n = 0, kept = 0;
    TRY(storage_scan(c, d, &order_line_entity, &key, 2, NULL, LIMIT_BASKET_ITEMS, &lines, &n));
    str *items = arena_new(c->arena, str, n ? n : 1);
    if (!items) return fail(c, ERR_NO_MEMORY, "no memory for the lines of an order");
    for (size_t i = 0; i < n; i++)
        if (lines[i].product_id.n) items[kept++] = lines[i].product_id;
    serving_order_placed(r, store_id, o.customer_id, o.visitor_id, (str_list){ items, kept }, o.created_ms);
    return ERR_OK;
}

err_code serving_take_changes(ctx *c, serving_registry *r, db *d, int64_t store_id, const serving_changes *ch) {
    if (!is_loaded(r, store_id)) return ERR_OK;
    if (ch->all || ch->products.n > ONE_BY_ONE || ch->orders.n > ONE_BY_ONE) return serving_reload(c, r, d, store_id);
    arena_mark m = arena_save(c->arena);
    for (size_t i = 0; i < ch->products.n; i++) {
        TRY(serving_product_changed(c, r, d, store_id, ch->products.p[i]));
        arena_restore(c->arena, m);
    }
    for (size_t i = 0; i < ch->orders.n; i++) {
        TRY(tell_order(c, r, d, store_id, ch->orders.p[i]));
        arena_restore(c->arena, m);
    }
    return ch->orders.n ? serving_follow_orders(c, r, d, store_id) : ERR_OK;
}
