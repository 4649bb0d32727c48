/* Checks of the database and of what it says about the stores: shops, webhooks, snapshots, jobs. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "app/doctor.h"
#include "app/pick.h"
#include "base/file.h"
#include "base/limits.h"
#include "decide/snapshot.h"
#include "jobs/jobs.h"
#include "jobs/publish.h"
#include "net/http_client.h"
#include "storage/job_queue.h"
#include "stores/connection.h"

enum { CLOCK_WARN_S = 120, SILENT_WEBHOOK_MS = 7 * MS_PER_DAY };

void doctor_check_database(ctx *c, doctor *d) {
    home *h = d->h;
    const char *path = home_path(c, h->dir, "vitrine.db");
    if (!path || !file_exists(path)) {
        doctor_say(d, DOCTOR_WARN, "database", "there is none yet; begin with 'vitrine demo' or 'vitrine connect'");
        return;
    }
    buf url;
    buf_init(&url, 5000);
    buf_printf(&url, "sqlite:%s", path);
    h->database = (db_options){ .url = str_dup(c->arena, buf_view(&url)) };
    buf_free(&url);
    int64_t version = 0;
    err_code e = storage_open(c, &h->database, &h->d);
    if (!e) e = storage_version(c, h->d, &version);
    if (!e) e = storage_migrate(c, h->d);
    if (!e) e = storage_check(c, h->d);
    if (!e) {
        doctor_say(d, DOCTOR_OK, "database", "%s opens and is whole, version %" PRId64, path, version);
        return;
    }
    doctor_say(d, DOCTOR_FAIL, "database", "%s: %s; put back a copy, or move it away and connect the shops again", path, c->error.text);
    storage_close(h->d);
    h->d = NULL;
}

/* ---- one store ---- */

static void check_snapshot(ctx *c, doctor *d, const store *s, const char *what) {
    stored_model m;
    snapshot *snap;
    err_code e = model_serving(c, d->h->d, s->store_id, &m);
    if (e == ERR_NOT_FOUND) {
        doctor_say(d, DOCTOR_WARN, what, "nothing learned yet; a running server does it, or: vitrine train %.*s", STR_ARG(s->name));
        return;
    }
    const char *path = e ? NULL : home_path(c, d->h->dir, str_cstr(c->arena, m.artifact));
    if (!e && !path) e = fail(c, ERR_NO_MEMORY, "no memory for a path");
    if (!e) e = snapshot_open(c, path, &snap);
    if (e) {
        doctor_say(d, DOCTOR_FAIL, what, "what was learned cannot be read: %s; run: vitrine train %.*s", c->error.text, STR_ARG(s->name));
        return;
    }
    char when[TIME_WORDS];
    doctor_say(d, DOCTOR_OK, what, "version %" PRId64 " learned %s from %" PRIu64 " baskets", m.version, time_words(m.created_ms, when),
               snap->facts.baskets);
    snapshot_close(snap);
}

static void check_freshness(ctx *c, doctor *d, const store *s, const char *what) {
    char when[TIME_WORDS];
    int64_t late_ms = s->sync_interval_min * 4 * MS_PER_MINUTE, age_ms = ctx_now_ms(c) - s->synced_ms;
    if (str_eq(s->state, STR("error")))
        doctor_say(d, DOCTOR_FAIL, what, "%.*s", STR_ARG(s->state_note.n ? s->state_note : STR("the last sync failed")));
    else if (s->state_note.n) doctor_say(d, DOCTOR_WARN, what, "%.*s", STR_ARG(s->state_note));
    else if (late_ms && age_ms > late_ms)
        doctor_say(d, DOCTOR_WARN, what, "last copied %s, later than its interval; is 'vitrine serve' running?",
                   time_words(s->synced_ms, when));
    else if (s->synced_ms) doctor_say(d, DOCTOR_OK, what, "last copied %s", time_words(s->synced_ms, when));
    else if (connect_find(s->platform)) doctor_say(d, DOCTOR_WARN, what, "not copied yet: vitrine sync %.*s", STR_ARG(s->name));
    else doctor_say(d, DOCTOR_OK, what, "filled from files, there is no shop to copy");
}

static void check_shop(ctx *c, doctor *d, const store *s, const char *what) {
    const connector *shop = connect_find(s->platform);
    shop_access access;
    connect_report r = { 0 };
    if (!connection_is_open(s)) doctor_say(d, DOCTOR_WARN, what, "disconnected by its shop; what was learned is served, nothing new comes");
    if (!shop || !shop->test || !connection_is_open(s) || invocation_flag(d->v, "offline")) return;
    err_code e = store_access(c, d->h->d, &d->h->key, s->store_id, &access);
    if (!e) e = shop->test(c, &access, &r);
    if (e) doctor_say(d, DOCTOR_FAIL, what, "the connection could not be tested: %s", c->error.text);
    else if (!r.ok) doctor_say(d, DOCTOR_FAIL, what, "%.*s", STR_ARG(r.sentence));
    else doctor_say(d, DOCTOR_OK, what, "the shop answers in %" PRId64 " ms%s", r.latency_ms, r.can_write ? ", the key may write" : "");
}

/* "Fri, 20 Nov 2026 18:44:57 GMT" of RFC 9110; false for anything else. */
static bool read_http_date(str s, int64_t *ret_ms) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (s.n != 29 || !str_ends(s, STR(" GMT"))) return false;
    size_t month = str_find(str_of(months), str_sub(s, 8, 3));
    char iso[64];
    if (month == SIZE_MAX || month % 3) return false;
    snprintf(iso, sizeof iso, "%.4s-%02zu-%.2sT%.8sZ", s.p + 12, month / 3 + 1, s.p + 5, s.p + 17);
    return time_parse(str_of(iso), ret_ms);
}

