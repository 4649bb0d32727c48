/* Where suggestions stand in a shop, as a const table: how much each source counts there.
 * Promise: adding a placement is one row in placements.c. Pure data. Read next: decide/README.md. */
#pragma once
#include "decide/decide.h"

typedef struct {
    const char *name;
    size_t n;                               /* items when the request does not say */
    bool bundle;                            /* offers one for the product asked about */
    bool offers;                            /* prices may be lowered: what it promises is read while it holds. Letters are read later */
    bool ranked;                            /* what is bought next is what the place is for: the learned ranker may order it */
    bool looking;                           /* pages are still looked at from there: the session model is asked what comes next */
    double price_power;                     /* value of an item = (price / the list's mean price)^this; 0 = order by relevance alone */
    double weight[SOURCE_COUNT];            /* factor on the relevance of each source; 0 = not asked */
} placement;

extern const placement all_placements[];
extern const size_t n_placements;
/* NULL when there is none of that name. */
const placement *placement_find(str name);
