/* The WooCommerce connector: which lists a shop has, in which order they are copied, and where each stands.
 * It does NOT speak HTTP (woo_http.c), page (woo_pages.c), map (woo_map.c, woo_orders.c) or delete (woo_sweep.c). */
#include "connect/woo_int.h"
#include <stdio.h>
#include "base/limits.h"
#include "connect/platforms_int.h"

enum {
    OVERLAP_MS = 5 * MS_PER_MINUTE,         /* rows whose change and whose commit fell on two sides of a run's start */
    NO_CLOCK_OVERLAP_MS = 10 * MS_PER_MINUTE,   /* the shop did not tell its time: ours may be ahead */
    FACTS_EVERY_MS = MS_PER_DAY,
};

/* Order matters only for comfort: names of categories before products, refunds before their orders (so that no order has to ask). */
static const woo_resource resources[] = {
    { .name = "categories", .path = "/products/categories", .query = "", .e = &category_entity, .put = woo_put_category },
    { .name = "tags", .path = "/products/tags", .query = "", .e = &tag_entity, .put = woo_put_tag },
    { .name = "brands", .path = "/products/brands", .query = "", .e = &brand_entity, .put = woo_put_brand, .optional = true },
    { .name = "products", .path = "/products", .query = "status=any", .otherwise = "", .e = &product_entity, .put = woo_put_product,
      .by_modified = true },
    { .name = "variations", .path = "/variations", .query = "", .e = &product_entity, .put = woo_put_product, .by_modified = true,
      .optional = true },
    { .name = "customers", .path = "/customers", .query = "role=all", .otherwise = "", .e = &customer_entity, .put = woo_put_customer },
    { .name = "coupons", .path = "/coupons", .query = "", .e = &coupon_entity, .put = woo_put_coupon, .by_modified = true },
    { .name = "refunds", .path = "/refunds", .query = "", .e = &refund_entity, .put = woo_put_refund, .optional = true, .once = true },
    { .name = "orders", .path = "/orders", .query = "status=any", .otherwise = "", .e = &order_entity, .put = woo_put_order,
      .by_modified = true, .ids_only = true },
    { .name = "reviews", .path = "/products/reviews", .query = "status=all", .otherwise = "status=approved", .e = &review_entity,
      .put = woo_put_review },
};

/* ---- progress ---- */
void woo_tell(ctx *c, woo_sync *y, int64_t done, int64_t total) {
    sync_progress *p = &y->progress;
    int64_t us = c->time->mono_us(c->time) - y->step_started_us, fresh = done - y->step_done_before;
    p->done = done;
    p->total = total > 0 ? total : 0;
    p->requests = atomic_load(&y->shop.requests);
    p->rows_changed = y->rows_changed;
    p->rows_removed = y->rows_removed;
    p->seconds_left = p->total >= done && fresh > 0 ? (double)us / 1e6 * (double)(p->total - done) / (double)fresh : -1;
    if (y->target.sink->progress) y->target.sink->progress(c, y->target.sink->self, p);
}

static void begin_step(ctx *c, woo_sync *y, const char *name, int64_t done, int64_t total) {
    y->progress.step = str_of(name);
    y->step_started_us = c->time->mono_us(c->time);
    y->step_done_before = done;
    woo_tell(c, y, done, total);
}

/* ---- one list ---- */
static err_code keep_cursor(ctx *c, woo_sync *y, const sync_cursor *k) {
    return y->target.sink->checkpoint(c, y->target.sink->self, k);
}

static err_code finish(ctx *c, woo_sync *y, const woo_walk *w, sync_cursor *k) {
    if (!w->r->by_modified || !w->since_ms) k->position = w->cursor.position;
    if (!w->since_ms) {
        k->done = w->cursor.done;
        k->total = w->cursor.total;
    }
    k->watermark_ms = k->run_started_ms ? k->run_started_ms : y->shop_now_ms;
    k->run_started_ms = 0;
    k->complete = true;
    return keep_cursor(c, y, k);
}

