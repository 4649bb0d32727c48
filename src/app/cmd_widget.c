/* vitrine widget: how a store's widgets look: what is on the pages, publish the draft, versions, go back, a token that shows the draft. */
#include <inttypes.h>
#include "app/commands.h"
#include "app/home.h"
#include "app/pick.h"
#include "base/limits.h"
#include "base/parse.h"
#include "builder/preview.h"
#include "builder/versions.h"

static const option options[] = {
    { "minutes", OPTION_INT, "N", NULL, "60", 1, LIMIT_PREVIEW_MINUTES, "how long a preview opens the draft" },
    { "note", OPTION_TEXT, "TEXT", NULL, NULL, 0, 0, "what changed, kept with the version published" },
};

typedef struct { home h; store s; } opened;
static void opened_close(opened *x) { home_close(&x->h); }
#define AUTO_OPENED __attribute__((cleanup(opened_close))) opened

static err_code open_store(ctx *c, const invocation *v, opened *ret) {
    TRY(home_open(c, v, HOME_MUST_BE, &ret->h));
    return pick_store(c, ret->h.d, invocation_arg(v, 1), &ret->s);
}

/* ---- show ---- */
static void print_slots(const invocation *v, const widget_design *d) {
    for (size_t i = 0; i < WIDGET_SLOTS; i++) {
        const slot_design *s = &d->slots[i];
        fprintf(v->out, "  %-16s %-4s %-15s %-9s %-9s %.*s\n", widget_slots[i].name, s->enabled ? "on" : "off", widget_page_words[s->page],
                widget_slots[i].follows ? "follows" : widget_display_words[widget_slots[i].display], widget_layout_words[s->layout],
                STR_ARG(s->title.in[WIDGET_RO]));
    }
}

static err_code print_design(ctx *c, const invocation *v, const widget_version *row, int64_t revision, const widget_design *d) {
    buf b;
    json_out w;
    if (!v->json) {
        fprintf(v->out, "version %" PRId64 " is on the pages%s; the draft is revision %" PRId64 "\n", row->version,
                row->version ? "" : " (nothing was published: all as usual)", revision);
        print_slots(v, d);
        return ERR_OK;
    }
    buf_init_in(&b, c->arena, MIB);
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_i64(&w, "version", row->version);
    jw_member_i64(&w, "revision", revision);
    jw_key(&w, "design"), jw_raw(&w, row->design.n ? row->design : STR("{}"));
    jw_key(&w, "whole"), widget_design_write(&w, d);
    jw_end_object(&w);
    return print_json(v, &b);
}

static err_code show(ctx *c, const invocation *v) {
    AUTO_OPENED x = { 0 };
    widget_version row;
    widget_design d;
    int64_t version = 0, revision = 0;
    TRY(open_store(c, v, &x));
    TRY(widget_live_get(c, x.h.d, x.s.store_id, &row));
    TRY(widget_state(c, x.h.d, x.s.store_id, &version, &revision));
    TRY(widget_design_parse(c, row.design, &d));
    return print_design(c, v, &row, revision, &d);
}

/* ---- versions ---- */
static err_code tell(const invocation *v, const widget_version *row) {
    if (v->json) fprintf(v->out, "{\"version\":%" PRId64 ",\"came_from\":%" PRId64 "}\n", row->version, row->came_from);
    else fprintf(v->out, "version %" PRId64 " is on the pages; a running server takes it within seconds\n", row->version);
    return ERR_OK;
}

static err_code publish(ctx *c, const invocation *v) {
    AUTO_OPENED x = { 0 };
    widget_version row;
    str note = invocation_text(v, "note");
    TRY(open_store(c, v, &x));
    TRY(widget_publish(c, x.h.d, x.s.store_id, note.p ? note : STR(""), &row));
    return tell(v, &row);
}

static err_code rollback(ctx *c, const invocation *v) {
    AUTO_OPENED x = { 0 };
    widget_version row;
    int64_t version = 0;
    if (!parse_int_in(invocation_arg(v, 2), 1, INT64_MAX, &version))
        return usage_error(c, "-", "the number of a version is a whole number; 'vitrine widget versions STORE' shows them");
    TRY(open_store(c, v, &x));
    TRY(widget_roll_back(c, x.h.d, x.s.store_id, version, &row));
    return tell(v, &row);
}

static void print_version(const invocation *v, const widget_version *row) {
    char when[TIME_WORDS];
    fprintf(v->out, "%4" PRId64 "  %s  ", row->version, time_words(row->made_ms, when));
    if (row->came_from) fprintf(v->out, "back to %" PRId64 "  ", row->came_from);
    fprintf(v->out, "%.*s\n", STR_ARG(row->note));
}

static void write_version(json_out *w, const widget_version *row) {
    jw_object(w);
    jw_member_i64(w, "version", row->version);
    jw_member_i64(w, "came_from", row->came_from);
    jw_member_str(w, "note", row->note);
    jw_member_i64(w, "made_ms", row->made_ms);
    jw_end_object(w);
}

static err_code versions(ctx *c, const invocation *v) {
    AUTO_OPENED x = { 0 };
    widget_version *rows;
    size_t n;
    buf b;
    json_out w;
    TRY(open_store(c, v, &x));
    TRY(widget_version_list(c, x.h.d, x.s.store_id, 0, LIMIT_WIDGET_VERSIONS, &rows, &n));
    buf_init_in(&b, c->arena, MIB);
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "versions");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        if (v->json) write_version(&w, &rows[i]);
        else print_version(v, &rows[i]);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    if (v->json) return print_json(v, &b);
    if (!n) fputs("nothing was published yet\n", v->out);
    return ERR_OK;
}

/* ---- preview ---- */
static err_code preview(ctx *c, const invocation *v) {
    AUTO_OPENED x = { 0 };
    str made;
    int64_t minutes = invocation_int(v, "minutes");
    TRY(open_store(c, v, &x));
    TRY(widget_preview_make(c, &x.h.key, x.s.store_id, ctx_now_ms(c) + minutes * MS_PER_MINUTE, &made));
    if (v->json) fprintf(v->out, "{\"token\":\"%.*s\",\"minutes\":%" PRId64 "}\n", STR_ARG(made), minutes);
    else fprintf(v->out, "for %" PRId64 " minutes, open a page of the shop with\n  ?vitrine_preview=%.*s\n", minutes, STR_ARG(made));
    return ERR_OK;
}

static const action actions[] = {
    { "show", 1, 2, show }, { "publish", 1, 2, publish }, { "versions", 1, 2, versions }, { "rollback", 3, 3, rollback },
        { "preview", 1, 2, preview },
};

static err_code run(ctx *c, const invocation *v) { return run_action(c, v, actions, COUNT(actions)); }

const command cmd_widget = {
    .name = "widget", .summary = "How a store's widgets look: show, publish the draft, versions, go back, preview",
    .usage = "[show [STORE] | publish [STORE] | versions [STORE] | rollback STORE VERSION | preview [STORE]]",
    .details = "The draft is written with PUT /api/v1/widget/draft; docs/widget-builder.md.",
    .options = options, .n_options = COUNT(options), .max_args = 3, .run = run,
};
