/* The displays job: every night of the shop, placements learn how to be shown. */
#include "events/subjects.h"
#include "jobs/display_learning.h"
#include "jobs/kinds_int.h"
#include "stores/stores.h"

err_code job_body_displays(ctx *c, job_task *t) {
    store s;
    displays_outcome o = { 0 };
    json_out w;
    TRY(store_get(c, t->d, t->row->store_id, &s));
    job_progress(t, STR("how to show suggestions"), 0, 1);
    TRY(subjects_catch_up(c, t->d, s.store_id, 0, NULL));
    TRY(displays_step(c, t->d, &s, &o));
    if ((o.begun || o.ended || o.shared) && t->services->serving) TRY(serving_follow_terms(c, t->services->serving, t->d, s.store_id));
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "begun", (int64_t)o.begun);
    jw_member_i64(&w, "ended", (int64_t)o.ended);
    jw_member_i64(&w, "shared", (int64_t)o.shared);
    jw_end_object(&w);
    return buf_err(t->result);
}
