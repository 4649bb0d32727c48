/* session_pairs: how often one item is clicked near another, by how far and in which direction.
 * Promise: exact sums before the cut to the strongest partners; the same bits for any number of threads.
 * Owner: arrays in c->arena. Read next: markov.c (the simplest use), session_blend.c. */
#pragma once
#include "models/session_index.h"

typedef struct {
    double forward, backward;       /* weight of a partner clicked later, and earlier; >= 0 */
    double gap_decay;               /* clicks apart in which the weight falls to 1/e, > 0; neighbours have weight 1 */
    double same;                    /* weight of an item with itself, clicked again */
    uint32_t window;                /* clicks apart at most, >= 1 */
    double half_life_share;         /* a session older than this share of all counts half; 0: all alike */
    uint32_t per_item;              /* partners kept, the heaviest; >= 1 */
} pair_params;

typedef struct {
    csr rows;                       /* n_items x n_items: row i, the partners of i, weight > 0 */
    const float *total;             /* n_items: sum of the whole row, before the cut */
} session_pairs;

/* Sum over all pairs of clicks of a session. ERR_NO_MEMORY, ERR_CANCELLED. O(clicks * window). */
CHECK_RESULT err_code session_pairs_count(ctx *c, const session_log *log, const pair_params *p, int threads, session_pairs *ret_pairs);

/* As arrays of a pack: names end in `tag`, a digit. */
enum { SESSION_PAIRS_ARRAYS = 4, SESSION_PAIRS_NAME = 16 };
typedef struct { char name[SESSION_PAIRS_ARRAYS][SESSION_PAIRS_NAME]; } session_pairs_names;
void session_pairs_arrays(const session_pairs *p, int tag, session_pairs_names *names, pack_array ret_arrays[SESSION_PAIRS_ARRAYS]);
/* Read back rows of n_items; indexes are checked. ERR_CORRUPT. */
CHECK_RESULT err_code session_pairs_load(ctx *c, const pack *p, int tag, uint32_t n_items, session_pairs *ret_pairs);
