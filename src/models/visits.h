/* visits: shoppers as sparse vectors of what they took and how lately, and the nearest of them. What next-basket models stand on.
 * Promise: a visit is a set, an item repeated in it counts once; neighbours are found through an inverted index and are exact up to
 * VISITS_MAX_HOLDERS shoppers an item; equal ones by the smaller number. Models say how visits weigh and what neighbours vote for.
 * Owner: arrays in the arena of the ctx they were made with, or in the pack they were loaded from; constant once built, any thread
 * reads. A tasting and a search belong to one thread.
 * Read next: tifu_knn.c, up_cf.c, next_basket.c, num/topk.h. */
#pragma once
#include "models/model.h"
#include "num/topk.h"

enum { VISITS_MAX_HOLDERS = 20000 };    /* more hold an item: an even share of them is looked at */

/* ---- one shopper ---- */
/* Weight of visit t (0 = oldest) of n: >= 0, finite. */
typedef double visit_weight(const double *param, uint64_t t, uint64_t n);
/* 1: how often something was taken. */
visit_weight visit_weight_one;
/* TIFU: visits in up to param[VISIT_GROUPS] groups of equal size, oldest first; the mean of a group's visits, each group decay
 * VISIT_DECAY a visit before its last, the mean of the groups, decay VISIT_GROUP_DECAY a group before the last. */
enum { VISIT_DECAY, VISIT_GROUP_DECAY, VISIT_GROUPS, VISIT_TIFU_PARAMS };
visit_weight visit_weight_tifu;
#define VISIT_PARAM_DECAY(usual) { "decay", usual, 0, 1, false, "a visit counts this much of the next one of its group" }
#define VISIT_PARAM_GROUP_DECAY { "group_decay", 0.7, 0, 1, false, "a group of visits counts this much of the next one" }
#define VISIT_PARAM_GROUPS(usual) { "groups", usual, 1, 1000, true, "groups of visits, at most" }

/* What one shopper took, dense for looking up and as a list for walking. */
typedef struct {
    uint32_t n_items, n;
    uint32_t *item;                 /* the n items with a value, in order of first sight until visit_tasting_sort() */
    float *value;                   /* n_items; 0: not taken */
    uint64_t *seen;                 /* n_items: 1 + the last visit that held it */
    uint64_t visits, last_visit;    /* how many visits there were, and where the last one begins among the events */
} visit_tasting;

/* Empty; in c->arena. ERR_NO_MEMORY. O(n_items). */
CHECK_RESULT err_code visit_tasting_new(ctx *c, uint32_t n_items, visit_tasting *ret_tasting);
/* Add up a history, forgetting the one before: value = sum over visits of weight(param, t, visits) times the event's weight.
 * Items >= n_items are passed over. O(events + items of the one before). */
void visit_taste(visit_tasting *s, const history *h, visit_weight *weight, const double *param);
/* The list in order of items. */
void visit_tasting_sort(visit_tasting *s);

/* ---- all shoppers ---- */
typedef struct {
    uint32_t n_users, n_items;
    csr taste;                      /* n_users x n_items, what they are compared by; values > 0 */
    csr vote;                       /* n_users x n_items, what they speak for when they are neighbours; values > 0 */
    csr holders;                    /* taste by items */
    float *norm2;                   /* n_users: squared length of taste */
    uint32_t *by_norm;              /* n_users, shortest first */
} visit_index;

/* Shopper by shopper. Rows grow in arrays of `most` cells. */
typedef struct { csr rows; uint64_t *start; uint32_t *col; float *value; } visit_rows;
CHECK_RESULT err_code visit_rows_new(ctx *c, uint32_t n_rows, uint32_t n_cols, uint64_t most, visit_rows *ret_rows);
/* The next row is what stands in the tasting, sorted, times scale[item] (NULL: 1). */
void visit_rows_add(visit_rows *r, visit_tasting *s, const float *scale);

/* Index finished rows. ERR_NO_MEMORY. O(users log users + cells). */
CHECK_RESULT err_code visit_index_build(ctx *c, const csr *taste, const csr *vote, visit_index *ret_index);

/* ---- neighbours ---- */
typedef struct {
    topk best;                      /* shopper and key, best first */
    float *dot;                     /* n_users, zero between searches */
    uint32_t *touched;              /* n_users */
} visit_search;

/* Room for k >= 1 neighbours. ERR_NO_MEMORY. O(n_users). */
CHECK_RESULT err_code visit_search_new(ctx *c, const visit_index *ix, uint32_t k, visit_search *ret_search);
/* The k shoppers with the largest dot product > 0 with what stands in the tasting (times scale), but `self`. */
void visit_nearest_dot(const visit_index *ix, const visit_tasting *s, const float *scale, uint32_t self, visit_search *search);
/* The k shoppers at the least Euclidean distance, those that share nothing among them; keys are |taste|^2 - distance^2. */
void visit_nearest_euclid(const visit_index *ix, const visit_tasting *s, uint32_t self, visit_search *search);
/* scores[item] += factor times the vote of a shopper. */
static inline void visit_add_vote(const visit_index *ix, uint32_t user, float factor, float *scores) {
    for (uint64_t e = ix->vote.start[user]; e < ix->vote.start[user + 1]; e++) scores[ix->vote.col[e]] += factor * csr_value(&ix->vote, e);
}

/* ---- a model: an index, its numbers, what everybody takes ---- */
typedef struct {
    visit_index index;
    const double *param;            /* of its row */
    const float *scale;             /* n_items, how much an item tells; NULL: 1 */
    const float *everybody;         /* n_items: share of shoppers' last visits that hold it */
} visit_model;

#define VISITS_FILL 1e-6f               /* of `everybody`, for items with nothing else: below whatever a visit gives */

/* What a fit fills, in c->arena. */
typedef struct {
    visit_model *m;                 /* with the numbers of its row */
    visit_tasting tasting;
    visit_rows taste, vote;         /* one row a shopper */
} visit_fitting;
CHECK_RESULT err_code visit_fitting_new(ctx *c, const interactions *x, const double *param, size_t n_params, visit_fitting *ret_fitting);
/* Index the rows, count what everybody takes. ERR_NO_MEMORY. */
CHECK_RESULT err_code visit_fitting_close(ctx *c, const interactions *x, visit_fitting *f);

/* Share of last visits that hold each item. ERR_NO_MEMORY. O(items + events). */
CHECK_RESULT err_code visits_everybody(ctx *c, const interactions *x, const float **ret_share);
/* A saved array of n_items numbers >= 0; none at all where that is `optional`: NULL. ERR_CORRUPT. */
CHECK_RESULT err_code visits_load_numbers(ctx *c, const pack *p, const char *name, uint32_t n_items, bool optional, const float **ret);
/* Scores of one history, written over. */
typedef void visit_answer(const visit_model *m, const history *h, visit_tasting *s, visit_search *near, float *scores);
/* Answer n histories with up to `neighbours` neighbours each: what rows call from their score. ERR_NO_MEMORY. */
CHECK_RESULT err_code visit_model_score(ctx *c, const visit_model *m, uint32_t neighbours, visit_answer *answer, const history *h,
                                        size_t n, float *ret_scores);
CHECK_RESULT err_code visit_model_save(ctx *c, const visit_model *m, size_t n_params, buf *out);
/* ERR_CORRUPT. */
CHECK_RESULT err_code visit_model_load(ctx *c, const pack *p, uint32_t n_items, const model_param *params, size_t n_params,
                                       visit_model **ret_model);
