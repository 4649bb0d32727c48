/* From what decide/ tells of an answer to a row. */
#include "api/answer_log.h"

void answer_log(api_call *call, str visitor_id, const recommend_trace *t) {
    if (!call->a->o.exposures) return;
    const exposure row = {
        .store_id = call->store_id, .rec_id = str_of(t->rec_id), .time_ms = ctx_now_ms(call->c), .visitor_id = visitor_id,
        .placement = str_of(t->placement), .product_id = t->product_id, .arms = t->terms.arms,
        .held_out = t->terms.held_out, .strategy = t->strategy, .model_version = t->model_version,
        .items = t->items,
    };
    exposure_log_put(call->a->o.exposures, &row);
}

void answer_log_metrics(api *a, buf *b) {
    if (!a->o.exposures) return;
    exposure_counts n = exposure_log_get_counts(a->o.exposures);
    const struct { const char *outcome; uint64_t n; } rows[] = {
        { "written", n.written }, { "left_out", n.left_out }, { "failed", n.failed },
    };
    buf_text(b, "# HELP vitrine_exposures_total Answers logged, by outcome.\n# TYPE vitrine_exposures_total counter\n");
    for (size_t i = 0; i < COUNT(rows); i++)
        buf_printf(b, "vitrine_exposures_total{outcome=\"%s\"} %llu\n", rows[i].outcome, (unsigned long long)rows[i].n);
}
