/* GET /api/v1/reports/{report} and GET /api/v1/reports/policy. Decoding only: reports/ knows reports. */
#include "api/report.h"
#include "reports/policy.h"
#include "reports/reports.h"
#include "stores/stores.h"

typedef struct { str from, to, by, sort, format; opt_i64 limit, min_orders; } report_input;
#define OFFSET(member) offsetof(report_input, member)

const param report_params[COUNT_REPORT] = {
    { "from", PARAM_TEXT, OFFSET(from), 0, 10, false, "First day, in the shop's time zone; 27 days before the last one.",
      "\"2026-11-01\"", NULL, 0 },
    { "to", PARAM_TEXT, OFFSET(to), 0, 10, false, "Last day, in the shop's time zone; today.", "\"2026-11-30\"", NULL, 0 },
    { "by", PARAM_TEXT, OFFSET(by), 0, 0, false,
      "What to tell it by: day, placement, source, product, device, segment, arm; several with commas between, where the report can.",
      "\"day\"", NULL, 0 },
    { "sort", PARAM_TEXT, OFFSET(sort), 0, 0, false, "key, revenue, clicks or impressions; of affinity: orders or lift.",
      "\"revenue\"", NULL, 0 },
    { "limit", PARAM_INT, OFFSET(limit), 1, LIMIT_REPORT_SHOWN, false, "Rows at most; 1000 by default, 10 of each list of performers.",
      "100", NULL, 0 },
    { "min_orders", PARAM_INT, OFFSET(min_orders), 1, 1000000, false, "Of affinity: orders that hold both products; 2 by default.",
      "2", NULL, 0 },
    { "format", PARAM_TEXT, OFFSET(format), 0, 0, false, "json or csv.", "\"csv\"", NULL, 0 },
};

static err_code read_format(ctx *c, str word, bool *ret_csv) {
    *ret_csv = str_eq(word, STR("csv"));
    return *ret_csv || !word.n || str_eq(word, STR("json")) ? ERR_OK : fail_field(c, ERR_INVALID, "format", "'format' must be json or csv");
}

static void offer_as_file(api_call *call, str name) {
    buf value;
    buf_init_in(&value, call->c->arena, KIB);
    buf_printf(&value, "attachment; filename=\"vitrine-%.*s.csv\"", STR_ARG(name));     /* one of our names: it was found */
    call->out->content_type = "text/csv; charset=utf-8";
    if (!buf_err(&value)) http_add_header(call->out, "Content-Disposition", buf_view(&value));
}

err_code report_get(api_call *call) {
    report_input in = { 0 };
    report_request q = { .name = call->path_value };
    TRY(api_read_query(call, report_params, COUNT_REPORT, &in));
    TRY(read_format(call->c, in.format, &q.csv));
    q.from = in.from, q.to = in.to, q.by = in.by, q.sort = in.sort;
    q.limit = in.limit.v, q.min_orders = in.min_orders.v;
    TRY(report_write(call->c, call->d, call->store_id, &q, &call->out->body));
    call->out->status = 200;
    http_add_header(call->out, "Cache-Control", STR("no-store"));
    if (q.csv) offer_as_file(call, q.name);
    return ERR_OK;
}

/* ---- another policy ---- */
const param policy_params[COUNT_POLICY] = {
    { "policy", PARAM_TEXT, offsetof(policy_request, policy), 0, 0, false,
      "logged, no_exploration (by default), source:NAME, without:NAME, popular_first or uniform.", "\"no_exploration\"", NULL, 0 },
    { "metric", PARAM_TEXT, offsetof(policy_request, metric), 0, 0, false, "click (by default), purchase or revenue.", "\"click\"",
      NULL, 0 },
    { "from", PARAM_TEXT, offsetof(policy_request, from), 0, 10, false,
      "First day, in the shop's time zone; 27 days before the last one.", "\"2026-11-01\"", NULL, 0 },
    { "to", PARAM_TEXT, offsetof(policy_request, to), 0, 10, false, "Last day, in the shop's time zone; today.", "\"2026-11-30\"",
      NULL, 0 },
};

err_code policy_get(api_call *call) {
    policy_request q = { 0 };
    policy_answer a;
    store s;
    TRY(api_read_query(call, policy_params, COUNT_POLICY, &q));
    TRY(store_get(call->c, call->d, call->store_id, &s));
    TRY(policy_read(call->c, call->d, &s, &q, &a));
    json_out w = api_json(call);
    policy_write(&w, &a, s.currency);
    return api_json_done(call, &w);
}
