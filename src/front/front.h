/* The demonstration shop's own front: pages as HTML, made of the catalogue and of a cart.
 * Promise: constant text around escaped values, so no text of the catalogue is ever markup or script; every page works with scripts
 * switched off; each tells what it is in one data block and has places (data-vitrine-slot) for the widget. Texts are Romanian, as
 * the assortment is. It knows HTTP neither in nor out: api/shop_front.c does, and lets it serve stores of platform "demo" only.
 * Functions write a whole document into `out`. ERR_STORAGE, ERR_NO_MEMORY, ERR_TOO_LARGE of it; others are named.
 * One thread per call. Read next: README.md, cart.h, order.h. */
#pragma once
#include "decide/serving.h"
#include "decide/shelf.h"
#include "front/cart.h"
#include "plugin/offer.h"

enum { FRONT_OFFERS = 3 };         /* in one cart */

/* The shop a page is of. Texts live as long as the request. */
typedef struct {
    const store *row;
    const serving *pin;
    db *d;
    str public_key;                 /* for the widget's tag; empty: no tag */
    bool has_widget;                /* this server has /v.js */
    const category *categories;     /* all of the shop's, at most FRONT_CATEGORIES */
    size_t n_categories;
    front_cart cart;
    str offers[FRONT_OFFERS];       /* tokens the visitor brought, oldest first */
    size_t n_offers;
    str visitor_id;                 /* as the widget's cookie says; may be empty */
    str order_id;                   /* the order being placed: what it used is not used for it */
} front_shop;
enum { FRONT_CATEGORIES = 500, FRONT_PAGE_PRODUCTS = 24, FRONT_PAGES_MOST = 1000, FRONT_SEARCH_BYTES = 80 };

/* What a line of the cart is today. */
typedef struct {
    const product *row;             /* what is bought: a simple product or a variation */
    const product *parent;          /* the product; = row when simple */
    str image;
    int64_t quantity, unit_minor;
    bool available;                 /* may be bought now */
    str offer_id;                   /* of the offer this line has; empty: none */
    int64_t saving_minor;           /* by that offer, off one piece of it */
} front_line;
typedef struct {
    front_line lines[FRONT_CART_LINES];
    size_t n;
    signed_offer granted[FRONT_OFFERS];
    size_t n_granted;
    const char *lapsed;             /* why an offer that was brought is not granted; NULL: all are */
    /* of the available lines, tax included; goods before the saving of offers, the total after it */
    int64_t goods_minor, saving_minor, shipping_minor, total_minor;
    bool all_available;
} front_basket;
/* Lines of products the shop no longer has are left out. */
CHECK_RESULT err_code front_basket_load(ctx *c, const front_shop *s, front_basket *ret_basket);
/* May this id (a product's or a variation's) go into a cart? ERR_NOT_FOUND (none of this shop), ERR_INVALID with a sentence for the
 * visitor (a variation must be chosen, sold out). */
CHECK_RESULT err_code front_can_add(ctx *c, const front_shop *s, str id);
/* Items of the cart as JSON: [{"product_id","variation_id","quantity","price"}]. */
void front_basket_json(json_out *w, const front_basket *k, int digits);

CHECK_RESULT err_code front_home(ctx *c, const front_shop *s, buf *out);
/* ERR_NOT_FOUND. */
CHECK_RESULT err_code front_category(ctx *c, const front_shop *s, str category_id, shelf_order sort, size_t page, buf *out);
CHECK_RESULT err_code front_search(ctx *c, const front_shop *s, str words, size_t page, buf *out);
CHECK_RESULT err_code front_sale(ctx *c, const front_shop *s, size_t page, buf *out);
/* `note`: a sentence for the visitor, or empty. ERR_NOT_FOUND. */
CHECK_RESULT err_code front_product(ctx *c, const front_shop *s, str product_id, str note, buf *out);
/* What may be chosen of it: [{"id","label","price_text","in_stock"}], empty for a simple product. ERR_NOT_FOUND. */
CHECK_RESULT err_code front_variations_json(ctx *c, const front_shop *s, str product_id, json_out *w);
CHECK_RESULT err_code front_cart_page(ctx *c, const front_shop *s, str note, buf *out);
/* The order as stored, for who has its key. ERR_NOT_FOUND. */
CHECK_RESULT err_code front_received(ctx *c, const front_shop *s, str order_id, buf *out);
/* Nothing is at this address. */
CHECK_RESULT err_code front_missing(ctx *c, const front_shop *s, buf *out);
/* The shop is being made: come back in a moment. */
CHECK_RESULT err_code front_opening(ctx *c, const front_shop *s, buf *out);

/* Style and script of the pages, by name. False when there is none of that name. Static. */
typedef struct { const char *name, *content_type; str body; } front_file;
bool front_file_find(str name, front_file *ret_file);
