/* How long what visitors did is kept: events, answers and visitors older than a moment go; orders and what was attributed to answers stay,
 * they are the shop's books, and so do sums (counters, insights), which hold nobody; counting the log anew knows less then.
 * Promise: short transactions, so that events come in meanwhile; stopped anywhere, it goes on the next time.
 * Read next: docs/privacy.md. */
#pragma once
#include "storage/storage.h"

#define RETENTION_DAYS 395      /* store setting keep_days: thirteen months, so that a season can be seen beside the last one */

typedef struct { int64_t events, exposures, visitors, carts; } retention_report;
/* Delete what is older than before_ms, and carts that nobody spoke of for LIMIT_CART_DAYS.
 * ERR_STORAGE, ERR_BUSY, ERR_CANCELLED (some may be gone). */
CHECK_RESULT err_code retention_apply(ctx *c, db *d, int64_t store_id, int64_t before_ms, retention_report *ret_report);
