/* Who may ask how often, and who sits at this machine. Allowances are GCRA: one 64-bit "theoretical arrival time" per slot.
 * Source: ITU-T I.371 (generic cell rate algorithm). Two addresses may share a slot; then they share an allowance. */
#include "api/api_int.h"
#include "base/map.h"
#include "net/url.h"

enum { RATE_SLOTS = 1 << 14, BURST_SECONDS = 4, TRIES_AN_HOUR = 10 };

err_code api_rate_start(ctx *c, api *a) {
    a->rate = arena_new(&a->home, atomic_uint_fast64_t, RATE_SLOTS);
    a->tries = arena_new(&a->home, atomic_uint_fast64_t, RATE_SLOTS);
    return a->rate && a->tries ? ERR_OK : fail(c, ERR_NO_MEMORY, "start the rate limiter");
}

/* One of every `step_us`, and `burst_us` of them at once. */
static bool take(api *a, atomic_uint_fast64_t *slots, str peer, uint64_t step_us, uint64_t burst_us) {
    uint64_t now = (uint64_t)a->o.time->mono_us(a->o.time);
    atomic_uint_fast64_t *slot = &slots[hash_str(peer) & (RATE_SLOTS - 1)];
    uint64_t due = atomic_load_explicit(slot, memory_order_relaxed), next;
    do {
        uint64_t from = due > now ? due : now;
        if (from - now > burst_us) return false;
        next = from + step_us;
    } while (!atomic_compare_exchange_weak_explicit(slot, &due, next, memory_order_relaxed, memory_order_relaxed));
    return true;
}

bool api_rate_take(api *a, str peer, int per_second) {
    return take(a, a->rate, peer, 1000000u / (uint64_t)per_second, (uint64_t)BURST_SECONDS * 1000000u);
}

bool api_try_take(api *a, str peer) {
    const uint64_t step_us = (uint64_t)MS_PER_HOUR * 1000 / TRIES_AN_HOUR;
    return take(a, a->tries, peer, step_us, (TRIES_AN_HOUR - 1) * step_us);
}

static bool is_loopback(str address) {
    return str_starts(address, STR("127.")) || str_eq(address, STR("::1")) || str_starts(address, STR("::ffff:127."));
}

/* Networks nobody outside can send from: a proxy sits there, or a machine of our own. */
static bool is_private(str address) {
    static const char *const starts[] = { "10.", "192.168.", "172.16.", "172.17.", "172.18.", "172.19.", "172.20.", "172.21.", "172.22.",
                                          "172.23.", "172.24.", "172.25.", "172.26.", "172.27.", "172.28.", "172.29.", "172.30.",
                                          "172.31.", "fd", "fc" };
    if (str_starts(address, STR("::ffff:"))) address = str_sub(address, 7, address.n);
    for (size_t i = 0; i < COUNT(starts); i++)
        if (str_starts(address, str_of(starts[i]))) return true;
    return is_loopback(address);
}

str api_visitor_address(const http_request *r) {
    str list = http_header(r, "X-Forwarded-For"), last = { 0 };
    if (!list.n || !is_private(r->peer)) return r->peer;
    while (list.p) last = str_trim(str_cut(&list, ','));        /* the last one is what our own proxy saw */
    return last.n ? last : r->peer;
}

str api_own_address(const http_request *r) {
    str host = http_header(r, "Host"), scheme = is_private(r->peer) ? http_header(r, "X-Forwarded-Proto") : (str){ 0 };
    url_parts parts;
    buf b;
    buf_init_in(&b, r->c->arena, LIMIT_URL_BYTES);
    buf_text(&b, str_eq_nocase(scheme, STR("https")) ? "https://" : "http://");
    buf_str(&b, host);
    return !host.n || buf_err(&b) || url_parse(r->c, buf_view(&b), &parts) ? (str){ 0 } : buf_view(&b);
}

/* Host without its port: "localhost:8080" -> "localhost", "[::1]:8080" -> "[::1]". */
static str host_name(str host) {
    if (str_starts(host, STR("["))) return str_cut(&host, ']');
    return str_cut(&host, ':');
}

bool api_is_local(const http_request *r) {
    str host = host_name(http_header(r, "Host"));
    /* a page of a stranger that points its own name at 127.0.0.1 (DNS rebinding) sends its own name as Host */
    bool host_is_ours = str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("[::1"));
    bool proxied = http_header(r, "X-Forwarded-For").n || http_header(r, "Forwarded").n || http_header(r, "Via").n;
    return is_loopback(r->peer) && host_is_ours && !proxied;
}
