/* Keys of the API: a secret one for servers (vsk_), a public one for web pages (vpk_) that works only on origins allowed.
 * Promise: only a hash (BLAKE2b-256) and the last four letters are stored, the key is shown once; key_check() asks memory, not
 * the database, takes the same time for a wrong key as for a right one, and may be called from any thread while another reloads.
 * Texts returned live in c->arena. Read next: stores/stores.h. */
#pragma once
#include "storage/storage.h"

typedef enum { KEY_NONE, KEY_PUBLIC, KEY_SECRET, KEY_KINDS } key_kind;
enum { LIMIT_KEY_ORIGINS = 50, LIMIT_STORE_KEYS = 100 };

/* ---- making and withdrawing (database); in the open write transaction when there is one ---- */

/* A new key. Origins only for public ones: "https://shop.example", "http://localhost:3000", or "*" for any page.
 *   ret_key  "vsk_12_" + 32 letters and digits: the only time it can be seen
 * ERR_INVALID (an origin with a path, too many), ERR_NOT_FOUND (no such store), ERR_CONFLICT (LIMIT_STORE_KEYS live keys). */
CHECK_RESULT err_code key_make(ctx *c, db *d, int64_t store_id, key_kind kind, const str *origins, size_t n_origins, str *ret_key);
/* Live keys of a store (revoked ones left out). */
CHECK_RESULT err_code key_list(ctx *c, db *d, int64_t store_id, api_key **ret_keys, size_t *ret_n);
/* Withdraw a live key.
 *   which  its last four letters, its hash, or the key itself
 * ERR_NOT_FOUND, ERR_CONFLICT (two keys end so: give the hash). */
CHECK_RESULT err_code key_revoke(ctx *c, db *d, int64_t store_id, str which);
/* A new key of a kind in place of all live ones of that kind; the new public key takes over all their origins. */
CHECK_RESULT err_code key_rotate(ctx *c, db *d, int64_t store_id, key_kind kind, str *ret_key);
/* Set the origins of a live public key. `which` and errors as in key_revoke(), origins as in key_make(). */
CHECK_RESULT err_code key_set_origins(ctx *c, db *d, int64_t store_id, str which, const str *origins, size_t n_origins);
/* One origin more, unless it is there. */
CHECK_RESULT err_code key_add_origin(ctx *c, db *d, int64_t store_id, str which, str origin);
/* Withdraw all. */
CHECK_RESULT err_code key_revoke_all(ctx *c, db *d, int64_t store_id);
/* What may stand in a list of origins, written as browsers send it: lower case, no default port, no slash at the end. ERR_INVALID. */
CHECK_RESULT err_code key_origin_clean(ctx *c, str origin, str *ret_origin);

/* ---- checking (memory) ---- */

typedef struct key_table key_table;
typedef struct {
    int64_t store_id;
    key_kind kind;
    const str *origins;
    size_t n_origins;
} key_facts;

/* An empty table. ERR_NO_MEMORY. */
CHECK_RESULT err_code key_table_new(ctx *c, key_table **ret_table);
void key_table_free(key_table *t);
/* Read the live keys of all stores; the old ones are in force until the new are complete. Call it after each change of keys.
 * One caller at a time is enough; several are safe. */
CHECK_RESULT err_code key_table_load(ctx *c, db *d, key_table *t);
/* Is this a live key? Facts are copied into `a`. False for anything else, and when `a` is full. */
bool key_check(key_table *t, arena *a, str key, key_facts *ret_facts);
/* May a page of this origin (the header as received) use the key? Secret keys: always; they are not for pages. */
bool key_allows_origin(const key_facts *k, str origin);
