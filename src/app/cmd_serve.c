/* vitrine serve: everything in one process: API, jobs, clock. */
#include <inttypes.h>
#include <string.h>
#include "api/api.h"
#include "app/commands.h"
#include "app/connect_address.h"
#include "app/demo_store.h"
#include "app/mail_way.h"
#include "app/pick.h"
#include "app/signals.h"
#include "base/limits.h"
#include "base/parse.h"
#include "events/people.h"
#include "jobs/runner.h"
#include "jobs/scheduler.h"
#include "storage/job_queue.h"

enum { API_WORKERS = 4, WAITING_REQUESTS = 256, WAITING_WRITES = 4096, JOB_THREADS = 2, END_SECONDS = 5, PRELOADED_STORES = 1000 };

#define LAST_MS 4102444800000  /* 2100-01-01 */

static const option options[] = {
    { "port", OPTION_INT, "PORT", "VITRINE_PORT PORT", "8080", 0, 65535, "where to listen; 0 takes a free one" },
    { "address", OPTION_TEXT, "ADDRESS", "VITRINE_ADDRESS", "127.0.0.1", 0, 0, "0.0.0.0 listens on all networks" },
    { "demo", OPTION_FLAG, NULL, "VITRINE_DEMO", NULL, 0, 0, "make the demonstration shop when there is no store at all" },
    { "open-pages", OPTION_FLAG, NULL, "VITRINE_OPEN_PAGES", NULL, 0, 0, "show the first page's shop data to other machines too" },
    { "threads", OPTION_INT, "N", "VITRINE_THREADS", "0", 0, 64, "event loops; 0 is one for each processor" },
    { "clock", OPTION_TEXT, "WORD", NULL, "system", 0, 0,
      "for tests: virtual or virtual:MS stands there until POST /api/v1/clock moves it" },
    { "log", OPTION_TEXT, "LEVEL", "VITRINE_LOG", "info", 0, 0, "error, warn, info or debug" },
};

/* All parts, in the order they start; they end in the opposite order. */
typedef struct {
    home home;
    logger log;
    serving_registry *serving;
    key_table *keys;
    committer *writes;
    session_memory *memory;
    known_names *names;
    counters *counters;
    intake *events;
    exposure_log *exposures;
    api *api;
    http_server *http;
    job_services services;
    job_runner *runner;
    scheduler *_Atomic schedule;    /* requests may come before it is there */
    virtual_clock clock;            /* when `clock_is_virtual` */
    bool clock_is_virtual;
    str demo_key;
    char base[320];                 /* http://localhost:8080; empty until it listens */
} server;

