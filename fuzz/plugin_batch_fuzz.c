/* A batch of a shop's plugin. Whatever comes: each message is kept complete, or told with its place and a reason. */
#include <stdlib.h>
#include "fuzz/fuzz.h"
#include "api/plugin_body.h"
#include "base/limits.h"
#include "events/carts.h"

static void check_told_cart(const shop_cart *k, const event_context *x) {
    if (k->store_id != x->store_id || !k->cart_id.n || !cart_state_is_known(k->state) || k->total < 0) abort();
    if (k->told_ms > x->received_ms || !str_is_utf8(k->items) || !str_is_utf8(k->recovery_url) || !str_is_utf8(k->email)) abort();
}

FUZZ_TARGET(data, size) {
    FUZZ_CTX(c, a, LIMIT_REQUEST_ARENA);
    const event_context x = { .store_id = 1, .received_ms = INT64_C(1763640000000), .currency = STR("RON"), .digits = 2, .trusted = true };
    plugin_batch b;
    if (plugin_body_read(&c, (str){ (const char *)data, size }, &x, &b)) {
        if (!c.error.text[0]) abort();
        return 0;
    }
    if (b.n_events + b.n_carts + b.n_identities + b.n_stocks + b.n_orders + b.n_rejected != b.n_messages) abort();
    if (!b.n_messages || b.n_messages > LIMIT_PLUGIN_MESSAGES) abort();
    for (size_t i = 0; i < b.n_carts; i++) check_told_cart(&b.carts[i], &x);
    for (size_t i = 0; i < b.n_orders; i++)
        if (!b.orders[i].order_id.n || b.orders[i].rec_ids.n > LIMIT_ORDER_RECS_BYTES) abort();
    for (size_t i = 0; i < b.n_stocks; i++)
        if (!b.stocks[i].product_id.n) abort();
    for (size_t i = 0; i < b.n_rejected; i++)
        if (!b.rejected[i].message.n || b.rejected[i].index >= b.n_messages) abort();
    return 0;
}
