/* model: one kind of recommender behind one table row, and what it is fitted on and asked with.
 * Promise: every model of model_rows obeys the same contract (tests/models/contract_test.c): it learns the checkerboard, answers a
 * batch as it answers one, saves and loads to the same scores, gives the same bits for a seed on any number of threads, takes
 * empty data, stops when cancelled, and never answers NaN. Models see numbers only: what an item is, is known above.
 * Owner: a fitted or loaded model lives in the arena of the ctx it was made with, is constant, and may be read by any thread.
 * Read next: README.md, one file per model, eval/judge.h (which measures them). */
#pragma once
#include "base/pack.h"
#include "num/csr.h"
#include "num/mips.h"

/* What shoppers did: user u's events are [start[u], start[u + 1]), oldest first. A "user" is whoever is known to be one: a
 * customer, a visitor, one session, one anonymous basket. */
typedef struct {
    uint32_t n_users, n_items;
    const uint64_t *start;          /* n_users + 1, start[0] = 0 */
    const uint32_t *item;           /* < n_items; may repeat */
    const float *weight;            /* finite, > 0: kind of event (view, click, cart, purchase) times decay; NULL: every event 1 */
    const uint32_t *visit;          /* basket or session the event belongs to: 0 for the user's first, rising; NULL: one each user */
    const int64_t *time_ms;         /* UTC; NULL: unknown, later users and later events count as later */
    int64_t as_of_ms;               /* the moment it is known at; decay counts from here. 0 with time_ms NULL */
    const csr *facts;               /* n_items rows: what is known of an item without any sale (hashed words, category, price
                                     * bucket, attributes), values > 0; NULL: nothing */
} interactions;

/* ERR_INVALID when starts go down, an item or weight is out of range, visits go down, or facts have other rows. */
CHECK_RESULT err_code interactions_check(ctx *c, const interactions *x);

struct basket_matrix;
/* Every visit as a basket of distinct items, in c->arena.
 *   ret_time_ms  of each basket: its first event; NULL when times are unknown
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code interactions_baskets(ctx *c, const interactions *x, struct basket_matrix *ret_baskets, int64_t **ret_time_ms);

#define MODEL_NOBODY UINT32_MAX

/* Somebody to answer, by what he did: n events, oldest first, fields as in interactions. */
typedef struct {
    size_t n;                       /* 0: a stranger */
    const uint32_t *item;           /* those >= n_items are passed over: they came after the fit */
    const float *weight;            /* NULL: 1 */
    const uint32_t *visit;          /* NULL: one visit */
    const int64_t *time_ms;         /* NULL: unknown */
    int64_t now_ms;                 /* 0: unknown */
    uint32_t user;                  /* his number in the interactions fitted on, MODEL_NOBODY for others */
} history;

/* What user u did, as a question; points into x. */
history interactions_history(const interactions *x, uint32_t user);

/* Somebody as a vector: his score of item i is query . row i, so the best are found without scoring them all (num/mips.h). */
typedef struct { const mips *items; const float *query; } model_aim;

/* One number that --set can change. */
typedef struct {
    const char *name;
    double value, least, most;      /* default, and the range accepted */
    bool whole;                     /* a whole number; 0 and 1 stand for no and yes */
    const char *help;
} model_param;

enum { MODEL_MAX_PARAMS = 24 };

typedef struct {
    double param[MODEL_MAX_PARAMS]; /* in the order of the row's params */
    uint64_t seed;
    int threads;                    /* 0: one per core */
    void (*progress)(void *state, const char *what, double share_0_1);     /* NULL: nobody looks. Called from the fitting thread */
    void *progress_state;
} model_options;

/* What a model wants to know of the data; eval and the trainer leave it out where that is missing. */
enum {
    MODEL_NEEDS_ORDER = 1,          /* events of a user in time order mean something (sessions) */
    MODEL_NEEDS_VISITS = 2,         /* more than one visit a user (next basket) */
    MODEL_NEEDS_FACTS = 4,          /* item facts */
};

