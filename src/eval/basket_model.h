/* Models the task `basket` can measure, behind one vtable.
 * Promise: a model sees training baskets and their times only. State lives in c->arena. Read next: eval/basket.h. */
#pragma once
#include "eval/invoices.h"
#include "models/rules.h"

typedef struct {
    rules_params rules;             /* parameters of `rules`; the other models have none */
} basket_params;

typedef struct {
    const char *name;
    /* Learn from the training part of `d`. */
    err_code (*fit)(ctx *c, const invoice_data *d, const basket_params *p, void **ret_state);
    /* Up to k items to go with items[0..n), none of those themselves, best first. Scratch in c->arena, given back. */
    err_code (*recommend)(ctx *c, const void *state, const uint32_t *items, size_t n, uint32_t k, uint32_t *ret_items, uint32_t *ret_n);
} basket_model;

extern const basket_model *const basket_models[];
extern const size_t n_basket_models;
/* NULL when there is none of that name. */
const basket_model *basket_model_named(str name);

/* Set one parameter from text. ERR_INVALID names it: unknown key (the known ones are listed) or not a number. */
CHECK_RESULT err_code basket_params_set(ctx *c, basket_params *p, str key, str value);
/* Write all parameters as members of the open JSON object. */
struct json_out;
void basket_params_write(const basket_params *p, struct json_out *w);
