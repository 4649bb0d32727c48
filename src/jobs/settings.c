/* Reads store.settings. */
#include "jobs/settings.h"
#include "base/limits.h"
#include "events/retention.h"

static int64_t whole(const json_value *settings, const char *key, int64_t low, int64_t high, int64_t otherwise) {
    int64_t v;
    return jr_i64(jr_get(settings, key), &v) && v >= low && v <= high ? v : otherwise;
}

job_settings job_settings_of(ctx *c, const store *s) {
    const json_value *v = NULL;
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &v)) v = NULL;
    return (job_settings){
        .train_every_ms = whole(v, "train_interval_min", 1, 1440, TRAIN_EVERY_MIN) * MS_PER_MINUTE,
        .max_parallel = (int)whole(v, "sync_parallel", 1, 3, SYNC_PARALLEL),
        .keep_days = whole(v, "keep_days", 30, 3650, RETENTION_DAYS),
        .webhook_base = jr_string(jr_get(v, "webhook_base")),
    };
}
