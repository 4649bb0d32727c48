/* How much more often than by chance items of two categories share a basket: the coarse knowledge behind a rule.
 * Promise: chain of Gamma-Poisson shrinkages, category pair -> category -> shop, so every answer is > 0 and a category seen once
 * says little. Owner: c->arena. Constant once made. Read next: README.md. */
#pragma once
#include "models/rules.h"

enum { CATEGORY_LIFT_MAX = 1024 };  /* categories told apart: the busiest ones; a pair table of 4 MB */

typedef struct {
    uint32_t n;                     /* categories told apart */
    const uint32_t *of_item;        /* n_items: 0..n-1, or RULES_NO_CATEGORY */
    double shop;                    /* lift of any two items */
    const double *category;         /* n: lift of an item of this category with any other */
    const float *pair;              /* n x n */
} category_lift;

/* Count and shrink.
 *   category  n_items numbers, or NULL
 *   prior     expected pairs the coarser lift is worth, > 0
 * ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(entries + sum over baskets of categories^2). */
CHECK_RESULT err_code category_lift_fit(ctx *c, const basket_matrix *b, const uint32_t *category, const double *item_weight,
                                        double total_weight, uint32_t max_basket, double prior, category_lift *ret_lift);
/* The finest lift known for items a and b, > 0. */
double category_lift_of(const category_lift *l, uint32_t a, uint32_t b);
