/* Reports by name: the question read, the store found, the sheet made and written. It does NOT count: the makers do. */
#include "reports/reports.h"
#include <assert.h>
#include "base/limits.h"
#include "reports/reports_int.h"
#include "schema/currency.h"

enum { USUAL_ROWS = 1000 };
#define BY_ANY ((1u << REPORT_DIMENSIONS) - 1)
#define BY_VISITOR (REPORT_BY(REPORT_DAY) | REPORT_BY(REPORT_DEVICE) | REPORT_BY(REPORT_SEGMENT))

const report_kind report_kinds[] = {
    { "summary", "The shop at a glance: visitors, orders, revenue, what followed recommendations, what they caused.", BY_VISITOR, true },
    { "caused", "Revenue that recommendations caused: who sees them against the hold-out, with an interval that may be looked at daily.",
      BY_VISITOR | REPORT_BY(REPORT_PLACEMENT) | REPORT_BY(REPORT_SOURCE), true },
    { "attributed", "Revenue of lines that followed a recommendation, by click and, beside it, by view.", BY_ANY, false },
    { "performance", "Impressions, clicks, carts, purchases and revenue of what was shown.", BY_ANY, false },
    { "performers", "The best by revenue and the worst by how often they are clicked.", BY_ANY, false },
    { "funnel", "Impression, click, cart, purchase, and how many go on from each to the next.", BY_ANY, false },
    { "affinity", "Pairs of products bought together, with support, confidence and lift.", 0, false },
};
const size_t n_report_kinds = COUNT(report_kinds);

/* What is told by without being asked, and by whom. In the order of report_kinds. */
static const struct { report_maker *make; unsigned usual; } makers[] = {
    { report_summary, 0 }, { report_caused, 0 }, { report_attributed, 0 }, { report_performance, 0 },
    { report_performers, REPORT_BY(REPORT_PRODUCT) }, { report_funnel, 0 }, { report_affinity, 0 },
};
static_assert(COUNT(makers) == COUNT(report_kinds), "each report is made by somebody");

/* ---- the question ---- */
static err_code find_kind(ctx *c, str name, size_t *ret_kind) {
    for (size_t i = 0; i < n_report_kinds; i++)
        if (str_eq(name, str_of(report_kinds[i].name))) return *ret_kind = i, ERR_OK;
    buf names;
    buf_init_in(&names, c->arena, KIB);
    for (size_t i = 0; i < n_report_kinds; i++) buf_printf(&names, "%s%s", i ? ", " : "", report_kinds[i].name);
    return fail_field(c, ERR_NOT_FOUND, "report", "there is no report '%.*s'; there are %s", STR_ARG(str_clip(name, 40)),
                      names.p ? names.p : "");
}

static err_code unknown_by(ctx *c, const report_kind *k) {
    buf words;
    buf_init_in(&words, c->arena, KIB);
    for (int i = 0; i < REPORT_DIMENSIONS; i++)
        if (k->by & REPORT_BY(i)) buf_printf(&words, "%s%s", words.n ? ", " : "", report_dimension_words[i]);
    if (!k->by) return fail_field(c, ERR_INVALID, "by", "%s cannot be told by anything; leave 'by' out", k->name);
    return fail_field(c, ERR_INVALID, "by", "'by' of %s must be %s of %s", k->name, k->one ? "one" : "some, with commas between,",
                      words.p ? words.p : "");
}

static err_code read_by(ctx *c, const report_kind *k, str text, unsigned usual, unsigned *ret_by) {
    unsigned by = text.n ? 0 : usual;
    while (text.p && text.n) {
        str word = str_cut(&text, ',');
        unsigned one = 0;
        for (int i = 0; i < REPORT_DIMENSIONS; i++)
            if (str_eq(word, str_of(report_dimension_words[i]))) one = REPORT_BY(i) & k->by;
        if (!one || (k->one && by)) return unknown_by(c, k);
        by |= one;
    }
    *ret_by = by;
    return ERR_OK;
}

static err_code check_numbers(ctx *c, const report_request *q) {
    if (q->limit < 0 || q->limit > LIMIT_REPORT_SHOWN)
        return fail_field(c, ERR_INVALID, "limit", "'limit' must be a whole number from 1 to %d", LIMIT_REPORT_SHOWN);
    return q->min_orders < 0 ? fail_field(c, ERR_INVALID, "min_orders", "'min_orders' must be 1 or more") : ERR_OK;
}

size_t report_limit(const report_job *j) { return j->q->limit ? (size_t)j->q->limit : USUAL_ROWS; }

/* ---- rows ---- */
err_code report_row(const report_job *j, report_cell **ret_row) {
    *ret_row = sheet_row(j->out);
    return *ret_row ? ERR_OK : fail(j->c, ERR_NO_MEMORY, "write a report");
}

