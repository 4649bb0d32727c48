/* import: products, orders and customers from CSV and JSON-lines files into a sink.
 * Promise: streaming with bounded memory; a bad line is counted with its number and reason and never stops the rest (unless told
 * `strict`, or every line is bad); the same file imported twice, or killed and started again, gives the same rows; nothing is
 * removed. An order is one line for each thing bought; its lines may be scattered over the file. The mapping of columns and the
 * presets are tables in import_tables.c; docs/import.md tells users. One thread. */
#pragma once
#include "base/csv.h"
#include "base/limits.h"
#include "connect/connect.h"

typedef enum { IMPORT_PRODUCTS, IMPORT_ORDERS, IMPORT_CUSTOMERS, IMPORT_KINDS } import_kind;
typedef enum { IMPORT_BY_NAME, IMPORT_CSV, IMPORT_JSON_LINES } import_format;   /* by name: .jsonl and .ndjson (also .gz) are JSON */

typedef struct {
    import_kind kind;
    const char *path;           /* "-" = standard input */
    import_format format;
    csv_options csv;
    str preset;                 /* empty, or "online-retail" */
    const str *maps;            /* "ours=theirs" each; they win over the names known by themselves */
    size_t n_maps;
    bool strict;                /* the first bad line ends the import */
    int64_t store_id;
    str currency;               /* ISO 4217 of the store */
    int currency_digits;
} import_options;

typedef struct { int64_t line; char reason[120]; } import_error;
typedef struct {
    int64_t lines;              /* records read, the header not counted */
    int64_t taken, skipped, bad;        /* they add up to `lines`; skipped = understood and left out (free items, corrections) */
    int64_t products, orders, order_lines, customers;   /* rows given to the sink, each once */
    import_error errors[LIMIT_IMPORT_ERRORS_SHOWN];
    size_t n_errors;            /* the first ones */
} import_report;

/* "products", "orders", "customers"; false for another word. */
bool import_kind_named(str word, import_kind *ret_kind);
/* Currency of a preset's data, empty when there is no such preset. */
str import_preset_currency(str preset);

/* Import a file.
 *   ret_report  always filled as far as it came, also on errors
 * ERR_NOT_FOUND, ERR_INVALID (unreadable file, a needed column is missing: says which, unknown preset or map, strict and a bad line,
 * every line bad), ERR_NO_MEMORY, ERR_CANCELLED, and the sink's own. Texts of the report need no freeing. */
CHECK_RESULT err_code import_file(ctx *c, const import_options *o, const connect_sink *sink, import_report *ret_report);
