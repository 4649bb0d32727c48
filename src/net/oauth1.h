/* OAuth 1.0a one-legged signing as WooCommerce wants it over plain http: HMAC-SHA256, parameters in the query, secret + "&" as key.
 * Promise: the secret is nowhere in the result. The nonce may be used once and the time must be right within 15 minutes, so each
 * call is signed anew, also when it is tried again.
 * WooCommerce signs what PHP made of the query: give each name once, and lists as "include=1,2,3", never as "include[]=1".
 * Source: RFC 5849, sections 3.4 and 3.6. */
#pragma once
#include "base/ctx.h"

typedef struct {
    str key, secret;
    str nonce;                  /* used once */
    int64_t timestamp_s;
} oauth1_credentials;

/* The URL with oauth_* parameters and signature added, in c->arena. `url` may have a query already. ERR_INVALID, ERR_NO_MEMORY. */
CHECK_RESULT err_code oauth1_sign_url(ctx *c, str method, str url, const oauth1_credentials *o, str *ret_url);
/* The signature base string, for tests: METHOD&url&params. ERR_INVALID, ERR_NO_MEMORY. */
CHECK_RESULT err_code oauth1_base_string(ctx *c, str method, str url, const oauth1_credentials *o, buf *out);
