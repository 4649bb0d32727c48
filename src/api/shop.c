/* The store of a key and its jobs. Work is started by inserting a job row; jobs/ does it. */
#include "api/shop.h"
#include "base/parse.h"
#include "storage/job_queue.h"

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

err_code shop_get(api_call *call) {
    store row = { .store_id = call->store_id };
    TRY(storage_get(call->c, call->d, &store_entity, &row));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "store");
    entity_json(&w, &store_entity, &row, 2);
    TRY(write_counts(call, &w));
    TRY(write_serving(call, &w));
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
