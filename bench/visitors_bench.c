/* A day of very many visitors: what a serving process remembers of them, and that it stops growing. Each visitor is new and looks at a
 * product; of four one is shown an answer of four products, which is logged, tells that he saw it, and sometimes clicks; three of a
 * hundred log in. It goes through the intake with its takers, the log of answers and the committer to the disk, as in `vitrine serve`,
 * and the clock goes through one day. That is 1.3 events a visitor where people make ten to twenty: what is remembered of one is smaller,
 * of how many is not.
 *   visitors_bench [VISITORS [STORES [PRODUCTS [MIB]]]]   one line a twentieth of the day; memory is the process's own (/proc), MiB
 * MIB: what counters of all shops may take, in place of LIMIT_COUNTERS_BYTES, to see them stay within it sooner.
 * Rows leave the disk after an hour of that day, so that it holds them; `serve` keeps them for months and never reads them here. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/limits.h"
#include "base/map.h"
#include "base/parse.h"
#include "base/thread.h"
#include "events/counters.h"
#include "events/exposures.h"
#include "events/intake.h"
#include "events/known_names.h"
#include "events/people.h"
#include "events/retention.h"
#include "schema/exposed_items.h"

enum { AT_ONCE = 100, MOST_EVENTS = 4 * AT_ONCE, WAITING = 40, SHOWN = 4, STEPS = 20, MOST_STORES = 10000 };
enum { BACK_AFTER = 50000, ANSWERED_ONE_OF = 4 };
#define DAY_START INT64_C(1790000000000)

static void stop_on(ctx *c, err_code e) {
    if (!e) return;
    fprintf(stderr, "visitors_bench: %s: %s\n", err_name(e), c->error.text);
    exit(1);
}

typedef struct { arena home; ctx c; visitor_event events[MOST_EVENTS]; event_batch batch; atomic_bool ready; } slot;

typedef struct {
    ctx *c;
    virtual_clock clock;
    db *d;
    committer *writes;
    exposure_log *shown;
    counters *counted;
    known_names *names;
    session_memory *memory;
    intake *events;
    slot *slots;
    int64_t visitors, stores, products, counters_mib, told, shown_to;
} day;

/* ---- one visitor ---- */
/* Names in no order, as those of real browsers. */
static str name_of(slot *s, char letter, uint64_t n) {
    char text[24];
    snprintf(text, sizeof text, "%c%016llx", letter, (unsigned long long)hash_bytes(&n, sizeof n, 5));
    return str_dup(&s->home, str_of(text));
}

/* ... and of answers by their time. */
static str answer_of(slot *s, uint64_t n) {
    char text[24];
    snprintf(text, sizeof text, "r%012llu", (unsigned long long)n);
    return str_dup(&s->home, str_of(text));
}

static str product_of(day *x, slot *s, rng *r) {
    double u = rng_unit(r);                                 /* a few are looked at by many */
    char text[24];
    snprintf(text, sizeof text, "%lld", 10000 + (long long)(u * u * u * (double)x->products));
    return str_dup(&s->home, str_of(text));
}

static str items_of(day *x, slot *s, rng *r, str *ret_first) {
    buf text;
    json_out w;
    buf_init_in(&text, &s->home, 400);
    jw_init(&w, &text);
    jw_array(&w);
    for (int i = 0; i < SHOWN; i++) {
        str item = product_of(x, s, r);
        if (!i) *ret_first = item;
        exposed_item_write(&w, &(exposed_item){ item, i % 2 ? STR("cross_sell") : STR("personal"), 0.05, 1, 1000 });
    }
    jw_end_array(&w);
    stop_on(x->c, buf_err(&text));
    return buf_view(&text);
}

static void add(slot *s, int64_t store_id, str visitor, const char *kind, str product_id, str rec_id, str customer_id) {
    visitor_event *e = &s->events[s->batch.n++];
    int64_t now_ms = ctx_now_ms(&s->c);
    *e = (visitor_event){ .row = { .store_id = store_id, .visitor_id = visitor, .kind = str_of(kind), .time_ms = now_ms,
                                   .product_id = product_id, .rec_id = rec_id, .device = STR("mobile") }, .customer_id = customer_id };
    if (!event_kind_find(e->row.kind, &e->kind)) abort();
    stop_on(&s->c, event_check(&s->c, e, now_ms));
}

