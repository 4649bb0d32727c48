/* A report as columns and rows, written as JSON or CSV.
 * Promise: one writer for each form; what is not known is null, an empty field in CSV; texts cannot break out of either, and no
 * spreadsheet runs them (csv_put). Money is in major units of the shop's currency with its digits. Memory: the home arena.
 * One thread. Read next: reports/reports.h. */
#pragma once
#include "base/json.h"
#include "reports/period.h"

/* COUNT: v.n. MONEY: v.n minor units. AMOUNT: v.x minor units, a mean or an interval, four digits more. SHARE: v.x, 0..1 or a lift. */
typedef enum { CELL_UNKNOWN, CELL_TEXT, CELL_COUNT, CELL_MONEY, CELL_AMOUNT, CELL_SHARE } cell_kind;
typedef struct { cell_kind kind; union { str s; int64_t n; double x; } v; } report_cell;

static inline report_cell cell_text(str s) { return (report_cell){ .kind = CELL_TEXT, .v.s = s }; }
static inline report_cell cell_count(int64_t n) { return (report_cell){ .kind = CELL_COUNT, .v.n = n }; }
static inline report_cell cell_money(int64_t minor) { return (report_cell){ .kind = CELL_MONEY, .v.n = minor }; }
static inline report_cell cell_unknown(void) { return (report_cell){ .kind = CELL_UNKNOWN }; }
/* Unknown when it is not finite. */
report_cell cell_amount(double minor);
report_cell cell_share(double x);
/* hits of n; unknown without any, or when they are no part of each other. */
report_cell cell_part(int64_t hits, int64_t n);
/* minor units for each of n. */
report_cell cell_each(int64_t minor, int64_t n);

enum { SHEET_COLUMNS = 40, SHEET_NOTES = 8 };
typedef struct {
    arena *home;
    const char *columns[SHEET_COLUMNS];
    size_t n_columns;
    report_cell *cells;             /* row after row */
    size_t n_rows, room;            /* rows */
    report_cell total[SHEET_COLUMNS];
    bool has_total;
    size_t left_out;                /* rows beyond what was asked for */
    const char *notes[SHEET_NOTES]; /* sentences for people */
    size_t n_notes;
} report_sheet;

void sheet_column(report_sheet *s, const char *name);
void sheet_note(report_sheet *s, const char *sentence);
/* A row to be filled, of unknown cells; valid until the next one. NULL when memory ends. All columns are there by then. */
report_cell *sheet_row(report_sheet *s);

/* What stands above the rows. */
typedef struct {
    const char *report;
    str store, currency, zone;
    const char *const *by;          /* words, NULL at the end */
    const report_period *period;
    int digits;
} sheet_head;
/* One JSON object: report, store, currency, time_zone, from, to, by, rows, left_out, total, notes. */
void sheet_json(json_out *w, const report_sheet *s, const sheet_head *h);
/* A line of names, then the rows; without rows of its own the total. RFC 4180. */
void sheet_csv(buf *b, const report_sheet *s, const sheet_head *h);
