/* URLs: taken apart, encoded, put together. RFC 3986; OAuth's stricter escaping is url_encode() too.
 * Promise: url_parse() never accepts what two programs could read differently (user names, control bytes, spaces, backslashes,
 * broken escapes). Nothing here allocates but url_decode(). Any thread. Read next: oauth1.h. */
#pragma once
#include "base/ctx.h"

/* Views into the text parsed. */
typedef struct {
    str scheme;                 /* "http" or "https", in the case written */
    str host;                   /* name, IPv4, or IPv6 in its brackets; in the case written */
    str path;                   /* starts with '/', or empty */
    str query;                  /* behind '?'; .p NULL when there is no '?' */
    uint16_t port;              /* 0 = none written */
} url_parts;

/* http and https only, no user:password, no '#', host not empty and ASCII, at most LIMIT_URL_BYTES, no control characters.
 * "shop.example" without a scheme is refused. ERR_INVALID says what is wrong. */
CHECK_RESULT err_code url_parse(ctx *c, str text, url_parts *ret_parts);
/* The port in force: the one written, else 443 for https and 80 for http. */
uint16_t url_port(const url_parts *u);
/* Everything but A-Z a-z 0-9 - . _ ~ becomes %XX (upper case). */
void url_encode(buf *b, str s);
/* %XX and, when `plus`, '+' for a blank. False on a broken escape or a full arena; the result may hold any byte. */
bool url_decode(arena *a, str s, bool plus, str *ret_text);
/* Next name=value of a raw query; names and values still encoded, empty parts ("a=1&&b=2") skipped. False at the end. */
bool url_next_pair(str *rest, str *ret_name, str *ret_value);
