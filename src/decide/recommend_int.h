/* One request in work. Private to decide/. The order of the files is the order of the work:
 * recommend.c -> context.c -> filters.c -> candidates.c -> slate.c (order, bundle, words) -> answer_json.c. */
#pragma once
#include "decide/messages.h"
#include "decide/placements.h"
#include "decide/serving_int.h"

#define NO_ANCHOR UINT32_MAX

/* A product the request is about. */
typedef enum { ANCHOR_PRODUCT, ANCHOR_CART, ANCHOR_HISTORY, ANCHOR_KINDS } anchor_kind;
typedef struct {
    const catalogue_item *item;     /* NULL when deleted: it can still lead to others */
    uint32_t slot, learned;         /* learned: item of the snapshot or SNAPSHOT_NONE */
    anchor_kind kind;
    float weight;                   /* 0..1 share of attention */
} anchor;

/* A product some source proposed, and what speaks for it. */
typedef struct {
    uint32_t slot, anchor;          /* anchor: of the strongest source, or NO_ANCHOR */
    uint32_t open_anchor;           /* the anchor whose evidence is being gathered */
    uint8_t source, why;            /* strongest source and its reason */
    bool banned;                    /* never to be shown in this answer */
    float strongest;                /* relevance of the strongest single piece of evidence */
    float relevance;                /* root of the sum over anchors of the squares of the best source's */
    float base;                     /* the product's own probability in a basket */
    float miss;                     /* product over anchors of (1 - excess) */
    float sure, evidence;           /* sum of excess * confidence, sum of excess */
    float open_relevance, open_excess, open_confidence;     /* best so far of the open anchor */
    float with_product;             /* relevance as a companion of the product asked about, for the bundle */
    const catalogue_item *item;     /* set once it is known that it may be shown */
    double score;                   /* relevance, later times value */
} candidate;

typedef struct { const uint64_t *any; size_t n; } term_group;   /* an item passes with one of these */
typedef struct { term_group *groups; size_t n; int64_t low, high; bool on_hand; } item_filter;

/* What the visitor did, as models want it: oldest first, items of the snapshot, those of history, cart and page included. */
typedef struct {
    uint32_t n;
    uint32_t session;               /* the visit going on now begins at this event */
    uint32_t *item, *visit;
    float *weight;
    int64_t *time_ms;
} visitor_events;

enum { MAX_ANCHORS = 1 + 100 + 60 };
typedef struct {
    ctx *c;
    const serving *s;
    const recommend_query *q;
    const placement *place;
    const catalogue_item *product;  /* asked about; NULL */
    str locale;
    int64_t now_ms;                 /* to the minute, so that a question asked twice is the same */
    size_t n;
    item_filter filter;
    size_t n_anchors;
    uint32_t *ban;                  /* slots never shown */
    size_t n_ban;
    visitor_events events;
    candidate *candidates;
    uint16_t *places;               /* slot -> candidate + 1, open addressing; 161 anchors offer some 20,000 at most */
    uint32_t n_candidates, capacity, place_mask;
    float floor, typical;           /* probability of a product never sold; of a good seller */
    anchor anchors[MAX_ANCHORS];    /* last: not zeroed */
} request;

/* context.c */
/* What the request is about: anchors, bans, and what the visitor did. */
CHECK_RESULT err_code context_read(request *r);

/* filters.c */
CHECK_RESULT err_code filter_compile(ctx *c, const recommend_filter *f, item_filter *ret_filter);
bool filter_passes(const item_filter *f, const catalogue_item *item);

/* candidates.c */
/* Gather from every source the placement asks; `relevance` and what makes up the probability are then complete. */
CHECK_RESULT err_code candidates_gather(request *r);
/* The live item when it may be shown and passes the filter, else NULL. */
const catalogue_item *showable(const request *r, uint32_t slot);
/* Of being bought next, 0..1, and the share of it that stands on data of its own. */
double candidate_probability(const candidate *x);
double candidate_confidence(const candidate *x);
/* Not yet among the candidates, and free to be shown. */
const catalogue_item *fill_candidate(const request *r, uint32_t slot);
float slot_base(const request *r, uint32_t slot);

/* answer_json.c */
/* The answer's object up to its id, and all that follows, which does not depend on the id. */
void answer_json_head(json_out *w, const char *rec_id);
void answer_json_rest(json_out *w, const serving *s, const recommend_answer *a);

/* slate.c */
CHECK_RESULT err_code slate_build(request *r, recommend_answer *a);
/* Price and bundle of up to three products. */
void bundle_price(const serving *s, recommend_bundle *b);
/* 1.2 to 2 times the price, by the prices of now. */
bool is_upgrade(const catalogue_item *from, const catalogue_item *to);
