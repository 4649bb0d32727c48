/* keys: scored items as whole numbers that sort as they rank: higher score first, then the smaller item number.
 * Promise: the k best of n in O(n) on average whatever their order, without a branch for each; no two keys of one list are equal,
 * so every answer is the only one. The caller owns the memory. Any thread. Read next: num/topk.h (the same for a stream). */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "num/topk.h"

/* Smaller is better. The score must not be NaN. */
static inline uint64_t key_of(uint32_t item, float score) {
    uint32_t bits;
    score += 0.0f;                                          /* -0 becomes 0: they are equal */
    memcpy(&bits, &score, sizeof bits);
    bits = bits & 0x80000000u ? bits : ~bits & 0x7fffffffu; /* large positive ones first, large negative ones last */
    return (uint64_t)bits << 32 | item;
}
static inline topk_entry key_entry(uint64_t key) {
    uint32_t bits = (uint32_t)(key >> 32);
    topk_entry e = { .item = (uint32_t)key };
    bits = bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
    memcpy(&e.score, &bits, sizeof bits);
    return e;
}

/* Bring the k smallest of n distinct keys to the front, in any order; k >= n does nothing. */
void keys_select(uint64_t *keys, size_t n, size_t k);
/* Sort n distinct keys, smallest first. */
void keys_sort(uint64_t *keys, size_t n);
