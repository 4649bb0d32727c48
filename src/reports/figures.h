/* Figures of what followed answers, added up by whatever a report is asked for: day, placement, source, product, ...
 * Promise: sums of whole numbers, so rows add up to the total whatever the order of adding (but not by arm: an answer may be in
 * several experiments at once); at most LIMIT_REPORT_ROWS rows, what is beyond adds up in one row for all others. No storage, no
 * clock. A table belongs to one thread. Read next: reports/followed.h (who fills it), reports/README.md. */
#pragma once
#include "base/map.h"
#include "reports/period.h"

/* name, word in requests, what it is */
#define REPORT_DIMENSION_LIST(X)                                                                                        \
    X(DAY,       "day",       "date in the shop's time zone")                                                           \
    X(PLACEMENT, "placement", "where it was shown")                                                                     \
    X(SOURCE,    "source",    "why it was shown")                                                                       \
    X(PRODUCT,   "product",   "what was shown")                                                                         \
    X(DEVICE,    "device",    "desktop, mobile, tablet; empty = not known")                                             \
    X(SEGMENT,   "segment",   "new (first seen less than a day before) or returning; empty = not known")                \
    X(ARM,       "arm",       "variant of an experiment, as 3=b; empty = in none")
typedef enum {
#define X(name, word, doc) REPORT_##name,
    REPORT_DIMENSION_LIST(X)
#undef X
    REPORT_DIMENSIONS
} report_dimension;
extern const char *const report_dimension_words[REPORT_DIMENSIONS];
#define REPORT_BY(dimension) (1u << (dimension))

/* new or returning, by when a visitor was first seen; empty when nobody knows.
 *   first_ms   of the visitor's row; 0 = there is none
 *   now_ms     of the answer */
str report_segment(int64_t first_ms, int64_t now_ms);

/* Where something counts. of[REPORT_DAY] is not looked at: the day is a number. of[REPORT_ARM] holds all arms, as an exposure does. */
typedef struct { int64_t day; str of[REPORT_DIMENSIONS]; } report_place;

/* Positions of answers seen, and what followed. By click: clicked, or named by the order itself. By view: seen only, an assist.
 * Orders and lines count when some of their money stayed; values are with tax, after discount, minor units. */
#define FOLLOWED_FIGURE_LIST(X)                                                                                         \
    X(impressions)          /* positions of answers that were on the screen: once each for a visitor */                 \
    X(clicks)               /* of these */                                                                              \
    X(carts)                /* of these: put into the cart */                                                           \
    X(dismissals)           /* answers closed unread */                                                                 \
    X(click_lines) X(click_orders) X(click_value) X(click_refunded)                                                     \
    X(view_lines) X(view_orders) X(view_value) X(view_refunded)
typedef struct {
#define X(name) int64_t name;
    FOLLOWED_FIGURE_LIST(X)
#undef X
} followed_figures;

typedef struct {
    int64_t day;                    /* local day, when the table is by day */
    str key[REPORT_DIMENSIONS];     /* of the dimensions it is by */
    bool others;                    /* what did not fit */
    followed_figures f;
    uint64_t click_order, view_order;       /* counted last: lines of an order come together */
} followed_row;

typedef struct {
    arena *home;
    unsigned by;                    /* REPORT_BY() of each dimension; 0 = only the total */
    size_t most;                    /* rows */
    map64 at;
    followed_row *rows;             /* in the order met */
    size_t n, room;
    followed_row total;             /* every thing once, also by arm */
} followed_table;

/*   home   where rows live
 *   most   rows at most; 0 = LIMIT_REPORT_ROWS */
void followed_table_init(followed_table *t, arena *home, unsigned by, size_t most);
/* Add `x` there.
 *   order  hash of the order when x holds its lines, else 0: click_orders and view_orders count it once a row
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code followed_add(ctx *c, followed_table *t, const report_place *at, const followed_figures *x, uint64_t order);
/* Rows by key, the one for all others last. */
void followed_sort(followed_table *t);
