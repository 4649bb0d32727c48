/* Deliveries of WooCommerce, and the webhooks that cause them. Deliveries are hints: they come late, twice, out of order, or not at
 * all (CONNECTORS in README.md), so each is an upsert that never overwrites something newer, and the poll stays the truth. */
#include "connect/woo_int.h"
#include <stdio.h>
#include "base/limits.h"
#include "base/parse.h"
#include "net/crypto.h"
#include "net/url.h"

/* ---- genuine? ---- */
/* WooCommerce greets a new webhook with "webhook_id=N", unsigned and without a topic. */
static bool is_ping(const webhook_delivery *d) {
    int64_t id = 0;
    return !d->topic.n && str_starts(d->body, STR("webhook_id=")) && parse_int_in(str_sub(d->body, 11, SIZE_MAX), 1, INT64_MAX, &id);
}

bool woo_webhook_is_genuine(ctx *c, const shop_access *a, const webhook_delivery *d) {
    if (is_ping(d)) return true;
    if (!a->webhook_secret.n || !d->signature.n || d->body.n > LIMIT_WEBHOOK_BYTES) return false;
    digest256 mac = crypto_hmac_sha256(a->webhook_secret, d->body);
    str expected = crypto_base64(c->arena, (str){ (const char *)mac.b, sizeof mac.b });
    return expected.n && crypto_equal(expected, d->signature);
}

/* ---- apply ---- */
static const struct hook_kind { str name; const entity *e; woo_put *put; bool is_post; } hook_kinds[] = {
    { { "order", 5 }, &order_entity, woo_put_order, true },
    { { "product", 7 }, &product_entity, woo_put_product, true },
    { { "coupon", 6 }, &coupon_entity, woo_put_coupon, true },
    { { "customer", 8 }, &customer_entity, woo_put_customer, false },
};

static err_code holds(ctx *c, const woo_target *t, const entity *e, str id, bool *ret_holds) {
    void *row = woo_key_row(c, t->access, e, id);
    if (!row) return fail(c, ERR_NO_MEMORY, "look for a row");
    err_code found = t->sink->get(c, t->sink->self, e, row);
    *ret_holds = found == ERR_OK;
    return found == ERR_NOT_FOUND ? ERR_OK : found;
}

/* Products, orders and coupons share one counter of ids in WordPress, and outside wp-admin a trashed product also sends coupon.deleted
 * with the product's id. So a deletion counts only when we hold that id as this kind and as no other; else the nightly sweep decides. */
static err_code delete_row(ctx *c, const woo_target *t, const struct hook_kind *k, str id) {
    bool here = false, elsewhere = false;
    TRY(holds(c, t, k->e, id, &here));
    for (size_t i = 0; i < COUNT(hook_kinds) && !elsewhere; i++)
        if (k->is_post && hook_kinds[i].is_post && hook_kinds[i].e != k->e) TRY(holds(c, t, hook_kinds[i].e, id, &elsewhere));
    return here && !elsewhere ? woo_remove(c, t, k->e, id) : ERR_OK;
}

static err_code apply(ctx *c, const woo_target *t, const struct hook_kind *k, str event, const json_value *v) {
    woo_mapper m = { .c = c, .access = t->access };
    int64_t n = 0;
    if (!jr_is_object(v) || !jr_i64(jr_get(v, "id"), &n) || n <= 0)
        return fail(c, ERR_INVALID, "the delivery has no id: this is not what WooCommerce sends for %.*s", STR_ARG(k->name));
    str id = woo_map_id(&m, jr_get(v, "id"));
    if (str_eq(event, STR("deleted"))) return delete_row(c, t, k, id);
    bool whole = jr_get(v, "date_created") || jr_get(v, "date_created_gmt");
    if (!whole) return fail(c, ERR_INVALID, "the delivery of %.*s has an id but no content", STR_ARG(k->name));
    return k->put(c, t, v);
}

