/* The retention job: what visitors did long ago is forgotten. */
#include "events/retention.h"
#include "base/limits.h"
#include "jobs/kinds_int.h"
#include "stores/stores.h"

err_code job_body_retention(ctx *c, job_task *t) {
    store s;
    retention_report r;
    TRY(store_get(c, t->d, t->row->store_id, &s));
    int64_t days = job_settings_of(c, &s).keep_days;
    job_progress(t, STR("forgetting"), 0, 0);
    TRY(retention_apply(c, t->d, s.store_id, ctx_now_ms(c) - days * MS_PER_DAY, &r));
    json_out w;
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "days", days);
    jw_member_i64(&w, "events", r.events);
    jw_member_i64(&w, "exposures", r.exposures);
    jw_member_i64(&w, "visitors", r.visitors);
    jw_member_i64(&w, "carts", r.carts);
    jw_end_object(&w);
    return buf_err(t->result);
}
