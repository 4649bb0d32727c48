/* Between snapshot.c and snapshot_check.c only. */
#pragma once
#include "decide/snapshot.h"

/* Are all ranges, indexes and numbers of a view that has its section pointers set within bounds? ERR_CORRUPT says which is not.
 * O(elements). */
CHECK_RESULT err_code snapshot_check_content(ctx *c, const snapshot *s);
