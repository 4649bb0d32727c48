/* What an experiment can be judged by: one row a metric, and what one visitor's doings are worth in each.
 * Promise: pure; the unit is the visitor; money is in minor units, refunds subtracted.
 * Add a metric: one row here and its case in metric_of_visitor(). Read next: experiments/plan.h, experiments/moments.h. */
#pragma once
#include "experiments/moments.h"

/* name, word, kind, may be adjusted by what the visitor bought before, is money. profit: see visitor_doings. */
#define METRIC_LIST(X)                                                  \
    X(REVENUE,     "revenue",     METRIC_KIND_MEAN,  true,  true)       \
    X(PROFIT,      "profit",      METRIC_KIND_MEAN,  true,  true)       \
    X(CONVERSION,  "conversion",  METRIC_KIND_SHARE, true,  false)      \
    X(ORDER_VALUE, "order_value", METRIC_KIND_RATIO, false, true)       \
    X(CLICK_RATE,  "click_rate",  METRIC_KIND_RATIO, false, false)
typedef enum {
#define X(name, word, kind, cuped, money) METRIC_##name,
    METRIC_LIST(X)
#undef X
    METRICS
} metric_id;

typedef struct { const char *word; metric_kind kind; bool cuped, is_money; } metric_row;
extern const metric_row all_metrics[METRICS];
/* METRICS when there is none of that word. */
metric_id metric_find(str word);

/* One visitor since he was first in the experiment. */
typedef struct {
    double shown, clicks;           /* answers; clicks on them */
    double orders, revenue;
    double discounted;              /* of the revenue: lines that followed an answer of this arm, which offered them at a discount */
    double discount_0_1;            /* of this arm */
    double margin_0_1;              /* of the shop: what is left of a price after the cost of the goods */
    double before;                  /* revenue of the 14 days before: what was known of him then, not what is known now. Who logs in to buy
                                     * becomes known by buying, and a covariate that knows it would take the effect away */
} visitor_doings;
/* Totals for moments_add(). profit = margin x revenue, less the discount: goods sold at (1 - d) of their price p cost (1 - margin) p,
 * so a line of value v = (1 - d) p leaves v (margin - d) / (1 - d). */
unit_totals metric_of_visitor(metric_id m, const visitor_doings *v);
