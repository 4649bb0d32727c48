/* map: text to 32-bit number, and map64: 64-bit key to 32-bit number. Open addressing, grows, no removal.
 * Promise: a set of keys seen once (ids, words, pairs); keys of `map` are copied into its arena. One owner at a time;
 * any number of readers once nobody writes. */
#pragma once
#include "base/str.h"

typedef struct map {
    arena *home;
    struct map_slot *slots;     /* capacity is a power of two */
    size_t capacity, count;
} map;

void map_init(map *m, arena *home);
/* Find `key`, or put it with `value`. The number stored for the key; *ret_added tells which (may be NULL).
 * UINT32_MAX when memory ends. */
uint32_t map_put(map *m, str key, uint32_t value, bool *ret_added);
/* The number stored for `key`; false when there is none. */
bool map_get(const map *m, str key, uint32_t *ret_value);

typedef struct map64 {
    arena *home;
    struct map64_slot *slots;
    size_t capacity, count;
} map64;

void map64_init(map64 *m, arena *home);
/* The place of `key`'s number, made with 0 when new; NULL when memory ends. Valid until the next map64_at(). */
uint32_t *map64_at(map64 *m, uint64_t key);
/* The same for reading only: NULL when the key is not there. */
const uint32_t *map64_find(const map64 *m, uint64_t key);
/* Have the processor fetch the place of `key`: before many are looked for, so that one wait serves all. */
void map64_expect(const map64 *m, uint64_t key);

/* 64-bit hash of bytes (XXH3); stable across machines and versions, so it may be stored. */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
uint64_t hash_str(str s);
