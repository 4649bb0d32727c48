/* URLs: taken apart, encoded, put together. RFC 3986; OAuth's stricter escaping is url_encode() too. */
#pragma once
#include "base/ctx.h"

typedef struct { str scheme, host, path, query; uint16_t port; /* 0 = none written */ } url_parts;

/* http and https only, no user:password, host not empty, at most 2,000 bytes, no control characters.
 * "shop.example" without a scheme is refused. ERR_INVALID says what is wrong. */
CHECK_RESULT err_code url_parse(ctx *c, str text, url_parts *ret_parts);
/* Everything but A-Z a-z 0-9 - . _ ~ becomes %XX (upper case). */
void url_encode(buf *b, str s);
/* %XX and, when `plus`, '+' for a blank. False on a broken escape; the result may hold any byte. */
bool url_decode(arena *a, str s, bool plus, str *ret_text);
/* Next name=value of a raw query; names and values still encoded. False at the end. */
bool url_next_pair(str *rest, str *ret_name, str *ret_value);
