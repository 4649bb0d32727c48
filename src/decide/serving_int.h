/* What a pinned shop is made of. Private to decide/ (and its tests and benches): others use serving.h. */
#pragma once
#include "decide/catalogue.h"
#include "decide/fresh.h"
#include "decide/serving.h"
#include "decide/snapshot.h"
#include "decide/terms.h"

/* The owner's settings of a store (JSON in store.settings); see decide/README.md. */
typedef struct {
    int bundle_discount;            /* percent, 0..90; default 4 */
    int upsell_discount;            /* percent, 0..90; default 5; 0 = no incentive */
    int just_bought_days;           /* bought within these days is not shown again, 0..3650; default 30 */
    char consent[16];               /* of visitors nobody asked: all, statistics or none; default all */
    int move_points;                /* of a hundred that a probability may be moved in a day, 0..100; default 5 */
    int explore_percent;            /* of answers are drawn by chance to learn from, 0..50; default 10 */
    int holdout_percent;            /* of persons see nothing, for good, 0..50; default 5 */
    slate_rules slate;              /* for requests that say nothing of their own; default: none */
} store_settings;
/* Unknown keys and values out of range are passed over: a wrong setting never stops a shop. */
store_settings store_settings_read(ctx *c, str json);

/* Purchases since the snapshot was learned. Written under the registry's lock, read without one: an entry seen half-written
 * hides or shows one item once. */
enum { RECENT_BUCKETS = 64, RECENT_WAYS = 16 };
typedef struct { _Atomic uint64_t who, product; _Atomic int64_t at_ms; } recent_entry;
typedef struct { recent_entry entries[RECENT_BUCKETS][RECENT_WAYS]; } recent_purchases;
uint64_t recent_person(str kind, str id);           /* 0 for an empty id */
static inline const recent_entry *recent_of(const recent_purchases *r, uint64_t who) {
    return r->entries[who % RECENT_BUCKETS];
}

enum { UNLEARNED_MOST = 60 };

/* Read once from storage, replaced whole by a reload. */
typedef struct loaded_shop {
    int64_t store_id, loaded_ms;
    char currency[8], locale[16], snapshot_error[256];
    int digits;
    price_style prices;             /* as the shop writes them */
    uint64_t settings_hash;         /* of the store's row it was read from */
    store_settings settings;
    offer_key offers;               /* signs what answers promise; not made: they promise nothing */
    shop_terms *terms;              /* of the first generation, which takes them over */
    fresh_orders *fresh;            /* the same; NULL: nothing was bought since it was learned */
    catalogue *k;
    snapshot *snap;                 /* NULL: none yet */
    uint32_t *slot_of_item;         /* snap->n_items; NO_SLOT = not in the shop any more */
    uint32_t *item_of_slot;         /* n_ranked; SNAPSHOT_NONE = not known when learned */
    float *popularity;              /* n_ranked, by slot: probability in a basket; 0 = never sold */
    uint32_t *ranking;              /* n_ranked slots, most sold first; slots from n_ranked on came later */
    uint32_t n_ranked;
    uint32_t unlearned[UNLEARNED_MOST], n_unlearned;    /* of them not known to the snapshot, newest product first */
    float cross_unit, also_unit;    /* probability a unit of score stands for, over all rules of the list */
    float also_share;               /* how much of "bought by the same customer" is a next basket: mean probabilities compared, 0..1 */
} loaded_shop;

/* One generation of a shop: constant but for `pins`. */
struct serving {
    struct shop *shop;
    const loaded_shop *loaded;
    const shop_terms *terms;        /* many generations may share them */
    const fresh_orders *fresh;      /* the same; NULL: none */
    catalogue_view view;
    catalogue_counts counts;        /* as published */
    recent_purchases *_Atomic *recent;
    uint64_t number;                /* never used twice in this process */
    struct answer_cache *answers;   /* the registry's; NULL = none */
    struct counters *counters;      /* what visitors did with answers; NULL = nothing is learned from it */
    atomic_uint pins;               /* one more while it is the current generation */
    struct serving *newer;
    catalogue_leftover left;        /* freed with this generation, once no older one is pinned */
    shop_terms *last_terms;         /* when the next generation has others */
    fresh_orders *last_fresh;
    loaded_shop *last;              /* the whole load, when this was its last generation */
};

static inline uint32_t serving_item_of(const serving *s, uint32_t slot) {
    return slot < s->loaded->n_ranked ? s->loaded->item_of_slot[slot] : SNAPSHOT_NONE;
}
static inline float serving_popularity(const serving *s, uint32_t slot) {
    return slot < s->loaded->n_ranked ? s->loaded->popularity[slot] : 0;
}
static inline uint32_t serving_slot_of(const serving *s, uint32_t item) { return s->loaded->slot_of_item[item]; }

/* Make a load of its parts. `k` and `snap` (may be NULL) are taken over, also on error.
 *   facts   store_id, currency, locale, settings are read
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code loaded_shop_new(ctx *c, const store *facts, catalogue *k, snapshot *snap, loaded_shop **ret_loaded);
void loaded_shop_free(loaded_shop *l);
/* cross_unit, also_unit and also_share from the snapshot's lists. */
void loaded_shop_set_units(loaded_shop *l);
/* Read how placements are set and what experiments run. */
CHECK_RESULT err_code loaded_shop_read_terms(ctx *c, db *d, loaded_shop *l);
/* Read a shop from storage. `seal`: opens its plugin secret; NULL: no offers. (serving_load.c) */
CHECK_RESULT err_code loaded_shop_read(ctx *c, db *d, str data_dir, const seal_key *seal, int64_t store_id, loaded_shop **ret_loaded);
/* Publish a load as the shop's current generation; taken over, also on error. */
CHECK_RESULT err_code serving_publish(ctx *c, serving_registry *r, loaded_shop *l);
