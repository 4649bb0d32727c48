/* snapshot: what was learned of one shop, as one immutable file that is mapped and read in place.
 * Promise: a file that opens is whole: checksum, every offset and every index were checked once, so readers need no checks and
 * never allocate. A damaged, cut or foreign file is refused with ERR_CORRUPT and a sentence. The same arrays give the same bytes.
 * Everything is as of facts.as_of_ms and in item indexes; price, stock and names belong to the live catalogue (decide/catalogue.h).
 * Ownership: snapshot_open() maps, snapshot_close() unmaps; the struct and all it points to are const between. Any thread reads.
 * Layout (little-endian, every section aligned to 64): header, section table, sections. Written by decide/learn.h.
 * Read next: README-learning.md. */
#pragma once
#include "base/file.h"
#include "models/model.h"
#include "models/ranker.h"

/* 6: a ranker of its own where nothing is asked about. A file of another format is refused; jobs/schedule.c learns the shop anew. */
enum { SNAPSHOT_FORMAT = 6, SNAPSHOT_VECTOR_DIMS = 64, SNAPSHOT_VECTOR_ONE = 127, SNAPSHOT_MARKS = 64,
       SNAPSHOT_MARK_ROWS = 2 * SNAPSHOT_MARKS };
#define SNAPSHOT_NONE UINT32_MAX

/* Elements [at, at + n) of the array named beside it. */
typedef struct { uint32_t at, n; } snapshot_range;

/* "Who has the anchor in the basket also takes `item`." */
typedef struct {
    uint32_t item;                      /* never the anchor itself */
    uint32_t count;                     /* baskets with both, exact; 0 = never seen together: carried over from similar products */
    float probability;                  /* P(item | anchor) in one basket, decayed and shrunk, 0..1 */
    float lift;                         /* probability over the item's own, >= 0 */
    float llr;                          /* log-likelihood ratio of the pair, >= 0 (Dunning 1993) */
    float confidence;                   /* 0..1: share of `probability` that comes from the pair itself */
    float score;                        /* >= 0, ranks the list it stands in; comparable between lists of the same kind */
} snapshot_rule;

/* "Who looks at the anchor may take the dearer `item` instead." */
typedef struct {
    uint32_t item;
    uint32_t count;                     /* sales of either, the evidence behind `probability` */
    float probability;                  /* that a buyer of one of the two takes the dearer, 0..1, shrunk */
    float confidence;                   /* 0..1 */
    float price_ratio;                  /* price over the anchor's when learned, > 1 */
    float discount;                     /* incentive proposed, share of the price 0..1 */
} snapshot_upsell;

typedef struct { uint32_t item; float score; } snapshot_ranked;         /* score >= 0, best first */
typedef struct { uint32_t item, time_s; } snapshot_purchase;            /* UTC seconds since 1970, newest first */

typedef struct {
    snapshot_range id;                  /* text: external id of the (parent) product */
    snapshot_range cross_sell;          /* cross_sell: by the model's score. What goes in the same basket */
    snapshot_range also_bought;         /* also_bought: by probability * sqrt(lift). What its buyers bought, in any of their orders */
    snapshot_range upsell;              /* upsell: by probability times price gain */
    snapshot_range similar;             /* similar: by content, score 0..1 */
    snapshot_range categories;          /* item_categories: main category first, ancestors included, distinct */
    int64_t price_minor;                /* when learned, -1 = unknown */
    int64_t created_ms;                 /* 0 = unknown */
    uint32_t sales;                     /* baskets with it, exact */
    uint32_t co_purchases;              /* baskets with it and something else, exact */
    float weight;                       /* decayed baskets with it */
    float popularity;                   /* weight over all baskets' weight, 0..1: its own probability in a basket */
} snapshot_item;

typedef struct {
    snapshot_range id;                  /* text: external category id */
    snapshot_range popular;             /* category_popular: best sellers within it and below it */
    uint32_t parent;                    /* index, always less than its own; SNAPSHOT_NONE = top */
    uint32_t items;                     /* products within it and below it */
} snapshot_category;

typedef struct { snapshot_range id; uint32_t item, unused; } snapshot_alias;    /* external id (product or variation) -> item */
typedef struct { uint64_t hash; snapshot_range purchases; } snapshot_customer;  /* ascending by hash */

