/* A body of events, or (first byte odd) of a conversion. Whatever comes: what is kept is complete, what is not has a reason. */
#include <stdlib.h>
#include <string.h>
#include "fuzz/fuzz.h"
#include "api/event_body.h"
#include "base/limits.h"

static void check_event(const visitor_event *e, const event_context *x) {
    if (e->row.store_id != x->store_id || !e->row.kind.n || e->row.event_id) abort();
    if (e->row.time_ms > x->received_ms || e->row.time_ms < x->received_ms - EVENT_LATE_MS) abort();
    if (e->row.product_id.n > LIMIT_ID_BYTES || memchr(e->row.page.p ? e->row.page.p : "", '?', e->row.page.n)) abort();
    if (!str_is_utf8(e->row.query) || !str_is_utf8(e->row.page) || !str_is_utf8(e->row.items) || e->row.value < 0) abort();
}

FUZZ_TARGET(data, size) {
    if (!size) return 0;
    FUZZ_CTX(c, a, LIMIT_REQUEST_ARENA);
    const event_context x = { .store_id = 1, .received_ms = INT64_C(1763640000000), .currency = STR("RON"), .digits = 2 };
    event_list l = { 0 };
    str told, body = { (const char *)data + 1, size - 1 };
    err_code e = data[0] & 1 ? conversion_body_read(&c, body, &x, &told, &l) : event_body_read(&c, body, &x, &l);
    if (e && !c.error.text[0]) abort();
    if (l.n + l.n_rejected > LIMIT_EVENTS) abort();
    for (size_t i = 0; i < l.n; i++) check_event(&l.events[i], &x);
    for (size_t i = 0; i < l.n_rejected; i++)
        if (!l.rejected[i].message.n || !l.rejected[i].code) abort();
    return 0;
}
