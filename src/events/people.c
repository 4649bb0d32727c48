/* The taker of identities and orders. It does NOT keep anything itself. */
#include "events/people.h"
#include "events/attribution.h"
#include "events/identity.h"
#include "events/order_links.h"

/* The same browser says the same on every page. */
static bool is_repeat(const visitor_event *e, const visitor_event *before) {
    return before && e->row.store_id == before->row.store_id && str_eq(e->row.visitor_id, before->row.visitor_id) &&
           str_eq(e->customer_id, before->customer_id) && str_eq(e->email_hash, before->email_hash);
}

static err_code take_identity(ctx *c, db *d, const visitor_event *e) {
    const identity_told t = { e->row.store_id, e->row.visitor_id, e->customer_id, e->email_hash, e->row.time_ms };
    return identity_take(c, d, &t, NULL);
}

static err_code take_order(ctx *c, db *d, const visitor_event *e) {
    const order_told t = { e->row.store_id, e->row.order_id, e->row.visitor_id, e->row.rec_id, e->row.time_ms };
    bool news = false;
    TRY(order_link_tell(c, d, &t, &news));
    return news ? attribution_store(c, d, e->row.store_id, e->row.order_id) : ERR_OK;
}

static err_code write_people(ctx *c, db *d, void *arg, const visitor_event *const *events, size_t n) {
    (void)arg;                                              /* no state */
    const visitor_event *before = NULL;
    for (size_t i = 0; i < n; i++) {
        const visitor_event *e = events[i];
        arena_mark m = arena_save(c->arena);
        if (e->row.robot || !e->row.visitor_id.n) continue;
        if (e->customer_id.n || e->email_hash.n) {
            if (!is_repeat(e, before)) TRY(take_identity(c, d, e));
            before = e;
        }
        if (e->kind == EVENT_PURCHASE && e->row.order_id.n) TRY(take_order(c, d, e));
        arena_restore(c->arena, m);
    }
    return ERR_OK;
}

event_taker people_taker(void) { return (event_taker){ .name = "people", .write = write_people }; }
