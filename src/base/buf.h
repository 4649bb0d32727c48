/* buf: a builder of bytes with a maximum given at birth and a sticky error.
 * Promise: appends never fail loudly; after the last one the caller asks buf_err() once. Text is always NUL-terminated.
 * Memory comes from the heap (buf_init, give back with buf_free) or from an arena (buf_init_in, nothing to give back). */
#pragma once
#include <string.h>
#include "base/err.h"
#include "base/str.h"

typedef struct buf {
    char *p;
    size_t n, cap, max;
    arena *home;            /* NULL: heap */
    err_code err;           /* first failure, ERR_TOO_LARGE or ERR_NO_MEMORY */
} buf;

void buf_init(buf *b, size_t max);
void buf_init_in(buf *b, arena *home, size_t max);
void buf_free(buf *b);
/* Empty it, forget the error, keep the memory. */
void buf_reset(buf *b);
/* Forget what stands behind the first `n` bytes; nothing when there are no more. */
void buf_cut(buf *b, size_t n);
#define AUTO_BUF __attribute__((cleanup(buf_free))) buf

/* Make room for `n` more bytes and return where they go (the caller then adds to b->n), NULL on error. */
char *buf_room(buf *b, size_t n);
/* Inlined because every answer is made of them: the usual case is room enough. */
static inline void buf_add(buf *b, const void *p, size_t n) {
    char *to = b->p && !b->err && n < b->cap - b->n && n <= b->max - b->n ? b->p + b->n : buf_room(b, n);
    if (!to) return;
    if (n) memcpy(to, p, n);
    b->n += n;
    b->p[b->n] = 0;
}
static inline void buf_str(buf *b, str s) { buf_add(b, s.p, s.n); }
static inline void buf_text(buf *b, const char *s) { buf_add(b, s, strlen(s)); }
static inline void buf_char(buf *b, char c) { buf_add(b, &c, 1); }
void buf_i64(buf *b, int64_t v);
/* `v` with exactly `decimals` (0..9) digits behind the point, rounded half away from zero; not finite: "0". */
void buf_fixed(buf *b, double v, int decimals);
/* Shortest text that reads back as the same double, "C" locale always; not finite: "null". */
void buf_double(buf *b, double v);
/* For short text with numbers; at most 1 KiB a call, longer is ERR_TOO_LARGE. */
void buf_printf(buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Lower-case hexadecimal. */
void buf_hex(buf *b, const void *p, size_t n);

/* ERR_OK, or the first thing that went wrong. */
CHECK_RESULT err_code buf_err(const buf *b);
/* What was built. */
str buf_view(const buf *b);