void report_key_columns(const report_job *j) {
    for (int i = 0; i < REPORT_DIMENSIONS; i++) {
        if (!(j->by & REPORT_BY(i))) continue;
        sheet_column(j->out, report_dimension_words[i]);
        if (i == REPORT_PRODUCT) sheet_column(j->out, "name");
    }
}

static err_code date_cell(const report_job *j, int64_t day, report_cell *ret_cell) {
    char date[REPORT_DATE_BYTES];
    report_date(day, date);
    str kept = str_dup(j->c->arena, str_of(date));
    if (!kept.p) return fail(j->c, ERR_NO_MEMORY, "write a report");
    *ret_cell = cell_text(kept);
    return ERR_OK;
}

err_code report_key_cells(const report_job *j, const followed_row *row, report_cell **at) {
    for (int i = 0; i < REPORT_DIMENSIONS; i++) {
        str name = { 0 };
        if (!(j->by & REPORT_BY(i))) continue;
        report_cell *cell = (*at)++;
        *cell = cell_text(row->others ? STR("(others)") : row->key[i]);
        if (i == REPORT_DAY && !row->others) TRY(date_cell(j, row->day, cell));
        if (i != REPORT_PRODUCT) continue;
        if (!row->others) TRY(report_product_name(j, row->key[i], &name));
        *(*at)++ = cell_text(name);
    }
    return ERR_OK;
}

/* The whole row is read, its name kept. */
err_code report_product_name(const report_job *j, str product_id, str *ret_name) {
    product p = { .store_id = j->from.store_id, .product_id = product_id };
    arena page, *outer = j->c->arena;
    str name = STR("");
    arena_init(&page, LIMIT_PAGE_ARENA);
    j->c->arena = &page;
    err_code e = storage_get(j->c, j->from.d, &product_entity, &p);
    j->c->arena = outer;
    if (!e) name = str_dup(outer, p.name);
    arena_done(&page);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!name.p) return fail(j->c, ERR_NO_MEMORY, "write a report");
    *ret_name = name;
    return ERR_OK;
}

/* ---- the report ---- */
static err_code write_sheet(const report_job *j, const char *name, buf *out) {
    const char *by[REPORT_DIMENSIONS + 1] = { NULL };
    size_t n = 0;
    for (int i = 0; i < REPORT_DIMENSIONS; i++)
        if (j->by & REPORT_BY(i)) by[n++] = report_dimension_words[i];
    const sheet_head head = { .report = name, .store = j->s->name, .currency = j->s->currency, .zone = j->s->time_zone, .by = by,
                              .period = j->from.period, .digits = currency_digits(j->s->currency) };
    json_out w;
    jw_init(&w, out);
    if (j->q->csv) sheet_csv(out, j->out, &head);
    else sheet_json(&w, j->out, &head);
    err_code e = buf_err(out);
    return e ? fail(j->c, e, "the report is too long; ask for fewer rows with 'limit'") : ERR_OK;
}

static err_code make(report_job *j, size_t kind, buf *out) {
    TRY(makers[kind].make(j));
    return write_sheet(j, report_kinds[kind].name, out);
}

static err_code find_store(report_job *j, store *s) {
    err_code e = storage_get(j->c, j->from.d, &store_entity, s);
    return e == ERR_NOT_FOUND ? fail(j->c, ERR_NOT_FOUND, "there is no store %lld", (long long)s->store_id) : e;
}

static err_code run(ctx *c, db *d, int64_t store_id, const report_request *q, buf *out) {
    size_t kind = 0;
    store s = { .store_id = store_id };
    report_period period;
    report_sheet sheet = { .home = c->arena };
    report_job j = { .c = c, .from = { .d = d, .store_id = store_id, .period = &period }, .s = &s, .q = q, .out = &sheet };
    TRY(find_kind(c, q->name, &kind));
    TRY(read_by(c, &report_kinds[kind], q->by, makers[kind].usual, &j.by));
    TRY(check_numbers(c, q));
    TRY(find_store(&j, &s));
    TRY(report_period_read(c, s.time_zone, q->from, q->to, &period));
    bool own = !storage_in_transaction(d);
    if (own) TRY(storage_begin(c, d, STORAGE_READ));       /* all figures of one moment */
    err_code e = make(&j, kind, out);
    for (size_t i = 0; q->notes && i < sheet.n_notes; i++) buf_printf(q->notes, "%s\n", sheet.notes[i]);
    if (own) storage_rollback(d);
    return e;
}

err_code report_write(ctx *c, db *d, int64_t store_id, const report_request *q, buf *out) {
    AUTO_ARENA work;
    arena *outer = c->arena;
    arena_init(&work, LIMIT_REPORT_ARENA);
    c->arena = &work;
    err_code e = run(c, d, store_id, q, out);
    c->arena = outer;
    return e;
}
