/* What followed answers: seen, clicked, put into the cart, bought, from the log.
 * Promise: a position of an answer counts one impression, one click and one cart for a visitor, told within SHOWN_MS of the answer,
 * on the day it was told; a click or a cart was seen too. A cart event without the rec_id of an answer that held the product
 * counts for the visitor's last click on it, within SHOWN_MS of that answer. Lines count on the day of their order. Robots and the
 * hold-out do not count. So days never overlap: figures of a period are the sums of its days, and those of a day that is over change
 * by orders and refunds only.
 * Memory: LIMIT_REPORT_ARENA however long the log; more answers than LIMIT_REPORT_UNITS are read in several passes.
 * Threads: that of the db. Read next: reports/figures.h, reports/README.md (worked example). */
#pragma once
#include "reports/figures.h"
#include "reports/source.h"

#define SHOWN_MS ((int64_t)MS_PER_DAY)

/* Add all of the period to `t`, which followed_table_init() made. Uses the open transaction, or a read transaction of its own.
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(events and attributed lines of the period and the day before). */
CHECK_RESULT err_code followed_read(ctx *c, const report_source *from, followed_table *t);

/* ---- for who works day by day ---- */
/* Figures of one day by placement, source and product, and of all of it. Rows in the order of their keys; in c->arena.
 *   zone   of the shop
 *   day    of its calendar, days since 1970-01-01 */
typedef struct {
    report_period period;           /* that day */
    const followed_row *rows;
    size_t n;
    followed_figures total;         /* dismissals are of whole answers: of rows with a placement and nothing else */
} report_day;
CHECK_RESULT err_code reports_day(ctx *c, db *d, int64_t store_id, str zone, int64_t day, report_day *ret_day);
