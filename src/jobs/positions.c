/* The nightly look at how far visitors look. */
#include "jobs/kinds_int.h"

err_code job_body_positions(ctx *c, job_task *t) {
    job_progress(t, STR("how far visitors look"), 0, 1);
    TRY(counters_learn_positions(c, t->d, t->row->store_id));
    job_progress(t, STR("how far visitors look"), 1, 1);
    return ERR_OK;
}
