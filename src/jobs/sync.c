/* The sync job: one shop copied by its connector, from the cursors where the last one stopped. */
#include "base/limits.h"
#include "jobs/kinds_int.h"
#include "storage/job_queue.h"
#include "stores/connection.h"

typedef struct {
    job_task *t;
    sync_depth depth;
    job_settings settings;
    sync_progress last;             /* its counts; the step's text is not kept */
    int64_t webhooks_active, webhooks_wanted;
} sync_run;

static const struct { const char *word; sync_depth depth; } depth_words[] = {
    { "changes", SYNC_CHANGES }, { "full", SYNC_FULL }, { "sweep", SYNC_SWEEP },
};

static err_code read_depth(ctx *c, str input, sync_depth *ret_depth) {
    const json_value *v = NULL;
    *ret_depth = SYNC_CHANGES;
    if (!input.n) return ERR_OK;
    TRY(json_parse(c, input, JSON_READ_STRICT, &v));
    str word = jr_string(jr_get(v, "depth"));
    for (size_t i = 0; i < COUNT(depth_words); i++)
        if (str_eq(word, str_of(depth_words[i].word))) {
            *ret_depth = depth_words[i].depth;
            return ERR_OK;
        }
    return word.n ? fail_field(c, ERR_INVALID, "depth", "depth is changes, full or sweep") : ERR_OK;
}

static void on_progress(ctx *c, void *arg, const sync_progress *p) {
    (void)c;
    sync_run *r = arg;
    job_progress(r->t, p->step, p->done, p->total);
    r->last = *p;
    r->last.step = (str){ 0 };
}

/* ---- the row of the store ---- */

typedef struct { err_code e; const char *why; sync_depth depth; int64_t now_ms; } sync_outcome;

static err_code write_outcome(ctx *c, store *s, void *arg) {
    const sync_outcome *o = arg;
    if (!o->e) {
        s->state = STR("ready");
        s->state_note = (str){ 0 };
        s->synced_ms = o->now_ms;
        if (o->depth == SYNC_SWEEP) s->swept_ms = o->now_ms;
        return ERR_OK;
    }
    if (o->e == ERR_CANCELLED) return ERR_OK;
    bool needs_a_person = !s->synced_ms || o->e == ERR_UPSTREAM_AUTH;    /* else what we have is served and the next sync tries again */
    if (needs_a_person) s->state = STR("error");
    s->state_note = str_dup(c->arena, str_of(o->why));
    return s->state_note.p ? ERR_OK : fail(c, ERR_NO_MEMORY, "no memory for the store's note");
}

static err_code begin_first_copy(ctx *c, db *d, const store *s) {
    if (s->synced_ms) return ERR_OK;
    return store_set_state(c, d, s->store_id, STR("copying"), STR("The first copy of the shop is running."));
}

/* ---- webhooks ---- */

/* Webhooks make changes arrive sooner; a sync without them is still whole, so their failure is only told. */
static void ensure_webhooks(ctx *c, sync_run *r, const connector *shop, const shop_access *access) {
    webhook *rows;
    size_t n = 0;
    job_progress(r->t, STR("webhooks"), 0, 0);
    err_code e = shop->webhooks_ensure(c, access, &rows, &n);
    for (size_t i = 0; !e && i < n; i++) {
        webhook old = rows[i];                                  /* deliveries counted are kept */
        if (!storage_get(c, r->t->d, &webhook_entity, &old)) rows[i].received = old.received, rows[i].received_ms = old.received_ms;
        e = storage_put(c, r->t->d, &webhook_entity, &rows[i]);
        r->webhooks_wanted++;
        if (str_eq(rows[i].status, STR("active"))) r->webhooks_active++;
    }
    if (!e) return;
    log_line(c->log, LOG_WARN, "webhooks.not_ensured", "store=%lld error=%s why=%s", (long long)access->store_id, err_name(e),
             c->error.text);
}

