/* Who placed an order, as far as anybody told: the shop (meta of the order, written by its plugin), or the widget on the page that
 * thanks for the order.
 * Promise: an order is one order however many tell of it: its id is the key. What the shop says counts more than what a page says; of
 * pages the first one holds, so nobody takes over an order by claiming it later. A page's word ties the browser to the order's
 * customer only when it came within ORDER_TOLD_SOON_MS of the order: order numbers can be guessed.
 * Read next: events/identity.h, events/attribution.h. */
#pragma once
#include "events/identity.h"

#define ORDER_TOLD_SOON_MS (15 * (int64_t)MS_PER_MINUTE)

typedef struct {
    int64_t store_id;
    str order_id, visitor_id;
    str rec_ids;                    /* separated by spaces */
    int64_t told_ms;
} order_told;
/* A page told of an order. Writes when that is news; the order is attributed anew then. Uses the open transaction, or one of its own.
 *   ret_news  may be NULL
 * ERR_INVALID (no order id, or longer than LIMIT_ID_BYTES), ERR_STORAGE. */
CHECK_RESULT err_code order_link_tell(ctx *c, db *d, const order_told *t, bool *ret_news);
/* The link of an order; one without what anybody told when there is none. */
CHECK_RESULT err_code order_link_get(ctx *c, db *d, int64_t store_id, str order_id, order_link *ret_link);
/* The browser that placed it: by the shop, else by a page; empty when nobody told. */
str order_placed_by(const order *o, const order_link *l);
/* Tie the browser to the customer of the order, where what was told is good enough. */
CHECK_RESULT err_code order_link_identity(ctx *c, db *d, const order *o, const order_link *l);
/* Does `list`, separated by spaces, hold `id`? */
bool order_recs_hold(str list, str id);
