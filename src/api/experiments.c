/* /api/v1/experiments. Decoding only: experiments/lifecycle.h moves rows, decide/placement_settings.h knows what a variant may set. */
#include "api/experiments.h"
#include "api/placements.h"
#include "api/shop.h"
#include "base/parse.h"
#include "decide/placement_settings.h"
#include "experiments/assign.h"
#include "experiments/lifecycle.h"
#include "storage/queries.h"

enum { JSON_BYTES = 64 * 1024, LAYER_BYTES = 40 };

typedef struct {
    str name, placement, layer;
    opt_i64 layer_from, layer_to;
    const json_value *targeting, *variants, *plan;
} experiment_input;
typedef struct { opt_i64 before, limit; } list_input;
#define OFFSET(member) offsetof(experiment_input, member)

static const param targeting_fields[] = {
    { "device", PARAM_TEXTS, 0, 0, LIMIT_TARGETS, false, "desktop, mobile, tablet; one is enough.", "[\"mobile\"]", NULL, 0 },
    { "locale", PARAM_TEXTS, 0, 0, LIMIT_TARGETS, false, "ro, en; one is enough.", "[\"ro\"]", NULL, 0 },
    { "customer", PARAM_BOOL, 0, 0, 0, false, "true: only with a customer_id; false: only without.", "true", NULL, 0 },
};
static const param variant_fields[] = {
    { "key", PARAM_TEXT, 0, 1, LIMIT_VARIANT_KEY, true, "Short name: a-z 0-9 - _. The first variant is the control.", "\"control\"",
      NULL, 0 },
    { "share", PARAM_NUMBER, 0, 0, 1, true, "Of the experiment's visitors; all together 1.", "0.5", NULL, 0 },
    { "settings", PARAM_JSON, 0, 0, 0, false, "What it changes of the placement, as in PUT /api/v1/placements; left out: nothing.", NULL,
      placement_params, COUNT_PLACEMENT },
};
const param experiment_params[COUNT_EXPERIMENT] = {
    { "name", PARAM_TEXT, OFFSET(name), 1, LIMIT_EXPERIMENT_NAME, true, "What is tried, in a few words.",
      "\"Two products or three\"", NULL, 0 },
    { "placement", PARAM_TEXT, OFFSET(placement), 0, 40, false, "Where; left out: in every placement.", "\"product\"", NULL, 0 },
    { "variants", PARAM_LIST, OFFSET(variants), 0, LIMIT_VARIANTS, true, "2 to 8.", NULL, variant_fields, COUNT(variant_fields) },
    { "targeting", PARAM_JSON, OFFSET(targeting), 0, 0, false, "Whom it is for; left out: everybody.", NULL, targeting_fields,
      COUNT(targeting_fields) },
    { "layer", PARAM_TEXT, OFFSET(layer), 0, LAYER_BYTES, false,
      "Experiments of one layer never share a visitor; left out: a layer of its own.", "\"prices\"", NULL, 0 },
    { "layer_from", PARAM_INT, OFFSET(layer_from), 0, ASSIGN_BUCKETS, false,
      "Of the layer's 10,000 buckets of visitors, the first taken; left out with layer_to: all.", "0", NULL, 0 },
    { "layer_to", PARAM_INT, OFFSET(layer_to), 0, ASSIGN_BUCKETS, false, "The first not taken.", "5000", NULL, 0 },
    { "plan", PARAM_JSON, OFFSET(plan), 0, 0, false, "How it is judged and when it ends; docs/experiments.md. Left out: the defaults.",
      "{\"metric\":\"revenue\",\"guards\":[\"conversion\"],\"least_days\":7}", NULL, 0 },
};
const param experiments_params[COUNT_EXPERIMENTS] = {
    { "before", PARAM_INT, offsetof(list_input, before), 0, INT64_MAX, false, "Only smaller numbers.", "17", NULL, 0 },
    { "limit", PARAM_INT, offsetof(list_input, limit), 1, LIMIT_PAGE_ROWS, false, "At most so many; 20 by default.", "20", NULL, 0 },
};

/* ---- answers ---- */
typedef struct { ctx *c; int64_t at_ms; str figures; } newest;

static err_code take_figures(void *arg, const sql_value *v, size_t n_columns) {
    newest *x = arg;
    (void)n_columns;                                        /* two, as the query says */
    x->at_ms = v[0].v.i;
    x->figures = str_dup(x->c->arena, v[1].v.s);
    return x->figures.p ? ERR_OK : fail(x->c, ERR_NO_MEMORY, "read the figures of an experiment");
}

/* With what it looked like when it was last looked at, every night while it runs. */
static err_code write_one(api_call *call, const experiment *row, int status) {
    newest x = { .c = call->c };
    const sql_value binds[] = { SQL_INT(row->store_id), SQL_INT(row->experiment_id) };
    TRY(storage_query(call->c, call->d, &query_newest_figures, binds, COUNT(binds), take_figures, &x));
    json_out w = api_json(call);
    call->out->status = status;
    jw_object(&w);
    jw_key(&w, "experiment");
    entity_json(&w, &experiment_entity, row, 2);
    jw_member_i64(&w, "figures_ms", x.at_ms);
    jw_key(&w, "figures");
    if (x.figures.n) jw_raw(&w, x.figures);
    else jw_null(&w);
    jw_end_object(&w);
    return api_json_done(call, &w);
}

