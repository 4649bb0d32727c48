/* What a person bought: orders found by all his names, each once.
 * Promise: an order is its customer's; one without a customer is that of the browser that placed it. Cancelled and unpaid ones count
 * for nothing, refunds are taken off. Threads: the caller's connection. Read next: events/identity.h, schema/order_status.h. */
#pragma once
#include "storage/storage.h"

typedef struct { int64_t orders, revenue; } person_sums;        /* revenue in minor units, with tax, refunds taken off */

/* Orders placed in [from_ms, to_ms).
 *   person  of identity_person(), or any name that is alone
 * ERR_STORAGE, ERR_NO_MEMORY. Two indexed look-ups a name. */
CHECK_RESULT err_code person_orders(ctx *c, db *d, int64_t store_id, str person, int64_t from_ms, int64_t to_ms, person_sums *ret_sums);