static err_code read_log_level(ctx *c, const invocation *v, log_level *ret_level) {
    static const char *const words[] = { [LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(invocation_text(v, "log"), str_of(words[i]))) {
            *ret_level = (log_level)i;
            return ERR_OK;
        }
    return usage_error(c, "--log", "--log is error, warn, info or debug");
}

/* "system", "virtual" (begins now) or "virtual:MS". */
static err_code read_clock(ctx *c, const invocation *v, server *s) {
    str rest = invocation_text(v, "clock"), word = str_cut(&rest, ':');
    int64_t start_ms = ctx_now_ms(c);
    if (str_eq(word, STR("system")) && !rest.p) return ERR_OK;
    if (!str_eq(word, STR("virtual")) || (rest.p && !parse_int_in(rest, 0, LAST_MS, &start_ms)))
        return usage_error(c, "--clock", "--clock is system, virtual, or virtual:MS with milliseconds since 1970");
    virtual_clock_init(&s->clock, start_ms);
    s->clock_is_virtual = true;
    return ERR_OK;
}

/* Only with no store at all: a folder that holds a real shop must not get a toy beside it. */
static err_code prepare_demo(ctx *c, const invocation *v, server *s) {
    store *stores;
    size_t n;
    str secret;
    TRY(all_stores(c, s->home.d, &stores, &n));
    bool only_demo = n == 1 && str_eq(stores[0].platform, STR("demo"));
    if (invocation_flag(v, "demo") && (n == 0 || only_demo)) {
        demo_store demo;
        int64_t job_id;
        TRY(demo_store_ensure(c, &s->home, 0, &demo));
        s->demo_key = demo.public;
        if (!demo.row.synced_ms)
            TRY(job_submit(c, s->home.d, &(job_order){ .store_id = demo.row.store_id, .kind = STR("sync") }, &job_id, NULL));
        return ERR_OK;
    }
    if (demo_store_keys(c, &s->home, &secret, &s->demo_key)) s->demo_key = (str){ 0 };      /* no demonstration here */
    return ERR_OK;
}

static err_code start_events(ctx *c, server *s) {
    uint64_t seeds[3];
    crypto_random(seeds, sizeof seeds);
    TRY(known_names_new(c, 0, seeds[2], &s->names));
    TRY(session_memory_new(c, 0, seeds[0], &s->memory));
    const intake_options o = { .writes = s->writes, .memory = s->memory, .seed = seeds[1], .n_takers = 3,
                               .takers = { people_taker(), counters_taker(s->counters), api_purchase_taker(s->serving) } };
    return intake_new(c, s->home.d, &o, &s->events);
}

/* The virtual clock goes on to now_ms, and what is due by then begins. */
static err_code move_clock(ctx *c, db *d, int64_t now_ms, void *arg) {
    server *s = arg;
    if (now_ms > ctx_now_ms(c)) TRY(job_clock_moves(c, d, now_ms, JOB_STALE_MS));
    if (!virtual_clock_move(&s->clock, now_ms))
        return fail_field(c, ERR_CONFLICT, "now_ms", "the clock shows %" PRId64 " already and does not go back", ctx_now_ms(c));
    scheduler *waiting = atomic_load(&s->schedule);
    if (waiting) scheduler_wake(waiting);
    return ERR_OK;
}

static err_code start_parts(ctx *c, const invocation *v, server *s) {
    TRY(counters_new(c, NULL, &s->counters));
    const serving_options from = { .data_dir = str_of(s->home.dir), .counters = s->counters, .seal = &s->home.key };
    TRY(serving_registry_new(c, &from, &s->serving));
    TRY(key_table_new(c, &s->keys));
    TRY(key_table_load(c, s->home.d, s->keys));
    TRY(committer_new(c, &s->home.database, WAITING_WRITES, &s->writes));
    TRY(exposure_log_new(c, s->writes, &s->exposures));
    counters_set_waiting(s->counters, s->exposures);
    TRY(start_events(c, s));
    const api_options o = {
        .database = s->home.database, .serving = s->serving, .writes = s->writes, .events = s->events, .memory = s->memory,
        .names = s->names,
        .keys = s->keys, .seal = s->home.key, .time = c->time, .log = c->log, .demo_key = s->demo_key,
        .move_clock = s->clock_is_virtual ? move_clock : NULL, .move_clock_arg = s, .counters = s->counters,
        .exposures = s->exposures, .open_pages = invocation_flag(v, "open-pages"),
    };
    return api_new(c, &o, &s->api);
}

static err_code start_http(ctx *c, const invocation *v, server *s) {
    http_server_options o = {
        .address = invocation_cstr(v, "address"), .port = (uint16_t)invocation_int(v, "port"), .loops = (int)invocation_int(v, "threads"),
        .workers = { .name = "vitrine-api", .threads = API_WORKERS, .queue = WAITING_REQUESTS }, .time = c->time, .log = c->log,
    };
    api_worker_hooks(s->api, &o.workers);
    http_app app = api_http_app(s->api);
    return http_server_start(c, &o, &app, &s->http);
}

static err_code start_jobs(ctx *c, const invocation *v, server *s) {
    s->services = (job_services){
        .mail = mail_defaults_of(c, v->settings),
        .database = s->home.database, .data_dir = s->home.dir, .seal = s->home.key, .serving = s->serving,
        .counters = s->counters, .names = s->names, .owner = job_owner_name(c->arena), .stop = signals_asked(),
    };
    const job_runner_options o = {
        .services = &s->services, .kinds = job_kinds, .n_kinds = n_job_kinds, .threads = JOB_THREADS, .time = c->time, .log = c->log,
    };
    TRY(job_runner_new(c, &o, &s->runner));
    scheduler *started;
    TRY(scheduler_new(c, &s->services, s->keys, s->runner, &started));
    atomic_store(&s->schedule, started);
    return ERR_OK;
}

/* Shops are loaded before /readyz says yes; one that cannot be is served as soon as it can. */
static err_code load_stores(ctx *c, server *s) {
    store *stores;
    size_t n;
    TRY(all_stores(c, s->home.d, &stores, &n));
    for (size_t i = 0; i < n && i < PRELOADED_STORES; i++) {
        if (signals_wait(0)) return ERR_OK;
        arena_mark m = arena_save(c->arena);
        err_code e = serving_load(c, s->serving, s->home.d, stores[i].store_id);
        if (!e) e = counters_load(c, s->counters, s->home.d, stores[i].store_id);
        if (!e) e = known_names_follow(c, s->home.d, s->names, stores[i].store_id);
        if (e) log_line(c->log, LOG_WARN, "serving.load_failed", "store=%" PRId64 " why=%s", stores[i].store_id, c->error.text);
        arena_restore(c->arena, m);
    }
    return ERR_OK;
}

/* What was counted since it was kept last; without it the next start counts it again. */
static void keep_counters(ctx *c, server *s) {
    err_code e = s->counters ? counters_keep(c, s->counters, s->home.d) : ERR_OK;
    if (e) log_line(c->log, LOG_WARN, "counters.not_kept", "error=%s why=%s", err_name(e), c->error.text);
}

static void stop_all(ctx *c, server *s) {
    if (s->api) api_set_ready(s->api, false);
    http_server_stop(s->http);
    scheduler_free(s->schedule);
    job_runner_free(s->runner);
    if (s->exposures) exposure_log_flush(s->exposures);     /* the last answers are written; events still look there */
    committer_free(s->writes);
    exposure_log_free(s->exposures);
    intake_free(s->events);
    api_free(s->api);
    session_memory_free(s->memory);
    known_names_free(s->names);
    keep_counters(c, s);
    key_table_free(s->keys);
    serving_registry_free(s->serving);
    counters_free(s->counters);
    if (s->home.dir) connect_address_forget(c, s->home.dir, str_of(s->base));
    home_close(&s->home);
}

/* How to connect a shop, while there is none but the demonstration. Without a code everything else works. */
static void announce_code(ctx *c, const invocation *v, const server *s, str base) {
    const char *told = settings_get(c, v->settings, "VITRINE_WEBHOOK_BASE");
    connect_address a;
    store *stores;
    size_t n;
    err_code e = all_stores(c, s->home.d, &stores, &n);
    for (size_t i = 0; !e && i < n; i++)
        if (!str_eq(stores[i].platform, STR("demo"))) return;
    if (!e) e = connect_address_make(c, s->home.d, &s->home.key, told ? str_of(told) : base, &a);
    if (e) log_line(c->log, LOG_WARN, "serve.no_connect_code", "error=%s why=%s", err_name(e), c->error.text);
    else fprintf(v->out, "connect a WooCommerce shop: paste this line into its Vitrine plugin\n  %.*s\n", STR_ARG(a.text));
}

/* People see localhost when they listen on their own machine. */
static void find_base(const invocation *v, server *s) {
    const char *address = invocation_cstr(v, "address");
    bool own = strcmp(address, "127.0.0.1") == 0 || strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::1") == 0;
    const char *open = strchr(address, ':') ? "[" : "", *close = *open ? "]" : "";
    snprintf(s->base, sizeof s->base, "http://%s%s%s:%u", own ? "" : open, own ? "localhost" : address, own ? "" : close,
             http_server_port(s->http));
}

/* For people, and for commands of the same data folder. Without the note they go by the settings of port. */
static void announce(ctx *c, const invocation *v, server *s) {
    find_base(v, s);
    fprintf(v->out, "Vitrine serves %s\n", s->base);
    if (connect_address_note(c, s->home.dir, str_of(s->base)))
        log_line(c->log, LOG_WARN, "serve.no_address_file", "why=%s", c->error.text);
    announce_code(c, v, s, str_of(s->base));
    if (s->demo_key.n) fprintf(v->out, "the demonstration shop's keys are in %s/%s\n", s->home.dir, DEMO_KEYS_FILE);
    fflush(v->out);
}

static err_code start_all(ctx *c, const invocation *v, server *s) {
    TRY(home_open(c, v, HOME_MAKE, &s->home));
    TRY(prepare_demo(c, v, s));
    TRY(start_parts(c, v, s));
    TRY(start_http(c, v, s));
    announce(c, v, s);
    TRY(start_jobs(c, v, s));
    TRY(load_stores(c, s));
    api_set_ready(s->api, true);
    log_line(c->log, LOG_INFO, "serve.ready", "port=%u version=" VITRINE_VERSION, http_server_port(s->http));
    return ERR_OK;
}

static err_code run(ctx *c, const invocation *v) {
    server s = { .log = { .out = stderr, .time = c->time } };
    TRY(read_log_level(c, v, &s.log.level));
    const logger *outer = c->log;
    const time_source *real = c->time;
    TRY(read_clock(c, v, &s));
    if (s.clock_is_virtual) c->time = s.log.time = &s.clock.source;
    c->log = &s.log;
    signals_start();
    err_code e = start_all(c, v, &s);
    if (!e) {
        while (!signals_wait(MS_PER_HOUR)) continue;
        log_line(c->log, LOG_INFO, "serve.ending", "reason=signal");
    }
    signals_last_chance(END_SECONDS);
    stop_all(c, &s);
    c->log = outer;
    c->time = real;                                         /* the virtual one ends here */
    return e;
}

const command cmd_serve = {
    .name = "serve", .summary = "Answer over HTTP, follow the shops, learn", .usage = "[options]",
    .details = "One process does everything. SIGTERM or Ctrl-C ends it: requests are finished, jobs stop at their next checkpoint\n"
               "and go on at the next start.",
    .options = options, .n_options = COUNT(options), .run = run,
};
