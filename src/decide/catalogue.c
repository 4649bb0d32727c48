/* Slots and ids of the live catalogue. Slots are replaced by one atomic store; arrays that are full are replaced whole. */
#include "decide/catalogue.h"
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/map.h"

/* `hash` 0 = free. The slot is written before the hash, so a reader that sees the hash sees the slot. */
typedef struct id_entry { _Atomic uint64_t hash; _Atomic uint32_t slot; } id_entry;
typedef _Atomic(const catalogue_item *) item_slot;

struct catalogue {
    item_slot *slots;
    id_entry *ids;
    uint32_t n_slots, slot_capacity, n_ids, id_capacity;
    card_style style;
    char currency[8];
    catalogue_counts counts;
};

enum { FIRST_SLOTS = 64, FIRST_IDS = 256 };

uint64_t catalogue_id_hash(str id) {
    uint64_t h = hash_bytes(id.p, id.n, 0x1d);
    return h ? h : 1;
}

static id_entry *probe(id_entry *ids, uint32_t capacity, uint64_t hash) {
    for (uint32_t i = (uint32_t)hash & (capacity - 1);; i = (i + 1) & (capacity - 1)) {
        uint64_t there = atomic_load_explicit(&ids[i].hash, memory_order_acquire);
        if (there == hash || !there) return &ids[i];
    }
}

uint32_t catalogue_find(const catalogue_view *v, str id) {
    return id.n ? catalogue_find_hash(v, catalogue_id_hash(id)) : NO_SLOT;
}

uint32_t catalogue_find_hash(const catalogue_view *v, uint64_t hash) {
    if (!v->ids) return NO_SLOT;
    const id_entry *e = probe(v->ids, v->id_capacity, hash);
    if (!atomic_load_explicit(&e->hash, memory_order_acquire)) return NO_SLOT;
    uint32_t slot = atomic_load_explicit(&e->slot, memory_order_relaxed);
    return slot < v->n_slots ? slot : NO_SLOT;
}

err_code catalogue_new(ctx *c, card_style style, catalogue **ret_catalogue) {
    catalogue *k = calloc(1, sizeof *k);
    if (!k) return fail(c, ERR_NO_MEMORY, "no memory for a catalogue");
    size_t n = style.currency.n < sizeof k->currency ? style.currency.n : sizeof k->currency - 1;
    if (n) memcpy(k->currency, style.currency.p, n);
    k->style = (card_style){ { k->currency, n }, style.digits };
    *ret_catalogue = k;
    return ERR_OK;
}

void catalogue_free(catalogue *k) {
    if (!k) return;
    for (uint32_t i = 0; i < k->n_slots; i++) free((void *)(uintptr_t)atomic_load(&k->slots[i]));
    free(k->slots);
    free(k->ids);
    free(k);
}

void catalogue_leftover_free(catalogue_leftover *l) {
    for (size_t i = 0; i < l->n; i++) free(l->blocks[i]);
    l->n = 0;
}

static void leave(catalogue_leftover *l, const void *block) {
    if (block) l->blocks[l->n++] = (void *)(uintptr_t)block;
}

static err_code grow_slots(ctx *c, catalogue *k, catalogue_leftover *left) {
    if (k->n_slots < k->slot_capacity) return ERR_OK;
    if (k->n_slots >= LIMIT_PRODUCTS) return fail(c, ERR_TOO_LARGE, "a shop may have %d products at most", LIMIT_PRODUCTS);
    uint32_t capacity = k->slot_capacity ? k->slot_capacity * 2 : FIRST_SLOTS;
    item_slot *slots = calloc(capacity, sizeof *slots);
    if (!slots) return fail(c, ERR_NO_MEMORY, "no memory for %u products", capacity);
    for (uint32_t i = 0; i < k->n_slots; i++) atomic_init(&slots[i], atomic_load_explicit(&k->slots[i], memory_order_relaxed));
    leave(left, k->slots);
    k->slots = slots;
    k->slot_capacity = capacity;
    return ERR_OK;
}

