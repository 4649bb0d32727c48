/* Products from storage into the live catalogue: a whole shop in one pass, or one product with what hangs on it.
 * Promise: memory stays at one batch of rows, however large the shop; long texts are dropped as soon as they are read.
 * Read next: catalogue.h. */
#pragma once
#include "decide/catalogue.h"
#include "storage/storage.h"

/* Put every parent product of a store. The catalogue must be new and unseen: what a change leaves behind is freed at once.
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_TOO_LARGE, ERR_CANCELLED. */
CHECK_RESULT err_code catalogue_load_all(ctx *c, db *d, int64_t store_id, catalogue *k);
/* Read the product `id` (of a variation: its parent) again and put or remove it.
 *   ret_leftover  as catalogue_put() */
CHECK_RESULT err_code catalogue_load_one(ctx *c, db *d, int64_t store_id, str id, catalogue *k, catalogue_leftover *ret_leftover);
