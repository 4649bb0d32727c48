/* Steps of learn_store(), each in a file of its own; private to decide/. */
#pragma once
#include "decide/kinship.h"
#include "decide/learn.h"
#include "decide/shop_visits.h"
#include "features/content.h"

/* On the share of a category in what is sold now, over that remembered: by the lists of the shop, and by rules. */
typedef struct { float popular, rules; } learn_season_factors;

typedef struct learning {
    const learn_params *p;
    rules_params rules;             /* p->rules, with the shape that suits this shop */
    shop_data shop;
    shop_visits visits;
    content_model content;
    learn_season_factors *season;   /* n_categories */
    topk_entry *similar;            /* n_items x similar_k */
    uint32_t *n_similar;            /* n_items */
    int64_t now_ms;                 /* time that decay counts from: the last order, so that a shop at rest forgets nothing */
    float *weight;                  /* baskets.n: time decay of the rules */
    snapshot_item *items;           /* being filled; out.items */
    snapshot out;
    learn_report report;
    kinship kin;
    struct shown_log *shown;        /* what was shown and what became of it */
} learning;

static inline err_code learn_no_memory(ctx *c) {
    return fail(c, ERR_NO_MEMORY, "learn the shop: it needs more memory than a job may have");
}

/* Cross-sell and also-bought lists, sales and popularity of items (learn_rules.c). */
CHECK_RESULT err_code learn_rules(ctx *c, learning *l);
/* The shape of the rules: how much what two products did together says beside what their categories do (learn_quality.c). Few pairs
 * come twice in a small shop. The usual one, unless another finds more of the three tenths of the baskets before the newest, by a
 * standard error (Breiman et al. 1984, 3.4.3). Nothing for a tiny shop. */
CHECK_RESULT err_code learn_choose_rules(ctx *c, learning *l);
/* Seasons and trends of categories, as of shop.as_of_ms (learn_season.c); all 1 for a young shop. Before the steps that follow. */
CHECK_RESULT err_code learn_seasons(ctx *c, learning *l);
learn_season_factors learn_season_of(const learning *l, uint32_t item);
/* Upsell lists (learn_upsell.c). */
CHECK_RESULT err_code learn_upsell(ctx *c, learning *l);
/* Popular, trending, newest, best sellers of categories (learn_ranked.c); needs the categories of the snapshot. */
CHECK_RESULT err_code learn_ranked(ctx *c, learning *l);
/* HR@10 on the newest baskets left out (learn_quality.c). */
CHECK_RESULT err_code learn_quality(ctx *c, learning *l);
/* Kinds and how they draw each other, by baskets (kinship.h). */
CHECK_RESULT err_code learn_kinship(ctx *c, learning *l);
/* Ids, aliases, categories, similar lists, customers (learn_pack.c). */
CHECK_RESULT err_code learn_pack(ctx *c, learning *l);

/* What products are about, as directions (learn_vectors.c). */
CHECK_RESULT err_code learn_vectors(ctx *c, learning *l);
/* The model of what a visitor wants next, fitted on all purchases (learn_models.c). Nothing for a tiny shop. */
CHECK_RESULT err_code learn_personal_model(ctx *c, learning *l);
/* The model of what a visitor looks at next, fitted on all visits (learn_models.c). Nothing where it is not worth having. */
CHECK_RESULT err_code learn_session_model(ctx *c, learning *l);
/* The same kinds with the same parameters, fitted on what `then` holds; row NULL where there is nothing to fit. */
CHECK_RESULT err_code learn_personal_then(ctx *c, const learning *now, const learning *then, model *ret_model);
CHECK_RESULT err_code learn_session_then(ctx *c, const learning *now, const learning *then, model *ret_model);
/* The ranker of candidates, learned from the newest baskets left out, and what a unit of score of the personal model stands for
 * (learn_ranker.c); nothing where there are too few baskets. Needs all of the above. */
CHECK_RESULT err_code learn_ranker(ctx *c, learning *l);

/* Fit rules on purchases, k an item, of which at most `unseen` were never bought together; empty lists when there are no purchases. */
CHECK_RESULT err_code learn_fit(ctx *c, const learning *l, const basket_matrix *b, uint32_t k, uint32_t unseen, rule_lists *ret_lists);
