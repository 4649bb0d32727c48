/* pick: which model, with which settings, does this data want? By measuring, on a validation part.
 * Promise: deterministic; a model that refuses the data (too large, needs what is not there) is passed over. Read next: judge.h. */
#pragma once
#include "eval/judge.h"

/* Measure the n rows with their options, and with every setting of their grids, on `held`; the largest judgement_value() wins,
 * the earlier one on a tie.
 *   metrics      bits 1 << metric
 *   ret_row      index into rows
 *   ret_options  options of the winner
 * ERR_INVALID (nobody could take the data), ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code eval_pick(ctx *c, const eval_cases *held, unsigned metrics, const model_row *const *rows,
    const model_options *options,
                                size_t n, size_t *ret_row, model_options *ret_options);