static void see_answer(day *x, slot *s, rng *r, int64_t store_id, uint64_t number, str visitor, str anchor) {
    str rec_id = answer_of(s, number), first = { 0 };
    const exposure row = { .store_id = store_id, .rec_id = rec_id, .time_ms = ctx_now_ms(&s->c), .visitor_id = visitor,
                           .placement = STR("product"), .product_id = anchor, .strategy = STR("live"), .model_version = 1,
                           .items = items_of(x, s, r, &first) };
    exposure_log_put(x->shown, &row);
    x->shown_to++;
    add(s, store_id, visitor, "impression", (str){ 0 }, rec_id, (str){ 0 });
    if (rng_below(r, 10) == 0) add(s, store_id, visitor, "click", first, rec_id, (str){ 0 });
}

static void visit(day *x, slot *s, rng *r, int64_t store_id, uint64_t number) {
    str visitor = name_of(s, 'v', number), anchor = product_of(x, s, r), account = { 0 };
    uint64_t who = rng_below(r, 100);                       /* 3 of 100 log in; one of them did with another browser before */
    if (who < 3) account = name_of(s, 'c', who && number > BACK_AFTER ? number : number % BACK_AFTER);
    add(s, store_id, visitor, "view", anchor, (str){ 0 }, account);
    if (number % ANSWERED_ONE_OF == 0) see_answer(x, s, r, store_id, number, visitor, anchor);
}

/* ---- many ---- */
static void batch_done(ctx *c, err_code e, event_batch *b) {
    stop_on(c, e);
    atomic_store(&((slot *)b->arg)->ready, true);
}

static void wait_a_little(void) { nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL); }

static void wait_for(const slot *s) {
    while (!atomic_load(&s->ready)) wait_a_little();
}

/* As many as come in a day, not as fast as they can: no answer is to be left out of the log. */
static void keep_pace(day *x) {
    for (exposure_counts n = exposure_log_get_counts(x->shown);; n = exposure_log_get_counts(x->shown)) {
        if (x->shown_to - (int64_t)(n.written + n.left_out + n.failed) < LIMIT_EXPOSURES_WAITING / 4) return;
        wait_a_little();
    }
}

static void send(day *x, slot *s, rng *r, int64_t from) {
    wait_for(s);
    keep_pace(x);
    atomic_store(&s->ready, false);
    arena_reset(&s->home);
    int64_t store_id = 1 + from / AT_ONCE % x->stores;
    s->batch = (event_batch){ .store_id = store_id, .received_ms = ctx_now_ms(&s->c), .otherwise = CONSENT_ALL, .events = s->events,
                              .done = batch_done, .arg = s };
    for (int64_t i = 0; i < AT_ONCE; i++) visit(x, s, r, store_id, (uint64_t)(from + i));
    x->told += (int64_t)s->batch.n;
    stop_on(&s->c, intake_give(x->events, &s->batch));
}

static void wait_for_all(day *x) {
    for (int i = 0; i < WAITING; i++) wait_for(&x->slots[i]);
    exposure_log_flush(x->shown);
}

static double mib_of(const char *what) {
    char line[200];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f)) {
        str rest = str_of(line);
        if (str_eq(str_cut(&rest, ':'), str_of(what))) kib = atof(rest.p);
    }
    if (f) fclose(f);
    return kib / 1024;
}

static double mib(size_t bytes) { return (double)bytes / (double)MIB; }

static void tell(day *x, int64_t done) {
    session_memory_facts m;
    known_names_facts n;
    session_memory_get_facts(x->memory, &m);
    known_names_get_facts(x->names, &n);
    counters_total t = counters_get_total(x->counted);
    exposure_counts e = exposure_log_get_counts(x->shown);
    printf("{\"bench\":\"visitors\",\"visitors\":%lld,\"events\":%lld,\"resident_mib\":%.0f,\"peak_mib\":%.0f,\"session_mib\":%.0f,"
           "\"remembered\":%zu,\"forgotten\":%llu,\"names\":%zu,\"names_mib\":%.0f,\"names_forgotten\":%llu,\"counters_mib\":%.0f,"
           "\"shops\":%zu,\"cells_of_1\":%zu,\"put_away\":%llu,\"halved\":%llu,\"answers_left_out\":%llu,\"cpu_s\":%.0f}\n",
           (long long)done, (long long)x->told, mib_of("VmRSS"), mib_of("VmHWM"), mib(m.bytes), m.visitors, (unsigned long long)m.dropped,
           n.names, mib(n.bytes), (unsigned long long)n.forgotten, mib(t.bytes), t.shops, counters_get_facts(x->counted, 1).cells,
           (unsigned long long)t.put_away, (unsigned long long)t.halved, (unsigned long long)e.left_out, (double)cpu_time_us() / 1e6);
    fflush(stdout);
}