err_code woo_webhook(ctx *c, const shop_access *a, const webhook_delivery *d, const connect_sink *s) {
    if (is_ping(d)) return ERR_OK;
    str event = d->topic, kind = str_cut(&event, '.');
    const json_value *v = NULL;
    if (!event.n) return fail_field(c, ERR_INVALID, "topic", "'%.*s' is not a topic like order.created", STR_ARG(str_clip(d->topic, 60)));
    if (d->body.n > LIMIT_WEBHOOK_BYTES) return fail(c, ERR_TOO_LARGE, "a delivery of %zu bytes", d->body.n);
    if (json_parse(c, d->body, JSON_READ_TOLERANT, &v)) return c->error.code;
    woo_target t = { .sink = s, .access = a, .newer_only = true };
    for (size_t i = 0; i < COUNT(hook_kinds); i++)
        if (str_eq(kind, hook_kinds[i].name)) return apply(c, &t, &hook_kinds[i], event, v);
    return ERR_OK;              /* action.* and topics of plugins: something happened; the order comes with its own delivery */
}

/* ---- our webhooks at the shop ---- */
static const char *const topics[] = {
    "order.created", "order.updated", "order.deleted", "order.restored", "product.created", "product.updated", "product.deleted",
    "product.restored", "customer.created", "customer.updated", "customer.deleted", "coupon.created", "coupon.updated",
    "coupon.deleted", "coupon.restored",
};

static str delivery_url(ctx *c, const shop_access *a, const char *topic) {
    buf b;
    str base = a->webhook_base;
    while (base.n && base.p[base.n - 1] == '/') base.n--;
    buf_init_in(&b, c->arena, 2000);
    buf_str(&b, base);
    buf_text(&b, "/api/v1/webhooks/");
    for (const char *p = topic; *p; p++) buf_char(&b, *p == '.' ? '-' : *p);
    buf_printf(&b, "?store=%lld", (long long)a->store_id);
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

/* WordPress may write & as &amp; or add a slash of its own; ours is the one with exactly our address. */
static const json_value *find_ours(const json_value *list, const char *topic, str url) {
    const json_value *found = NULL;
    for (size_t i = 0; i < jr_count(list); i++) {
        const json_value *v = jr_at(list, i);
        if (!str_eq(jr_string(jr_get(v, "topic")), str_of(topic)) || !str_eq(jr_string(jr_get(v, "delivery_url")), url)) continue;
        if (!found || str_eq(jr_string(jr_get(v, "status")), STR("active"))) found = v;
    }
    return found;
}

static err_code send_webhook(ctx *c, woo_shop *shop, const char *method, str path, const char *topic, str url, woo_slot **ret_slot) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 4000);
    jw_init(&w, &b);
    jw_object(&w);
    if (topic) {
        char name[64];
        snprintf(name, sizeof name, "Vitrine %s", topic);
        jw_member_text(&w, "name", name);
        jw_member_text(&w, "topic", topic);
        jw_member_str(&w, "delivery_url", url);
    }
    jw_member_str(&w, "secret", shop->access->webhook_secret);
    jw_member_text(&w, "status", "active");
    jw_end_object(&w);
    if (buf_err(&b)) return fail(c, buf_err(&b), "make a webhook");
    woo_slot *s = &shop->slot[1];
    s->method = method;
    s->path = path;
    s->query = (str){ 0 };
    s->body = buf_view(&b);
    s->wants_list = s->may_shrink = false;
    TRY(woo_ask(c, s, 1));
    s->body = (str){ 0 };
    *ret_slot = s;
    return s->trouble ? woo_fail(c, s, "make our webhooks") : ERR_OK;
}

/* One topic: made when missing, woken when the shop switched it off, left alone otherwise ("paused" is what the owner wanted). */
static err_code ensure_topic(ctx *c, woo_shop *shop, const json_value *list, const char *topic, webhook *row) {
    str url = delivery_url(c, shop->access, topic);
    const json_value *v = find_ours(list, topic, url);
    woo_mapper m = { .c = c, .access = shop->access };
    woo_slot *s = NULL;
    if (!url.p) return fail(c, ERR_INVALID, "the public address of this Vitrine is too long");
    if (!v) {
        TRY(send_webhook(c, shop, "POST", STR("/webhooks"), topic, url, &s));
        v = s->json;
    } else if (str_eq(jr_string(jr_get(v, "status")), STR("disabled"))) {
        buf path;
        buf_init_in(&path, c->arena, 250);
        buf_text(&path, "/webhooks/");
        buf_str(&path, woo_map_id(&m, jr_get(v, "id")));
        TRY(send_webhook(c, shop, "PUT", buf_view(&path), NULL, url, &s));
        v = s->json;
    }
    *row = (webhook){ .store_id = shop->access->store_id, .topic = str_of(topic), .delivery_url = url, .checked_ms = ctx_now_ms(c),
                      .external_id = str_dup(c->arena, woo_map_id(&m, jr_get(v, "id"))),
                      .status = str_dup(c->arena, jr_string(jr_get(v, "status"))) };
    return row->status.p && row->external_id.p ? ERR_OK : fail(c, ERR_NO_MEMORY, "make our webhooks");
}

