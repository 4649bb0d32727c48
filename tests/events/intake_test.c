/* The door of events: what is answered is on disk, once, with growing ids, whoever else writes. */
#include "events/intake.h"
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include "tests/storage/backends.h"
#include "tests/test.h"

#define START INT64_C(1763640000000)

/* One process: an intake over a database that others may share. */
typedef struct {
    ctx *c;
    time_source time;
    db *d;
    committer *writes;
    session_memory *memory;
    intake *k;
    event_taker taker;
    size_t taken;
    err_code answer;
} process;

static void count_taken(ctx *c, void *arg, const visitor_event *const *events, size_t n) {
    process *p = arg;
    (void)c;                                                /* nothing to allocate */
    for (size_t i = 0; i < n; i++) assert_true(events[i]->row.event_id > 0);
    p->taken += n;
}

static void start(ctx *c, process *p, const db_options *o, const event_taker *taker) {
    p->c = c;
    p->time = time_source_manual(START);
    c->time = &p->time;
    p->d = test_connect(c, o);
    assert_ok(c, storage_put(c, p->d, &store_entity, &(store){ .store_id = 1, .name = STR("shop") }));
    assert_ok(c, committer_new(c, o, 64, &p->writes));
    assert_ok(c, session_memory_new(c, 1 << 20, 3, &p->memory));
    intake_options io = { .writes = p->writes, .memory = p->memory, .seed = (uint64_t)(uintptr_t)p, .n_takers = 1,
                          .takers = { taker ? *taker : (event_taker){ .name = "test", .taken = count_taken, .arg = p } } };
    assert_ok(c, intake_new(c, p->d, &io, &p->k));
}

static void stop(process *p) {
    committer_free(p->writes);
    intake_free(p->k);
    session_memory_free(p->memory);
    storage_close(p->d);
}

typedef struct { sem_t told; err_code e; event_batch b; } waiting;

static void tell(ctx *c, err_code e, event_batch *b) {
    waiting *w = b->arg;
    (void)c;                                                /* the code is enough here */
    w->e = e;
    sem_post(&w->told);
}

static waiting give(process *p, visitor_event *events, size_t n) {
    waiting w = { .b = { .store_id = 1, .received_ms = p->time.manual_ms, .otherwise = CONSENT_ALL, .events = events, .n = n } };
    w.b.done = tell;
    w.b.arg = &w;
    sem_init(&w.told, 0, 0);
    assert_ok(p->c, intake_give(p->k, &w.b));
    sem_wait(&w.told);
    sem_destroy(&w.told);
    return w;
}

static visitor_event view(const char *visitor, const char *item, const char *id) {
    return (visitor_event){ .row = { .kind = STR("view"), .visitor_id = str_of(visitor), .product_id = str_of(item), .time_ms = START },
                            .kind = EVENT_VIEW, .client_hash = client_hash_of(1, str_of(visitor), str_of(id)) };
}

static logged_event *stored(ctx *c, db *d, size_t *ret_n) {
    logged_event *rows, key = { .store_id = 1 };
    assert_ok(c, storage_scan(c, d, &logged_event_entity, &key, 1, NULL, LIMIT_SCAN_ROWS, &rows, ret_n));
    return rows;
}

TEST(intake, writes_each_event_once_with_session_and_visitor) {
    TEST_CTX(c);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    process p = { 0 };
    size_t n = 0;
    start(c, &p, &o, NULL);
    visitor_event first[] = { view("v", "a", "1"), view("v", "b", "2"), view("w", "a", "1") };
    waiting w = give(&p, first, 3);
    assert_err(ERR_OK, w.e);
    assert_int_equal(3, w.b.accepted);
    visitor_event again[] = { view("v", "a", "1"), view("v", "c", "3"), view("v", "c", "3") };
    w = give(&p, again, 3);
    assert_int_equal(1, w.b.accepted);
    assert_int_equal(2, w.b.repeated);
    logged_event *rows = stored(c, p.d, &n);
    assert_int_equal(4, n);
    assert_int_equal(4, p.taken);
    for (size_t i = 1; i < n; i++) assert_true(rows[i].event_id > rows[i - 1].event_id);
    assert_int_equal(START, rows[0].event_id >> 20);
    assert_true(rows[0].session_id.n == SESSION_ID_LENGTH && str_eq(rows[0].session_id, rows[1].session_id));
    assert_false(str_eq(rows[0].session_id, rows[2].session_id));
    known_visitor v = { .store_id = 1, .visitor_id = STR("v") };
    assert_ok(c, storage_get(c, p.d, &known_visitor_entity, &v));
    assert_int_equal(1, v.sessions);
    stop(&p);
}

