/* Byte views. It does NOT know languages: folding and stemming live in features/text. */
#include "base/str.h"
#include <string.h>

str str_of(const char *s) { return s ? (str){ s, strlen(s) } : (str){ 0 }; }

bool str_eq(str a, str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool str_eq_nocase(str a, str b) {
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

bool str_starts(str s, str prefix) { return s.n >= prefix.n && str_eq((str){ s.p, prefix.n }, prefix); }

bool str_ends(str s, str suffix) {
    return s.n >= suffix.n && (suffix.n == 0 || str_eq((str){ s.p + s.n - suffix.n, suffix.n }, suffix));
}

int str_cmp(str a, str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.p, b.p, n) : 0;
    return d ? d : (a.n > b.n) - (a.n < b.n);
}

size_t str_find(str s, str needle) {
    if (needle.n == 0) return 0;
    if (s.n < needle.n) return SIZE_MAX;
    const char *hit = memmem(s.p, s.n, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

str str_trim(str s) {
    while (s.n && is_space(s.p[0])) s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1])) s.n--;
    return s;
}

str str_sub(str s, size_t from, size_t n) {
    if (from >= s.n) return (str){ 0 };
    return (str){ s.p + from, n < s.n - from ? n : s.n - from };
}

str str_cut(str *s, char sep) {
    const char *hit = s->n ? memchr(s->p, sep, s->n) : NULL;
    str before = *s;
    if (!hit) {
        *s = (str){ 0 };
        return before;
    }
    before.n = (size_t)(hit - s->p);
    *s = (str){ hit + 1, s->n - before.n - 1 };
    return before;
}

str str_dup(arena *a, str s) {
    char *p = arena_alloc(a, s.n + 1);
    if (!p) return (str){ 0 };
    if (s.n) memcpy(p, s.p, s.n);
    return (str){ p, s.n };
}

const char *str_cstr(arena *a, str s) { return str_dup(a, s).p; }

/* Length of the character that starts at p, 0 when it is not well-formed. */
static size_t utf8_step(const unsigned char *p, size_t left) {
    if (p[0] < 0x80) return p[0] != 0;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < n) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;      /* overlong */
    if (p[0] == 0xED && p[1] > 0x9F) return 0;      /* surrogate */
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;      /* overlong */
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0;      /* above U+10FFFF */
    return n;
}

bool str_is_utf8(str s) {
    for (size_t i = 0; i < s.n;) {
        size_t step = utf8_step((const unsigned char *)s.p + i, s.n - i);
        if (!step) return false;
        i += step;
    }
    return true;
}

str str_clip(str s, size_t max) {
    if (s.n <= max) return s;
    while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80) max--;
    return (str){ s.p, max };
}
