/* Where a report reads, and what all of them know of orders. */
#pragma once
#include "reports/period.h"
#include "storage/storage.h"

typedef struct {
    db *d;
    int64_t store_id;
    const report_period *period;
    size_t units;                   /* remembered at once; 0 = LIMIT_REPORT_UNITS */
} report_source;

/* One row of query_report_orders. Texts are valid during the walk of its row. */
typedef struct {
    int64_t placed_ms;              /* shops tell whole seconds: then their last moment, as attribution has it */
    bool is_sale, followed;
    int64_t total, refunded;        /* refunded within 0..total; all of it when it is no sale */
    str order_id, customer_id, visitor_id, device;
    int64_t first_ms;
} reported_order;
reported_order reported_order_of(const sql_value *columns);
