/* A plugin's way in. What connecting is, stores/connection.c knows: this reads, limits and answers. */
#include "api/connect.h"
#include "api/page_frame.h"
#include "base/html.h"
#include "storage/job_queue.h"
#include "stores/connect_code.h"
#include "stores/connection.h"

enum { SHOP_ANSWERS_MS = 8000, TEST_MS = 25000, END_MS = 4000, MOST_SECRET = 200 };

#define OFFSET(member) offsetof(connect_input, member)
const param connect_params[COUNT_CONNECT] = {
    { "code", PARAM_TEXT, OFFSET(code), 1, 60, true, "Of 'vitrine connect code'; good once.", "\"ABCD-EFGH-JKMN\"", NULL, 0 },
    { "url", PARAM_TEXT, OFFSET(url), 1, LIMIT_URL_BYTES, true, "Address of the shop.", "\"https://shop.example\"", NULL, 0 },
    { "key", PARAM_TEXT, OFFSET(key), 1, MOST_SECRET, true, "Consumer key of a REST key that may read and write.", "\"ck_...\"", NULL, 0 },
    { "secret", PARAM_TEXT, OFFSET(secret), 1, MOST_SECRET, true, "Its consumer secret.", "\"cs_...\"", NULL, 0 },
    { "plugin", PARAM_TEXT, OFFSET(plugin), 1, 40, false, "Version of the plugin.", "\"1.0.0\"", NULL, 0 },
};

static err_code take_try(api_call *call) {
    if (api_try_take(call->a, api_visitor_address(call->r))) return ERR_OK;
    return fail(call->c, ERR_RATE_LIMITED, "this address tried to connect too often; try again in an hour");
}

/* A slow shop must not run into the limit of a request and be given up without a word. */
static err_code ask_shop(api_call *call, const connection_order *o, connect_report *ret_report) {
    ctx *c = call->c;
    c->deadline_us = c->time->mono_us(c->time) + (int64_t)TEST_MS * 1000;
    err_code e = connection_test(c, o, ret_report);
    c->deadline_us = 0;
    call->told = e == ERR_UPSTREAM;
    return e;
}

static void warn(api_call *call, const char *event, int64_t store_id, err_code e) {
    if (!e) return;
    log_line(call->a->o.log, LOG_WARN, event, "store=%lld code=%s why=\"%s\"", (long long)store_id, err_name(e), call->c->error.text);
}

/* Keys and secret of now count here from the next request; other processes look every few seconds. */
static err_code follow(api_call *call, int64_t store_id, bool is_new) {
    err_code e = is_new ? ERR_OK : serving_reload(call->c, call->a->o.serving, call->d, store_id);
    warn(call, "connect.serving", store_id, e);             /* what was served stays */
    return key_table_load(call->c, call->d, call->a->o.keys);
}

static err_code answer_connected(api_call *call, const connection *k, int64_t job_id) {
    json_out w = api_json(call);
    call->out->status = 201;
    jw_object(&w);
    jw_member_i64(&w, "store_id", k->row.store_id);
    jw_member_str(&w, "store", k->row.name);
    jw_member_str(&w, "public_key", k->public_key);
    jw_member_str(&w, "secret_key", k->secret_key);
    jw_member_str(&w, "plugin_secret", k->plugin_secret);
    jw_member_i64(&w, "job_id", job_id);
    jw_end_object(&w);
    http_add_header(call->out, "Cache-Control", STR("no-store"));
    return api_json_done(call, &w);
}

err_code connect_woocommerce(api_call *call) {
    connect_input in = { 0 };
    connect_report report;
    connection made;
    int64_t job_id = 0;
    const seal_key *seal = &call->a->o.seal;
    TRY(take_try(call));
    TRY(api_read_body(call, &in));
    const connection_order o = {
        .platform = STR("woocommerce"), .url = in.url, .key = in.key, .secret = in.secret, .webhook_base = api_own_address(call->r),
        .timeout_ms = SHOP_ANSWERS_MS, .code = in.code,
    };
    TRY(connect_code_check(call->c, call->d, seal, in.code));       /* who has none makes us call nobody */
    TRY(ask_shop(call, &o, &report));
    TRY(connection_keep(call->c, call->d, seal, &o, &report, &made));
    log_line(call->a->o.log, LOG_INFO, "connect.done", "store=%lld new=%d", (long long)made.row.store_id, made.is_new);
    TRY(follow(call, made.row.store_id, made.is_new));
    const job_order sync = { .store_id = made.row.store_id, .kind = STR("sync"), .input = STR("{\"depth\":\"changes\"}") };
    TRY(job_submit(call->c, call->d, &sync, &job_id, NULL));
    return answer_connected(call, &made, job_id);
}

err_code connect_end(api_call *call) {
    bool told = false;
    TRY(connection_end(call->c, call->d, &call->a->o.seal, call->store_id, END_MS, &told));
    if (!told) warn(call, "connect.webhooks_stay", call->store_id, ERR_UPSTREAM);
    log_line(call->a->o.log, LOG_INFO, "connect.ended", "store=%lld", (long long)call->store_id);
    TRY(follow(call, call->store_id, false));
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_text(&w, "status", "ended");
    jw_member_bool(&w, "webhooks_deleted", told);
    jw_end_object(&w);
    return api_json_done(call, &w);
}

/* ---- the page ---- */
err_code connect_page(api_call *call) {
    str code, base = api_own_address(call->r);
    if (!connect_code_read(call->c->arena, call->path_value, &code))
        return fail(call->c, ERR_NOT_FOUND, "this is not the address of a connect code; 'vitrine connect code' makes one");
    buf *b = &call->out->body;
    page_start(call, "Connect your shop", "This address is not for the browser: it is for the Vitrine plugin in your shop.");
    buf_text(b, "<section><h2>What to do with it</h2><ol><li>In WordPress, install and activate the plugin <b>Vitrine</b>.</li>"
                "<li>Open <b>WooCommerce, Vitrine</b> and paste this line:</li></ol><pre>");
    html_text(b, base);
    buf_text(b, "/connect/");
    html_text(b, code);
    buf_text(b, "</pre><p>Press <b>Connect</b>. The plugin makes the key it needs by itself, and the shop is copied while you watch. The "
                "line works once and for a day; whoever has it can connect a shop, so keep it to yourself. Another one: "
                "<code>vitrine connect code</code>.</p></section>");
    return page_end(call);
}
