/* Bodies of events as data: one event, or a list with defaults beside it; read into rows, bad ones told one by one.
 * Promise: whatever comes, every event returned is complete and checked (events/event.h), its texts live in c->arena, and every
 * event left out has its place, field and reason in `rejected`. It does not know HTTP, and writes nothing. Any thread.
 * Read next: api/events.c, events/intake.h. */
#pragma once
#include "api/param.h"
#include "decide/serving.h"
#include "events/event.h"

/* What the request itself tells of its events. */
typedef struct {
    int64_t store_id, received_ms;
    str device;                     /* by the User-Agent of a browser; empty = not known */
    bool robot;                     /* it calls itself one */
    bool trusted;                   /* the shop's server sends: it may say which account the visitor is logged in to */
    str currency;                   /* of the shop */
    int digits;                     /* of that */
    const serving *shop;            /* knows which product a variation belongs to; NULL: ids are taken as they are */
} event_context;

typedef struct { size_t index; err_code code; str field, message; } rejected_event;
typedef struct {
    visitor_event *events;
    size_t n;
    rejected_event *rejected;
    size_t n_rejected;
    bool batch;                     /* a list was sent */
} event_list;

/* One product of an order or a cart, as it is told. */
typedef struct { str product_id, variation_id; opt_f64 quantity, price; } told_item;

enum { COUNT_TRACK = 24, COUNT_CONVERSION = 6, COUNT_TOLD_ITEM = 4 };
extern const param told_item_params[COUNT_TOLD_ITEM];
extern const param track_params[COUNT_TRACK], conversion_params[COUNT_CONVERSION];

/* Take a body apart.
 *   body   JSON object; hostile bytes are fine
 * ERR_INVALID (no object, wrong member beside the list, too many; a single event that is bad), ERR_NO_MEMORY. */
CHECK_RESULT err_code event_body_read(ctx *c, str body, const event_context *x, event_list *ret_list);
/* One event that stands as an object in something else.
 *   otherwise_id  its client id when it has none of its own
 * ERR_INVALID, ERR_NO_MEMORY. */
CHECK_RESULT err_code event_object_read(ctx *c, const json_value *one, str otherwise_id, const event_context *x, visitor_event *ret_event);
/* The short form of shops: {store_id, rec_id, converted, revenue}. No event when nothing was bought.
 *   ret_told_store  number of the store as sent; empty when it was not
 * ERR_INVALID, ERR_NO_MEMORY. */
CHECK_RESULT err_code conversion_body_read(ctx *c, str body, const event_context *x, str *ret_told_store, event_list *ret_list);