/* Signatures and "modified since" stand on both clocks being right. */
static void check_clock_of_shop(ctx *c, doctor *d, const store *s, const char *what) {
    http_client *client;
    http_answer answer;
    int64_t shop_ms;
    if (!s->url.n || invocation_flag(d->v, "offline")) return;
    if (http_client_new(c, &(http_client_options){ .total_ms = 10000, .max_body = 4 * MIB }, &client)) return;
    err_code e = http_client_do(c, client, &(http_call){ .method = STR("HEAD"), .url = s->url }, &answer);
    http_client_free(client);
    if (e || answer.problem || !read_http_date(http_answer_header(&answer, "date"), &shop_ms)) return;
    int64_t ahead_s = (ctx_now_ms(c) - shop_ms) / MS_PER_SECOND;
    if (ahead_s > CLOCK_WARN_S || ahead_s < -CLOCK_WARN_S)
        doctor_say(d, DOCTOR_WARN, what, "this machine's clock is %" PRId64 " s ahead of the shop's; set the time of the wrong one",
                   ahead_s);
    else doctor_say(d, DOCTOR_OK, what, "its clock agrees with ours");
}

static void check_webhooks(ctx *c, doctor *d, const store *s, const char *what) {
    webhook key = { .store_id = s->store_id }, *rows;
    size_t n, active = 0;
    int64_t newest_ms = 0;
    char when[TIME_WORDS];
    if (storage_scan(c, d->h->d, &webhook_entity, &key, 1, NULL, 100, &rows, &n) || !n) return;
    for (size_t i = 0; i < n; i++) {
        active += str_eq(rows[i].status, STR("active"));
        if (rows[i].received_ms > newest_ms) newest_ms = rows[i].received_ms;
    }
    if (active < n)
        doctor_say(d, DOCTOR_WARN, what, "%zu of %zu webhooks are active; the next sync mends them: vitrine sync %.*s", active, n,
                   STR_ARG(s->name));
    else if (ctx_now_ms(c) - newest_ms > SILENT_WEBHOOK_MS)
        doctor_say(d, DOCTOR_WARN, what, "webhooks are active, last heard %s; can the shop reach this address?",
                   time_words(newest_ms, when));
    else doctor_say(d, DOCTOR_OK, what, "%zu webhooks, last heard %s", n, time_words(newest_ms, when));
}

void doctor_check_stores(ctx *c, doctor *d) {
    store *stores;
    size_t n;
    const char *key = home_path(c, d->h->dir, "key"), *given = settings_get(c, d->v->settings, "VITRINE_KEY");
    bool known = key && (given || file_exists(key)) && crypto_load_key(c, key, given, &d->h->key) == ERR_OK;
    if (!known) d->h->key = (seal_key){ 0 };                /* doctor_check_key() said so; the shops will say it again */
    if (all_stores(c, d->h->d, &stores, &n)) {
        doctor_say(d, DOCTOR_FAIL, "stores", "%s", c->error.text);
        return;
    }
    if (!n) doctor_say(d, DOCTOR_WARN, "stores", "there is none yet; begin with 'vitrine demo' or 'vitrine connect'");
    for (size_t i = 0; i < n; i++) {
        arena_mark m = arena_save(c->arena);
        char what[80];
        snprintf(what, sizeof what, "store %.*s", STR_ARG(str_clip(stores[i].name, 60)));
        check_freshness(c, d, &stores[i], what);
        check_shop(c, d, &stores[i], what);
        check_clock_of_shop(c, d, &stores[i], what);
        check_webhooks(c, d, &stores[i], what);
        check_snapshot(c, d, &stores[i], what);
        arena_restore(c->arena, m);
    }
}

/* ---- jobs ---- */

typedef struct { int64_t stale, failed_now; int64_t now_ms; } job_findings;

static err_code look_at_jobs(ctx *c, doctor *d, const store *s, job_findings *f) {
    job *jobs;
    size_t n;
    TRY(job_list(c, d->h->d, s->store_id, &(job_page){ .limit = 20 }, &jobs, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(jobs[i].state, STR("running")) && jobs[i].heartbeat_ms < f->now_ms - JOB_STALE_MS) f->stale++;
    if (n && str_eq(jobs[0].state, STR("failed"))) f->failed_now++;
    return ERR_OK;
}

void doctor_check_jobs(ctx *c, doctor *d) {
    store *stores;
    size_t n;
    job_findings f = { .now_ms = ctx_now_ms(c) };
    err_code e = all_stores(c, d->h->d, &stores, &n);
    for (size_t i = 0; !e && i < n; i++) e = look_at_jobs(c, d, &stores[i], &f);
    if (e) doctor_say(d, DOCTOR_FAIL, "jobs", "%s", c->error.text);
    else if (f.stale) doctor_say(d, DOCTOR_WARN, "jobs", "%" PRId64 " lost their process; 'vitrine serve' takes them over", f.stale);
    else if (f.failed_now) doctor_say(d, DOCTOR_WARN, "jobs", "the newest of %" PRId64 " stores failed; see: vitrine jobs", f.failed_now);
    else doctor_say(d, DOCTOR_OK, "jobs", "none is stuck");
}
