/* Health, readiness, metrics, the API description. */
#include "api/system.h"
#include "api/answer_log.h"
#include "api/events.h"

static err_code answer_word(api_call *call, bool fine, const char *word) {
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_text(&w, "status", word);
    jw_member_text(&w, "version", VITRINE_VERSION);
    jw_end_object(&w);
    call->out->status = fine ? 200 : 503;
    http_add_header(call->out, "Cache-Control", STR("no-store"));
    return api_json_done(call, &w);
}

err_code system_health(api_call *call) { return answer_word(call, true, "ok"); }

err_code system_ready(api_call *call) {
    bool ready = atomic_load(&call->a->ready);
    return answer_word(call, ready, ready ? "ready" : "starting");
}

static const char *route_name(size_t i) { return api_routes[i].path; }

static void write_gauge(buf *b, const char *name, const char *help, double value) {
    buf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n%s ", name, help, name, name);
    buf_double(b, value);
    buf_char(b, '\n');
}

/* Resident bytes from /proc; 0 where there is none. */
static double resident_bytes(ctx *c) {
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long all = 0, resident = 0;
    if (!f) return 0;
    int n = fscanf(f, "%lu %lu", &all, &resident);
    fclose(f);
    (void)c;                                                /* nothing to report: the gauge stays 0 */
    return n == 2 ? (double)resident * 4096 : 0;
}

err_code system_metrics(api_call *call) {
    buf *b = &call->out->body;
    metrics_write(&call->a->metrics, b, n_api_routes, route_name);
    events_metrics(call->a, b);
    answer_log_metrics(call->a, b);
    registry_facts facts;
    serving_registry_get_facts(call->a->o.serving, &facts);
    write_gauge(b, "vitrine_shops_loaded", "Shops answered from memory.", (double)facts.shops);
    write_gauge(b, "vitrine_shops_bytes", "Memory of their catalogues and snapshots.", (double)facts.bytes);
    write_gauge(b, "vitrine_resident_bytes", "Resident memory of the process.", resident_bytes(call->c));
    call->out->status = 200;
    call->out->content_type = "text/plain; version=0.0.4; charset=utf-8";
    err_code e = buf_err(b);
    return e ? fail(call->c, e, "metrics do not fit") : ERR_OK;
}

err_code system_openapi(api_call *call) {
    call->out->status = 200;
    call->out->content_type = "application/json; charset=utf-8";
    call->out->static_body = call->a->description;
    http_add_header(call->out, "Access-Control-Allow-Origin", STR("*"));
    return ERR_OK;
}

typedef struct { opt_i64 now_ms; } clock_input;
#define LAST_MS INT64_C(4102444800000)  /* 2100-01-01 */
const param clock_params[COUNT_CLOCK] = {
    { "now_ms", PARAM_INT, offsetof(clock_input, now_ms), 0, LAST_MS, true, "What the clock shows from now, UTC milliseconds.",
      "1767571200000", NULL, 0 },
};

err_code system_clock(api_call *call) {
    clock_input in = { 0 };
    TRY(api_read_body(call, &in));
    TRY(call->a->o.move_clock(call->c, call->d, in.now_ms.v, call->a->o.move_clock_arg));
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_i64(&w, "now_ms", in.now_ms.v);
    jw_end_object(&w);
    return api_json_done(call, &w);
}