/* What the clock does every few seconds in `serve`, here once a step. */
static void look_after(day *x) {
    retention_report gone;
    for (int64_t id = 1; id <= x->stores; id++) {
        arena_mark m = arena_save(x->c->arena);
        stop_on(x->c, known_names_follow(x->c, x->d, x->names, id));
        stop_on(x->c, counters_tend(x->c, x->counted, x->d, id));
        stop_on(x->c, retention_apply(x->c, x->d, id, ctx_now_ms(x->c) - MS_PER_HOUR, &gone));
        arena_restore(x->c->arena, m);
    }
}

static void live(day *x) {
    rng r;
    int64_t step = x->visitors / STEPS;
    rng_seed(&r, 1);
    for (int64_t from = 0; from < x->visitors; from += AT_ONCE) {
        (void)virtual_clock_move(&x->clock, DAY_START + from * (int64_t)MS_PER_DAY / x->visitors);
        send(x, &x->slots[from / AT_ONCE % WAITING], &r, from);
        if ((from + AT_ONCE) % step) continue;
        wait_for_all(x);
        look_after(x);
        tell(x, from + AT_ONCE);
    }
}

/* ---- the parts, as cmd_serve.c puts them together ---- */
static void open_parts(day *x, const char *folder) {
    char url[200], name[32];
    ctx *c = x->c;
    snprintf(url, sizeof url, "sqlite:%s/day.db", folder);
    const db_options o = { .url = str_of(url) };
    stop_on(c, storage_open(c, &o, &x->d));
    stop_on(c, storage_migrate(c, x->d));
    for (int64_t id = 1; id <= x->stores; id++) {
        snprintf(name, sizeof name, "shop%lld", (long long)id);
        stop_on(c, storage_put(c, x->d, &store_entity, &(store){ .store_id = id, .name = str_of(name), .currency = STR("RON") }));
    }
    stop_on(c, committer_new(c, &o, 4096, &x->writes));
    stop_on(c, exposure_log_new(c, x->writes, &x->shown));
    stop_on(c, counters_new(c, &(counter_bounds){ .bytes = (size_t)x->counters_mib * MIB }, &x->counted));
    counters_set_waiting(x->counted, x->shown);
    stop_on(c, known_names_new(c, 0, 1, &x->names));
    stop_on(c, session_memory_new(c, 0, 2, &x->memory));
    stop_on(c, intake_new(c, x->d, &(intake_options){ .writes = x->writes, .memory = x->memory, .seed = 3, .n_takers = 2,
                          .takers = { people_taker(), counters_taker(x->counted) } }, &x->events));
    for (int i = 0; i < WAITING; i++) {
        slot *s = &x->slots[i];
        arena_init(&s->home, LIMIT_REQUEST_ARENA);
        ctx_init(&s->c, &s->home);
        s->c.time = c->time;
        atomic_store(&s->ready, true);
    }
}

static void close_parts(day *x) {
    wait_for_all(x);
    committer_free(x->writes);
    exposure_log_free(x->shown);
    intake_free(x->events);
    session_memory_free(x->memory);
    known_names_free(x->names);
    counters_free(x->counted);
    storage_close(x->d);
    for (int i = 0; i < WAITING; i++) arena_done(&x->slots[i].home);
}

int main(int argc, char **argv) {
    static slot slots[WAITING];
    AUTO_ARENA home;
    ctx c;
    char folder[] = "/var/tmp/vitrine-bench-XXXXXX", command[100];
    day x = { .c = &c, .slots = slots, .visitors = 200000, .stores = 1, .products = 20000 };
    arena_init(&home, 512 * MIB);
    ctx_init(&c, &home);
    virtual_clock_init(&x.clock, DAY_START);
    c.time = &x.clock.source;
    if (argc > 1 && (!parse_int_in(str_of(argv[1]), STEPS * AT_ONCE, 100000000, &x.visitors) || x.visitors % (STEPS * AT_ONCE))) return 1;
    if (argc > 2 && !parse_int_in(str_of(argv[2]), 1, MOST_STORES, &x.stores)) return 1;
    if (argc > 3 && !parse_int_in(str_of(argv[3]), 1, LIMIT_PRODUCTS, &x.products)) return 1;
    if (argc > 4 && !parse_int_in(str_of(argv[4]), 1, 100000, &x.counters_mib)) return 1;
    if (!mkdtemp(folder)) return 1;
    open_parts(&x, folder);
    live(&x);
    close_parts(&x);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}
