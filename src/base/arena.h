/* Arena: memory that lives together and leaves together.
 * Promise: allocation is a pointer bump; everything is zeroed (but what the _raw forms give); at the cap
 * arena_alloc() answers NULL and the caller says ERR_NO_MEMORY. An arena belongs to one thread at a time. The four lifetimes
 * (process, snapshot, job, request) each own one.
 * Pointers into an arena never outlive it: copy at the border with str_dup(longer, x). */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct arena_block arena_block;
typedef struct arena {
    arena_block *head;      /* block being filled; older ones behind it */
    size_t used;            /* bytes handed out since the last reset */
    size_t held;            /* bytes of all blocks */
    size_t cap;             /* most bytes that may be held */
} arena;

/* Start an empty arena that may hold up to `cap` bytes; takes no memory yet. */
void arena_init(arena *a, size_t cap);
/* Give everything back. Fine on a zeroed arena. */
void arena_done(arena *a);
/* Forget all allocations but keep the newest (largest) block for the next use. */
void arena_reset(arena *a);
/* `n` zeroed bytes aligned for any type; NULL at the cap or when the system has none. n = 0 gives a valid pointer. */
void *arena_alloc(arena *a, size_t n) __attribute__((malloc, alloc_size(2)));
/* `count` times `size` zeroed bytes; NULL on overflow too. */
void *arena_array(arena *a, size_t count, size_t size);
/* Typed form: item *x = arena_new(a, item, n). */
#define arena_new(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))
/* The same without zeroing, for large arrays whose entries are written before they are read: a request for few of them must not
 * pay for all. */
void *arena_alloc_raw(arena *a, size_t n) __attribute__((malloc, alloc_size(2)));
void *arena_array_raw(arena *a, size_t count, size_t size);
#define arena_new_raw(a, type, count) ((type *)arena_array_raw((a), (count), sizeof(type)))

/* A point to return to: everything allocated after it is forgotten. Blocks taken since then are given back. */
typedef struct { arena_block *head; size_t block_used, used; } arena_mark;
arena_mark arena_save(const arena *a);
void arena_restore(arena *a, arena_mark m);

#define AUTO_ARENA __attribute__((cleanup(arena_done))) arena
