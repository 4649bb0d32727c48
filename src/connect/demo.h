/* The demonstration shop: platform "demo" makes a believable shop from a seed instead of copying one.
 * Promise: about 500 products in 40 categories, 1,500 customers and a year of orders until `now`, with complements, upgrades,
 * seasons and repurchase whose truth demo_truth() tells, so that what is learned can be checked against what is known.
 * Same seed and same day: the same rows to the byte. Texts are Romanian; the English ones stand in meta as name_en and
 * short_description_en (a list of {"key","value"}, as WooCommerce sends it). No network. Nothing here is a real person or brand.
 * The seed is the shop's key as a number; empty = DEMO_SEED. Read next: demo_int.h, demo_kinds.c (the assortment). */
#pragma once
#include "connect/connect.h"

enum { DEMO_SEED = 42, DEMO_DAYS = 365, DEMO_CUSTOMERS = 1500, DEMO_GUESTS = 500 };

typedef enum { DEMO_COMPLEMENT, DEMO_UPGRADE } demo_relation;
typedef struct {
    demo_relation relation;
    char product_id[12], other_id[12];  /* parents, never variations */
    double strength;                    /* complement: probability that an order with the product as its first wish holds the other too */
} demo_fact;

/* What the shop's makers know: every complement and every next step of a price ladder.
 *   ret_facts   array of *ret_n in c->arena; the same for every seed
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code demo_truth(ctx *c, demo_fact **ret_facts, size_t *ret_n);

/* Draw the picture of a product or variation as SVG, 400 x 400, well-formed,
        without script or links. ERR_NOT_FOUND for another id. */
CHECK_RESULT err_code demo_image_svg(ctx *c, str product_id, buf *out);
