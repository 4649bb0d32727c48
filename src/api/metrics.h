/* Counters of the HTTP side as Prometheus reads them. Lock-free; any thread adds, one reader writes the text. */
#pragma once
#include <stdatomic.h>
#include "base/buf.h"

enum { METRIC_ROUTES = 128, METRIC_CLASSES = 6, METRIC_BUCKETS = 13 };

typedef struct {
    atomic_uint_fast64_t answers[METRIC_CLASSES];   /* by status / 100 */
    atomic_uint_fast64_t buckets[METRIC_BUCKETS];   /* by latency; the last one is +Inf */
    atomic_uint_fast64_t total_us, bytes;
} route_metrics;

typedef struct { route_metrics routes[METRIC_ROUTES]; } api_metrics;    /* the last row: requests without a route */

void metrics_add(api_metrics *m, size_t route, int status, int64_t elapsed_us, size_t bytes);
/* Prometheus text of all routes; `name_of` gives the label of a route. */
void metrics_write(const api_metrics *m, buf *out, size_t n_routes, const char *(*name_of)(size_t route));
