/* What is done by itself on a plan, in stores that visitors came to: a kind of job, when by the store's own clock, and the setting by
 * which an owner moves it.
 * Promise: a plan needs no memory of its own: it is due when its newest moment lies after the asking for the newest job of its kind (one
 * that begins before the moment and ends behind it saw less). What was missed while
 * nothing ran is done once, not once for each day. The first moment of a store is the first after it was made.
 * Add one: a row here (plans.c) and the kind in kinds.c. Syncs and trainings go by what changed: schedule.h. Read next: jobs/cron.h. */
#pragma once
#include "schema/tables.h"
#include "base/ctx.h"

typedef struct {
    const char *kind;           /* of job_kinds */
    const char *setting;        /* of the store: five fields of cron, or "off" */
    const char *usual;          /* when nobody set it; H spreads the stores */
} job_plan;
extern const job_plan job_plans[];
extern const size_t n_job_plans;
enum { LIMIT_JOB_PLANS = 16 };

/* Is it a plan an owner may set? ERR_INVALID with a sentence. */
CHECK_RESULT err_code plan_check(ctx *c, str value);
/* Is it due?
 *   s        time zone, settings (what cannot be read counts as not set), when it was made
 *   last_ms  when the newest such job was asked for, whatever its outcome; 0 = never
 * A last_ms in the future (the clock was set back) counts as never. */
bool plan_is_due(ctx *c, const job_plan *p, const store *s, int64_t last_ms, int64_t now_ms);
