/* Inside the import: the columns each kind knows, one parsed record, and the state of a run. Private to connect/import*.c. */
#pragma once
#include "base/map.h"
#include "connect/import.h"

enum { IMPORT_MOST_COLUMNS = 32, IMPORT_WINDOW_BYTES = 128 << 20, IMPORT_WINDOW_LINES = 100000 };

typedef struct {
    const char *name;           /* ours; what stands before '=' in a map */
    const char *theirs;         /* header names accepted, '|' between; letters and digits only, lower case */
    bool required;
} import_column;

enum { P_ID, P_SKU, P_NAME, P_PRICE, P_REGULAR, P_SALE, P_CATEGORIES, P_TAGS, P_BRAND, P_STOCK, P_STOCK_STATUS, P_SHORT, P_LONG, P_IMAGES,
       P_PARENT, P_TYPE, P_STATUS, P_CREATED, P_LINK, P_COLUMNS };
enum { O_ORDER, O_DATE, O_STATUS, O_CUSTOMER, O_EMAIL, O_PRODUCT, O_VARIATION, O_SKU, O_NAME, O_QUANTITY, O_PRICE, O_TOTAL, O_CURRENCY,
       O_COUNTRY, O_COLUMNS };
enum { C_ID, C_EMAIL, C_FIRST, C_LAST, C_PHONE, C_CITY, C_REGION, C_COUNTRY, C_CREATED, C_COLUMNS };

typedef struct { const char *word; const import_column *columns; size_t n; const char *step; } import_shape;
extern const import_shape import_shapes[IMPORT_KINDS];

/* A known data set: what its columns mean beyond their names. */
typedef struct {
    const char *name;
    const char *currency;
    import_kind kind;
    const char *cancel_prefix;      /* of the order id */
    const char *const *no_product;  /* codes that are postage, fees, corrections; NULL at the end */
    bool owns_products;             /* products and customers are known from this file only: written even when they exist */
    bool sales_only;                /* lines without a positive quantity and price are left out, cancellations excepted */
} import_preset;
const import_preset *import_preset_find(str name);

typedef struct importer importer;
/* Take one record: values[column] of the kind. A bad one: write why into c->error with ERR_INVALID. */
typedef err_code import_take(ctx *c, importer *m, const str *values);

typedef struct import_orders import_orders;
struct importer {
    const import_options *o;
    const import_preset *preset;    /* may be NULL */
    const connect_sink *sink;
    import_report *report;
    int column_of[IMPORT_MOST_COLUMNS];     /* field of the file for each of our columns, -1 = none */
    bool skipped;                   /* set by take: understood and left out */
    arena window;                   /* open orders; emptied when they are written */
    import_orders *orders;
    int64_t read, total;            /* bytes, for progress */
};

err_code import_take_product(ctx *c, importer *m, const str *values);
err_code import_take_customer(ctx *c, importer *m, const str *values);
err_code import_orders_start(ctx *c, importer *m);
err_code import_take_order_line(ctx *c, importer *m, const str *values);
/* Write what is open, and the products and customers the orders told of. */
CHECK_RESULT err_code import_orders_end(ctx *c, importer *m);
/* Give its memory back; fine when it never started. */
void import_orders_done(importer *m);

/* Values. Each fails with ERR_INVALID and a sentence that names the column. Empty text gives `otherwise`. */
CHECK_RESULT err_code import_money(ctx *c, str text, const char *column, int digits, opt_int *ret_minor);
CHECK_RESULT err_code import_number(ctx *c, str text, const char *column, double *ret_value);
CHECK_RESULT err_code import_time(ctx *c, str text, const char *column, int64_t *ret_ms);
CHECK_RESULT err_code import_id(ctx *c, str text, const char *column, str *ret_id);
/* Give what waits to the disk; name of the file's place for the cursor. */
CHECK_RESULT err_code import_checkpoint(ctx *c, importer *m);
/* Id of a customer by id or e-mail; empty when neither is known. Fills the e-mail hash. */
CHECK_RESULT err_code import_customer_of(ctx *c, str id, str email, customer *ret_row);
