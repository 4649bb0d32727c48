/* Walks parameter tables. It does NOT know any route. */
#include "api/param.h"
#include <math.h>
#include "base/limits.h"
#include "base/parse.h"
#include "net/url.h"

static void *member(const param *p, void *into) { return (char *)into + p->offset; }
static int64_t longest_text(const param *p) { return p->high ? p->high : LIMIT_ID_BYTES; }

static err_code take_text(ctx *c, const param *p, str value, str *ret_text) {
    if ((int64_t)value.n > longest_text(p)) return fail_field(c, ERR_INVALID, p->name, "'%s' may have at most %lld bytes", p->name,
                                                              (long long)longest_text(p));
    if ((int64_t)value.n < p->low) return fail_field(c, ERR_INVALID, p->name, "'%s' must not be empty", p->name);
    if (!str_is_utf8(value)) return fail_field(c, ERR_INVALID, p->name, "'%s' is not valid UTF-8 text", p->name);
    *ret_text = value;
    return ERR_OK;
}

static err_code take_int(ctx *c, const param *p, bool readable, int64_t v, opt_i64 *ret_value) {
    if (!readable || v < p->low || v > p->high)
        return fail_field(c, ERR_INVALID, p->name, "'%s' must be a whole number from %lld to %lld", p->name, (long long)p->low,
                          (long long)p->high);
    *ret_value = (opt_i64){ v, true };
    return ERR_OK;
}

static err_code take_number(ctx *c, const param *p, bool readable, double v, opt_f64 *ret_value) {
    if (!readable || !isfinite(v) || v < (double)p->low || v > (double)p->high)
        return fail_field(c, ERR_INVALID, p->name, "'%s' must be a number from %lld to %lld", p->name, (long long)p->low,
                          (long long)p->high);
    *ret_value = (opt_f64){ v, true };
    return ERR_OK;
}

static err_code take_bool(ctx *c, const param *p, bool readable, bool v, opt_flag *ret_value) {
    if (!readable) return fail_field(c, ERR_INVALID, p->name, "'%s' must be true or false", p->name);
    *ret_value = (opt_flag){ v, true };
    return ERR_OK;
}

static err_code start_texts(ctx *c, const param *p, size_t n, texts *ret_list) {
    if ((int64_t)n > p->high) return fail_field(c, ERR_INVALID, p->name, "'%s' may have at most %lld entries", p->name, (long long)p->high);
    *ret_list = (texts){ arena_new(c->arena, str, n ? n : 1), 0, true };
    return ret_list->p ? ERR_OK : fail(c, ERR_NO_MEMORY, "read '%s'", p->name);
}

/* ---- from JSON ---- */
/* Ids arrive as numbers from half of all shops: a whole number is as good as its text. */
static bool is_id(const json_value *v) {
    int64_t ignored;
    return jr_is_string(v) || (jr_is_number(v) && jr_i64(v, &ignored));
}

static err_code json_texts(ctx *c, const param *p, const json_value *v, texts *ret_list) {
    if (!jr_is_array(v)) return fail_field(c, ERR_INVALID, p->name, "'%s' must be a list of texts", p->name);
    texts list;
    static const param entry = { .high = LIMIT_ID_BYTES };
    TRY(start_texts(c, p, jr_count(v), &list));
    for (size_t i = 0; i < jr_count(v); i++) {
        param one = entry;
        one.name = p->name;
        if (!is_id(jr_at(v, i))) return fail_field(c, ERR_INVALID, p->name, "'%s' must be a list of texts", p->name);
        TRY(take_text(c, &one, jr_text(c->arena, jr_at(v, i)), &list.p[list.n++]));
    }
    *ret_list = list;
    return ERR_OK;
}

static err_code json_list(ctx *c, const param *p, const json_value *v, const json_value **ret_list) {
    if (!jr_is_array(v)) return fail_field(c, ERR_INVALID, p->name, "'%s' must be a list of objects", p->name);
    if ((int64_t)jr_count(v) > p->high)
        return fail_field(c, ERR_INVALID, p->name, "'%s' may have at most %lld entries", p->name, (long long)p->high);
    *ret_list = v;
    return ERR_OK;
}

/* Room for n entries, zeroed. */
static err_code start_entries(ctx *c, const param *p, size_t n, entries *ret_list) {
    if ((int64_t)n > p->high) return fail_field(c, ERR_INVALID, p->name, "'%s' may have at most %lld entries", p->name, (long long)p->high);
    *ret_list = (entries){ arena_array(c->arena, n, (size_t)p->low), 0, true };
    return ret_list->p ? ERR_OK : fail(c, ERR_NO_MEMORY, "read '%s'", p->name);
}

static void *next_entry(const param *p, entries *list) { return (char *)list->p + list->n++ * (size_t)p->low; }

static err_code json_one(ctx *c, const param *p, const json_value *v, void *into);

