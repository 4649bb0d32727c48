/* A webhook body of WooCommerce: first byte chooses the topic. Whatever comes, the connector answers and every row put has its key. */
#include <stdlib.h>
#include "fuzz/fuzz.h"
#include "base/limits.h"
#include "connect/connect.h"

static err_code null_put(ctx *c, void *self, const record *r, bool *ret_changed) {
    (void)c, (void)self;                                    /* a sink that keeps nothing */
    if (*(const int64_t *)entity_at(r->e, r->row, 0) != 1 || !((const str *)entity_at(r->e, r->row, 1))->n) abort();
    if (!record_hash(r)) abort();
    if (ret_changed) *ret_changed = true;
    return ERR_OK;
}
static err_code null_get(ctx *c, void *self, const entity *e, void *row) {
    (void)self, (void)row;
    return fail(c, ERR_NOT_FOUND, "no row of %s", e->name);
}

FUZZ_TARGET(data, size) {
    static const char *const topics[] = { "order.updated", "product.updated", "customer.created", "coupon.updated", "product.deleted",
                                          "action.x", "" };
    if (!size) return 0;
    FUZZ_CTX(c, a, 64 * MIB);
    shop_access shop = { .store_id = 1, .currency_digits = data[0] % 5, .webhook_secret = STR("s") };
    connect_sink sink = { .put = null_put, .get = null_get };
    webhook_delivery d = { .topic = str_of(topics[data[0] % COUNT(topics)]), .signature = STR("x") };
    d.body = (str){ (const char *)data + 1, size - 1 };
    const connector *woo = connect_find(STR("woocommerce"));
    (void)woo->webhook(&c, &shop, &d, &sink);               /* any answer will do, as long as there is one */
    if (d.topic.n && woo->webhook_is_genuine(&c, &shop, &d)) abort();
    return 0;
}
