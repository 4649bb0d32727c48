/* Statements that the column tables cannot make, by name. Each lists its binds and columns; a test prepares them all on every
 * back end. Add one: a line here, its text in queries.c. The walker of a query may read from the same connection, not write. */
#pragma once
#include "storage/storage.h"

struct query {
    const char *name;
    const char *sql;            /* ?1..?9 binds, same numbering on every back end */
    size_t n_binds, n_columns;
    field_kind columns[16];
};

/* Lines of orders for learning. Binds: store_id, from_ms (inclusive), to_ms (exclusive). Ordered by created_ms, order_id, line_id (numbers
 * by their size).
 * Columns: order_id TEXT, created_ms TIME, customer_id TEXT, status TEXT, product_id TEXT, variation_id TEXT, quantity REAL,
 * total MONEY (without tax), total_tax MONEY. Only lines of kind item; orders of every status. Walks all, holding one row. */
extern const query query_order_items;
/* Items of the newest orders placed at or after a moment, newest order first, lines of one together; orders of every status. Binds:
 * store_id, created_ms, orders at most. Columns: order_id TEXT, status TEXT, product_id TEXT. */
extern const query query_fresh_items;
/* Orders by when they were placed, beyond (created_ms, order_id). Binds: store_id, created_ms, order_id, limit.
 * Columns: created_ms TIME, order_id TEXT. */
extern const query query_orders_since;
/* Highest job id of a store. Binds: store_id. Columns: job_id INT. */
extern const query query_last_job;
/* Highest store id. No binds. */
extern const query query_last_store;
/* Store by its unique name. Binds: name. Columns: store_id INT. */
extern const query query_store_named;
/* Ids of rows for sweeps. Binds: store_id, after id (text), limit. Columns: id TEXT. One query per swept entity (product with
 * its variations, customer without guests, order, review, coupon, category, tag, brand).
 * query_ids_of() finds it, NULL when the entity is not swept. Ordered by id bytes. */
const query *query_ids_of(const entity *e);
/* The queued or running job of a kind. Binds: store_id, kind. Columns: job_id INT. */
extern const query query_open_job_of;
/* Jobs that may be claimed: due and queued, or running with a heartbeat before the bind. Binds: due at or before (ms),
 * heartbeat before (ms), limit. Oldest due first. Columns: store_id INT, job_id INT. */
extern const query query_claimable_jobs;
/* When the first queued job is due. No binds. Columns: due_ms TIME. */
extern const query query_running_jobs;           /* alive since ?1, ?2 of them */
extern const query query_next_due;
/* Newest jobs of a store first. Binds: store_id, before job_id (0 = newest), limit, state (empty = all). Columns: job_id INT. */
extern const query query_recent_jobs;
/* What became of each kind of job of a store. Binds: store_id. Columns: kind TEXT, ended_ms TIME (newest end, 0 = none ended),
 * open INT (queued or running now), job_id INT (the newest),
 * created_ms TIME (of the newest). */
extern const query query_job_kinds;
/* The arms of the answers a browser clicked on, one row a click. Binds: store_id, visitor_id, from_ms. Columns: arms TEXT. */
extern const query query_clicked_arms;
/* Visitors by where they were answered since an answer. Binds: store_id, rec_id. Columns: placement TEXT, visitors INT. */
extern const query query_placement_visitors;
/* The arms of the answers a browser closed unread, one row a dismissal. Binds: store_id, visitor_id, from_ms. Columns: arms TEXT, time_ms
 * TIME, went_on BOOL (something else was done in that visit later). */
extern const query query_dismissed_arms;
/* Answers given to known visitors by place and arms, of ids in [first, last). Binds: store_id, rec_id, rec_id.
 * Columns: placement TEXT, arms TEXT, answers INT. */
extern const query query_answers_by_place;
/* Of answers, those that were clicked on, by clicks with ids in [first, last). Binds: store_id, event_id, event_id.
 * Columns: placement TEXT, arms TEXT, answers INT. */
extern const query query_clicked_by_place;
/* When a version was last taken back; 0 = never. Binds: store_id. Columns: failed_ms TIME. */
extern const query query_last_failed;
/* The version of the widgets' design that is on a store's pages (0 = none) and how often its draft was written (0 = there is none).
 * Binds: store_id. Columns: version INT, revision INT. */
extern const query query_widget_state;
/* Versions of the widgets' design without the designs, newest first. Binds: store_id, before version (0 = all), limit.
 * Columns: version INT, came_from INT, note TEXT, made_ms TIME. */
extern const query query_widget_versions;
/* When the first waiting letter of a store is due; 0 = none waits. Binds: store_id. Columns: due_ms TIME. */
extern const query query_letter_due;
/* When a store's newest webhook delivery was accepted. Binds: store_id. Columns: received_ms TIME. */
extern const query query_last_delivery;
/* Changes when keys do. No binds. Columns: count INT, created_ms TIME, revoked_ms TIME, bytes of all origins INT. */
extern const query query_key_state;
/* The newest event id of a store; 0 = none. Binds: store_id. Columns: event_id INT. */
extern const query query_last_event;
/* How many events came since, ?3 at most. Binds: store_id, event_id (ms * 2^20), most. Columns: count INT. */
extern const query query_events_since;
/* When the oldest event of a store came; 0 = none. Binds: store_id. Columns: time_ms INT. */
extern const query query_first_event_ms;
/* Days of a store that are kept (insights/day.h), newest first. Binds: store_id, before day (0 = all), limit. Columns: day INT. */
extern const query query_insight_days;
/* The event id that has so many newer ones among those after one id and before another; no row when they are fewer.
 * Binds: store_id, event_id (exclusive), event_id (exclusive), how many. Columns: event_id INT. */