/* Facts of the whole shop. */
typedef struct {
    int64_t store_id, version;          /* as in the model table */
    int64_t created_ms, as_of_ms;
    int64_t first_order_ms, last_order_ms;      /* 0 = no order */
    uint64_t baskets, orders;           /* purchases with at least one known item; orders of any status seen */
    double total_weight;                /* decayed baskets */
    double mean_items;                  /* distinct items a basket, 0 = no basket */
    double hit_rate, hit_rate_popular;  /* HR@10 on the newest orders left out: rules and popularity; negative = too few orders */
    double personal_unit, session_unit; /* probability that a unit of score of these models stands for, >= 0 */
    uint64_t ranked;                    /* kinds of question the ranker answers better than the rules: bits of SNAPSHOT_RANKS_* */
    double promise_half_life_ms;        /* how fast `promises` fade, as counters do; 0 = none */
    uint64_t ranked_by_outcomes;        /* those that the ranker of outcomes answers better than both */
} snapshot_facts;

/* Kinds of question: about a product, a cart, a visitor; the first two asked by somebody of whom nothing else is known; about nothing. */
enum {
    SNAPSHOT_RANKS_PRODUCT = 1, SNAPSHOT_RANKS_CART = 2, SNAPSHOT_RANKS_VISITOR = 4, SNAPSHOT_RANKS_STRANGER_PRODUCT = 8,
    SNAPSHOT_RANKS_STRANGER_CART = 16, SNAPSHOT_RANKS_NOTHING = 32,
    SNAPSHOT_RANKS_ALONE = SNAPSHOT_RANKS_VISITOR | SNAPSHOT_RANKS_NOTHING         /* where no product says what is wanted */
};

/* What an item is about, as a direction: SNAPSHOT_VECTOR_DIMS whole numbers whose squares sum to about SNAPSHOT_VECTOR_ONE^2, all 0
 * when nothing is known of it. One cache line an item. */
typedef struct { int8_t x[SNAPSHOT_VECTOR_DIMS]; } snapshot_vector;

/* A main category, and how one draws another: see kinship.h. */
typedef struct { float log_price, viewed; } snapshot_kind;      /* mean of its products; log of late page views over the mean kind's */
typedef struct { float bought, clicked; } snapshot_kin;
/* What it is worth to have a mark in common: see marks.h. */
typedef struct { float bought, clicked, viewed; } snapshot_mark;

typedef struct { uint64_t key; float expected, late; } snapshot_promise;       /* promises.h; key 0 = a free place */

typedef struct snapshot {
    file_map map;                       /* empty while being built */
    snapshot_facts facts;
    const char *text;                           uint64_t n_text;
    const snapshot_item *items;                 uint64_t n_items;
    const snapshot_alias *aliases;              uint64_t n_aliases;     /* alias i of i < n_items is item i's own id */
    const snapshot_category *categories;        uint64_t n_categories;
    const uint32_t *item_categories;            uint64_t n_item_categories;
    const snapshot_rule *cross_sell;            uint64_t n_cross_sell;
    const snapshot_rule *also_bought;           uint64_t n_also_bought;
    const snapshot_upsell *upsell;              uint64_t n_upsell;
    const snapshot_ranked *similar;             uint64_t n_similar;
    const snapshot_ranked *popular;             uint64_t n_popular;     /* decayed sales, whole shop */
    const snapshot_ranked *trending;            uint64_t n_trending;    /* score = recent rate over earlier, shrunk, > 1 */
    const snapshot_ranked *newest;              uint64_t n_newest;      /* created lately; score 1 = now, falling to 0 */
    const snapshot_ranked *category_popular;    uint64_t n_category_popular;
    const snapshot_customer *customers;         uint64_t n_customers;
    const snapshot_purchase *purchases;         uint64_t n_purchases;
    const uint32_t *alias_slots;                uint64_t n_alias_slots;     /* hash tables over ids; made by snapshot_write() */
    const uint32_t *category_slots;             uint64_t n_category_slots;
    const char *personal;                       uint64_t n_personal;    /* pack of a model of models/model.h over the items; 0 = none */
    const char *sessions;                       uint64_t n_sessions;    /* the same, for what is looked at now */
    const snapshot_vector *vectors;             uint64_t n_vectors;     /* n_items or 0: content, for diversity and likeness */
    const char *ranker;                         uint64_t n_ranker;      /* pack of models/ranker.h over candidate_features.h; 0 = none */
    const uint8_t *kind_of;                     uint64_t n_kind_of;     /* n_items or 0: kind of each, from 1; 0 = none */
    const snapshot_kind *kinds;                 uint64_t n_kinds;       /* entry 0 stands for none */
    const snapshot_kin *kin;                    uint64_t n_kin;         /* n_kinds^2: [asked about][shown] */
    const float *liked;                         uint64_t n_liked;       /* n_items or 0: log of clicks over what its kind would get */
    const float *viewed;                        uint64_t n_viewed;      /* n_items or 0: log of page views over its kind's: kinship.h */
    const uint64_t *marks;                      uint64_t n_marks;       /* n_items or 0: bit m = it has mark m */
    const snapshot_mark *mark_worth;            uint64_t n_mark_worth;  /* SNAPSHOT_MARK_ROWS or 0: pairs of two kinds, then of one */
    const char *outcomes;                       uint64_t n_outcomes;    /* pack of the ranker of outcomes; 0 = none */
    const char *outcomes_alone;                 uint64_t n_outcomes_alone;      /* the same of questions SNAPSHOT_RANKS_ALONE */
    const snapshot_promise *promises;           uint64_t n_promises;    /* a power of two of places, half of them free; 0 = none */
    model personal_model, session_model;        /* read from the packs when opened; row NULL = none */
    ranker ranking, by_outcomes, by_outcomes_alone;     /* the same; width 0 = none */
    arena memory;                               /* what the models keep beside the file; empty in a view */
} snapshot;

