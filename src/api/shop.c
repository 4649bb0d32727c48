/* The store of a key and its jobs. Work is started by inserting a job row; jobs/ does it. */
#include "api/shop.h"
#include "base/parse.h"
#include "base/zone.h"
#include "storage/job_queue.h"
#include "storage/queries.h"
#include "stores/connection.h"

typedef struct { opt_flag full, sweep; } sync_input;
typedef struct { opt_i64 before, limit; str state; } jobs_input;

const param sync_params[COUNT_SYNC] = {
    { "full", PARAM_BOOL, offsetof(sync_input, full), 0, 0, false, "Read everything again, not only what changed.", "false", NULL, 0 },
    { "sweep", PARAM_BOOL, offsetof(sync_input, sweep), 0, 0, false, "Read everything and look for deletions.", "false", NULL, 0 },
};
const param jobs_params[COUNT_JOBS] = {
    { "before", PARAM_INT, offsetof(jobs_input, before), 0, INT64_MAX, false, "Only jobs with smaller numbers.", "17", NULL, 0 },
    { "limit", PARAM_INT, offsetof(jobs_input, limit), 1, LIMIT_PAGE_ROWS, false, "At most so many; 20 by default.", "20", NULL, 0 },
    { "state", PARAM_TEXT, offsetof(jobs_input, state), 0, 20, false, "Only those queued, running, done, failed or cancelled.",
      "\"failed\"", NULL, 0 },
};

/* ---- the store ---- */
static err_code write_counts(api_call *call, json_out *w) {
    static const entity *const counted[] = {
        &product_entity, &category_entity, &tag_entity, &brand_entity, &customer_entity, &order_entity, &order_line_entity,
        &refund_entity, &review_entity, &coupon_entity,
    };
    jw_key(w, "counts");
    jw_object(w);
    for (size_t i = 0; i < COUNT(counted); i++) {
        int64_t n = 0;
        TRY(storage_count(call->c, call->d, counted[i], call->store_id, &n));
        str name = str_of(counted[i]->name);
        name.n -= sizeof "_row" - 1;                        /* tables are NAME_row */
        jw_key_str(w, name);
        jw_i64(w, n);
    }
    jw_end_object(w);
    return ERR_OK;
}

static err_code write_serving(api_call *call, json_out *w) {
    TRY(serving_load(call->c, call->a->o.serving, call->d, call->store_id));
    AUTO_SERVING s = serving_pin(call->a->o.serving, call->store_id);
    jw_key(w, "serving");
    if (!s) {
        jw_null(w);
        return ERR_OK;
    }
    serving_facts f;
    serving_get_facts(s, &f);
    jw_object(w);
    jw_member_i64(w, "products", (int64_t)f.products);
    jw_member_i64(w, "sellable", (int64_t)f.sellable);
    jw_member_i64(w, "variations", (int64_t)f.variations);
    jw_member_i64(w, "cross_sell_rules", (int64_t)f.cross_sell_rules);
    jw_member_i64(w, "upsell_rules", (int64_t)f.upsell_rules);
    jw_member_i64(w, "snapshot_version", f.snapshot_version);
    jw_member_i64(w, "learned_ms", f.learned_ms);
    jw_member_i64(w, "bytes", (int64_t)f.bytes);
    if (f.snapshot_error.n) jw_member_str(w, "snapshot_error", f.snapshot_error);
    jw_end_object(w);
    return ERR_OK;
}

/* ---- how it goes, for the plugin's page ---- */
enum { JOBS_LOOKED_AT = 50, MOST_EVENTS = 100000 };

static bool is_open(const job *j) { return str_eq(j->state, STR("running")) || str_eq(j->state, STR("queued")); }

/* The newest copy that ended: how many rows it brought, and what was wrong. */
static err_code write_sync(api_call *call, json_out *w, const store *s, const job *jobs, size_t n) {
    const json_value *result = NULL;
    int64_t added = 0, changed = 0, removed = 0;
    const job *last = NULL;
    for (size_t i = 0; i < n && !last; i++)
        if (str_eq(jobs[i].kind, STR("sync")) && !is_open(&jobs[i])) last = &jobs[i];
    if (last && last->result.n) TRY(json_parse(call->c, last->result, JSON_READ_TOLERANT, &result));
    bool told = jr_i64(jr_get(result, "new"), &added) && jr_i64(jr_get(result, "changed"), &changed) &&
                jr_i64(jr_get(result, "removed"), &removed);
    jw_key(w, "sync");
    jw_object(w);
    jw_member_i64(w, "last_ms", s->synced_ms);
    jw_member_i64(w, "rows", told ? added + changed + removed : 0);
    jw_member_str(w, "problem", last ? last->error : STR(""));
    jw_end_object(w);
    return ERR_OK;
}

/* What runs; else what waits for its turn now. */
static void write_job(api_call *call, json_out *w, const job *jobs, size_t n) {
    const job *shown = NULL;
    for (size_t i = 0; i < n; i++) {
        bool running = str_eq(jobs[i].state, STR("running")), due = is_open(&jobs[i]) && jobs[i].due_ms <= ctx_now_ms(call->c);
        if (running || (due && !shown)) shown = &jobs[i];
        if (running) break;
    }
    jw_key(w, "job");
    if (shown) entity_json(w, &job_entity, shown, 2);
    else jw_null(w);
}

