/* The run of an import: open the file, find the columns, give each record to its kind, count what was bad.
 * It does NOT know what a product or an order is: import_products.c and import_orders.c do. */
#include "connect/import.h"
#include "connect/import_int.h"
#include <stdio.h>
#include <string.h>

enum { PROGRESS_EVERY = 8192, CHECKPOINT_EVERY = 20000, MOST_NAME = 100 };

/* ---- columns ---- */

/* Letters and digits only, ASCII in lower case: "Invoice No." is "invoiceno". */
static str plain_name(str name, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < MOST_NAME; i++) {
        unsigned char ch = (unsigned char)name.p[i];
        if (ch >= 'A' && ch <= 'Z') ch = (unsigned char)(ch + 32);
        if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch >= 0x80) out[n++] = (char)ch;
    }
    return (str){ out, n };
}

static size_t column_named(const import_shape *shape, str name) {
    for (size_t i = 0; i < shape->n; i++)
        if (str_eq(name, str_of(shape->columns[i].name))) return i;
    return shape->n;
}

static err_code learn_maps(ctx *c, const import_options *o, const import_shape *shape, map *names, bool *told) {
    char plain[MOST_NAME];
    for (size_t i = 0; i < o->n_maps; i++) {
        str theirs = o->maps[i], ours = str_trim(str_cut(&theirs, '='));
        size_t column = column_named(shape, ours);
        if (!theirs.p || column == shape->n)
            return fail_field(c, ERR_INVALID, "map", "'%.*s' should be OURS=THEIRS, where OURS is a column of %s such as %s",
                              STR_ARG(str_clip(o->maps[i], 80)), shape->word, shape->columns[0].name);
        (void)map_put(names, plain_name(theirs, plain), (uint32_t)column, NULL);
        told[column] = true;
    }
    return ERR_OK;
}

/* Every header name we accept -> our column. Names told by the user come first and shut out the others of that column. */
static err_code learn_names(ctx *c, const import_options *o, map *names) {
    const import_shape *shape = &import_shapes[o->kind];
    bool told[IMPORT_MOST_COLUMNS] = { false };
    char plain[MOST_NAME];
    map_init(names, c->arena);
    TRY(learn_maps(c, o, shape, names, told));
    for (size_t i = 0; i < shape->n; i++) {
        if (told[i]) continue;
        (void)map_put(names, plain_name(str_of(shape->columns[i].name), plain), (uint32_t)i, NULL);
        for (str rest = str_of(shape->columns[i].theirs); rest.p;)
            (void)map_put(names, plain_name(str_cut(&rest, '|'), plain), (uint32_t)i, NULL);
    }
    return ERR_OK;
}

static err_code find_columns(ctx *c, importer *m, const map *names, const csv_record *header) {
    const import_shape *shape = &import_shapes[m->o->kind];
    char plain[MOST_NAME];
    uint32_t column = 0;
    for (size_t i = 0; i < header->n; i++)
        if (map_get(names, plain_name(header->fields[i], plain), &column) && m->column_of[column] < 0) m->column_of[column] = (int)i;
    for (size_t i = 0; i < shape->n; i++)
        if (shape->columns[i].required && m->column_of[i] < 0)
            return fail_field(c, ERR_INVALID, shape->columns[i].name, "the file has no column for %s; say which with --map %s=THEIRS",
                              shape->columns[i].name, shape->columns[i].name);
    return ERR_OK;
}

/* ---- records ---- */

static import_take *const takers[IMPORT_KINDS] = {
    [IMPORT_PRODUCTS] = import_take_product, [IMPORT_ORDERS] = import_take_order_line, [IMPORT_CUSTOMERS] = import_take_customer,
};

static err_code bad_line(ctx *c, importer *m, int64_t number, const char *reason) {
    import_report *r = m->report;
    r->bad++;
    if (r->n_errors < LIMIT_IMPORT_ERRORS_SHOWN) {
        import_error *e = &r->errors[r->n_errors++];
        str shown = str_clip(str_of(reason), sizeof e->reason - 1);
        e->line = number;
        memcpy(e->reason, shown.p, shown.n);
        e->reason[shown.n] = 0;
    }
    return m->o->strict ? fail(c, ERR_INVALID, "line %lld: %s", (long long)number, reason) : ERR_OK;
}

static void tell_progress(ctx *c, importer *m) {
    if (!m->sink->progress) return;
    sync_progress p = { .step = str_of(import_shapes[m->o->kind].step), .done = m->read, .total = m->total, .seconds_left = -1 };
    m->sink->progress(c, m->sink->self, &p);
}

err_code import_checkpoint(ctx *c, importer *m) {
    sync_cursor done = { .store_id = m->o->store_id, .resource = str_of(import_shapes[m->o->kind].step), .complete = true };
    return m->sink->checkpoint(c, m->sink->self, &done);
}

/* One record with its values; what it allocates in c->arena is forgotten afterwards. */
static err_code take(ctx *c, importer *m, int64_t number, const str *values) {
    arena_mark mark = arena_save(c->arena);
    m->skipped = false;
    err_code e = takers[m->o->kind](c, m, values);
    arena_restore(c->arena, mark);
    if (e == ERR_INVALID) {
        char reason[sizeof c->error.text];
        snprintf(reason, sizeof reason, "%s", c->error.text);
        return bad_line(c, m, number, reason);
    }
    if (e) return e;
    if (m->skipped) m->report->skipped++;
    else m->report->taken++;
    return ERR_OK;
}

