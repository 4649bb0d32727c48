/* Parts of the row `blend`: who takes part, what is asked of a candidate, what is hidden to learn from. Private to blend*.c. */
#pragma once
#include "models/model.h"
#include "models/ranker.h"

enum {
    BLEND_MAX_MEMBERS = 8,
    BLEND_OF_MEMBER = 3,            /* features each member gives: score in deviations, 1 / place among its best and the root of it */
    BLEND_COMMON = 4,               /* features beside them: popularity, its trend, in the history, size of the history */
    BLEND_MAX_WIDTH = BLEND_MAX_MEMBERS * BLEND_OF_MEMBER + BLEND_COMMON,
    BLEND_MAX_CANDIDATES = 1000,    /* of one member */
};

typedef struct {
    uint32_t n_items, n_members;
    uint32_t candidates;            /* best of each member that are looked at */
    bool repeats;                   /* what somebody had may be answered */
    bool ranked;                    /* `rank` orders candidates; else the sum of the members' scores in deviations does */
    model member[BLEND_MAX_MEMBERS];
    const float *popular;           /* n_items: log(1 + events), in deviations */
    const float *trend;             /* n_items: log of recent over expected events */
    ranker rank;
} blend;

static inline uint32_t blend_width(const blend *b) { return b->n_members * BLEND_OF_MEMBER + BLEND_COMMON; }

/* Candidates of one question. Arrays in the arena of the call that made them. */
typedef struct {
    uint32_t n;
    uint32_t *item;                 /* ascending */
    float *x;                       /* n x blend_width() */
    float *sum;                     /* n: of the members' scores in deviations */
} blend_candidates;
/* ERR_NO_MEMORY, errors of the members. */
CHECK_RESULT err_code blend_look(ctx *c, const blend *b, const history *h, blend_candidates *ret);

/* Fill popular and trend from x. ERR_NO_MEMORY. */
CHECK_RESULT err_code blend_count_items(ctx *c, const interactions *x, blend *b);

/* Part of what some users did, taken away to be found again: the last visit of whoever has several, else a fifth of the items. */
typedef struct {
    interactions left;              /* all users, without what is hidden */
    uint32_t n;                     /* users asked */
    uint32_t *user;                 /* n, ascending */
    uint64_t *start;                /* n + 1 */
    uint32_t *hidden;               /* items of asked user k: [start[k], start[k + 1]) */
} blend_hidden;
/* ERR_NO_MEMORY. */
CHECK_RESULT err_code blend_hide(ctx *c, const interactions *x, uint32_t most_users, uint64_t seed, blend_hidden *ret);
/* Share of items of later visits that their user had before. */
double blend_repeat_share(const interactions *x);

/* Learn b->rank from hidden items; b's members are fitted on h->left. Leaves ranked false where too little is known.
 *   kind   0: the better of a line and trees on users kept apart; 1: a line; 2: trees; 3: neither */
CHECK_RESULT err_code blend_learn(ctx *c, blend *b, const blend_hidden *h, int kind, uint64_t seed, int threads);
