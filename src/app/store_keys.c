/* Makes and tells the first keys of a store. It does NOT check them: stores/keys.c does. */
#include "app/store_keys.h"
#include "stores/keys.h"

err_code store_keys_make(ctx *c, db *d, int64_t store_id, store_keys *ret_keys) {
    store_keys k;
    TRY(key_make(c, d, store_id, KEY_SECRET, NULL, 0, &k.secret));
    TRY(key_make(c, d, store_id, KEY_PUBLIC, NULL, 0, &k.public));
    *ret_keys = k;
    return ERR_OK;
}

void store_keys_print(FILE *out, const store_keys *k) {
    fprintf(out, "its API keys, shown this once; keep them:\n  secret (for servers)    %.*s\n  public (for web pages)  %.*s\n",
            STR_ARG(k->secret), STR_ARG(k->public));
}