static err_code json_entries(ctx *c, const param *p, const json_value *v, entries *ret_list) {
    entries list;
    if (!jr_is_array(v)) return fail_field(c, ERR_INVALID, p->name, "'%s' must be a list of texts or objects", p->name);
    TRY(start_entries(c, p, jr_count(v), &list));
    for (size_t i = 0; i < jr_count(v); i++) {
        void *entry = next_entry(p, &list);
        const json_value *one = jr_at(v, i);
        TRY(jr_is_object(one) ? param_read_json(c, one, p->fields, p->n_fields, entry) : json_one(c, &p->fields[0], one, entry));
    }
    *ret_list = list;
    return ERR_OK;
}

static err_code json_one(ctx *c, const param *p, const json_value *v, void *into) {
    int64_t whole = 0;
    double number = 0;
    switch (p->kind) {
    case PARAM_TEXT:
        if (!is_id(v)) return fail_field(c, ERR_INVALID, p->name, "'%s' must be a text", p->name);
        return take_text(c, p, jr_text(c->arena, v), member(p, into));
    case PARAM_INT: {
        bool readable = jr_is_number(v) && jr_i64(v, &whole);
        return take_int(c, p, readable, whole, member(p, into));
    }
    case PARAM_NUMBER: {
        bool readable = jr_is_number(v) && jr_double(v, &number);
        return take_number(c, p, readable, number, member(p, into));
    }
    case PARAM_BOOL: return take_bool(c, p, jr_is_bool(v), jr_bool(v, false), member(p, into));
    case PARAM_TEXTS: return json_texts(c, p, v, member(p, into));
    case PARAM_ENTRIES: return json_entries(c, p, v, member(p, into));
    case PARAM_LIST: return json_list(c, p, v, member(p, into));
    case PARAM_JSON:
        if (!jr_is_object(v)) return fail_field(c, ERR_INVALID, p->name, "'%s' must be an object", p->name);
        *(const json_value **)member(p, into) = v;
        return ERR_OK;
    case PARAM_OBJECT:
        if (!jr_is_object(v)) return fail_field(c, ERR_INVALID, p->name, "'%s' must be an object", p->name);
        return param_read_json(c, v, p->fields, p->n_fields, into);
    case PARAM_OBJECTS:
    case PARAM_ANY: break;
    }
    return fail_field(c, ERR_INVALID, p->name, "'%s' cannot be sent", p->name);
}

static const param *find(const param *table, size_t n, str name) {
    for (size_t i = 0; i < n; i++)
        if (name.n && table[i].name[0] == name.p[0] && str_eq(name, str_of(table[i].name))) return &table[i];
    return NULL;
}

static err_code unknown(ctx *c, str name) {
    char field[64];
    snprintf(field, sizeof field, "%.*s", STR_ARG(str_clip(name, sizeof field - 1)));
    return fail_field(c, ERR_INVALID, field, "'%s' is not a parameter of this request; /docs lists them", field);
}

err_code param_read_json(ctx *c, const json_value *object, const param *table, size_t n, void *into) {
    for (void *it = jr_first(object); it; it = jr_next(object, it)) {
        const param *p = find(table, n, jr_member_key(it));
        if (!p) return unknown(c, jr_member_key(it));
        if (!jr_is_null(jr_member_value(it))) TRY(json_one(c, p, jr_member_value(it), into));
    }
    for (size_t i = 0; i < n; i++)
        if (table[i].required && jr_is_null(jr_get(object, table[i].name)))
            return fail_field(c, ERR_INVALID, table[i].name, "'%s' is required", table[i].name);
    return ERR_OK;
}

/* ---- from a query string ---- */
static err_code query_texts(ctx *c, const param *p, str value, texts *ret_list) {
    size_t n = value.n ? 1 : 0;
    for (size_t i = 0; i < value.n; i++) n += value.p[i] == ',';
    texts list;
    TRY(start_texts(c, p, n, &list));
    param one = { .name = p->name };
    for (str rest = value; rest.n;) {
        str part = str_trim(str_cut(&rest, ','));
        if (part.n) TRY(take_text(c, &one, part, &list.p[list.n++]));
    }
    *ret_list = list;
    return ERR_OK;
}

static err_code query_entries(ctx *c, const param *p, str value, entries *ret_list) {
    texts ids;
    entries list;
    TRY(query_texts(c, p, value, &ids));
    TRY(start_entries(c, p, ids.n, &list));
    for (size_t i = 0; i < ids.n; i++) *(str *)member(&p->fields[0], next_entry(p, &list)) = ids.p[i];
    *ret_list = list;
    return ERR_OK;
}

static err_code query_one(ctx *c, const param *p, str value, void *into) {
    int64_t whole = 0;
    double number = 0;
    bool flag = false;
    switch (p->kind) {
    case PARAM_TEXT: return take_text(c, p, value, member(p, into));
    case PARAM_INT: {
        bool readable = parse_i64(value, &whole);
        return take_int(c, p, readable, whole, member(p, into));
    }
    case PARAM_NUMBER: {
        bool readable = parse_double(value, &number);
        return take_number(c, p, readable, number, member(p, into));
    }
    case PARAM_BOOL: {
        bool readable = parse_bool(value, &flag);
        return take_bool(c, p, readable, flag, member(p, into));
    }
    case PARAM_TEXTS: return query_texts(c, p, value, member(p, into));
    case PARAM_ENTRIES: return query_entries(c, p, value, member(p, into));
    case PARAM_LIST:
    case PARAM_JSON:
    case PARAM_OBJECT:
    case PARAM_OBJECTS:
    case PARAM_ANY: break;
    }
    return fail_field(c, ERR_INVALID, p->name, "'%s' can only be sent in a JSON body", p->name);
}

