/* Tests of running jobs: real rows, kinds made up here, no threads but the keeper's. */
#include "tests/test.h"
#include "base/limits.h"
#include "jobs/runner.h"
#include "storage/job_queue.h"
#include <string.h>


static err_code body_done(ctx *c, job_task *t) {
    (void)c;
    job_progress(t, STR("counting"), 7, 10);
    json_out w;
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "n", 7);
    jw_end_object(&w);
    return ERR_OK;
}

static err_code body_shop_away(ctx *c, job_task *t) {
    job_note(t, "asking page %d\nof the shop", 3);
    return fail(c, ERR_UPSTREAM, "the shop does not answer");
}

static err_code body_forgets_its_transaction(ctx *c, job_task *t) {
    TRY(storage_begin(c, t->d, STORAGE_WRITE));
    store s = { .store_id = 99, .name = STR("half") };
    TRY(storage_put(c, t->d, &store_entity, &s));
    return fail(c, ERR_UPSTREAM_AUTH, "the shop refused the key");
}

static err_code body_waits_for_cancel(ctx *c, job_task *t) {
    if (t->row->kind.p && str_eq(t->row->kind, STR("asked"))) {
        db *other;                                              /* somebody else asks, as the API does */
        TRY(storage_open(c, &t->services->database, &other));
        err_code e = job_cancel(c, other, t->row->store_id, t->row->job_id, NULL);
        storage_close(other);
        if (e) return e;
    }
    for (int i = 0; i < 60000; i++) {
        TRY(ctx_check(c));
        c->time->sleep_ms(c->time, 1);
    }
    return fail(c, ERR_INTERNAL, "nobody raised the flag in a minute");
}

/* More than is kept. */
static err_code body_talks(ctx *c, job_task *t) {
    (void)c;
    for (int i = 0; i < 2000; i++) job_note(t, "line %d", i);
    return ERR_OK;
}

static const job_kind kinds[] = {
    { "talks", body_talks, 1 },
    { "done", body_done, 1 },
    { "away", body_shop_away, 2 },
    { "half", body_forgets_its_transaction, 3 },
    { "asked", body_waits_for_cancel, 3 },
    { "stopped", body_waits_for_cancel, 3 },
};

typedef struct { job_services services; job_runner_options o; db *d; atomic_bool stop; } bench;

static void begin(ctx *c, bench *b) {
    *b = (bench){ 0 };
    buf url;
    buf_init_in(&url, c->arena, 4096);
    buf_printf(&url, "sqlite:%s/vitrine.db", test_folder());
    b->services = (job_services){ .database = { .url = buf_view(&url) }, .owner = STR("here:1:a"), .stop = &b->stop };
    b->o = (job_runner_options){ .services = &b->services, .kinds = kinds, .n_kinds = COUNT(kinds), .threads = 1, .time = c->time };
    assert_ok(c, storage_open(c, &b->services.database, &b->d));
    assert_ok(c, storage_migrate(c, b->d));
}

static job run_one(ctx *c, bench *b, const char *kind) {
    int64_t id;
    bool ran = false;
    job row = { 0 };
    assert_ok(c, job_submit(c, b->d, &(job_order){ .store_id = 1, .kind = str_of(kind) }, &id, NULL));
    assert_ok(c, job_runner_step(c, &b->o, b->d, &ran));
    assert_true(ran);
    assert_ok(c, job_get(c, b->d, 1, id, &row));
    return row;
}

TEST(runner, writes_outcome_and_progress_into_the_row) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    job row = run_one(c, &b, "done");
    assert_str("done", row.state);
    assert_str("{\"n\":7}", row.result);
    assert_str("counting", row.step);
    assert_int_equal(7, row.done);
    assert_int_equal(10, row.total);
    assert_str("", row.error);
    storage_close(b.d);
}

TEST(runner, keeps_only_the_newest_jobs_of_a_store) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    int64_t other, id, n = 0;
    assert_ok(c, job_submit(c, b.d, &(job_order){ .store_id = 2, .kind = STR("done") }, &other, NULL));
    assert_ok(c, job_cancel(c, b.d, 2, other, NULL));
    assert_ok(c, storage_begin(c, b.d, STORAGE_WRITE));
    for (int64_t i = 1; i <= 300; i++)
        assert_ok(c, storage_put(c, b.d, &job_entity, &(job){ .store_id = 1, .job_id = i, .kind = STR("done"), .state = STR("done") }));
    assert_ok(c, storage_commit(c, b.d));
    id = run_one(c, &b, "done").job_id;
    job row;
    assert_int_equal(301, id);
    assert_ok(c, storage_count(c, b.d, &job_entity, 1, &n));
    assert_int_equal(200, n);
    assert_err(ERR_NOT_FOUND, job_get(c, b.d, 1, 101, &row));
    assert_ok(c, job_get(c, b.d, 1, 102, &row));
    assert_ok(c, job_get(c, b.d, 2, other, &row));
    storage_close(b.d);
}

