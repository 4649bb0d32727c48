/* Baskets of a real shop from its invoice lines, split by time: the data of the task `basket`.
 * Promise: cleaned and indexed exactly as the published protocol says, so figures compare with those of others.
 * Owner: everything lives in c->arena. Read next: eval/task.h. */
#pragma once
#include "models/baskets.h"

/* A year-month-day that splits the data, UTC ms. */
typedef struct {
    int64_t split_ms;               /* invoices before it train; INT64_MIN: 2011-11-09, or 30 days before the last day when that
                                     * leaves one side empty */
    int64_t end_ms;                 /* invoices from here on are not read at all; INT64_MAX: none */
} invoice_window;

typedef struct {
    uint32_t n_items;
    const str *item;                /* n_items codes in byte order: the item index is the rank */
    basket_matrix train, test;      /* in order of time, then invoice number; test baskets hold at least two items known in train */
    const uint32_t *train_lines;    /* the items of each training basket once more, in the order of their first lines */
    const int64_t *train_ms, *test_ms;  /* time of each basket: its earliest line */
    int64_t split_ms;
    uint64_t lines, lines_kept;     /* of the file, and after cleaning */
} invoice_data;

/* Read the CSV file (plain or gzip, first of the folder in byte order) with the columns InvoiceNo, StockCode, Quantity, InvoiceDate,
 * UnitPrice. Kept lines: InvoiceNo all digits, Quantity > 0, UnitPrice > 0, upper-case StockCode five digits and then only letters.
 * ERR_NOT_FOUND, ERR_INVALID (missing column, damaged file), ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code invoices_read(ctx *c, const char *folder, invoice_window w, invoice_data *ret_data);
/* The same from CSV text in memory, for tests. */
CHECK_RESULT err_code invoices_read_text(ctx *c, str text, invoice_window w, invoice_data *ret_data);
