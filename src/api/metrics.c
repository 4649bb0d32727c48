/* Request counters and latency histogram. It does NOT know shops: system.c adds their gauges. */
#include "api/metrics.h"

/* upper bounds in microseconds: a recommendation takes tens of them, a webhook thousands */
static const int64_t bounds_us[METRIC_BUCKETS - 1] = { 50, 100, 200, 300, 500, 1000, 2000, 5000, 10000, 50000, 200000, 1000000 };

static size_t bucket_of(int64_t us) {
    size_t i = 0;
    while (i < METRIC_BUCKETS - 1 && us > bounds_us[i]) i++;
    return i;
}

static void add(atomic_uint_fast64_t *counter, uint64_t n) { atomic_fetch_add_explicit(counter, n, memory_order_relaxed); }
static uint64_t read_counter(const atomic_uint_fast64_t *counter) { return atomic_load_explicit(counter, memory_order_relaxed); }

void metrics_add(api_metrics *m, size_t route, int status, int64_t elapsed_us, size_t bytes) {
    route_metrics *r = &m->routes[route < METRIC_ROUTES ? route : METRIC_ROUTES - 1];
    int class = status / 100;
    add(&r->answers[class > 0 && class < METRIC_CLASSES ? class : 0], 1);
    add(&r->buckets[bucket_of(elapsed_us)], 1);
    add(&r->total_us, elapsed_us > 0 ? (uint64_t)elapsed_us : 0);
    add(&r->bytes, bytes);
}

static uint64_t all_answers(const route_metrics *r) {
    uint64_t n = 0;
    for (int k = 0; k < METRIC_CLASSES; k++) n += read_counter(&r->answers[k]);
    return n;
}

static void write_answers(buf *out, const route_metrics *r, const char *name) {
    for (int k = 0; k < METRIC_CLASSES; k++) {
        uint64_t n = read_counter(&r->answers[k]);
        if (n) buf_printf(out, "vitrine_http_requests_total{route=\"%s\",status=\"%dxx\"} %llu\n", name, k, (unsigned long long)n);
    }
}

static void write_latency(buf *out, const route_metrics *r, const char *name) {
    uint64_t sum = 0;
    for (int k = 0; k < METRIC_BUCKETS; k++) {
        sum += read_counter(&r->buckets[k]);
        buf_printf(out, "vitrine_http_request_seconds_bucket{route=\"%s\",le=\"", name);
        if (k < METRIC_BUCKETS - 1) buf_double(out, (double)bounds_us[k] / 1e6);
        else buf_text(out, "+Inf");
        buf_printf(out, "\"} %llu\n", (unsigned long long)sum);
    }
    buf_printf(out, "vitrine_http_request_seconds_sum{route=\"%s\"} ", name);
    buf_double(out, (double)read_counter(&r->total_us) / 1e6);
    buf_printf(out, "\nvitrine_http_request_seconds_count{route=\"%s\"} %llu\n", name, (unsigned long long)sum);
}

void metrics_write(const api_metrics *m, buf *out, size_t n_routes, const char *(*name_of)(size_t route)) {
    buf_text(out, "# HELP vitrine_http_requests_total Answers by route and class of status.\n# TYPE vitrine_http_requests_total counter\n");
    for (size_t i = 0; i < METRIC_ROUTES; i++)
        if (all_answers(&m->routes[i])) write_answers(out, &m->routes[i], i < n_routes ? name_of(i) : "none");
    buf_text(out, "# HELP vitrine_http_request_seconds Time from complete headers to the last byte sent.\n"
                  "# TYPE vitrine_http_request_seconds histogram\n");
    for (size_t i = 0; i < METRIC_ROUTES; i++)
        if (all_answers(&m->routes[i])) write_latency(out, &m->routes[i], i < n_routes ? name_of(i) : "none");
}
