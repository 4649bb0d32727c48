/* Arrays that grow in an arena: doubled when full, the old copy stays behind until the arena goes (at most as much again). */
#pragma once
#include <string.h>
#include "base/ctx.h"

/* Make room for one element more than `n`. The array (moved or not), NULL when memory ends; then *cap is unchanged. */
static inline void *grow_array(arena *a, const void *old, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return (void *)(uintptr_t)old;
    size_t larger = *cap ? *cap * 2 : 64;
    void *p = arena_array(a, larger, size);
    if (!p) return NULL;
    if (old) memcpy(p, old, n * size);
    *cap = larger;
    return p;
}
