/* One recommendation request from memory: candidates from several sources, exact filters, one probability, value order,
 * diversity, bundle, incentive, reason and message.
 * Promise: the same input gives the same items; no database, no allocation outside ctx.arena, no lock
 * but the short one of the answers kept; n items are answered
 * whenever n eligible ones exist; never an item that is out of stock, hidden, unpublished, in the cart, excluded, just bought
 * by this customer, or the product itself. A pinned `serving` (serving.h) stays valid until it is unpinned; the answer points
 * into it and into ctx.arena, so render before unpinning. Any thread.
 * Read next: decide/README.md, decide/serving.h, decide/placements.h. */
#pragma once
#include "base/json.h"
#include "schema/entity.h"
#include "schema/event_kinds.h"
#include "schema/rec_id.h"

typedef struct serving serving;
typedef struct catalogue_item catalogue_item;   /* decide/catalogue.h */

typedef struct { const str *p; size_t n; } str_list;

/* Where a candidate comes from: word in requests and answers */
#define SOURCE_LIST(X)                                                                          \
    X(CROSS_SELL,  "cross_sell")    /* bought together with what is looked at or in the cart */ \
    X(ALSO_BOUGHT, "also_bought")   /* bought by the same customers, not in one order */        \
    X(UPSELL,      "upsell")        /* a better one of the same kind, 1.2 to 2 times the price */ \
    X(SIMILAR,     "similar")       /* alike in text, category and price */                     \
    X(PERSONAL,    "personal")      /* goes with what this visitor saw or bought before */      \
    X(TRENDING,    "trending")      /* sells faster than it used to */                          \
    X(POPULAR,     "popular")       /* sells best, of the category first, then of the shop */   \
    X(NEW,         "new")           /* came into the shop lately */
typedef enum {
#define X(name, word) SOURCE_##name,
    SOURCE_LIST(X)
#undef X
    SOURCE_COUNT, SOURCE_ALL = SOURCE_COUNT
} decide_source;
const char *decide_source_name(decide_source s);
/* False for a word that is no source; "" and "all" give SOURCE_ALL. */
bool decide_source_find(str word, decide_source *ret_source);

typedef struct { str name, value; } attribute_match;    /* name: slug or name of the attribute; compared without ASCII case */
/* Zeroed = everything passes. Lists: any one value is enough; the kinds must all hold. */
typedef struct {
    opt_int price_min, price_max;       /* minor units, inclusive */
    str_list categories;                /* id, slug or name; a parent category holds what its children hold */
    str_list tags, brands;              /* id, slug or name */
    const attribute_match *attributes;  /* values of one name: any; different names: all */
    size_t n_attributes;
    bool on_hand;                       /* nothing that must be ordered first (backorders); sold out never passes anyway */
} recommend_filter;

/* Something the visitor did before. */
typedef struct {
    str product_id;
    event_kind kind;                    /* zeroed: seen */
    int64_t time_ms;                    /* UTC; 0 = not known: then its place in the list tells what came later */
} recommend_event;
typedef struct { const recommend_event *p; size_t n; } recommend_events;

/* What a list must keep to besides order. Zeroed = the placement's own. */
typedef struct {
    struct { double v; bool known; } diversity;     /* share of the list's score that variety may cost, 0..1; default 0.02 */
    size_t max_per_brand;               /* items of one brand at most; 0 = any number */
    size_t max_per_category;            /* items of one main category at most; 0 = half of the list where that costs little */
    size_t new_slots;                   /* newcomers among the items at least, while there are any that fit */
    size_t explore_slots;               /* items drawn by chance from those next in line, to learn what nobody was shown */
} slate_rules;

/* Zeroed fields mean "not given". Ids are the shop's; a variation's id stands for its product; ids not known are ignored. */
typedef struct {
    str placement;                      /* a word of placements.h; empty: "product" with a product, "cart" with a cart, else "home" */
    str product_id;                     /* looked at now */
    str_list cart, exclude;
    str_list standing;                  /* in other lists of the page: not shown again; LIMIT_STANDING at most */
    recommend_events history;           /* newest first */
    str visitor_id, customer_id;
    str person;                         /* who that is, by identity; empty: nobody known, so in no experiment and never held out */
    str device;                         /* desktop, mobile, tablet; empty = not known: for experiments aimed at some */
    bool preview;                       /* the owner looks: neither held out nor in an experiment */
    decide_source source;               /* SOURCE_ALL (set it: zero is SOURCE_CROSS_SELL), or this one alone and nothing to fill up */
    size_t n;                           /* 1..LIMIT_RECOMMEND_N; 0 = the placement's own. What owner or experiment set holds over it */
    str locale;                         /* "ro", "en" (also "ro_RO", "en-GB"); others: "en"; empty = the store's */
    recommend_filter filter;
    slate_rules slate;
} recommend_query;
#define RECOMMEND_QUERY ((recommend_query){ .source = SOURCE_ALL })

typedef struct {
    const catalogue_item *item;
    double score;                       /* what the list is ordered by: probability times value; > 0 */
    double probability;                 /* of being bought next by who sees it, 0..1, calibrated */
    double confidence;                  /* share of `probability` that stands on data of its own, 0..1 */
    decide_source source;               /* the one that says most */
    const char *reason;                 /* machine word: bought_together, same_customers, upgrade, similar, for_you, trending, ... */
    const catalogue_item *anchor;       /* "because of this one"; NULL when the reason has none */
    int64_t price_minor;                /* asked today */
    int64_t incentive_minor;            /* price with the incentive, = price_minor when there is none */
    int discount_percent;               /* 0 = no incentive */
    str message;                        /* sentence in the asked language */
    bool explored;                      /* drawn by chance, where another one would have been the best */
    double propensity;                  /* chance that it stands there, over visitors who ask the same; 1: no chance in it */
} recommended;

