/* What an owner says of the widgets: fields, the draft, versions, previews. Decoding only: builder/ knows what may be said. */
#include "api/placements.h"
#include "api/widget.h"
#include "base/parse.h"
#include "builder/preview.h"
#include "builder/versions.h"

enum { PREVIEW_MINUTES = 60, VERSIONS = 20 };

typedef struct { opt_i64 revision; } draft_input;
typedef struct { str note; } publish_input;
typedef struct { opt_i64 before, limit; } versions_input;
typedef struct { opt_i64 minutes; } preview_input;

/* For the description; read by widget_design_read(). */
const param widget_design_params[COUNT_WIDGET_DESIGN] = {
    { "track", PARAM_JSON, 0, 0, 0, false, "consent, dnt, cookieless, impression_share, impression_ms.", NULL, NULL, 0 },
    { "forward", PARAM_JSON, 0, 0, 0, false, "ga4, meta, segment: true passes events on.", NULL, NULL, 0 },
    { "design", PARAM_JSON, 0, 0, 0, false, "accent, text, surface, radius, font, scheme; null: the theme's.",
        "{\"accent\":\"#0a5\"}", NULL, 0 },
    { "texts", PARAM_JSON, 0, 0, 0, false, "Words by language and name.", "{\"ro\":{\"add_to_cart\":\"Pune în coș\"}}", NULL, 0 },
    { "slots", PARAM_JSON, 0, 0, 0, false,
      "By name: enabled, layout, source, title, where, show, design, audience, schedule, trigger, frequency; "
      "GET /api/v1/widget/fields lists what each may be.", "{\"popup\":{\"enabled\":true,\"trigger\":{\"kind\":\"exit\"}}}", NULL, 0 },
};
const param widget_draft_params[COUNT_WIDGET_DRAFT] = {
    { "revision", PARAM_INT, offsetof(draft_input, revision), 0, INT64_MAX, false,
      "The draft's revision that this was made of: 409 when somebody wrote another since. Left out: written over.", "3", NULL, 0 },
};
const param widget_publish_params[COUNT_WIDGET_PUBLISH] = {
    { "note", PARAM_TEXT, offsetof(publish_input, note), 0, LIMIT_WIDGET_NOTE, false, "What changed.", "\"Green buttons\"", NULL, 0 },
};
const param widget_versions_params[COUNT_WIDGET_VERSIONS] = {
    { "before", PARAM_INT, offsetof(versions_input, before), 0, INT64_MAX, false, "Only smaller numbers.", "17", NULL, 0 },
    { "limit", PARAM_INT, offsetof(versions_input, limit), 1, LIMIT_WIDGET_VERSIONS, false, "At most so many; 20 by default.", "20",
        NULL, 0 },
};
const param widget_preview_params[COUNT_WIDGET_PREVIEW] = {
    { "minutes", PARAM_INT, offsetof(preview_input, minutes), 1, LIMIT_PREVIEW_MINUTES, false,
        "How long it opens the draft; 60 by default.",
      "60", NULL, 0 },
};

/* ---- answers ---- */
err_code widget_fields_get(api_call *call) {
    json_out w = api_json(call);
    widget_design_describe(&w);
    return api_json_done(call, &w);
}

static void write_version_head(json_out *w, const widget_version *row) {
    jw_member_i64(w, "version", row->version);
    jw_member_i64(w, "came_from", row->came_from);
    jw_member_str(w, "note", row->note);
    jw_member_i64(w, "made_ms", row->made_ms);
}

/* What was said, and what that makes of everything. */
static err_code write_designs(api_call *call, json_out *w, const widget_version *row) {
    widget_design whole;
    TRY(widget_design_parse(call->c, row->design, &whole));
    jw_key(w, "design");
    jw_raw(w, row->design.n ? row->design : STR("{}"));
    jw_key(w, "whole");
    widget_design_write(w, &whole);
    return ERR_OK;
}