typedef struct model_row {
    const char *name;               /* as --model takes it */
    const char *title;              /* one line for people */
    const char *source;             /* authors, year, equation */
    unsigned needs;                 /* MODEL_NEEDS_* */
    const model_param *params;
    size_t n_params;
    const char *const *grid;        /* settings the trainer tries besides the defaults: "key=value key=value" each; NULL at the end;
                                     * may itself be NULL */
    /* Learn. x is checked already. Result in c->arena; scratch beside it is given back where it is large.
     * ERR_INVALID, ERR_TOO_LARGE (more items than this kind can take: says the limit), ERR_NO_MEMORY, ERR_CANCELLED. */
    err_code (*fit)(ctx *c, const interactions *x, const model_options *o, void **ret_state);
    /* Scores of all items for each of n histories: ret_scores is n x n_items, larger is better, finite, comparable within a row.
     * An item with nothing for it gets 0 (models without negative scores) or less than those with something.
     * Scratch in c->arena, given back. Deterministic. ERR_NO_MEMORY. */
    err_code (*score)(ctx *c, const void *state, const history *h, size_t n, float *ret_scores);
    /* One history as a vector, for models whose scores are inner products; NULL: this kind's are not.
     *   ret_aim   query in c->arena. Wherever score() of this one history is above 0, vec_dot() with the item's row has the same
     *             bits; elsewhere it is not above 0 either
     * ERR_NO_MEMORY. */
    err_code (*aim)(ctx *c, const void *state, const history *h, model_aim *ret_aim);
    /* Append the state as a pack. */
    err_code (*save)(ctx *c, const void *state, buf *out);
    /* Read it back: arrays stay in the pack's bytes; every index is checked, and that the model is one of n_items items.
     * ERR_CORRUPT, ERR_NO_MEMORY. */
    err_code (*load)(ctx *c, const pack *p, uint32_t n_items, void **ret_state);
} model_row;

/* All models, in the order they are shown. */
extern const model_row *const model_rows[];
extern const size_t n_model_rows;
/* NULL when there is none of that name. */
const model_row *model_named(str name);

/* The defaults of a row, seed 1, one thread per core, nobody looking. */
model_options model_default_options(const model_row *row);
/* Change one parameter. ERR_INVALID names it: unknown (the known ones are listed), not a number, out of range. */
CHECK_RESULT err_code model_set(ctx *c, const model_row *row, model_options *o, str key, str value);
/* Change several: "key=value key=value". */
CHECK_RESULT err_code model_set_all(ctx *c, const model_row *row, model_options *o, str settings);
/* Are saved numbers what the row's parameters may be? ERR_CORRUPT. */
CHECK_RESULT err_code model_check_params(ctx *c, const model_param *params, size_t n, const double *value);

typedef struct {
    const model_row *row;
    const void *state;
    uint32_t n_items;
    model_options options;          /* fitted with */
} model;

/* Check x, fit, and look once at scores for NaN. Errors of the row's fit, ERR_INVALID. */
CHECK_RESULT err_code model_fit(ctx *c, const model_row *row, const interactions *x, const model_options *o, model *ret_model);
CHECK_RESULT err_code model_score(ctx *c, const model *m, const history *h, size_t n, float *ret_scores);
/* One pack with the state, the name and the parameters of the model in it. */
CHECK_RESULT err_code model_save(ctx *c, const model *m, buf *out);
/* `bytes` aligned to 64 must outlive the model. ERR_CORRUPT (damaged, or a model this version does not know), ERR_NO_MEMORY. */
CHECK_RESULT err_code model_load(ctx *c, str bytes, model *ret_model);
/* Tell who looks how far a fit is. */
static inline void model_progress(const model_options *o, const char *what, double share_0_1) {
    if (o->progress) o->progress(o->progress_state, what, share_0_1);
}
