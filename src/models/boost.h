/* boost: gradient boosted trees, grown by XGBoost and handed over as a forest of ours.
 * Promise: the only place that knows the library, and only while learning; the same rows and seed give the same bits (one thread,
 * histogram splits). Owner: the forest, and nothing else, is left in c->arena. Read next: ranker.h (who calls this), forest.h. */
#pragma once
#include "models/ranker.h"

/* Grow p->trees trees on all rows.
 *   rows         finite inputs, width <= FOREST_MAX_WIDTH, at least one row
 *   ret_forest   its sums are log-odds (p->by_order: scores of LambdaMART, of no scale)
 *   ret_library  NULL, or n: the sums as the library itself gives them, for tests
 * ERR_INTERNAL with the library's words, ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code boost_fit(ctx *c, const ranker_rows *rows, const ranker_params *p, forest *ret_forest, float *ret_library);
