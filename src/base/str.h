/* str: a view of bytes with a length; not NUL-terminated, never owned.
 * Promise: nothing here allocates except str_dup/str_cstr, which say into which arena. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"

typedef struct { const char *p; size_t n; } str;

#define STR(lit) ((str){ "" lit, sizeof(lit) - 1 })
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

/* View of a NUL-terminated text; NULL gives an empty view. */
str str_of(const char *s);
bool str_eq(str a, str b);
/* Equal when ASCII letters are compared without case. */
bool str_eq_nocase(str a, str b);
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
/* <0, 0, >0 by bytes, shorter first. */
int str_cmp(str a, str b);
/* Position of `needle` in `s`, or SIZE_MAX. */
size_t str_find(str s, str needle);
/* Without ASCII white space at both ends. */
str str_trim(str s);
/* Bytes [from, from + n), clipped to the text. */
str str_sub(str s, size_t from, size_t n);
/* Cut `s` at the first `sep`: returns what stood before it and moves `*s` behind it. At the end `*s` becomes empty
 * and its pointer NULL, so `while (rest.p)` walks every part, empty ones too. */
str str_cut(str *s, char sep);
/* Copy into `a`, NUL-terminated for the eyes of C libraries; .p is NULL when the arena is full. */
str str_dup(arena *a, str s);
/* NUL-terminated copy for a C library; NULL when the arena is full. A NUL byte inside ends it early. */
const char *str_cstr(arena *a, str s);
/* True when `s` is well-formed UTF-8 without NUL bytes (RFC 3629: no surrogates, no overlong forms). */
bool str_is_utf8(str s);
/* Longest prefix of at most `max` bytes that does not cut a UTF-8 character. */
str str_clip(str s, size_t max);
