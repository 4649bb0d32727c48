/* basket_lines: what the order of a basket's lines says of pairs, learned from the shop itself.
 * Shoppers put into the cart one after the other what belongs together. Where they do, pairs on neighbouring lines come true again more
 * often than pairs far apart; where lines stand in no telling order, nothing fades and nothing changes.
 * Promise: the fade of a distance falls from 1 to a floor, so that sums of it over baskets stay positive definite; few pairs fade
 * little. Owner: plain data. Read next: basket_parts.h (baskets), item_product.h (who multiplies), ease.h. */
#pragma once
#include "models/basket_parts.h"
#include "models/item_product.h"

/* Tables by the lines between two items of a basket, 0 for the item itself. */
struct basket_fade {
    bool tells;                     /* false: all is 1 and `near` is not to be used */
    float floor, lines;             /* fade(d) = floor + (1 - floor) / (1 + (d / lines)^2) */
    float all[PRODUCT_FADE_SPAN];   /* fade: what a pair is worth */
    float near[PRODUCT_FADE_SPAN];  /* 1 / (1 + (d / lines)^2): what being close adds */
};

/* Learn it: a pair (i, j) of an older basket, d lines apart, is worth what the newer baskets with i hold j more often than all newer
 * baskets do. Its mean by d is fitted with a + b / (1 + (d / lines)^2), least squares over pairs, b leaning to 0.
 * ERR_NO_MEMORY, ERR_CANCELLED. O(sum of squares of basket sizes). */
CHECK_RESULT err_code basket_fade_learn(ctx *c, const basket_log *older, const basket_log *newer, basket_fade *ret_fade);

/* The fade fitted to mean worths y[d] of n[d] pairs, d = 1 .. PRODUCT_FADE_SPAN - 1. */
void basket_fade_fit(const double *y, const double *n, basket_fade *ret_fade);
