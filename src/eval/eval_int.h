/* Tasks behind eval_command(); private to eval/. */
#pragma once
#include "eval/eval.h"

CHECK_RESULT err_code eval_basket(ctx *c, const eval_options *o, buf *out);
