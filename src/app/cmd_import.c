/* vitrine import: take products, orders or customers from a file into a store, and learn from them. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "app/commands.h"
#include "app/foreground.h"
#include "app/learned.h"
#include "app/progress.h"
#include "app/signals.h"
#include "app/store_keys.h"
#include "connect/import.h"
#include "events/attribution.h"
#include "schema/currency.h"
#include "stores/sink.h"
#include "stores/stores.h"

enum { MOST_MAPS = 64 };

static const option options[] = {
    { "store", OPTION_TEXT, "NAME", NULL, NULL, 0, 0, "store to import into; it is made when there is none of that name" },
    { "preset", OPTION_TEXT, "NAME", NULL, NULL, 0, 0, "columns of a known data set: online-retail" },
    { "map", OPTION_LIST, "OURS=THEIRS", NULL, NULL, 0, 0, "which column of the file is which of ours; may be given again" },
    { "format", OPTION_TEXT, "FORMAT", NULL, NULL, 0, 0, "csv or jsonl; else by the file's name" },
    { "encoding", OPTION_TEXT, "NAME", NULL, "auto", 0, 0, "auto, utf-8 or windows-1252" },
    { "separator", OPTION_TEXT, "CHAR", NULL, NULL, 0, 0, "between the fields of a CSV file; else found out" },
    { "currency", OPTION_TEXT, "CODE", NULL, NULL, 0, 0, "of a store that is made: RON, EUR, GBP ..." },
    { "locale", OPTION_TEXT, "ro|en", NULL, NULL, 0, 0, "of a store that is made: language of its messages; else by the currency" },
    { "strict", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "end at the first bad line" },
    { "no-train", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "do not learn afterwards" },
};

static const struct { const char *word; csv_encoding encoding; } encodings[] = {
    { "auto", CSV_ENCODING_AUTO }, { "utf-8", CSV_UTF8 }, { "windows-1252", CSV_WINDOWS_1252 }, { "latin-1", CSV_WINDOWS_1252 },
};

static err_code read_file_options(ctx *c, const invocation *v, import_options *o) {
    str format = invocation_text(v, "format"), encoding = invocation_text(v, "encoding"), separator = invocation_text(v, "separator");
    if (str_eq(format, STR("csv"))) o->format = IMPORT_CSV;
    else if (str_eq(format, STR("jsonl"))) o->format = IMPORT_JSON_LINES;
    else if (format.n) return usage_error(c, "--format", "the format is csv or jsonl");
    if (separator.n > 1 && !str_eq(separator, STR("tab"))) return usage_error(c, "--separator", "one character, or 'tab'");
    if (separator.n) o->csv.separator = separator.n > 1 ? '\t' : separator.p[0];
    for (size_t i = 0; i < COUNT(encodings); i++) {
        if (!str_eq_nocase(encoding, str_of(encodings[i].word))) continue;
        o->csv.encoding = encodings[i].encoding;
        return ERR_OK;
    }
    return usage_error(c, "--encoding", "the encoding is auto, utf-8 or windows-1252");
}

static err_code read_options(ctx *c, const invocation *v, import_options *o) {
    *o = (import_options){ .path = v->args[1], .preset = invocation_text(v, "preset"), .strict = invocation_flag(v, "strict") };
    if (!import_kind_named(invocation_arg(v, 0), &o->kind)) return usage_error(c, "-", "import products, orders or customers");
    str *maps = arena_new(c->arena, str, MOST_MAPS);
    if (!maps) return fail(c, ERR_NO_MEMORY, "no memory for the options");
    str text = invocation_text(v, "map");
    while (text.p && o->n_maps < MOST_MAPS) maps[o->n_maps++] = str_cut(&text, '\n');
    if (text.p) return usage_error(c, "--map", "at most %d", MOST_MAPS);
    o->maps = maps;
    return read_file_options(c, v, o);
}

/* Romanian for a shop that sells in lei, English for the others. */
static str locale_of(const invocation *v, str currency_code) {
    str told = invocation_text(v, "locale");
    if (told.n) return told;
    return !currency_code.n || str_eq_nocase(currency_code, STR("RON")) ? STR("ro") : STR("en");
}

/* The store named; made as a store without a shop, with keys, when there is none. Without --store: "import". */
static err_code find_or_make(ctx *c, const invocation *v, db *d, store *ret_store, store_keys *ret_keys) {
    str name = invocation_text(v, "store"), currency_code = invocation_text(v, "currency");
    if (!name.n) name = STR("import");
    err_code e = store_find(c, d, name, ret_store);
    if (e != ERR_NOT_FOUND) return e;
    if (!currency_code.n) currency_code = import_preset_currency(invocation_text(v, "preset"));
    const store_order wanted = { .name = name, .platform = STR("import"), .currency = currency_code,
                                 .locale = locale_of(v, currency_code), .sync_interval_min = -1 };
    TRY(store_create(c, d, &wanted, ret_store));
    return store_keys_make(c, d, ret_store->store_id, ret_keys);
}

typedef struct { progress_view view; } shown;

static void show(ctx *c, void *arg, const sync_progress *p) {
    progress_show(&((shown *)arg)->view, p->step, p->done, p->total, c->time->mono_us(c->time));
}

