/* What is bought together: the pairs of products in the orders of a period, for a map of the shop.
 * Promise: each order once, each product of it once; cancelled and unpaid orders do not count, orders of more than LIMIT_BASKET_ITEMS
 * products neither (a wholesaler's say nothing of taste). Exact whatever the number of pairs: more than LIMIT_REPORT_UNITS are counted
 * in several passes. Threads: that of the db. Read next: reports/README.md. Not for recommending: models/rules.h shrinks and decays. */
#pragma once
#include "reports/source.h"

typedef struct { str product_id; int64_t orders; } affinity_item;
typedef struct {
    uint32_t a, b;                  /* places in items; a's id is the smaller one */
    int64_t orders;                 /* with both */
    double support;                 /* of all orders, 0..1 */
    double a_to_b, b_to_a;          /* confidence: of the orders with a, those with b too; and the other way */
    double lift;                    /* support over what it would be if they had nothing to do with each other; 1 = nothing */
} affinity_pair;
typedef struct {
    int64_t orders;                 /* with a product */
    affinity_item *items;           /* in the order met */
    size_t n_items;
    affinity_pair *pairs;
    size_t n_pairs;
} affinity;

typedef struct { int64_t least_orders; size_t most; bool by_lift; } affinity_params;
/*   p    least_orders >= 1 with both; the best `most` pairs, by orders and then lift, or the other way round
 *   ret  in c->arena
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(sum over orders of products^2). Source: Agrawal, Imielinski, Swami 1993
 * (support, confidence); Brin, Motwani, Ullman, Tsur 1997 (lift). */
CHECK_RESULT err_code affinity_read(ctx *c, const report_source *from, const affinity_params *p, affinity *ret);
