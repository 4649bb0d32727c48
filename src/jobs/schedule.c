/* One look at all stores: facts from the database, decisions, job rows. It does NOT decide: schedule_decide.c does. */
#include "jobs/schedule.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/zone.h"
#include "decide/snapshot.h"
#include "events/subjects.h"
#include "jobs/kinds_int.h"
#include "jobs/plans.h"
#include "jobs/scheduler.h"
#include "storage/job_queue.h"
#include "storage/queries.h"
#include "stores/connection.h"

enum { STORES_A_PAGE = 500, KEYS_ANYWAY_MS = MS_PER_MINUTE, ANSWERS_A_LOOK = 20000 };

void schedule_init(schedule *s, const job_services *services, key_table *keys) {
    *s = (schedule){ .services = services, .keys = keys };
}

/* ---- facts ---- */

/* What is known of the kinds of jobs of one store. */
typedef struct {
    store_facts store;
    int64_t asked_ms[LIMIT_JOB_PLANS];      /* of job_plans: when the newest was asked for, 0 = never */
    bool open[LIMIT_JOB_PLANS];
    bool has_events;                        /* visitors did something here */
} job_facts;

static err_code take_kind(void *arg, const sql_value *columns, size_t n_columns) {
    job_facts *all = arg;
    store_facts *f = &all->store;
    (void)n_columns;                                            /* five, by the query's row */
    for (size_t i = 0; i < n_job_plans; i++)
        if (str_eq(columns[0].v.s, str_of(job_plans[i].kind))) all->asked_ms[i] = columns[4].v.i, all->open[i] = columns[2].v.i > 0;
    if (str_eq(columns[0].v.s, STR("sync"))) {
        f->sync_ended_ms = columns[1].v.i;
        f->sync_open = columns[2].v.i > 0;
    } else if (str_eq(columns[0].v.s, STR("train"))) {
        f->train_ended_ms = columns[1].v.i;
        f->train_open = columns[2].v.i > 0;
    } else if (str_eq(columns[0].v.s, STR("mail"))) {
        f->mail_open = columns[2].v.i > 0;
    }
    return ERR_OK;
}

static err_code has_products(ctx *c, db *d, int64_t store_id, bool *ret_has) {
    product key = { .store_id = store_id }, *rows;
    size_t n;
    TRY(storage_scan(c, d, &product_entity, &key, 1, NULL, 1, &rows, &n));
    *ret_has = n > 0;
    return ERR_OK;
}

/* The head tells of another version and of a file cut; damage within is known once somebody tried to serve it. */
static bool is_unreadable(ctx *c, const job_services *services, const stored_model *m) {
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/%.*s", services->data_dir, STR_ARG(m->artifact));
    if (buf_err(&path) || !snapshot_is_readable(c, path.p)) return true;
    AUTO_SERVING pin = services->serving ? serving_pin(services->serving, m->store_id) : NULL;
    serving_facts f = { 0 };
    if (pin) serving_get_facts(pin, &f);
    return f.snapshot_error.n > 0;
}

static err_code read_facts(ctx *c, db *d, const job_services *services, const store *s, const job_settings *o,
                           stored_model *ret_model, job_facts *ret_facts) {
    const connector *shop = connect_find(s->platform);
    job_facts all = { .store = {
        .store_id = s->store_id, .can_sync = shop && shop->sync && connection_is_open(s) && !str_eq(s->state, STR("removing")),
        .interval_ms = s->sync_interval_min * MS_PER_MINUTE, .train_every_ms = o->train_every_ms,
        .zone_ms = zone_offset_ms(c, s->time_zone, ctx_now_ms(c)),
        .created_ms = s->created_ms, .synced_ms = s->synced_ms, .swept_ms = s->swept_ms, .has_data = s->synced_ms > 0,
    } };
    store_facts *f = &all.store;
    sql_value id = SQL_INT(s->store_id);
    TRY(storage_query(c, d, &query_job_kinds, &id, 1, take_kind, &all));
    TRY(storage_query_i64(c, d, &query_last_delivery, &id, 1, 0, &f->changed_ms));
    int64_t newest_event = 0;
    TRY(storage_query_i64(c, d, &query_last_event, &id, 1, 0, &newest_event));
    all.has_events = newest_event > 0;
    TRY(storage_query_i64(c, d, &query_letter_due, &id, 1, 0, &f->letter_due_ms));
    err_code e = model_serving(c, d, s->store_id, ret_model);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e) *ret_model = (stored_model){ 0 };
    f->trained_ms = ret_model->created_ms;
    TRY(model_held_until(c, d, s->store_id, &f->held_until_ms));
    f->unreadable = !e && is_unreadable(c, services, ret_model);
    if (!f->has_data && !f->can_sync) TRY(has_products(c, d, s->store_id, &f->has_data));
    *ret_facts = all;
    return ERR_OK;
}

