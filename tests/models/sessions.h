/* Sessions for tests, written down or drawn. */
#pragma once
#include "models/model.h"

/* Sessions from a text: one per word, items as letters (a = item 0), oldest first. In c->arena. */
interactions sessions_of(ctx *c, uint32_t n_items, const char *text);
/* `n` sessions of 1..most clicks, popular items first, an item often clicked again. In c->arena. */
interactions sessions_random(ctx *c, uint32_t n, uint32_t n_items, uint32_t most, uint64_t seed);
