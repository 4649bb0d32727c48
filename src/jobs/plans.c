/* The plans. */
#include "jobs/plans.h"
#include "base/json.h"
#include "base/limits.h"
#include "jobs/cron.h"

const job_plan job_plans[] = {
    { "positions", "plan_positions", "H H(3-4) * * *" },
    { "displays", "plan_displays", "H H(3-4) * * *" },
    { "experiments", "plan_experiments", "H H(3-4) * * *" },
    { "insights", "plan_insights", "H H(4-5) * * *" },
    { "rollback", "plan_rollback", "H H(4-5) * * *" },
    { "retention", "plan_retention", "H H(1-2) * * *" },
};
const size_t n_job_plans = COUNT(job_plans);
_Static_assert(COUNT(job_plans) <= LIMIT_JOB_PLANS, "schedule.c has room for so many");

static bool is_off(str value) { return str_eq(value, STR("off")); }

err_code plan_check(ctx *c, str value) {
    cron k;
    return is_off(value) ? ERR_OK : cron_parse(c, value, 0, &k);
}

/* The owner's plan, else the usual one. False: off. */
static bool plan_of(ctx *c, const job_plan *p, const store *s, cron *ret_cron) {
    const json_value *settings = NULL;
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &settings)) settings = NULL;
    str own = jr_string(jr_get(settings, p->setting));
    if (is_off(own)) return false;
    if (own.n && !cron_parse(c, own, (uint64_t)s->store_id, ret_cron)) return true;
    return !cron_parse(c, str_of(p->usual), (uint64_t)s->store_id, ret_cron);
}

bool plan_is_due(ctx *c, const job_plan *p, const store *s, int64_t last_ms, int64_t now_ms) {
    cron k;
    if (!plan_of(c, p, s, &k)) return false;
    int64_t since = last_ms > now_ms + MS_PER_MINUTE ? 0 : last_ms;
    if (s->created_ms > since && s->created_ms <= now_ms) since = s->created_ms;
    return cron_last_ms(c, &k, s->time_zone, now_ms) > since;
}
