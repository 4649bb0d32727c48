/* A contest of models on a shop's own newest weeks: who may take part says the caller (learn_personal.c, learn_sessions.c), how they are
 * measured eval/race.h. Private to learning. Owner: c->arena of the call. Read next: learn_contest.c. */
#pragma once
#include "decide/learn_personal.h"
#include "eval/race.h"
#include "eval/store.h"

/* Answers must come within microseconds: lists do for any shop, models that touch every item, or look for people alike, only in small
 * ones. A network must be trained in seconds. */
enum {
    OF_ITEMS = 1,                   /* touches all items, in fit or answer */
    OF_PEOPLE = 2,                  /* looks through people */
    OF_REPEATS = 4,                 /* for goods bought again */
    OF_PASSES = 8,                  /* learns in passes over all users: has a parameter "epochs" */
};
typedef struct { const char *name; unsigned kind; } contest_row;

typedef struct {
    const model_row *row;
    model_options options;
    unsigned kind;                  /* OF_* */
    race_run run;                   /* never refused */
    bool too_large;                 /* when packed */
    bool browsing;                  /* taught with what was looked at */
} tried;

enum { MOST_TRIED = 64 };
typedef struct {
    const personal_params *p;
    const interactions *x;
    const browsing_source *browsed; /* NULL: none */
    interactions browsed_train;     /* of it, what was known before the questions */
    store_questions q;
    race race;
    tried tried[MOST_TRIED];        /* popularity first */
    uint32_t n;
} contest;

/* HR@10 of somebody who was asked all cases; negative for others. */
double contest_hit_rate(const contest *t, const tried *x);
/* The row with its defaults, taught for as long as the time allows. */
model_options contest_options(const contest *t, const model_row *row);
/* Fit on everything and pack into c->arena; the fit's own memory is given back. ERR_TOO_LARGE over bytes_most, ERR_INVALID,
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code contest_pack(ctx *c, const contest *t, const interactions *x, const model_row *row, const model_options *o,
                                   str *ret_pack);
/* Race the rows that suit the shop, popularity first, in the order that breaks ties; then the winner's other settings; then the best of
 * all these taught with what was looked at, too; pack the best that can be published.
 *   t           with p, x and q
 *   ret_winner  NULL when nothing can be published
 * ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code contest_hold(ctx *c, contest *t, const contest_row *rows, size_t n_rows, str *ret_pack, personal_judgement *j,
                                   const tried **ret_winner);

typedef err_code contest_fn(ctx *c, contest *t, str *ret_pack, personal_judgement *j, void *state);
/* Cut the questions and call `fn` with a contest, both in memory that is given back; the pack alone is kept, in c->arena.
 * `fn` is not called for a shop without products. */
CHECK_RESULT err_code contest_open(ctx *c, const interactions *x, const personal_params *p, store_task task, contest_fn *fn, void *state,
                                   str *ret_pack, personal_judgement *ret_judgement);
