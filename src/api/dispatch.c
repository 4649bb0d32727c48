/* From headers to handler to answer: routing, keys, origins, allowances, errors. It does NOT know what any route does. */
#include "api/api_int.h"
#include "base/parse.h"

/* ---- answers ---- */
json_out api_json(api_call *call) {
    call->out->status = 200;
    call->out->content_type = "application/json; charset=utf-8";
    json_out w;
    jw_init(&w, &call->out->body);
    return w;
}

err_code api_json_done(api_call *call, json_out *w) {
    err_code e = buf_err(w->b);
    return e ? fail(call->c, e, "the answer of %s does not fit into its memory", call->route->path) : ERR_OK;
}

/* Fill `out` with the public form of the error in c->error. */
static void fill_error(ctx *c, err_code e, http_response *out, bool told) {
    bool caller_may_read = (told || err_http(e) < 500) && c->error.code == e && c->error.text[0];
    buf_reset(&out->body);
    out->static_body = (str){ 0 };
    out->status = err_http(e);
    out->content_type = "application/json; charset=utf-8";
    char trace[17];
    snprintf(trace, sizeof trace, "%016llx", (unsigned long long)c->trace);
    json_out w;
    jw_init(&w, &out->body);
    jw_object(&w);
    jw_key(&w, "error");
    jw_object(&w);
    jw_member_text(&w, "code", err_name(e));
    jw_member_text(&w, "message", caller_may_read ? c->error.text : err_text(e));
    if (caller_may_read && c->error.field[0]) jw_member_text(&w, "field", c->error.field);
    jw_member_text(&w, "trace", trace);
    jw_end_object(&w);
    jw_end_object(&w);
    if (e == ERR_RATE_LIMITED || e == ERR_BUSY || e == ERR_NOT_READY) http_add_header(out, "Retry-After", STR("1"));
}

void api_fail(api_call *call, err_code e) {
    if (err_http(e) >= 500 && e != ERR_BUSY && !call->told)
        log_line(call->a->o.log, LOG_ERROR, "api.failed", "route=%s code=%s trace=%016llx why=\"%s\"", call->route->path, err_name(e),
                 (unsigned long long)call->c->trace, call->c->error.text);
    fill_error(call->c, e, call->out, call->told);
}

err_code api_pin_shop(api_call *call, const serving **ret_shop) {
    serving_registry *r = call->a->o.serving;
    *ret_shop = serving_pin(r, call->store_id);
    if (*ret_shop || !call->d) return *ret_shop ? ERR_OK : fail(call->c, ERR_NOT_READY, "the store is being read");
    TRY(serving_load(call->c, r, call->d, call->store_id));
    *ret_shop = serving_pin(r, call->store_id);
    return *ret_shop ? ERR_OK : fail(call->c, ERR_NOT_READY, "the store is being read");
}

/* ---- reading ---- */
err_code api_read_body(api_call *call, void *into) {
    const json_value *body;
    if (!call->r->body.n) return param_read_json(call->c, NULL, call->route->input, call->route->n_input, into);
    TRY(json_parse(call->c, call->r->body, JSON_READ_STRICT, &body));
    if (!jr_is_object(body)) return fail(call->c, ERR_INVALID, "the body must be a JSON object");
    return param_read_json(call->c, body, call->route->input, call->route->n_input, into);
}

/* The key may stand in the query; it is not a parameter of any route. */
static str without_key(arena *a, str raw) {
    if (str_find(raw, STR("key=")) == SIZE_MAX) return raw;
    buf kept;
    buf_init_in(&kept, a, LIMIT_TARGET_BYTES);
    while (raw.n) {
        str pair = str_cut(&raw, '&');
        if (str_starts(pair, STR("key=")) || !pair.n) continue;
        if (kept.n) buf_char(&kept, '&');
        buf_str(&kept, pair);
    }
    return buf_view(&kept);
}

err_code api_read_query(api_call *call, const param *table, size_t n, void *into) {
    return param_read_query(call->c, without_key(call->c->arena, call->r->query), table, n, into);
}

/* ---- who asks ---- */
static str key_of(const http_request *r, bool *ret_in_address) {
    str header = http_header(r, "Authorization");
    *ret_in_address = false;
    if (header.n > 7 && str_eq_nocase(str_sub(header, 0, 7), STR("Bearer "))) return str_trim(str_sub(header, 7, header.n));
    header = http_header(r, "X-Vitrine-Key");
    if (header.n) return header;
    *ret_in_address = true;
    return http_query(r, "key");
}

static void allow_origin(http_response *out, str origin) {
    http_add_header(out, "Access-Control-Allow-Origin", origin);
    http_add_header(out, "Vary", STR("Origin"));
}

