/* Applies deliveries. It does NOT know what a topic means: the connector does. */
#include "stores/webhooks.h"
#include "base/limits.h"
#include "stores/stores.h"

static bool is_topic(str topic) {
    if (!topic.n || topic.n > LIMIT_ID_BYTES) return false;
    for (size_t i = 0; i < topic.n; i++)
        if (!(topic.p[i] >= 'a' && topic.p[i] <= 'z') && topic.p[i] != '.' && topic.p[i] != '_' && topic.p[i] != '-') return false;
    return true;
}

static err_code verify(ctx *c, db *d, const webhook_work *w, shop_access *ret_access, const connector **ret_connector) {
    store s;
    TRY(store_get(c, d, w->store_id, &s));
    const connector *k = w->platform ? w->platform : connect_find(s.platform);
    if (!k || !k->webhook || str_eq(s.state, STR("removing")))
        return fail(c, ERR_NOT_FOUND, "store '%.*s' takes no webhooks", STR_ARG(s.name));
    TRY(store_access(c, d, w->seal, w->store_id, ret_access));
    if (!k->webhook_is_genuine(c, ret_access, &w->delivery))
        return fail(c, ERR_UNAUTHORIZED, "the signature of this delivery does not fit; 'vitrine sync' sets the webhooks right");
    *ret_connector = k;
    return ERR_OK;
}

err_code webhook_verify(ctx *c, db *d, const webhook_work *w) {
    shop_access access;
    const connector *k = NULL;
    return verify(c, d, w, &access, &k);
}

static err_code mark_received(ctx *c, db *d, const webhook_work *w) {
    webhook row = { .store_id = w->store_id, .topic = w->delivery.topic };
    err_code e = storage_get(c, d, &webhook_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!row.status.n) row.status = STR("active");
    row.received_ms = ctx_now_ms(c);
    row.received++;
    return storage_put(c, d, &webhook_entity, &row);
}

static err_code apply(ctx *c, db *d, webhook_work *w, const connector *k, const shop_access *access) {
    store_sink *sink = NULL;
    TRY(store_sink_new(c, &(store_sink_options){ .d = d, .store_id = w->store_id, .direct = true }, &sink));
    err_code e = k->webhook(c, access, &w->delivery, store_sink_door(sink));
    if (!e) w->changes = store_changes_dup(w->home, store_sink_changes(sink));
    store_sink_free(sink);
    return e;
}

err_code webhook_apply(ctx *c, db *d, void *webhook_work_arg) {
    webhook_work *w = webhook_work_arg;
    shop_access access;
    const connector *k = NULL;
    if (!storage_in_transaction(d)) return fail(c, ERR_INTERNAL, "a webhook is applied inside a write transaction");
    TRY(verify(c, d, w, &access, &k));
    w->changes = (store_changes){ 0 };
    w->ping = !w->delivery.topic.n;
    if (w->ping) return ERR_OK;
    if (!is_topic(w->delivery.topic)) return fail(c, ERR_INVALID, "there is no such topic");
    TRY(apply(c, d, w, k, &access));
    return mark_received(c, d, w);
}
