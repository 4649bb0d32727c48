/* The queue of jobs, alone and with several workers. */
#include "storage/job_queue.h"
#include <pthread.h>
#include <string.h>
#include "tests/storage/backends.h"
#include "tests/test.h"

enum { STALE_MS = 30000 };

/* A database, a clock that stands. */
#define QUEUE(c)                                               \
    TEST_CTX(c);                                               \
    time_source clock_ = time_source_manual(1000000);          \
    c->time = &clock_;                                         \
    db_options o;                                              \
    db *d = test_database(c, &backends[0], &o)

static int64_t submit(ctx *c, db *d, int64_t store_id, const char *kind, int64_t due_ms, bool *ret_new) {
    int64_t id = 0;
    assert_ok(c, job_submit(c, d, &(job_order){ .store_id = store_id, .kind = str_of(kind), .due_ms = due_ms }, &id, ret_new));
    return id;
}

TEST(job_queue, holds_one_open_job_of_a_kind_per_store) {
    QUEUE(c);
    bool is_new = false;
    assert_int_equal(1, submit(c, d, 1, "sync", 0, &is_new));
    assert_true(is_new);
    assert_int_equal(1, submit(c, d, 1, "sync", 0, &is_new));
    assert_false(is_new);
    assert_int_equal(2, submit(c, d, 1, "train", 0, &is_new));
    assert_int_equal(1, submit(c, d, 2, "sync", 0, &is_new));
    assert_true(is_new);
    job j;
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_int_equal(j.job_id, submit(c, d, j.store_id, str_cstr(c->arena, j.kind), 0, &is_new));   /* running counts too */
    assert_false(is_new);
    assert_ok(c, job_finish(c, d, &j, JOB_DONE, STR("{}"), STR("")));
    assert_int_equal(3, submit(c, d, 1, "sync", 0, &is_new));
    int64_t id = 0;
    assert_err(ERR_INVALID, job_submit(c, d, &(job_order){ .store_id = 1 }, &id, NULL));
    storage_close(d);
}

TEST(job_queue, brings_a_waiting_job_forward) {
    QUEUE(c);
    int64_t due = 0;
    assert_ok(c, job_next_due(c, d, &due));
    assert_int_equal(-1, due);
    (void)submit(c, d, 1, "sync", 5000000, NULL);
    job j;
    assert_err(ERR_NOT_FOUND, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_next_due(c, d, &due));
    assert_int_equal(5000000, due);
    (void)submit(c, d, 1, "sync", 0, NULL);
    (void)submit(c, d, 1, "sync", 9000000, NULL);
    assert_ok(c, job_next_due(c, d, &due));
    assert_int_equal(1000000, due);
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_next_due(c, d, &due));
    assert_int_equal(-1, due);
    storage_close(d);
}

TEST(job_queue, gives_a_dead_owners_job_to_the_next_and_refuses_the_dead_one) {
    QUEUE(c);
    (void)submit(c, d, 1, "sync", 0, NULL);
    job old, young;
    assert_ok(c, job_claim(c, d, STR("old"), STALE_MS, &old));
    clock_.manual_ms += STALE_MS - 1;
    assert_err(ERR_NOT_FOUND, job_claim(c, d, STR("young"), STALE_MS, &young));
    clock_.manual_ms += 2;
    assert_ok(c, job_claim(c, d, STR("young"), STALE_MS, &young));
    assert_int_equal(2, young.attempts);
    bool stop = false;
    assert_err(ERR_CONFLICT, job_heartbeat(c, d, &old, &(job){ .step = STR("products"), .done = 1, .total = 2 }, &stop));
    assert_err(ERR_CONFLICT, job_finish(c, d, &old, JOB_DONE, STR(""), STR("")));
    assert_ok(c, job_heartbeat(c, d, &young, &(job){ .step = STR("products"), .done = 1, .total = 2 }, &stop));
    assert_false(stop);
    assert_ok(c, job_finish(c, d, &young, JOB_FAILED, STR("{\"rows\":1}"), STR("The shop is closed.")));
    assert_err(ERR_CONFLICT, job_finish(c, d, &young, JOB_DONE, STR(""), STR("")));
    job got;
    assert_ok(c, job_get(c, d, 1, 1, &got));
    assert_str("failed", got.state);
    assert_str("products", got.step);
    assert_str("The shop is closed.", got.error);
    storage_close(d);
}

