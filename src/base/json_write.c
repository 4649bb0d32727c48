/* The writer half of json.h: the only place that escapes JSON. */
#include "base/json.h"
#include <math.h>
#include <string.h>

void jw_init(json_out *w, buf *b) { *w = (json_out){ .b = b }; }

static void before_value(json_out *w) {
    if (w->comma) buf_char(w->b, ',');
    w->comma = true;
}

static void open_list(json_out *w, char c) {
    before_value(w);
    buf_char(w->b, c);
    w->comma = false;
    w->depth++;
}

static void close_list(json_out *w, char c) {
    buf_char(w->b, c);
    w->comma = true;
    w->depth--;
}

void jw_object(json_out *w) { open_list(w, '{'); }
void jw_end_object(json_out *w) { close_list(w, '}'); }
void jw_array(json_out *w) { open_list(w, '['); }
void jw_end_array(json_out *w) { close_list(w, ']'); }

/* High bits tell of zeros among eight bytes: never misses one, may name its neighbour too. Source: Hacker's Delight, 6-1. */
static uint64_t zero_bytes(uint64_t w) { return (w - UINT64_C(0x0101010101010101)) & ~w; }

/* Eight bytes at once: none over 0x7F, under 0x20, a quote or a backslash. */
static bool are_plain(const char *p) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return !((w | (w - ones * 0x20) | zero_bytes(w ^ ones * '"') | zero_bytes(w ^ ones * '\\')) & ones * 0x80);
}

/* Bytes from i on that need no escape. ASCII 0x20..0x7F but quote and backslash. */
static size_t plain_run(str s, size_t i) {
    size_t from = i;
    while (i + sizeof(uint64_t) <= s.n && are_plain(s.p + i)) i += sizeof(uint64_t);
    while (i < s.n && (unsigned char)s.p[i] >= 0x20 && (unsigned char)s.p[i] < 0x80 && s.p[i] != '"' && s.p[i] != '\\') i++;
    return i - from;
}

static size_t multibyte_length(unsigned char first) { return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1; }

static size_t write_special(buf *b, str s, size_t i) {
    unsigned char c = (unsigned char)s.p[i];
    if (c >= 0x80) {
        size_t n = multibyte_length(c);
        if (str_is_utf8(str_sub(s, i, n)) && n <= s.n - i) {
            buf_add(b, s.p + i, n);
            return n;
        }
        buf_text(b, "\xEF\xBF\xBD");                        /* U+FFFD */
        return 1;
    }
    static const char *const named[] = { ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
                                         ['\b'] = "\\b", ['\f'] = "\\f" };
    if (c < COUNT(named) && named[c]) buf_text(b, named[c]);
    else buf_printf(b, "\\u%04x", c);
    return 1;
}

static void write_escaped(buf *b, str s) {
    buf_char(b, '"');
    for (size_t i = 0; i < s.n;) {
        size_t run = plain_run(s, i);
        if (run) buf_add(b, s.p + i, run);
        i += run;
        if (i < s.n) i += write_special(b, s, i);
    }
    buf_char(b, '"');
}

void jw_key_raw(json_out *w, const char *key, size_t n) {
    char *to = buf_room(w->b, n + 4);                       /* comma, quotes, colon: one look at the room for all */
    if (!to) return;
    char *at = to;
    if (w->comma) *at++ = ',';
    *at++ = '"';
    memcpy(at, key, n);
    at += n;
    *at++ = '"';
    *at++ = ':';
    *at = 0;
    w->b->n += (size_t)(at - to);
    w->comma = false;
}

void jw_key_str(json_out *w, str key) {
    before_value(w);
    write_escaped(w->b, key);
    buf_char(w->b, ':');
    w->comma = false;
}

void jw_str(json_out *w, str value) {
    before_value(w);
    write_escaped(w->b, value);
}

void jw_text(json_out *w, const char *value) {
    if (value) jw_str(w, str_of(value));
    else jw_null(w);
}

void jw_i64(json_out *w, int64_t value) {
    before_value(w);
    buf_i64(w->b, value);
}

void jw_fixed(json_out *w, double value, int decimals) {
    before_value(w);
    if (isfinite(value)) buf_fixed(w->b, value, decimals);
    else buf_text(w->b, "null");
}

void jw_double(json_out *w, double value) {
    before_value(w);
    buf_double(w->b, value);
}

void jw_money(json_out *w, int64_t minor, int digits) {
    static const int64_t unit[] = { 1, 10, 100, 1000, 10000 };
    before_value(w);
    int64_t whole = minor < 0 ? -minor : minor;
    if (minor < 0) buf_char(w->b, '-');
    buf_i64(w->b, whole / unit[digits]);
    if (!digits) return;
    char tail[8] = ".";
    int64_t rest = whole % unit[digits];
    for (int i = digits; i > 0; i--, rest /= 10) tail[i] = (char)('0' + rest % 10);
    buf_add(w->b, tail, (size_t)digits + 1);
}

void jw_bool(json_out *w, bool value) {
    before_value(w);
    buf_text(w->b, value ? "true" : "false");
}

void jw_null(json_out *w) {
    before_value(w);
    buf_text(w->b, "null");
}

void jw_raw(json_out *w, str json) {
    before_value(w);
    buf_str(w->b, json);
}