TEST(intake, knows_repeats_and_sessions_after_a_restart) {
    TEST_CTX(c);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    process p = { 0 }, q = { 0 };
    size_t n = 0;
    start(c, &p, &o, NULL);
    visitor_event first[] = { view("v", "a", "1"), view("v", "b", "2") };
    give(&p, first, 2);
    stop(&p);
    start(c, &q, &o, NULL);
    q.time.manual_ms = START - MS_PER_HOUR;                 /* the clock stepped back meanwhile */
    remembered known;
    assert_ok(c, session_memory_get(c, q.memory, 1, STR("v"), CONSENT_ALL, &known));
    assert_int_equal(2, known.n_events);
    assert_str("b", known.events[0].product_id);
    visitor_event again[] = { view("v", "a", "1"), view("v", "c", "3") };
    assert_int_equal(1, give(&q, again, 2).b.repeated);
    logged_event *rows = stored(c, q.d, &n);
    assert_int_equal(3, n);
    assert_str("c", rows[2].product_id);
    assert_true(rows[2].event_id == rows[1].event_id + 1);
    assert_true(str_eq(rows[2].session_id, rows[0].session_id));
    stop(&q);
}

TEST(intake, of_two_processes_gives_different_ids_and_knows_the_others_events) {
    TEST_CTX(c);
    TEST_CTX(other);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    process p = { 0 }, q = { 0 };
    size_t n = 0;
    start(c, &p, &o, NULL);
    start(other, &q, &o, NULL);
    for (int i = 0; i < 40; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        visitor_event mine[] = { view("v", "a", id) }, theirs[] = { view("v", "a", id) };
        assert_int_equal(1, give(i % 2 ? &p : &q, mine, 1).b.accepted);
        assert_int_equal(1, give(i % 2 ? &q : &p, theirs, 1).b.repeated);
    }
    (void)stored(c, p.d, &n);
    assert_int_equal(40, n);
    remembered known;
    assert_ok(c, session_memory_get(c, q.memory, 1, STR("v"), CONSENT_ALL, &known));
    assert_int_equal(40, known.n_events);
    stop(&p);
    stop(&q);
}

TEST(intake, stores_no_visitor_without_consent) {
    TEST_CTX(c);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    process p = { 0 };
    size_t n = 0;
    start(c, &p, &o, NULL);
    visitor_event events[] = { view("v", "a", "1"), view("v", "b", "2") };
    events[0].consent = CONSENT_NONE;
    events[0].customer_id = STR("77");
    give(&p, events, 2);
    logged_event *rows = stored(c, p.d, &n);
    assert_int_equal(2, n);
    assert_str("", rows[0].visitor_id);
    assert_str("", rows[1].visitor_id);                     /* the refusal holds for what follows */
    assert_true(str_eq(rows[0].session_id, rows[1].session_id) && rows[0].session_id.n);
    int64_t visitors = 0;
    assert_ok(c, storage_count(c, p.d, &known_visitor_entity, 1, &visitors));
    assert_int_equal(0, visitors);
    assert_int_equal(0, events[0].customer_id.n);
    stop(&p);
}

