/* Baskets for tests, written down or drawn. */
#pragma once
#include "models/baskets.h"

/* Baskets from a text: one per word, items as letters, e.g. "ab abc bd" (a = item 0). In c->arena. */
basket_matrix baskets_of(ctx *c, uint32_t n_items, const char *text);
/* `n_baskets` baskets of 1..max_size distinct items, popular ones first, from the seed. In c->arena. */
basket_matrix baskets_random(ctx *c, uint32_t n_baskets, uint32_t n_items, uint32_t max_size, uint64_t seed);
