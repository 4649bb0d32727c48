/* JSON out (append-only writer over buf) and in (tolerant tree over jansson).
 * Promise: the writer is the only place that escapes JSON; the reader is strict about UTF-8, depth and size.
 * Writer: no allocation but the buf's. Reader: the tree lives in an arena and needs no freeing. */
#pragma once
#include "base/buf.h"
#include "base/ctx.h"

/* ---- out ----
 * json_out w; jw_init(&w, &buf); jw_object(&w); jw_key(&w, "id"); jw_i64(&w, 7); jw_end_object(&w); err = buf_err(&buf); */
typedef struct json_out {
    buf *b;
    int depth;
    bool comma;                 /* the next value is not the first of its list */
} json_out;

void jw_init(json_out *w, buf *b);
void jw_object(json_out *w);
void jw_end_object(json_out *w);
void jw_array(json_out *w);
void jw_end_array(json_out *w);
void jw_key_raw(json_out *w, const char *key, size_t n);
/* plain ASCII names of ours; inlined so that the length of a literal is known to the compiler */
static inline void jw_key(json_out *w, const char *key) { jw_key_raw(w, key, strlen(key)); }
void jw_key_str(json_out *w, str key);              /* any text, escaped */
void jw_str(json_out *w, str value);                /* invalid UTF-8 becomes U+FFFD */
void jw_text(json_out *w, const char *value);       /* NULL: null */
void jw_i64(json_out *w, int64_t value);
void jw_fixed(json_out *w, double value, int decimals);   /* not finite: null */
void jw_double(json_out *w, double value);          /* shortest that reads back; not finite: null */
void jw_money(json_out *w, int64_t minor, int digits);    /* 1999 with 2 digits: 19.99 */
void jw_bool(json_out *w, bool value);
void jw_null(json_out *w);
void jw_raw(json_out *w, str json);                 /* one whole value already written by jw_* */
/* key and value in one call */
static inline void jw_member_str(json_out *w, const char *key, str value) { jw_key(w, key), jw_str(w, value); }
static inline void jw_member_text(json_out *w, const char *key, const char *value) { jw_key(w, key), jw_text(w, value); }
static inline void jw_member_i64(json_out *w, const char *key, int64_t value) { jw_key(w, key), jw_i64(w, value); }
static inline void jw_member_bool(json_out *w, const char *key, bool value) { jw_key(w, key), jw_bool(w, value); }
static inline void jw_member_fixed(json_out *w, const char *key, double v, int decimals) { jw_key(w, key), jw_fixed(w, v, decimals); }
static inline void jw_member_money(json_out *w, const char *key, int64_t minor, int digits) { jw_key(w, key), jw_money(w, minor, digits); }

/* ---- in ---- */
typedef struct json_value json_value;               /* a node; NULL stands for "not there" and every reader takes it */

typedef enum {
    JSON_READ_STRICT,        /* API bodies: duplicate keys refused */
    JSON_READ_TOLERANT       /* shops: BOM, blank lines, PHP notices and HTML around the value are skipped */
} json_mode;

/* Parse one value.
 *   ret_value  tree in c->arena
 * ERR_INVALID (with line and column), ERR_NO_MEMORY. */
CHECK_RESULT err_code json_parse(ctx *c, str text, json_mode mode, const json_value **ret_value);

bool jr_is_object(const json_value *v);
bool jr_is_array(const json_value *v);
bool jr_is_null(const json_value *v);               /* null or not there */
bool jr_is_string(const json_value *v);
bool jr_is_number(const json_value *v);
bool jr_is_bool(const json_value *v);
const json_value *jr_get(const json_value *object, const char *key);    /* NULL when not there or not an object */
size_t jr_count(const json_value *array);           /* 0 when not an array */
const json_value *jr_at(const json_value *array, size_t i);
/* Walk an object: for (void *it = jr_first(o); it; it = jr_next(o, it)) jr_member_key(it), jr_member_value(it) */
void *jr_first(const json_value *object);
void *jr_next(const json_value *object, void *it);
str jr_member_key(void *it);
const json_value *jr_member_value(void *it);
/* The text of a string; a number or boolean is turned into text in `a` ("numbers where strings belong"); else empty. */
str jr_text(arena *a, const json_value *v);
/* Text of a string only, empty otherwise. */
str jr_string(const json_value *v);
/* Whole number from a number or a numeric string; false when it is neither (or not whole). */
bool jr_i64(const json_value *v, int64_t *ret_value);
bool jr_double(const json_value *v, double *ret_value);
/* true/false, 1/0, "yes"/"no", "true"/"false"; anything else gives `otherwise`. */
bool jr_bool(const json_value *v, bool otherwise);
/* Write a read value back, keys in the order received. */
void jw_value(json_out *w, const json_value *v);
