/* What the learning loop counts: per placement, source, product looked at, product shown and arm of an experiment, decayed sums of looks,
 * clicks, carts and attributed purchases; in memory, seen by the next request, kept in the database now and then.
 * Promise: the sums are a function of the log (events and exposures in the order of event ids, attributions): whatever the cuts of
 * batches, restarts and processes in between, they equal counters_recount() to rounding. Robots, the hold-out and repeats do not
 * count; a position of an answer counts one impression, one click and one cart, told at most COUNTED_MS after the answer.
 * Bounded by limits.h: of a shop that outgrows them the least seen products leave, and are believed to be as their source is; of all
 * shops together those that are quiet leave whole and come back with their next event, and when none is the largest gives up a half.
 * Threads: the taker on the committer's; reading on any, behind a read lock of the shop; the others as they say.
 * Read next: events/README.md ("Counting"), decide/live.h (what is made of it), events/examination.h. */
#pragma once
#include "events/examination.h"
#include "events/intake.h"

#define COUNTED_MS ((int64_t)MS_PER_DAY)
#define COUNTER_HALF_LIFE_DAYS 14           /* store setting learning_half_life_days, 1..365 */
enum { COUNTER_LATE_PARTS = 7 };            /* the last days: decayed so many times faster */

/* name, decay */
#define COUNTER_SUM_LIST(X)                                                                             \
    X(looks, slow)              /* impressions, each weighed by how likely its position is looked at */ \
    X(impressions, slow)                                                                                \
    X(expected, slow)           /* looks x probability the answer gave */                               \
    X(clicks, slow)                                                                                     \
    X(carts, slow)                                                                                      \
    X(purchases, slow)          /* attributed lines by click or by the order's own word, of which money stayed */ \
    X(revenue, slow)            /* their value less what was given back, minor units */                 \
    X(late_expected, late)                                                                              \
    X(late_clicks, late)
typedef struct {
#define X(name, decay) double name;
    COUNTER_SUM_LIST(X)
#undef X
} counter_sums;

typedef struct counters counters;
/* cells, lines, answers: of one shop; bytes: of all. 0 = as limits.h says: LIMIT_COUNTER_CELLS, LIMIT_COUNTED_LINES, LIMIT_COUNTED_ANSWERS,
 * LIMIT_COUNTERS_BYTES. */
typedef struct { size_t cells, lines, answers, bytes; } counter_bounds;
/* A shop without events for so long may be put away. */
enum { COUNTER_IDLE_MS = MS_PER_HOUR };
/*   most  NULL = as limits.h says
 * ERR_NO_MEMORY. Free when nobody reads or writes any more; keeps nothing by itself: counters_keep() first. NULL is fine. */
CHECK_RESULT err_code counters_new(ctx *c, const counter_bounds *most, counters **ret_counters);
/* Answers whose rows may come to the disk later than events about them: looked for there, and then written with the event. The
 * caller's; NULL: none. Before the first event. */
struct exposure_log;
void counters_set_waiting(counters *k, struct exposure_log *waiting);
void counters_free(counters *k);
/* For intake_options.takers, behind people_taker(): then the lines of an order told of are attributed already. */
event_taker counters_taker(counters *k);

/* ---- reading ---- */
typedef struct counters_shop counters_shop;
typedef struct { const counters_shop *shop; double slow, late; } counters_view;
#define COUNTER_ANY 0u
#define COUNTER_UNKNOWN UINT32_MAX
/* Hold the shop's counters still, briefly: writers wait. False when nothing was counted in this process yet; then there is no end.
 *   now_ms  sums are told as of then */
bool counters_begin(counters *k, int64_t store_id, int64_t now_ms, counters_view *ret_view);
void counters_end(counters_view *v);
/* Number of a text in this view: COUNTER_ANY for "", COUNTER_UNKNOWN when nothing of that name was counted. */
uint32_t counters_name(const counters_view *v, str name);
/* Sums of (placement, source, anchor, item, arm); zeros when there are none. Kept are (placement), (placement, source), that with an
 * arm, with an anchor, with an item, and with both. */
