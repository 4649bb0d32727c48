/* Events of visitors: read, handed to the intake, answered from its callback. What a body means is event_body.c's business. */
#include "api/events.h"
#include "api/widget.h"
#include <inttypes.h>
#include <string.h>
#include "base/parse.h"
#include "events/user_agent.h"

typedef struct { api_call *call; event_list list; event_batch batch; } track_work;

/* ---- answers ---- */
static void write_rejected(json_out *w, const event_list *l) {
    jw_key(w, "rejected");
    jw_array(w);
    for (size_t i = 0; i < l->n_rejected; i++) {
        const rejected_event *x = &l->rejected[i];
        jw_object(w);
        jw_member_i64(w, "index", (int64_t)x->index);
        jw_member_text(w, "code", err_name(x->code));
        if (x->field.n) jw_member_str(w, "field", x->field);
        jw_member_str(w, "message", x->message);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static err_code write_answer(track_work *t) {
    json_out w = api_json(t->call);
    jw_object(&w);
    jw_member_i64(&w, "accepted", (int64_t)t->batch.accepted);
    jw_member_i64(&w, "repeated", (int64_t)t->batch.repeated);
    write_rejected(&w, &t->list);
    jw_end_object(&w);
    return api_json_done(t->call, &w);
}

/* No event of the list was good: an error, with all of their reasons. */
static err_code write_refusal(track_work *t) {
    const rejected_event *first = &t->list.rejected[0];
    char trace[17];
    snprintf(trace, sizeof trace, "%016llx", (unsigned long long)t->call->c->trace);
    json_out w = api_json(t->call);
    t->call->out->status = err_http(first->code);
    jw_object(&w);
    jw_key(&w, "error");
    jw_object(&w);
    jw_member_text(&w, "code", err_name(first->code));
    jw_member_str(&w, "message", first->message);
    if (first->field.n) jw_member_str(&w, "field", first->field);
    jw_member_text(&w, "trace", trace);
    jw_end_object(&w);
    jw_member_i64(&w, "accepted", 0);
    jw_member_i64(&w, "repeated", 0);
    write_rejected(&w, &t->list);
    jw_end_object(&w);
    return api_json_done(t->call, &w);
}

/* On the committer's thread. The committer's ctx knows why; the request's tells it. */
static void answer_batch(ctx *c, err_code e, event_batch *b) {
    track_work *t = b->arg;
    api_call *call = t->call;
    if (e) e = fail_field(call->c, e, c->error.field, "%s", c->error.text);
    else e = write_answer(t);
    if (e) api_fail(call, e);
    http_answer_now(call->r);
}

/* ---- requests ---- */
static void count_rejected(api *a, size_t n) { atomic_fetch_add_explicit(&a->events_rejected, n, memory_order_relaxed); }

/* A shop's server sends for its visitors: what it calls itself says nothing of them. */
static void read_agent(const api_call *call, event_context *x) {
    if (call->key != KEY_PUBLIC) return;
    str header = http_header(call->r, "User-Agent");
    x->device = header.n ? user_agent_device(header) : (str){ 0 };
    x->robot = str_eq(x->device, STR("robot"));
}

event_context events_context(const api_call *call, const serving *s, consent_level *ret_otherwise) {
    serving_facts f;
    serving_get_facts(s, &f);
    event_context x = { .store_id = call->store_id, .received_ms = ctx_now_ms(call->c), .currency = str_dup(call->c->arena, f.currency),
                        .digits = f.digits, .shop = s, .trusted = call->key == KEY_SECRET };
    if (!consent_find(f.consent_default, ret_otherwise) || *ret_otherwise == CONSENT_UNTOLD) *ret_otherwise = CONSENT_ALL;
    read_agent(call, &x);
    return x;
}

static err_code take_batch(api_call *call, const event_context *x, consent_level otherwise, track_work *t) {
    if (!call->a->o.events) return fail(call->c, ERR_NOT_READY, "events are not taken in here");
    count_rejected(call->a, t->list.n_rejected);
    if (!t->list.n && t->list.n_rejected) return write_refusal(t);
    if (!t->list.n) return write_answer(t);
    t->batch = (event_batch){ .store_id = call->store_id, .received_ms = x->received_ms, .otherwise = otherwise, .events = t->list.events,
                              .n = t->list.n, .done = answer_batch, .arg = t };
    http_answer_later(call->r);
    if (!intake_give(call->a->o.events, &t->batch)) return ERR_OK;     /* from here on the request is the committer's */
    api_fail(call, fail(call->c, ERR_BUSY, "%s", err_text(ERR_BUSY)));
    http_answer_now(call->r);
    return ERR_OK;
}

static err_code start(api_call *call, const serving **s, track_work **ret_work) {
    TRY(api_pin_shop(call, s));
    track_work *t = arena_new(call->c->arena, track_work, 1);
    if (!t) return fail(call->c, ERR_NO_MEMORY, "read the events");
    t->call = call;
    *ret_work = t;
    return ERR_OK;
}

err_code events_track(api_call *call) {
    AUTO_SERVING s = NULL;
    track_work *t;
    consent_level otherwise;
    bool preview = false;
    TRY(widget_preview_asked(call, http_query(call->r, "preview_token"), &preview));
    TRY(start(call, &s, &t));
    if (preview) return write_answer(t);                    /* an owner looking at a draft is no visitor */
    event_context x = events_context(call, s, &otherwise);
    err_code e = event_body_read(call->c, call->r->body, &x, &t->list);
    if (e) {
        count_rejected(call->a, 1);
        return e;
    }
    return take_batch(call, &x, otherwise, t);
}

static err_code check_store(api_call *call, str told) {
    int64_t wanted;
    if (!told.n || (parse_i64(told, &wanted) && wanted == call->store_id)) return ERR_OK;
    return fail_field(call->c, ERR_FORBIDDEN, "store_id", "this key belongs to store %lld", (long long)call->store_id);
}

err_code conversion_post(api_call *call) {
    AUTO_SERVING s = NULL;
    track_work *t;
    consent_level otherwise;
    str told_store;
    TRY(start(call, &s, &t));
    event_context x = events_context(call, s, &otherwise);
    TRY(conversion_body_read(call->c, call->r->body, &x, &told_store, &t->list));
    TRY(check_store(call, told_store));
    if (!t->list.n) t->batch.accepted = 1;                  /* nothing was bought: heard, and nothing to keep */
    return take_batch(call, &x, otherwise, t);
}

/* ---- what answers need to know at once ---- */
typedef struct { str_list list; str ids[LIMIT_EVENT_ITEMS]; } bought_items;

static void read_bought(ctx *c, const visitor_event *e, bought_items *to) {
    const json_value *items = NULL;
    to->list = (str_list){ to->ids, 0 };
    if (e->row.items.n && json_parse(c, e->row.items, JSON_READ_STRICT, &items)) return;    /* we wrote it: it can be read */
    for (size_t i = 0; i < jr_count(items) && i < COUNT(to->ids); i++) to->ids[to->list.n++] = jr_string(jr_at(jr_at(items, i), 0));
    if (!items && e->row.product_id.n) to->ids[to->list.n++] = e->row.product_id;
}

/* What was just bought is not shown again: the order itself may come by webhook minutes later. */
static void tell_bought(ctx *c, void *arg, const visitor_event *const *events, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const visitor_event *e = events[i];
        if (e->kind != EVENT_PURCHASE || e->row.robot || e->consent != CONSENT_ALL) continue;
        arena_mark before = arena_save(c->arena);
        bought_items bought;
        read_bought(c, e, &bought);
        serving_order_placed(arg, e->row.store_id, e->customer_id, e->row.visitor_id, bought.list, e->row.time_ms);
        arena_restore(c->arena, before);
    }
}

event_taker api_purchase_taker(serving_registry *r) { return (event_taker){ .name = "purchases", .taken = tell_bought, .arg = r }; }

/* ---- metrics ---- */
static void write_metric(buf *b, const char *name, const char *kind, const char *help, uint64_t value) {
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, kind, name, value);
}

