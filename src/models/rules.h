/* Co-purchase rules from baskets: exact pair counts, time decay, empirical-Bayes shrinkage, top-k per item.
 * Sees matrices only: items are 0..n_items-1, categories are numbers. Pure functions; parallel inside.
 * Read next: models/README.md. */
#pragma once
#include "base/ctx.h"

/* Baskets as CSR: basket b holds items[start[b] .. start[b+1]), ascending and distinct. */
typedef struct {
    uint32_t n_baskets, n_items;
    const uint64_t *start;          /* n_baskets + 1 */
    const uint32_t *items;          /* < n_items */
    const float *weight;            /* per basket, > 0: time decay; NULL = 1 */
} basket_matrix;

typedef struct {
    uint32_t item;                  /* the one recommended */
    uint32_t count;                 /* baskets with both, exact */
    float probability;              /* P(item | anchor) in the next basket, decayed and shrunk, 0..1 */
    float lift;                     /* probability over the item's own, > 0 */
    float llr;                      /* log-likelihood ratio of the 2x2 table, >= 0 (Dunning 1993) */
    float confidence;               /* how sure we are of `probability`: share of it that comes from the pair itself, 0..1 */
    float score;                    /* ranks the list */
} rule;

typedef struct {
    uint32_t n_items, k;
    uint32_t *length;               /* n_items, <= k */
    rule *rules;                    /* n_items x k, best first */
    double *item_weight;            /* n_items: decayed number of baskets with the item */
    uint32_t *item_count;           /* n_items: baskets with the item, exact */
    double total_weight;            /* decayed number of baskets */
} rule_lists;
