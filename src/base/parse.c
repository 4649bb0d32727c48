/* Number parsing with range and whole-input checks. It does NOT guess: "1,5" and " 1" are refused. */
#include "base/parse.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool parse_u64(str text, uint64_t *ret_value) {
    if (text.n == 0) return false;
    uint64_t v = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') return false;
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(text.p[i] - '0'), &v)) return false;
    }
    *ret_value = v;
    return true;
}

bool parse_i64(str text, int64_t *ret_value) {
    bool negative = text.n && text.p[0] == '-';
    uint64_t v, limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (!parse_u64(negative ? str_sub(text, 1, text.n) : text, &v) || v > limit) return false;
    *ret_value = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool parse_int_in(str text, int64_t low, int64_t high, int64_t *ret_value) {
    int64_t v;
    if (!parse_i64(text, &v) || v < low || v > high) return false;
    *ret_value = v;
    return true;
}

bool parse_double(str text, double *ret_value) {
    char copy[64];
    if (text.n == 0 || text.n >= sizeof copy) return false;
    for (size_t i = 0; i < text.n; i++)
        if (!strchr("+-.0123456789eE", text.p[i]) || !text.p[i]) return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = 0;
    char *end;
    double v = strtod(copy, &end);
    if (end != copy + text.n || !isfinite(v)) return false;
    *ret_value = v;
    return true;
}

bool parse_bool(str text, bool *ret_value) {
    static const struct { const char *word; bool value; } words[] = {
        { "1", true }, { "true", true }, { "yes", true }, { "on", true },
        { "0", false }, { "false", false }, { "no", false }, { "off", false },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(text, str_of(words[i].word))) {
            *ret_value = words[i].value;
            return true;
        }
    return false;
}

bool parse_money(str text, int digits, int64_t *ret_minor) {
    bool negative = text.n && text.p[0] == '-';
    if (negative) text = str_sub(text, 1, text.n);
    str whole = str_cut(&text, '.');
    str part = text;                                        /* digits behind the point, may be none */
    if (whole.n + part.n == 0 || whole.n > 15) return false;
    int64_t v = 0;
    for (size_t i = 0; i < whole.n; i++) {
        if (whole.p[i] < '0' || whole.p[i] > '9') return false;
        v = v * 10 + (whole.p[i] - '0');
    }
    for (size_t i = 0; i < part.n; i++)
        if (part.p[i] < '0' || part.p[i] > '9') return false;
    for (int i = 0; i < digits; i++) {
        if (v > INT64_C(900000000000000)) return false;
        v = v * 10 + ((size_t)i < part.n ? part.p[i] - '0' : 0);
    }
    if ((size_t)digits < part.n && part.p[digits] >= '5') v++;
    if (v > INT64_C(9000000000000000)) return false;
    *ret_minor = negative ? -v : v;
    return true;
}