extern const query query_event_before;
/* What known visitors who are no robots had to do with products, in the order received. Binds: store_id, event_id (exclusive),
 * event_id (exclusive), limit. Columns: event_id INT, kind TEXT (kinds of a weight above 0), time_ms TIME, visitor_id TEXT,
 * product_id TEXT, order_id TEXT, items JSON, consent TEXT of the visitor now (empty = never asked). */
extern const query query_shopping;
/* Events of a store after an id, oldest first. Binds: store_id, event_id. Columns: event_id INT, kind TEXT, time_ms TIME,
 * visitor_id TEXT, session_id TEXT, product_id TEXT, device TEXT, robot BOOL, items JSON, client_hash INT. Walks all, holding one row. */
extern const query query_events_after;
/* Names whose person changed since. Binds: store_id, from_ms (inclusive). Columns: alias TEXT, person TEXT, changed_ms TIME. */
extern const query query_names_changed;
/* Answers of a store after an id. Binds: store_id, rec_id, limit. Columns: rec_id TEXT, time_ms TIME, visitor_id TEXT, arms TEXT,
 * held_out BOOL. */
extern const query query_answers_after;
/* Orders of a customer, or of a browser where no customer is known, placed in [from_ms, to_ms), each once.
 * Binds: store_id, customer_id or visitor_id, from_ms, to_ms. Columns: status TEXT, total MONEY, given back MONEY. */
extern const query query_orders_of_customer, query_orders_of_browser;
/* ---- reports (queries_reports.c); each walks all, holding one row. Robots are left out, also those found out later ---- */
/* What visitors did with answers, in the order received. Binds: store_id, event_id (inclusive), event_id (exclusive).
 * Columns: event_id INT, kind TEXT (impression, click, cart_add, widget_dismiss), visitor_id TEXT, product_id TEXT, rec_id TEXT,
 * items JSON, device TEXT and first_ms TIME of the visitor's row (empty, 0 without one). */
extern const query query_report_events;
/* Attributed lines in the order of orders. Binds: store_id, ordered_ms (inclusive), ordered_ms (exclusive).
 * Columns: ordered_ms TIME, order_id TEXT, line_id TEXT, how TEXT, placement TEXT, source TEXT, product_id TEXT, arms TEXT, value MONEY,
 * refunded MONEY, time_ms TIME of the answer (0 = it is gone), device TEXT and first_ms TIME of the visitor it was given to. */
extern const query query_report_attributed;
/* Answers to visitors with a name, in the order given. Binds: store_id, rec_id (inclusive), rec_id (exclusive).
 * Columns: time_ms TIME, person TEXT (events/identity.h), held_out BOOL, placement TEXT, items JSON, device TEXT, first_ms TIME. */
extern const query query_report_answers;
/* Orders of every status in the order placed. Binds: store_id, created_ms (inclusive), created_ms (exclusive).
 * Columns: created_ms TIME, order_id TEXT, status TEXT, total MONEY, refunded MONEY, customer_id TEXT, visitor_id TEXT of who placed it,
 * followed BOOL (a line is attributed by more than a view), device TEXT, first_ms TIME. */
extern const query query_report_orders;
/* Who was there: all events in the order received. Binds: store_id, event_id (inclusive), event_id (exclusive).
 * Columns: event_id INT, visitor_id TEXT, session_id TEXT, device TEXT, first_ms TIME. */
extern const query query_report_visits;
/* Answers that were given, by rec_id. Binds: store_id, first rec_id, first rec_id not taken. Columns: rec_id TEXT,
 * person TEXT (empty for nobody known), placement TEXT, product_id TEXT (looked at), items JSON. */
extern const query query_report_given;
/* Attributed lines that followed a click. Binds: store_id, ordered from (ms), to (ms, exclusive). Columns: rec_id TEXT, product_id TEXT,
 * value MONEY, refunded MONEY. */
extern const query query_report_clicked_lines;
/* Answers that people were shown, newest first. Binds: store_id, first rec_id, first rec_id not taken, limit. Columns: rec_id TEXT,
 * time_ms TIME, visitor_id TEXT, person TEXT (empty: no other name), placement TEXT, product_id TEXT (looked at), items JSON,
 * strategy TEXT. */
extern const query query_shown_answers;
/* What people did with answers, newest first. Binds: store_id, event_id (inclusive), event_id (exclusive), limit.
 * Columns: kind TEXT, event_id INT, time_ms TIME, product_id TEXT, rec_id TEXT, items JSON. */
extern const query query_shown_events;
/* Order lines that followed an answer by more than a view and of which money stayed, newest first. Binds: store_id, ordered from (ms),
 * to (ms, exclusive), limit. Columns: rec_id TEXT, product_id TEXT, ordered_ms TIME. */
extern const query query_shown_lines;
/* An experiment as it stood on its newest day. Binds: store_id, experiment_id. Columns: at_ms TIME, figures JSON. */
extern const query query_newest_figures;
/* Version of the tables, and setting it. Columns: version INT. Binds of the second: version, now (ms). */
extern const query query_version;
extern const query query_version_put;

extern const query *const all_queries[];
extern const size_t n_queries;
