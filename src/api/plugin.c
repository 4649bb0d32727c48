/* Signed batches: checked, written through the group commit, told to whoever answers from memory. Events among them go the way of all
 * events (events/intake.h), so that their ids, sessions and counting are the same. */
#include "api/plugin.h"
#include "api/events.h"
#include "api/plugin_body.h"
#include "api/webhooks.h"
#include "base/parse.h"
#include "events/carts.h"
#include "plugin/secret.h"
#include "plugin/signature.h"
#include "stores/stores.h"

typedef struct {
    api_call *call;
    arena own;                      /* of what was read: more than a request may have; given back with the answer */
    plugin_batch told;
    event_batch events;
    store_changes changes;
    size_t accepted, repeated;
} batch_work;

/* ---- who sends ---- */
static err_code check_sender(api_call *call) {
    store s;
    str secret;
    const http_request *r = call->r;
    int64_t id = 0;
    if (!parse_int_in(http_header(r, "X-Vitrine-Store"), 1, LIMIT_STORES, &id))
        return fail_field(call->c, ERR_UNAUTHORIZED, "X-Vitrine-Store", "X-Vitrine-Store must be the number of the store");
    err_code e = store_get(call->c, call->d, id, &s);
    if (e == ERR_NOT_FOUND || (!e && str_eq(s.state, STR("removing"))))
        return fail_field(call->c, ERR_UNAUTHORIZED, "X-Vitrine-Store", "there is no such store here; connect the plugin again");
    TRY(e);
    TRY(plugin_secret_open(call->c, &call->a->o.seal, &s, &secret));
    TRY(plugin_signature_check(call->c, secret, http_header(r, "X-Vitrine-Time"), r->body, http_header(r, "X-Vitrine-Signature")));
    call->store_id = id;
    call->key = KEY_SECRET;                                 /* the shop's own server: it may name its customers */
    return ERR_OK;
}

/* ---- what is written ---- */
static err_code write_carts(ctx *c, db *d, batch_work *w) {
    for (size_t i = 0; i < w->told.n_carts; i++) {
        bool news = false;
        TRY(cart_tell(c, d, &w->told.carts[i], &news));
        news ? w->accepted++ : w->repeated++;
    }
    return ERR_OK;
}

static err_code write_people(ctx *c, db *d, batch_work *w) {
    for (size_t i = 0; i < w->told.n_identities; i++) TRY(identity_take(c, d, &w->told.identities[i], NULL));
    for (size_t i = 0; i < w->told.n_orders; i++) TRY(order_link_tell(c, d, &w->told.orders[i], NULL));
    w->accepted += w->told.n_identities + w->told.n_orders;
    return ERR_OK;
}

static err_code write_stock(ctx *c, db *d, batch_work *w) {
    store_sink *sink = NULL;
    err_code e = ERR_OK;
    if (!w->told.n_stocks) return ERR_OK;
    TRY(store_sink_new(c, &(store_sink_options){ .d = d, .store_id = w->call->store_id, .direct = true }, &sink));
    for (size_t i = 0; !e && i < w->told.n_stocks; i++)
        e = stock_apply(c, d, store_sink_door(sink), w->call->store_id, &w->told.stocks[i]);
    if (!e) w->changes = store_changes_dup(w->call->c->arena, store_sink_changes(sink));
    store_sink_free(sink);
    w->accepted += w->told.n_stocks;
    return e;
}

/* All of it in one transaction, on the committer's thread; the request waits. */
static err_code write_all(ctx *c, db *d, void *arg) {
    batch_work *w = arg;
    w->accepted = w->repeated = 0;
    TRY(write_carts(c, d, w));
    TRY(write_people(c, d, w));
    return write_stock(c, d, w);
}