/* ---- acting ---- */

static err_code submit(ctx *c, db *d, int64_t store_id, const char *kind, const char *input, size_t *submitted) {
    int64_t id;
    bool is_new = false;
    TRY(job_submit(c, d, &(job_order){ .store_id = store_id, .kind = str_of(kind), .input = str_of(input) }, &id, &is_new));
    *submitted += is_new;
    return ERR_OK;
}

/* Another process may have learned, or an owner changed a setting: load it here. */
static err_code follow_others(ctx *c, db *d, schedule *sc, const store *s, const stored_model *m) {
    if (!sc->services->serving) return ERR_OK;
    serving_facts f = { 0 };
    {
        AUTO_SERVING pin = serving_pin(sc->services->serving, s->store_id);
        if (!pin) return ERR_OK;
        serving_get_facts(pin, &f);
        f.snapshot_error.n = f.snapshot_error.n > 0;            /* its text ends with the pin */
    }
    if (f.settings_hash == serving_settings_hash(s) && (f.snapshot_version == m->version || f.snapshot_error.n)) return ERR_OK;
    TRY(serving_reload(c, sc->services->serving, d, s->store_id));
    log_line(c->log, LOG_INFO, "serving.reloaded", "store=%lld version=%lld", (long long)s->store_id, (long long)m->version);
    return ERR_OK;
}

/* What is due while the job before it is still under way is looked at again at the next look. */
static err_code follow_plans(ctx *c, db *d, schedule *sc, const store *s, const job_facts *f, size_t *submitted) {
    for (size_t i = 0; f->has_events && i < n_job_plans; i++) {
        if (!plan_is_due(c, &job_plans[i], s, f->asked_ms[i], ctx_now_ms(c))) continue;
        if (f->open[i]) sc->minute = -1;
        else TRY(submit(c, d, s->store_id, job_plans[i].kind, "", submitted));
    }
    return ERR_OK;
}

static err_code look_at(ctx *c, db *d, schedule *sc, const store *s, size_t *submitted) {
    static const char *const inputs[] = {
        [SYNC_CHANGES] = "{\"depth\":\"changes\"}", [SYNC_FULL] = "{\"depth\":\"full\"}", [SYNC_SWEEP] = "{\"depth\":\"sweep\"}",
    };
    job_facts f;
    stored_model m;
    job_settings o = job_settings_of(c, s);
    TRY(read_facts(c, d, sc->services, s, &o, &m, &f));
    store_plan p = schedule_decide(&f.store, ctx_now_ms(c));
    if (p.sync) TRY(submit(c, d, s->store_id, "sync", inputs[p.depth], submitted));
    if (p.train) TRY(submit(c, d, s->store_id, "train", "", submitted));
    if (sc->minute_turned) TRY(follow_plans(c, d, sc, s, &f, submitted));
    if (sc->services->counters) TRY(counters_tend(c, sc->services->counters, d, s->store_id));
    if (p.mail) TRY(submit(c, d, s->store_id, "mail", "", submitted));
    TRY(follow_others(c, d, sc, s, &m));
    if (sc->services->names) TRY(known_names_follow(c, d, sc->services->names, s->store_id));
    if (sc->services->serving) TRY(serving_follow_terms(c, sc->services->serving, d, s->store_id));
    if (sc->services->serving) TRY(serving_follow_orders(c, sc->services->serving, d, s->store_id));
    return subjects_catch_up(c, d, s->store_id, ANSWERS_A_LOOK, NULL);
}

