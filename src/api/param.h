/* Parameters as data: one table says what a request may carry; decoding, checking and the API description walk it.
 * Promise: a value of the wrong type, out of range, too long or unknown is refused with the field's name and a sentence that
 * says what is right; nothing is guessed. Lists and texts point into the request's arena. */
#pragma once
#include "base/json.h"

typedef enum {
    PARAM_TEXT,         /* str; `low`..`high` bytes */
    PARAM_INT,          /* opt_i64; `low`..`high` */
    PARAM_NUMBER,       /* opt_f64; `low`..`high` */
    PARAM_BOOL,         /* opt_flag */
    PARAM_TEXTS,        /* texts; at most `high` entries; in a query: separated by commas */
    PARAM_ENTRIES,      /* entries; at most `high` of `low` bytes: objects of `fields`, or a text alone for the first of them;
                         * in a query: texts separated by commas */
    PARAM_LIST,         /* const json_value *: objects of `fields`, at most `high`, left for the caller to read one by one */
    PARAM_JSON,         /* const json_value *: an object, left for the caller to read; `fields` only describe it */
    PARAM_OBJECT,       /* nested: `fields` with offsets from the outer struct */
    PARAM_OBJECTS,      /* answers only: a list of objects described by `fields` */
    PARAM_ANY           /* answers only: any JSON */
} param_kind;

typedef struct { int64_t v; bool known; } opt_i64;
typedef struct { double v; bool known; } opt_f64;
typedef struct { bool v, known; } opt_flag;
typedef struct { str *p; size_t n; bool known; } texts;

typedef struct { void *p; size_t n; bool known; } entries;  /* structs that `fields` describe, offsets from each one's start */

typedef struct param {
    const char *name;
    param_kind kind;
    size_t offset;              /* of the member in the caller's struct */
    int64_t low, high;          /* see the kinds; both 0 for texts = up to LIMIT_ID_BYTES */
    bool required;
    const char *doc;            /* one sentence for people */
    const char *example;        /* JSON text; NULL = none */
    const struct param *fields; /* PARAM_OBJECT(S), PARAM_ENTRIES */
    size_t n_fields;
} param;

/* Read a JSON object into `into` (zeroed by the caller). ERR_INVALID with the field. */
CHECK_RESULT err_code param_read_json(ctx *c, const json_value *object, const param *table, size_t n, void *into);
/* Read a raw query string. Nested objects are not looked for: their fields stand at the top ("price_min"). */
CHECK_RESULT err_code param_read_query(ctx *c, str query, const param *table, size_t n, void *into);
/* JSON Schema (draft 2020-12, as OpenAPI 3.1 uses it) of an object with these members. */
void param_schema(json_out *w, const param *table, size_t n);
/* Schema of one value. */
void param_schema_one(json_out *w, const param *p);
