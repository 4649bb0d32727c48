/* What suggestions caused: visitors who see them against those of the hold-out, who never do.
 * Promise: the unit is the person (events/identity.h), met at the first answer of the period, given or held back alike; counted is what
 * he ordered from then on, refunds subtracted. The group is that of the first answer: a later one of the other group (names that
 * turned out to be one person) changes nothing, since leaving such people out would leave out buyers, and more of them of the smaller
 * group. The judgement is pure; sums add up over passes. Robots and visitors without a name are no units.
 * Threads: that of the db. Read next: experiments/holdout.h, reports/README.md. */
#pragma once
#include "experiments/holdout.h"
#include "reports/figures.h"
#include "reports/source.h"

enum { CAUSED_HELD_OUT, CAUSED_TREATED, CAUSED_GROUPS };
enum { CAUSED_LEAST_BUYERS = 25 };  /* in each group, before an interval may be believed */

typedef struct {
    moments revenue[CAUSED_GROUPS], buyers[CAUSED_GROUPS];      /* a visitor's net revenue, minor units; 1 when he bought, else 0 */
    int64_t mixed;                  /* persons who met both groups */
} caused_sums;

/* word, what it means */
#define CAUSED_STATE_LIST(X)                                                                                            \
    X(OK,             "ok",             "the interval holds")                                                           \
    X(FEW_BUYERS,     "few_buyers",     "too early: a group has fewer than 25 buyers, the figures will still move")      \
    X(RATIO_MISMATCH, "ratio_mismatch", "the groups do not hold the visitors they should: no figure can be believed")    \
    X(NO_HOLDOUT,     "no_holdout",     "nobody is held out, so nothing can be compared")
typedef enum {
#define X(name, word, doc) CAUSED_##name,
    CAUSED_STATE_LIST(X)
#undef X
    CAUSED_STATES
} caused_state;
extern const char *const caused_state_words[CAUSED_STATES];
extern const char *const caused_state_docs[CAUSED_STATES];

typedef struct {
    int64_t day;                    /* by day: figures from the first day to this one */
    str key;                        /* by something else */
    caused_sums sums;
    caused_state state;
    holdout_report revenue, buyers; /* always-valid intervals, 95 % */
    effect once;                    /* of revenue a visitor: the interval when one looks once, on a day fixed beforehand */
} caused_row;

/* Judge sums.
 *   held_out_share  as it was set, 0..0.5 */
CHECK_RESULT err_code caused_judge(ctx *c, double held_out_share, caused_row *row);

typedef struct { caused_row total, *rows; size_t n; } caused_report;
/*   by        REPORT_BY() of one of day (each row from the first day on: what one saw by looking daily), placement, source (persons
 *             who met it), device, segment (at the first answer); 0: the total alone
 *   ret       rows by key, in c->arena
 * ERR_INVALID (field "by"), ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(answers and orders of the period). */
CHECK_RESULT err_code caused_read(ctx *c, const report_source *from, double held_out_share, unsigned by, caused_report *ret);
/* Share of persons held out, as the owner set it: holdout_percent of store.settings. */
double caused_held_out_share(ctx *c, const store *s);