static err_code take_key_state(void *arg, const sql_value *columns, size_t n_columns) {
    uint64_t *h = arg;
    for (size_t i = 0; i < n_columns; i++) *h = hash_bytes(&columns[i].v.i, sizeof columns[i].v.i, *h);
    return ERR_OK;
}

/* Origins of equal length do not show in the state, so the keys are read anyway every minute. */
static err_code follow_keys(ctx *c, db *d, schedule *s) {
    if (!s->keys) return ERR_OK;
    uint64_t state = 1;
    int64_t now_ms = ctx_now_ms(c);
    TRY(storage_query(c, d, &query_key_state, NULL, 0, take_key_state, &state));
    if (state == s->key_state && now_ms - s->keys_loaded_ms < KEYS_ANYWAY_MS && now_ms >= s->keys_loaded_ms) return ERR_OK;
    TRY(key_table_load(c, d, s->keys));
    s->key_state = state;
    s->keys_loaded_ms = now_ms;
    return ERR_OK;
}

static void look_and_log(ctx *c, db *d, schedule *sc, const store *s, size_t *submitted) {
    err_code e = look_at(c, d, sc, s, submitted);
    if (e) sc->minute = -1;                                     /* its plans are looked at again */
    if (e) log_line(c->log, LOG_WARN, "schedule.failed", "store=%lld error=%s why=%s", (long long)s->store_id, err_name(e), c->error.text);
}

/* A store that another process removed leaves memory too. */
static err_code follow_removals(ctx *c, db *d, schedule *s) {
    serving_registry *r = s->services->serving;
    arena_mark m = arena_save(c->arena);
    for (int64_t id = r ? serving_next_loaded(r, 0) : 0; id; id = serving_next_loaded(r, id)) {
        store row;
        err_code e = store_get(c, d, id, &row);
        if (e == ERR_NOT_FOUND) serving_drop(r, id);
        else if (e) return e;
        arena_restore(c->arena, m);
    }
    return ERR_OK;
}

err_code schedule_step(ctx *c, db *d, schedule *s, size_t *ret_submitted) {
    size_t submitted = 0;
    int64_t minute = ctx_now_ms(c) / MS_PER_MINUTE;
    s->minute_turned = minute != s->minute;
    s->minute = minute;
    TRY(follow_keys(c, d, s));
    TRY(follow_removals(c, d, s));
    for (int64_t after = 0;;) {
        arena_mark page = arena_save(c->arena);
        store *stores;
        size_t n;
        TRY(store_list(c, d, after, STORES_A_PAGE, &stores, &n));
        for (size_t i = 0; i < n; i++) {
            arena_mark one = arena_save(c->arena);
            TRY(ctx_check(c));
            look_and_log(c, d, s, &stores[i], &submitted);
            arena_restore(c->arena, one);
        }
        if (n) after = stores[n - 1].store_id;
        arena_restore(c->arena, page);
        if (n < STORES_A_PAGE) break;
    }
    *ret_submitted = submitted;
    return ERR_OK;
}

err_code job_want_train(ctx *c, db *d, int64_t store_id) {
    store s;
    stored_model m;
    int64_t id;
    TRY(store_get(c, d, store_id, &s));
    job_settings o = job_settings_of(c, &s);
    int64_t now_ms = ctx_now_ms(c), due_ms = now_ms;
    err_code e = model_serving(c, d, store_id, &m);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!e && m.created_ms + o.train_every_ms > now_ms && m.created_ms <= now_ms) due_ms = m.created_ms + o.train_every_ms;
    int64_t held_ms = 0;
    TRY(model_held_until(c, d, store_id, &held_ms));
    if (held_ms > due_ms && held_ms <= now_ms + MS_PER_DAY) due_ms = held_ms;
    return job_submit(c, d, &(job_order){ .store_id = store_id, .kind = STR("train"), .due_ms = due_ms }, &id, NULL);
}
