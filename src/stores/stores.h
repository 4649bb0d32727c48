/* The shops we hold: made, found, changed, removed; their sealed credentials opened for connect/.
 * Promise: names are unique; a change reads and writes the row in one transaction, so two at once lose nothing; credentials are
 * sealed before they reach the database and are opened only here. Not inside an open transaction unless said so. Rows and texts
 * returned live in c->arena. Read next: stores/keys.h, stores/sink.h, stores/webhooks.h. */
#pragma once
#include "connect/connect.h"
#include "net/crypto.h"
#include "storage/storage.h"

/* A new store. Empty texts take the default. */
typedef struct {
    str name;                   /* letters, digits, '-', 1..60, not all digits; lower case is made of it */
    str platform;               /* woocommerce, demo, import */
    str url;                    /* http or https, or empty for stores without a shop */
    str currency;               /* ISO 4217; default RON */
    str locale;                 /* ro, en; default ro */
    str time_zone;              /* default Europe/Bucharest */
    int sync_interval_min;      /* 0 = 15 for platforms that can be synced; < 0 = never by itself */
} store_order;

/* ERR_INVALID (names the field), ERR_CONFLICT (the name is taken). State "new". */
CHECK_RESULT err_code store_create(ctx *c, db *d, const store_order *o, store *ret_store);
/* By name, or by number. ERR_NOT_FOUND says what names there are. */
CHECK_RESULT err_code store_find(ctx *c, db *d, str name_or_id, store *ret_store);
/* ERR_NOT_FOUND. Fine inside a transaction. */
CHECK_RESULT err_code store_get(ctx *c, db *d, int64_t store_id, store *ret_store);
/* By store_id, at most `limit` after `after_id` (0 = from the first). Fine inside a transaction. */
CHECK_RESULT err_code store_list(ctx *c, db *d, int64_t after_id, size_t limit, store **ret_stores, size_t *ret_n);
/* Change some columns: `edit` gets the row as it is now, inside the transaction. Its error undoes all. updated_ms is set.
 * Uses the open write transaction when there is one.
 *   ret_store  as it is now; may be NULL */
typedef err_code store_edit(ctx *c, store *s, void *arg);
CHECK_RESULT err_code store_change(ctx *c, db *d, int64_t store_id, store_edit *edit, void *arg, store *ret_store);
/* Write the settings of a row again with one member replaced: for a store_edit.
 *   json  its value, written by jw_*; empty takes it out: its default counts again
 * ERR_TOO_LARGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code store_settings_put(ctx *c, store *s, const char *name, str json);
/* state: new, copying, ready, error, removing; note: sentence for the owner. */
CHECK_RESULT err_code store_set_state(ctx *c, db *d, int64_t store_id, str state, str note);
/* Forget the store and all its rows, in many short transactions. First its keys go and its jobs are told to stop; a sink that
 * still writes is refused. Killed in the middle: call it again. ERR_NOT_FOUND. */
CHECK_RESULT err_code store_remove(ctx *c, db *d, int64_t store_id);

/* Seal and keep what opens the shop.
 *   can_write  the shop's key may register webhooks
 *   insecure   do not check the shop's certificate */
typedef struct { str url, key, secret; bool can_write, insecure; } store_credentials;
CHECK_RESULT err_code store_set_credentials(ctx *c, db *d, const seal_key *k, int64_t store_id, const store_credentials *o);
/* Make the secret that signs webhooks, if there is none yet; an existing one stays (the shop has it). */
CHECK_RESULT err_code store_ensure_webhook_secret(ctx *c, db *d, const seal_key *k, int64_t store_id);
/* Everything connect/ needs to reach the shop; webhook_base is the caller's to fill. A store without credentials gives empty
 * key and secret. ERR_NOT_FOUND, ERR_CORRUPT (sealed with another key). */
CHECK_RESULT err_code store_access(ctx *c, db *d, const seal_key *k, int64_t store_id, shop_access *ret_access);

/* Seal and keep the password of the store's own mail server; an empty one takes it away. */
CHECK_RESULT err_code store_set_mail_password(ctx *c, db *d, const seal_key *k, int64_t store_id, str password);
/* Empty when there is none. ERR_CORRUPT (sealed with another key). */
CHECK_RESULT err_code store_mail_password(ctx *c, const seal_key *k, const store *s, str *ret_password);
