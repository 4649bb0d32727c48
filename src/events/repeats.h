/* Which client ids were seen lately: a bounded set of 64-bit hashes that forgets the oldest by halves.
 * Promise: the newest `least` hashes are always known, at most twice as many are; memory grows as it fills, at most 16 bytes times
 * twice `least`, rounded up to a power of two. Hashes noted are known at once and become lasting (or are taken back) together:
 * a batch that does not reach the disk was not seen. One thread. Private to events/. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Open addressing; 0 marks a free slot, so that is no hash. */
typedef struct { uint64_t *slots; size_t capacity, count; } hash_set;

typedef struct {
    hash_set older, newer, noted;
    size_t least;               /* of newer, before it becomes the older one */
} repeats;

void repeats_init(repeats *r, size_t least);
void repeats_done(repeats *r);
/* True when the hash (not 0) was seen; else it is noted. Without memory it is taken for new: *ret_kept says whether it will be known. */
bool repeats_seen(repeats *r, uint64_t hash, bool *ret_kept);
/* Known for good without a note: it was read from the disk. */
void repeats_learn(repeats *r, uint64_t hash);
/* What was noted since the last time reached the disk. */
void repeats_keep(repeats *r);
/* ... or did not. */
void repeats_forget(repeats *r);
