/* The statements by which learning reads what was shown and what visitors did. Newest first, so that a limit keeps the newest. */
#include "storage/queries.h"

#define NO_ROBOT "coalesce(v.robot, 0) = 0 "

const query query_shown_answers = {
    .name = "shown_answers",
    .sql = "SELECT x.rec_id, x.time_ms, x.visitor_id, coalesce(a.person, ''), x.placement, x.product_id, x.items, x.strategy "
           "FROM exposure_row x LEFT JOIN alias_row a ON a.store_id = x.store_id AND a.alias = 'v:' || x.visitor_id "
           "LEFT JOIN visitor_row v ON v.store_id = x.store_id AND v.visitor_id = x.visitor_id "
           "WHERE x.store_id = ?1 AND x.rec_id >= ?2 AND x.rec_id < ?3 AND x.held_out = 0 AND " NO_ROBOT
           "ORDER BY x.rec_id DESC LIMIT ?4",
    .n_binds = 4, .n_columns = 8,
    .columns = { FIELD_TEXT, FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_JSON, FIELD_TEXT },
};

const query query_shown_events = {
    .name = "shown_events",
    .sql = "SELECT e.kind, e.event_id, e.time_ms, e.product_id, e.rec_id, e.items FROM event_row e "
           "LEFT JOIN visitor_row v ON v.store_id = e.store_id AND v.visitor_id = e.visitor_id "
           "WHERE e.store_id = ?1 AND e.event_id >= ?2 AND e.event_id < ?3 AND e.robot = 0 AND " NO_ROBOT
           "AND e.rec_id <> '' AND e.kind IN ('impression', 'click', 'cart_add', 'widget_dismiss') ORDER BY e.event_id DESC LIMIT ?4",
    .n_binds = 4, .n_columns = 6, .columns = { FIELD_TEXT, FIELD_INT, FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_JSON },
};

const query query_shown_lines = {
    .name = "shown_lines",
    .sql = "SELECT rec_id, product_id, ordered_ms FROM attribution_row WHERE store_id = ?1 AND ordered_ms >= ?2 AND ordered_ms < ?3 "
           "AND how <> 'view' AND value > refunded ORDER BY ordered_ms DESC, order_id, line_id LIMIT ?4",
    .n_binds = 4, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_TEXT, FIELD_TIME },
};