TEST(job_queue, gives_up_on_a_job_that_keeps_killing) {
    QUEUE(c);
    (void)submit(c, d, 1, "sync", 0, NULL);
    job j;
    for (int i = 0; i < LIMIT_JOB_CRASHES; i++) {
        assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
        clock_.manual_ms += STALE_MS + 1;
    }
    assert_err(ERR_NOT_FOUND, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_get(c, d, 1, 1, &j));
    assert_str("failed", j.state);
    storage_close(d);
}

TEST(job_queue, counts_only_deaths_in_a_row_as_killing) {
    QUEUE(c);
    (void)submit(c, d, 1, "sync", 0, NULL);
    job j;
    for (int i = 0; i < 3 * LIMIT_JOB_CRASHES; i++) {           /* a shop that is away, a server that is restarted, a death between */
        assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
        clock_.manual_ms += STALE_MS + 1;
        assert_ok(c, job_claim(c, d, STR("next"), STALE_MS, &j));
        assert_ok(c, job_postpone(c, d, &j, clock_.manual_ms, STR("")));
    }
    for (int i = 0; i < LIMIT_JOB_CRASHES; i++) {
        assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
        clock_.manual_ms += STALE_MS + 1;
    }
    assert_err(ERR_NOT_FOUND, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_get(c, d, 1, 1, &j));
    assert_str("failed", j.state);
    storage_close(d);
}

TEST(job_queue, gives_up_on_a_killing_job_also_when_it_is_wanted_by_number) {
    QUEUE(c);
    int64_t id = submit(c, d, 1, "sync", 0, NULL);
    job j;
    for (int i = 0; i < LIMIT_JOB_CRASHES; i++) {
        assert_ok(c, job_take(c, d, 1, id, STR("me"), STALE_MS, &j));
        clock_.manual_ms += STALE_MS + 1;
    }
    assert_err(ERR_CONFLICT, job_take(c, d, 1, id, STR("me"), STALE_MS, &j));
    assert_str("failed", j.state);
    assert_ok(c, job_get(c, d, 1, id, &j));
    assert_str("failed", j.state);                          /* written, although nothing was taken */
    assert_true(submit(c, d, 1, "sync", 0, NULL) > id);     /* so that the next wish is not held up by it */
    storage_close(d);
}

TEST(job_queue, cancels_what_waits_and_asks_what_runs) {
    QUEUE(c);
    (void)submit(c, d, 1, "sync", 0, NULL);
    (void)submit(c, d, 1, "train", 5000000, NULL);
    job j, got;
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_cancel(c, d, 1, 2, &got));
    assert_str("cancelled", got.state);
    assert_ok(c, job_cancel(c, d, 1, 1, &got));
    assert_str("running", got.state);
    bool stop = false;
    assert_ok(c, job_heartbeat(c, d, &j, &(job){ .step = STR(""), .done = 0, .total = 0 }, &stop));
    assert_true(stop);
    assert_ok(c, job_finish(c, d, &j, JOB_CANCELLED, STR(""), STR("")));
    assert_ok(c, job_cancel(c, d, 1, 1, &got));
    assert_str("cancelled", got.state);
    assert_err(ERR_NOT_FOUND, job_cancel(c, d, 1, 99, NULL));
    storage_close(d);
}

TEST(job_queue, puts_a_job_back_for_later) {
    QUEUE(c);
    (void)submit(c, d, 1, "sync", 0, NULL);
    job j;
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_postpone(c, d, &j, clock_.manual_ms + 60000, STR("The shop does not answer.")));
    assert_err(ERR_NOT_FOUND, job_claim(c, d, STR("me"), STALE_MS, &j));
    clock_.manual_ms += 60000;
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_int_equal(2, j.attempts);
    assert_str("The shop does not answer.", j.error);
    storage_close(d);
}

