/* Suggestions as they were shown, with their chances and what followed each: the log by which another policy is judged.
 * Promise: answers of the period, of people only, not of the hold-out; clicks told until a day after it count, and money by click as
 * attribution has it at the moment, refunds subtracted. Memory: LIMIT_REPORT_ARENA; more than LIMIT_POLICY_SHOWN suggestions are
 * judged by a share of the visitors (1/2, 1/4, ...), chosen by hash. Threads: that of the db. Read next: reports/policy.h. */
#pragma once
#include "reports/policies.h"
#include "reports/source.h"

/* word, what one suggestion earns */
#define POLICY_METRIC_LIST(X)                                                                       \
    X(CLICK,    "click",    "1 when it was clicked")                                                \
    X(PURCHASE, "purchase", "1 when it was bought after a click and some of the money stayed")      \
    X(REVENUE,  "revenue",  "money of it, bought after a click, refunds subtracted")
typedef enum {
#define X(name, word, doc) POLICY_##name,
    POLICY_METRIC_LIST(X)
#undef X
    POLICY_METRICS
} policy_metric;
extern const char *const policy_metric_words[POLICY_METRICS];

typedef struct {
    shown_item *p;                  /* those of one person stand together */
    size_t n, answers;
    uint32_t cells, wides;          /* so many numbers of cells, of wide ones */
    const str *sources;             /* by number */
    size_t n_sources;
    double visitors_0_1;            /* share of the visitors that was read */
} policy_log;

/* Read it.
 *   home     where it lives: give it LIMIT_REPORT_ARENA
 *   ret_log  texts too
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(answers, events and lines of the period). */
CHECK_RESULT err_code policy_log_read(ctx *c, const report_source *from, policy_metric metric, arena *home, policy_log *ret_log);
