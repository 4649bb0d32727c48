/* ease: the regression of every item on all others, fitted on baskets whose lines have an order.
 * Promise: the state is one of model_ease, to be asked, saved and loaded by that row; the same bits for any number of threads.
 * Owner: c->arena. Read next: ease.c, basket_lines.h (where the fade comes from), rows.h (model_ease). */
#pragma once
#include "models/model.h"

/* Fit with G_ij = sum over baskets of w_b fade[lines between i and j], w_b the options' user_power of the basket's size.
 *   lines   baskets by items; values: place of the item's line, from 1
 *   fade    PRODUCT_FADE_SPAN of (0, 1], fade[0] = 1 for the item itself
 *   o       options of model_ease; `values` and `half_life_days` say nothing here
 * ERR_TOO_LARGE (more items than max_items), ERR_NO_MEMORY, ERR_CANCELLED, ERR_INVALID (no positive definite G). */
CHECK_RESULT err_code ease_fit_lines(ctx *c, const csr *lines, const float *fade, const model_options *o, void **ret_state);