/* Everything, from where a run that was killed stood. */
static err_code copy_all(ctx *c, woo_sync *y, const woo_resource *r, sync_cursor *k) {
    if (!k->run_started_ms) {
        k->position = (str){ 0 };
        k->done = k->total = 0;
        k->run_started_ms = y->shop_now_ms;
        TRY(keep_cursor(c, y, k));
    }
    woo_walk w = { .r = r, .cursor = *k, .before = *k, .resumable = true };
    TRY(woo_walk_list(c, y, &w));
    return finish(c, y, &w, k);
}

static err_code copy_changes(ctx *c, woo_sync *y, const woo_resource *r, sync_cursor *k) {
    woo_walk w = { .r = r, .before = *k };
    if (r->by_modified) {
        w.cursor = (sync_cursor){ .store_id = k->store_id, .resource = k->resource };
        w.since_ms = k->watermark_ms > OVERLAP_MS ? k->watermark_ms - OVERLAP_MS : 1;
    } else {
        w.cursor = *k;
        w.tail = true;
    }
    TRY(woo_walk_list(c, y, &w));
    return finish(c, y, &w, k);
}

/* Everything again from the first row, remembering every id; what is stored and was not seen is looked at a second time. */
static err_code copy_and_see(ctx *c, woo_sync *y, const woo_resource *r, sync_cursor *k) {
    woo_walk w = { .r = r, .before = *k, .ids_only = r->ids_only };
    if (r->ids_only) TRY(copy_changes(c, y, r, k));
    w.cursor = (sync_cursor){ .store_id = k->store_id, .resource = k->resource };
    y->sweeping = true;
    err_code e = woo_walk_list(c, y, &w);
    y->sweeping = false;
    if (e) return e;
    y->seen_whole = y->seen_whole && w.whole;
    return r->ids_only ? ERR_OK : finish(c, y, &w, k);
}

static err_code forget_seen(ctx *c, woo_sync *y) {
    arena_done(&y->seen_memory);
    arena_init(&y->seen_memory, LIMIT_JOB_ARENA / 2);
    map_init(&y->seen, &y->seen_memory);
    y->seen_list = NULL;
    y->seen_whole = true;
    return ctx_check(c);
}

static err_code copy(ctx *c, woo_sync *y, const woo_resource *r, const sync_cursor *run) {
    sync_cursor k = { 0 };
    TRY(y->target.sink->cursor_get(c, y->target.sink->self, str_of(r->name), &k));
    k.store_id = y->target.access->store_id;
    k.resource = str_of(r->name);
    bool all = !k.complete || k.run_started_ms, first = r == resources || r[-1].e != r->e;
    bool last = r + 1 == resources + COUNT(resources) || r[1].e != r->e;
    if (y->plan->depth == SYNC_FULL && k.complete && k.watermark_ms < run->run_started_ms) all = true;
    else if (y->plan->depth == SYNC_FULL && !all) return ERR_OK;    /* finished before this run was killed */
    if (r->once && !all) return ERR_OK;
    begin_step(c, y, r->name, all ? k.done : 0, k.total);
    y->target.newer_only = !all && y->plan->depth == SYNC_CHANGES;
    if (y->plan->depth == SYNC_SWEEP && first) TRY(forget_seen(c, y));
    if (all) y->seen_whole = false;                         /* a resumed list was not seen from its start: nothing is deleted by it */
    if (all) return copy_all(c, y, r, &k);
    if (y->plan->depth != SYNC_SWEEP) return copy_changes(c, y, r, &k);
    TRY(copy_and_see(c, y, r, &k));
    return last ? woo_sweep(c, y, r->e == &product_entity ? r - 1 : r, &k) : ERR_OK;
}

