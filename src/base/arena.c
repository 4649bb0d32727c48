/* Block list behind the arena. It does NOT lock: one owner at a time. */
#include "base/arena.h"
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    arena_block *older;
    size_t size, used;
    alignas(max_align_t) unsigned char data[];
};

enum { FIRST_BLOCK = 4096, LARGEST_STEP = 8 << 20 };

void arena_init(arena *a, size_t cap) { *a = (arena){ .cap = cap }; }

void arena_done(arena *a) {
    for (arena_block *b = a->head, *older; b; b = older) {
        older = b->older;
        free(b);
    }
    *a = (arena){ .cap = a->cap };
}

void arena_reset(arena *a) {
    arena_block *keep = a->head;
    if (!keep) return;
    for (arena_block *b = keep->older, *older; b; b = older) {
        older = b->older;
        a->held -= b->size;
        free(b);
    }
    keep->older = NULL;
    keep->used = 0;
    a->used = 0;
}

static size_t next_block_size(const arena *a, size_t n) {
    size_t size = a->head ? a->head->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP) size = LARGEST_STEP;
    return size < n ? n : size;
}

static arena_block *grow(arena *a, size_t n) {
    size_t size = next_block_size(a, n);
    if (size > a->cap - a->held) size = a->cap - a->held;
    if (size < n) return NULL;
    arena_block *b = malloc(sizeof *b + size);
    if (!b) return NULL;
    *b = (arena_block){ .older = a->head, .size = size };
    a->head = b;
    a->held += size;
    return b;
}

void *arena_alloc_raw(arena *a, size_t n) {
    size_t rounded = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (rounded < n) return NULL;
    arena_block *b = a->head;
    if (!b || b->size - b->used < rounded) b = grow(a, rounded);
    if (!b) return NULL;
    void *p = b->data + b->used;
    b->used += rounded;
    a->used += rounded;
    return p;
}

void *arena_alloc(arena *a, size_t n) {
    void *p = arena_alloc_raw(a, n);
    return p ? memset(p, 0, n) : NULL;
}

void *arena_array(arena *a, size_t count, size_t size) {
    size_t n;
    return __builtin_mul_overflow(count, size, &n) ? NULL : arena_alloc(a, n);
}

void *arena_array_raw(arena *a, size_t count, size_t size) {
    size_t n;
    return __builtin_mul_overflow(count, size, &n) ? NULL : arena_alloc_raw(a, n);
}

arena_mark arena_save(const arena *a) {
    return (arena_mark){ a->head, a->head ? a->head->used : 0, a->used };
}

void arena_restore(arena *a, arena_mark m) {
    while (a->head != m.head) {
        arena_block *b = a->head;
        a->head = b->older;
        a->held -= b->size;
        free(b);
    }
    if (a->head) a->head->used = m.block_used;
    a->used = m.used;
}
