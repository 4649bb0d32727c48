/* Co-purchase rules from baskets: exact pair counts, time decay, empirical-Bayes shrinkage, top-k per item.
 * Promise: useful from the first basket; a pair seen once by luck stays behind a pair with support; same bits for any number of
 * threads; no NaN. Sees matrices only: items are 0..n_items-1, categories are numbers. Pure functions; parallel inside.
 * Owner: everything returned lives in c->arena. A fitted rule_lists is constant and may be read by any thread.
 * Read next: models/README.md (the mathematics, a worked example), cooc.h (counts only). */
#pragma once
#include "models/baskets.h"

#define RULES_NO_CATEGORY UINT32_MAX

typedef struct {
    uint32_t k;                     /* rules kept per item, 1..RULES_MAX_K */
    uint32_t max_basket;            /* larger baskets are left out of the pairs; 0 = none */
    double half_life_days;          /* for baskets_decay(), which the caller calls; <= 0: no decay */
    double pair_prior;              /* probability: baskets the prior is worth against an anchor's own baskets, > 0 */
    double category_prior;          /* probability: expected pairs a coarser lift is worth against a finer one, > 0 */
    double size_power;              /* score: a basket of n items votes with n^-size_power, 0..2 */
    double popularity_power;        /* score: divided by (the item's own probability)^this, 0..1 */
    double score_shape;             /* score: how alike pairs of the same categories are; large: a pair of its own says little; > 0 */
    uint32_t unseen;                /* products never bought with the anchor that its category proposes, 0 = none .. RULES_MAX_K */
    double cart_anchor_power;       /* cart score: votes are divided by (the anchor's votes)^this ... */
    double cart_item_power;         /* ... and by (the item's votes)^this, 0..1 ... */
    double cart_power;              /* ... and then raised to this, so that few strong partners beat many weak ones, 0.5..4 */
    int threads;                    /* 0: one per core */
} rules_params;

enum { RULES_MAX_K = 1000 };

typedef struct {
    uint32_t item;                  /* the one recommended */
    uint32_t count;                 /* baskets with both, exact; 0 = proposed by the categories alone */
    float probability;              /* P(item | anchor) in the next basket, decayed and shrunk, 0..1 */
    float lift;                     /* probability over the item's own, > 0 */
    float llr;                      /* log-likelihood ratio of the 2x2 table, >= 0 (Dunning 1993) */
    float confidence;               /* how sure we are of `probability`: share of it that comes from the pair itself, 0..1 */
    float score;                    /* ranks the list; larger is better, > 0 */
    float cart_score;               /* what this rule adds to the item's score when several anchors ask at once, 0..1 */
} rule;

typedef struct {
    uint32_t n_items, k;
    uint32_t *length;               /* n_items, <= k */
    rule *rules;                    /* n_items x k, best first: item i's are rules[i*k .. i*k + length[i]) */
    double *item_weight;            /* n_items: decayed number of baskets with the item */
    uint32_t *item_count;           /* n_items: baskets with the item, exact */
    double total_weight;            /* decayed number of baskets */
} rule_lists;

/* Parameters that won on the validation part of a real shop's training data; see the table in rules.c. */
rules_params rules_default_params(void);

/* Fit rules for every item.
 *   b          baskets; baskets of one item and above p->max_basket count for the items, not for the pairs
 *   category   n_items category numbers (any values; RULES_NO_CATEGORY = none), or NULL: shrink to the shop directly
 *   ret_lists  lists in c->arena
 * ERR_INVALID (bad matrix or parameter), ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. Memory O(items * k + entries + threads * items).
 * O(sum over baskets of size^2), and with p->unseen O(categories * items). Source: README.md beside this file. */
CHECK_RESULT err_code rules_fit(ctx *c, const basket_matrix *b, const uint32_t *category, const rules_params *p,
                                rule_lists *ret_lists);

/* What goes with all these items together, best first: cart scores of the anchors' rules added up. One anchor answers its own
 * list as it is.
 *   anchors    n items of the cart; unknown ones (>= n_items) and doubles are passed over; none of them is answered
 *   k          answers at most
 *   ret_rules  room for k rules; figures are those of the most probable rule, `score` is the cart's
 *   ret_n      rules written
 * Scratch memory in c->arena, given back. ERR_NO_MEMORY. O(n * lists->k). */
CHECK_RESULT err_code rules_rank_cart(ctx *c, const rule_lists *lists, const uint32_t *anchors, size_t n, uint32_t k,
                                      rule *ret_rules, uint32_t *ret_n);

/* Dunning's log-likelihood ratio G^2 = 2 sum O ln(O/E) of a 2x2 table: both, only the first, only the second, neither. >= 0. */
double rules_llr(double both, double only_a, double only_b, double neither);
