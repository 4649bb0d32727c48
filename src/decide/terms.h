/* What holds for the one who asks: the placement's settings with those of his experiments over them, and whether he is held out.
 * Promise: the same person meets the same terms for as long as settings and experiments stay; no database, nothing for strangers.
 * Those of a shop are read with it, and again when a row changed (terms_load.c); constant once made. Private to decide/.
 * Read next: placement_settings.h, experiments/assign.h. */
#pragma once
#include "builder/design.h"
#include "decide/moves.h"
#include "decide/placement_settings.h"
#include "decide/placements.h"
#include "experiments/experiment.h"
#include "storage/storage.h"

/* Heap object of a generation of serving; free with shop_terms_free(). */
typedef struct shop_terms {
    arena own;                      /* of all that follows */
    uint64_t state;                 /* hash of the rows it was made of; 0: no rows were read */
    placement_settings *places;     /* of all_placements, as the owner set them; NULL: nothing is set */
    experiment_set experiments;     /* running */
    placement_settings *variants;   /* LIMIT_VARIANTS of each experiment */
    double holdout_0_1;
    move_base moves;                /* how far suggestions were moved by last night */
    int64_t widget_version;         /* of `widgets`; 0: nothing was published */
    const widget_design *widgets, *draft;   /* on the pages, and not yet; NULL: as the tables of builder/ have it */
} shop_terms;

/* Nothing set, nothing running. ERR_NO_MEMORY. */
CHECK_RESULT err_code shop_terms_new(ctx *c, double holdout_0_1, shop_terms **ret_terms);
/* As the rows of the store say. Rows that cannot be read are passed over. ERR_STORAGE, ERR_NO_MEMORY. (terms_load.c) */
CHECK_RESULT err_code shop_terms_read(ctx *c, db *d, int64_t store_id, double holdout_0_1, shop_terms **ret_terms);
/* The `state` that reading now would give: tells whether anybody changed anything. */
CHECK_RESULT err_code shop_terms_state(ctx *c, db *d, int64_t store_id, uint64_t *ret_state);
/* NULL is fine. */
void shop_terms_free(shop_terms *t);

typedef struct { recommend_terms told; placement_settings set; } terms;

/*   place     where
 *   language  of the messages
 *   ret_terms texts in c->arena
 * ERR_NO_MEMORY. O(running experiments). */
CHECK_RESULT err_code terms_of(ctx *c, int64_t store_id, const shop_terms *shop, const recommend_query *q, const placement *place,
                               const char *language, terms *ret_terms);
