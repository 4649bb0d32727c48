/* The log of exposures: written behind the answers, whole, and bounded. */
#include "events/exposures.h"
#include <stdio.h>
#include "base/thread.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static const str two_items = { "[[\"12\",\"cross_sell\",0.25000,1.00000,1999],[\"a\",\"new\",0.01000,0.12500,50]]", 73 };

static exposure shown(char room[32], int i, str items) {
    int n = snprintf(room, 32, "REC%08d", i);
    return (exposure){ .store_id = 1, .rec_id = { room, (size_t)n }, .time_ms = 1000 + i, .visitor_id = STR("ana"),
                       .placement = STR("home"), .strategy = STR("rules"), .items = items };
}

static void put(exposure_log *log, int from, int to, str items) {
    char room[32];                                          /* used again: texts must have been copied */
    for (int i = from; i < to; i++) {
        exposure x = shown(room, i, items);
        exposure_log_put(log, &x);
    }
}

typedef struct { db *d; committer *writes; exposure_log *log; } bench;

static void open_log(ctx *c, size_t waiting, bench *b) {
    db_options o;
    b->d = test_database(c, &backends[0], &o);
    b->writes = NULL;
    b->log = NULL;
    assert_ok(c, committer_new(c, &o, waiting, &b->writes));
    assert_ok(c, exposure_log_new(c, b->writes, &b->log));
}

static void close_log(bench *b) {
    exposure_log_free(b->log);
    committer_free(b->writes);
    storage_close(b->d);
}

static int rows_of(ctx *c, bench *b) {
    int64_t n = 0;
    assert_ok(c, storage_count(c, b->d, &exposure_entity, 1, &n));
    return (int)n;
}

TEST(exposures, are_all_on_disk_after_a_flush) {
    TEST_CTX(c);
    enum { ANSWERS = 7000 };            /* several transactions */
    bench b;
    open_log(c, 100, &b);
    put(b.log, 0, ANSWERS, two_items);
    exposure_log_flush(b.log);
    assert_int_equal(ANSWERS, rows_of(c, &b));
    exposure row = { .store_id = 1, .rec_id = STR("REC00006999") };
    assert_ok(c, storage_get(c, b.d, &exposure_entity, &row));
    assert_str("ana", row.visitor_id);
    assert_true(str_eq(two_items, row.items));
    exposure_counts counts = exposure_log_get_counts(b.log);
    assert_true(counts.written == ANSWERS && counts.left_out == 0 && counts.failed == 0);
    close_log(&b);
}

/* ---- a committer that stands still ---- */
typedef struct { lock mutex; pthread_cond_t changed; bool open, in; } gate;
static err_code wait_at_gate(ctx *c, db *d, void *arg) {
    (void)c, (void)d;
    gate *g = arg;
    WITH_LOCK(&g->mutex);
    g->in = true;
    pthread_cond_broadcast(&g->changed);
    while (!g->open) pthread_cond_wait(&g->changed, &g->mutex);
    return ERR_OK;
}

static void gate_open(gate *g) {
    WITH_LOCK(&g->mutex);
    g->open = true;
    pthread_cond_broadcast(&g->changed);
}

/* Returns once the committer stands at the gate. */
static void gate_close(ctx *c, gate *g, committer *writes) {
    *g = (gate){ .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    assert_ok(c, committer_give(writes, wait_at_gate, NULL, g));
    WITH_LOCK(&g->mutex);
    while (!g->in) pthread_cond_wait(&g->changed, &g->mutex);
}

TEST(exposures, are_left_out_and_counted_when_too_many_wait) {
    TEST_CTX(c);
    enum { ANSWERS = 3 * LIMIT_EXPOSURES_WAITING };
    bench b;
    gate g;
    open_log(c, 100, &b);
    gate_close(c, &g, b.writes);
    put(b.log, 0, ANSWERS, STR("[]"));
    gate_open(&g);
    exposure_log_flush(b.log);
    exposure_counts counts = exposure_log_get_counts(b.log);
    assert_int_equal(ANSWERS, (int)(counts.written + counts.left_out));
    assert_int_equal(LIMIT_EXPOSURES_WAITING + 1, (int)counts.written);     /* the first one flew alone */
    assert_int_equal((int)counts.written, rows_of(c, &b));
    close_log(&b);
}

TEST(exposures, gather_on_while_the_queue_of_writes_is_full) {
    TEST_CTX(c);
    bench b;
    gate g;
    open_log(c, 1, &b);
    gate_close(c, &g, b.writes);
    assert_ok(c, committer_give(b.writes, wait_at_gate, NULL, &g));         /* the only place to wait is taken */
    put(b.log, 0, 10, STR("[]"));
    gate_open(&g);
    exposure_log_flush(b.log);
    assert_int_equal(10, rows_of(c, &b));
    close_log(&b);
}

static void *put_some(void *arg) {
    put(((void **)arg)[0], *(int *)((void **)arg)[1], *(int *)((void **)arg)[1] + 1000, STR("[]"));
    return NULL;
}

TEST(exposures, come_from_many_threads_at_once) {
    TEST_CTX(c);
    enum { THREADS = 4 };
    bench b;
    open_log(c, 100, &b);
    pthread_t threads[THREADS];
    int first[THREADS];
    void *args[THREADS][2];
    for (int t = 0; t < THREADS; t++) {
        first[t] = t * 1000;
        args[t][0] = b.log, args[t][1] = &first[t];
        assert_int_equal(0, pthread_create(&threads[t], NULL, put_some, args[t]));
    }
    for (int t = 0; t < THREADS; t++) pthread_join(threads[t], NULL);
    exposure_log_flush(b.log);
    assert_int_equal(THREADS * 1000, rows_of(c, &b));
    close_log(&b);
}

TEST(exposures, not_yet_on_disk_are_found_by_who_writes) {
    TEST_CTX(c);
    bench b;
    gate g;
    exposure x;
    open_log(c, 100, &b);
    gate_close(c, &g, b.writes);
    put(b.log, 0, 3, two_items);                            /* the first flies, the others gather behind it */
    for (int i = 0; i < 3; i++) {
        char room[32];
        exposure wanted = shown(room, i, two_items);
        assert_ok(c, exposure_log_find(b.log, c, 1, wanted.rec_id, &x));
        assert_int_equal(1000 + i, x.time_ms);
        assert_true(str_eq(two_items, x.items));
        assert_err(ERR_NOT_FOUND, exposure_log_find(b.log, c, 2, wanted.rec_id, &x));
    }
    assert_err(ERR_NOT_FOUND, exposure_log_find(b.log, c, 1, STR("REC99999999"), &x));
    gate_open(&g);
    exposure_log_flush(b.log);
    assert_int_equal(3, rows_of(c, &b));
    assert_err(ERR_NOT_FOUND, exposure_log_find(b.log, c, 1, STR("REC00000001"), &x));
    close_log(&b);
}
