/* Requests of the simulator. */
#include "app/simulate_api.h"
#include <inttypes.h>
#include <string.h>
#include "base/limits.h"

enum { LOOK_MS = 20, SAID_BYTES = 300 };

static err_code call(ctx *c, simulate_api *a, simulated_store s, const char *method, const char *path, str body, http_answer *ret) {
    buf url, bearer;
    buf_init_in(&url, c->arena, LIMIT_URL_BYTES);
    buf_init_in(&bearer, c->arena, 1000);
    buf_printf(&url, "%.*s%s", STR_ARG(a->base), path);
    buf_printf(&bearer, "Bearer %.*s", STR_ARG(a->key[s]));
    if (buf_err(&url) || buf_err(&bearer)) return fail(c, ERR_NO_MEMORY, "ask the server");
    const http_field headers[] = { { STR("Authorization"), buf_view(&bearer) }, { STR("Content-Type"), STR("application/json") } };
    const http_call asked = { .method = str_of(method), .url = buf_view(&url), .headers = headers, .n_headers = COUNT(headers),
                              .body = body };
    return http_client_do(c, a->http, &asked, ret);
}

static err_code read_answer(ctx *c, const char *path, const http_answer *got, const json_value **ret_answer) {
    if (got->problem) return fail(c, ERR_INTERNAL, "the server did not answer %s: %s", path, got->detail);
    if (got->status < 200 || got->status > 299)
        return fail(c, ERR_INTERNAL, "the server answered %s with %d: %.*s", path, got->status, STR_ARG(str_clip(got->body, SAID_BYTES)));
    return json_parse(c, got->body, JSON_READ_STRICT, ret_answer);
}

static err_code send(ctx *c, simulate_api *a, simulated_store s, const char *path, str body, const json_value **ret_answer) {
    http_answer got;
    TRY(call(c, a, s, "POST", path, body, &got));
    return read_answer(c, path, &got, ret_answer);
}

err_code simulate_post(ctx *c, simulate_api *a, simulated_store s, const char *path, str body, const json_value **ret_answer) {
    a->requests++;
    return send(c, a, s, path, body, ret_answer);
}

static err_code get_json(ctx *c, simulate_api *a, simulated_store s, const char *path, const json_value **ret_answer) {
    http_answer got;
    TRY(call(c, a, s, "GET", path, (str){ 0 }, &got));
    return read_answer(c, path, &got, ret_answer);
}

err_code simulate_set_clock(ctx *c, simulate_api *a, int64_t now_ms) {
    const json_value *answer;
    arena_mark m = arena_save(c->arena);
    buf b;
    buf_init_in(&b, c->arena, 100);
    buf_printf(&b, "{\"now_ms\":%" PRId64 "}", now_ms);
    TRY(simulate_post(c, a, STORE_LEARNED, "/api/v1/clock", buf_view(&b), &answer));
    arena_restore(c->arena, m);
    return ERR_OK;
}

/* ---- waiting ---- */
/* Try until `tries` says it is so. */
typedef err_code is_so(ctx *c, simulate_api *a, const void *arg, bool *ret_so);

static err_code await(ctx *c, simulate_api *a, is_so *tries, const void *arg, int seconds, const char *what) {
    int64_t until_us = c->time->mono_us(c->time) + (int64_t)seconds * 1000000;
    for (;;) {
        arena_mark m = arena_save(c->arena);
        bool so = false;
        TRY(ctx_check(c));
        TRY(tries(c, a, arg, &so));
        arena_restore(c->arena, m);
        if (so) return ERR_OK;
        if (c->time->mono_us(c->time) > until_us) return fail(c, ERR_INTERNAL, "waited %d s in vain for %s", seconds, what);
        c->time->sleep_ms(c->time, LOOK_MS);
    }
}

static err_code is_ready(ctx *c, simulate_api *a, const void *arg, bool *ret_so) {
    http_answer got;
    (void)arg;                                              /* there is but one server */
    TRY(call(c, a, STORE_LEARNED, "GET", "/readyz", (str){ 0 }, &got));
    *ret_so = !got.problem && got.status == 200;
    for (simulated_store s = 0; s < STORES_SIMULATED && *ret_so; s++) {
        TRY(call(c, a, s, "GET", "/api/v1/jobs?limit=1", (str){ 0 }, &got));
        *ret_so = !got.problem && got.status == 200;
    }
    return ERR_OK;
}

err_code simulate_await_ready(ctx *c, simulate_api *a, int seconds) {
    return await(c, a, is_ready, NULL, seconds, "the server to be ready");
}

typedef struct { simulated_store store; int64_t since_ms; } training;

/* The newest training of a page of jobs; NULL when there is none. */
static const json_value *newest_training(const json_value *page) {
    const json_value *jobs = jr_get(page, "jobs");
    for (size_t i = 0; i < jr_count(jobs); i++)
        if (str_eq(jr_string(jr_get(jr_at(jobs, i), "kind")), STR("train"))) return jr_at(jobs, i);
    return NULL;
}

