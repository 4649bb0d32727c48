/* Connecting a shop, and ending it: the one way of `vitrine connect` and of the plugin.
 * Promise: the shop is asked before anything is written; what is written is one transaction, so a shop is connected whole or not at all,
 * and killed at any moment it is the same; connecting the same address again renews what opens it and keeps what was learned.
 * One thread. Not inside an open transaction. Read next: stores/connect_code.h, stores/keys.h, api/connect.c, app/cmd_connect.c. */
#pragma once
#include "stores/stores.h"

typedef struct {
    str platform;               /* "woocommerce" */
    str name;                   /* of the store; empty: that of the address, or one made of it */
    str url, key, secret;       /* of the shop */
    str webhook_base;           /* address under which the shop reaches this Vitrine; empty: as it was */
    int sync_interval_min;      /* of a new store; as in store_order */
    bool insecure;              /* do not check the shop's certificate */
    int timeout_ms;             /* longest wait for one answer of the shop; 0: the connector's own */
    str code;                   /* a plugin's, used up by this: makes its secret, and new keys in place of all. Empty: no plugin */
} connection_order;

/* Ask the shop whether this works.
 * ERR_UPSTREAM: it does not; error.text is the sentence for the owner, error.field a machine word. ERR_INVALID (no such platform). */
CHECK_RESULT err_code connection_test(ctx *c, const connection_order *o, connect_report *ret_report);

typedef struct {
    store row;
    bool is_new;
    str secret_key, public_key; /* made now, the public one for the shop's own pages; empty: the store has its own */
    str plugin_secret;          /* with a code; else empty */
} connection;
/* Keep it. Texts in c->arena.
 *   r  what connection_test() found
 * ERR_FORBIDDEN (the code), ERR_CONFLICT (the name is taken; the store is being removed), ERR_INVALID, ERR_STORAGE. */
CHECK_RESULT err_code connection_keep(ctx *c, db *d, const seal_key *k, const connection_order *o, const connect_report *r,
                                      connection *ret_connection);

/* Forget what opens the shop: credentials, secrets, keys, and our webhooks there (asked first, at most `timeout_ms`; what the shop does not
 * let go of is refused from now on). What was copied and learned stays. ERR_INVALID: a store without a shop, such as the demonstration.
 *   ret_told  did the shop delete the webhooks? A sentence in error.text when not */
CHECK_RESULT err_code connection_end(ctx *c, db *d, const seal_key *k, int64_t store_id, int timeout_ms, bool *ret_told);
/* Is there anything to open the shop with? Always, where the platform needs nothing. */
bool connection_is_open(const store *s);