TEST(job_queue, lists_the_newest_first_in_pages_and_forgets_the_oldest) {
    QUEUE(c);
    for (int i = 0; i < 250; i++) {
        job j;
        (void)submit(c, d, 1, "sync", 0, NULL);
        assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
        assert_ok(c, job_finish(c, d, &j, JOB_DONE, STR(""), STR("")));
    }
    job *jobs = NULL;
    size_t n = 0;
    assert_ok(c, job_list(c, d, 1, &(job_page){ .limit = 100 }, &jobs, &n));
    assert_int_equal(100, n);
    assert_int_equal(250, jobs[0].job_id);
    assert_ok(c, job_list(c, d, 1, &(job_page){ .before_id = jobs[99].job_id, .limit = 100 }, &jobs, &n));
    assert_int_equal(150, jobs[0].job_id);
    assert_err(ERR_INVALID, job_list(c, d, 1, &(job_page){ .limit = 0 }, &jobs, &n));
    assert_err(ERR_INVALID, job_list(c, d, 1, &(job_page){ .limit = LIMIT_PAGE_ROWS + 1 }, &jobs, &n));
    int64_t gone = 0;
    assert_ok(c, job_prune(c, d, 1, 20, &gone));
    assert_int_equal(230, gone);
    assert_ok(c, job_list(c, d, 1, &(job_page){ .limit = 100 }, &jobs, &n));
    assert_int_equal(20, n);
    assert_int_equal(231, jobs[19].job_id);
    assert_ok(c, job_prune(c, d, 1, 0, &gone));
    assert_int_equal(19, gone);                             /* plans ask when the newest of a kind ended */
    storage_close(d);
}

/* A job of the kind, ended as said. */
static int64_t ended(ctx *c, db *d, const char *kind, job_end how) {
    job j;
    (void)submit(c, d, 1, kind, 0, NULL);
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_finish(c, d, &j, how, STR(""), how == JOB_FAILED ? STR("The shop is gone.") : STR("")));
    return j.job_id;
}

TEST(job_queue, keeps_what_failed_for_a_month_and_tries_it_again_when_asked) {
    QUEUE(c);
    int64_t bad = ended(c, d, "sync", JOB_FAILED), good = ended(c, d, "train", JOB_DONE), again = 0, same = 0;
    for (int i = 0; i < 30; i++) (void)ended(c, d, "sync", JOB_DONE);
    assert_ok(c, job_prune(c, d, 1, 10, NULL));
    job *jobs = NULL;
    size_t n = 0;
    assert_ok(c, job_list(c, d, 1, &(job_page){ .state = STR("failed"), .limit = 20 }, &jobs, &n));
    assert_int_equal(1, n);
    assert_int_equal(bad, jobs[0].job_id);
    assert_err(ERR_CONFLICT, job_retry(c, d, 1, good, &again));
    assert_err(ERR_NOT_FOUND, job_retry(c, d, 1, 999, &again));
    assert_ok(c, job_retry(c, d, 1, bad, &again));
    assert_ok(c, job_retry(c, d, 1, bad, &same));
    assert_int_equal(again, same);                          /* one open job of a kind */
    clock_.manual_ms += (JOB_LETTER_DAYS + 1) * (int64_t)MS_PER_DAY;
    assert_ok(c, job_prune(c, d, 1, 1, NULL));
    assert_err(ERR_NOT_FOUND, job_get(c, d, 1, bad, &jobs[0]));
    assert_ok(c, job_get(c, d, 1, good, &jobs[0]));         /* the newest training */
    storage_close(d);
}

TEST(job_queue, keeps_the_log_that_comes_with_a_heartbeat) {
    QUEUE(c);
    job j, got;
    bool stop;
    (void)submit(c, d, 1, "sync", 0, NULL);
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &j));
    assert_ok(c, job_heartbeat(c, d, &j, &(job){ .log = STR("one\ntwo\n") }, &stop));
    assert_ok(c, job_postpone(c, d, &j, clock_.manual_ms, STR("")));
    assert_ok(c, job_claim(c, d, STR("me"), STALE_MS, &got));
    assert_str("one\ntwo\n", got.log);
    storage_close(d);
}

/* ---- several workers on one database ---- */

enum { WORKERS = 4, JOBS = 60 };
typedef struct { db_options o; atomic_int *claims; int failures; } race;

static void *claim_all(void *arg) {
    race *r = arg;
    AUTO_ARENA a;
    arena_init(&a, 16 * MIB);
    ctx c;
    ctx_init(&c, &a);
    db *d = NULL;
    r->failures = storage_open(&c, &r->o, &d) != ERR_OK;
    err_code e = ERR_OK;
    while (!r->failures && !e) {
        job j;
        e = job_claim(&c, d, STR("worker"), STALE_MS, &j);
        if (!e) atomic_fetch_add(&r->claims[j.store_id], 1);
        if (!e) r->failures += job_finish(&c, d, &j, JOB_DONE, STR(""), STR("")) != ERR_OK;
    }
    r->failures += e && e != ERR_NOT_FOUND;
    storage_close(d);
    return NULL;
}