static const param *find_flat(const param *table, size_t n, str name) {
    const param *hit = find(table, n, name);
    for (size_t i = 0; !hit && i < n; i++)
        if (table[i].kind == PARAM_OBJECT) hit = find(table[i].fields, table[i].n_fields, name);
    return hit;
}

err_code param_read_query(ctx *c, str query, const param *table, size_t n, void *into) {
    str name, value, rest = query;
    uint64_t seen = 0;                                      /* bit i: table[i] was given */
    while (url_next_pair(&rest, &name, &value)) {
        str plain_name, plain_value;
        if (!url_decode(c->arena, name, true, &plain_name) || !url_decode(c->arena, value, true, &plain_value))
            return fail(c, ERR_INVALID, "the query has a broken %%-escape");
        const param *p = find_flat(table, n, plain_name);
        if (!p) return unknown(c, plain_name);
        TRY(query_one(c, p, plain_value, into));
        if (p >= table && p < table + n && p - table < 64) seen |= UINT64_C(1) << (p - table);
    }
    for (size_t i = 0; i < n && i < 64; i++)
        if (table[i].required && !(seen >> i & 1)) return fail_field(c, ERR_INVALID, table[i].name, "'%s' is required", table[i].name);
    return ERR_OK;
}

/* ---- description ---- */
/* A text, or an object with more to say. */
static void entry_schema(json_out *w, const param *p) {
    jw_object(w);
    jw_key(w, "anyOf");
    jw_array(w);
    jw_object(w);
    jw_member_text(w, "type", "string");
    jw_end_object(w);
    param_schema(w, p->fields, p->n_fields);
    jw_end_array(w);
    jw_end_object(w);
}

static void schema_type(json_out *w, const param *p) {
    switch (p->kind) {
    case PARAM_TEXT:
        jw_member_text(w, "type", "string");
        if (p->low > 0) jw_member_i64(w, "minLength", p->low);
        jw_member_i64(w, "maxLength", longest_text(p));
        break;
    case PARAM_INT:
        jw_member_text(w, "type", "integer");
        if (p->low != p->high) jw_member_i64(w, "minimum", p->low), jw_member_i64(w, "maximum", p->high);
        break;
    case PARAM_NUMBER:
        jw_member_text(w, "type", "number");
        if (p->low != p->high) jw_member_i64(w, "minimum", p->low), jw_member_i64(w, "maximum", p->high);
        break;
    case PARAM_BOOL: jw_member_text(w, "type", "boolean"); break;
    case PARAM_TEXTS:
        jw_member_text(w, "type", "array");
        if (p->high) jw_member_i64(w, "maxItems", p->high);
        jw_key(w, "items");
        jw_object(w);
        jw_member_text(w, "type", "string");
        jw_end_object(w);
        break;
    case PARAM_ENTRIES:
        jw_member_text(w, "type", "array");
        jw_member_i64(w, "maxItems", p->high);
        jw_key(w, "items");
        entry_schema(w, p);
        break;
    case PARAM_JSON: jw_member_text(w, "type", "object"); break;
    case PARAM_OBJECT: break;                               /* written by param_schema */
    case PARAM_LIST:
    case PARAM_OBJECTS:
        jw_member_text(w, "type", "array");
        if (p->high) jw_member_i64(w, "maxItems", p->high);
        jw_key(w, "items");
        param_schema(w, p->fields, p->n_fields);
        break;
    case PARAM_ANY: break;
    }
}

void param_schema_one(json_out *w, const param *p) {
    if (p->kind == PARAM_OBJECT || (p->kind == PARAM_JSON && p->n_fields)) {
        param_schema(w, p->fields, p->n_fields);
        return;
    }
    jw_object(w);
    schema_type(w, p);
    if (p->doc) jw_member_text(w, "description", p->doc);
    if (p->example) {
        jw_key(w, "examples");
        jw_array(w);
        jw_raw(w, str_of(p->example));
        jw_end_array(w);
    }
    jw_end_object(w);
}

void param_schema(json_out *w, const param *table, size_t n) {
    bool any_required = false;
    jw_object(w);
    jw_member_text(w, "type", "object");
    jw_key(w, "properties");
    jw_object(w);
    for (size_t i = 0; i < n; i++) {
        jw_key(w, table[i].name);
        param_schema_one(w, &table[i]);
        any_required |= table[i].required;
    }
    jw_end_object(w);
    if (any_required) {
        jw_key(w, "required");
        jw_array(w);
        for (size_t i = 0; i < n; i++)
            if (table[i].required) jw_text(w, table[i].name);
        jw_end_array(w);
    }
    jw_end_object(w);
}
