/* The nightly look at the day that is over. */
#include "insights/day.h"
#include "jobs/kinds_int.h"
#include "stores/stores.h"

static void tell(void *arg, int64_t done, int64_t total) { job_progress(arg, STR("reading days"), done, total); }

err_code job_body_insights(ctx *c, job_task *t) {
    store s;
    size_t days = 0;
    TRY(store_get(c, t->d, t->row->store_id, &s));
    TRY(insights_catch_up(c, t->d, &s, ctx_now_ms(c), tell, t, &days));
    json_out w;
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "days", (int64_t)days);
    jw_end_object(&w);
    return buf_err(t->result);
}
