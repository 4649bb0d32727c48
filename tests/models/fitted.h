/* Models fitted, asked and kept, for tests. What fails, fails the test. All memory: c->arena. */
#pragma once
#include "models/model.h"

/* Fitted by `settings` ("key=value ..."), everything else as it is by default.
 *   threads     0: one per core */
model fitted(ctx *c, const model_row *row, const interactions *x, const char *settings, int threads);
/* What somebody who took item i alone is answered, i by i: n_items x n_items. */
float *answers_to_each(ctx *c, const model_row *row, const interactions *x, const char *settings);

/* The bytes at a place that a pack may be opened at. */
str aligned_bytes(ctx *c, const buf *b);
/* Saved and read back. */
model kept(ctx *c, const model *m, str *ret_bytes);
/* Load a saved model with byte `at` turned, as a disk may.
 * Whether it was taken for a model of n_items; a refusal is as good. */
bool taken_damaged(ctx *c, const buf *saved, size_t at, uint32_t n_items, model *ret_model);

/* Events of least..most a user, popular items first, repeats, weights of 1 to 3; from c->random. */
interactions random_events(ctx *c, uint32_t n_users, uint32_t n_items, uint32_t least, uint32_t most);
