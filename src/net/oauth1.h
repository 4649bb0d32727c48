/* OAuth 1.0a one-legged signing as WooCommerce wants it over plain http: HMAC-SHA256, parameters in the query, secret + "&" as key.
 * Source: RFC 5849, sections 3.4 and 3.6. */
#pragma once
#include "base/ctx.h"

typedef struct {
    str key, secret;
    str nonce;                  /* used once */
    int64_t timestamp_s;
} oauth1_credentials;

/* The URL with oauth_* parameters and signature added. `url` may have a query already. ERR_INVALID, ERR_NO_MEMORY. */
CHECK_RESULT err_code oauth1_sign_url(ctx *c, str method, str url, const oauth1_credentials *o, str *ret_url);
/* The signature base string, for tests: METHOD&url&params. */
CHECK_RESULT err_code oauth1_base_string(ctx *c, str method, str url, const oauth1_credentials *o, buf *out);
