/* The named statements. Constant text, bound values, plain SQL that SQLite and PostgreSQL both take. */
#include "storage/queries.h"

const query query_order_items = {
    .name = "order_items",
    .sql = "SELECT o.order_id, o.created_ms, o.customer_id, o.status, l.product_id, l.variation_id, l.quantity, l.total, l.total_tax "
           "FROM order_row o JOIN order_line_row l ON l.store_id = o.store_id AND l.order_id = o.order_id "
           "WHERE o.store_id = ?1 AND o.created_ms >= ?2 AND o.created_ms < ?3 AND l.kind = 'item' "
           "ORDER BY o.created_ms, o.order_id, length(l.line_id), l.line_id",
    .n_binds = 3, .n_columns = 9,
    .columns = { FIELD_TEXT, FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_REAL, FIELD_MONEY, FIELD_MONEY },
};

const query query_fresh_items = {
    .name = "fresh_items",
    .sql = "SELECT o.order_id, o.status, l.product_id FROM (SELECT order_id, status, created_ms FROM order_row WHERE store_id = ?1 AND "
           "created_ms >= ?2 ORDER BY created_ms DESC, order_id DESC LIMIT ?3) o JOIN order_line_row l ON l.store_id = ?1 AND "
           "l.order_id = o.order_id WHERE l.kind = 'item' AND l.product_id <> '' ORDER BY o.created_ms DESC, o.order_id DESC, l.line_id",
    .n_binds = 3, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_TEXT, FIELD_TEXT },
};

const query query_orders_since = {
    .name = "orders_since",
    .sql = "SELECT created_ms, order_id FROM order_row WHERE store_id = ?1 AND (created_ms, order_id) > (?2, ?3) "
           "ORDER BY created_ms, order_id LIMIT ?4",
    .n_binds = 4, .n_columns = 2, .columns = { FIELD_TIME, FIELD_TEXT },
};