/* A browser says where its page comes from; a public key works only on the pages it was made for. */
static err_code check_origin(api_call *call, const key_facts *key) {
    str origin = http_header(call->r, "Origin");
    if (!origin.n || key->kind != KEY_PUBLIC) return ERR_OK;
    if (!key_allows_origin(key, origin))
        return fail(call->c, ERR_FORBIDDEN, "pages of '%.*s' may not use this public key. Allow it: vitrine stores origins STORE %.*s",
                    STR_ARG(str_clip(origin, 100)), STR_ARG(str_clip(origin, 100)));
    allow_origin(call->out, origin);
    return ERR_OK;
}

/* Browsers say where a form stood; who says nothing is no browser of today. By the cookie alone any site's page could press our
 * buttons. */
static err_code check_same_site(api_call *call) {
    str origin = http_header(call->r, "Origin"), host = http_header(call->r, "Host");
    bool same = !origin.n && str_eq(http_header(call->r, "Sec-Fetch-Site"), STR("same-origin"));
    for (size_t start = 7; start <= 8; start++)             /* http://, https:// */
        same |= origin.n > start && host.n && str_ends(str_sub(origin, 0, start), STR("://")) &&
                str_eq_nocase(str_sub(origin, start, origin.n), host);
    return same ? ERR_OK : fail(call->c, ERR_FORBIDDEN, "this form is taken from pages of this server only");
}

static err_code check_key(api_call *call) {
    access_kind access = call->route->access;
    if (access == ACCESS_FORM) return check_same_site(call);
    if (access == ACCESS_OPEN || access == ACCESS_SIGNED) return ERR_OK;
    bool in_address = false;
    str text = key_of(call->r, &in_address);
    if (!text.n) return fail(call->c, ERR_UNAUTHORIZED, "%s", err_text(ERR_UNAUTHORIZED));
    key_facts key;
    if (!key_check(call->a->o.keys, call->c->arena, text, &key))
        return api_rate_take(call->a, api_visitor_address(call->r), call->a->o.public_rate)
                   ? fail(call->c, ERR_UNAUTHORIZED, "this key is not known here. 'vitrine stores keys STORE' lists those of a store")
                   : fail(call->c, ERR_RATE_LIMITED, "%s", err_text(ERR_RATE_LIMITED));
    if (in_address && key.kind == KEY_SECRET)               /* addresses end in logs, histories and Referer headers */
        return fail(call->c, ERR_FORBIDDEN, "a secret key is not taken from an address: send it as 'Authorization: Bearer KEY', and make a "
                    "new one where this address may have been seen: vitrine stores keys STORE rotate secret");
    if (access != ACCESS_PUBLIC && key.kind != KEY_SECRET)
        return fail(call->c, ERR_FORBIDDEN, "this needs the store's secret key; the public key only reads recommendations");
    call->store_id = key.store_id;
    call->key = key.kind;
    TRY(check_origin(call, &key));
    if (key.kind == KEY_PUBLIC && !api_rate_take(call->a, api_visitor_address(call->r), call->a->o.public_rate))
        return fail(call->c, ERR_RATE_LIMITED, "%s", err_text(ERR_RATE_LIMITED));
    return ERR_OK;
}

static err_code check_content_type(api_call *call) {
    if (!call->route->max_body || call->route->access == ACCESS_SIGNED) return ERR_OK;
    str type = http_header(call->r, "Content-Type"), plain = str_trim(str_cut(&type, ';'));
    if (call->route->access == ACCESS_FORM)
        return str_eq_nocase(plain, STR("application/x-www-form-urlencoded"))
                   ? ERR_OK : fail(call->c, ERR_UNSUPPORTED, "a form is sent as application/x-www-form-urlencoded");
    /* no type at all comes from curl -d with an empty header and from sendBeacon with text/plain to avoid a preflight */
    if (!plain.n || str_eq_nocase(plain, STR("application/json")) || str_eq_nocase(plain, STR("text/plain"))) return ERR_OK;
    return fail(call->c, ERR_UNSUPPORTED, "%s", err_text(ERR_UNSUPPORTED));
}

static err_code admit(api_call *call) {
    bool known_path = false;
    call->route = route_find(call->r->method, call->r->path, &call->path_value, &known_path);
    if (call->route && call->route->access == ACCESS_CLOCK && !call->a->o.move_clock) call->route = NULL;
    if (!call->route)
        return known_path ? fail(call->c, ERR_METHOD, "%s", err_text(ERR_METHOD))
                          : fail(call->c, ERR_NOT_FOUND, "there is nothing at this address; /docs lists what there is");
    TRY(check_key(call));
    return check_content_type(call);
}

/* ---- the server's callbacks ---- */
static void answer_preflight(api_call *call, http_decision *decision) {
    decision->refuse = true;                                /* nothing is refused: the answer is complete */
    call->out->status = 204;
    call->out->content_type = "text/plain";
    allow_origin(call->out, http_header(call->r, "Origin"));
    http_add_header(call->out, "Access-Control-Allow-Methods", route_methods(call->c->arena, call->r->path));
    http_add_header(call->out, "Access-Control-Allow-Headers", STR("Authorization, Content-Type, X-Vitrine-Key"));
    http_add_header(call->out, "Access-Control-Max-Age", STR("86400"));
}

