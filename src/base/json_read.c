/* The reader half of json.h, over jansson. jansson's memory is routed into the arena of the running parse, so a tree costs no
 * malloc and needs no freeing. It does NOT keep numbers outside int64: they become doubles. */
#include "base/json.h"
#include "base/limits.h"
#include "base/parse.h"
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/* jansson knows one allocator per process; the arena of the running parse is per thread. Set for the duration of a call only. */
static _Thread_local arena *parse_home;

static void *home_alloc(size_t n) { return parse_home ? arena_alloc_raw(parse_home, n) : NULL; }
static void home_free(void *p) { (void)p; /* the arena frees */ }

static void install_allocator(void) {
    json_set_alloc_funcs(home_alloc, home_free);
    json_object_seed(0x5EEDu ^ (size_t)(uintptr_t)&parse_home);     /* address-space randomness: keys cannot be aimed at one bucket */
}

static const json_t *node(const json_value *v) { return (const json_t *)v; }
static const json_value *value(const json_t *j) { return (const json_value *)j; }

/* Deepest nesting of brackets outside strings. Checked before jansson recurses. Few brackets cannot be nested deeply: the common
 * body is only counted. */
static int nesting(str text) {
    int opening = 0;
    for (size_t i = 0; i < text.n; i++) opening += (text.p[i] == '{') | (text.p[i] == '[');
    if (opening <= LIMIT_JSON_DEPTH) return opening;
    int depth = 0, deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\') i++;
            else if (c == '"') in_string = false;
        } else if (c == '"') in_string = true;
        else if (c == '{' || c == '[') deepest = ++depth > deepest ? depth : deepest;
        else if (c == '}' || c == ']') depth--;
    }
    return deepest;
}

/* ret_cut: the text ended inside the value. */
static err_code parse_at(ctx *c, str text, size_t flags, const json_value **ret_value, bool *ret_cut) {
    *ret_cut = false;
    if (nesting(text) > LIMIT_JSON_DEPTH) return fail(c, ERR_INVALID, "JSON is nested deeper than %d levels", LIMIT_JSON_DEPTH);
    json_error_t why;
    arena *outer = parse_home;
    parse_home = c->arena;
    json_t *tree = json_loadb(text.n ? text.p : "", text.n, flags, &why);
    parse_home = outer;
    if (tree) {
        *ret_value = value(tree);
        return ERR_OK;
    }
    *ret_cut = json_error_code(&why) == json_error_premature_end_of_input;
    if (json_error_code(&why) == json_error_out_of_memory) return fail(c, ERR_NO_MEMORY, "JSON of %zu bytes: out of memory", text.n);
    return fail(c, ERR_INVALID, "not valid JSON at line %d, column %d: %s", why.line, why.column, why.text);
}

/* Shops put BOMs, PHP notices and HTML before the value and comments behind it: try from each bracket that could start it. A value
 * that the text breaks off in is no reason to take a smaller one from its inside. */
static err_code parse_tolerant(ctx *c, str text, const json_value **ret_value) {
    enum { TRIES = 16 };
    size_t flags = JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY;
    err_code first = ERR_OK;
    size_t at = 0;
    bool cut = false;
    for (int tries = 0; tries < TRIES && at < text.n && !cut; at++) {
        if (text.p[at] != '{' && text.p[at] != '[') continue;
        tries++;
        err_code e = parse_at(c, str_sub(text, at, text.n), flags, ret_value, &cut);
        if (e == ERR_OK || e == ERR_NO_MEMORY) return e;
        if (!first) first = e;
    }
    return fail(c, ERR_INVALID, "no JSON value found in %zu bytes", text.n);
}

err_code json_parse(ctx *c, str text, json_mode mode, const json_value **ret_value) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_allocator);
    bool cut;
    return mode == JSON_READ_STRICT ? parse_at(c, text, JSON_REJECT_DUPLICATES, ret_value, &cut) : parse_tolerant(c, text, ret_value);
}

