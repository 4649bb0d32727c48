/* The shop as a whole: who was there and what was ordered, whatever led to it.
 * Promise: visitors and sessions are distinct ones among the events received, robots left out; orders that were cancelled, failed or
 * never paid do not count, refunds are told beside. Visitors of days do not add up to those of the period: who comes twice is one.
 * Threads: that of the db. Read next: reports/README.md. */
#pragma once
#include "reports/figures.h"
#include "reports/source.h"

/* Money in minor units, orders with tax and shipping. */
#define SHOP_FIGURE_LIST(X)                                                                                             \
    X(visitors)             /* browsers that may be told apart */                                                       \
    X(sessions)                                                                                                         \
    X(orders) X(revenue) X(refunded)                                                                                    \
    X(followed_orders) X(followed_revenue) X(followed_refunded)     /* whole orders with a line attributed by click */
typedef struct {
#define X(name) int64_t name;
    SHOP_FIGURE_LIST(X)
#undef X
} shop_figures;

typedef struct { int64_t day; str key; shop_figures f; } shop_row;
typedef struct { shop_figures total; shop_row *rows; size_t n; } shop_report;
/*   by   REPORT_BY() of day, device or segment (of the browser that was there, or that placed the order), or 0
 *   ret  rows by key, all days of the period; in c->arena
 * ERR_INVALID (field "by"), ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(events and orders of the period). */
CHECK_RESULT err_code shop_read(ctx *c, const report_source *from, unsigned by, shop_report *ret);
