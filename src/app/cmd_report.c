/* vitrine report: what was shown, what followed, what it caused. */
#include "app/commands.h"
#include "app/home.h"
#include "app/pick.h"
#include "base/csv.h"
#include "base/limits.h"
#include "reports/reports.h"

enum { MOST_COLUMNS = 64, NOTE_BYTES = 16 * 1024 };
#define REPORT_BYTES (64 * MIB)

static const option options[] = {
    { "from", OPTION_TEXT, "DATE", NULL, NULL, 0, 0, "first day, in the shop's time zone; 27 days before the last one" },
    { "to", OPTION_TEXT, "DATE", NULL, NULL, 0, 0, "last day; today" },
    { "by", OPTION_TEXT, "WORDS", NULL, NULL, 0, 0, "day, placement, source, product, device, segment, arm; with commas between" },
    { "sort", OPTION_TEXT, "WORD", NULL, NULL, 0, 0, "key, revenue, clicks, impressions; of affinity: orders, lift" },
    { "limit", OPTION_INT, "N", NULL, "0", 0, LIMIT_REPORT_SHOWN, "rows at most; 0 is what is usual" },
    { "min-orders", OPTION_INT, "N", NULL, "0", 0, 1000000, "of affinity: orders that hold both; 2" },
    { "csv", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "comma-separated values" },
};

/* ---- for people: a table, or a list where there is one row ---- */
typedef struct { str of[MOST_COLUMNS]; } shown_row;
typedef struct { shown_row *of; size_t n, columns; } table;

static err_code read_table(ctx *c, str text, table *ret_table) {
    size_t most = 1;
    for (size_t i = 0; i < text.n; i++) most += text.p[i] == '\n';
    table t = { .of = arena_new(c->arena, shown_row, most) };
    AUTO_CSV *r = NULL;
    if (!t.of) return fail(c, ERR_NO_MEMORY, "show a report");
    TRY(csv_open_memory(c, text, &(csv_options){ .separator = ',', .encoding = CSV_UTF8 }, &r));
    csv_record got = { 0 };
    for (bool more = true;;) {
        TRY(csv_next(c, r, &got, &more));
        if (!more || t.n == most) break;
        t.columns = got.n < MOST_COLUMNS ? got.n : MOST_COLUMNS;
        for (size_t i = 0; i < t.columns; i++) {
            t.of[t.n].of[i] = str_dup(c->arena, got.fields[i]);
            if (!t.of[t.n].of[i].p) return fail(c, ERR_NO_MEMORY, "show a report");
        }
        t.n++;
    }
    *ret_table = t;
    return ERR_OK;
}

/* Letters, not bytes. */
static size_t width_of(str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* A line break or an escape in a name must not draw over the terminal. */
static void print_clean(FILE *out, str s) {
    for (size_t i = 0; i < s.n; i++) fputc((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i], out);
}

static void print_padded(FILE *out, str s, size_t width) {
    print_clean(out, s);
    for (size_t i = width_of(s); i < width; i++) fputc(' ', out);
}

static size_t column_width(const table *t, size_t column) {
    size_t most = 0;
    for (size_t i = 0; i < t->n; i++) {
        size_t n = width_of(t->of[i].of[column]);
        if (n > most) most = n;
    }
    return most;
}

static void print_rows(const table *t, FILE *out) {
    size_t width[MOST_COLUMNS];
    for (size_t k = 0; k < t->columns; k++) width[k] = column_width(t, k);
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->columns; k++) {
            if (k) fputs("  ", out);
            print_padded(out, t->of[i].of[k], k + 1 < t->columns ? width[k] : 0);
        }
        fputc('\n', out);
    }
}

static void print_list(const table *t, FILE *out) {
    size_t width = 0;
    for (size_t k = 0; k < t->columns; k++) {
        size_t n = width_of(t->of[0].of[k]);
        if (n > width) width = n;
    }
    for (size_t k = 0; k < t->columns; k++) {
        print_padded(out, t->of[0].of[k], width);
        fputs("  ", out);
        print_clean(out, t->of[1].of[k].n ? t->of[1].of[k] : STR("not known"));
        fputc('\n', out);
    }
}

static err_code print_for_people(ctx *c, str text, str notes, FILE *out) {
    table t = { 0 };
    TRY(read_table(c, text, &t));
    if (t.n == 2) print_list(&t, out);
    else print_rows(&t, out);
    fprintf(out, "%s%.*s", notes.n ? "\n" : "", STR_ARG(notes));
    return ERR_OK;
}

/* ---- the report ---- */
static err_code print(ctx *c, const invocation *v, const buf *b, const buf *notes) {
    if (v->json) return print_json(v, b);
    if (!invocation_flag(v, "csv")) return print_for_people(c, buf_view(b), buf_view(notes), v->out);
    return fwrite(b->p, 1, b->n, v->out) == b->n ? ERR_OK : fail(c, ERR_STORAGE, "the report could not be written: is the disk full?");
}

static err_code run(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    AUTO_BUF b;
    AUTO_BUF notes;
    store s;
    bool named = v->n_args > 1;
    report_request q = { .name = invocation_arg(v, named), .from = invocation_text(v, "from"), .to = invocation_text(v, "to"),
                         .by = invocation_text(v, "by"), .sort = invocation_text(v, "sort"), .limit = invocation_int(v, "limit"),
                         .min_orders = invocation_int(v, "min-orders"), .csv = !v->json,
                         .notes = &notes };
    buf_init(&b, REPORT_BYTES);
    buf_init(&notes, NOTE_BYTES);
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, named ? invocation_arg(v, 0) : STR(""), &s));
    TRY(report_write(c, h.d, s.store_id, &q, &b));
    return print(c, v, &b, &notes);
}

const command cmd_report = {
    .name = "report", .summary = "What was shown, what followed, what it caused",
    .usage = "[STORE] NAME [--from DATE] [--to DATE] [--by WORDS] [--json | --csv]",
    .details = "NAME: summary, caused, attributed, performance, performers, funnel, affinity. Days are the shop's, money is in its\n"
               "currency, refunds are subtracted. Without STORE the only one is meant. docs/reports.md says what each figure means.",
    .options = options, .n_options = COUNT(options), .min_args = 1, .max_args = 2, .run = run,
};