/* Orders that followed recommendations shown here: a shop that has no other way brings them by file. */
static err_code attribute_orders(ctx *c, db *d, int64_t store_id, const store_sink *sink) {
    store_changes changes = store_sink_changes(sink);
    TRY(attribution_orders(c, d, store_id, changes.orders.ids, changes.orders.n));
    return changes.orders.overflow ? attribution_catch_up(c, d, store_id, NULL) : ERR_OK;
}

static err_code import_into(ctx *c, const invocation *v, db *d, const import_options *o, import_report *ret_report) {
    shown s;
    progress_init(&s.view, v->err);
    store_sink *sink = NULL;
    TRY(store_sink_new(c, &(store_sink_options){ .d = d, .store_id = o->store_id, .progress = v->json ? NULL : show, .arg = &s }, &sink));
    err_code e = import_file(c, o, store_sink_door(sink), ret_report);
    if (!e) e = store_sink_flush(c, sink);
    if (!e) e = attribute_orders(c, d, o->store_id, sink);
    progress_end(&s.view);
    store_sink_free(sink);
    return e;
}

static void print_report(const invocation *v, const import_report *r) {
    fprintf(v->out, "%" PRId64 " lines: %" PRId64 " taken, %" PRId64 " left out, %" PRId64 " bad\n", r->lines, r->taken, r->skipped,
            r->bad);
    fprintf(v->out, "%" PRId64 " products, %" PRId64 " orders with %" PRId64 " lines, %" PRId64 " customers\n", r->products, r->orders,
            r->order_lines, r->customers);
    for (size_t i = 0; i < r->n_errors; i++) fprintf(v->err, "line %" PRId64 ": %s\n", r->errors[i].line, r->errors[i].reason);
    if (r->bad > (int64_t)r->n_errors) fprintf(v->err, "... and %" PRId64 " more\n", r->bad - (int64_t)r->n_errors);
}

static void write_errors(json_out *w, const import_report *r) {
    jw_key(w, "errors");
    jw_array(w);
    for (size_t i = 0; i < r->n_errors; i++) {
        jw_object(w);
        jw_member_i64(w, "line", r->errors[i].line);
        jw_member_text(w, "reason", r->errors[i].reason);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static err_code print_report_json(ctx *c, const invocation *v, const store *s, const store_keys *k, const import_report *r,
                                  str trained) {
    const struct { const char *name; int64_t n; } counts[] = {
        { "store_id", s->store_id }, { "lines", r->lines }, { "taken", r->taken }, { "skipped", r->skipped }, { "bad", r->bad },
        { "products", r->products }, { "orders", r->orders }, { "order_lines", r->order_lines }, { "customers", r->customers },
    };
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_str(&w, "store", s->name);
    if (k->secret.n) jw_member_str(&w, "secret", k->secret), jw_member_str(&w, "public", k->public);
    for (size_t i = 0; i < COUNT(counts); i++) jw_member_i64(&w, counts[i].name, counts[i].n);
    write_errors(&w, r);
    jw_key(&w, "train");
    if (trained.n) jw_raw(&w, trained);
    else jw_null(&w);
    jw_end_object(&w);
    if (buf_err(&b)) return fail(c, buf_err(&b), "no memory for the report");
    fprintf(v->out, "%s\n", b.p);
    return ERR_OK;
}

/* A mistyped name must not leave an empty store behind. */
static err_code check_file(ctx *c, const invocation *v) {
    const char *path = v->args[1];
    if (strcmp(path, "-") == 0 || access(path, R_OK) == 0) return ERR_OK;
    return fail(c, ERR_NOT_FOUND, "%s cannot be read: %s", path, strerror(errno));
}

static err_code run(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    import_options o;
    store s;
    store_keys keys = { 0 };
    foreground_outcome learned = { 0 };
    import_report *report = arena_new(c->arena, import_report, 1);
    if (!report) return fail(c, ERR_NO_MEMORY, "no memory for the report");
    TRY(read_options(c, v, &o));
    TRY(check_file(c, v));
    TRY(home_open(c, v, HOME_MAKE, &h));
    TRY(find_or_make(c, v, h.d, &s, &keys));
    o.store_id = s.store_id;
    o.currency = s.currency;
    o.currency_digits = currency_digits(s.currency);
    signals_start();
    err_code e = import_into(c, v, h.d, &o, report);
    if (!v->json) print_report(v, report);
    TRY(e);
    TRY(store_set_state(c, h.d, s.store_id, STR("ready"), STR("")));
    if (!invocation_flag(v, "no-train")) TRY(foreground_run(c, v, &h, &s, &(foreground_order){ .kind = "train", .input = "" }, &learned));
    if (v->json) return print_report_json(c, v, &s, &keys, report, learned.result);
    if (learned.result.n) print_learned(c, v, learned.result);
    if (keys.secret.n) fprintf(v->out, "store '%.*s' (%" PRId64 ")\n", STR_ARG(s.name), s.store_id), store_keys_print(v->out, &keys);
    return ERR_OK;
}

const command cmd_import = {
    .name = "import", .summary = "Take products, orders or customers from a file", .usage = "KIND FILE [--store NAME] [options]",
    .details = "KIND is products, orders or customers. FILE is CSV or JSON lines, plain or gzip; - is standard input.\n"
               "An order is one line for each thing bought. Importing a file again changes nothing. Example:\n"
               "  vitrine import orders online_retail.csv.gz --store retail --preset online-retail",
    .options = options, .n_options = COUNT(options), .min_args = 2, .max_args = 2, .run = run,
};
