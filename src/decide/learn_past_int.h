/* The shop as it would have been served at an earlier moment: what was learned from the orders before it, behind the same door as
 * a live one, so that questions whose answer is known run through the very code that serves.
 * Promise: nothing of a basket at or after the moment is in it. Names, prices and stock are those of now: no past of them is kept.
 * Private to learning. Owner: c->arena of the call. Read next: learn_ranker.c. */
#pragma once
#include "decide/learn_int.h"
#include "decide/recommend_int.h"

typedef struct {
    learning l;                     /* of the baskets before the moment */
    snapshot snap;
    loaded_shop loaded;
    serving s;                      /* slots are item numbers */
    uint32_t n_train;               /* baskets known */
} past_shop;

/* Learn from the first n_train baskets (1 .. all). ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code past_shop_learn(ctx *c, const learning *now, uint32_t n_train, past_shop *ret_past);

/* A request to it, up to its candidates, best first.
 *   place   one of placements.h
 *   t       slots are item numbers
 *   k       candidates at most
 *   ret_request, ret_pool   in c->arena
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code past_shop_ask(ctx *c, const past_shop *p, str place, const told *t, int64_t now_ms, uint32_t k, request **ret_request,
                                    pool *ret_pool);
