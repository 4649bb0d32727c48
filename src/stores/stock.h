/* Stock and prices as a shop's plugin tells of them the moment they change: into the product's row, ahead of its webhook or sync.
 * Promise: a member not told stays; a product the copy does not have yet is passed over; what the shop says of the whole product later
 * is written again, also when it is as it was before this. Inside a write transaction. Read next: stores/sink.h. */
#pragma once
#include "stores/sink.h"

typedef struct {
    str product_id, variation_id;   /* variation_id: empty for a product without */
    str stock_status;               /* instock, outofstock, onbackorder; empty: not told */
    opt_int stock_quantity, price, regular_price, sale_price;   /* money in minor units */
    bool quantity_told, price_told, regular_told, sale_told;    /* told without a value: there is none any more */
} stock_told;

bool stock_status_is_known(str status);
/*   sink  of this store, direct, over `d`: knows afterwards what changed
 * ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code stock_apply(ctx *c, db *d, const connect_sink *sink, int64_t store_id, const stock_told *t);
