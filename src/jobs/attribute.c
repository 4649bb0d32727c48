/* Attributes the orders a sync brought. */
#include "events/attribution.h"
#include "jobs/kinds_int.h"

void job_attribute_orders(ctx *c, db *d, int64_t store_id, const store_changes *ch, bool all) {
    err_code e = attribution_orders(c, d, store_id, ch->orders.ids, ch->orders.n);
    if (!e && (all || ch->orders.overflow)) e = attribution_catch_up(c, d, store_id, NULL);
    if (!e || e == ERR_CANCELLED) return;
    log_line(c->log, LOG_WARN, "attribution.failed", "store=%lld error=%s why=%s", (long long)store_id, err_name(e), c->error.text);
}
