/* Carries changes of a sync into the live catalogue of this process. */
#include "base/limits.h"
#include "jobs/kinds_int.h"

enum { ONE_BY_ONE = 500, LINES_READ = 500 };

static bool is_loaded(const job_services *s, int64_t store_id) {
    if (!s->serving) return false;
    AUTO_SERVING pin = serving_pin(s->serving, store_id);
    return pin != NULL;
}

/* Who just bought it need not be shown it. */
static err_code tell_order(ctx *c, const job_services *s, db *d, int64_t store_id, str order_id) {
    order o = { .store_id = store_id, .order_id = order_id };
    err_code e = storage_get(c, d, &order_entity, &o);
    if (e == ERR_NOT_FOUND || (!e && !o.customer_id.n)) return ERR_OK;
    order_line key = { .store_id = store_id, .order_id = order_id }, *lines;
    size_t n;
    TRY(e);
    TRY(storage_scan(c, d, &order_line_entity, &key, 2, NULL, LINES_READ, &lines, &n));
    str *items = arena_new(c->arena, str, n);
    if (!items) return fail(c, ERR_NO_MEMORY, "no memory for the lines of an order");
    for (size_t i = 0; i < n; i++) items[i] = lines[i].product_id;
    serving_order_placed(s->serving, store_id, o.customer_id, (str){ 0 }, (str_list){ items, n }, o.created_ms);
    return ERR_OK;
}

static err_code refresh(ctx *c, const job_services *s, db *d, int64_t store_id, const store_changes *ch) {
    bool many = ch->products.overflow || ch->orders.overflow || ch->products.n > ONE_BY_ONE || ch->orders.n > ONE_BY_ONE;
    if (many || ch->groups || ch->facts) return serving_reload(c, s->serving, d, store_id);
    arena_mark m = arena_save(c->arena);
    for (size_t i = 0; i < ch->products.n; i++) {
        TRY(serving_product_changed(c, s->serving, d, store_id, ch->products.ids[i]));
        arena_restore(c->arena, m);
    }
    for (size_t i = 0; i < ch->orders.n; i++) {
        TRY(tell_order(c, s, d, store_id, ch->orders.ids[i]));
        arena_restore(c->arena, m);
    }
    return ERR_OK;
}

void job_refresh_serving(ctx *c, const job_services *s, db *d, int64_t store_id, const store_changes *changes) {
    if (!is_loaded(s, store_id)) return;
    err_code e = refresh(c, s, d, store_id, changes);
    if (!e) return;
    log_line(c->log, LOG_WARN, "serving.refresh_failed", "store=%lld error=%s why=%s", (long long)store_id, err_name(e), c->error.text);
}
