/* What our server checks of a request itself, before the application sees it: target and framing. Pure functions.
 * Promise: a request that two programs could cut at different places (smuggling) is refused.
 * Source: RFC 9112, sections 3.2, 5.1, 6.3 and 11.2. Read next: http_server.c. */
#pragma once
#include "base/ctx.h"

/* Take the request target apart.
 *   target     as sent: "/a%20b?x=1", "http://host/a" (proxies), or "*"
 *   ret_path   percent-decoded, in c->arena; starts with '/'
 *   ret_query  raw, a view into target; .p NULL without '?'
 * ERR_TOO_LARGE (over LIMIT_TARGET_BYTES), ERR_INVALID (broken escape, NUL or line break in the path), ERR_NO_MEMORY. */
CHECK_RESULT err_code http_target_read(ctx *c, str target, str *ret_path, str *ret_query);

/* What the headers seen so far say about the body. Start with { 0 }. */
typedef struct {
    uint64_t length;            /* of the Content-Length */
    bool has_length, chunked, has_encoding;
    bool bad_name, bad_length, two_lengths, bad_encoding;
    size_t bytes;               /* of all header lines */
} http_framing;

void http_framing_add(http_framing *f, str name, str value);
/* ERR_INVALID (smells of smuggling), ERR_TOO_LARGE (over LIMIT_HEADER_BYTES).
 *   old   the request is HTTP/1.0, which knows no Transfer-Encoding */
CHECK_RESULT err_code http_framing_check(ctx *c, const http_framing *f, bool old);
/* The decoded value of the first parameter `name` of a raw query, in `a`; .p NULL when it is not there or broken. */
str http_query_value(arena *a, str query, str name);