const query query_last_job = {
    .name = "last_job", .sql = "SELECT max(job_id) FROM job_row WHERE store_id = ?1",
    .n_binds = 1, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_last_store = {
    .name = "last_store", .sql = "SELECT max(store_id) FROM store_row", .n_columns = 1, .columns = { FIELD_INT },
};

const query query_store_named = {
    .name = "store_named", .sql = "SELECT store_id FROM store_row WHERE name = ?1 AND name <> ''",
    .n_binds = 1, .n_columns = 1, .columns = { FIELD_INT },
};

/* The state list repeats the WHERE of the partial index job_row_open (migrations.c): that lets both databases use it. */
#define OPEN_JOBS "FROM job_row WHERE state IN ('queued', 'running') "

const query query_open_job_of = {
    .name = "open_job_of",
    .sql = "SELECT job_id FROM job_row WHERE store_id = ?1 AND state IN ('queued', 'running') AND kind = ?2 ORDER BY job_id LIMIT 1",
    .n_binds = 2, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_claimable_jobs = {
    .name = "claimable_jobs",
    .sql = "SELECT store_id, job_id " OPEN_JOBS
           "AND due_ms <= ?1 AND (state = 'queued' OR heartbeat_ms < ?2) ORDER BY due_ms, store_id, job_id LIMIT ?3",
    .n_binds = 3, .n_columns = 2, .columns = { FIELD_INT, FIELD_INT },
};

const query query_running_jobs = {
    .name = "running_jobs", .sql = "SELECT store_id, job_id " OPEN_JOBS "AND state = 'running' AND heartbeat_ms >= ?1 LIMIT ?2",
    .n_binds = 2, .n_columns = 2, .columns = { FIELD_INT, FIELD_INT },
};

const query query_next_due = {
    .name = "next_due", .sql = "SELECT due_ms " OPEN_JOBS "AND state = 'queued' ORDER BY due_ms LIMIT 1",
    .n_columns = 1, .columns = { FIELD_TIME },
};

const query query_recent_jobs = {
    .name = "recent_jobs",
    .sql = "SELECT job_id FROM job_row WHERE store_id = ?1 AND (?2 = 0 OR job_id < ?2) AND (?4 = '' OR state = ?4) "
           "ORDER BY job_id DESC LIMIT ?3",
    .n_binds = 4, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_job_kinds = {
    .name = "job_kinds",
    .sql = "SELECT kind, max(ended_ms), sum(CASE WHEN state IN ('queued', 'running') THEN 1 ELSE 0 END), max(job_id), "
           "max(created_ms) FROM job_row WHERE store_id = ?1 GROUP BY kind",
    .n_binds = 1, .n_columns = 5, .columns = { FIELD_TEXT, FIELD_TIME, FIELD_INT, FIELD_INT, FIELD_TIME },
};

const query query_clicked_arms = {
    .name = "clicked_arms",
    .sql = "SELECT x.arms FROM event_row e JOIN exposure_row x ON x.store_id = e.store_id AND x.rec_id = e.rec_id "
           "WHERE e.store_id = ?1 AND e.visitor_id = ?2 AND e.kind = 'click' AND e.robot = 0 AND e.time_ms >= ?3",
    .n_binds = 3, .n_columns = 1, .columns = { FIELD_TEXT },
};

/* The last word of a visit is the dismissal when no event of it came later. */
const query query_dismissed_arms = {
    .name = "dismissed_arms",
    .sql = "SELECT x.arms, e.time_ms, CASE WHEN EXISTS (SELECT 1 FROM event_row l WHERE l.store_id = e.store_id "
           "AND l.visitor_id = e.visitor_id AND l.session_id = e.session_id AND l.event_id > e.event_id) THEN 1 ELSE 0 END "
           "FROM event_row e JOIN exposure_row x ON x.store_id = e.store_id AND x.rec_id = e.rec_id "
           "WHERE e.store_id = ?1 AND e.visitor_id = ?2 AND e.kind = 'widget_dismiss' AND e.robot = 0 AND e.time_ms >= ?3 "
           "ORDER BY e.event_id",
    .n_binds = 3, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_TIME, FIELD_BOOL },
};

const query query_placement_visitors = {
    .name = "placement_visitors",
    .sql = "SELECT placement, count(DISTINCT visitor_id) FROM exposure_row WHERE store_id = ?1 AND rec_id >= ?2 AND visitor_id <> '' "
           "AND held_out = 0 GROUP BY placement ORDER BY placement",
    .n_binds = 2, .n_columns = 2, .columns = { FIELD_TEXT, FIELD_INT },
};

const query query_answers_by_place = {
    .name = "answers_by_place",
    .sql = "SELECT placement, arms, count(*) FROM exposure_row WHERE store_id = ?1 AND rec_id >= ?2 AND rec_id < ?3 AND visitor_id <> '' "
           "AND held_out = 0 GROUP BY placement, arms ORDER BY placement, arms",
    .n_binds = 3, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_TEXT, FIELD_INT },
};

const query query_clicked_by_place = {
    .name = "clicked_by_place",
    .sql = "SELECT x.placement, x.arms, count(DISTINCT e.rec_id) FROM event_row e JOIN exposure_row x ON x.store_id = e.store_id "
           "AND x.rec_id = e.rec_id WHERE e.store_id = ?1 AND e.event_id >= ?2 AND e.event_id < ?3 AND e.kind = 'click' AND e.robot = 0 "
           "AND x.held_out = 0 AND x.visitor_id <> '' GROUP BY x.placement, x.arms ORDER BY x.placement, x.arms",
    .n_binds = 3, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_TEXT, FIELD_INT },
};

const query query_last_failed = {
    .name = "last_failed", .sql = "SELECT coalesce(max(failed_ms), 0) FROM model_row WHERE store_id = ?1",
    .n_binds = 1, .n_columns = 1, .columns = { FIELD_TIME },
};

const query query_widget_state = {
    .name = "widget_state",
    .sql = "SELECT coalesce(max(version), 0), coalesce(max(CASE WHEN version = 0 THEN revision ELSE 0 END), 0) FROM widget_version_row "
           "WHERE store_id = ?1",
    .n_binds = 1, .n_columns = 2, .columns = { FIELD_INT, FIELD_INT },
};

const query query_widget_versions = {
    .name = "widget_versions",
    .sql = "SELECT version, came_from, note, made_ms FROM widget_version_row WHERE store_id = ?1 AND version > 0 AND "
           "(?2 = 0 OR version < ?2) ORDER BY version DESC LIMIT ?3",
    .n_binds = 3, .n_columns = 4, .columns = { FIELD_INT, FIELD_INT, FIELD_TEXT, FIELD_TIME },
};

const query query_letter_due = {
    .name = "letter_due", .sql = "SELECT coalesce(min(due_ms), 0) FROM letter_row WHERE store_id = ?1 AND state = 'waiting'",
    .n_binds = 1, .n_columns = 1, .columns = { FIELD_TIME },
};