/* ---- the body ---- */

static void write_result(const sync_run *r, const store_changes *ch) {
    json_out w;
    jw_init(&w, r->t->result);
    jw_object(&w);
    jw_member_text(&w, "depth", depth_words[r->depth].word);
    jw_member_i64(&w, "requests", r->last.requests);
    jw_member_i64(&w, "new", ch->rows_new);
    jw_member_i64(&w, "changed", ch->rows_changed);
    jw_member_i64(&w, "same", ch->rows_same);
    jw_member_i64(&w, "removed", ch->rows_removed);
    jw_member_i64(&w, "webhooks_active", r->webhooks_active);
    jw_member_i64(&w, "webhooks", r->webhooks_wanted);
    jw_end_object(&w);
}

static err_code copy(ctx *c, sync_run *r, const connector *shop, const shop_access *access, store_sink *sink) {
    const sync_plan plan = { .depth = r->depth, .max_parallel = r->settings.max_parallel };
    TRY(shop->sync(c, access, &plan, store_sink_door(sink)));
    return store_sink_flush(c, sink);
}

static err_code after_copy(ctx *c, sync_run *r, const store *s, const connector *shop, const shop_access *access, const store_changes *ch) {
    if (s->can_write && access->webhook_base.n && shop->webhooks_ensure) ensure_webhooks(c, r, shop, access);
    stored_model m;
    err_code trained = model_serving(c, r->t->d, s->store_id, &m);
    if (trained && trained != ERR_NOT_FOUND) return trained;
    if (trained || ch->rows_new || ch->rows_changed || ch->rows_removed) return job_want_train(c, r->t->d, s->store_id);
    return ERR_OK;
}

static err_code sync_store(ctx *c, sync_run *r, const store *s, const connector *shop) {
    shop_access access;
    store_sink *sink = NULL;
    TRY(store_access(c, r->t->d, &r->t->services->seal, s->store_id, &access));
    access.webhook_base = r->settings.webhook_base;
    TRY(begin_first_copy(c, r->t->d, s));
    TRY(store_sink_new(c, &(store_sink_options){ .d = r->t->d, .store_id = s->store_id, .progress = on_progress, .arg = r }, &sink));
    sync_outcome o = { .depth = r->depth };
    o.e = copy(c, r, shop, &access, sink);
    char why[sizeof c->error.text];
    snprintf(why, sizeof why, "%s", c->error.text);
    o.why = why;
    o.now_ms = ctx_now_ms(c);
    storage_rollback(r->t->d);
    store_changes ch = store_sink_changes(sink);
    job_refresh_serving(c, r->t->services, r->t->d, s->store_id, &ch);      /* also after a failure: what arrived is true */
    job_attribute_orders(c, r->t->services, r->t->d, s->store_id, &ch, r->depth == SYNC_SWEEP);
    err_code noted = store_change(c, r->t->d, s->store_id, write_outcome, &o, NULL);
    err_code e = o.e ? fail(c, o.e, "%s", why) : noted;
    if (!e) e = after_copy(c, r, s, shop, &access, &ch);
    write_result(r, &ch);
    store_sink_free(sink);
    return e;
}

err_code job_body_sync(ctx *c, job_task *t) {
    store s;
    sync_run r = { .t = t };
    TRY(store_get(c, t->d, t->row->store_id, &s));
    TRY(read_depth(c, t->row->input, &r.depth));
    r.settings = job_settings_of(c, &s);
    const connector *shop = connect_find(s.platform);
    if (!shop || !shop->sync)
        return fail(c, ERR_INVALID, "%.*s has no shop to copy from: its platform is '%.*s'", STR_ARG(s.name), STR_ARG(s.platform));
    if (!connection_is_open(&s))
        return fail(c, ERR_INVALID, "%.*s was disconnected by its shop; connect it again to copy it", STR_ARG(s.name));
    return sync_store(c, &r, &s, shop);
}
