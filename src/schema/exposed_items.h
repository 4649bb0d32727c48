/* What stood at each position of an answer, as an exposure keeps it (EXPOSURE_FIELDS, items): written by decide/, read by whoever
 * credits or judges answers.
 * Promise: what is written is read back; reading refuses what is none of ours. Pure functions.
 * Read next: schema/fields_events.h. */
#pragma once
#include "base/ctx.h"
#include "base/json.h"

enum { LIMIT_EXPOSED_ITEMS = 50 };

/* One position of an answer. */
typedef struct {
    str product_id, source;
    double probability;             /* of being bought next, 0..1 */
    double propensity;              /* of standing at this position, 0..1, under the policy that chose; 1 = no chance in it */
    int64_t price_minor;
} exposed_item;
/* One item as a JSON value: ["product","source",probability,propensity,price]. Open the list around it. */
void exposed_item_write(json_out *w, const exposed_item *x);
/* Items of a row, first position first, in c->arena. ERR_CORRUPT when it is none of ours. */
CHECK_RESULT err_code exposed_items_read(ctx *c, str items, exposed_item **ret_items, size_t *ret_n);
