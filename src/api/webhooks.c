/* Deliveries from shops: checked, written through the group commit, then told to the live catalogue. What a body means is
 * the connector's business. */
#include "api/webhooks.h"
#include <string.h>
#include "decide/serving_changes.h"
#include "events/attribution.h"
#include "stores/webhooks.h"

typedef struct { opt_i64 store; } webhook_input;

const param webhook_params[COUNT_WEBHOOK] = {
    { "store", PARAM_INT, offsetof(webhook_input, store), 1, INT64_MAX, true, "Number of the store.", "1", NULL, 0 },
};

/* "order-created" -> "order.created"; "action-woocommerce_order_status_completed" -> "action.woocommerce_..." */
static err_code topic_of(api_call *call, str *ret_topic) {
    str copy = str_dup(call->c->arena, call->path_value);
    if (!copy.p) return fail(call->c, ERR_NO_MEMORY, "read the topic");
    char *dash = memchr((void *)(uintptr_t)copy.p, '-', copy.n);
    if (!dash) return fail(call->c, ERR_NOT_FOUND, "topics have a dash: order-created, product-updated, ...");
    *dash = '.';
    *ret_topic = copy;
    return ERR_OK;
}

/* What the delivery says it is counts more than the address it came to; they differ when an owner mistyped the address. */
static err_code read_delivery(api_call *call, webhook_delivery *d) {
    TRY(topic_of(call, &d->topic));
    str told = http_header(call->r, "X-WC-Webhook-Topic");
    if (told.n) d->topic = told;
    d->signature = http_header(call->r, "X-WC-Webhook-Signature");
    d->content_type = http_header(call->r, "Content-Type");
    d->body = call->r->body;
    return ERR_OK;
}

/* The write is on disk; a failure from here on only delays what the next sync brings anyway. */
static err_code tell_serving(api_call *call, const store_changes *ch) {
    const serving_changes changes = {
        .products = { ch->products.ids, ch->products.n }, .orders = { ch->orders.ids, ch->orders.n },
        .all = ch->products.overflow || ch->orders.overflow || ch->groups || ch->facts,
    };
    return serving_take_changes(call->c, call->a->o.serving, call->d, call->store_id, &changes);
}

/* What of them followed a recommendation is counted at once. */
static err_code attribute_orders(api_call *call, const store_changes *ch) {
    TRY(attribution_orders(call->c, call->d, call->store_id, ch->orders.ids, ch->orders.n));
    for (size_t i = 0; call->a->o.counters && i < ch->orders.n; i++)
        TRY(counters_take_order(call->c, call->a->o.counters, call->d, call->store_id, ch->orders.ids[i]));
    return ERR_OK;
}

static void warn(api_call *call, const char *event, err_code e) {
    if (!e) return;
    log_line(call->a->o.log, LOG_WARN, event, "store=%lld code=%s why=\"%s\"", (long long)call->store_id, err_name(e), call->c->error.text);
}

void api_follow_changes(api_call *call, const store_changes *changes) {
    warn(call, "changes.serving", tell_serving(call, changes));
    warn(call, "changes.attribution", attribute_orders(call, changes));
}

err_code webhook_take(api_call *call, webhook_work *work) {
    TRY(webhook_verify(call->c, call->d, work));
    TRY(committer_wait(call->c, call->a->o.writes, webhook_apply, work));
    call->store_id = work->store_id;
    api_follow_changes(call, &work->changes);
    return ERR_OK;
}

err_code webhook_post(api_call *call) {
    webhook_input in = { 0 };
    TRY(api_read_query(call, webhook_params, COUNT_WEBHOOK, &in));
    webhook_work work = { .store_id = in.store.v, .seal = &call->a->o.seal, .home = call->c->arena };
    TRY(read_delivery(call, &work.delivery));
    TRY(webhook_take(call, &work));
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_text(&w, "status", work.ping ? "pong" : "accepted");
    jw_end_object(&w);
    return api_json_done(call, &w);
}
