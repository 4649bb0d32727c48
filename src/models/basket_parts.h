/* basket_parts: what baskets say of one another's items, counted in ways that differ in memory: what the blend of baskets weighs.
 * Promise: rows are the same bits for any number of threads; answering touches the lists of the items asked with and the baskets that
 * share one. Owner: arrays in the arena they were made in or the pack they were loaded from; constant, any thread reads.
 * Read next: basket_blend.c (who asks), basket_cover.c (lists for one product). */
#pragma once
#include "models/item_lists.h"

typedef struct basket_fade basket_fade;

/* Every visit of everybody as a basket: a set of items at a time, put in one after the other. */
typedef struct {
    interactions x;                 /* one "user" a basket, items ascending and distinct; time_ms NULL when unknown */
    csr items;                      /* the same as a matrix of ones */
    csr lines;                      /* the same once more; values: place of the item's first line, from 1. NULL when loaded */
    csr holders;                    /* items by baskets; values as of `lines` */
    const float *age_days;          /* n_baskets, before x.as_of_ms; 0 when unknown */
    const basket_fade *fade;        /* what lines between two items say (basket_lines.h); NULL: not known */
} basket_log;

/* ERR_NO_MEMORY, ERR_CANCELLED. O(events log events). */
CHECK_RESULT err_code basket_log_of(ctx *c, const interactions *x, basket_log *ret_log);

/* The newest share of the baskets, and the others as they stood before: ages count from the newest of them. Equally old ones stand in
 * their order. ERR_NO_MEMORY. O(events + baskets log baskets). */
CHECK_RESULT err_code basket_log_split(ctx *c, const basket_log *log, double newest_0_1, basket_log *ret_older, basket_log *ret_newer);

/* votes[b] = size^-power 2^(-age / half_life); half_life 0: no decay. Room for n_baskets. */
void basket_votes(const basket_log *log, double power, double half_life_days, float *ret_votes);

/* Votes of the baskets that hold both, the `keep` best partners of each item; ret_total (n_items): votes of those that hold one.
 *   fade   PRODUCT_FADE_SPAN: what of a vote is left with so many lines between; NULL: all of it */
CHECK_RESULT err_code basket_pairs(ctx *c, const basket_log *log, const float *votes, const float *fade, uint32_t keep, int threads,
                                   item_lists *ret_lists, float *ret_total);

/* For every item ten and more others, so chosen that at least one is wanted: each counts most in the baskets that the ones before it
 * leave without a hit. Scores fall along the list.
 *   votes     n_baskets
 *   popular   n_items: share of baskets; its power `damp` divides. NULL: the pool's scores say what a partner is worth before any pick
 *   pool      partners looked at, strongest first (basket_pairs, basket_alone_pool)
 * Source: Chen and Karger 2006 (at least one relevant answer, by the greedy rule). */
CHECK_RESULT err_code basket_cover(ctx *c, const basket_log *log, const float *votes, const float *popular, const item_lists *pool,
                                   double covered, double damp, int threads, item_lists *ret_lists);
