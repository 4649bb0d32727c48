/* The kinds of jobs. */
#include "jobs/kinds_int.h"

const job_kind job_kinds[] = {
    { "sync", job_body_sync, 3 },
    { "train", job_body_train, 2 },
    { "positions", job_body_positions, 2 },
    { "displays", job_body_displays, 3 },
    { "experiments", job_body_experiments, 3 },
    { "rollback", job_body_rollback, 3 },
    { "mail", job_body_mail, 1 },
    { "insights", job_body_insights, 3 },
    { "retention", job_body_retention, 3 },
};
const size_t n_job_kinds = COUNT(job_kinds);

const job_kind *job_kind_find(str name) {
    for (size_t i = 0; i < n_job_kinds; i++)
        if (str_eq(name, str_of(job_kinds[i].name))) return &job_kinds[i];
    return NULL;
}
