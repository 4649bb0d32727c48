/* A visitor's cart as a cookie of ours holds it: ids and quantities, nothing else; names and prices are the catalogue's.
 * Promise: any bytes are taken, what is not a line is passed over; at most FRONT_CART_LINES lines of 1..FRONT_QUANTITY_MOST. Pure.
 * Text: "ID:QUANTITY!ID:QUANTITY", ids percent-encoded, so that every id fits into a cookie. Read next: front.h. */
#pragma once
#include "base/ctx.h"

enum { FRONT_CART_LINES = 20, FRONT_QUANTITY_MOST = 20, FRONT_CART_BYTES = 3000 };

typedef struct { str id; int64_t quantity; } cart_entry;        /* of a simple product or of a variation */
typedef struct { cart_entry entries[FRONT_CART_LINES]; size_t n; } front_cart;

/* Ids are copied into `a`. */
front_cart cart_read(arena *a, str cookie);
/* The text of the cookie; empty for an empty cart. ERR_NO_MEMORY, ERR_TOO_LARGE (over FRONT_CART_BYTES). */
CHECK_RESULT err_code cart_write(ctx *c, const front_cart *cart, str *ret_text);
/* `quantity` more of it, up to FRONT_QUANTITY_MOST. False when the cart is full, or the id too long for it. */
bool cart_add(front_cart *cart, str id, int64_t quantity);
/* So many of it; 0 takes it out. An id that is not there is passed over. */
void cart_set(front_cart *cart, str id, int64_t quantity);
/* Pieces in all. */
int64_t cart_count(const front_cart *cart);
/* Value of a cookie in the header `Cookie`; empty when it is not there. */
str cookie_find(str header, str name);
