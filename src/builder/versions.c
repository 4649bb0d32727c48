/* Rows of designs. It does NOT look into them: design.c does. */
#include "builder/versions.h"
#include "base/limits.h"
#include "storage/queries.h"

/* ---- one transaction ---- */
typedef struct { int64_t store_id, number; str text; widget_version row; } change;
typedef err_code change_step(ctx *c, db *d, change *x);

static err_code in_transaction(ctx *c, db *d, change_step *step, change *x) {
    bool ours = false;
    TRY(storage_join(c, d, &ours));
    return storage_leave(c, d, ours, step(c, d, x));
}

/* ---- reading ---- */
typedef struct { int64_t version, revision; } state;

static err_code take_state(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                        /* two, as the query says */
    *(state *)arg = (state){ v[0].v.i, v[1].v.i };
    return ERR_OK;
}

err_code widget_state(ctx *c, db *d, int64_t store_id, int64_t *ret_version, int64_t *ret_revision) {
    state x = { 0 };
    TRY(storage_query(c, d, &query_widget_state, &SQL_INT(store_id), 1, take_state, &x));
    *ret_version = x.version;
    *ret_revision = x.revision;
    return ERR_OK;
}

static err_code get(ctx *c, db *d, int64_t store_id, int64_t version, widget_version *ret_row) {
    widget_version row = { .store_id = store_id, .version = version };
    err_code e = storage_get(c, d, &widget_version_entity, &row);
    if (!e) *ret_row = row;
    return e;
}

err_code widget_version_get(ctx *c, db *d, int64_t store_id, int64_t version, widget_version *ret_version) {
    err_code e = version > 0 ? get(c, d, store_id, version, ret_version) : ERR_NOT_FOUND;
    if (e != ERR_NOT_FOUND) return e;
    return fail(c, e, "there is no version %lld of the widgets; GET /api/v1/widget/versions lists them", (long long)version);
}

err_code widget_live_get(ctx *c, db *d, int64_t store_id, widget_version *ret_version) {
    int64_t version = 0, revision = 0;
    TRY(widget_state(c, d, store_id, &version, &revision));
    if (version) return get(c, d, store_id, version, ret_version);
    *ret_version = (widget_version){ .store_id = store_id };
    return ERR_OK;
}

err_code widget_draft_get(ctx *c, db *d, int64_t store_id, widget_version *ret_draft) {
    err_code e = get(c, d, store_id, 0, ret_draft);
    if (e != ERR_NOT_FOUND) return e;
    widget_version live;
    TRY(widget_live_get(c, d, store_id, &live));
    *ret_draft = (widget_version){ .store_id = store_id, .design = live.design, .made_ms = live.made_ms };
    return ERR_OK;
}

typedef struct { ctx *c; widget_version *rows; size_t n, most; } listing;

static err_code take_version(void *arg, const sql_value *v, size_t n_columns) {
    listing *l = arg;
    (void)n_columns;                                        /* four, as the query says */
    if (l->n == l->most) return ERR_OK;
    l->rows[l->n] = (widget_version){ .version = v[0].v.i, .came_from = v[1].v.i, .note = str_dup(l->c->arena, v[2].v.s),
        .made_ms = v[3].v.i };
    return l->rows[l->n++].note.p ? ERR_OK : fail(l->c, ERR_NO_MEMORY, "list the versions of widgets");
}

err_code widget_version_list(ctx *c, db *d, int64_t store_id, int64_t before, size_t limit, widget_version **ret_rows, size_t *ret_n) {
    listing l = { .c = c, .rows = arena_new(c->arena, widget_version, limit + 1), .most = limit };
    if (!l.rows) return fail(c, ERR_NO_MEMORY, "list the versions of widgets");
    const sql_value binds[] = { SQL_INT(store_id), SQL_INT(before), SQL_INT((int64_t)limit) };
    TRY(storage_query(c, d, &query_widget_versions, binds, COUNT(binds), take_version, &l));
    *ret_rows = l.rows;
    *ret_n = l.n;
    return ERR_OK;
}

