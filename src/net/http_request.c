/* Checks of request target and framing. It does NOT read sockets: http_server.c hands it what arrived. */
#include "net/http_request_int.h"
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "net/url.h"

/* "http://host/a?b" without its scheme and host. */
static str origin_form(str target) {
    static const str schemes[] = { { "http://", 7 }, { "https://", 8 } };
    for (size_t i = 0; i < COUNT(schemes); i++) {
        if (!str_eq_nocase(str_sub(target, 0, schemes[i].n), schemes[i])) continue;
        for (size_t at = schemes[i].n; at < target.n; at++)
            if (target.p[at] == '/' || target.p[at] == '?') return str_sub(target, at, target.n);
        return STR("/");
    }
    return target;
}

err_code http_target_read(ctx *c, str target, str *ret_path, str *ret_query) {
    if (target.n > LIMIT_TARGET_BYTES) return fail(c, ERR_TOO_LARGE, "the address is longer than %zu bytes", LIMIT_TARGET_BYTES);
    target = origin_form(target);
    size_t question = str_find(target, STR("?"));
    str raw = str_sub(target, 0, question == SIZE_MAX ? target.n : question), path;
    if (raw.n == 0 || str_eq(raw, STR("*"))) raw = STR("/");
    if (raw.p[0] != '/') return fail(c, ERR_INVALID, "the address must start with '/'");
    if (!url_decode(c->arena, raw, false, &path)) return fail(c, ERR_INVALID, "the address has a '%%' without two hex digits");
    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f) return fail(c, ERR_INVALID, "the address has a control byte in it");
    *ret_path = path;
    *ret_query = question == SIZE_MAX ? (str){ 0 } : (str){ target.p + question + 1, target.n - question - 1 };
    return ERR_OK;
}

/* A header name is a token: no blanks before the colon, no control bytes (RFC 9110, 5.6.2). */
static bool is_token(str name) {
    for (size_t i = 0; i < name.n; i++) {
        unsigned char ch = (unsigned char)name.p[i], small = ch | 0x20;
        if ((small >= 'a' && small <= 'z') || ch == '-') continue;      /* nearly all of them: this runs over every header */
        if (ch <= ' ' || ch >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", ch)) return false;
    }
    return name.n > 0;
}

static bool digits_only(str value) {
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] < '0' || value.p[i] > '9') return false;
    return value.n > 0;
}

static void add_length(http_framing *f, str value) {
    uint64_t n = 0;
    if (!digits_only(value) || !parse_u64(value, &n)) f->bad_length = true;
    else if (f->has_length && n != f->length) f->two_lengths = true;
    f->has_length = true;
    f->length = n;
}

void http_framing_add(http_framing *f, str name, str value) {
    f->bytes += name.n + value.n + 4;                       /* ": " and the line's end */
    if (!is_token(name)) f->bad_name = true;
    if (name.n == 14 && str_eq_nocase(name, STR("content-length"))) add_length(f, str_trim(value));
    if (name.n == 17 && str_eq_nocase(name, STR("transfer-encoding"))) {
        if (f->has_encoding || !str_eq_nocase(str_trim(value), STR("chunked"))) f->bad_encoding = true;
        f->has_encoding = f->chunked = true;
    }
}

err_code http_framing_check(ctx *c, const http_framing *f, bool old) {
    if (f->bytes > LIMIT_HEADER_BYTES) return fail(c, ERR_TOO_LARGE, "the headers are larger than %zu bytes", LIMIT_HEADER_BYTES);
    if (f->bad_name) return fail(c, ERR_INVALID, "a header has no proper name");
    if (f->bad_length) return fail(c, ERR_INVALID, "Content-Length is not a number");
    if (f->two_lengths) return fail(c, ERR_INVALID, "there are two different Content-Lengths");
    if (f->bad_encoding) return fail(c, ERR_INVALID, "Transfer-Encoding must be 'chunked', once");
    if (f->has_encoding && f->has_length) return fail(c, ERR_INVALID, "send Content-Length or Transfer-Encoding, not both");
    if (f->has_encoding && old) return fail(c, ERR_INVALID, "HTTP/1.0 has no Transfer-Encoding");
    return ERR_OK;
}

/* True when the encoded name `raw` reads as `name`. */
static bool is_named(arena *a, str raw, str name) {
    str plain;
    if (str_eq(raw, name)) return true;
    bool escaped = raw.n && (memchr(raw.p, '%', raw.n) || memchr(raw.p, '+', raw.n));
    return escaped && url_decode(a, raw, true, &plain) && str_eq(plain, name);
}

str http_query_value(arena *a, str query, str name) {
    str raw_name, raw_value, value;
    while (url_next_pair(&query, &raw_name, &raw_value))
        if (is_named(a, raw_name, name)) return url_decode(a, raw_value, true, &value) ? value : (str){ 0 };
    return (str){ 0 };
}