err_code experiments_list(api_call *call) {
    list_input in = { 0 };
    experiment *rows = NULL;
    TRY(api_read_query(call, experiments_params, COUNT_EXPERIMENTS, &in));
    size_t limit = in.limit.known ? (size_t)in.limit.v : 20, n = 0;
    TRY(experiment_list(call->c, call->d, call->store_id, in.before.v, limit, &rows, &n));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "experiments");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) entity_json(&w, &experiment_entity, &rows[i], 2);
    jw_end_array(&w);
    jw_key(&w, "next");
    if (n == limit) jw_i64(&w, rows[n - 1].experiment_id);
    else jw_null(&w);
    jw_end_object(&w);
    return api_json_done(call, &w);
}

static err_code id_of(api_call *call, int64_t *ret_id) {
    if (parse_int_in(call->path_value, 1, INT64_MAX, ret_id)) return ERR_OK;
    return fail(call->c, ERR_NOT_FOUND, "experiment numbers are whole numbers; GET /api/v1/experiments lists them");
}

err_code experiments_get(api_call *call) {
    int64_t id = 0;
    experiment row;
    TRY(id_of(call, &id));
    TRY(experiment_get(call->c, call->d, call->store_id, id, &row));
    return write_one(call, &row, 200);
}

err_code experiments_days(api_call *call) {
    int64_t id = 0;
    experiment row;
    experiment_day *days = NULL;
    size_t n = 0;
    TRY(id_of(call, &id));
    TRY(experiment_get(call->c, call->d, call->store_id, id, &row));
    const experiment_day of = { .store_id = call->store_id, .experiment_id = id };
    TRY(storage_scan(call->c, call->d, &experiment_day_entity, &of, 2, NULL, LIMIT_EXPERIMENT_DAYS, &days, &n));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "days");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) entity_json(&w, &experiment_day_entity, &days[i], 2);
    jw_end_array(&w);
    jw_end_object(&w);
    return api_json_done(call, &w);
}

/* ---- made ---- */
static err_code text_of(ctx *c, const char *name, const json_value *v, str *ret_text) {
    buf b;
    json_out w;
    if (jr_is_null(v)) return ERR_OK;
    buf_init_in(&b, c->arena, JSON_BYTES);
    jw_init(&w, &b);
    jw_value(&w, v);
    if (buf_err(&b)) return fail_field(c, ERR_INVALID, name, "'%s' is over %d bytes", name, JSON_BYTES);
    *ret_text = buf_view(&b);
    return ERR_OK;
}

static err_code make_row(api_call *call, const experiment_input *in, experiment *ret_row) {
    ctx *c = call->c;
    experiment row = { .store_id = call->store_id, .name = in->name, .placement = in->placement, .layer = in->layer,
                       .layer_from = in->layer_from.v, .layer_to = in->layer_to.v, .author = STR("person") };
    if (in->placement.n) TRY(api_check_placement(call, in->placement));
    if ((in->layer_from.known || in->layer_to.known) && !in->layer.n)
        return fail_field(c, ERR_INVALID, "layer", "'layer_from' and 'layer_to' are buckets of a 'layer': name it");
    TRY(placement_settings_check(c, in->variants));
    TRY(text_of(c, "variants", in->variants, &row.variants));
    TRY(text_of(c, "targeting", in->targeting, &row.targeting));
    TRY(text_of(c, "plan", in->plan, &row.plan));
    *ret_row = row;
    return ERR_OK;
}

err_code experiments_post(api_call *call) {
    experiment_input in = { 0 };
    experiment row, made;
    TRY(api_read_body(call, &in));
    TRY(make_row(call, &in, &row));
    TRY(experiment_create(call->c, call->d, &row, &made));
    return write_one(call, &made, 201);
}

/* ---- moved on ---- */
typedef err_code transition(ctx *c, db *d, int64_t store_id, int64_t experiment_id, experiment *ret_row);

static err_code move(api_call *call, transition *step) {
    int64_t id = 0;
    experiment row;
    TRY(id_of(call, &id));
    TRY(step(call->c, call->d, call->store_id, id, &row));
    api_terms_changed(call);
    return write_one(call, &row, 200);
}

err_code experiments_start(api_call *call) { return move(call, experiment_start); }
err_code experiments_stop(api_call *call) { return move(call, experiment_stop); }

err_code experiments_look(api_call *call) { return shop_submit(call, "experiments", STR("{}")); }

err_code experiments_delete(api_call *call) {
    int64_t id = 0;
    TRY(id_of(call, &id));
    TRY(experiment_delete(call->c, call->d, call->store_id, id));
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_i64(&w, "deleted", id);
    jw_end_object(&w);
    return api_json_done(call, &w);
}
