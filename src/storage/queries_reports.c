/* The statements of reports/. A join with the visitor's row gives what is known of a browser; without one it is nobody known. */
#include "storage/queries.h"

#define NO_ROBOT "coalesce(v.robot, 0) = 0 "

const query query_report_events = {
    .name = "report_events",
    .sql = "SELECT e.event_id, e.kind, e.visitor_id, e.product_id, e.rec_id, e.items, coalesce(v.device, ''), coalesce(v.first_ms, 0) "
           "FROM event_row e LEFT JOIN visitor_row v ON v.store_id = e.store_id AND v.visitor_id = e.visitor_id "
           "WHERE e.store_id = ?1 AND e.event_id >= ?2 AND e.event_id < ?3 AND e.robot = 0 AND " NO_ROBOT
           "AND e.kind IN ('impression', 'click', 'cart_add', 'widget_dismiss') ORDER BY e.event_id",
    .n_binds = 3, .n_columns = 8,
    .columns = { FIELD_INT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_JSON, FIELD_TEXT, FIELD_TIME },
};

const query query_report_attributed = {
    .name = "report_attributed",
    .sql = "SELECT t.ordered_ms, t.order_id, t.line_id, t.how, t.placement, t.source, t.product_id, t.arms, t.value, t.refunded, "
           "coalesce(x.time_ms, 0), coalesce(v.device, ''), coalesce(v.first_ms, 0) "
           "FROM attribution_row t LEFT JOIN exposure_row x ON x.store_id = t.store_id AND x.rec_id = t.rec_id "
           "LEFT JOIN visitor_row v ON v.store_id = t.store_id AND v.visitor_id = x.visitor_id "
           "WHERE t.store_id = ?1 AND t.ordered_ms >= ?2 AND t.ordered_ms < ?3 AND " NO_ROBOT
           "ORDER BY t.ordered_ms, t.order_id, t.line_id",
    .n_binds = 3, .n_columns = 13,
    .columns = { FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_MONEY, FIELD_MONEY,
                 FIELD_TIME, FIELD_TEXT, FIELD_TIME },
};