/* Orders told of may be here already: then they are attributed now. */
static err_code note_orders(batch_work *w) {
    str *ids = arena_new(w->call->c->arena, str, w->told.n_orders + 1);
    if (!ids) return fail(w->call->c, ERR_NO_MEMORY, "read the orders");
    for (size_t i = 0; i < w->told.n_orders; i++) ids[i] = w->told.orders[i].order_id;
    w->changes.orders = (changed_ids){ .ids = ids, .n = w->told.n_orders };
    return ERR_OK;
}

static err_code write_and_follow(batch_work *w) {
    api_call *call = w->call;
    const plugin_batch *b = &w->told;
    if (!(b->n_carts + b->n_identities + b->n_orders + b->n_stocks)) return ERR_OK;
    TRY(committer_wait(call->c, call->a->o.writes, write_all, w));
    TRY(note_orders(w));
    api_follow_changes(call, &w->changes);
    if (!b->n_identities || !call->a->o.names) return ERR_OK;
    return known_names_follow(call->c, call->d, call->a->o.names, call->store_id);
}

/* ---- the answer ---- */
static err_code write_answer(batch_work *w) {
    json_out out = api_json(w->call);
    jw_object(&out);
    jw_member_i64(&out, "accepted", (int64_t)(w->accepted + w->events.accepted));
    jw_member_i64(&out, "repeated", (int64_t)(w->repeated + w->events.repeated));
    jw_key(&out, "rejected");
    jw_array(&out);
    for (size_t i = 0; i < w->told.n_rejected; i++) {
        const rejected_message *x = &w->told.rejected[i];
        jw_object(&out);
        jw_member_i64(&out, "index", (int64_t)x->index);
        jw_member_str(&out, "id", x->id);
        jw_member_str(&out, "message", x->message);
        jw_end_object(&out);
    }
    jw_end_array(&out);
    jw_end_object(&out);
    return api_json_done(w->call, &out);
}

/* On the committer's thread. */
static void answer_later(ctx *c, err_code e, event_batch *b) {
    batch_work *w = b->arg;
    api_call *call = w->call;
    if (e) e = fail_field(call->c, e, c->error.field, "%s", c->error.text);
    else e = write_answer(w);
    arena_done(&w->own);
    if (e) api_fail(call, e);
    http_answer_now(call->r);
}

static err_code give_events(batch_work *w, const event_context *x, consent_level otherwise) {
    api_call *call = w->call;
    w->events = (event_batch){ .store_id = call->store_id, .received_ms = x->received_ms, .otherwise = otherwise,
                               .events = w->told.events, .n = w->told.n_events, .done = answer_later, .arg = w };
    http_answer_later(call->r);
    if (!intake_give(call->a->o.events, &w->events)) return ERR_OK;        /* from here on the request is the committer's */
    arena_done(&w->own);
    api_fail(call, fail(call->c, ERR_BUSY, "%s", err_text(ERR_BUSY)));
    http_answer_now(call->r);
    return ERR_OK;
}

static err_code read_batch(batch_work *w, const event_context *x) {
    ctx *c = w->call->c;
    arena *outer = c->arena;
    arena_init(&w->own, LIMIT_PLUGIN_ARENA);
    c->arena = &w->own;
    err_code e = plugin_body_read(c, w->call->r->body, x, &w->told);
    c->arena = outer;
    return e;
}

err_code plugin_batch_post(api_call *call) {
    AUTO_SERVING s = NULL;
    consent_level otherwise;
    batch_work *w = arena_new(call->c->arena, batch_work, 1);
    if (!w) return fail(call->c, ERR_NO_MEMORY, "read a batch");
    w->call = call;
    if (!call->a->o.events) return fail(call->c, ERR_NOT_READY, "events are not taken in here");
    TRY(check_sender(call));
    TRY(api_pin_shop(call, &s));
    event_context x = events_context(call, s, &otherwise);
    err_code e = read_batch(w, &x);
    if (!e) e = write_and_follow(w);
    if (!e && w->told.n_events) return give_events(w, &x, otherwise);
    if (!e) e = write_answer(w);
    arena_done(&w->own);
    return e;
}
