/* The reports by name: what the API and the command line answer.
 * Promise: the same name, days and question give the same figures through both; a wrong question is answered with what would be right;
 * memory is bounded (LIMIT_REPORT_ARENA), also for shops of millions of visitors. Nothing is written.
 * Threads: that of the db. Read next: docs/reports.md (what the columns mean), reports/README.md. */
#pragma once
#include "reports/figures.h"
#include "storage/storage.h"

typedef struct {
    const char *name, *doc;         /* doc: one sentence for people */
    unsigned by;                    /* REPORT_BY() of what it can be told by */
    bool one;                       /* by one of them at once only */
} report_kind;
extern const report_kind report_kinds[];
extern const size_t n_report_kinds;

/* What may be asked; empty texts and 0 take what is usual. */
typedef struct {
    str name;
    str from, to;                   /* dates in the shop's zone, both inclusive; the last 28 days */
    str by;                         /* words of report_dimension_words, separated by commas */
    str sort;                       /* key, revenue, clicks, impressions; of affinity: orders, lift */
    int64_t limit;                  /* rows, 1..LIMIT_REPORT_SHOWN; 1000 */
    int64_t min_orders;             /* of affinity: orders with both; 2 */
    bool csv;                       /* else JSON */
    buf *notes;                     /* what to know of the figures, a sentence a line, beside CSV, which has no place for it; may be NULL */
} report_request;

/* Make the report and write it to `out`.
 * ERR_INVALID (names the field), ERR_NOT_FOUND (no such report, no such store), ERR_TOO_LARGE (out is full), ERR_STORAGE,
 * ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code report_write(ctx *c, db *d, int64_t store_id, const report_request *q, buf *out);
