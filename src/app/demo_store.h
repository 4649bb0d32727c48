/* The demonstration store of a data folder: made once, its keys in a file beside the database.
 * Promise: every step may have been cut off before; calling it again completes what is missing. */
#pragma once
#include "app/home.h"

#define DEMO_KEYS_FILE "demo-keys.json"     /* mode 0600, below the data folder */

typedef struct {
    store row;
    str secret, public;         /* API keys; only the demonstration store's are kept readable */
    const char *keys_file;
    bool is_new;
} demo_store;

/* Make the store (name "demo") and its keys unless they are there. Nothing is copied yet: that is the first sync.
 *   seed  of the generated shop */
CHECK_RESULT err_code demo_store_ensure(ctx *c, home *h, int64_t seed, demo_store *ret_store);
/* The keys written down earlier; ERR_NOT_FOUND when there is no such file. */
CHECK_RESULT err_code demo_store_keys(ctx *c, home *h, str *ret_secret, str *ret_public);
