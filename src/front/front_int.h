/* What the files of front/ share: the frame, cards, prices, a product with all that hangs on it. */
#pragma once
#include "base/html.h"
#include "base/json.h"
#include "base/limits.h"
#include "front/front.h"
#include "front/order.h"
#include "net/url.h"
#include "schema/currency.h"
#include "storage/storage.h"

/* ---- the frame (frame.c) ---- */
typedef struct {
    const char *page;               /* word of the page facts: home, category, product, ... */
    const char *title;              /* of the window; constant text; NULL: `name` alone */
    str name;                       /* of what the page is about; empty: none */
    str facts;                      /* more members of the page facts as JSON without braces, or empty */
    bool cart_told;                 /* `facts` has the cart already, or it became an order */
    str search;                     /* what stands in the search field */
    bool indexed;                   /* may search engines list it? */
} front_head;
/* Everything up to the first section. */
void frame_start(ctx *c, const front_shop *s, const front_head *h, buf *out);
/* The rest. ERR_TOO_LARGE, ERR_NO_MEMORY of `out`. */
CHECK_RESULT err_code frame_end(ctx *c, buf *out);
/* JSON inside a script element of data: nothing in it can end the element. */
void frame_json(buf *out, str json);
/* A place for the widget. */
void frame_slot(buf *out, const char *slot);
/* A sentence for the visitor above the page; nothing when it is empty. */
void frame_note(buf *out, str note);
/* Address of a product's page, quotes around it: '/shop/p/12'. */
void product_href(buf *out, str product_id);
void category_href(buf *out, str category_id);
/* A price, with the one before the sale struck out. */
void price_html(const front_shop *s, buf *out, int64_t price_minor, int64_t regular_minor, bool from);
void money_html(const front_shop *s, buf *out, int64_t minor);
/* A list of product cards: a shelf of the page, or what the page is about. */
void cards_html(const front_shop *s, buf *out, const catalogue_item *const *items, size_t n, bool on_shelf);
/* A titled shelf with its cards; nothing when there is no product. */
void shelf_section(const front_shop *s, buf *out, const shelf *found, const char *title, const char *more);
/* The same of a query. */
CHECK_RESULT err_code shelf_html(ctx *c, const front_shop *s, buf *out, const shelf_query *q, const char *title, const char *more);
/* The member "cart" of the page facts. */
str cart_facts(ctx *c, const front_basket *k, int digits);
const category *category_find(const front_shop *s, str category_id);

/* ---- rows (load.c) ---- */
typedef struct {
    product row;
    product *variations;            size_t n_variations;
    product_attribute *attributes;  size_t n_attributes;
    product_image *images;          size_t n_images;
    product_category *categories;   size_t n_categories;
    review *reviews;                size_t n_reviews;   /* approved ones, newest first, at most SHOWN_REVIEWS */
    str brand;                      /* name, or empty */
} front_family;
enum { SHOWN_REVIEWS = 4, READ_REVIEWS = 200, VARIATIONS_MOST = 100, ATTRIBUTES_MOST = 50, IMAGES_MOST = 20 };
/* By the id of a product or of one of its variations. ERR_NOT_FOUND: there is none, or it is not published. */
CHECK_RESULT err_code family_load(ctx *c, const front_shop *s, str id, front_family *ret_family);
/* May it be bought now? `parent` is NULL for a simple product. */
bool row_available(const product *p, const product *parent);
/* First option of the first attribute that tells variations apart, as text; empty when there is none. */
CHECK_RESULT err_code variation_choice(ctx *c, const front_shop *s, str variation_id, str *ret_name, str *ret_choice);
CHECK_RESULT err_code first_image(ctx *c, const front_shop *s, str product_id, str *ret_src);

/* ---- money ---- */
#define FREE_SHIPPING_MINOR 25000
#define SHIPPING_MINOR 1999
enum { VAT_PERCENT = 21 };