TEST(runner, keeps_the_newest_lines_that_a_job_told) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    job row = run_one(c, &b, "talks");
    assert_true(row.log.n <= LIMIT_JOB_LOG && row.log.n > LIMIT_JOB_LOG - 64);
    assert_true(str_ends(row.log, STR(" line 1999\n")));
    assert_int_equal('2', row.log.p[0]);                    /* begins with a whole line */
    storage_close(b.d);
}

TEST(runner, does_nothing_when_nothing_is_due) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    bool ran = true;
    int64_t id;
    assert_ok(c, job_submit(c, b.d, &(job_order){ .store_id = 1, .kind = STR("done"), .due_ms = ctx_now_ms(c) + MS_PER_DAY }, &id, NULL));
    assert_ok(c, job_runner_step(c, &b.o, b.d, &ran));
    assert_false(ran);
    storage_close(b.d);
}

TEST(runner, tries_again_later_what_may_pass_and_gives_up_in_the_end) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    time_source clock = time_source_manual(INT64_C(1784116800000));
    c->time = &clock;
    job row = run_one(c, &b, "away");
    assert_str("queued", row.state);
    assert_str("the shop does not answer", row.error);
    assert_int_equal(clock.manual_ms + 30000, row.due_ms);
    clock.manual_ms += 30000;
    bool ran = false;
    assert_ok(c, job_runner_step(c, &b.o, b.d, &ran));
    assert_true(ran);
    assert_ok(c, job_get(c, b.d, 1, row.job_id, &row));
    assert_str("failed", row.state);
    assert_str("2026-07-15T12:00:00Z asking page 3 of the shop\n2026-07-15T12:00:00Z ended early: the shop does not answer\n"
               "2026-07-15T12:00:30Z attempt 2\n2026-07-15T12:00:30Z asking page 3 of the shop\n"
               "2026-07-15T12:00:30Z ended early: the shop does not answer\n", row.log);
    storage_close(b.d);
}

TEST(runner, undoes_what_a_failed_body_left_open) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    job row = run_one(c, &b, "half");
    assert_str("failed", row.state);
    assert_false(storage_in_transaction(b.d));
    store s = { .store_id = 99 };
    assert_err(ERR_NOT_FOUND, storage_get(c, b.d, &store_entity, &s));
    storage_close(b.d);
}

TEST(runner, hears_cancel_while_the_body_runs) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    assert_str("cancelled", run_one(c, &b, "asked").state);
    storage_close(b.d);
}

TEST(runner, puts_a_job_back_when_the_process_ends) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    atomic_store(&b.stop, true);
    assert_str("queued", run_one(c, &b, "stopped").state);
    b.services.foreground = true;
    int64_t id = 0;
    job row;
    bool ran;
    assert_ok(c, job_runner_step(c, &b.o, b.d, &ran));
    assert_ok(c, job_submit(c, b.d, &(job_order){ .store_id = 1, .kind = STR("x") }, &id, NULL));
    assert_ok(c, job_get(c, b.d, 1, id - 1, &row));
    assert_str("cancelled", row.state);
    storage_close(b.d);
}

TEST(runner, fails_jobs_of_a_kind_it_does_not_know) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    job row = run_one(c, &b, "sorcery");
    assert_str("failed", row.state);
    assert_non_null(strstr(str_cstr(c->arena, row.error), "does not know"));
    storage_close(b.d);
}

TEST(runner, takes_over_the_job_of_a_process_that_died) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    time_source clock = time_source_manual(INT64_C(1784116800000));
    c->time = &clock;
    int64_t id;
    job row;
    bool ran = true;
    assert_ok(c, job_submit(c, b.d, &(job_order){ .store_id = 1, .kind = STR("done") }, &id, NULL));
    assert_ok(c, job_claim(c, b.d, STR("elsewhere:2:b"), 1000, &row));
    assert_ok(c, job_runner_step(c, &b.o, b.d, &ran));
    assert_false(ran);                                          /* still warm */
    clock.manual_ms += 61 * MS_PER_SECOND;
    assert_ok(c, job_runner_step(c, &b.o, b.d, &ran));
    assert_true(ran);
    assert_ok(c, job_get(c, b.d, 1, id, &row));
    assert_str("done", row.state);
    storage_close(b.d);
}

TEST(runner, threads_run_what_is_submitted_and_end_when_asked) {
    TEST_CTX(c);
    bench b;
    begin(c, &b);
    job_runner *r;
    int64_t id;
    assert_ok(c, job_runner_new(c, &b.o, &r));
    assert_ok(c, job_submit(c, b.d, &(job_order){ .store_id = 1, .kind = STR("done") }, &id, NULL));
    job row = { 0 };
    for (int i = 0; i < 60000 && !str_eq(row.state, STR("done")); i++) {
        job_runner_wake(r);
        assert_ok(c, job_get(c, b.d, 1, id, &row));
        c->time->sleep_ms(c->time, 1);
    }
    assert_str("done", row.state);
    atomic_store(&b.stop, true);
    job_runner_free(r);
    storage_close(b.d);
}
