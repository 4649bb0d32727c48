/* Inside the two-tower network: the tower both sides are made of, what a batch holds, and what is learned. Private to
 * models/two_tower*.c. Letters of shapes: d numbers a vector, h hidden ones, x FEATURES beside a user's vector.
 *
 *   item vector     raw = id row (when the item has sales) + facts x fact table;  item = tower(raw)
 *   user vector     pool = weighted mean of the raw vectors of his history;       user = tower(pool, behaviour)
 *   tower(v, extra) = unit(unit(v) + relu([unit(v), extra] w1 + b1) w2)
 *   score           user . item, in [-1, 1]; in training over the temperature
 *
 * Read next: two_tower_batch.c (what is drawn), two_tower_train_int.h (the training). */
#pragma once
#include "models/model.h"
#include "num/net.h"

enum {
    TOWER_FEATURES = 6,             /* behaviour of a user: see tower_behaviour() */
    TOWER_HISTORY = 256,            /* events of a history read at most, the latest */
    TOWER_RIGHT = 64,               /* right answers of a row at most */
};

typedef struct {
    uint32_t dim, extra, hidden;
    float *w1, *b1, *w2;            /* (dim + extra) x hidden, hidden, hidden x dim */
} tower;
/* Numbers of a tower, and the tower that lies in so many of them. */
size_t tower_size(uint32_t dim, uint32_t extra, uint32_t hidden);
tower tower_at(float *at, uint32_t dim, uint32_t extra, uint32_t hidden);
/* ERR_NO_MEMORY, with its words. */
CHECK_RESULT err_code tower_no_memory(ctx *c);

/* What a tower's forward pass leaves for the backward one, n rows each. */
typedef struct {
    float *in;                      /* n x (dim + extra): the unit vector, then the extras */
    float *inverse_in;              /* n */
    float *hidden;                  /* n x hidden */
    float *d_hidden;                /* the same: its gradient */
    float *out;                     /* n x dim, rows of length 1 or 0 */
    float *inverse_out;             /* n */
    float *d_out;                   /* n x dim: gradient to the outputs; becomes that before they were normalised */
} tower_pass;

/* Memory for n rows in c->arena; without gradients d_out stays NULL. ERR_NO_MEMORY. */
CHECK_RESULT err_code tower_pass_new(ctx *c, const tower *t, size_t n, bool gradients, tower_pass *ret_pass);
/* Rows [from, to): `v` (rows x dim) to outputs. The extras stand in pass->in already. */
void tower_forward(const tower *t, const float *v, size_t from, size_t to, tower_pass *pass);
/* Rows [from, to): pass->d_out to ret_dv (rows x dim); what the weights' gradient needs stays in the pass. */
void tower_backward(const tower *t, tower_pass *pass, size_t from, size_t to, float *ret_dv);

/* How much the past counts. */
typedef struct { double half_life_days, half_life_events; } tower_decay;
/* Weight of event e of a history in its mean, relative to the latest: its own weight, halved by age and by events since. */
double tower_event_weight(const history *h, size_t e, const tower_decay *decay);
/* Behaviour: logarithms of distinct items (read as `items`), repeats, visits and days, scaled to about 0..1.
 *   items       distinct items of the history shown, share of the whole history they are
 *   ret         TOWER_FEATURES */
void tower_behaviour(const history *h, double items, double share, float *ret);

/* ---- training ---- */

/* Everybody's distinct items, oldest first, as the trainer draws from them. */
typedef struct {
    const interactions *x;
    uint64_t *start;                /* n_users + 1 */
    uint32_t *item;                 /* the first n_train[u] of a user train, the others are for validation */
    float *pool, *weight;           /* in the mean of a history; as a right answer */
    uint32_t *n_train;              /* n_users */
    float *chance;                  /* n_items: users who have it and may show it, at most its users */
    uint32_t *sold;                 /* items with an event that trains */
    uint32_t n_sold;
    uint32_t *validated;            /* users with a validation part */
    uint32_t n_validated;
} tower_people;

typedef struct {
    uint32_t rows, extras;          /* users a batch, items drawn from the catalogue beside theirs */
    uint32_t most_items;            /* distinct items a batch at most; users wait for the next one then */
    double right_share, id_dropout, log_q, stranger;
    bool has_facts;
} tower_sampling;

/* One batch. Columns are its distinct items; a row is a user with a part of his items hidden: the right answers. */
typedef struct {
    uint32_t n_rows, n_items;
    uint32_t *item;                 /* n_items */
    float *keep;                    /* n_items: 1, or 0: its id is hidden, it must live by its facts */
    float *log_weight;              /* n_items */
    uint64_t *own_start;            /* n_rows + 1 */
    uint32_t *own;                  /* columns: right answers first, then his other items */
    uint32_t *n_right, *n_shown;    /* n_rows; the shown ones follow the right ones */
    float *value;                   /* beside own: weight of a right answer, or in the mean (sums to 1 a row) */
    float *feature;                 /* n_rows x TOWER_FEATURES */
    uint64_t *shown_start;          /* n_items + 1: the same means by item */
    uint32_t *shown_row;
    float *shown_weight;
} tower_batch;

typedef struct tower_sampler tower_sampler;
/* ERR_NO_MEMORY. */
CHECK_RESULT err_code tower_people_read(ctx *c, const interactions *x, const tower_decay *decay, uint64_t seed, tower_people *ret_people);
/* A sampler in c->arena that draws from `p`; both must outlive it. ERR_NO_MEMORY. */
CHECK_RESULT err_code tower_sampler_new(ctx *c, const tower_people *p, const tower_sampling *how, uint64_t seed,
    tower_sampler **ret_sampler);
/* Start a new epoch: all users again, in a new order. */
void tower_sampler_shuffle(tower_sampler *s);
/* The next batch, NULL when everybody had a turn. Valid until the next call. */
const tower_batch *tower_sampler_next(tower_sampler *s);
/* Largest numbers a batch can have. */
uint32_t tower_sampler_most_rows(const tower_sampler *s);
uint32_t tower_sampler_most_items(const tower_sampler *s);
double tower_sampler_done(const tower_sampler *s);

/* Where ids and facts start: raw vectors of sold items are the leading right singular vectors of the training part.
 *   ret_ids     n_items x dim; zeros for items without sales and past the rank of the data
 *   ret_facts   facts x dim; NULL when there are none
 * ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code tower_start(ctx *c, const tower_people *p, uint32_t dim, uint64_t seed, int threads, float *ret_ids,
                                  float *ret_facts);

/* What training gives, in c->arena. */
typedef struct {
    float *raw, *item;              /* n_items x dim */
    uint8_t *known;                 /* n_items: it has a vector */
    tower user;
} tower_result;

typedef struct {
    uint32_t dim, hidden, epochs, patience;
    double rate, decay, temperature;
    tower_sampling sampling;
    uint64_t seed;
    int threads;
} tower_plan;
/* ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code tower_train(ctx *c, const interactions *x, const tower_people *p, const tower_plan *plan, const model_options *o,
                                  tower_result *ret_result);
