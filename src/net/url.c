/* Strict reader of absolute http URLs, and percent-encoding. It does NOT resolve relative references: libcurl does. */
#include "net/url.h"
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"

static bool is_unreserved(unsigned char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || (ch && strchr("-._~", ch));
}

static int hex_digit(char ch) {
    if (ch >= '0' && ch <= '9') return ch - '0';
    if (ch >= 'a' && ch <= 'f') return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F') return ch - 'A' + 10;
    return -1;
}

/* The byte behind '%' at `i`, or -1 when the two digits are not there. */
static int escaped_byte(str s, size_t i) {
    if (s.n - i < 3) return -1;
    int high = hex_digit(s.p[i + 1]), low = hex_digit(s.p[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static err_code check_bytes(ctx *c, str text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char ch = (unsigned char)text.p[i];
        if (ch <= ' ' || ch >= 0x7f || strchr("\"<>\\^`{|}", ch))
            return fail(c, ERR_INVALID, "the URL has a byte at position %zu that must be written as %%%02X", i + 1, ch);
        if (ch == '%' && escaped_byte(text, i) < 0)
            return fail(c, ERR_INVALID, "the URL has a '%%' without two hex digits at position %zu", i + 1);
    }
    return ERR_OK;
}

/* Host letters of a DNS name or IPv4 ('_' occurs in real names), or an IPv6 address in brackets. */
static bool is_host(str host) {
    bool v6 = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (v6) host = str_sub(host, 1, host.n - 2);
    if (host.n == 0 || host.n > 253) return false;
    for (size_t i = 0; i < host.n; i++) {
        char ch = host.p[i];
        bool ok = v6 ? hex_digit(ch) >= 0 || ch == ':' || ch == '.' : ch != '~' && is_unreserved((unsigned char)ch);
        if (!ok) return false;
    }
    return true;
}

/* "host", "host:8080" or "[::1]:8080" */
static err_code parse_authority(ctx *c, str text, url_parts *u) {
    size_t end = text.n && text.p[0] == '[' ? str_find(text, STR("]")) : 0;
    if (end == SIZE_MAX) return fail(c, ERR_INVALID, "the URL's address has a '[' without ']'");
    size_t colon = str_find(str_sub(text, end, text.n), STR(":"));
    u->host = colon == SIZE_MAX ? text : str_sub(text, 0, end + colon);
    if (!is_host(u->host)) return fail(c, ERR_INVALID, "the URL's host '%.*s' is not a host name", STR_ARG(str_clip(u->host, 100)));
    if (colon == SIZE_MAX) return ERR_OK;
    int64_t port;
    if (!parse_int_in(str_sub(text, end + colon + 1, text.n), 1, 65535, &port))
        return fail(c, ERR_INVALID, "the URL's port must be a number from 1 to 65535");
    u->port = (uint16_t)port;
    return ERR_OK;
}

err_code url_parse(ctx *c, str text, url_parts *ret_parts) {
    url_parts u = { 0 };
    if (text.n > LIMIT_URL_BYTES) return fail(c, ERR_INVALID, "the URL is longer than %d bytes", (int)LIMIT_URL_BYTES);
    size_t mark = str_find(text, STR("://"));
    u.scheme = str_sub(text, 0, mark == SIZE_MAX ? 0 : mark);
    if (!str_eq_nocase(u.scheme, STR("https")) && !str_eq_nocase(u.scheme, STR("http")))
        return fail(c, ERR_INVALID, "the URL must start with https:// or http://");
    TRY(check_bytes(c, text));
    str rest = str_sub(text, mark + 3, text.n);
    if (str_find(rest, STR("#")) != SIZE_MAX) return fail(c, ERR_INVALID, "the URL must not have a '#' part");
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?') n++;
    str authority = str_sub(rest, 0, n);
    if (str_find(authority, STR("@")) != SIZE_MAX)
        return fail(c, ERR_INVALID, "the URL must not have a user name or password: give keys apart from it");
    TRY(parse_authority(c, authority, &u));
    rest = str_sub(rest, n, rest.n);
    size_t question = str_find(rest, STR("?"));
    u.path = str_sub(rest, 0, question == SIZE_MAX ? rest.n : question);
    if (question != SIZE_MAX) u.query = (str){ rest.p + question + 1, rest.n - question - 1 };     /* keeps its pointer when empty */
    *ret_parts = u;
    return ERR_OK;
}

uint16_t url_port(const url_parts *u) { return u->port ? u->port : str_eq_nocase(u->scheme, STR("https")) ? 443 : 80; }

void url_encode(buf *b, str s) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (is_unreserved(ch)) buf_char(b, s.p[i]);
        else buf_add(b, (char[3]){ '%', digits[ch >> 4], digits[ch & 15] }, 3);
    }
}

bool url_decode(arena *a, str s, bool plus, str *ret_text) {
    char *to = arena_alloc(a, s.n + 1);
    size_t n = 0;
    if (!to) return false;
    for (size_t i = 0; i < s.n; i++) {
        int ch = s.p[i] == '%' ? escaped_byte(s, i) : plus && s.p[i] == '+' ? ' ' : (unsigned char)s.p[i];
        if (ch < 0) return false;
        to[n++] = (char)ch;
        if (s.p[i] == '%') i += 2;
    }
    *ret_text = (str){ to, n };
    return true;
}

bool url_next_pair(str *rest, str *ret_name, str *ret_value) {
    while (rest->p) {
        str pair = str_cut(rest, '&');
        if (pair.n == 0) continue;
        *ret_name = str_cut(&pair, '=');
        *ret_value = pair.p ? pair : (str){ "", 0 };
        return true;
    }
    return false;
}
