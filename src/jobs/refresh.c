/* Carries changes of a sync into the live catalogue of this process. */
#include "decide/serving_changes.h"
#include "jobs/kinds_int.h"

void job_refresh_serving(ctx *c, const job_services *s, db *d, int64_t store_id, const store_changes *ch) {
    if (!s->serving) return;
    const serving_changes changes = {
        .products = { ch->products.ids, ch->products.n }, .orders = { ch->orders.ids, ch->orders.n },
        .all = ch->products.overflow || ch->orders.overflow || ch->groups || ch->facts,
    };
    err_code e = serving_take_changes(c, s->serving, d, store_id, &changes);
    if (!e) return;
    log_line(c->log, LOG_WARN, "serving.refresh_failed", "store=%lld error=%s why=%s", (long long)store_id, err_name(e), c->error.text);
}
