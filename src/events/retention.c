/* Events and answers stand in the order of time: the oldest go until one stays. Visitors and carts are walked. */
#include "events/retention.h"
#include <string.h>
#include "base/limits.h"

enum { PAGE = 1000 };

/* Rows of a page of which `is_old` holds go. */
typedef bool old_rule(const void *row, int64_t before_ms);
static bool old_event(const void *row, int64_t before_ms) { return ((const logged_event *)row)->time_ms < before_ms; }
static bool old_exposure(const void *row, int64_t before_ms) { return ((const exposure *)row)->time_ms < before_ms; }
static bool old_cart(const void *row, int64_t before_ms) { return ((const shop_cart *)row)->told_ms < before_ms; }
static bool old_visitor(const void *row, int64_t before_ms) { return ((const known_visitor *)row)->last_ms < before_ms; }

static err_code delete_old(ctx *c, db *d, const entity *e, old_rule *is_old, const char *rows, size_t n, int64_t before_ms,
                           int64_t *count) {
    for (size_t i = 0; i < n; i++, rows += e->row_size) {
        if (!is_old(rows, before_ms)) continue;
        TRY(storage_delete(c, d, e, rows, e->n_keys, NULL));
        ++*count;
    }
    return ERR_OK;
}

static err_code clear_page(ctx *c, db *d, const entity *e, old_rule *is_old, const char *rows, size_t n, int64_t before_ms,
                           int64_t *count) {
    TRY(ctx_check(c));
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code failed = delete_old(c, d, e, is_old, rows, n, before_ms, count);
    if (!failed) return storage_commit(c, d);
    storage_rollback(d);
    return failed;
}

/* An event told late stands behind younger ones and goes with those it came with. */
static err_code clear_oldest(ctx *c, db *d, const entity *e, old_rule *is_old, const void *store_key, int64_t before_ms, int64_t *count) {
    arena_mark page = arena_save(c->arena);
    for (int64_t gone = PAGE; gone == PAGE;) {
        char *rows = NULL;
        size_t n = 0;
        int64_t before = *count;
        TRY(storage_scan(c, d, e, store_key, 1, NULL, PAGE, &rows, &n));
        TRY(clear_page(c, d, e, is_old, rows, n, before_ms, count));
        gone = *count - before;
        arena_restore(c->arena, page);
    }
    return ERR_OK;
}

/* Rows whose keys say nothing of their age are all looked at. The second key column is a text. */
static err_code clear_all(ctx *c, db *d, const entity *e, old_rule *is_old, int64_t store_id, int64_t before_ms, int64_t *count) {
    char id[LIMIT_ID_BYTES], *after = arena_alloc(c->arena, e->row_size);
    if (!after) return fail(c, ERR_NO_MEMORY, "forget what is old");
    str *text = entity_at_mut(e, after, 1);
    *(int64_t *)entity_at_mut(e, after, 0) = store_id;
    arena_mark page = arena_save(c->arena);
    for (size_t n = PAGE; n == PAGE;) {
        char *rows = NULL;
        TRY(storage_scan(c, d, e, after, 1, text->n ? after : NULL, PAGE, &rows, &n));
        TRY(clear_page(c, d, e, is_old, rows, n, before_ms, count));
        str last = n ? *(const str *)entity_at(e, rows + (n - 1) * e->row_size, 1) : (str){ 0 };
        *text = (str){ id, str_clip(last, sizeof id).n };
        if (n) memcpy(id, last.p, text->n);
        arena_restore(c->arena, page);
    }
    return ERR_OK;
}

err_code retention_apply(ctx *c, db *d, int64_t store_id, int64_t before_ms, retention_report *ret_report) {
    *ret_report = (retention_report){ 0 };
    TRY(clear_oldest(c, d, &logged_event_entity, old_event, &(logged_event){ .store_id = store_id }, before_ms, &ret_report->events));
    TRY(clear_oldest(c, d, &exposure_entity, old_exposure, &(exposure){ .store_id = store_id }, before_ms, &ret_report->exposures));
    TRY(clear_all(c, d, &known_visitor_entity, old_visitor, store_id, before_ms, &ret_report->visitors));
    int64_t carts_ms = ctx_now_ms(c) - (int64_t)LIMIT_CART_DAYS * MS_PER_DAY;
    return clear_all(c, d, &shop_cart_entity, old_cart, store_id, carts_ms > before_ms ? carts_ms : before_ms, &ret_report->carts);
}
