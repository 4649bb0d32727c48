/* fresh: what was bought together since the shop was learned, so that the answer after an order knows it.
 * Promise: counted from the newest FRESH_ORDERS sales placed since the snapshot (a little before it, as orders arrive late), an order
 * once, whatever it was told by; constant once read, shared by generations like terms. A training takes what it learned along: then
 * it begins anew. Costs the hot path one binary search an anchor. Private to decide/. Read next: README.md, "Orders since". */
#pragma once
#include "decide/catalogue.h"
#include "storage/storage.h"

enum { FRESH_ORDERS = 100, FRESH_ITEMS = 20 };      /* orders; different products of one that are told apart */

typedef struct { uint32_t slot, count; } fresh_pair;                                /* count: orders with both */
typedef struct { uint32_t slot, orders, at, n; } fresh_anchor;                      /* orders with it; pairs [at, at + n) */
typedef struct fresh_orders {
    uint64_t state;                 /* of the rows it was made from: equal states, equal content */
    fresh_anchor *anchors;          /* by slot */
    fresh_pair *pairs;              /* of an anchor: most often first */
    uint32_t n_anchors, n_pairs;
} fresh_orders;

/* Read the orders of a shop.
 *   learned_ms  facts.as_of_ms of the snapshot; 0 = none
 *   v           the shop's catalogue; products it has not are passed over
 *   ret_fresh   free with fresh_orders_free()
 * ERR_STORAGE, ERR_NO_MEMORY. Workers only. */
CHECK_RESULT err_code fresh_orders_read(ctx *c, db *d, int64_t store_id, int64_t learned_ms, const catalogue_view *v,
                                        fresh_orders **ret_fresh);
void fresh_orders_free(fresh_orders *f);
/* What came with the product; NULL when nothing did, or f is NULL. */
const fresh_anchor *fresh_orders_of(const fresh_orders *f, uint32_t slot);
/* P(item | anchor) by what was learned and by the orders since: (learned x weight + count) / (weight + orders), weight =
 * learned baskets with the anchor + FRESH_PRIOR.
 *   learned  probability before, 0..1 */
#define FRESH_PRIOR 5.0f
static inline float fresh_probability(float learned, float baskets, uint32_t count, uint32_t orders) {
    float weight = baskets + FRESH_PRIOR;
    return (learned * weight + (float)count) / (weight + (float)orders);
}
