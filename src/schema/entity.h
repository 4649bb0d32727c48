/* The vocabulary: every table of Vitrine as a const list of columns, and the plain struct that carries one row.
 * Promise: one line per column is the only place a column is written; DDL, upsert, select and JSON are walked from it.
 * Add a column: one line here and one migration in storage/migrations.c. Every key starts with store_id.
 * Rows are plain data: text points into the caller's arena. Read next: schema/tables.h, storage/storage.h. */
#pragma once
#include <stddef.h>
#include "base/json.h"

/* kind     C type     meaning
 * TEXT     str        UTF-8, never null: empty stands for "none"
 * JSON     str        one JSON value written by us, or empty
 * BLOB     str        bytes
 * INT      int64_t    whole number
 * REAL     double     finite
 * BOOL     bool
 * TIME     int64_t    UTC ms since 1970; 0 = not set
 * MONEY    int64_t    minor units of the store's currency
 * OPT_INT  opt_int    whole number or unknown (SQL NULL)
 * OPT_MONEY opt_int   minor units or unknown (SQL NULL) */
typedef enum {
    FIELD_TEXT, FIELD_JSON, FIELD_BLOB, FIELD_INT, FIELD_REAL, FIELD_BOOL, FIELD_TIME, FIELD_MONEY,
    FIELD_OPT_INT, FIELD_OPT_MONEY, FIELD_KINDS
} field_kind;

typedef struct { int64_t v; bool known; } opt_int;
#define SOME(value) ((opt_int){ (value), true })
#define UNKNOWN ((opt_int){ 0, false })

enum {
    KEY = 1,            /* part of the primary key, in the order written */
    HIDDEN = 2,         /* stored, never sent */
    INDEXED = 4,        /* has an index (store_id, column) */
    PERSONAL = 8,       /* personal data: erased with the person, never logged */
    UNHASHED = 16       /* does not take part in the record hash (bookkeeping of ours) */
};

typedef struct { const char *name; field_kind kind; size_t offset; unsigned flags; } field;
typedef struct entity {
    const char *name;           /* table name */
    const field *fields;
    size_t n_fields;
    size_t n_keys;              /* the first n_keys fields are the key */
    size_t row_size;            /* sizeof the struct */
} entity;

#define ENTITY_TYPE_TEXT str
#define ENTITY_TYPE_JSON str
#define ENTITY_TYPE_BLOB str
#define ENTITY_TYPE_INT int64_t
#define ENTITY_TYPE_REAL double
#define ENTITY_TYPE_BOOL bool
#define ENTITY_TYPE_TIME int64_t
#define ENTITY_TYPE_MONEY int64_t
#define ENTITY_TYPE_OPT_INT opt_int
#define ENTITY_TYPE_OPT_MONEY opt_int
#define ENTITY_MEMBER(type, kind, name, flags) ENTITY_TYPE_##kind name;

/* Position of a field by name, or n_fields. */
size_t entity_field_index(const entity *e, str name);
/* Where field `i` of `row` lives. */
const void *entity_at(const entity *e, const void *row, size_t i);
void *entity_at_mut(const entity *e, void *row, size_t i);
/* Hash of the columns that are neither part of the store nor UNHASHED; never 0. `seed` chains rows. */
uint64_t entity_hash(const entity *e, const void *row, uint64_t seed);
/* Write the row as a JSON object, HIDDEN columns left out. Money is written in major units with `digits` decimals. */
void entity_json(json_out *w, const entity *e, const void *row, int digits);
/* Copy every text of `row` into `a`. ERR_NO_MEMORY. */
CHECK_RESULT err_code entity_dup_texts(ctx *c, arena *a, const entity *e, void *row);

/* A row with what hangs on it: put and replaced together. */
typedef struct { const entity *e; const void *rows; size_t n; } child_rows;
enum { RECORD_CHILDREN = 8 };
typedef struct record {
    const entity *e;
    const void *row;
    child_rows children[RECORD_CHILDREN];   /* their keys start with the parent's key; the set given replaces the set stored */
    size_t n_children;
} record;
/* Add a child set (empty sets too: they clear). */
void record_add(record *r, const entity *e, const void *rows, size_t n);
/* Hash of the row and of its children in the order given; never 0. */
uint64_t record_hash(const record *r);