bool jr_is_object(const json_value *v) { return v && json_is_object(node(v)); }
bool jr_is_array(const json_value *v) { return v && json_is_array(node(v)); }
bool jr_is_null(const json_value *v) { return !v || json_is_null(node(v)); }
bool jr_is_string(const json_value *v) { return v && json_is_string(node(v)); }
bool jr_is_number(const json_value *v) { return v && json_is_number(node(v)); }
bool jr_is_bool(const json_value *v) { return v && json_is_boolean(node(v)); }

const json_value *jr_get(const json_value *object, const char *key) {
    return jr_is_object(object) ? value(json_object_get(node(object), key)) : NULL;
}

size_t jr_count(const json_value *array) { return jr_is_array(array) ? json_array_size(node(array)) : 0; }
const json_value *jr_at(const json_value *array, size_t i) { return i < jr_count(array) ? value(json_array_get(node(array), i)) : NULL; }

/* jansson's iterators take a non-const object but do not write it */
static json_t *unconst(const json_value *v) { return (json_t *)(uintptr_t)v; }

void *jr_first(const json_value *object) { return jr_is_object(object) ? json_object_iter(unconst(object)) : NULL; }
void *jr_next(const json_value *object, void *it) { return json_object_iter_next(unconst(object), it); }
str jr_member_key(void *it) { return str_of(json_object_iter_key(it)); }
const json_value *jr_member_value(void *it) { return value(json_object_iter_value(it)); }

str jr_string(const json_value *v) {
    return jr_is_string(v) ? (str){ json_string_value(node(v)), json_string_length(node(v)) } : (str){ 0 };
}

str jr_text(arena *a, const json_value *v) {
    if (jr_is_string(v)) return jr_string(v);
    if (jr_is_bool(v)) return json_is_true(node(v)) ? STR("true") : STR("false");
    if (!jr_is_number(v)) return (str){ 0 };
    buf b;
    buf_init_in(&b, a, 64);
    if (json_is_integer(node(v))) buf_i64(&b, json_integer_value(node(v)));
    else buf_double(&b, json_real_value(node(v)));
    return buf_view(&b);
}

bool jr_i64(const json_value *v, int64_t *ret_value) {
    if (jr_is_string(v)) return parse_i64(str_trim(jr_string(v)), ret_value);
    if (!jr_is_number(v)) return false;
    if (json_is_integer(node(v))) {
        *ret_value = json_integer_value(node(v));
        return true;
    }
    double d = json_real_value(node(v));
    if (d != floor(d) || fabs(d) > 9e15) return false;
    *ret_value = (int64_t)d;
    return true;
}

bool jr_double(const json_value *v, double *ret_value) {
    if (jr_is_string(v)) return parse_double(str_trim(jr_string(v)), ret_value);
    if (!jr_is_number(v)) return false;
    *ret_value = json_number_value(node(v));
    return true;
}

bool jr_bool(const json_value *v, bool otherwise) {
    if (jr_is_bool(v)) return json_is_true(node(v));
    bool parsed;
    int64_t number;
    if (jr_is_string(v)) return parse_bool(str_trim(jr_string(v)), &parsed) ? parsed : otherwise;
    return jr_is_number(v) && jr_i64(v, &number) ? number != 0 : otherwise;
}

static void write_object(json_out *w, const json_value *v) {
    jw_object(w);
    for (void *it = jr_first(v); it; it = jr_next(v, it)) {
        jw_key_str(w, jr_member_key(it));
        jw_value(w, jr_member_value(it));
    }
    jw_end_object(w);
}

void jw_value(json_out *w, const json_value *v) {
    if (jr_is_object(v)) write_object(w, v);
    else if (jr_is_array(v)) {
        jw_array(w);
        for (size_t i = 0; i < jr_count(v); i++) jw_value(w, jr_at(v, i));
        jw_end_array(w);
    } else if (jr_is_string(v)) jw_str(w, jr_string(v));
    else if (jr_is_bool(v)) jw_bool(w, json_is_true(node(v)));
    else if (jr_is_number(v) && json_is_integer(node(v))) jw_i64(w, json_integer_value(node(v)));
    else if (jr_is_number(v)) jw_double(w, json_real_value(node(v)));
    else jw_null(w);
}
