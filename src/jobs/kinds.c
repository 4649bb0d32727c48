/* Kinds of jobs. */
#include "jobs/jobs.h"

const job_kind job_kinds[] = { { "none", NULL, 0 } };
const size_t n_job_kinds = COUNT(job_kinds);

const job_kind *job_kind_find(str name) {
    for (size_t i = 0; i < n_job_kinds; i++)
        if (str_eq(name, str_of(job_kinds[i].name))) return &job_kinds[i];
    return NULL;
}
