/* What holds for the one who asks: the placement's settings with those of his experiments over them, and whether he is held out.
 * Promise: the same person meets the same terms for as long as settings and experiments stay; no database, nothing for strangers.
 * Terms of a shop are read with it (terms_load.c) and constant. Private to decide/. Read next: placement_settings.h,
 * experiments/assign.h. */
#pragma once
#include "decide/placement_settings.h"
#include "decide/placements.h"
#include "experiments/experiment.h"

typedef struct {
    placement_settings *places;     /* of all_placements, as the owner set them; NULL: nothing is set */
    experiment_set experiments;     /* running */
    placement_settings *variants;   /* LIMIT_VARIANTS of each experiment */
    double holdout_0_1;
} shop_terms;

typedef struct { recommend_terms told; placement_settings set; } terms;

/*   place     where
 *   language  of the messages
 *   ret_terms texts in c->arena
 * ERR_NO_MEMORY. O(running experiments). */
CHECK_RESULT err_code terms_of(ctx *c, int64_t store_id, const shop_terms *shop, const recommend_query *q, const placement *place,
                               const char *language, terms *ret_terms);