static err_code ensure_all(ctx *c, woo_shop *shop, webhook *rows) {
    woo_slot *s = &shop->slot[0];
    TRY(woo_get(c, s, "/webhooks", "per_page=100", true));
    if (s->trouble) return woo_fail(c, s, "list the webhooks");
    for (size_t i = 0; i < COUNT(topics); i++) TRY(ensure_topic(c, shop, s->json, topics[i], &rows[i]));
    return ERR_OK;
}

err_code woo_webhooks_ensure(ctx *c, const shop_access *a, webhook **ret_rows, size_t *ret_n) {
    webhook *rows = arena_new(c->arena, webhook, COUNT(topics));
    woo_shop *shop = arena_new(c->arena, woo_shop, 1);
    if (!rows || !shop) return fail(c, ERR_NO_MEMORY, "make our webhooks");
    bool possible = a->webhook_base.n && a->webhook_secret.n;
    err_code e = possible ? woo_open(c, a, 1, shop) : ERR_OK;
    if (possible && !e) e = ensure_all(c, shop, rows);
    woo_close(shop);
    if (e) return e;
    *ret_rows = rows;
    *ret_n = possible ? COUNT(topics) : 0;
    return ERR_OK;
}

/* Those with exactly our addresses. */
static err_code write_ours(ctx *c, const shop_access *a, const json_value *list, json_out *w, size_t *ret_n) {
    *ret_n = 0;
    for (size_t i = 0; i < jr_count(list); i++) {
        const json_value *v = jr_at(list, i);
        const char *topic = str_cstr(c->arena, jr_string(jr_get(v, "topic")));
        int64_t id = 0;
        if (!topic) return fail(c, ERR_NO_MEMORY, "delete our webhooks");
        if (!str_eq(jr_string(jr_get(v, "delivery_url")), delivery_url(c, a, topic)) || !jr_i64(jr_get(v, "id"), &id)) continue;
        jw_i64(w, id);
        ++*ret_n;
    }
    return ERR_OK;
}

static err_code remove_all(ctx *c, woo_shop *shop) {
    buf b;
    json_out w;
    size_t n = 0;
    woo_slot *s = &shop->slot[0];
    TRY(woo_get(c, s, "/webhooks", "per_page=100", true));
    if (s->trouble) return woo_fail(c, s, "list the webhooks");
    buf_init_in(&b, c->arena, 16 * KIB);
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "delete");
    jw_array(&w);
    TRY(write_ours(c, shop->access, s->json, &w, &n));
    jw_end_array(&w);
    jw_end_object(&w);
    if (buf_err(&b)) return fail(c, buf_err(&b), "delete our webhooks");
    if (!n) return ERR_OK;
    s->method = "POST";
    s->path = STR("/webhooks/batch");
    s->query = (str){ 0 };
    s->body = buf_view(&b);
    s->wants_list = s->may_shrink = false;
    TRY(woo_ask(c, s, 1));
    s->body = (str){ 0 };
    return s->trouble ? woo_fail(c, s, "delete our webhooks") : ERR_OK;
}

/* Each request is tried once: who leaves does not wait for a shop that groans. */
err_code woo_webhooks_remove(ctx *c, const shop_access *a) {
    woo_shop *shop = arena_new(c->arena, woo_shop, 1);
    if (!shop) return fail(c, ERR_NO_MEMORY, "delete our webhooks");
    err_code e = woo_open(c, a, 1, shop);
    shop->one_try = true;
    if (!e) e = woo_find_routes(c, shop);
    if (!e) e = shop->slot[0].trouble ? woo_fail(c, &shop->slot[0], "delete our webhooks") : remove_all(c, shop);
    woo_close(shop);
    return e;
}
