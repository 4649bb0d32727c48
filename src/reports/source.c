/* Columns of an order to what counts; see source.h. */
#include "reports/source.h"
#include "schema/order_status.h"

static int64_t within(int64_t v, int64_t low, int64_t high) { return v < low ? low : v > high ? high : v; }

reported_order reported_order_of(const sql_value *v) {
    int64_t ms = v[0].v.i;
    reported_order o = { .placed_ms = ms % MS_PER_SECOND ? ms : ms + MS_PER_SECOND - 1, .order_id = v[1].v.s,
                         .is_sale = order_status_is_sale(v[2].v.s), .total = v[3].v.i > 0 ? v[3].v.i : 0, .customer_id = v[5].v.s,
                         .visitor_id = v[6].v.s, .followed = v[7].v.i != 0, .device = v[8].v.s, .first_ms = v[9].v.i };
    o.refunded = o.is_sale ? within(v[4].v.i, 0, o.total) : o.total;
    return o;
}
