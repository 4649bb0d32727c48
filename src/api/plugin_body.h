/* Batches of a shop's plugin as data: messages of a few kinds, read into rows, bad ones told one by one.
 * Promise: whatever comes, each message returned is complete and checked, its texts live in c->arena, and each one left out has its place,
 * id and reason in `rejected`. It does not know HTTP, signatures or storage. Any thread. Add a kind: a row in plugin_body.c, a list here,
 * its writing in api/plugin.c. Read next: api/plugin.h. */
#pragma once
#include "api/event_body.h"
#include "events/order_links.h"
#include "stores/stock.h"

typedef struct { size_t index; str id, message; } rejected_message;
typedef struct {
    size_t n_messages;              /* sent */
    visitor_event *events;          size_t n_events;
    shop_cart *carts;               size_t n_carts;
    identity_told *identities;      size_t n_identities;
    stock_told *stocks;             size_t n_stocks;
    order_told *orders;             size_t n_orders;
    rejected_message *rejected;     size_t n_rejected;
} plugin_batch;

enum { COUNT_PLUGIN = 1 };
extern const param plugin_params[COUNT_PLUGIN];

/* Take a body apart.
 *   x  of the store; shop: told by its own server, so trusted
 * ERR_INVALID (no object, no list, too many), ERR_NO_MEMORY. */
CHECK_RESULT err_code plugin_body_read(ctx *c, str body, const event_context *x, plugin_batch *ret_batch);
