/* Versions of what was learned: one serves, a few are kept to go back to, older ones leave with their files.
 * Promise: the row that names a file is written after the file is whole, and in one step with the change of the one that served;
 * a crash at any moment leaves a version that serves. Read next: jobs/train.c. */
#pragma once
#include "storage/storage.h"

enum { MODELS_KEPT = 3 };       /* besides the one that serves */

/* Newest model that serves. ERR_NOT_FOUND when there is none. */
CHECK_RESULT err_code model_serving(ctx *c, db *d, int64_t store_id, stored_model *ret_model);
/* Number and file of the next version.
 *   ret_model  key and artifact are filled, "stores/ID/snapshot-N.vit" */
CHECK_RESULT err_code model_next(ctx *c, db *d, int64_t store_id, stored_model *ret_model);
/* Make `m`, of model_next(), the one that serves; the one before is kept, those beyond MODELS_KEPT are deleted, rows and files. */
CHECK_RESULT err_code model_publish(ctx *c, db *d, const char *data_dir, const stored_model *m);
/* Let the newest kept version serve again in place of the present one, which becomes "failed".
 * ERR_NOT_FOUND when none is kept. */
CHECK_RESULT err_code model_roll_back(ctx *c, db *d, int64_t store_id, stored_model *ret_model);
/* Delete the files in the store's folder that no row names: what processes left that were killed while they learned.
 * Only the owner of the store's train job may call it, before it writes. ERR_STORAGE of reading the rows; a file or folder
 * that cannot be touched stays. */
CHECK_RESULT err_code model_sweep_files(ctx *c, db *d, const char *data_dir, int64_t store_id);
