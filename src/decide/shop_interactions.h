/* shop_interactions: what shoppers of one shop did, in the form models are fitted on.
 * Promise: users 0 .. n_customers - 1 are the shop's known customers in shop_data's numbering; each basket of nobody known follows as
 * a user of its own, so that what goes together is learned from guests too. Every basket is a visit, its items in the order of the
 * lines. Only what shop_data saw as of its time is in it. Weights: schema/event_kinds.h (a purchase is 1); decay is the models' business.
 * Owner: c->arena of the call, and the shop_data it points into.
 * Read next: features/shop_data.h, shop_visits.h, models/model.h, learn_personal.h. */
#pragma once
#include "decide/shop_visits.h"

/* What was bought alone.
 *   facts   what is known of items without sales, or NULL; see interactions.facts
 *   ret_x   users of n_items items; weight NULL: purchases are all there is
 * ERR_NO_MEMORY. O(entries of the baskets). */
CHECK_RESULT err_code shop_interactions(ctx *c, const shop_data *s, const csr *facts, interactions *ret_x);
/* The same with what was looked at, put into a cart or wished for, by the weight of its kind. Visitors are the user of the newest basket
 * that they placed, else users of their own behind all others; of purchases the orders tell, not the log.
 *   s, v    as of the same time
 * ERR_NO_MEMORY. O(n log n) of all of it. */
CHECK_RESULT err_code shop_interactions_browsed(ctx *c, const shop_data *s, const shop_visits *v, const csr *facts, interactions *ret_x);