typedef struct {
    size_t n;                           /* 0 = no bundle, else 2..3; the first is the product asked for */
    const catalogue_item *items[3];
    int64_t normal_minor, bundle_minor, savings_minor;  /* normal = bundle + savings */
    str message;
} recommend_bundle;

/* What holds for who asks, where it was asked: by the owner, by experiments, by the hold-out. */
typedef struct {
    str arms;                           /* "3=b 7=a": experiments taken part in, with the variant; empty: none */
    const char *display;                /* how the page is to show it (placement_settings.c); NULL: nobody said */
    bool held_out;                      /* of the permanent hold-out: nothing is shown */
    bool off;                           /* the place is switched off: nothing is chosen */
} recommend_terms;

typedef struct {
    recommend_terms terms;
    recommended *items;                 /* n of them, best first, in ctx.arena; to the held-out: what would have been shown */
    size_t n;
    recommend_bundle bundle;
    char rec_id[REC_ID_LENGTH + 1];     /* unique, sorts by time, carries nothing personal */
    str visitor_id;                     /* as asked with: offers are for him */
    str product_id;                     /* asked about, the parent's; empty: none, or none of the shop's */
    const char *placement;              /* the one used */
    const char *language;               /* of the messages: "ro", "en" */
    const char *strategy;               /* who ordered it: "outcomes", "ranker", "rules" (learned lists took part), "catalogue"; "off" */
    int64_t model_version;              /* of the snapshot; 0 = none yet */
    size_t considered;                  /* different products looked at: proposed by a list, or ruled out by the request */
    size_t filled;                      /* items that come from no list: best sellers left, to make n */
} recommend_answer;

/* What was answered, for whoever keeps a log of answers. Texts live in ctx.arena, or as long as the program. */
typedef struct {
    recommend_terms terms;
    char rec_id[REC_ID_LENGTH + 1];
    const char *placement;
    str product_id;                     /* asked about; empty: none, or none of the shop's */
    str strategy;
    int64_t model_version;
    str items;                          /* schema/exposed_items.h: by position, prices with their incentive */
    str bundle;                         /* ids of its products as a JSON list; empty: there is none */
} recommend_trace;

/* Answer one request.
 *   s           pinned shop
 *   q           texts may point anywhere; checked here against limits.h
 *   ret_answer  filled; fewer than n items only when fewer are eligible
 * ERR_INVALID with the field (unknown placement; too many; ids too long), ERR_NO_MEMORY.
 * Cost: measured by bench/recommend_bench.c; O(anchors x list length + n), plus the shop's size only when filters are so
 * narrow that the lists run dry. */
CHECK_RESULT err_code recommend(ctx *c, const serving *s, const recommend_query *q, recommend_answer *ret_answer);

/* Write the answer as one JSON object: cards are copied, only messages are escaped. No items for the held-out. Bundle and incentives carry
 * an offer (plugin/offer.h) where the shop's cart grants them. ERR_NO_MEMORY; ERR_TOO_LARGE of the buf. */
CHECK_RESULT err_code recommend_json(ctx *c, json_out *w, const serving *s, const recommend_answer *a);
/* Member "items" of an open object: the cards of these products in the order asked, of what may be sold now. */
void recommend_cards_json(json_out *w, const serving *s, str_list ids, str locale);

/* What `a` was. ERR_NO_MEMORY. */
CHECK_RESULT err_code recommend_trace_of(ctx *c, const recommend_answer *a, recommend_trace *ret_trace);

/* Both at once, into `out`: the way of the server. An answer given before to a request that comes to the same (product, cart,
 * history, bans, filter, place, language, of one generation and minute) is copied; only its rec_id is new.
 *   ret_trace  the same of a copied answer as of one made; NULL: not wanted
 * Offers are the copy's own. Errors as recommend(), and ERR_TOO_LARGE when it does not fit into `out`. */
CHECK_RESULT err_code recommend_write(ctx *c, const serving *s, const recommend_query *q, buf *out, recommend_trace *ret_trace);

/* Called with the next piece of a long text; anything but ERR_OK ends the writing. */
typedef err_code recommend_flush(void *arg, str piece);
typedef struct {
    size_t per_product;                 /* recommendations of each product, 0 = 3 */
    str locale;                         /* of the messages; empty = the store's */
    recommend_flush *flush;             /* gets pieces of about 64 KiB; may be NULL: all stays in the buf */
    void *arg;
} rules_export;
/* Write every rule learned, only of what may be sold now:
 *   {"upsell":[{"from","to","discount","probability","message"}],
 *    "cross_sell":[{"product","recommendations":[{"product_id","probability","price"}],
 *                   "bundle":{"products":[...],"normal_price","bundle_price","savings"}}]}
 * discount in percent, prices in major units. `bundle` is left out when there is none.
 * ERR_TOO_LARGE (no flush and over b's maximum), ERR_CANCELLED, and what flush returns. */
CHECK_RESULT err_code recommend_rules_json(ctx *c, const serving *s, const rules_export *o, buf *b);

/* The strongest cross-sell (or upsell) pairs of the shop, one per anchor, for pages.
 *   n          1..LIMIT_PAGE_ROWS
 *   ret_pairs  *ret_n of them in c->arena, best first */
typedef struct { const catalogue_item *from, *to; double probability, confidence, popularity /* of from */; } rule_pair;
CHECK_RESULT err_code recommend_top_pairs(ctx *c, const serving *s, decide_source source, size_t n, rule_pair **ret_pairs, size_t *ret_n);
