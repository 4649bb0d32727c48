/* The shops that are answered from memory in this process: live catalogue, learned snapshot, who just bought what.
 * Promise: pinning is a short lock and a count, never waits for the database, and what is pinned stays whole while others
 * publish; a change put in by serving_product_changed() is seen by the next request (and by running ones at their next read);
 * everything replaced is freed after the last pin that could have seen it. Shops load on first use and leave by least use
 * within a memory limit. Functions with a `db` read storage and may take long: workers only. The others: any thread.
 * Read next: decide/README.md, decide/catalogue.h, decide/decide.h. */
#pragma once
#include "decide/decide.h"
#include "plugin/offer.h"
#include "plugin/secret.h"
#include "schema/price_style.h"
#include "storage/storage.h"

typedef struct serving_registry serving_registry;
typedef struct {
    str data_dir;                   /* model artifacts lie below it */
    struct counters *counters;      /* what visitors did with answers; the caller's; NULL: the models alone answer */
    const seal_key *seal;           /* opens the stores' plugin secrets, copied; NULL: answers hold no offers */
    size_t max_bytes;               /* of all shops together; 0 = 1 GiB; one shop always stays */
} serving_options;

/* ERR_NO_MEMORY. Free with serving_registry_free() when nothing is pinned any more. */
CHECK_RESULT err_code serving_registry_new(ctx *c, const serving_options *o, serving_registry **ret_registry);
void serving_registry_free(serving_registry *r);

/* Have the shop in memory: does nothing when it is. Reads the catalogue, the purchases of the last weeks and the newest
 * snapshot in state 'serving'; without a snapshot the shop is answered from its catalogue alone. A damaged snapshot counts as
 * none (facts.snapshot_error says so). Two calls for one shop at once: one loads, the other waits.
 * ERR_NOT_FOUND (no such store), ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code serving_load(ctx *c, serving_registry *r, db *d, int64_t store_id);
/* Read it all again and publish it in one step: after training, a sync, or changed settings. Loads when it was not there.
 * Errors leave what was served. */
CHECK_RESULT err_code serving_reload(ctx *c, serving_registry *r, db *d, int64_t store_id);
/* Read one product (id of the product or of one of its variations) with all its variations again. New ones appear, deleted ones
 * go. Fine when the shop is not loaded. ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code serving_product_changed(ctx *c, serving_registry *r, db *d, int64_t store_id, str product_id);
/* Make what was changed in settings of placements and in experiments count, also by others; quick when nothing was: products and
 * snapshot stay. Fine when the shop is not loaded. ERR_STORAGE, ERR_NO_MEMORY: what was served stays. */
CHECK_RESULT err_code serving_follow_terms(ctx *c, serving_registry *r, db *d, int64_t store_id);
/* Remember that these were just bought (product or variation ids). Empty person ids are skipped. Bounded; never fails. */
void serving_order_placed(serving_registry *r, int64_t store_id, str customer_id, str visitor_id, str_list items, int64_t now_ms);
/* Orders came or changed: what was bought together since the shop was learned counts from the next answer. Nothing when it is as it
 * was; fine when the shop is not loaded. ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code serving_follow_orders(ctx *c, serving_registry *r, db *d, int64_t store_id);
/* The loaded shop with the smallest id greater than `after`; 0 when there is none. */
int64_t serving_next_loaded(serving_registry *r, int64_t after);
/* Forget the shop (deleted, disconnected); pins stay valid. */
void serving_drop(serving_registry *r, int64_t store_id);

/* Hold the shop for one request. NULL when it is not loaded: call serving_load() on a worker, then again. */
const serving *serving_pin(serving_registry *r, int64_t store_id);
/* NULL is fine. */
void serving_unpin(const serving *s);
/* Pin to the end of the scope:  AUTO_SERVING s = serving_pin(r, id); */
static inline void serving_unpin_at(const serving **s) { serving_unpin(*s); }
#define AUTO_SERVING __attribute__((cleanup(serving_unpin_at))) const serving *

/* What pages, metrics and `doctor` say of a shop. Texts live as long as the pin. */
typedef struct {
    int64_t store_id;
    str currency, locale;           /* "RON", "ro" */
    int digits;                     /* behind the point */
    const price_style *prices;      /* how the shop writes them, known or not */
    str consent_default;            /* of visitors nobody asked: the store's setting, "all" without one */
    size_t products;                /* parents and simple ones */
    size_t sellable;                /* of them may be shown now */
    size_t variations;
    size_t cross_sell_rules, upsell_rules;
    int64_t snapshot_version;       /* 0 = none */
    int64_t learned_ms;             /* 0 = never */
    str snapshot_error;             /* why the newest snapshot is not served; empty = fine */
    int64_t loaded_ms;
    uint64_t settings_hash;         /* of the store's row as it was loaded */
    size_t bytes;                   /* memory held, the mapped snapshot included */
} serving_facts;
void serving_get_facts(const serving *s, serving_facts *ret_facts);
/* Of what answers go by in a store's row: another hash than the one of its facts means that it is to be loaded again. */
uint64_t serving_settings_hash(const store *s);

typedef struct { size_t shops, bytes, max_bytes; int64_t loads, evictions, publishes; } registry_facts;
void serving_registry_get_facts(serving_registry *r, registry_facts *ret_facts);

/* What an offer of this shop promises (plugin/offer.h): the way of a cart that grants it. Errors as offer_read(). (answer_offers.c) */
CHECK_RESULT err_code serving_offer_read(ctx *c, const serving *s, str token, signed_offer *ret_offer);

/* Live item by product or variation id; NULL when the shop has none (or it was deleted). Valid until unpinned. */
const catalogue_item *serving_find(const serving *s, str product_id);