const query query_last_delivery = {
    .name = "last_delivery", .sql = "SELECT coalesce(max(received_ms), 0) FROM webhook_row WHERE store_id = ?1",
    .n_binds = 1, .n_columns = 1, .columns = { FIELD_TIME },
};

const query query_key_state = {
    .name = "key_state",
    .sql = "SELECT count(*), coalesce(max(created_ms), 0), coalesce(max(revoked_ms), 0), coalesce(sum(length(origins)), 0) "
           "FROM api_key_row",
    .n_columns = 4, .columns = { FIELD_INT, FIELD_TIME, FIELD_TIME, FIELD_INT },
};

const query query_last_event = {
    .name = "last_event", .sql = "SELECT coalesce(max(event_id), 0) FROM event_row WHERE store_id = ?1",
    .n_binds = 1, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_events_since = {
    .name = "events_since",
    .sql = "SELECT count(*) FROM (SELECT 1 FROM event_row WHERE store_id = ?1 AND event_id >= ?2 LIMIT ?3)",
    .n_binds = 3, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_first_event_ms = {
    .name = "first_event_ms", .sql = "SELECT coalesce(min(event_id), 0) / 1048576 FROM event_row WHERE store_id = ?1",
    .n_binds = 1, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_insight_days = {
    .name = "insight_days",
    .sql = "SELECT day FROM insight_row WHERE store_id = ?1 AND (?2 = 0 OR day < ?2) ORDER BY day DESC LIMIT ?3",
    .n_binds = 3, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_event_before = {
    .name = "event_before",
    .sql = "SELECT event_id FROM event_row WHERE store_id = ?1 AND event_id > ?2 AND event_id < ?3 ORDER BY event_id DESC "
           "LIMIT 1 OFFSET ?4",
    .n_binds = 4, .n_columns = 1, .columns = { FIELD_INT },
};

const query query_shopping = {
    .name = "shopping",
    .sql = "SELECT e.event_id, e.kind, e.time_ms, e.visitor_id, e.product_id, e.order_id, e.items, coalesce(v.consent, '') "
           "FROM event_row e LEFT JOIN visitor_row v ON v.store_id = e.store_id AND v.visitor_id = e.visitor_id "
           "WHERE e.store_id = ?1 AND e.event_id > ?2 AND e.event_id < ?3 AND e.robot = 0 AND coalesce(v.robot, 0) = 0 "
           "AND e.visitor_id <> '' AND e.kind IN ('view', 'click', 'cart_add', 'wishlist', 'purchase') ORDER BY e.event_id LIMIT ?4",
    .n_binds = 4, .n_columns = 8,
    .columns = { FIELD_INT, FIELD_TEXT, FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_JSON, FIELD_TEXT },
};

const query query_events_after = {
    .name = "events_after",
    .sql = "SELECT event_id, kind, time_ms, visitor_id, session_id, product_id, device, robot, items, client_hash "
           "FROM event_row WHERE store_id = ?1 AND event_id > ?2 ORDER BY event_id",
    .n_binds = 2, .n_columns = 10,
    .columns = { FIELD_INT, FIELD_TEXT, FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, FIELD_BOOL, FIELD_JSON, FIELD_INT },
};

const query query_names_changed = {
    .name = "names_changed",
    .sql = "SELECT alias, person, changed_ms FROM alias_row WHERE store_id = ?1 AND alias IN "
           "(SELECT alias FROM alias_row WHERE store_id = ?1 AND changed_ms >= ?2) ORDER BY changed_ms",
    .n_binds = 2, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_TEXT, FIELD_TIME },
};

const query query_answers_after = {
    .name = "answers_after",
    .sql = "SELECT rec_id, time_ms, visitor_id, arms, held_out FROM exposure_row WHERE store_id = ?1 AND rec_id > ?2 "
           "ORDER BY rec_id LIMIT ?3",
    .n_binds = 3, .n_columns = 5, .columns = { FIELD_TEXT, FIELD_TIME, FIELD_TEXT, FIELD_TEXT, FIELD_BOOL },
};

/* Ids from an index first, and the plus: else SQLite walks all orders of that time. */
#define ORDER_SUMS(ids)                                                                                                     \
    "SELECT o.status, o.total, (SELECT coalesce(sum(r.amount), 0) FROM refund_row r WHERE r.store_id = o.store_id "         \
    "AND r.order_id = o.order_id) FROM order_row o WHERE o.store_id = ?1 AND o.order_id IN (" ids ") "                      \
    "AND +o.created_ms >= ?3 AND +o.created_ms < ?4"

const query query_orders_of_customer = {
    .name = "orders_of_customer", .sql = ORDER_SUMS("SELECT order_id FROM order_row WHERE store_id = ?1 AND customer_id = ?2"),
    .n_binds = 4, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_MONEY, FIELD_MONEY },
};

/* The shop says the browser with the order, or a page said it afterwards. */
const query query_orders_of_browser = {
    .name = "orders_of_browser",
    .sql = ORDER_SUMS("SELECT order_id FROM order_row WHERE store_id = ?1 AND visitor_id = ?2 "
                      "UNION SELECT order_id FROM order_link_row WHERE store_id = ?1 AND visitor_id = ?2") " AND o.customer_id = ''",
    .n_binds = 4, .n_columns = 3, .columns = { FIELD_TEXT, FIELD_MONEY, FIELD_MONEY },
};

const query query_newest_figures = {
    .name = "newest_figures",
    .sql = "SELECT at_ms, figures FROM experiment_day_row WHERE store_id = ?1 AND experiment_id = ?2 ORDER BY day_ms DESC LIMIT 1",
    .n_binds = 2, .n_columns = 2, .columns = { FIELD_TIME, FIELD_JSON },
};

const query query_version = {
    .name = "version", .sql = "SELECT max(version) FROM schema_version", .n_columns = 1, .columns = { FIELD_INT },
};

const query query_version_put = {
    .name = "version_put", .sql = "INSERT INTO schema_version (version, applied_ms) VALUES (?1, ?2)", .n_binds = 2,
};

#define IDS_QUERY(table, id, and_only)                                                                                      \
    static const query query_ids_##table = {                                                                                \
        .name = "ids_" #table,                                                                                              \
        .sql = "SELECT " #id " FROM " #table "_row WHERE store_id = ?1 AND " #id " > ?2 " and_only "ORDER BY " #id " LIMIT ?3", \
        .n_binds = 3, .n_columns = 1, .columns = { FIELD_TEXT },                                                            \
    };
IDS_QUERY(product, product_id, "")
IDS_QUERY(customer, customer_id, "AND guest = 0 ")          /* the shop lists no guests: a sweep must not miss them */
IDS_QUERY(order, order_id, "")
IDS_QUERY(review, review_id, "")
IDS_QUERY(coupon, coupon_id, "")
IDS_QUERY(category, category_id, "")
IDS_QUERY(tag, tag_id, "")
IDS_QUERY(brand, brand_id, "")

static const struct { const entity *e; const query *q; } swept[] = {
    { &product_entity, &query_ids_product }, { &customer_entity, &query_ids_customer }, { &order_entity, &query_ids_order },
    { &review_entity, &query_ids_review },   { &coupon_entity, &query_ids_coupon },     { &category_entity, &query_ids_category },
    { &tag_entity, &query_ids_tag },         { &brand_entity, &query_ids_brand },
};

const query *query_ids_of(const entity *e) {
    for (size_t i = 0; i < COUNT(swept); i++)
        if (swept[i].e == e) return swept[i].q;
    return NULL;
}

const query *const all_queries[] = {
    &query_order_items, &query_fresh_items, &query_orders_since, &query_last_job, &query_last_store, &query_store_named,
    &query_open_job_of, &query_claimable_jobs, &query_running_jobs, &query_next_due, &query_recent_jobs, &query_job_kinds,
    &query_answers_by_place, &query_clicked_by_place, &query_last_failed,
    &query_letter_due, &query_clicked_arms, &query_dismissed_arms, &query_placement_visitors, &query_last_delivery, &query_key_state,
    &query_last_event, &query_events_since, &query_first_event_ms, &query_insight_days, &query_event_before,
    &query_shopping, &query_events_after, &query_names_changed,
    &query_answers_after, &query_orders_of_customer, &query_orders_of_browser, &query_newest_figures, &query_version, &query_version_put,
    &query_ids_product, &query_ids_customer, &query_ids_order, &query_ids_review, &query_ids_coupon, &query_ids_category,
    &query_ids_tag, &query_ids_brand, &query_report_events, &query_report_attributed,
    &query_report_answers, &query_report_orders, &query_report_visits, &query_report_given, &query_report_clicked_lines,
    &query_shown_answers, &query_shown_events, &query_shown_lines,
};
const size_t n_queries = COUNT(all_queries);
