/* Answers written lately, by what they were made of: most visitors of a page ask the same, and what follows from the same
 * generation, anchors, bans and filters is the same list.
 * Promise: all memory is taken at the start and only touched as it fills; a hit copies bytes under a short lock; what does not
 * fit is not kept. Old generations are never asked for again, so nothing has to be thrown out. Any thread.
 * NOT here: what a key is made of (recommend.c, answer_key()).
 * Private to decide/. Read next: README.md, "Answers kept". */
#pragma once
#include "base/buf.h"

typedef struct answer_cache answer_cache;

/* NULL when there is no memory: everything below takes it, and finds and keeps nothing. */
answer_cache *answer_cache_new(uint64_t seed);
void answer_cache_free(answer_cache *k);
/* Where keys start from, so that nobody outside can aim at one. */
uint64_t answer_cache_seed(const answer_cache *k);
/* Append the two texts kept under `key` to `out` and `trace`; false when there are none. */
bool answer_cache_find(answer_cache *k, uint64_t key, buf *out, buf *trace);
/* Keep the text and what the log needs of it under `key`, in the place of the one of its set that was kept first. */
void answer_cache_keep(answer_cache *k, uint64_t key, str text, str trace);
