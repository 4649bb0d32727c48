/* Statements that the column tables cannot make, by name. Each lists its binds and columns; a test prepares them all on every
 * back end. Add one: a line here, its text in queries.c. */
#pragma once
#include "storage/storage.h"

struct query {
    const char *name;
    const char *sql;            /* ?1..?9 binds, same numbering on every back end */
    size_t n_columns;
    field_kind columns[12];
};

/* Lines of orders for learning. Binds: store_id, from_ms (inclusive), to_ms (exclusive). Ordered by created_ms, order_id, line_id.
 * Columns: order_id TEXT, created_ms TIME, customer_id TEXT, status TEXT, product_id TEXT, variation_id TEXT, quantity REAL,
 * total MONEY (without tax), total_tax MONEY. Only lines of kind item; orders of every status. */
extern const query query_order_items;
/* Refunded quantities. Binds: store_id. Columns: order_id TEXT, product_id TEXT, quantity REAL. */
extern const query query_refunded_items;
/* Highest job id of a store. Binds: store_id. Columns: job_id INT. */
extern const query query_last_job;
/* Highest store id. No binds. */
extern const query query_last_store;
/* Ids of rows for sweeps. Binds: store_id, after id (text), limit. Columns: id TEXT. One query per swept entity;
 * query_ids_of() finds it, NULL when the entity is not swept. Ordered by id bytes. */
const query *query_ids_of(const entity *e);
/* Jobs that wait or run, oldest first. Binds: due at or before (ms), limit.
 * Columns: store_id INT, job_id INT, kind TEXT, state TEXT, owner TEXT, heartbeat_ms TIME. */
extern const query query_open_jobs;
/* Newest jobs of a store first. Binds: store_id, before job_id (0 = newest), limit. Columns: job_id INT. */
extern const query query_recent_jobs;

extern const query *const all_queries[];
extern const size_t n_queries;