/* Room for `more` ids at a load of two thirds at most. */
static err_code grow_ids(ctx *c, catalogue *k, size_t more, catalogue_leftover *left) {
    uint32_t capacity = k->id_capacity ? k->id_capacity : FIRST_IDS;
    while ((k->n_ids + more) * 3 > (size_t)capacity * 2) {
        if (capacity > UINT32_MAX / 2) return fail(c, ERR_TOO_LARGE, "too many product ids in one shop");
        capacity *= 2;
    }
    if (capacity == k->id_capacity) return ERR_OK;
    id_entry *ids = calloc(capacity, sizeof *ids);
    if (!ids) return fail(c, ERR_NO_MEMORY, "no memory for %u product ids", capacity);
    for (uint32_t i = 0; i < k->id_capacity; i++) {
        uint64_t hash = atomic_load_explicit(&k->ids[i].hash, memory_order_relaxed);
        if (!hash) continue;
        id_entry *e = probe(ids, capacity, hash);
        atomic_init(&e->slot, atomic_load_explicit(&k->ids[i].slot, memory_order_relaxed));
        atomic_init(&e->hash, hash);
    }
    leave(left, k->ids);
    k->ids = ids;
    k->id_capacity = capacity;
    return ERR_OK;
}

static void put_id(catalogue *k, str id, uint32_t slot) {
    uint64_t hash = catalogue_id_hash(id);
    id_entry *e = probe(k->ids, k->id_capacity, hash);
    atomic_store_explicit(&e->slot, slot, memory_order_relaxed);
    if (atomic_load_explicit(&e->hash, memory_order_relaxed)) return;
    atomic_store_explicit(&e->hash, hash, memory_order_release);
    k->n_ids++;
}

static void tally(catalogue_counts *n, const catalogue_item *it, bool comes) {
    size_t sign = comes ? 1 : SIZE_MAX;             /* adding SIZE_MAX takes one away */
    n->products += sign;
    n->sellable += it->sellable ? sign : 0;
    n->variations += sign * it->n_variations;
    n->bytes += sign * it->bytes;
}

static void store_item(catalogue *k, uint32_t slot, const catalogue_item *it, catalogue_leftover *left) {
    const catalogue_item *old = atomic_load_explicit(&k->slots[slot], memory_order_relaxed);
    atomic_store_explicit(&k->slots[slot], it, memory_order_release);
    if (old) tally(&k->counts, old, false);
    if (it) tally(&k->counts, it, true);
    leave(left, old);
}

err_code catalogue_put(ctx *c, catalogue *k, const product_family *f, catalogue_leftover *ret_leftover) {
    catalogue_leftover left = { .n = 0 };
    catalogue_view v = catalogue_look(k);
    uint32_t slot = catalogue_find(&v, f->parent->product_id);
    const catalogue_item *there = catalogue_at(&v, slot);
    bool new_slot = slot == NO_SLOT || (there && !str_eq(there->product_id, f->parent->product_id));    /* was a variation's id */
    if (new_slot) slot = k->n_slots;
    catalogue_item *it = NULL;
    TRY(catalogue_item_new(c, k->style, f, slot, &it));
    err_code e = new_slot ? grow_slots(c, k, &left) : ERR_OK;
    if (!e) e = grow_ids(c, k, f->n_variations + 1, &left);
    *ret_leftover = left;                           /* an array may have grown although the next did not */
    if (e) {
        free(it);
        return e;
    }
    if (new_slot) k->n_slots++;
    store_item(k, slot, it, ret_leftover);
    put_id(k, f->parent->product_id, slot);
    for (size_t i = 0; i < f->n_variations; i++) put_id(k, f->variations[i].product_id, slot);
    return ERR_OK;
}

void catalogue_remove(catalogue *k, str id, catalogue_leftover *ret_leftover) {
    catalogue_view v = catalogue_look(k);
    uint32_t slot = catalogue_find(&v, id);
    const catalogue_item *it = catalogue_at(&v, slot);
    *ret_leftover = (catalogue_leftover){ .n = 0 };
    if (it && str_eq(it->product_id, id)) store_item(k, slot, NULL, ret_leftover);
}

catalogue_view catalogue_look(const catalogue *k) {
    return (catalogue_view){ k->slots, k->ids, k->n_slots, k->id_capacity };
}

catalogue_counts catalogue_count(const catalogue *k) {
    catalogue_counts n = k->counts;
    n.bytes += sizeof *k + k->slot_capacity * sizeof *k->slots + k->id_capacity * sizeof *k->ids;
    return n;
}
