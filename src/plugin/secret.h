/* The secret that a shop's plugin and we share: it signs what the plugin sends, and what we offer through it.
 * Promise: 64 hexadecimal digits, 256 bits of chance, used as text; sealed before it reaches the database and opened only here. Nothing
 * is kept by these functions; any thread. Read next: plugin/README.md, plugin/offer.h. */
#pragma once
#include "net/crypto.h"
#include "schema/tables.h"

enum { PLUGIN_SECRET_DIGITS = 64 };

/* A new one.
 *   ret_secret  in c->arena: for the plugin, shown once
 *   ret_sealed  in c->arena: for store.plugin_secret
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code plugin_secret_make(ctx *c, const seal_key *k, str *ret_secret, str *ret_sealed);
/* That of a store, in c->arena; empty when it has no plugin. The demonstration shop has no plugin but is one: its secret is made of the
 * installation's key and its number, so nothing is kept of it. ERR_CORRUPT (sealed with another key), ERR_NO_MEMORY. */
CHECK_RESULT err_code plugin_secret_open(ctx *c, const seal_key *k, const store *s, str *ret_secret);
