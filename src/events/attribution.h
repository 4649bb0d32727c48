/* Which lines of an order followed a recommendation, and what of their value stayed.
 * Promise: line by line, the strongest touch wins: carried by the order itself (exact) over the last click within the window over
 * the last impression within its window (an assist); never a touch after the order, never one of an answer that was held out; of
 * equals the later one. Rows are recomputed from what is stored, so doing it again changes nothing, and refunds, cancellations and
 * restorations are right whenever they come. A touch once found stays with its line when the events behind it are gone: then only
 * the money is brought up to date.
 * Read next: events/README.md (worked example), events/order_links.h, tests/events/attribution_test.c. */
#pragma once
#include "schema/tables.h"
#include "storage/storage.h"

/* ---- the rule; pure ---- */
/* Weakest first. name, word of attribution.how */
#define TOUCH_LIST(X)                                                               \
    X(VIEW,    "view")          /* half of it was on the screen for a second */     \
    X(CLICK,   "click")                                                             \
    X(CARRIED, "exact")         /* the order names the answer it was in */
typedef enum {
#define X(name, word) TOUCH_##name,
    TOUCH_LIST(X)
#undef X
    TOUCH_KINDS
} touch_kind;
extern const char *const touch_words[TOUCH_KINDS];

/* One product of one answer and what the person did with it. Texts are the caller's. */
typedef struct {
    touch_kind kind;
    int64_t time_ms;
    str rec_id, product_id, variation_id, placement, source, arms;
    int64_t position;               /* from 1; 0 = not known */
    bool held_out;                  /* would have been shown, but was not */
} touch;

typedef struct { str line_id, product_id, variation_id; int64_t value; } bought_line;      /* with tax, after discount, minor units */
typedef struct { str product_id, variation_id; int64_t value; } returned_line;             /* of any kind; with tax, positive */
typedef struct {
    int64_t ordered_ms;
    bool is_sale;                   /* false: cancelled, failed, refunded, ...: all of it is taken back */
    int64_t total;                  /* of the order, with shipping and tax */
    int64_t refunded;               /* sum of all its refunds, >= 0 */
    const bought_line *lines;
    size_t n_lines;
    const returned_line *returned;
    size_t n_returned;
} placed_order;

typedef struct { int64_t click_ms, view_ms; } attribution_windows;
#define ATTRIBUTION_WINDOWS ((attribution_windows){ 7 * (int64_t)MS_PER_DAY, 24 * (int64_t)MS_PER_HOUR })
#define NO_TOUCH SIZE_MAX
typedef struct { size_t touch; int64_t refunded; } line_credit;
/* Give each line its touch, and say how much of its value was taken back.
 *   touches  of the person, in any order, also of other products
 *   ret_lines  o->n_lines entries; refunded is within 0..value
 * Money given back by product goes to the lines of that variation, then to those of that product, in order of lines; money given
 * back without saying for what is shared by value over the whole order, shipping included. O(lines * (touches + returned)). */
void attribute(const placed_order *o, const touch *touches, size_t n, const attribution_windows *w, line_credit *ret_lines);

/* ---- the walkers over storage; each uses the open transaction, or one of its own ---- */
/* What the owner set: attribution_click_days 1..90 and attribution_view_hours 0..720 of store.settings. */
attribution_windows attribution_windows_of(ctx *c, const store *s);
/* Bring the rows of one order up to date: its link, its person's touches within the windows, its refunds. Quick when nothing changed
 * since the last time. An order that is gone takes its rows along. ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code attribution_store(ctx *c, db *d, int64_t store_id, str order_id);
/* Several, in short transactions. Orders placed before anything was ever shown here are passed over without a write.
 * Not inside an open transaction. */
CHECK_RESULT err_code attribution_orders(ctx *c, db *d, int64_t store_id, const str *order_ids, size_t n);
/* Orders of the last ATTRIBUTION_CATCH_UP_MS, those that changed while nobody listened: reads all, in short transactions, and writes
 * where something is news. Not inside an open transaction.
 *   ret_n  orders looked at; may be NULL */
#define ATTRIBUTION_CATCH_UP_MS (90 * (int64_t)MS_PER_DAY)
CHECK_RESULT err_code attribution_catch_up(ctx *c, db *d, int64_t store_id, size_t *ret_n);