/* ---- the draft ---- */
/* Read whole, and written as one JSON value without the blanks it came with. */
static err_code checked(ctx *c, str text, str *ret_design) {
    const json_value *o = NULL;
    widget_design ignored;
    buf b;
    json_out w;
    if (text.n > LIMIT_WIDGET_DESIGN) return fail(c, ERR_TOO_LARGE, "a design has at most %d bytes", LIMIT_WIDGET_DESIGN);
    TRY(json_parse(c, text, JSON_READ_STRICT, &o));
    TRY(widget_design_read(c, o, &ignored));
    buf_init_in(&b, c->arena, 2 * (size_t)LIMIT_WIDGET_DESIGN);
    jw_init(&w, &b);
    jw_value(&w, o);
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "write a design");
    *ret_design = buf_view(&b);
    return ERR_OK;
}

static err_code put_draft(ctx *c, db *d, change *x) {
    int64_t version = 0, revision = 0;
    TRY(widget_state(c, d, x->store_id, &version, &revision));
    if (x->number >= 0 && x->number != revision)
        return fail_field(c, ERR_CONFLICT, "revision", "the draft is revision %lld by now: read it again, then write yours",
                          (long long)revision);
    x->row = (widget_version){ .store_id = x->store_id, .revision = revision + 1, .made_ms = ctx_now_ms(c), .design = x->text };
    return storage_put(c, d, &widget_version_entity, &x->row);
}

err_code widget_draft_put(ctx *c, db *d, int64_t store_id, str design, int64_t revision, widget_version *ret_draft) {
    change x = { .store_id = store_id, .number = revision };
    TRY(checked(c, design, &x.text));
    TRY(in_transaction(c, d, put_draft, &x));
    *ret_draft = x.row;
    return ERR_OK;
}

/* ---- versions ---- */
/* The next version, and the oldest leaves when there are too many. */
static err_code add_version(ctx *c, db *d, change *x, int64_t newest, int64_t came_from, str design) {
    x->row = (widget_version){ .store_id = x->store_id, .version = newest + 1, .came_from = came_from, .note = x->text,
                               .made_ms = ctx_now_ms(c), .design = design };
    TRY(storage_put(c, d, &widget_version_entity, &x->row));
    const widget_version old = { .store_id = x->store_id, .version = x->row.version - LIMIT_WIDGET_VERSIONS };
    return old.version > 0 ? storage_delete(c, d, &widget_version_entity, &old, 2, NULL) : ERR_OK;
}

static err_code publish(ctx *c, db *d, change *x) {
    widget_version draft, live;
    err_code e = get(c, d, x->store_id, 0, &draft);
    if (e == ERR_NOT_FOUND) return fail(c, ERR_CONFLICT, "there is no draft to publish: PUT /api/v1/widget/draft first");
    TRY(e);
    TRY(widget_live_get(c, d, x->store_id, &live));
    x->row = live;
    bool same = live.version && str_eq(live.design, draft.design);
    return same ? ERR_OK : add_version(c, d, x, live.version, 0, draft.design);
}

err_code widget_publish(ctx *c, db *d, int64_t store_id, str note, widget_version *ret_version) {
    change x = { .store_id = store_id, .text = note };
    if (note.n > LIMIT_WIDGET_NOTE || !design_text_is_plain(note))
        return fail_field(c, ERR_INVALID, "note", "'note' must be plain text of at most %d bytes", LIMIT_WIDGET_NOTE);
    TRY(in_transaction(c, d, publish, &x));
    *ret_version = x.row;
    return ERR_OK;
}

/* A draft that says what the pages showed has nothing in it that would be lost. */
static err_code draft_follows(ctx *c, db *d, int64_t store_id, str shown, str design) {
    widget_version draft;
    err_code e = get(c, d, store_id, 0, &draft);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (!str_eq(draft.design, shown)) return ERR_OK;
    draft.design = design;
    draft.revision++;
    draft.made_ms = ctx_now_ms(c);
    return storage_put(c, d, &widget_version_entity, &draft);
}

static err_code roll_back(ctx *c, db *d, change *x) {
    widget_version old, live;
    TRY(widget_version_get(c, d, x->store_id, x->number, &old));
    TRY(widget_live_get(c, d, x->store_id, &live));
    TRY(draft_follows(c, d, x->store_id, live.design, old.design));
    return add_version(c, d, x, live.version, old.version, old.design);
}

err_code widget_roll_back(ctx *c, db *d, int64_t store_id, int64_t version, widget_version *ret_version) {
    change x = { .store_id = store_id, .number = version };
    TRY(in_transaction(c, d, roll_back, &x));
    *ret_version = x.row;
    return ERR_OK;
}
