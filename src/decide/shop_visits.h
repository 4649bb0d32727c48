/* shop_visits: what visitors of one shop had to do with its products, visit by visit, as of a time.
 * Promise: rows received at or after as_of_ms change nothing; only visitors who agreed to everything, and no robots, those found out
 * later among them (both as known now: no past of them is kept); a visit ends with SESSION_GAP_MS of silence, as it does when visitors
 * are answered; equal rows give equal data. At most the newest LIMIT_LEARN_EVENTS rows of the log, read a page of keys at a time.
 * Names of visitors are in it as hashes alone. Owner: c->arena of the call; read-only afterwards, any thread.
 * Read next: shop_interactions.h, learn_personal.h (what is made of it). */
#pragma once
#include "features/shop_data.h"
#include "models/model.h"

/* Who placed an order, as the page that thanked for it told. */
typedef struct { uint64_t order; int64_t time_ms; uint32_t visitor; } visit_order;      /* order: as shop_baskets.order */

typedef struct {
    int64_t as_of_ms;
    uint32_t n_visitors, n_visits;
    uint64_t *names;                /* n_visitors: hash of each one's name */
    uint64_t *start;                /* n_visitors + 1: what visitor v did is [start[v], start[v + 1]), oldest first */
    uint32_t *item, *visit;         /* item of the shop; visit: 0 for the visitor's first, rising */
    uint8_t *kind;                  /* event_kind of a weight above 0 */
    int64_t *time_ms;
    uint32_t *by_time;              /* all of it, oldest first; NULL in what shop_visits_before() gives */
    visit_order *orders;            /* in the order told */
    size_t n_orders;
} shop_visits;

/* Read a store's log.
 *   s           of the same store, as of the same time
 *   ret_visits  no visitors in a shop without events
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(n log n) of the rows read. */
CHECK_RESULT err_code shop_visits_load(ctx *c, db *d, const shop_data *s, shop_visits *ret_visits);
/* The same as it was known at an earlier moment: visits that were over by then, so that none is asked of what it taught itself.
 * Visitors keep their numbers. ERR_NO_MEMORY. */
CHECK_RESULT err_code shop_visits_before(ctx *c, const shop_visits *v, int64_t before_ms, shop_visits *ret_visits);

/* Visitors as users, one event for what was done to one product in a row, by the weight of what was nearest to a purchase.
 *   ret_x  of n_items items
 * ERR_NO_MEMORY. O(events). */
CHECK_RESULT err_code shop_visits_interactions(ctx *c, const shop_visits *v, uint32_t n_items, interactions *ret_x);
/* Who placed each basket: n visitors, SHOP_NONE where no page told. ERR_NO_MEMORY. */
CHECK_RESULT err_code shop_visits_buyers(ctx *c, const shop_visits *v, const shop_baskets *b, uint32_t **ret_visitor);
