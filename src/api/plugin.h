/* POST /api/v1/plugin/batch: what a shop's plugin tells, signed with its secret.
 * Promise: good messages are on disk when the answer comes; the same batch sent again, after a lost answer or a kill in the middle, changes
 * nothing more. Read next: api/plugin_body.h, plugin/signature.h, docs/api.md. */
#pragma once
#include "api/api_int.h"

CHECK_RESULT err_code plugin_batch_post(api_call *call);
