/* The live catalogue of one shop: one slot per parent product, each an atomic pointer to an immutable item with its card.
 * Promise: readers see whole items; the writer replaces an item by one pointer store and retires the old one.
 * Variations are folded: their ids resolve to the parent, which may be sold when one of them may.
 * NOT here: what was learned (snapshot.h) and who may see what (filters.c).
 * Readers: any thread holding a pin. Writers: one at a time, serving.c sees to it. Read next: decide/README.md. */
#pragma once
#include "schema/tables.h"

#define NO_SLOT UINT32_MAX

/* Everything a request asks of a product. Immutable once published; one block of memory. */
typedef struct catalogue_item {
    uint32_t slot;
    bool sellable;                  /* may be shown: all of status, visibility, price, purchasable, stock */
    bool in_stock;                  /* stock or backorders */
    bool price_from;                /* variations differ in price: price_minor is the lowest */
    bool on_sale;
    int64_t price_minor;            /* lowest price a sellable variation has; 0 when not known */
    int64_t regular_minor;          /* of that one; = price_minor when not on sale */
    int64_t created_ms;
    double rating;                  /* 0..5 */
    int64_t rating_count;
    int64_t total_sales;            /* as the platform counts */
    str product_id, name, url, image;
    str card;                       /* JSON members without braces: "product_id":"12","name":... */
    const uint32_t *categories;     /* numbers of this catalogue's terms, main one first, parents included after */
    const uint32_t *tags, *brands, *attributes;     /* attributes: (name, value) pairs as one number */
    uint16_t n_categories, n_tags, n_brands, n_attributes;
    uint32_t main_category;         /* NO_SLOT = none */
    uint32_t n_variations;
    size_t bytes;
} catalogue_item;
