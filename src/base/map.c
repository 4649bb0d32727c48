/* Open-addressing hash maps. They do NOT remove: what must forget is built anew. */
#include "base/map.h"
#include <xxhash.h>

struct map_slot { str key; uint32_t value; uint32_t tag; };     /* key.p == NULL: free */
struct map64_slot { uint64_t key; uint32_t value; bool used; };

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed) { return XXH3_64bits_withSeed(n ? p : "", n, seed); }
uint64_t hash_str(str s) { return hash_bytes(s.p, s.n, 0); }

void map_init(map *m, arena *home) { *m = (map){ .home = home }; }

static struct map_slot *map_probe(struct map_slot *slots, size_t capacity, str key, uint64_t hash) {
    for (size_t i = hash & (capacity - 1);; i = (i + 1) & (capacity - 1)) {
        struct map_slot *s = &slots[i];
        if (!s->key.p || (s->tag == (uint32_t)(hash >> 32) && str_eq(s->key, key))) return s;
    }
}

static bool map_grow(map *m) {
    size_t capacity = m->capacity ? m->capacity * 2 : 64;
    struct map_slot *slots = arena_new(m->home, struct map_slot, capacity);
    if (!slots) return false;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].key.p) *map_probe(slots, capacity, m->slots[i].key, hash_str(m->slots[i].key)) = m->slots[i];
    m->slots = slots;
    m->capacity = capacity;
    return true;
}

uint32_t map_put(map *m, str key, uint32_t value, bool *ret_added) {
    if (ret_added) *ret_added = false;
    if (m->count * 4 >= m->capacity * 3 && !map_grow(m)) return UINT32_MAX;
    uint64_t hash = hash_str(key);
    struct map_slot *s = map_probe(m->slots, m->capacity, key, hash);
    if (s->key.p) return s->value;
    str copy = str_dup(m->home, key);
    if (!copy.p) return UINT32_MAX;
    *s = (struct map_slot){ copy, value, (uint32_t)(hash >> 32) };
    m->count++;
    if (ret_added) *ret_added = true;
    return value;
}

bool map_get(const map *m, str key, uint32_t *ret_value) {
    if (!m->capacity) return false;
    const struct map_slot *s = map_probe(m->slots, m->capacity, key, hash_str(key));
    if (!s->key.p) return false;
    *ret_value = s->value;
    return true;
}

void map64_init(map64 *m, arena *home) { *m = (map64){ .home = home }; }

static uint64_t mix(uint64_t x) {                               /* Murmur3 finaliser */
    x = (x ^ (x >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
    x = (x ^ (x >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ (x >> 33);
}

static struct map64_slot *map64_probe(struct map64_slot *slots, size_t capacity, uint64_t key) {
    size_t i = mix(key) & (capacity - 1);
    while (slots[i].used && slots[i].key != key) i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static bool map64_grow(map64 *m) {
    size_t capacity = m->capacity ? m->capacity * 2 : 64;
    struct map64_slot *slots = arena_new(m->home, struct map64_slot, capacity);
    if (!slots) return false;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].used) *map64_probe(slots, capacity, m->slots[i].key) = m->slots[i];
    m->slots = slots;
    m->capacity = capacity;
    return true;
}

uint32_t *map64_at(map64 *m, uint64_t key) {
    if (m->count * 4 >= m->capacity * 3 && !map64_grow(m)) return NULL;
    struct map64_slot *s = map64_probe(m->slots, m->capacity, key);
    if (!s->used) {
        *s = (struct map64_slot){ .key = key, .used = true };
        m->count++;
    }
    return &s->value;
}

const uint32_t *map64_find(const map64 *m, uint64_t key) {
    if (!m->capacity) return NULL;
    const struct map64_slot *s = map64_probe(m->slots, m->capacity, key);
    return s->used ? &s->value : NULL;
}

void map64_expect(const map64 *m, uint64_t key) {
    if (m->capacity) __builtin_prefetch(&m->slots[mix(key) & (m->capacity - 1)]);
}