static err_code after_line(ctx *c, importer *m) {
    int64_t n = m->report->lines;
    if (m->o->kind != IMPORT_ORDERS && n % CHECKPOINT_EVERY == 0) TRY(import_checkpoint(c, m));
    if (n % PROGRESS_EVERY) return ERR_OK;
    tell_progress(c, m);
    return ctx_check(c);
}

static err_code run_csv(ctx *c, importer *m, const map *names) {
    AUTO_CSV *in = NULL;
    TRY(csv_open(c, m->o->path, &m->o->csv, &in));
    csv_record row = { 0 };
    bool more = false;
    TRY(csv_next(c, in, &row, &more));
    if (!more) return fail(c, ERR_INVALID, "%s is empty", m->o->path);
    if (row.problem) return fail(c, ERR_INVALID, "the header: %s", row.problem);
    TRY(find_columns(c, m, names, &row));
    size_t n_header = row.n;
    m->total = csv_bytes_total(in);
    for (;;) {
        TRY(csv_next(c, in, &row, &more));
        m->read = csv_bytes_read(in);
        if (!more) return ERR_OK;
        if (!row.problem && row.n == 1 && !str_trim(row.fields[0]).n) continue;   /* an empty line says nothing */
        m->report->lines++;
        if (row.problem) {
            TRY(bad_line(c, m, row.line, row.problem));
        } else if (row.n > n_header) {
            TRY(bad_line(c, m, row.line, "more fields than the header"));
        } else {
            str values[IMPORT_MOST_COLUMNS] = { 0 };
            for (size_t i = 0; i < import_shapes[m->o->kind].n; i++)
                if (m->column_of[i] >= 0 && (size_t)m->column_of[i] < row.n) values[i] = str_trim(row.fields[m->column_of[i]]);
            TRY(take(c, m, row.line, values));
        }
        TRY(after_line(c, m));
    }
}

/* The members of one JSON object; texts, numbers and booleans count, the rest is not looked at. */
static err_code take_object(ctx *c, importer *m, const map *names, const line *l) {
    const json_value *v = NULL;
    if (l->too_long) return bad_line(c, m, l->number, "the line is longer than the limit");
    if (json_parse(c, l->text, JSON_READ_STRICT, &v) || !jr_is_object(v)) return bad_line(c, m, l->number, "not a JSON object");
    str values[IMPORT_MOST_COLUMNS] = { 0 };
    char plain[MOST_NAME];
    for (void *it = jr_first(v); it; it = jr_next(v, it)) {
        uint32_t column = 0;
        if (!map_get(names, plain_name(jr_member_key(it), plain), &column) || values[column].n) continue;
        values[column] = str_trim(jr_text(c->arena, jr_member_value(it)));
    }
    return take(c, m, l->number, values);
}

static err_code run_json(ctx *c, importer *m, const map *names) {
    AUTO_LINES *in = NULL;
    TRY(lines_open(c, m->o->path, LIMIT_IMPORT_LINE_BYTES, &in));
    m->total = lines_bytes_total(in);
    for (line l = { 0 };;) {
        bool more = false;
        TRY(lines_next(c, in, &l, &more));
        m->read = lines_bytes_read(in);
        if (!more) return ERR_OK;
        if (!str_trim(l.text).n) continue;
        m->report->lines++;
        arena_mark mark = arena_save(c->arena);
        err_code e = take_object(c, m, names, &l);
        arena_restore(c->arena, mark);
        TRY(e);
        TRY(after_line(c, m));
    }
}

static bool is_json(const import_options *o) {
    if (o->format != IMPORT_BY_NAME) return o->format == IMPORT_JSON_LINES;
    str name = str_of(o->path);
    if (str_ends(name, STR(".gz"))) name.n -= 3;
    return str_ends(name, STR(".jsonl")) || str_ends(name, STR(".ndjson"));
}

static err_code run(ctx *c, importer *m) {
    map names;
    TRY(learn_names(c, m->o, &names));
    if (m->o->kind == IMPORT_ORDERS) TRY(import_orders_start(c, m));
    TRY(is_json(m->o) ? run_json(c, m, &names) : run_csv(c, m, &names));
    const import_report *r = m->report;
    if (r->bad && r->bad == r->lines)
        return fail(c, ERR_INVALID, "every line is bad; line %lld: %s", (long long)r->errors[0].line, r->errors[0].reason);
    if (m->o->kind == IMPORT_ORDERS) TRY(import_orders_end(c, m));
    TRY(import_checkpoint(c, m));
    tell_progress(c, m);
    return ERR_OK;
}

err_code import_file(ctx *c, const import_options *o, const connect_sink *sink, import_report *ret_report) {
    *ret_report = (import_report){ 0 };
    importer m = { .o = o, .sink = sink, .report = ret_report };
    if (o->preset.n) {
        m.preset = import_preset_find(o->preset);
        if (!m.preset || m.preset->kind != o->kind)
            return fail_field(c, ERR_INVALID, "preset", "no preset '%.*s' for %s; there is online-retail for orders", STR_ARG(o->preset),
                              import_shapes[o->kind].word);
    }
    for (size_t i = 0; i < IMPORT_MOST_COLUMNS; i++) m.column_of[i] = -1;
    arena_init(&m.window, LIMIT_JOB_ARENA);
    err_code e = run(c, &m);
    import_orders_done(&m);
    arena_done(&m.window);
    return e;
}
