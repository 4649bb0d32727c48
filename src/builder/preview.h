/* Tokens by which a page shows a store's draft for a while, to whoever has the address.
 * Promise: a token is of one store and one end; it opens nothing but the draft, and holds nothing secret. It is signed with a key made of
 * the installation's and the store's number (HMAC-SHA-256), so nothing is kept of it. Pure functions; any thread. */
#pragma once
#include "base/ctx.h"
#include "net/crypto.h"

enum { LIMIT_PREVIEW_MINUTES = 1440 };

/* "vpt_STORE_END_SIGNATURE" in c->arena.
 *   ends_ms  UTC, to the second
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code widget_preview_make(ctx *c, const seal_key *k, int64_t store_id, int64_t ends_ms, str *ret_token);
/* ERR_FORBIDDEN with the field preview_token: not of this store, changed, or over. Takes the same time for any wrong signature. */
CHECK_RESULT err_code widget_preview_check(ctx *c, const seal_key *k, int64_t store_id, str token);
