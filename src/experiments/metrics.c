/* The metrics; see metrics.h. It does NOT read rows: jobs/outcomes.c does. */
#include "experiments/metrics.h"

const metric_row all_metrics[METRICS] = {
#define X(name, word, kind, cuped, money) [METRIC_##name] = { word, kind, cuped, money },
    METRIC_LIST(X)
#undef X
};

metric_id metric_find(str word) {
    size_t m = 0;
    while (m < METRICS && !str_eq(word, str_of(all_metrics[m].word))) m++;
    return (metric_id)m;
}

static double profit(const visitor_doings *v) {
    double d = v->discount_0_1;
    return v->margin_0_1 * (v->revenue - v->discounted) + v->discounted * (v->margin_0_1 - d) / (1 - d);
}

unit_totals metric_of_visitor(metric_id m, const visitor_doings *v) {
    switch (m) {
    case METRIC_REVENUE: return (unit_totals){ .y = v->revenue, .x = v->before };
    case METRIC_PROFIT: return (unit_totals){ .y = profit(v), .x = v->before };
    case METRIC_CONVERSION: return (unit_totals){ .y = v->orders > 0, .x = v->before > 0 };
    case METRIC_ORDER_VALUE: return (unit_totals){ .y = v->revenue, .d = v->orders };
    case METRIC_CLICK_RATE: return (unit_totals){ .y = v->clicks, .d = v->shown };
    case METRICS: break;
    }
    return (unit_totals){ 0 };
}
