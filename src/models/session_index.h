/* session_index: sessions in order of time, and for every item the newest sessions that hold it. What all session models stand on.
 * Promise: sessions[s] is older than sessions[s + 1]; lists are cut to the newest, so an answer costs what its limits say however
 * many sessions there are; no scratch grows with the number of sessions or items.
 * Owner: arrays in the arena of the ctx they were made with, or in the pack they were loaded from; constant, any thread reads.
 * Source: the index of VMIS-kNN (Kersbergen, Sprangers, Schelter 2022), walked here as a merge of sorted lists instead of heaps.
 * Read next: vstan.c, vmis_knn.c (neighbours), session_pairs.h (transitions). */
#pragma once
#include "models/model.h"

enum {
    SESSION_MAX_CLICKS = 200,       /* of a longer session the newest count: robots do not make neighbours */
    SESSION_MAX_RECENT = 32,        /* distinct items asked with */
};
#define SESSION_MAX_WEIGHT 1e6f     /* heavier clicks count as this: products of weights stay finite */

typedef struct {
    uint32_t n_sessions, n_items;
    const uint64_t *start;          /* n_sessions + 1, start[0] = 0 */
    const uint32_t *item;           /* clicks of a session in their order; may repeat */
    const float *weight;            /* of a click, > 0; NULL: every one 1 */
} session_log;

/* One session for each visit of each user with an event, in order of their last event's time, else in the order of the users.
 * Copies. ERR_NO_MEMORY. */
CHECK_RESULT err_code session_log_of(ctx *c, const interactions *x, session_log *ret_log);
/* The oldest n sessions of a log; points into it. */
session_log session_log_oldest(const session_log *log, uint32_t n);

typedef struct {
    session_log log;
    const uint64_t *holder_start;   /* n_items + 1 */
    const uint32_t *holder;         /* holder[holder_start[i] .. holder_start[i + 1]): sessions with item i, newest first */
    const float *idf;               /* n_items: ln(1 + sessions / sessions with the item); 0: in none */
    const float *fallback;          /* n_items, -1..0: recent popularity, for what nothing speaks for */
} session_index;

/* Index a log, at most `per_item` >= 1 sessions an item. ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code session_index_build(ctx *c, const session_log *log, uint32_t per_item, session_index *ret_index);

/* As arrays of a pack. */
enum { SESSION_INDEX_ARRAYS = 7 };
void session_index_arrays(const session_index *ix, pack_array ret_arrays[SESSION_INDEX_ARRAYS]);
/* Read them back, of n_items items; indexes are checked. ERR_CORRUPT. */
CHECK_RESULT err_code session_index_load(ctx *c, const pack *p, uint32_t n_items, session_index *ret_index);

/* Who asks: his newest distinct items. */
typedef struct {
    uint32_t n;                     /* 0: nothing known */
    uint32_t item[SESSION_MAX_RECENT];      /* newest first */
    uint32_t ago[SESSION_MAX_RECENT];       /* clicks since the newest one of that item: 0 for item[0], rising */
    float weight[SESSION_MAX_RECENT];       /* of that click */
    uint32_t clicks;                /* known items in all, repeats counted, up to SESSION_MAX_CLICKS */
} session_query;

/* The newest `most` distinct items, 1..SESSION_MAX_RECENT; items >= n_items are passed over. Earlier visits count as earlier clicks. */
session_query session_query_of(const history *h, uint32_t n_items, uint32_t most);

/* A session that shares something. */
typedef struct {
    uint32_t session;
    uint32_t match;                 /* the newest shared item: index into the query */
    float similarity;
} session_neighbour;

/* The newest `most` sessions that share an item with q, newest first, with the sum of `weight` of the shared items.
 *   weight    q->n
 *   ret       room for `most`
 * How many they are. O(q->n * most). */
uint32_t session_matches(const session_index *ix, const session_query *q, const float *weight, uint32_t most, session_neighbour *ret);
/* Keep the k most similar, in their order; of equals the newer. How many are left. Scratch: room for n floats. O(n). */
uint32_t session_nearest(session_neighbour *list, uint32_t n, uint32_t k, float *scratch);
/* Where a neighbour's clicks hold its newest shared item the last time: index into log.item. */
uint64_t session_match_position(const session_index *ix, const session_query *q, session_neighbour near);

/* Sessions lie anywhere: begin to load where those of list[from .. from + SESSION_TOGETHER) are, and what they hold. */
enum { SESSION_TOGETHER = 16 };
void session_touch(const session_index *ix, const session_neighbour *list, uint32_t n, uint32_t from);

/* A model that is an index and its numbers: what the neighbour models keep. */
typedef struct {
    session_index index;
    const double *param;            /* of its row */
} session_model;

/* Index x, at most `per_item` sessions an item, and keep the row's parameters. ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code session_model_fit(ctx *c, const interactions *x, const double *param, size_t n_params, uint32_t per_item,
                                        void **ret_state);
CHECK_RESULT err_code session_model_save(ctx *c, const session_model *m, size_t n_params, buf *out);
/* ERR_CORRUPT. */
CHECK_RESULT err_code session_model_load(ctx *c, const pack *p, uint32_t n_items, const model_param *params, size_t n_params,
                                         void **ret_state);

/* Add to a score that may still be a fallback below 0. */
static inline void session_score_add(float *scores, uint32_t item, float more) {
    scores[item] = (scores[item] > 0 ? scores[item] : 0) + more;
}
