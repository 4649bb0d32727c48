/* Carts as the shop's plugin tells of them: what lies in them, whose they are as far as he agreed, how they are filled again.
 * Promise: a cart is one row, and of what was told of it the newest holds, in whatever order it comes and however often; it goes with the
 * person (events/person.h), and after LIMIT_CART_DAYS of silence (events/retention.h). Read next: api/plugin.h. */
#pragma once
#include "storage/storage.h"

/* One of open, ordered, emptied? */
bool cart_state_is_known(str state);
/* Write it unless something as new is there. Uses the open transaction, or one of its own.
 *   row       told_ms says when it was so; first_ms is ours
 *   ret_news  was it written
 * ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code cart_tell(ctx *c, db *d, const shop_cart *row, bool *ret_news);
