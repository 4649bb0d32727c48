/* What a shopper can do with a product, and how much each says about what he wants: one row a kind, used wherever events become
 * weights (interactions to learn from, histories to answer from).
 * Promise: a purchase weighs 1, everything else a share of it; a refund weighs nothing and takes its purchase back. Pure data.
 * Read next: models/model.h (weight of an event), decide/decide.h (events of a request). */
#pragma once
#include "base/str.h"

/* name, word in requests and storage, weight */
#define EVENT_KIND_LIST(X)                                                                  \
    X(VIEW,     "view",     0.15)   /* its page was opened */                               \
    X(CLICK,    "click",    0.25)   /* chosen from a list or a recommendation */            \
    X(CART,     "cart",     0.6)    /* put into the cart */                                 \
    X(PURCHASE, "purchase", 1.0)                                                            \
    X(REFUND,   "refund",   0.0)    /* sent back */
typedef enum {
#define X(name, word, weight) EVENT_##name,
    EVENT_KIND_LIST(X)
#undef X
    EVENT_KINDS
} event_kind;

typedef struct { const char *word; double weight; } event_kind_row;
extern const event_kind_row event_kinds[EVENT_KINDS];
/* False for a word that is none. */
bool event_kind_find(str word, event_kind *ret_kind);
