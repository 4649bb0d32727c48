/* What a shopper can do: one row a kind, used wherever events come in, are counted, or become weights (interactions to learn
 * from, histories to answer from).
 * Promise: a purchase weighs 1, everything else a share of it; a refund weighs nothing and takes its purchase back. Pure data.
 * Read next: events/event.h (what comes in), models/model.h (weight of an event), decide/decide.h (events of a request). */
#pragma once
#include "base/str.h"

/* What an event of the kind must carry, and who may send it. */
enum {
    NEEDS_PRODUCT = 1, NEEDS_CATEGORY = 2, NEEDS_QUERY = 4, NEEDS_ORDER = 8,
    NEEDS_SHOWN = 16,       /* a rec_id, or a placement */
    NEEDS_CONSENT = 32,     /* says what may be remembered */
    FROM_SHOP = 64          /* only the shop itself tells it: webhooks, syncs */
};

/* view: its page was opened. click: chosen from a list or a recommendation. refund: sent back. impression: half of it was on the
 * screen for a second. widget_dismiss: closed unread, an annoyance.
 * name, word in requests and storage, other words taken for it, weight, flags */
#define EVENT_KIND_LIST(X)                                                                                              \
    X(VIEW,           "view",           "product_view view_item",          0.15, NEEDS_PRODUCT)                             \
    X(CLICK,          "click",          "select_item",                     0.25, NEEDS_PRODUCT)                             \
    X(CART,           "cart_add",       "cart add_to_cart",                0.6,  NEEDS_PRODUCT)                             \
    X(PURCHASE,       "purchase",       "order",                           1.0,  NEEDS_ORDER)                               \
    X(REFUND,         "refund",         "",                                0.0,  FROM_SHOP)                                 \
    X(CART_REMOVE,    "cart_remove",    "remove_from_cart",                0.0,  NEEDS_PRODUCT)                             \
    X(WISH,           "wishlist",       "wishlist_add add_to_wishlist wish", 0.4,  NEEDS_PRODUCT)                           \
    X(SEARCH,         "search",         "",                                0.0,  NEEDS_QUERY)                               \
    X(CATEGORY_VIEW,  "category_view",  "view_category view_item_list",    0.0,  NEEDS_CATEGORY)                            \
    X(CHECKOUT,       "checkout_start", "checkout begin_checkout",         0.0,  0)                                         \
    X(IMPRESSION,     "impression",     "",                                0.0,  NEEDS_SHOWN)                               \
    X(WIDGET_OPEN,    "widget_open",    "open",                            0.0,  NEEDS_SHOWN)                               \
    X(WIDGET_CLOSE,   "widget_close",   "close",                           0.0,  NEEDS_SHOWN)                               \
    X(WIDGET_DISMISS, "widget_dismiss", "dismiss",                         0.0,  NEEDS_SHOWN)                               \
    X(CONSENT,        "consent",        "",                                0.0,  NEEDS_CONSENT)
typedef enum {
#define X(name, word, others, weight, flags) EVENT_##name,
    EVENT_KIND_LIST(X)
#undef X
    EVENT_KINDS
} event_kind;

typedef struct { const char *word, *others; double weight; unsigned flags; } event_kind_row;
extern const event_kind_row event_kinds[EVENT_KINDS];
/* By its word or one of the others. False for a word that is none. */
bool event_kind_find(str word, event_kind *ret_kind);
