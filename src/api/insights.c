/* GET /api/v1/insights. */
#include "api/insights.h"
#include "letters/findings.h"

typedef struct { str before; opt_i64 days; } insights_input;

const param insights_params[COUNT_INSIGHTS] = {
    { "days", PARAM_INT, offsetof(insights_input, days), 1, INSIGHT_DAYS, false, "At most so many; 7 by default.", "7", NULL, 0 },
    { "before", PARAM_TEXT, offsetof(insights_input, before), 0, 10, false, "Only days before this date.", "\"2026-11-20\"", NULL, 0 },
};

static err_code day_before(api_call *call, str text, int64_t *ret_day) {
    int64_t ms = 0;
    if (!text.n) return ERR_OK;
    if (!time_parse(text, &ms)) return fail_field(call->c, ERR_INVALID, "before", "a date is written like 2026-11-20");
    *ret_day = ms / MS_PER_DAY;
    return ERR_OK;
}

err_code insights_get(api_call *call) {
    insights_input in = { 0 };
    store s = { .store_id = call->store_id };
    day_insight *days = NULL;
    size_t n = 0;
    int64_t before = 0;
    TRY(api_read_query(call, insights_params, COUNT_INSIGHTS, &in));
    TRY(day_before(call, in.before, &before));
    TRY(storage_get(call->c, call->d, &store_entity, &s));
    TRY(insights_read(call->c, call->d, s.store_id, before, in.days.known ? (size_t)in.days.v : 7, &days, &n));
    const letter_reader to = letter_reader_of(call->c, &s);
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "days");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) TRY(insight_write(call->c, &w, &to, &days[i]));
    jw_end_array(&w);
    jw_end_object(&w);
    return api_json_done(call, &w);
}
