/* GET /api/v1/placements and PUT /api/v1/placements/{placement}. Decoding only: decide/placement_settings.h knows what may be set. */
#include "api/placements.h"
#include <assert.h>
#include "decide/placement_settings.h"
#include "decide/placements.h"

/* For the description; read by placement_settings_parse(). */
const param placement_params[COUNT_PLACEMENT] = {
    { "n", PARAM_INT, 0, 1, LIMIT_RECOMMEND_N, false, "Products, whatever the page asks for.", "3", NULL, 0 },
    { "discount", PARAM_INT, 0, 0, 90, false, "Percent off every product, as an incentive that the shop must grant.", "5", NULL, 0 },
    { "display", PARAM_TEXT, 0, 0, 0, false, "popup, banner, inline, cart, checkout, slide_in or sticky; told to the page.", "\"popup\"",
      NULL, 0 },
    { "model", PARAM_TEXT, 0, 0, 0, false, "ranker (the default), rules, or catalogue: nothing learned.", "\"ranker\"", NULL, 0 },
    { "message", PARAM_TEXT, 0, 0, 0, false, "reason (the default), plain, or none.", "\"reason\"", NULL, 0 },
    { "price_incentive", PARAM_BOOL, 0, 0, 0, false, "false: no discount is offered.", "true", NULL, 0 },
    { "enabled", PARAM_BOOL, 0, 0, 0, false, "false: nothing is shown here.", "true", NULL, 0 },
};
static_assert((int)COUNT_PLACEMENT == (int)PLACEMENT_SETTINGS, "the description names every setting");

/* ---- shared ---- */
void api_terms_changed(api_call *call) {
    err_code e = serving_follow_terms(call->c, call->a->o.serving, call->d, call->store_id);
    if (e) log_line(call->a->o.log, LOG_WARN, "serving.terms_later", "store=%lld why=%s", (long long)call->store_id, call->c->error.text);
}

err_code api_check_placement(api_call *call, str name) {
    buf known;
    if (placement_find(name)) return ERR_OK;
    buf_init_in(&known, call->c->arena, KIB);
    for (size_t i = 0; i < n_placements; i++) buf_printf(&known, "%s%s", i ? ", " : "", all_placements[i].name);
    return fail_field(call->c, ERR_INVALID, "placement", "there is no placement '%.*s'; there is: %.*s", STR_ARG(str_clip(name, 40)),
                      STR_ARG(buf_view(&known)));
}

/* ---- read ---- */
/* The row of a placement among `rows`; NULL when the owner set nothing. */
static const placement_setting *row_of(const placement_setting *rows, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].placement, str_of(name))) return &rows[i];
    return NULL;
}

static void write_placement(api_call *call, json_out *w, const placement *p, const placement_setting *row) {
    placement_settings s = { 0 };
    if (row && placement_settings_parse(call->c, row->settings, &s)) s = (placement_settings){ 0 };     /* as answers take it */
    jw_object(w);
    jw_member_text(w, "placement", p->name);
    jw_member_i64(w, "n", placement_setting_or(&s, PLACEMENT_N, (int)p->n));
    jw_key(w, "settings");
    placement_settings_write(w, &s);
    jw_member_i64(w, "updated_ms", row ? row->updated_ms : 0);
    jw_end_object(w);
}

err_code placements_list(api_call *call) {
    placement_setting by = { .store_id = call->store_id }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(call->c, call->d, &placement_setting_entity, &by, 1, NULL, LIMIT_PAGE_ROWS, &rows, &n));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "placements");
    jw_array(&w);
    for (size_t i = 0; i < n_placements; i++) write_placement(call, &w, &all_placements[i], row_of(rows, n, all_placements[i].name));
    jw_end_array(&w);
    jw_end_object(&w);
    return api_json_done(call, &w);
}

/* ---- write ---- */
static err_code settings_text(ctx *c, const placement_settings *s, str *ret_text) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    placement_settings_write(&w, s);
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "write the settings of a placement");
    *ret_text = buf_view(&b);
    return ERR_OK;
}

static err_code check_place(ctx *c, const placement *place, const placement_settings *s) {
    if (place->offers || !placement_setting_or(s, PLACEMENT_DISCOUNT, 0)) return ERR_OK;
    return fail_field(c, ERR_INVALID, "discount", "a letter is read when its offer is over, so 'discount' cannot be set for '%s'",
                      place->name);
}

/* What is not in the body is not set any more. */
err_code placements_put(api_call *call) {
    ctx *c = call->c;
    placement_settings s;
    placement_setting row = { .store_id = call->store_id, .placement = call->path_value, .updated_ms = ctx_now_ms(c) };
    TRY(api_check_placement(call, call->path_value));
    if (!call->r->body.n) return fail(c, ERR_INVALID, "send the settings as a JSON object; {} sets nothing");
    TRY(placement_settings_parse(c, call->r->body, &s));
    TRY(check_place(c, placement_find(call->path_value), &s));
    TRY(settings_text(c, &s, &row.settings));
    if (s.given) TRY(storage_put(c, call->d, &placement_setting_entity, &row));
    else TRY(storage_delete(c, call->d, &placement_setting_entity, &row, 2, NULL));
    api_terms_changed(call);
    json_out w = api_json(call);
    write_placement(call, &w, placement_find(row.placement), s.given ? &row : NULL);
    return api_json_done(call, &w);
}