static void names_metrics(const api *a, buf *out) {
    known_names_facts f = { 0 };
    if (a->o.names) known_names_get_facts(a->o.names, &f);
    write_metric(out, "vitrine_names_known", "gauge", "Browsers and accounts known to be somebody else's too.", f.names);
    write_metric(out, "vitrine_names_bytes", "gauge", "Memory they take.", f.bytes);
    write_metric(out, "vitrine_names_forgotten_total", "counter", "Of them forgotten for want of room.", f.forgotten);
}

static void counters_metrics(const api *a, buf *out) {
    counters_total t = { 0 };
    if (a->o.counters) t = counters_get_total(a->o.counters);
    write_metric(out, "vitrine_counters_shops", "gauge", "Shops whose counters are in memory.", t.shops);
    write_metric(out, "vitrine_counters_bytes", "gauge", "Memory they take.", t.bytes);
    write_metric(out, "vitrine_counters_put_away_total", "counter", "Quiet shops whose counters left for want of room.", t.put_away);
    write_metric(out, "vitrine_counters_halved_total", "counter", "Times the largest shop gave up half of its counters.", t.halved);
}

void events_metrics(const api *a, buf *out) {
    intake_counts n = { 0 };
    if (a->o.events) n = intake_get_counts(a->o.events);
    write_metric(out, "vitrine_events_accepted_total", "counter", "Events written.", n.accepted);
    write_metric(out, "vitrine_events_repeated_total", "counter", "Events known already by their id.", n.repeated);
    write_metric(out, "vitrine_events_rejected_total", "counter", "Events refused.",
                  atomic_load_explicit(&a->events_rejected, memory_order_relaxed));
    write_metric(out, "vitrine_events_robots_total", "counter", "Events of robots, kept out of learning.", n.robots);
    write_metric(out, "vitrine_events_failed_total", "counter", "Events the database did not take.", n.failed);
    session_memory_facts f = { 0 };
    if (a->o.memory) session_memory_get_facts(a->o.memory, &f);
    write_metric(out, "vitrine_session_visitors", "gauge", "Visitors remembered.", f.visitors);
    write_metric(out, "vitrine_session_bytes", "gauge", "Memory they take.", f.bytes);
    write_metric(out, "vitrine_session_forgotten_total", "counter", "Visitors forgotten for want of room, silent for longest.", f.dropped);
    names_metrics(a, out);
    counters_metrics(a, out);
}
