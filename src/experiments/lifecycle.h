/* The life of an experiment's row: made as a draft, started, ended by hand; a draft may go again.
 *     draft -> running -> stopped, won, lost, inconclusive
 * Promise: each call is one transaction (the open one, or its own) that checks all of it anew against the rows as they are, so two
 * processes never start two experiments on the same buckets of a layer; a refused call changes nothing. The settings of variants are
 * not looked into here: callers know placements (decide/placement_settings.h). Threads: the caller's connection.
 * Read next: experiments/experiment.h, experiments/plan.h, schema/fields_events.h (EXPERIMENT_FIELDS). */
#pragma once
#include "experiments/experiment.h"
#include "storage/storage.h"

enum { LIMIT_EXPERIMENTS = 10000, LIMIT_EXPERIMENT_NAME = 120, LIMIT_EXPERIMENT_DAYS = 400 };    /* of a store, ever; bytes; in a list */

/* Make a draft of `row`, whose store_id, name, placement, layer, layer_from, layer_to, targeting, variants, plan and author are read. A
 * named layer without a range is taken whole.
 *   ret_row  as written, with its number
 * ERR_INVALID with the field, ERR_CONFLICT (LIMIT_EXPERIMENTS), ERR_STORAGE. */
CHECK_RESULT err_code experiment_create(ctx *c, db *d, const experiment *row, experiment *ret_row);
/* ERR_NOT_FOUND says what lists them. */
CHECK_RESULT err_code experiment_get(ctx *c, db *d, int64_t store_id, int64_t experiment_id, experiment *ret_row);
/* Draft to running. ERR_NOT_FOUND; ERR_CONFLICT (no draft any more, buckets taken, too many run); ERR_INVALID (the row cannot run). */
CHECK_RESULT err_code experiment_start(ctx *c, db *d, int64_t store_id, int64_t experiment_id, experiment *ret_row);
/* Running to stopped: nobody won. ERR_NOT_FOUND, ERR_CONFLICT (it does not run). */
CHECK_RESULT err_code experiment_stop(ctx *c, db *d, int64_t store_id, int64_t experiment_id, experiment *ret_row);
/* Delete a draft. ERR_NOT_FOUND, ERR_CONFLICT (it ran: what it told is kept). */
CHECK_RESULT err_code experiment_delete(ctx *c, db *d, int64_t store_id, int64_t experiment_id);
/* Newest first.
 *   before  only smaller numbers; 0 = from the newest
 *   limit   1..LIMIT_EXPERIMENTS */
CHECK_RESULT err_code experiment_list(ctx *c, db *d, int64_t store_id, int64_t before, size_t limit, experiment **ret_rows, size_t *ret_n);