TEST(intake, believes_what_a_visitor_agreed_to_before_the_restart) {
    TEST_CTX(c);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    process p = { 0 }, q = { 0 };
    start(c, &p, &o, NULL);
    visitor_event yes[] = { view("v", "a", "1") }, less[] = { { .row = { .visitor_id = STR("v"), .kind = STR("consent"), .time_ms = START },
                                                                 .kind = EVENT_CONSENT, .consent = CONSENT_STATISTICS } };
    give(&p, yes, 1);
    give(&p, less, 1);
    stop(&p);
    start(c, &q, &o, NULL);
    visitor_event more[] = { view("v", "b", "2") };
    give(&q, more, 1);
    remembered known;
    assert_ok(c, session_memory_get(c, q.memory, 1, STR("v"), CONSENT_ALL, &known));
    assert_int_equal(0, known.n_events);
    assert_int_equal(CONSENT_STATISTICS, more[0].consent);
    known_visitor v = { .store_id = 1, .visitor_id = STR("v") };
    assert_ok(c, storage_get(c, q.d, &known_visitor_entity, &v));
    assert_str("statistics", v.consent);
    stop(&q);
}

static err_code refuse(ctx *c, db *d, void *arg, const visitor_event *const *events, size_t n) {
    int *left = arg;
    (void)d, (void)events, (void)n;                         /* it fails whatever came */
    return (*left)-- > 0 ? fail(c, ERR_STORAGE, "the taker's table is broken") : ERR_OK;
}

TEST(intake, forgets_a_batch_that_did_not_reach_the_disk) {
    TEST_CTX(c);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    process p = { 0 };
    int failures = 1;
    size_t n = 0;
    start(c, &p, &o, &(event_taker){ .name = "broken", .write = refuse, .arg = &failures });
    visitor_event first[] = { view("v", "a", "1") }, again[] = { view("v", "a", "1") };
    waiting w = give(&p, first, 1);
    assert_err(ERR_STORAGE, w.e);
    assert_int_equal(0, w.b.accepted);
    (void)stored(c, p.d, &n);
    assert_int_equal(0, n);
    w = give(&p, again, 1);
    assert_int_equal(1, w.b.accepted);
    known_visitor v = { .store_id = 1, .visitor_id = STR("v") };
    assert_ok(c, storage_get(c, p.d, &known_visitor_entity, &v));
    assert_int_equal(1, v.sessions);
    assert_int_equal(1, intake_get_counts(p.k).failed);
    stop(&p);
}

typedef struct { atomic_int told; event_batch b; visitor_event e[3]; char ids[3][32]; } one_of_many;

static void count_told(ctx *c, err_code e, event_batch *b) {
    one_of_many *w = b->arg;
    (void)c;
    atomic_store(&w->told, e ? -1 : 1);
}

TEST(intake, answers_thousands_of_waiting_batches) {
    TEST_CTX(c);
    enum { BATCHES = 3000 };
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    process p = { 0 };
    start(c, &p, &o, NULL);
    one_of_many *all = arena_new(c->arena, one_of_many, BATCHES);
    for (int i = 0; i < BATCHES; i++) {
        one_of_many *w = &all[i];
        for (int k = 0; k < 3; k++) {
            snprintf(w->ids[k], sizeof w->ids[k], "%d-%d", i, k);
            w->e[k] = view("v", "a", w->ids[k]);
            w->e[k].row.visitor_id = str_of(w->ids[0]);
        }
        w->b = (event_batch){ .store_id = 1, .received_ms = START, .otherwise = CONSENT_ALL, .events = w->e, .n = 3 };
        w->b.done = count_told;
        w->b.arg = w;
        assert_ok(c, intake_give(p.k, &w->b));
    }
    for (int i = 0; i < BATCHES; i++) {
        while (!atomic_load(&all[i].told)) sched_yield();
        assert_int_equal(1, atomic_load(&all[i].told));
    }
    int64_t n = 0;
    assert_ok(c, storage_count(c, p.d, &logged_event_entity, 1, &n));
    assert_int_equal(3 * BATCHES, n);
    stop(&p);
}
