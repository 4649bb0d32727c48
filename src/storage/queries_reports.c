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

/* Of several names of a person the group's; a name without a row is a person of its own. */
const query query_report_answers = {
    .name = "report_answers",
    .sql = "SELECT x.time_ms, coalesce(a.person, 'v:' || x.visitor_id), x.held_out, x.placement, x.items, coalesce(v.device, ''), "
           "coalesce(v.first_ms, 0) FROM exposure_row x "
           "LEFT JOIN alias_row a ON a.store_id = x.store_id AND a.alias = 'v:' || x.visitor_id "
           "LEFT JOIN visitor_row v ON v.store_id = x.store_id AND v.visitor_id = x.visitor_id "
           "WHERE x.store_id = ?1 AND x.rec_id >= ?2 AND x.rec_id < ?3 AND x.visitor_id <> '' AND " NO_ROBOT "ORDER BY x.rec_id",
    .n_binds = 3, .n_columns = 7,
    .columns = { FIELD_TIME, FIELD_TEXT, FIELD_BOOL, FIELD_TEXT, FIELD_JSON, FIELD_TEXT, FIELD_TIME },
};

#define PLACED_BY "CASE WHEN o.visitor_id <> '' THEN o.visitor_id ELSE coalesce(k.visitor_id, '') END"
const query query_report_orders = {
    .name = "report_orders",
    .sql = "SELECT o.created_ms, o.order_id, o.status, o.total, (SELECT coalesce(sum(r.amount), 0) FROM refund_row r "
           "WHERE r.store_id = o.store_id AND r.order_id = o.order_id), o.customer_id, " PLACED_BY ", "
           "CASE WHEN EXISTS (SELECT 1 FROM attribution_row t WHERE t.store_id = o.store_id AND t.order_id = o.order_id "
           "AND t.how <> 'view' AND t.value > t.refunded) THEN 1 ELSE 0 END, coalesce(v.device, ''), coalesce(v.first_ms, 0) "
           "FROM order_row o LEFT JOIN order_link_row k ON k.store_id = o.store_id AND k.order_id = o.order_id "
           "LEFT JOIN visitor_row v ON v.store_id = o.store_id AND v.visitor_id = " PLACED_BY " "
           "WHERE o.store_id = ?1 AND o.created_ms >= ?2 AND o.created_ms < ?3 ORDER BY o.created_ms, o.order_id",
    .n_binds = 3, .n_columns = 10,
    .columns = { FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_MONEY, FIELD_MONEY, FIELD_TEXT, FIELD_TEXT, FIELD_BOOL, FIELD_TEXT, FIELD_TIME },
};

const query query_report_visits = {
    .name = "report_visits",
    .sql = "SELECT e.event_id, e.visitor_id, e.session_id, coalesce(v.device, ''), coalesce(v.first_ms, 0) "
           "FROM event_row e LEFT JOIN visitor_row v ON v.store_id = e.store_id AND v.visitor_id = e.visitor_id "
           "WHERE e.store_id = ?1 AND e.event_id >= ?2 AND e.event_id < ?3 AND e.robot = 0 AND " NO_ROBOT "ORDER BY e.event_id",
    .n_binds = 3, .n_columns = 5, .columns = { FIELD_INT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TIME },
};

const query query_report_given = {
    .name = "report_given",
    .sql = "SELECT x.rec_id, CASE WHEN x.visitor_id = '' THEN '' ELSE coalesce(a.person, 'v:' || x.visitor_id) END, "
           "x.placement, x.product_id, x.items FROM exposure_row x "
           "LEFT JOIN alias_row a ON a.store_id = x.store_id AND a.alias = 'v:' || x.visitor_id "
           "LEFT JOIN visitor_row v ON v.store_id = x.store_id AND v.visitor_id = x.visitor_id "
           "WHERE x.store_id = ?1 AND x.rec_id >= ?2 AND x.rec_id < ?3 AND x.held_out = 0 AND " NO_ROBOT "ORDER BY x.rec_id",
    .n_binds = 3, .n_columns = 5, .columns = { FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_JSON },
};

const query query_report_clicked_lines = {
    .name = "report_clicked_lines",
    .sql = "SELECT rec_id, product_id, value, refunded FROM attribution_row "
           "WHERE store_id = ?1 AND ordered_ms >= ?2 AND ordered_ms < ?3 AND how <> 'view' ORDER BY ordered_ms, order_id, line_id",
    .n_binds = 3, .n_columns = 4, .columns = { FIELD_TEXT, FIELD_TEXT, FIELD_MONEY, FIELD_MONEY },
};
