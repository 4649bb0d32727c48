/* One request in work. Private to decide/. The order of the files is the order of the work:
 * recommend.c -> context.c -> filters.c -> candidates.c -> slate.c (order, bundle, words) -> answer_json.c. */
#pragma once
#include "base/limits.h"
#include "decide/live.h"
#include "decide/messages.h"
#include "decide/placements.h"
#include "decide/serving_int.h"
#include "num/topk.h"

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
    float by_personal, by_session;  /* scores of the models, set by candidate_features() */
    float of[SOURCE_COUNT];         /* best relevance of each source, before the placement's weight */
    uint32_t n_anchors;             /* that had something to say */
    const catalogue_item *item;     /* set once it is known that it may be shown */
    double score;                   /* relevance or the ranker's probability, later times value */
    float ranked;                   /* the ranker's probability; negative: not asked */
    float spread;                   /* how unsure the score is, by what visitors did: live_belief.spread */
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

/* What a model makes of what the visitor did: a score of each item, or himself as a vector whose products are the scores. */
typedef struct {
    const float *scores;            /* NULL: by vectors, or nothing to say */
    model_aim aim;                  /* query NULL: none */
} opinion;
static inline bool opinion_given(const opinion *o) { return o->scores || o->aim.query; }

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
    opinion personal, session;      /* of the snapshot's models */
    terms terms;                    /* what holds for who asks */
    slate_rules slate;              /* of the request, the store, and defaults */
    bool ranked, by_outcomes;       /* a ranker ordered the pool; that of outcomes */
    uint64_t luck;                  /* seed of the exploration slots; 0 without any */
    live_plan plan;                 /* of lists drawn by chance; share 0: none */
    candidate *candidates;
    uint16_t *places;               /* slot -> candidate + 1, open addressing; 161 anchors offer some 20,000 at most */
    uint32_t n_candidates, capacity, place_mask;
    float floor, typical;           /* probability of a product never sold; of a good seller */
    anchor anchors[MAX_ANCHORS];    /* last: not zeroed */
} request;

/* recommend.c */
/* Check a request and read what it is about, in c->arena. Errors as recommend(). */
CHECK_RESULT err_code request_open(ctx *c, const serving *s, const recommend_query *q, request **ret_request);

/* context.c */
typedef struct { uint32_t slot; event_kind kind; int64_t time_ms; } told_event;     /* time 0: not known */
/* The request's products as slots of the catalogue; NO_SLOT where the shop has none. */
typedef struct {
    uint32_t product;
    const uint32_t *cart, *exclude;
    size_t n_cart, n_exclude;
    const told_event *history;      /* as the request tells it, newest first */
    size_t n_history;
    const told_event *bought;       /* purchases known to us, newest first */
    size_t n_bought;
} told;
/* Ids of the request, and purchases of the person, into slots. */
CHECK_RESULT err_code context_read(request *r, told *ret_told);
/* What the request is about: anchors, bans, and what the visitor did. */
CHECK_RESULT err_code context_build(request *r, const told *t);

/* filters.c */
CHECK_RESULT err_code filter_compile(ctx *c, const recommend_filter *f, item_filter *ret_filter);
bool filter_passes(const item_filter *f, const catalogue_item *item);

/* personal.c */
/* What the models make of the visitor's events, in c->arena. Nothing without models or events.
 *   search_from   items from which on vectors are searched; fewer are read through. What is found is the same to the bit */
