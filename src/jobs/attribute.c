/* Attributes the orders a sync brought, and has the counters take them. */
#include "events/attribution.h"
#include "jobs/kinds_int.h"

/* Too many to be named: all are taken anew. */
static err_code count_orders(ctx *c, const job_services *s, db *d, int64_t store_id, const store_changes *ch, bool all) {
    if (all || ch->orders.overflow) return counters_void_orders(c, d, store_id);
    for (size_t i = 0; s->counters && i < ch->orders.n; i++)
        TRY(counters_take_order(c, s->counters, d, store_id, ch->orders.ids[i]));
    return ERR_OK;
}

void job_attribute_orders(ctx *c, const job_services *s, db *d, int64_t store_id, const store_changes *ch, bool all) {
    err_code e = attribution_orders(c, d, store_id, ch->orders.ids, ch->orders.n);
    if (!e && (all || ch->orders.overflow)) e = attribution_catch_up(c, d, store_id, NULL);
    if (!e) e = count_orders(c, s, d, store_id, ch, all);
    if (!e || e == ERR_CANCELLED) return;
    log_line(c->log, LOG_WARN, "attribution.failed", "store=%lld error=%s why=%s", (long long)store_id, err_name(e), c->error.text);
}
