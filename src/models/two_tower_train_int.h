/* Inside the training of the two towers: what its files share. Private to models/two_tower_*.c.
 *
 *   two_tower_setup.c    the block of numbers Adam moves and the scratch of a step
 *   two_tower_step.c     forward, sampled softmax, backward, Adam
 *   two_tower_survey.c   vectors of all items, and how high hidden ones stand
 *   two_tower_train.c    epochs, the best of which is kept
 *
 * Every parallel loop runs over blocks of fixed size and writes only to places its block owns, so the bits do not depend on the
 * number of threads. Read next: two_tower_train.c. */
#pragma once
#include "models/two_tower_int.h"

enum { TOWER_ITEM_BLOCK = 256, TOWER_USER_BLOCK = 64 };     /* rows one thread takes at once */

/* One run of numbers that Adam moves: the numbers, their two moments. */
typedef struct { float *x, *m1, *m2; size_t n; } tower_numbers;

typedef struct {
    const interactions *data;
    const tower_people *people;
    const tower_plan *plan;
    const csr *facts;               /* NULL: none */
    tower_numbers ids, facts_of;    /* n_items x dim, n_facts x dim */
    tower_numbers dense;            /* both towers, one after the other */
    float *dense_gradient;
    tower item, user;               /* into dense.x */
    tower d_item, d_user;           /* into dense_gradient */
    const tower_batch *b;
    float *raw, *d_raw;             /* items of the batch x dim */
    float *pool, *d_pool;           /* rows x dim */
    float *logits;                  /* rows x items */
    double *loss;                   /* rows */
    tower_pass items, users;
    uint32_t *fact_count, *fact, n_fact;        /* facts of the batch: n_facts + 1 places, those touched */
    uint32_t *fact_item;            /* columns by fact */
    float *fact_value, *d_fact;     /* beside; touched facts x dim */
    size_t fact_cap;
    net_adam adam;
    uint64_t step;
    float *right_logit;             /* threads x TOWER_RIGHT */
} tower_trainer;

/* Numbers to learn, where tower_start() puts them and with a little noise. ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code tower_trainer_numbers(ctx *c, tower_trainer *t);
/* Memory for the largest batch `s` can draw. ERR_NO_MEMORY. */
CHECK_RESULT err_code tower_trainer_scratch(ctx *c, tower_trainer *t, const tower_sampler *s);
/* Raw vector of an item: its id times `keep` (0: hidden), and its facts.
 *   ret_raw   dim */
void tower_raw_vector(const tower_trainer *t, uint32_t item, float keep, float *ret_raw);
/* One step of Adam on the batch t->b. ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code tower_train_step(ctx *c, tower_trainer *t, double rate);

typedef struct {
    tower_trainer *t;
    float *raw, *item;              /* n_items x dim */
    uint8_t *known;                 /* n_items */
    tower_pass *pass;               /* one a thread, TOWER_ITEM_BLOCK rows */
    float *pool;                    /* validated users x dim */
    tower_pass users;
    float *scores;                  /* threads x TOWER_USER_BLOCK x n_items */
    double *found;                  /* validated users: how high their hidden items stand, 0..1 */
} tower_survey;

/* ERR_NO_MEMORY. */
CHECK_RESULT err_code tower_survey_new(ctx *c, tower_trainer *t, tower_survey *ret_survey);
/* Look at everybody kept back, by the numbers as they are now.
 *   ret_found   mean height of hidden items, 0..1; 0 when nobody is kept back */
CHECK_RESULT err_code tower_survey_all(ctx *c, tower_survey *s, double *ret_found);