counter_sums counters_at(const counters_view *v, const uint32_t of[5]);
/* Sums of products as (placement, source, any, item) and (placement, source, anchor, item), many at once: several times quicker. */
enum { COUNTER_ASKED_MOST = 256 };
typedef struct {
    uint32_t source;
    str item;
    counter_sums of_item, of_pair;  /* out; of_pair zeros without an anchor */
} counter_ask;
/*   n  0..COUNTER_ASKED_MOST */
void counters_ask_items(const counters_view *v, uint32_t placed, uint32_t anchor, counter_ask *x, size_t n);
/* Each product that was looked at, whatever the arm: with an empty anchor beside whatever, else beside that product. Writers wait. */
typedef struct { str placement, source, anchor, item; counter_sums sums; } counted_item;
typedef void counters_told(void *arg, const counted_item *x);
void counters_each(const counters_view *v, counters_told *told, void *arg);
/* Looks at a position of the placement, as counted with. */
double counters_seen(const counters_view *v, str placement, int64_t position);

/* ---- the database; any thread with its own db ---- */
/* Have the shop's counters in memory: what was kept, and what the log holds beyond. Does nothing when they are. Not inside a
 * transaction. ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code counters_load(ctx *c, counters *k, db *d, int64_t store_id);
/* Count everything again from the log, and use that from now on. */
CHECK_RESULT err_code counters_recount(ctx *c, counters *k, db *d, int64_t store_id);
/* The rows of an order changed (attributed, refunded, cancelled): take its lines again. Fine when the shop is not in memory. */
CHECK_RESULT err_code counters_take_order(ctx *c, counters *k, db *d, int64_t store_id, str order_id);
/* Follow what others did: events they wrote, a log that lost something, a new half-life. For a clock, every few seconds; a look at two
 * rows and the end of the log when there is nothing. Not inside a transaction. Fine when the shop is not in memory. */
CHECK_RESULT err_code counters_tend(ctx *c, counters *k, db *d, int64_t store_id);
/* Something was taken out of the log: what is kept says nothing any more, and every process counts all again from the log at its
 * next counters_tend(). Uses the open transaction, or one of its own. */
CHECK_RESULT err_code counters_void(ctx *c, db *d, int64_t store_id);
/* Many orders changed: every process takes all of them again at its next counters_tend(). Transactions as above. */
CHECK_RESULT err_code counters_void_orders(ctx *c, db *d, int64_t store_id);
/* Learn from the last COUNTER_POSITION_DAYS of the log how far visitors look, placement by placement; where a curve
 * moved by more than COUNTER_CURVE_MOVES at any position, all are kept and counted anew as by counters_void(). For a daily job. Not
 * inside a transaction. */
#define COUNTER_CURVE_MOVES 0.05
enum { COUNTER_POSITION_DAYS = 28 };
CHECK_RESULT err_code counters_learn_positions(ctx *c, db *d, int64_t store_id);
/* How fast sums of the shop fade: store setting learning_half_life_days. */
CHECK_RESULT err_code counters_read_half_life(ctx *c, db *d, int64_t store_id, double *ret_ms);
/* How far visitors look down lists of a placement, as kept; EXAMINATION_PRIOR where nothing was learned. */
CHECK_RESULT err_code counters_read_curve(ctx *c, db *d, int64_t store_id, str placement, examination *ret_curve);
/* Write what changed of all shops, also when it is not yet time. At the end, when the committer has ended. */
CHECK_RESULT err_code counters_keep(ctx *c, counters *k, db *d);

/* A number that is another one once clicks, carts or purchases of the shop were counted: at once after a quiet while, at most every
 * COUNTER_SHOWN_MS while they come in numbers. For the first COUNTER_YOUNG things that this process counts each look changes it too, and at
 * once: while little is known one event moves much, and odds of answers must be those of the counts they are made of.
 * For whoever keeps something made of counters. Any thread, a short lock. */
enum { COUNTER_SHOWN_MS = 200, COUNTER_YOUNG = 20000 };
uint64_t counters_shown_change(counters *k, int64_t store_id, int64_t now_ms);

typedef struct { size_t cells, names, lines; int64_t last_event; uint64_t dropped; } counters_facts;
/* Zeros for a shop not in memory. */
counters_facts counters_get_facts(counters *k, int64_t store_id);
/* Of all shops: bytes as last weighed, and how often one was put away or gave up a half. */
typedef struct { size_t shops, bytes; uint64_t put_away, halved; } counters_total;
counters_total counters_get_total(counters *k);
