/* From the database to a snapshot file: all that Vitrine learns of one shop, in one call.
 * Promise: works with no order, one order, one product; rows after as_of_ms change nothing; equal data and equal parameters give
 * equal bytes, for any number of threads; the file at `path` is the old one or the new one, never half. Customers are hashed.
 * What is learned and how: decide/README-learning.md. Owner: all memory in ctx.arena (a job's); one thread calls, rules run in parallel.
 * Read next: snapshot.h (what comes out), features/shop_data.h (what goes in), models/rules.h. */
#pragma once
#include "base/json.h"
#include "decide/learn_sessions.h"
#include "decide/snapshot.h"
#include "models/rules.h"
#include "storage/storage.h"

typedef struct {
    int64_t as_of_ms;               /* what the shop knew then; 0 = now */
    int64_t created_ms, version;    /* written into the file; created 0 = now */
    str locale;                     /* of the shop; between Romanian and English its texts decide */
    rules_params rules;
    uint32_t cross_sell_k, also_bought_k, similar_k, upsell_k;      /* kept per product, 1..200 */
    uint32_t popular_k, category_k, newest_k, trending_k;           /* kept per shop; category_k per category */
    uint32_t carry_below;           /* products with fewer rules than this borrow some from similar products */
    uint32_t unseen_k;              /* cross-sell: products that were never bought together may be proposed by their categories */
    double upsell_low, upsell_high; /* price over the anchor's price */
    double upsell_discount;         /* incentive, share of the price */
    double popular_half_life_days, new_half_life_days, new_most_days;
    double trend_days, trend_before_days;   /* recent window, and the one before it compared with */
    uint32_t quality_least;         /* baskets needed for the figure of quality */
    uint32_t lessons_shown;         /* answers nobody clicked that are remembered, 1..LIMIT_LESSONS_SHOWN */
    uint32_t lessons_asked;         /* answers shown that are asked again, 1..LIMIT_LESSONS_ASKED */
    int threads;                    /* 0: one per core */
} learn_params;
learn_params learn_default_params(void);

/* How the ranker did on one kind of question, on the newest baskets left out, against the rules on the same. */
typedef struct {
    const char *kind;               /* "product", "cart", "visitor", "stranger_product", ...; static; NULL = not judged */
    uint32_t questions;
    double hit_rate_rules, hit_rate_ranker;     /* one of the first ten was bought */
    double rank_rules, rank_ranker;             /* mean reciprocal rank of the first bought, 0 below the tenth */
    double said, came;              /* purchases among its first ten: promised by its probabilities, and true; means */
    bool used;                      /* it answers questions of this kind */
} learn_ranked_report;
enum { LEARN_RANKED_KINDS = 5 };

/* A category that sells more or less now than what is remembered of it. */
typedef struct { char category[48]; double factor; } learn_season_report;
enum { LEARN_SEASONS_TOLD = 8 };

/* How the ranker of outcomes did on one kind of question, on the newest answers shown, against rules and ranker on the same. */
typedef struct {
    const char *kind;               /* as above, and "nothing": asked about nothing; NULL = not judged */
    uint32_t answers;               /* with something clicked among two or more */
    double rank_rules, rank_ranker, rank_outcomes;      /* mean of value / chance to be looked at x share behind, of clicks */
    double said, came;              /* sums over all looks: promised, and true, in its own unit */
    bool used;
} learn_outcome_report;
enum { OUTCOME_KINDS = 6 };

typedef struct {
    uint64_t products, variations, categories, customers;
    uint64_t orders, baskets, baskets_of_many;      /* of any status; purchases; purchases of two products or more */
    uint64_t cross_sell, carried, also_bought, upsell, similar, trending, newest;   /* rows; `carried`: never bought together */
    uint64_t products_with_cross_sell, products_with_upsell;
    int64_t first_order_ms, last_order_ms;
    double mean_items;
    double hit_rate, hit_rate_popular;      /* HR@10 on the newest baskets left out; negative = too few orders to say */
    uint32_t quality_baskets;               /* judged on */
    double score_shape;             /* of the rules, as it suits this shop */
    learn_season_report seasons[LEARN_SEASONS_TOLD];    /* farthest from 1 first; category "" = no more */
    personal_judgement personal;    /* the model of what a visitor wants next; `model` "" or NULL: none */
    uint64_t visits, visit_events;  /* of visitors, and products they had to do with there */
    session_judgement session;      /* the model of what a visitor looks at next; best.model NULL: no visits */
    uint64_t ranker_rows;           /* candidates the ranker was taught with; 0 = too few orders */
    learn_ranked_report ranked[LEARN_RANKED_KINDS];
    uint64_t answers_shown, looks, clicks;  /* of the log, as far as it teaches; 0 = too little */
    uint64_t outcome_rows;          /* products shown that the ranker of outcomes was taught with */
    learn_outcome_report outcomes[OUTCOME_KINDS];
    char language[8];
    uint64_t bytes, check;                  /* of the file */
    int64_t load_ms, content_ms, rules_ms, judge_ms, write_ms;
} learn_report;

/* Learn a store and write its snapshot.
 *   d           opens a read transaction for the time of reading unless one is open
 *   path        file to write; its folder exists
 *   ret_report  plain numbers
 * ERR_INVALID (parameters), ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code learn_store(ctx *c, db *d, int64_t store_id, const learn_params *p, const char *path, learn_report *ret_report);
/* Members of the open JSON object: what a person or a program wants to know of a training. */
void learn_report_write(json_out *w, const learn_report *r);
