/* Invoice lines to baskets. It does NOT score anything. */
#include "eval/invoices.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include "base/csv.h"
#include "base/map.h"
#include "base/parse.h"

#define DEFAULT_SPLIT_MS INT64_C(1320796800000)     /* 2011-11-09T00:00:00Z, the split of the published figures */
enum { FALLBACK_TEST_DAYS = 30 };

typedef struct { str number; int64_t time_ms; } invoice;
typedef struct { uint32_t invoice, code; } entry;
typedef struct {
    map invoice_ix, code_ix;
    invoice *invoices;
    str *codes;
    entry *entries;
    size_t n_invoices, n_codes, n_entries, cap_invoices, cap_codes, cap_entries;
    uint64_t lines, kept;
} collected;

/* Room for one more; the old memory stays in the arena until the job ends. */
static bool grow(arena *a, void *items, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return true;
    size_t more = *cap ? *cap * 2 : 1024;
    void **at = items, *bigger = arena_array(a, more, size);
    if (!bigger) return false;
    if (n) memcpy(bigger, *at, n * size);
    *at = bigger;
    *cap = more;
    return true;
}

/* ---- one line ---- */
enum { COL_INVOICE, COL_CODE, COL_QUANTITY, COL_DATE, COL_PRICE, COL_COUNT };
static const char *const column_names[COL_COUNT] = { "InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice" };

static err_code find_columns(ctx *c, const csv_record *head, size_t *ret_at) {
    for (int col = 0; col < COL_COUNT; col++) {
        size_t at = 0;
        while (at < head->n && !str_eq(head->fields[at], str_of(column_names[col]))) at++;
        if (at == head->n) return fail(c, ERR_INVALID, "the first line has no column '%s'", column_names[col]);
        ret_at[col] = at;
    }
    return ERR_OK;
}

static bool all_digits(str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return s.n > 0;
}

enum { CODE_DIGITS = 5, CODE_MAX = 32 };

/* ^[0-9]{5}[A-Z]*$ after upper-casing, which goes to `upper`. */
static bool clean_code(str s, char upper[CODE_MAX], str *ret_code) {
    if (s.n < CODE_DIGITS || s.n > CODE_MAX || !all_digits(str_sub(s, 0, CODE_DIGITS))) return false;
    for (size_t i = 0; i < s.n; i++) {
        char letter = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
        if (i >= CODE_DIGITS && (letter < 'A' || letter > 'Z')) return false;
        upper[i] = letter;
    }
    *ret_code = (str){ upper, s.n };
    return true;
}

static err_code keep(ctx *c, collected *all, str number, str code, int64_t time_ms) {
    bool added_invoice, added_code;
    bool room = grow(c->arena, &all->invoices, all->n_invoices, &all->cap_invoices, sizeof(invoice)) &&
                grow(c->arena, &all->codes, all->n_codes, &all->cap_codes, sizeof(str)) &&
                grow(c->arena, &all->entries, all->n_entries, &all->cap_entries, sizeof(entry));
    if (!room) return fail(c, ERR_NO_MEMORY, "invoice %.*s", STR_ARG(number));
    uint32_t in = map_put(&all->invoice_ix, number, (uint32_t)all->n_invoices, &added_invoice);
    uint32_t co = map_put(&all->code_ix, code, (uint32_t)all->n_codes, &added_code);
    if (in == UINT32_MAX || co == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "invoice %.*s", STR_ARG(number));
    if (added_invoice) all->invoices[all->n_invoices++] = (invoice){ str_dup(c->arena, number), time_ms };
    if (added_code) all->codes[all->n_codes++] = str_dup(c->arena, code);
    if (time_ms < all->invoices[in].time_ms) all->invoices[in].time_ms = time_ms;
    all->entries[all->n_entries++] = (entry){ in, co };
    all->kept++;
    return ERR_OK;
}

static err_code take_record(ctx *c, collected *all, const csv_record *r, const size_t *at, int64_t end_ms) {
    char upper[CODE_MAX];
    str code;
    int64_t quantity, time_ms;
    double price;
    all->lines++;
    for (int col = 0; col < COL_COUNT; col++)
        if (at[col] >= r->n) return ERR_OK;
    bool clean = all_digits(r->fields[at[COL_INVOICE]]) && clean_code(r->fields[at[COL_CODE]], upper, &code) &&
                 parse_i64(r->fields[at[COL_QUANTITY]], &quantity) && quantity > 0 &&
                 parse_double(r->fields[at[COL_PRICE]], &price) && price > 0 && time_parse(r->fields[at[COL_DATE]], &time_ms);
    return clean && time_ms < end_ms ? keep(c, all, r->fields[at[COL_INVOICE]], code, time_ms) : ERR_OK;
}

