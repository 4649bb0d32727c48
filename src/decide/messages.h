/* Why an item is shown: one row per reason with a sentence in each language we speak.
 * Promise: a reason has a sentence in every language (the test walks the table); texts are UTF-8, names are clipped, not escaped.
 * Add a reason: one row here and one in messages.c. Pure functions over const data. */
#pragma once
#include "schema/price_style.h"

#define REASON_LIST(X)                  \
    X(BOUGHT_TOGETHER, "bought_together")           \
    X(GOES_WITH, "goes_with")           /* never bought together yet: learned from products alike */ \
    X(SAME_CUSTOMERS, "same_customers") \
    X(UPGRADE, "upgrade")               \
    X(UPGRADE_OFFER, "upgrade_offer")   /* with an incentive */ \
    X(SIMILAR, "similar")               \
    X(FOR_YOU, "for_you")               \
    X(YOUR_TASTE, "your_taste")         /* by all the visitor did, no single product */ \
    X(TRENDING, "trending")             \
    X(POPULAR, "popular")               \
    X(POPULAR_HERE, "popular_in_category") \
    X(NEW, "new")                       \
    X(MORE, "more")                     /* fills the list when nothing better is known */ \
    X(BUNDLE, "bundle")
typedef enum {
#define X(name, word) REASON_##name,
    REASON_LIST(X)
#undef X
    REASON_COUNT
} reason;
const char *reason_name(reason r);

/* What the sentence may mention; empty texts are allowed. */
typedef struct {
    str anchor;                     /* name of the product that led here */
    int percent;                    /* discount */
    int64_t price_minor, savings_minor;
    str currency;
    const price_style *prices;      /* how the shop writes them */
} message_facts;
/* The sentence, in c->arena.
 *   locale   see locale_language()
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code message_write(ctx *c, reason r, str locale, const message_facts *f, str *ret_text);