TEST(job_queue, gives_each_job_to_one_of_many_workers) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    for (int i = 0; i < JOBS; i++) (void)submit(c, d, i, "sync", 0, NULL);
    atomic_int claims[JOBS] = { 0 };
    race races[WORKERS];
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        races[i] = (race){ .o = o, .claims = claims };
        assert_int_equal(0, pthread_create(&threads[i], NULL, claim_all, &races[i]));
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(0, races[i].failures);
    }
    for (int i = 0; i < JOBS; i++) assert_int_equal(1, claims[i]);
    storage_close(d);
}

static void *submit_same(void *arg) {
    race *r = arg;
    AUTO_ARENA a;
    arena_init(&a, 16 * MIB);
    ctx c;
    ctx_init(&c, &a);
    db *d = NULL;
    err_code e = storage_open(&c, &r->o, &d);
    for (int i = 0; i < JOBS && !e; i++) {
        int64_t id = 0;
        bool is_new = false;
        e = job_submit(&c, d, &(job_order){ .store_id = i, .kind = STR("train") }, &id, &is_new);
        if (!e && is_new) atomic_fetch_add(&r->claims[i], 1);
    }
    r->failures = e != ERR_OK;
    storage_close(d);
    return NULL;
}

TEST(job_queue, takes_a_job_once_from_many_who_submit_it) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    atomic_int made[JOBS] = { 0 };
    race races[WORKERS];
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        races[i] = (race){ .o = o, .claims = made };
        assert_int_equal(0, pthread_create(&threads[i], NULL, submit_same, &races[i]));
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(0, races[i].failures);
    }
    for (int i = 0; i < JOBS; i++) assert_int_equal(1, made[i]);
    storage_close(d);
}

TEST(job_queue, gives_one_certain_job_to_who_waits_for_it) {
    QUEUE(c);
    int64_t id = submit(c, d, 1, "sync", 5000000, NULL);            /* not due yet */
    job j;
    assert_ok(c, job_take(c, d, 1, id, STR("me"), STALE_MS, &j));
    assert_str("running", j.state);
    assert_str("me", j.owner);
    assert_err(ERR_CONFLICT, job_take(c, d, 1, id, STR("you"), STALE_MS, &j));
    assert_str("me", j.owner);
    clock_.manual_ms += STALE_MS + 1;
    assert_ok(c, job_take(c, d, 1, id, STR("you"), STALE_MS, &j));
    assert_ok(c, job_finish(c, d, &j, JOB_DONE, STR(""), STR("")));
    assert_err(ERR_CONFLICT, job_take(c, d, 1, id, STR("me"), STALE_MS, &j));
    assert_err(ERR_NOT_FOUND, job_take(c, d, 1, 77, STR("me"), STALE_MS, &j));
    storage_close(d);
}

TEST(job_queue, a_clock_that_is_moved_makes_no_living_job_look_dead) {
    QUEUE(c);
    (void)submit(c, d, 1, "sync", 0, NULL);
    (void)submit(c, d, 2, "sync", 0, NULL);
    job dead, alive, j;
    assert_ok(c, job_claim(c, d, STR("dead"), STALE_MS, &dead));
    clock_.manual_ms += STALE_MS + 1;
    assert_ok(c, job_submit(c, d, &(job_order){ .store_id = 3, .kind = STR("train"), .due_ms = clock_.manual_ms + 1 }, &j.job_id, NULL));
    assert_ok(c, job_take(c, d, 2, 1, STR("alive"), STALE_MS, &alive));
    int64_t tomorrow = clock_.manual_ms + MS_PER_DAY;
    assert_ok(c, job_clock_moves(c, d, tomorrow, STALE_MS));
    clock_.manual_ms = tomorrow;
    bool cancel;
    assert_ok(c, job_claim(c, d, STR("next"), STALE_MS, &j));
    assert_int_equal(dead.store_id, j.store_id);            /* it was dead before */
    assert_ok(c, job_claim(c, d, STR("next"), STALE_MS, &j));
    assert_int_equal(3, j.store_id);
    assert_err(ERR_NOT_FOUND, job_claim(c, d, STR("next"), STALE_MS, &j));
    assert_ok(c, job_heartbeat(c, d, &alive, &(job){ .step = STR("on"), .done = 1, .total = 2 }, &cancel));
    storage_close(d);
}