static err_code write_webhooks(api_call *call, json_out *w) {
    webhook *rows = NULL;
    size_t n = 0;
    int64_t active = 0, last_ms = 0;
    TRY(storage_scan(call->c, call->d, &webhook_entity, &(webhook){ .store_id = call->store_id }, 1, NULL, LIMIT_PAGE_ROWS, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        active += str_eq(rows[i].status, STR("active"));
        if (rows[i].received_ms > last_ms) last_ms = rows[i].received_ms;
    }
    jw_key(w, "webhooks");
    jw_object(w);
    jw_member_i64(w, "registered", active);
    jw_member_i64(w, "wanted", (int64_t)n);
    jw_member_i64(w, "last_ms", last_ms);
    jw_end_object(w);
    return ERR_OK;
}

static err_code write_events_today(api_call *call, json_out *w, const store *s) {
    int64_t now = ctx_now_ms(call->c), zone = zone_offset_ms(call->c, s->time_zone, now), n = 0;
    int64_t midnight_ms = (now + zone) / MS_PER_DAY * MS_PER_DAY - zone;
    const sql_value binds[] = { SQL_INT(call->store_id), SQL_INT(midnight_ms << 20), SQL_INT(MOST_EVENTS) };
    TRY(storage_query_i64(call->c, call->d, &query_events_since, binds, COUNT(binds), 0, &n));
    jw_member_i64(w, "events_today", n);
    return ERR_OK;
}

static err_code write_status(api_call *call, json_out *w, const store *s) {
    job *jobs = NULL;
    size_t n = 0;
    TRY(job_list(call->c, call->d, call->store_id, &(job_page){ .limit = JOBS_LOOKED_AT }, &jobs, &n));
    TRY(write_sync(call, w, s, jobs, n));
    write_job(call, w, jobs, n);
    TRY(write_webhooks(call, w));
    TRY(write_events_today(call, w, s));
    jw_member_bool(w, "connected", connection_is_open(s));
    jw_member_bool(w, "plugin", s->plugin_secret.n > 0);
    jw_member_text(w, "plan", "self-hosted");
    return ERR_OK;
}

err_code shop_get(api_call *call) {
    store row = { .store_id = call->store_id };
    TRY(storage_get(call->c, call->d, &store_entity, &row));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "store");
    entity_json(&w, &store_entity, &row, 2);
    TRY(write_counts(call, &w));
    TRY(write_serving(call, &w));
    TRY(write_status(call, &w, &row));
    jw_end_object(&w);
    return api_json_done(call, &w);
}

/* ---- jobs ---- */
static err_code answer_job(api_call *call, int64_t job_id, int status) {
    job row;
    TRY(job_get(call->c, call->d, call->store_id, job_id, &row));
    json_out w = api_json(call);
    entity_json(&w, &job_entity, &row, 2);
    call->out->status = status;
    return api_json_done(call, &w);
}

err_code shop_submit(api_call *call, const char *kind, str input) {
    int64_t job_id = 0;
    job_order wanted = { .store_id = call->store_id, .kind = str_of(kind), .input = input };
    TRY(job_submit(call->c, call->d, &wanted, &job_id, NULL));
    return answer_job(call, job_id, 202);
}

err_code shop_sync(api_call *call) {
    sync_input in = { 0 };
    TRY(api_read_body(call, &in));
    return shop_submit(call, "sync", in.sweep.v ? STR("{\"depth\":\"sweep\"}") : in.full.v ? STR("{\"depth\":\"full\"}") : STR("{}"));
}

err_code shop_train(api_call *call) { return shop_submit(call, "train", STR("{}")); }

err_code jobs_list(api_call *call) {
    jobs_input in = { 0 };
    TRY(api_read_query(call, jobs_params, COUNT_JOBS, &in));
    size_t limit = in.limit.known ? (size_t)in.limit.v : 20, n = 0;
    job *rows = NULL;
    TRY(job_list(call->c, call->d, call->store_id, &(job_page){ in.before.v, in.state, limit }, &rows, &n));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "jobs");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) entity_json(&w, &job_entity, &rows[i], 2);
    jw_end_array(&w);
    jw_key(&w, "next");
    if (n == limit) jw_i64(&w, rows[n - 1].job_id);
    else jw_null(&w);
    jw_end_object(&w);
    return api_json_done(call, &w);
}

static err_code job_id_of(api_call *call, int64_t *ret_id) {
    if (parse_int_in(call->path_value, 1, INT64_MAX, ret_id)) return ERR_OK;
    return fail(call->c, ERR_NOT_FOUND, "job numbers are whole numbers; /api/v1/jobs lists them");
}

err_code jobs_get(api_call *call) {
    int64_t id = 0;
    TRY(job_id_of(call, &id));
    return answer_job(call, id, 200);
}

err_code jobs_retry(api_call *call) {
    int64_t id = 0;
    TRY(job_id_of(call, &id));
    TRY(job_retry(call->c, call->d, call->store_id, id, &id));
    return answer_job(call, id, 202);
}

err_code jobs_cancel(api_call *call) {
    int64_t id = 0;
    TRY(job_id_of(call, &id));
    TRY(job_cancel(call->c, call->d, call->store_id, id, NULL));
    return answer_job(call, id, 200);
}
