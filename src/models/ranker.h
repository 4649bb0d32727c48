/* ranker: how likely is each candidate of a question to be what is wanted, learned from questions whose answer is known.
 * Promise: probabilities in [0, 1], the same bits for the same rows and seed on any machine load; as much model as the data bear and
 * no more: trees, else a logistic model, else the rate of answers. Inputs must be finite ("unknown" is a value the caller chooses,
 * such as 0 with a flag beside it). Nothing about ids: inputs describe a candidate, so a ranker knows what to do with new products.
 * Owner: a fitted or loaded ranker lives in the arena of its ctx; constant afterwards, any thread.
 * Read next: boost.h (trees), forest.h (their speed), blend.c (first user). */
#pragma once
#include "models/forest.h"

enum { RANKER_MAX_WIDTH = FOREST_MAX_WIDTH };

typedef enum {
    RANKER_RATE,                    /* the same for all: share of answers among the candidates */
    RANKER_LOGISTIC,                /* logistic regression, ridge */
    RANKER_TREES,                   /* gradient boosted trees, calibrated by Platt's method on questions kept apart */
} ranker_kind;

/* Candidates, question by question. */
typedef struct {
    const float *x;                 /* n x width, row-major, finite */
    const uint8_t *label;           /* n: 1 = the answer */
    const float *weight;            /* n, > 0: what a row stands for (1 / share kept, where negatives were sampled); NULL: 1 */
    size_t n;
    uint32_t width;                 /* 1..RANKER_MAX_WIDTH */
    const size_t *group;            /* n_groups + 1: question g has rows [group[g], group[g + 1]); NULL: one question */
    size_t n_groups;
} ranker_rows;

typedef struct {
    ranker_kind kind;               /* the most that may be fitted */
    double ridge;                   /* logistic: penalty on squared weights of standardised inputs, > 0 */
    const double *toward;           /* logistic: width weights of inputs as they are that the penalty draws to; NULL: 0 */
    uint32_t trees, depth;          /* at most; 1..FOREST_MAX_TREES, 1..FOREST_MAX_DEPTH */
    double learning_rate, leaf_ridge, least_child, row_share, column_share;     /* as gradient boosting names them */
    bool by_order;                  /* learn the order within a question (LambdaMART), not each candidate alone (logistic loss) */
    uint64_t seed;
} ranker_params;
ranker_params ranker_default_params(void);

typedef struct {
    ranker_kind kind;
    uint32_t width;
    double slope, offset;           /* probability = sigmoid(slope * raw + offset) */
    const float *coefficient;       /* width; of raw inputs. RANKER_LOGISTIC */
    forest trees;                   /* RANKER_TREES */
} ranker;

/* Learn. Rows with too few answers get a simpler kind: trees want RANKER_LEAST_ANSWERS of them.
 *   ret_ranker   in c->arena, where nothing else is left
 * ERR_INVALID (an input that is not finite, a width, a parameter), ERR_NO_MEMORY, ERR_CANCELLED, ERR_INTERNAL (the library).
 * One thread. Sources: Platt 1999; Burges 2010 (LambdaMART); Chen and Guestrin 2016 (XGBoost, which grows the trees). */
enum { RANKER_LEAST_ANSWERS = 200, RANKER_LEAST_LOGISTIC = 10 };
CHECK_RESULT err_code ranker_fit(ctx *c, const ranker_rows *rows, const ranker_params *p, ranker *ret_ranker);
/* Probabilities of n candidates (n x width, row-major). No memory taken; about 0.1 us a candidate. */
void ranker_score(const ranker *r, const float *x, size_t n, float *ret_probability);
/* The raw sums before the sigmoid: they keep order where probabilities are too alike for a float. */
void ranker_raw(const ranker *r, const float *x, size_t n, float *ret_raw);
/* Append as a pack; out's length so far must be a multiple of 64. */
CHECK_RESULT err_code ranker_save(ctx *c, const ranker *r, buf *out);
/* Read in place: `bytes` aligned to 64 must outlive the ranker. ERR_CORRUPT. */
CHECK_RESULT err_code ranker_load(ctx *c, str bytes, ranker *ret_ranker);