/* One that began before is no use: it did not see all. */
static err_code has_trained(ctx *c, simulate_api *a, const void *arg, bool *ret_so) {
    const training *t = arg;
    const json_value *page, *begun;
    int64_t started_ms = 0;
    TRY(get_json(c, a, t->store, "/api/v1/jobs?limit=50", &page));
    const json_value *j = newest_training(page);
    str state = jr_string(jr_get(j, "state"));
    (void)jr_i64(jr_get(j, "started_ms"), &started_ms);     /* 0: it waits */
    if (str_eq(state, STR("failed"))) return fail(c, ERR_INTERNAL, "the training failed: %.*s", STR_ARG(jr_string(jr_get(j, "error"))));
    *ret_so = str_eq(state, STR("done")) && started_ms >= t->since_ms;
    bool again = !j || (str_eq(state, STR("done")) && !*ret_so);
    return again ? send(c, a, t->store, "/api/v1/store/train", STR("{}"), &begun) : ERR_OK;
}

err_code simulate_train(ctx *c, simulate_api *a, simulated_store s, int64_t since_ms, int seconds) {
    const training t = { s, since_ms };
    return await(c, a, has_trained, &t, seconds, "a training to end");
}

/* ---- reports ---- */
err_code simulate_get_report(ctx *c, simulate_api *a, uint32_t first_day, uint32_t last_day, const json_value **ret_total) {
    char from[21], to[21];
    const json_value *report;
    buf path;
    buf_init_in(&path, c->arena, 200);
    time_format(simulated_ms(first_day, 0, 0), from), time_format(simulated_ms(last_day, 0, 0), to);
    buf_printf(&path, "/api/v1/reports/caused?from=%.10s&to=%.10s", from, to);
    if (buf_err(&path)) return fail(c, ERR_NO_MEMORY, "ask for a report");
    TRY(get_json(c, a, STORE_LEARNED, path.p, &report));
    *ret_total = jr_get(report, "total");
    return ERR_OK;
}

/* ---- recommendations ---- */
const placement *simulate_place(sim_page_kind kind) {
    static const char *const places[] = { [SIM_HOME] = "home", [SIM_PRODUCT] = "product", [SIM_CART] = "cart" };      /* others: none */
    return places[kind] ? placement_find(str_of(places[kind])) : NULL;
}

static void write_question(const sim_moment *m, simulated_store s, bool has_account, size_t n, buf *b) {
    const sim_page *page = &m->v->pages[m->page];
    uint32_t cart[SIM_BASKET_MOST];
    size_t n_cart = sim_cart_at(m->v, m->page, cart);
    char id[16];
    buf_printf(b, "{\"placement\":\"%s\",\"n\":%zu", simulate_place(page->kind)->name, n);
    if (page->kind == SIM_PRODUCT) simulated_product_id(page->about, id), buf_printf(b, ",\"product_id\":\"%s\"", id);
    buf_text(b, ",\"cart\":[");
    for (size_t i = 0; i < n_cart; i++) simulated_product_id(cart[i], id), buf_printf(b, "%s\"%s\"", i ? "," : "", id);
    buf_char(b, ']');
    if (s == STORE_LEARNED) buf_printf(b, ",\"visitor_id\":\"v%" PRIu64 "\"", m->v->visitor.number);
    if (s == STORE_LEARNED && has_account) buf_printf(b, ",\"customer_id\":\"c%" PRIu64 "\"", m->v->visitor.number);
    buf_char(b, '}');
}

static err_code read_list(ctx *c, const sim_world *w, const json_value *answer, simulated_answer *x) {
    const json_value *items = jr_get(answer, "items");
    str rec_id = jr_string(jr_get(answer, "rec_id"));
    if (!rec_id.n || rec_id.n >= sizeof x->rec_id) return fail(c, ERR_INTERNAL, "an answer has no rec_id");
    memcpy(x->rec_id, rec_id.p, rec_id.n);
    x->held_out = jr_bool(jr_get(answer, "held_out"), false);
    for (size_t i = 0; i < jr_count(items) && x->n < SIM_SHOWN_MOST; i++)
        if (!simulated_product_of(w, jr_string(jr_get(jr_at(items, i), "product_id")), &x->list[x->n++]))
            return fail(c, ERR_INTERNAL, "an answer holds a product that is none of the shop's");
    return ERR_OK;
}

err_code simulate_ask(ctx *c, simulate_api *a, simulated_store s, const sim_moment *m, bool has_account, size_t n, simulated_answer *ret) {
    const json_value *answer;
    arena_mark before = arena_save(c->arena);
    simulated_answer x = { .n = 0 };
    buf b;
    buf_init_in(&b, c->arena, 2000);
    write_question(m, s, has_account, n, &b);
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "ask for a list");
    TRY(simulate_post(c, a, s, "/api/v1/recommendations", buf_view(&b), &answer));
    TRY(read_list(c, m->w, answer, &x));
    arena_restore(c->arena, before);
    *ret = x;
    return ERR_OK;
}
