/* The live catalogue of one shop: one slot per parent product, each an atomic pointer to an immutable item with its card.
 * Promise: readers see whole items; the writer replaces an item by one pointer store and hands the old one back for later.
 * Variations are folded: their ids resolve to the parent, which may be sold when one of them may.
 * NOT here: what was learned (snapshot.h) and who may see what (recommend.c).
 * Readers: any thread, over a view that a pin keeps alive. Writers: one at a time; serving.c sees to both.
 * Read next: catalogue_load.h (from storage), decide/README.md. */
#pragma once
#include <stdatomic.h>
#include "schema/tables.h"

#define NO_SLOT UINT32_MAX

/* Everything a request asks of a product. Immutable once published; one block of memory that begins a cache line: what is asked of
 * hundreds of candidates stands in that line. */
typedef struct catalogue_item {
    uint32_t slot;
    uint32_t n_variations;
    bool sellable;                  /* may be shown now: status, visibility, kind, price and stock all allow it */
    bool in_stock;                  /* stock or backorders */
    bool on_hand;                   /* stock, not only backorders */
    bool price_from;                /* sellable variations differ in price; price_minor is the lowest */
    bool on_sale;
    uint16_t n_terms;
    uint32_t main_category, brand;  /* folded hashes of their ids, for diversity and quotas; 0 = none */
    int64_t price_minor;            /* lowest a sellable variation has; 0 when not known */
    double log_price;               /* natural logarithm of price_minor + 1: every request weighs values with it */
    int64_t created_ms;
    const uint64_t *terms;          /* what filters may ask for, see term_hash() */
    int64_t regular_minor;          /* of price_minor; the same when not on sale */
    int64_t total_sales;
    str product_id, name, url, image;
    str card;                       /* JSON members without braces: "product_id":"12","name":... */
    size_t bytes;
} catalogue_item;

/* Filters compare hashes: an item carries one per name by which a category (and its ancestors), tag, brand or attribute value
 * may be asked for. 64 bits: a false match among 2 million terms is a 1 in 10 million event. */
typedef enum { TERM_CATEGORY, TERM_TAG, TERM_BRAND, TERM_ATTRIBUTE, TERM_KINDS } term_kind;
/* Hash of a name; ASCII case and surrounding blanks do not count. `value` only for attributes, else empty. */
uint64_t term_hash(term_kind kind, str name, str value);

/* One product with what hangs on it, as storage has it. Terms: categories hold the product's own and their ancestors. */
typedef struct {
    const product *parent;
    const product *variations;              size_t n_variations;
    const category *const *categories;      size_t n_categories;    /* main one first, ancestors included after */
    const tag *const *tags;                 size_t n_tags;
    const brand *const *brands;             size_t n_brands;
    const product_image *images;            size_t n_images;
    const product_attribute *attributes;    size_t n_attributes;
} product_family;

/* What readers hold: arrays as of one moment. Slots change in place, arrays never do. */
typedef struct {
    _Atomic(const catalogue_item *) *slots;
    struct id_entry *ids;           /* open addressing, capacity a power of two; grows only by replacement */
    uint32_t n_slots, id_capacity;
} catalogue_view;

/* Slot of a product or variation id; NO_SLOT when there is none. */
uint32_t catalogue_find(const catalogue_view *v, str id);
/* The hash ids are found by, and the slot found so. Two ids of one shop sharing 64 bits is not a case we handle. */
uint64_t catalogue_id_hash(str id);
uint32_t catalogue_find_hash(const catalogue_view *v, uint64_t hash);
/* NULL: deleted, or a slot this view does not have. */
static inline const catalogue_item *catalogue_at(const catalogue_view *v, uint32_t slot) {
    return slot < v->n_slots ? atomic_load_explicit(&v->slots[slot], memory_order_acquire) : NULL;
}

typedef struct catalogue catalogue;
/* How cards are written. Texts must outlive the call only. */
typedef struct { str currency; int digits; } card_style;

/* An empty catalogue. ERR_NO_MEMORY. catalogue_free() gives back every item and array it still holds. */
CHECK_RESULT err_code catalogue_new(ctx *c, card_style style, catalogue **ret_catalogue);
void catalogue_free(catalogue *k);

/* What a change left behind: to be freed when nobody can see it any more. Zeroed = nothing. */
typedef struct { void *blocks[3]; size_t n; } catalogue_leftover;
void catalogue_leftover_free(catalogue_leftover *l);

/* Put a product in its slot (a new slot when its id is new) and point its variations' ids there.
 *   ret_leftover  the item and arrays replaced; the caller frees them after the last reader
 * ERR_NO_MEMORY, ERR_TOO_LARGE (more than LIMIT_PRODUCTS): nothing changed. */
CHECK_RESULT err_code catalogue_put(ctx *c, catalogue *k, const product_family *f, catalogue_leftover *ret_leftover);
/* Empty the slot of `id`. Not there: fine. */
void catalogue_remove(catalogue *k, str id, catalogue_leftover *ret_leftover);
catalogue_view catalogue_look(const catalogue *k);

typedef struct { size_t products, sellable, variations, bytes; } catalogue_counts;
catalogue_counts catalogue_count(const catalogue *k);

/* Build one item in a block of its own, free() it. ERR_NO_MEMORY. (catalogue_item.c) */
CHECK_RESULT err_code catalogue_item_new(ctx *c, card_style style, const product_family *f, uint32_t slot, catalogue_item **ret_item);