static err_code collect(ctx *c, csv *in, int64_t end_ms, collected *all) {
    csv_record r;
    bool more;
    size_t at[COL_COUNT];
    map_init(&all->invoice_ix, c->arena);
    map_init(&all->code_ix, c->arena);
    TRY(csv_next(c, in, &r, &more));
    if (!more) return fail(c, ERR_INVALID, "the file is empty");
    TRY(find_columns(c, &r, at));
    for (;;) {
        TRY(csv_next(c, in, &r, &more));
        if (!more) return ERR_OK;
        TRY(take_record(c, all, &r, at, end_ms));
        if (all->lines % 65536 == 0) TRY(ctx_check(c));
    }
}

/* ---- split and index ---- */
typedef struct {
    collected *all;
    uint32_t *order;                /* invoices by time, then number */
    uint64_t *start;                /* entries by invoice: start[i] .. start[i + 1] */
    uint32_t *codes;
    uint32_t *item_of_code;         /* UINT32_MAX: not in train */
} indexing;

static int by_time(const void *a, const void *b, void *all) {
    const invoice *list = ((const collected *)all)->invoices, *x = &list[*(const uint32_t *)a], *y = &list[*(const uint32_t *)b];
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    return str_cmp(x->number, y->number);
}

static int by_text(const void *a, const void *b, void *codes) {
    const str *list = codes;
    return str_cmp(list[*(const uint32_t *)a], list[*(const uint32_t *)b]);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Entries grouped by invoice, by counting. */
static err_code group(ctx *c, collected *all, indexing *ix) {
    *ix = (indexing){ .all = all, .order = arena_new(c->arena, uint32_t, all->n_invoices),
                      .start = arena_new(c->arena, uint64_t, all->n_invoices + 2), .codes = arena_new(c->arena, uint32_t, all->n_entries),
                      .item_of_code = arena_new(c->arena, uint32_t, all->n_codes) };
    if (!ix->order || !ix->start || !ix->codes || !ix->item_of_code) return fail(c, ERR_NO_MEMORY, "%zu invoices", all->n_invoices);
    for (size_t e = 0; e < all->n_entries; e++) ix->start[all->entries[e].invoice + 2]++;
    for (size_t i = 0; i < all->n_invoices; i++) ix->start[i + 2] += ix->start[i + 1];
    for (size_t e = 0; e < all->n_entries; e++) ix->codes[ix->start[all->entries[e].invoice + 1]++] = all->entries[e].code;
    for (size_t i = 0; i < all->n_invoices; i++) ix->order[i] = (uint32_t)i;
    qsort_r(ix->order, all->n_invoices, sizeof *ix->order, by_time, all);
    return ERR_OK;
}

/* Where test begins in the order of time. */
static size_t split_at(const indexing *ix, int64_t *split_ms) {
    size_t n = ix->all->n_invoices, at = 0;
    bool chosen = *split_ms != INT64_MIN;
    if (!chosen) *split_ms = DEFAULT_SPLIT_MS;
    while (at < n && ix->all->invoices[ix->order[at]].time_ms < *split_ms) at++;
    if (chosen || n == 0 || (at > 0 && at < n)) return at;
    int64_t last = ix->all->invoices[ix->order[n - 1]].time_ms;
    *split_ms = last - last % MS_PER_DAY - (int64_t)FALLBACK_TEST_DAYS * MS_PER_DAY;
    for (at = 0; at < n && ix->all->invoices[ix->order[at]].time_ms < *split_ms;) at++;
    return at;
}

static err_code number_items(ctx *c, indexing *ix, size_t n_train, invoice_data *d) {
    collected *all = ix->all;
    uint32_t *known = arena_new(c->arena, uint32_t, all->n_codes), n = 0;
    str *item = arena_new(c->arena, str, all->n_codes);
    if (!known || !item) return fail(c, ERR_NO_MEMORY, "%zu items", all->n_codes);
    for (size_t co = 0; co < all->n_codes; co++) ix->item_of_code[co] = UINT32_MAX;
    for (size_t o = 0; o < n_train; o++)
        for (uint64_t e = ix->start[ix->order[o]]; e < ix->start[ix->order[o] + 1]; e++) {
            uint32_t *of = &ix->item_of_code[ix->codes[e]];
            if (*of == UINT32_MAX) known[n++] = ix->codes[e];
            *of = 0;
        }
    qsort_r(known, n, sizeof *known, by_text, all->codes);
    for (uint32_t i = 0; i < n; i++) {
        ix->item_of_code[known[i]] = i;
        item[i] = all->codes[known[i]];
    }
    d->n_items = n;
    d->item = item;
    return ERR_OK;
}

/* Baskets of the invoices order[from .. to), those with fewer than `least` known items left out. */
static err_code fill(ctx *c, const indexing *ix, size_t from, size_t to, uint64_t least, uint32_t n_items, basket_matrix *ret_b,
                     const int64_t **ret_ms) {
    uint64_t *start = arena_new(c->arena, uint64_t, to - from + 1), n = 0;
    uint32_t *items = arena_new(c->arena, uint32_t, ix->all->n_entries), n_baskets = 0;
    int64_t *ms = arena_new(c->arena, int64_t, to - from);
    if (!start || !items || !ms) return fail(c, ERR_NO_MEMORY, "%zu baskets", to - from);
    for (size_t o = from; o < to; o++) {
        uint64_t first = start[n_baskets], last = first;
        for (uint64_t e = ix->start[ix->order[o]]; e < ix->start[ix->order[o] + 1]; e++) {
            uint32_t item = ix->item_of_code[ix->codes[e]];
            if (item != UINT32_MAX) items[last++] = item;
        }
        qsort(items + first, last - first, sizeof *items, by_number);
        n = first;
        for (uint64_t e = first; e < last; e++)
            if (n == first || items[n - 1] != items[e]) items[n++] = items[e];
        if (n - first < least) continue;
        ms[n_baskets++] = ix->all->invoices[ix->order[o]].time_ms;
        start[n_baskets] = n;
    }
    *ret_b = (basket_matrix){ .n_baskets = n_baskets, .n_items = n_items, .start = start, .items = items };
    *ret_ms = ms;
    return ERR_OK;
}

/* The items of each training basket by their first lines. Every invoice before the split has a known item, so none is left out. */
static err_code fill_lines(ctx *c, const indexing *ix, size_t n_train, invoice_data *d) {
    uint32_t *in_order = arena_new_raw(c->arena, uint32_t, d->train.start[d->train.n_baskets]);
    size_t *last = arena_new(c->arena, size_t, d->n_items);     /* 1 + the invoice that had the item last */
    uint64_t n = 0;
    if (!in_order || !last) return fail(c, ERR_NO_MEMORY, "%u baskets", d->train.n_baskets);
    for (size_t o = 0; o < n_train; o++)
        for (uint64_t e = ix->start[ix->order[o]]; e < ix->start[ix->order[o] + 1]; e++) {
            uint32_t item = ix->item_of_code[ix->codes[e]];
            if (last[item] == o + 1) continue;
            last[item] = o + 1;
            in_order[n++] = item;
        }
    d->train_lines = in_order;
    return ERR_OK;
}

static err_code read_csv(ctx *c, csv *in, invoice_window w, invoice_data *ret_data) {
    collected all = { 0 };
    indexing ix;
    invoice_data d = { .split_ms = w.split_ms };
    TRY(collect(c, in, w.end_ms, &all));
    TRY(group(c, &all, &ix));
    size_t n_train = split_at(&ix, &d.split_ms);
    TRY(number_items(c, &ix, n_train, &d));
    TRY(fill(c, &ix, 0, n_train, 1, d.n_items, &d.train, &d.train_ms));
    TRY(fill_lines(c, &ix, n_train, &d));
    TRY(fill(c, &ix, n_train, all.n_invoices, 2, d.n_items, &d.test, &d.test_ms));
    d.lines = all.lines;
    d.lines_kept = all.kept;
    *ret_data = d;
    return ERR_OK;
}

err_code invoices_read_text(ctx *c, str text, invoice_window w, invoice_data *ret_data) {
    AUTO_CSV *in = NULL;
    TRY(csv_open_memory(c, text, &(csv_options){ .separator = ',' }, &in));
    return read_csv(c, in, w, ret_data);
}

/* ---- the file in the folder ---- */
static void close_folder(DIR **d) {
    if (*d) closedir(*d);
}

static err_code find_file(ctx *c, const char *folder, const char **ret_path) {
    __attribute__((cleanup(close_folder))) DIR *d = opendir(folder);
    if (!d) return fail_field(c, ERR_NOT_FOUND, "data", "there is no folder '%s'", folder);
    str best = { 0 };
    for (const struct dirent *e; (e = readdir(d));) {
        str name = str_of(e->d_name);
        if (!str_ends(name, STR(".csv")) && !str_ends(name, STR(".csv.gz"))) continue;
        if (!best.p || str_cmp(name, best) < 0) best = str_dup(c->arena, name);
    }
    if (!best.p) return fail_field(c, ERR_NOT_FOUND, "data", "the folder '%s' holds no .csv or .csv.gz file", folder);
    buf path;
    buf_init_in(&path, c->arena, 64 * 1024);
    buf_text(&path, folder);
    buf_char(&path, '/');
    buf_str(&path, best);
    *ret_path = path.p;
    return buf_err(&path);
}

err_code invoices_read(ctx *c, const char *folder, invoice_window w, invoice_data *ret_data) {
    const char *path = NULL;
    TRY(find_file(c, folder, &path));
    AUTO_CSV *in = NULL;
    TRY(csv_open(c, path, &(csv_options){ .separator = ',' }, &in));
    return read_csv(c, in, w, ret_data);
}
