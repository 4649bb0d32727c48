/* The set of client ids in two halves. It does NOT know events. */
#include "events/repeats.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

/* Hashes are uniform already: their low bits choose the slot. */
static uint64_t *find(const hash_set *s, uint64_t hash) {
    size_t i = hash & (s->capacity - 1);
    while (s->slots[i] && s->slots[i] != hash) i = (i + 1) & (s->capacity - 1);
    return &s->slots[i];
}

static bool has(const hash_set *s, uint64_t hash) { return s->capacity && *find(s, hash) == hash; }

static bool grow(hash_set *s) {
    hash_set larger = { .capacity = s->capacity ? s->capacity * 2 : FIRST_SLOTS, .count = s->count };
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots) return false;
    for (size_t i = 0; i < s->capacity; i++)
        if (s->slots[i]) *find(&larger, s->slots[i]) = s->slots[i];
    free(s->slots);
    *s = larger;
    return true;
}

static bool add(hash_set *s, uint64_t hash) {
    if (s->count * 2 >= s->capacity && !grow(s)) return false;
    *find(s, hash) = hash;
    s->count++;
    return true;
}

static void clear(hash_set *s) {
    if (s->count) memset(s->slots, 0, s->capacity * sizeof *s->slots);
    s->count = 0;
}

void repeats_init(repeats *r, size_t least) { *r = (repeats){ .least = least ? least : 1 }; }

void repeats_done(repeats *r) {
    free(r->older.slots);
    free(r->newer.slots);
    free(r->noted.slots);
    *r = (repeats){ 0 };
}

bool repeats_seen(repeats *r, uint64_t hash, bool *ret_kept) {
    bool seen = has(&r->newer, hash) || has(&r->noted, hash) || has(&r->older, hash);
    *ret_kept = seen || add(&r->noted, hash);
    return seen;
}

static void turn(repeats *r) {
    hash_set oldest = r->older;
    r->older = r->newer;
    r->newer = oldest;              /* its memory is used again */
    clear(&r->newer);
}

void repeats_learn(repeats *r, uint64_t hash) {
    if (has(&r->newer, hash)) return;
    if (r->newer.count >= r->least) turn(r);
    (void)add(&r->newer, hash);     /* without memory this one may be written twice; nothing better can be done */
}

void repeats_keep(repeats *r) {
    for (size_t i = 0; i < r->noted.capacity && r->noted.count; i++)
        if (r->noted.slots[i]) repeats_learn(r, r->noted.slots[i]);
    clear(&r->noted);
}

void repeats_forget(repeats *r) { clear(&r->noted); }
