/* basket_blend_int: what the files of the blend of baskets share; of no use outside them.
 * basket_blend.c is the row and learns, basket_evidence.c counts what is known of pairs and keeps it, basket_ask.c answers.
 * Promise: evidence is constant once gathered, any thread may ask; a question is scratch of one thread.
 * Owner: all in the arena it was made in or the pack it was loaded from. Read next: basket_blend.c. */
#pragma once
#include "models/basket_alone.h"
#include "models/basket_lines.h"

enum { LAMBDA, PARTNERS, NEIGHBOURS, HALF_LIFE, RECENT, COVERED, DAMP, LEARN_SHARE, RIDGE, TREES, N_PARAMS };
extern const model_param basket_blend_params[N_PARAMS];

/* What is said of an item beside a cart, as inputs of its score; see the head of basket_blend.c. */
enum { LOG_EASE, EASE_RATIO, LOG_COSINE, LOG_MOST, LOG_RECENT, NEAR3, NEAR5, POPULAR, LOG_EASE_SIZE, NEAR3_SIZE, LOG_CLOSE, N_WEIGHTS };

/* Evidence of one kind, counted from baskets. */
typedef struct {
    item_lists lists;               /* votes of the baskets with both */
    const float *total;             /* n_items: votes of those with one */
} pair_votes;

typedef struct {
    const double *param;            /* N_PARAMS */
    const float *weight;            /* N_WEIGHTS: the shop's own */
    uint32_t n_items;
    const model_row *part;          /* the regression: EASE, or its sparse relative for many items */
    const void *ease;
    basket_log log;
    pair_votes pairs, recent;
    pair_votes close;               /* votes that fade to nothing within some lines; empty where lines stand in no telling order */
    item_lists alone;               /* lists for one product */
    const float *damped;            /* n_items: total^-.4 */
    const float *popular;           /* n_items: share of baskets */
    const float *lately;            /* n_items: the same, recent baskets counting more: for strangers */
    const float *norm;              /* n_baskets: root of the idf of its items */
    const float *decay;             /* n_baskets: 2^(-age / half-life) */
} blend;

/* ---- basket_evidence.c ---- */
/* All that m->log says by m->param, but for the lists of one product. ERR_NO_MEMORY, ERR_CANCELLED, ERR_TOO_LARGE. */
CHECK_RESULT err_code blend_gather(ctx *c, blend *m, const model_options *o);
/* Which regression is for so many items. */
const model_row *blend_part(uint32_t n_items);
/* m->part with m->ease, as others ask it. */
item_regression blend_regression(const blend *m);
/* Minus ln of the share of baskets with an item. */
float blend_idf(const blend *m, uint32_t item);
/* save and load of the row. */
CHECK_RESULT err_code blend_save(ctx *c, const void *state, buf *out);
CHECK_RESULT err_code blend_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state);

/* ---- basket_ask.c ---- */
typedef struct {
    uint32_t n, *item;              /* the cart, each item once */
    bool *in_cart;                  /* n_items */
    float *ease, *cosine, *most, *recent, *close, *near3, *near5;   /* n_items each */
    float *dot;                     /* n_baskets, zero between questions */
    uint32_t *touched;              /* n_baskets */
    topk nearest;
} question;
/* The most of each kind of evidence in a question; ln of the cart's size. */
typedef struct { float ease, cosine, most, recent, size; } measures;

/* ERR_NO_MEMORY. */
CHECK_RESULT err_code question_new(ctx *c, const blend *m, question *q);
/* The items of h become the cart, each once, those of n_items and more passed over. */
void question_take(question *q, const history *h, uint32_t n_items);
/* What baskets say of the cart in q, of two items or more. */
CHECK_RESULT err_code question_gather(ctx *c, const blend *m, question *q, int64_t now_ms);
measures question_measure(const blend *m, const question *q);
/* Whether any evidence speaks for item j, which is not in the cart. */
bool question_names(const question *q, const measures *by, uint32_t j);
void question_inputs(const blend *m, const question *q, const measures *by, uint32_t j, float ret_x[N_WEIGHTS]);
/* Scores of all items by m->weight. */
void question_weigh(const blend *m, const question *q, float *ret_scores);
/* score of the row. */
CHECK_RESULT err_code blend_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores);
