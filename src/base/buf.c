/* Builder with a maximum. It does NOT escape: each format has its own writer (json.h, csv, html, url). */
#include "base/buf.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(buf *b, size_t max) { *b = (buf){ .max = max }; }
void buf_init_in(buf *b, arena *home, size_t max) { *b = (buf){ .max = max, .home = home }; }

void buf_free(buf *b) {
    if (!b->home) free(b->p);
    *b = (buf){ .max = b->max, .home = b->home };
}

void buf_cut(buf *b, size_t n) {
    if (n >= b->n) return;
    b->n = n;
    b->p[n] = 0;
}

void buf_reset(buf *b) {
    b->n = 0;
    b->err = ERR_OK;
    if (b->p) b->p[0] = 0;
}

static char *regrow(buf *b, size_t cap) {
    if (!b->home) return realloc(b->p, cap);
    char *q = arena_alloc_raw(b->home, cap);
    if (q && b->n) memcpy(q, b->p, b->n);
    return q;
}

char *buf_room(buf *b, size_t n) {
    if (b->err) return NULL;
    if (n > b->max - b->n) {
        b->err = ERR_TOO_LARGE;
        return NULL;
    }
    if (b->n + n + 1 > b->cap) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap < b->n + n + 1) cap *= 2;
        char *q = regrow(b, cap);
        if (!q) {
            b->err = ERR_NO_MEMORY;
            return NULL;
        }
        b->p = q;
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_i64(buf *b, int64_t v) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do digits[--at] = (char)('0' + u % 10); while (u /= 10);
    if (v < 0) digits[--at] = '-';
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_fixed(buf *b, double v, int decimals) {
    static const double scale[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
    double scaled = isfinite(v) ? round(v * scale[decimals]) : 0;
    if (fabs(scaled) > 9e17) {                       /* beyond int64: the slow exact way */
        buf_double(b, v);
        return;
    }
    int64_t whole = (int64_t)scaled, unit = (int64_t)scale[decimals];
    if (whole < 0) buf_char(b, '-'), whole = -whole;
    buf_i64(b, whole / unit);
    if (!decimals) return;
    char tail[10] = ".";
    int64_t rest = whole % unit;
    for (int i = decimals; i > 0; i--, rest /= 10) tail[i] = (char)('0' + rest % 10);
    buf_add(b, tail, (size_t)decimals + 1);
}

void buf_double(buf *b, double v) {
    if (!isfinite(v)) {
        buf_text(b, "null");
        return;
    }
    if (fabs(v) < 9e15 && v == (double)(int64_t)v) {
        buf_i64(b, (int64_t)v);
        return;
    }
    char text[40];
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {  /* no setlocale() anywhere, so the point is a point */
        n = snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) break;
    }
    buf_add(b, text, (size_t)n);
}

void buf_printf(buf *b, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof text) buf_add(b, text, (size_t)n);
    else if (!b->err) b->err = ERR_TOO_LARGE;
}

void buf_hex(buf *b, const void *p, size_t n) {
    static const char digit[] = "0123456789abcdef";
    const unsigned char *byte = p;
    char *to = buf_room(b, n * 2);
    if (!to) return;
    for (size_t i = 0; i < n; i++) to[2 * i] = digit[byte[i] >> 4], to[2 * i + 1] = digit[byte[i] & 15];
    b->n += n * 2;
    b->p[b->n] = 0;
}

err_code buf_err(const buf *b) { return b->err; }
str buf_view(const buf *b) { return (str){ b->p, b->n }; }