enum { PERSONAL_SEARCH_FROM = 20000 };
CHECK_RESULT err_code personal_score(request *r, uint32_t search_from);
float opinion_of(const opinion *o, uint32_t item);
/* The best `k` with a score above 0 that the request does not ban, best first: exactly, by vectors or by all scores. */
CHECK_RESULT err_code opinion_best(const request *r, const opinion *o, uint32_t k, topk *ret_best);
/* The best `k` of all scores. */
CHECK_RESULT err_code personal_best(ctx *c, const float *scores, uint32_t n_items, uint32_t k, topk *ret_best);

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
/* The answer's object up to what is of this asker alone, and all that follows, which depends on neither him nor the id. */
void answer_json_head(json_out *w, const char *rec_id, const recommend_terms *t);
void answer_json_rest(json_out *w, const serving *s, const recommend_answer *a);
/* ... and the offers in that: first as a member "offer" that says what is offered, nothing where the shop's cart grants none; then, in each
 * copy behind `from`, as tokens. The text is not JSON before. ERR_NO_MEMORY; ERR_TOO_LARGE of `out`. (answer_offers.c) */
void answer_offer_place(json_out *w, const serving *s, offer_kind kind, const catalogue_item *const *items, size_t n, int percent);
CHECK_RESULT err_code answer_offers_fill(ctx *c, const serving *s, const char *rec_id, str visitor_id, buf *out, size_t from);
/* The same of an answer that shows nothing. */
void answer_json_nothing(json_out *w, const recommend_trace *t);

/* answer_trace.c */
void trace_init(ctx *c, buf *b);
/* What is kept with the text of an answer ... */
void trace_write(buf *b, const recommend_answer *a);
/* ... and what of a trace is read back from it: strategy, items and bundle, pointing into `kept`. */
void trace_read(str kept, recommend_trace *t);

/* ranking.c */
enum { POOL_MOST = 500 };
typedef struct { candidate **p; size_t n; } pool;     /* in c->arena */
/* The best candidates that may be shown, each with its `item` and `score`: as many as the slate chooses from; sort them by score. */
CHECK_RESULT err_code pool_fill(request *r, pool *ret_pool);
/* The kind of question it is: one bit of SNAPSHOT_RANKS_*. */
uint64_t question_bit(const request *r);
/* The best k by relevance alone, best first. */
CHECK_RESULT err_code pool_best(request *r, uint32_t k, pool *ret_pool);
/* Better first; the slot decides ties, so that the same request gives the same list. */
static inline bool candidate_is_better(const candidate *a, const candidate *b) {
    return a->score != b->score ? a->score > b->score : a->slot < b->slot;
}
/* At most POOL_MOST. */
void sort_by_score(candidate **p, size_t n);

/* choose.c */
/* Items of each brand and main category taken so far, and how many may be. */
typedef struct { uint32_t of[LIMIT_RECOMMEND_N], count[LIMIT_RECOMMEND_N]; size_t n, most; } tally;
typedef struct { tally brands, categories; } quotas;
void quotas_init(quotas *q, const slate_rules *rules);
bool quotas_allow(const quotas *q, const catalogue_item *it);
void quotas_take(quotas *q, const catalogue_item *it);
typedef struct {
    candidate *p[LIMIT_RECOMMEND_N];
    double propensity[LIMIT_RECOMMEND_N];   /* of standing there; 1: no chance in it */
    bool drawn[LIMIT_RECOMMEND_N];          /* by chance, where another one would have been the best */
    size_t n;
} choice;
/* At most r->n of the pool: variety within its budget, quotas, newcomers, draws. */
void choose(const request *r, pool *h, quotas *q, choice *ret_choice);

bool candidate_is_new(const request *r, const candidate *x);

/* live_answer.c */
/* Scores of the pool times what visitors did with such answers; false when nothing was seen there: scores are as they were. */
bool live_weigh(request *r, pool *h);
/* How chance plays into this answer. */
live_plan live_plan_of(request *r);
/* What this visitor is shown: the chosen ones, or a list drawn by chance; with its propensities.
 *   h  sorted by score */
void live_draw(const request *r, const pool *h, choice *chosen);

/* slate.c */
CHECK_RESULT err_code slate_build(request *r, recommend_answer *a);
/* Price and bundle of up to three products. */
void bundle_price(const serving *s, recommend_bundle *b);
/* 1.2 to 2 times the price, by the prices of now. */
bool is_upgrade(const catalogue_item *from, const catalogue_item *to);