/* A shop that nobody asked for since the start is read by a worker first. */
static bool must_load(const api_call *call) {
    if (call->route->waits || !call->store_id) return false;
    AUTO_SERVING s = serving_pin(call->a->o.serving, call->store_id);
    return !s;
}

/* Reading it takes so long that a loop would hold up others. */
static bool is_large(const api_call *call) {
    uint64_t n = 0;
    if (call->route->max_body <= LIMIT_LOOP_BODY_BYTES) return false;
    return parse_u64(http_header(call->r, "Content-Length"), &n) && n > LIMIT_LOOP_BODY_BYTES;
}

static void on_headers(void *app, http_request *r, http_decision *decision, http_response *response) {
    api_call *call = arena_new(r->c->arena, api_call, 1);
    if (!call) {
        decision->refuse = true;
        fill_error(r->c, ERR_NO_MEMORY, response, false);
        return;
    }
    *call = (api_call){ .c = r->c, .a = app, .r = r, .out = response };
    r->app_data = call;
    if (str_eq(r->method, STR("OPTIONS")) && http_header(r, "Origin").n) {
        answer_preflight(call, decision);
        return;
    }
    err_code e = admit(call);
    if (e) {
        decision->refuse = true;
        fill_error(r->c, e, response, false);
        return;
    }
    decision->max_body = call->route->max_body;
    decision->waits = call->route->waits || is_large(call) || must_load(call);
}

static void on_body(void *app, void *worker_state, http_request *r, http_response *response) {
    (void)app;                                              /* the call knows it */
    api_call *call = r->app_data;
    call->out = response;
    call->d = worker_state;
    err_code e = ERR_OK;
    if (call->route->waits && !call->d) e = fail(call->c, ERR_STORAGE, "this worker has no database connection");
    if (!e) e = call->route->run(call);
    if (e) api_fail(call, e);           /* without an error nothing is touched: another thread may have answered by now */
}

static void on_problem(void *app, http_request *r, err_code e, http_response *response) {
    (void)app;                                              /* the form of an error is the same for every api */
    fill_error(r->c, e, response, false);
}

static void on_finished(void *app, const http_request *r, int status, size_t bytes, int64_t elapsed_us) {
    api *a = app;
    const api_call *call = r->app_data;
    size_t row = call && call->route ? (size_t)(call->route - api_routes) : METRIC_ROUTES - 1;
    metrics_add(&a->metrics, row, status, elapsed_us, bytes);
}

http_app api_http_app(api *a) {
    return (http_app){ .app = a, .accept = on_headers, .handle = on_body, .problem = on_problem, .finished = on_finished };
}

/* ---- workers ---- */
static void *open_connection(void *app) {
    api *a = app;
    AUTO_ARENA scratch;
    arena_init(&scratch, MIB);
    ctx c;
    ctx_init(&c, &scratch);
    db *d = NULL;
    if (storage_open(&c, &a->o.database, &d)) log_line(a->o.log, LOG_ERROR, "api.worker", "why=\"%s\"", c.error.text);
    return d;
}

static void close_connection(void *state) { storage_close(state); }

void api_worker_hooks(api *a, workers_options *w) {
    w->start = open_connection;
    w->stop = close_connection;
    w->app = a;
}

/* ---- life ---- */
static err_code copy_options(ctx *c, api *a, const api_options *o) {
    a->o = *o;
    a->o.database.url = str_dup(&a->home, o->database.url);
    a->o.demo_key = str_dup(&a->home, o->demo_key);
    if (!a->o.public_rate) a->o.public_rate = 50;
    AUTO_BUF text;
    buf_init(&text, 4 * MIB);
    api_describe(&text);
    TRY(buf_err(&text));
    a->description = str_dup(&a->home, buf_view(&text));
    return a->description.p && a->o.database.url.p ? api_rate_start(c, a) : fail(c, ERR_NO_MEMORY, "start the API");
}

err_code api_new(ctx *c, const api_options *o, api **ret_api) {
    arena home;
    arena_init(&home, 64 * MIB);
    api *a = arena_new(&home, api, 1);
    if (!a) return fail(c, ERR_NO_MEMORY, "start the API");
    a->home = home;
    err_code e = copy_options(c, a, o);
    if (e) {
        api_free(a);
        return e;
    }
    *ret_api = a;
    return ERR_OK;
}

void api_free(api *a) {
    if (!a) return;
    arena home = a->home;                                   /* `a` lives in it */
    arena_done(&home);
}

void api_set_ready(api *a, bool ready) { atomic_store(&a->ready, ready); }
