/* The table. Weights say which suggestion a shopper at that place is after; among sources of one kind of evidence the learned
 * figures decide. Small weights only fill what stronger sources leave open. The power of price stands half-way between who is likeliest to
 * be bought (0) and what brings most money (1): a dear product is bought on the spot less often than its sales say. */
#include "decide/placements.h"

#define WEIGHTS(cross, also, up, alike, own, trend, best, fresh)                                                        \
    { [SOURCE_CROSS_SELL] = cross, [SOURCE_ALSO_BOUGHT] = also, [SOURCE_UPSELL] = up, [SOURCE_SIMILAR] = alike,         \
      [SOURCE_PERSONAL] = own, [SOURCE_TRENDING] = trend, [SOURCE_POPULAR] = best, [SOURCE_NEW] = fresh }

const placement all_placements[] = {
    /*                              n  bundle offers ranked looking power       cross also  up    alike own   trend best  new */
    { "home",                      12, false, true,  true,  true,   0.50, WEIGHTS(   0.3,  0.2,  0,    0.1,  1.0,  1.0,  0.7,  0.5) },
    { "category",                  12, false, true,  true,  true,   0.50, WEIGHTS(   0.3,  0.2,  0,    0.1,  0.7,  1.0,  1.0,  0.7) },
    { "product",                    8, true,  true,  true,  true,   0.50, WEIGHTS(   1.0,  0.5,  0.3,  0.2,  0.2,  0.05, 0.05, 0.02) },
    { "upsell",                     4, false, true,  false, true,   0.30, WEIGHTS(   0,    0,    1.0,  0.02, 0,    0,    0,    0) },
    { "similar",                    8, false, true,  false, true,   0.05, WEIGHTS(   0,    0.02, 0,    1.0,  0,    0,    0,    0) },
    { "also_bought",                8, false, true,  false, true,   0.05, WEIGHTS(   0.2,  1.0,  0,    0.02, 0.02, 0,    0,    0) },
    { "cart",                       6, true,  true,  true,  false,  0.50, WEIGHTS(   1.0,  0.4,  0,    0.02, 0.2,  0.05, 0.05, 0) },
    { "checkout",                   4, false, true,  true,  false,  0,    WEIGHTS(   1.0,  0.4,  0,    0,    0.2,  0.05, 0.1,  0) },
    { "search",                    12, false, true,  true,  true,   0.50, WEIGHTS(   0.3,  0.2,  0,    0.1,  1.0,  1.0,  1.0,  0.5) },
    { "not_found",                 12, false, true,  true,  true,   0.50, WEIGHTS(   0.3,  0.2,  0,    0.1,  1.0,  1.0,  1.0,  0.5) },
    { "thank_you",                  6, false, true,  true,  false,  0.50, WEIGHTS(   0.7,  1.0,  0,    0.05, 1.0,  0.3,  0.2,  0.2) },
    { "account",                   12, false, true,  true,  true,   0.50, WEIGHTS(   0.3,  0.3,  0,    0.1,  1.0,  0.5,  0.3,  0.5) },
    { "email",                      6, false, false, true,  true,   0.10, WEIGHTS(   0.5,  0.5,  0,    0.1,  1.0,  0.7,  0.3,  0.7) },
};
const size_t n_placements = COUNT(all_placements);

const placement *placement_find(str name) {
    for (size_t i = 0; i < n_placements; i++)
        if (str_eq(name, str_of(all_placements[i].name))) return &all_placements[i];
    return NULL;
}
