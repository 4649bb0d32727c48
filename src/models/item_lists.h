/* item_lists: for every item its strongest partners, each with a weight; what item-item models answer from and serving reads.
 * Promise: lists hold partners other than the item itself, strongest (largest magnitude) first, equal ones by item number; answering
 * somebody touches the lists of his own items only. Weights may be negative (EASE). Saved lists are checked when they are read.
 * Owner: arrays lie in the arena they were made in, or in the pack they were loaded from; constant once closed, read by any thread.
 * Read next: weigh.h (a history as weighted items), item_knn.c (who makes them), num/topk.h. */
#pragma once
#include "models/model.h"
#include "models/weigh.h"
#include "num/topk.h"

/* Partners of item i: [start[i], start[i + 1]). `score` of an entry is the weight i gives that partner. */
typedef struct {
    uint32_t n_items;
    const uint64_t *start;          /* n_items + 1 */
    const topk_entry *entry;
} item_lists;

/* ---- making them ---- */
/* Room for k partners of each item, filled row by row in any order, by several threads when each row belongs to one of them. */
typedef struct {
    uint32_t n_items, k;
    uint32_t *length;               /* per row: entries written */
    topk_entry *entry;              /* n_items x k, not zeroed */
} item_lists_room;

/* ERR_NO_MEMORY. k >= 1; more than n_items - 1 is cut to that. */
CHECK_RESULT err_code item_lists_room_new(ctx *c, uint32_t n_items, uint32_t k, item_lists_room *ret_room);
/* Keep the k strongest of a dense row of weights (n_items) as the list of item `row`; zeros and the item itself are left out. */
void item_lists_keep_dense(item_lists_room *room, uint32_t row, const float *weights);
/* Close the ranks, in place: the room is used up. Rows never written are empty. ERR_NO_MEMORY. */
CHECK_RESULT err_code item_lists_close(ctx *c, item_lists_room *room, item_lists *ret_lists);
/* The same lists cut to their k strongest. ERR_NO_MEMORY. */
CHECK_RESULT err_code item_lists_cut(ctx *c, const item_lists *lists, uint32_t k, item_lists *ret_lists);
/* The lists turned round: entry (i, j, w) becomes (j, i, w); a list holds who would recommend it. Lists stay strongest first.
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code item_lists_turn(ctx *c, const item_lists *lists, item_lists *ret_turned);

/* ---- asking them ---- */
/* scores[partner] += value * weight for the partners of one item; scores: n_items. */
static inline void item_lists_add(const item_lists *lists, uint32_t item, float value, float *scores) {
    const topk_entry *p = lists->entry + lists->start[item], *end = lists->entry + lists->start[item + 1];
    for (; p < end; p++) scores[p->item] += value * p->score;
}
/* The score of a model row: n histories, each weighed by `w`; ret_scores n x n_items. Scratch in c->arena, given back.
 * ERR_NO_MEMORY, ERR_CANCELLED. O(n_items + entries of the lists touched) a history. */
CHECK_RESULT err_code item_lists_score(ctx *c, const item_lists *lists, const weighing *w, const history *h, size_t n, float *ret_scores);

/* ---- keeping them ---- */
enum { ITEM_LISTS_ARRAYS = 2 };
/* What to hand to pack_write() beside the model's own arrays. */
void item_lists_arrays(const item_lists *lists, pack_array ret_arrays[ITEM_LISTS_ARRAYS]);
/* Read them back, in place. ERR_CORRUPT (starts, a partner out of range, a weight that is no number). */
CHECK_RESULT err_code item_lists_load(ctx *c, const pack *p, uint32_t n_items, item_lists *ret_lists);

/* ---- a model that is lists: score, save and load of its row as they stand ---- */
typedef struct {
    weighing w;                     /* how events of a history weigh */
    item_lists lists;
} lists_model;
CHECK_RESULT err_code lists_model_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores);
CHECK_RESULT err_code lists_model_save(ctx *c, const void *state, buf *out);
CHECK_RESULT err_code lists_model_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state);