/* ---- the whole ---- */
static err_code copy_facts(ctx *c, woo_sync *y) {
    sync_cursor k = { 0 };
    TRY(y->target.sink->cursor_get(c, y->target.sink->self, STR("settings"), &k));
    if (y->plan->depth == SYNC_CHANGES && k.complete && y->shop_now_ms - k.watermark_ms < FACTS_EVERY_MS) return ERR_OK;
    begin_step(c, y, "settings", 0, 0);
    store facts = { 0 };
    TRY(woo_read_facts(c, &y->shop, &facts));
    TRY(y->target.sink->shop(c, y->target.sink->self, &facts));
    k = (sync_cursor){ .store_id = y->target.access->store_id, .resource = STR("settings"), .watermark_ms = y->shop_now_ms };
    k.complete = true;
    return keep_cursor(c, y, &k);
}

/* Does the shop have the list of all variations (10.3 and newer)? Its answer also tells the shop's time. */
static err_code look_around(ctx *c, woo_sync *y) {
    woo_slot *s = &y->shop.slot[0];
    TRY(woo_find_routes(c, &y->shop));
    TRY(woo_get(c, s, "/variations", "per_page=1&_fields=id", true));
    if (s->trouble != WOO_NONE && s->trouble != WOO_NO_ROUTE && s->trouble != WOO_NOT_FOUND && s->trouble != WOO_NO_PAGE)
        return woo_fail(c, s, "look at the shop");
    y->variation_list = s->trouble == WOO_NONE;
    y->shop_now_ms = s->date_ms ? s->date_ms : ctx_now_ms(c) - NO_CLOCK_OVERLAP_MS;
    return ERR_OK;
}

/* A full copy that was killed goes on: lists finished since its start are not read again. */
static err_code begin_run(ctx *c, woo_sync *y, sync_cursor *run) {
    TRY(y->target.sink->cursor_get(c, y->target.sink->self, STR("full copy"), run));
    run->store_id = y->target.access->store_id;
    run->resource = STR("full copy");
    if (y->plan->depth != SYNC_FULL || run->run_started_ms) return ERR_OK;
    run->run_started_ms = y->shop_now_ms;
    return keep_cursor(c, y, run);
}

static err_code run_steps(ctx *c, woo_sync *y) {
    sync_cursor run = { 0 };
    TRY(look_around(c, y));
    TRY(begin_run(c, y, &run));
    TRY(copy_facts(c, y));
    for (size_t i = 0; i < COUNT(resources); i++) TRY(copy(c, y, &resources[i], &run));
    if (y->plan->depth != SYNC_FULL) return ERR_OK;
    run.run_started_ms = 0;
    run.complete = true;
    return keep_cursor(c, y, &run);
}

err_code woo_sync_shop(ctx *c, const shop_access *a, const sync_plan *p, const connect_sink *s) {
    woo_sync *y = arena_new(c->arena, woo_sync, 1);
    if (!y) return fail(c, ERR_NO_MEMORY, "start a sync");
    y->plan = p;
    y->per_page = 100;
    y->target = (woo_target){ .sink = s, .access = a };
    y->target.rows_changed = &y->rows_changed;
    y->target.rows_removed = &y->rows_removed;
    arena_init(&y->page_memory, LIMIT_PAGE_ARENA);
    y->page = *c;
    y->page.arena = &y->page_memory;
    err_code e = woo_open(c, a, p->max_parallel, &y->shop);
    if (!e) e = run_steps(c, y);
    woo_close(&y->shop);
    arena_done(&y->page_memory);
    arena_done(&y->seen_memory);
    return e;
}

const connector woocommerce_connector = {
    .platform = "woocommerce",
    .test = woo_test,
    .sync = woo_sync_shop,
    .webhook_is_genuine = woo_webhook_is_genuine,
    .webhook = woo_webhook,
    .webhooks_ensure = woo_webhooks_ensure,
    .webhooks_remove = woo_webhooks_remove,
};