typedef struct { const snapshot_rule *p; uint32_t n; } rule_span;
typedef struct { const snapshot_upsell *p; uint32_t n; } upsell_span;
typedef struct { const snapshot_ranked *p; uint32_t n; } ranked_span;
typedef struct { const snapshot_purchase *p; uint32_t n; } purchase_span;
typedef struct { const uint32_t *p; uint32_t n; } index_span;

/* Map and check a file.
 *   ret_snapshot  free with snapshot_close()
 * ERR_NOT_FOUND, ERR_CORRUPT (damaged, cut, another format version, an index out of range, a model that does not load),
 * ERR_NO_MEMORY. O(size of the file). */
CHECK_RESULT err_code snapshot_open(ctx *c, const char *path, snapshot **ret_snapshot);
/* The same for bytes in memory, which must be aligned to 8 and outlive *ret_view; its models live in c->arena; nothing to close. */
CHECK_RESULT err_code snapshot_read(ctx *c, str bytes, snapshot *ret_view);
/* Is there a file that begins as one this program reads and is as long as it says? Looks at its head only. */
bool snapshot_is_readable(ctx *c, const char *path);
void snapshot_close(snapshot *s);
/* Write the arrays of `s` (map, slots and loaded models are ignored) to `path`: beside, synced, renamed.
 *   ret_bytes   size of the file; may be NULL
 *   ret_check   checksum of the file; may be NULL
 * ERR_INVALID (arrays that snapshot_open() would refuse), ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code snapshot_write(ctx *c, const char *path, const snapshot *s, uint64_t *ret_bytes, uint64_t *ret_check);

/* Make the checksum of the `n` >= 64 bytes of a file right again, for tools and tests that change one by hand. */
void snapshot_seal(char *bytes, size_t n);

/* ---- readers: no allocation, no failure; `item` < n_items, `category` < n_categories ---- */
/* Item of an external product or variation id, SNAPSHOT_NONE when it was not known at learning. */
uint32_t snapshot_find_item(const snapshot *s, str external_id);
uint32_t snapshot_find_category(const snapshot *s, str external_id);
str snapshot_item_id(const snapshot *s, uint32_t item);
str snapshot_category_id(const snapshot *s, uint32_t category);
rule_span snapshot_cross_sell(const snapshot *s, uint32_t item);
rule_span snapshot_also_bought(const snapshot *s, uint32_t item);
upsell_span snapshot_upsells(const snapshot *s, uint32_t item);
ranked_span snapshot_similar(const snapshot *s, uint32_t item);
index_span snapshot_categories(const snapshot *s, uint32_t item);
ranked_span snapshot_popular(const snapshot *s);
ranked_span snapshot_popular_in(const snapshot *s, uint32_t category);
ranked_span snapshot_trending(const snapshot *s);
ranked_span snapshot_newest(const snapshot *s);
/* Cosine of two directions, -1..1; 0 when one of them says nothing. */
float snapshot_cosine(const snapshot_vector *a, const snapshot_vector *b);
/* Of what two items are about; 0 for items without a vector. */
static inline float snapshot_likeness(const snapshot *s, uint32_t a, uint32_t b) {
    return a < s->n_vectors && b < s->n_vectors ? snapshot_cosine(&s->vectors[a], &s->vectors[b]) : 0;
}
/* What a customer bought, newest first, at most 50; empty for a stranger. Ids are kept as hashes only. */
purchase_span snapshot_history(const snapshot *s, str customer_id);
/* Hash under which a customer is kept. */
uint64_t snapshot_customer_hash(int64_t store_id, str customer_id);
