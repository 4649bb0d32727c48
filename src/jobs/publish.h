/* Versions of what was learned: one serves, a few are kept to go back to, older ones leave with their files.
 * Promise: the row that names a file is written after the file is whole, and in one step with the change of the one that served;
 * a crash at any moment leaves a version that serves. Read next: jobs/train.c. */
#pragma once
#include "storage/storage.h"

enum { MODELS_KEPT = 3 };       /* besides the one that serves */
/* And the last one of each day of so many: a fall shows after days, and then there must be something to go back to. */
enum { MODEL_DAYS_KEPT = 9 };
/* Nothing is learned by itself for so long after a version was taken back: it would come out the same. */
#define MODEL_HOLD_MS ((int64_t)MS_PER_DAY)

/* Newest model that serves. ERR_NOT_FOUND when there is none. */
CHECK_RESULT err_code model_serving(ctx *c, db *d, int64_t store_id, stored_model *ret_model);
/* Number and file of the next version.
 *   ret_model  key and artifact are filled, "stores/ID/snapshot-N.vit" */
CHECK_RESULT err_code model_next(ctx *c, db *d, int64_t store_id, stored_model *ret_model);
/* Make `m`, of model_next(), the one that serves; the one before is kept, those not kept any more are deleted, rows and files. */
CHECK_RESULT err_code model_publish(ctx *c, db *d, const char *data_dir, const stored_model *m);
/* Let a kept version serve again in place of the present one, which becomes "failed" with all between them.
 *   version  of the one that is to serve; 0 = the newest kept
 * Uses the open transaction, or one of its own. ERR_NOT_FOUND when it is not kept. */
CHECK_RESULT err_code model_roll_back(ctx *c, db *d, int64_t store_id, int64_t version, stored_model *ret_model);
/* Until when nothing is to be learned by itself; past or 0: now. */
CHECK_RESULT err_code model_held_until(ctx *c, db *d, int64_t store_id, int64_t *ret_ms);
/* All versions there are, oldest first. */
CHECK_RESULT err_code model_list(ctx *c, db *d, int64_t store_id, stored_model **ret_models, size_t *ret_n);
/* Delete the files in the store's folder that no row names: what processes left that were killed while they learned.
 * Only the owner of the store's train job may call it, before it writes. ERR_STORAGE of reading the rows; a file or folder
 * that cannot be touched stays. */
CHECK_RESULT err_code model_sweep_files(ctx *c, db *d, const char *data_dir, int64_t store_id);