static err_code answer_draft(api_call *call, const widget_version *row) {
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_i64(&w, "revision", row->revision);
    jw_member_i64(&w, "made_ms", row->made_ms);
    TRY(write_designs(call, &w, row));
    jw_end_object(&w);
    return api_json_done(call, &w);
}

static err_code answer_version(api_call *call, const widget_version *row) {
    json_out w = api_json(call);
    jw_object(&w);
    write_version_head(&w, row);
    TRY(write_designs(call, &w, row));
    jw_end_object(&w);
    return api_json_done(call, &w);
}

/* ---- the draft ---- */
err_code widget_draft_read(api_call *call) {
    widget_version row;
    TRY(widget_draft_get(call->c, call->d, call->store_id, &row));
    return answer_draft(call, &row);
}

/* What is not in the body is not said any more. */
err_code widget_draft_write(api_call *call) {
    draft_input in = { 0 };
    widget_version row;
    TRY(api_read_query(call, widget_draft_params, COUNT_WIDGET_DRAFT, &in));
    if (!call->r->body.n) return fail(call->c, ERR_INVALID, "send the design as a JSON object; {} says nothing");
    TRY(widget_draft_put(call->c, call->d, call->store_id, call->r->body, in.revision.known ? in.revision.v : -1, &row));
    api_terms_changed(call);
    return answer_draft(call, &row);
}

/* ---- versions ---- */
err_code widget_publish_post(api_call *call) {
    publish_input in = { 0 };
    widget_version row;
    TRY(api_read_body(call, &in));
    TRY(widget_publish(call->c, call->d, call->store_id, in.note, &row));
    api_terms_changed(call);
    return answer_version(call, &row);
}

err_code widget_versions_get(api_call *call) {
    versions_input in = { 0 };
    widget_version *rows = NULL;
    size_t n = 0;
    TRY(api_read_query(call, widget_versions_params, COUNT_WIDGET_VERSIONS, &in));
    size_t limit = in.limit.known ? (size_t)in.limit.v : VERSIONS;
    TRY(widget_version_list(call->c, call->d, call->store_id, in.before.v, limit, &rows, &n));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "versions");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        jw_object(&w);
        write_version_head(&w, &rows[i]);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_key(&w, "next");
    if (n == limit) jw_i64(&w, rows[n - 1].version);
    else jw_null(&w);
    jw_end_object(&w);
    return api_json_done(call, &w);
}

static err_code version_of(api_call *call, int64_t *ret_version) {
    if (parse_int_in(call->path_value, 1, INT64_MAX, ret_version)) return ERR_OK;
    return fail_field(call->c, ERR_INVALID, "version", "the number of a version is a whole number; GET /api/v1/widget/versions lists them");
}

err_code widget_one_version_get(api_call *call) {
    int64_t version = 0;
    widget_version row;
    TRY(version_of(call, &version));
    TRY(widget_version_get(call->c, call->d, call->store_id, version, &row));
    return answer_version(call, &row);
}

err_code widget_rollback_post(api_call *call) {
    int64_t version = 0;
    widget_version row;
    TRY(version_of(call, &version));
    TRY(widget_roll_back(call->c, call->d, call->store_id, version, &row));
    api_terms_changed(call);
    return answer_version(call, &row);
}

/* ---- previews ---- */
err_code widget_preview_post(api_call *call) {
    preview_input in = { 0 };
    str made;
    TRY(api_read_body(call, &in));
    int64_t ends_ms = ctx_now_ms(call->c) + (in.minutes.known ? in.minutes.v : PREVIEW_MINUTES) * MS_PER_MINUTE;
    TRY(widget_preview_make(call->c, &call->a->o.seal, call->store_id, ends_ms, &made));
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_str(&w, "token", made);
    jw_member_i64(&w, "ends_ms", ends_ms / MS_PER_SECOND * MS_PER_SECOND);
    jw_end_object(&w);
    return api_json_done(call, &w);
}
