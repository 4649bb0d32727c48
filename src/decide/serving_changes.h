/* What a webhook or a sync changed, carried into the shops served by this process. Workers only: it reads storage.
 * Promise: a shop that is not loaded is left alone; few changes are read one by one, many by one reload; a failure only delays
 * what the next reload brings. Read next: decide/serving.h. */
#pragma once
#include "decide/serving.h"

typedef struct {
    str_list products;              /* parents or variations */
    str_list orders;                /* put now: who bought need not be shown it again */
    bool all;                       /* more than the lists name, or names, tax or currency: read the shop anew */
} serving_changes;

/* ERR_STORAGE, ERR_NO_MEMORY: what was served stays served. */
CHECK_RESULT err_code serving_take_changes(ctx *c, serving_registry *r, db *d, int64_t store_id, const serving_changes *ch);
