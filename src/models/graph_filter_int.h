/* Inside the graph filter: what is fitted, answers, and is kept. Private to models/graph_filter*.c.
 * Owner: everything lies in the arena it was fitted in, or in the pack it was loaded from; constant, read by any thread.
 * Read next: graph_filter.c (the formulas, and fitting), graph_filter_score.c, graph_filter_keep.c. */
#pragma once
#include <math.h>
#include "models/item_lists.h"
#include "models/weigh.h"

enum { GRAPH_FILTER_MAX_ORDER = 8 };

typedef struct {
    uint32_t n_users, n_items, rank;
    float power;
    weighing weigh;
    csr by_user, by_item;           /* by_item: columns are users, at most MOST in a row; values relative to their mean */
    const float *item_in;           /* n_items: d_i^-in, over the share of users kept */
    const float *user_scale;        /* n_users: d_v^-user */
    const float *item_out;          /* n_items: d_j^-out d_j^-root; 0 without events */
    const float *item_root;         /* n_items: d_j^root */
    const float *item_ideal;        /* n_items: d_i^-1/2 */
    const float *ideal_out;         /* n_items: d_j^1/2 d_j^-root */
    const float *user_spread;       /* n_users: 1 / d_v */
    const float *vectors;           /* n_items x rank, row-major */
    const float *sharpen;           /* rank: f(lambda) - 1 */
    const float *ideal;             /* rank: weight * lambda^g */
    double mean;                    /* of the cells before they were made relative */
    bool has_ideal;
    float time;                     /* > 0: sharpen with the whole of P by a polynomial of this order */
    uint32_t order;
    bool has_lists;                 /* then the lists answer, and nothing of the graph above is kept */
    item_lists lists;
} graph_filter;

/* A value over the mean, bounded so that squares and powers of it stay finite whatever the weights of the events say. */
static inline float graph_filter_relative(double value, double mean) { return (float)fmin(value / mean, 100); }

/* What the graph answers n histories: ret_scores n x n_items. Scratch in c->arena, given back. ERR_NO_MEMORY, ERR_CANCELLED.
 * O(events of the users met + n_items * rank) a history. */
CHECK_RESULT err_code graph_filter_score_graph(ctx *c, const graph_filter *s, const history *h, size_t n, float *ret_scores);
/* Of the model row: the lists answer where there are some, else the graph. */
CHECK_RESULT err_code graph_filter_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores);
CHECK_RESULT err_code graph_filter_save(ctx *c, const void *state, buf *out);
CHECK_RESULT err_code graph_filter_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state);
