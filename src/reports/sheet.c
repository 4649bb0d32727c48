/* Cells to JSON and CSV; see sheet.h. */
#include "reports/sheet.h"
#include <assert.h>
#include <math.h>
#include "base/csv.h"
#include "base/grow.h"

enum { SHARE_DIGITS = 6, AMOUNT_MORE_DIGITS = 4, MOST_DIGITS = 9 };

/* ---- making ---- */
static report_cell cell_number(cell_kind kind, double x) { return isfinite(x) ? (report_cell){ .kind = kind, .v.x = x } : cell_unknown(); }
report_cell cell_amount(double minor) { return cell_number(CELL_AMOUNT, minor); }
report_cell cell_share(double x) { return cell_number(CELL_SHARE, x); }
report_cell cell_part(int64_t hits, int64_t n) { return n > 0 && hits <= n ? cell_share((double)hits / (double)n) : cell_unknown(); }
report_cell cell_each(int64_t minor, int64_t n) { return n > 0 ? cell_amount((double)minor / (double)n) : cell_unknown(); }

void sheet_column(report_sheet *s, const char *name) {
    assert(s->n_columns < SHEET_COLUMNS && !s->n_rows);
    s->columns[s->n_columns++] = name;
}

void sheet_note(report_sheet *s, const char *sentence) {
    if (s->n_notes < SHEET_NOTES) s->notes[s->n_notes++] = sentence;
}

report_cell *sheet_row(report_sheet *s) {
    void *more = grow_array(s->home, s->cells, s->n_rows, &s->room, s->n_columns * sizeof *s->cells);
    if (!more) return NULL;
    s->cells = more;
    report_cell *row = s->cells + s->n_rows++ * s->n_columns;
    for (size_t i = 0; i < s->n_columns; i++) row[i] = cell_unknown();
    return row;
}

/* ---- writing ---- */
static double unit(int digits) {
    double u = 1;
    for (int i = 0; i < digits; i++) u *= 10;
    return u;
}

static int amount_digits(const sheet_head *h) {
    int digits = h->digits + AMOUNT_MORE_DIGITS;
    return digits < MOST_DIGITS ? digits : MOST_DIGITS;
}

static void cell_json(json_out *w, const report_cell *x, const sheet_head *h) {
    switch (x->kind) {
    case CELL_UNKNOWN: jw_null(w); break;
    case CELL_TEXT: jw_str(w, x->v.s); break;
    case CELL_COUNT: jw_i64(w, x->v.n); break;
    case CELL_MONEY: jw_money(w, x->v.n, h->digits); break;
    case CELL_AMOUNT: jw_fixed(w, x->v.x / unit(h->digits), amount_digits(h)); break;
    case CELL_SHARE: jw_fixed(w, x->v.x, SHARE_DIGITS); break;
    }
}

static void row_json(json_out *w, const report_sheet *s, const report_cell *row, const sheet_head *h) {
    jw_object(w);
    for (size_t i = 0; i < s->n_columns; i++) {
        jw_key(w, s->columns[i]);
        cell_json(w, &row[i], h);
    }
    jw_end_object(w);
}

static void head_json(json_out *w, const sheet_head *h) {
    char from[REPORT_DATE_BYTES], to[REPORT_DATE_BYTES];
    report_date(h->period->first_day, from);
    report_date(h->period->first_day + h->period->n_days - 1, to);
    jw_member_text(w, "report", h->report);
    jw_member_str(w, "store", h->store);
    jw_member_str(w, "currency", h->currency);
    jw_member_str(w, "time_zone", h->zone);
    jw_member_text(w, "from", from);
    jw_member_text(w, "to", to);
    jw_key(w, "by");
    jw_array(w);
    for (size_t i = 0; h->by[i]; i++) jw_text(w, h->by[i]);
    jw_end_array(w);
}

void sheet_json(json_out *w, const report_sheet *s, const sheet_head *h) {
    jw_object(w);
    head_json(w, h);
    jw_key(w, "rows");
    jw_array(w);
    for (size_t i = 0; i < s->n_rows; i++) row_json(w, s, s->cells + i * s->n_columns, h);
    jw_end_array(w);
    jw_member_i64(w, "left_out", (int64_t)s->left_out);
    jw_key(w, "total");
    if (s->has_total) row_json(w, s, s->total, h);
    else jw_null(w);
    jw_key(w, "notes");
    jw_array(w);
    for (size_t i = 0; i < s->n_notes; i++) jw_text(w, s->notes[i]);
    jw_end_array(w);
    jw_end_object(w);
}

static void cell_csv(buf *b, const report_cell *x, const sheet_head *h) {
    if (x->kind == CELL_UNKNOWN) return;
    if (x->kind == CELL_TEXT) {
        csv_put(b, x->v.s);
        return;
    }
    json_out w;                             /* numbers are written alike */
    jw_init(&w, b);
    cell_json(&w, x, h);
}

static void row_csv(buf *b, const report_sheet *s, const report_cell *row, const sheet_head *h) {
    for (size_t i = 0; i < s->n_columns; i++) {
        if (i) buf_char(b, ',');
        cell_csv(b, &row[i], h);
    }
    buf_text(b, "\r\n");
}

void sheet_csv(buf *b, const report_sheet *s, const sheet_head *h) {
    for (size_t i = 0; i < s->n_columns; i++) {
        if (i) buf_char(b, ',');
        csv_put(b, str_of(s->columns[i]));
    }
    buf_text(b, "\r\n");
    for (size_t i = 0; i < s->n_rows; i++) row_csv(b, s, s->cells + i * s->n_columns, h);
    if (!s->n_rows && s->has_total && !h->by[0]) row_csv(b, s, s->total, h);
}
