/* Offers in a visitor's cart: tokens that answers carried (plugin/offer.h), brought by the widget and kept in a cookie of ours.
 * Promise: a token is checked whenever the cart is looked at; only what was signed lowers a price, once per line, for one piece; a bundle
 * holds while all of its products are there; an offer is used by one order. It does NOT show anything.
 * One thread per call. Read next: load.c (the basket), api/shop_front.c (the cookie). */
#pragma once
#include "front/front.h"

enum { FRONT_OFFER_BYTES = 1200, FRONT_OFFERS_BYTES = FRONT_OFFERS * (FRONT_OFFER_BYTES + 1) };

/* Tokens of the cookie into `s`: "TOKEN!TOKEN"; what is too long or too many is left out. Texts of `cookie`. */
void front_offers_read(front_shop *s, str cookie);
/* The text of the cookie; empty when there is no token. In c->arena. ERR_TOO_LARGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code front_offers_write(ctx *c, const front_shop *s, str *ret_text);
/* One more, for the cart as it is now. ERR_INVALID with a sentence for the visitor and the field "offer": forged, over, used, somebody
 * else's, there already, one too many, or not all of its products are in the cart; then nothing was changed. */
CHECK_RESULT err_code front_offers_add(ctx *c, front_shop *s, str token);
/* Lower the lines of `k` that offers are about; `k` has its lines and nothing summed up yet. ERR_STORAGE. */
CHECK_RESULT err_code front_offers_grant(ctx *c, const front_shop *s, front_basket *k);
/* The order takes its offers, all or none: no other order gets them. ERR_CONFLICT: another one was quicker. */
CHECK_RESULT err_code front_offers_use(ctx *c, const front_shop *s, const front_basket *k, str order_id);
