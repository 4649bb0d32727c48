/* Tests of plans: when they are due, and the scheduler that follows them. */
#include "tests/test.h"
#include "base/clock.h"
#include "base/limits.h"
#include "jobs/plans.h"
#include "jobs/scheduler.h"
#include "storage/job_queue.h"
#include "tests/storage/backends.h"

static const job_plan weekly = { "weekly", "plan_weekly", "0 6 * * mon" };

static bool due(const char *settings, const char *made, const char *last, const char *now) {
    TEST_CTX(c);
    store s = { .store_id = 7, .settings = str_of(settings), .time_zone = STR("+02:00") };
    int64_t last_ms = 0, now_ms = 0;
    assert_true(time_parse(str_of(made), &s.created_ms) && time_parse(str_of(now), &now_ms));
    if (*last) assert_true(time_parse(str_of(last), &last_ms));
    return plan_is_due(c, &weekly, &s, last_ms, now_ms);
}

TEST(plans, are_due_once_at_each_of_their_moments) {                   /* 2026-11-16 is a Monday */
    assert_false(due("", "2026-01-01", "2026-11-10T04:00:00Z", "2026-11-16T03:59:59Z"));
    assert_true(due("", "2026-01-01", "2026-11-10T04:00:00Z", "2026-11-16T04:00:00Z"));
    assert_false(due("", "2026-01-01", "2026-11-16T04:00:01Z", "2026-11-16T04:00:02Z"));
    assert_true(due("", "2026-01-01", "", "2026-11-16T03:00:00Z"));      /* never done yet: last week's moment */
}

TEST(plans, do_once_what_was_missed_and_nothing_from_before_the_store_was_made) {
    assert_true(due("", "2026-01-01", "2026-09-01T00:00:00Z", "2026-11-21T00:00:00Z"));
    assert_false(due("", "2026-01-01", "2026-11-21T00:00:00Z", "2026-11-21T00:00:01Z"));
    assert_false(due("", "2026-11-20", "", "2026-11-21T00:00:00Z"));
    assert_true(due("", "2026-11-20", "", "2026-11-23T04:00:00Z"));
    assert_true(due("", "2026-01-01", "2027-09-01T00:00:00Z", "2026-11-21T00:00:00Z"));      /* the clock was set back */
}

TEST(plans, obey_the_owner_and_fall_back_on_the_usual_when_his_words_cannot_be_read) {
    assert_false(due("{\"plan_weekly\":\"off\"}", "2026-01-01", "", "2026-11-16T04:00:00Z"));
    assert_true(due("{\"plan_weekly\":\"30 9 * * *\"}", "2026-01-01", "2026-11-16T07:29:00Z", "2026-11-16T07:30:00Z"));
    assert_false(due("{\"plan_weekly\":\"30 9 * * *\"}", "2026-01-01", "2026-11-15T07:30:00Z", "2026-11-16T07:29:00Z"));
    assert_true(due("{\"plan_weekly\":\"whenever\"}", "2026-01-01", "2026-11-10T04:00:00Z", "2026-11-16T04:00:00Z"));
    assert_true(due("{broken", "2026-01-01", "2026-11-10T04:00:00Z", "2026-11-16T04:00:00Z"));
}

TEST(plans, of_the_table_can_be_read) {
    TEST_CTX(c);
    for (size_t i = 0; i < n_job_plans; i++) assert_ok(c, plan_check(c, str_of(job_plans[i].usual)));
    assert_ok(c, plan_check(c, STR("off")));
    assert_err(ERR_INVALID, plan_check(c, STR("daily")));
}

static size_t jobs_of(ctx *c, db *d, const char *kind, int64_t store_id) {
    job *jobs = NULL;
    size_t n = 0, found = 0;
    assert_ok(c, job_list(c, d, store_id, &(job_page){ .limit = 100 }, &jobs, &n));
    for (size_t i = 0; i < n; i++) found += str_eq(jobs[i].kind, str_of(kind));
    return found;
}

TEST(plans, are_followed_by_the_scheduler_where_visitors_came) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    time_source clock = time_source_manual(INT64_C(1784116800000));         /* a noon: all nightly plans lie behind */
    c->time = &clock;
    const job_services services = { .database = o, .data_dir = test_folder() };
    schedule s;
    size_t submitted = 0;
    assert_ok(c, storage_put(c, d, &store_entity, &(store){ .store_id = 1, .name = STR("a") }));
    assert_ok(c, storage_put(c, d, &store_entity, &(store){ .store_id = 2, .name = STR("b") }));
    const logged_event seen = { .store_id = 2, .event_id = 1, .kind = STR("view"), .time_ms = 1 };
    assert_ok(c, storage_put(c, d, &logged_event_entity, &seen));
    schedule_init(&s, &services, NULL);
    assert_ok(c, schedule_step(c, d, &s, &submitted));
    assert_int_equal(n_job_plans, submitted);
    for (size_t i = 0; i < n_job_plans; i++) {
        assert_int_equal(0, jobs_of(c, d, job_plans[i].kind, 1));
        assert_int_equal(1, jobs_of(c, d, job_plans[i].kind, 2));
    }
    clock.manual_ms += 3 * (int64_t)MS_PER_DAY;
    assert_ok(c, schedule_step(c, d, &s, &submitted));
    assert_int_equal(0, submitted);                         /* they wait already */
    storage_close(d);
}

TEST(plans, whose_last_job_is_under_way_at_their_moment_are_looked_at_again_when_it_has_ended) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    time_source clock = time_source_manual(INT64_C(1784116800000));
    c->time = &clock;
    const job_services services = { .database = o, .data_dir = test_folder() };
    schedule s;
    size_t submitted = 0;
    assert_ok(c, storage_put(c, d, &store_entity, &(store){ .store_id = 2, .name = STR("b") }));
    const logged_event seen = { .store_id = 2, .event_id = 1, .kind = STR("view"), .time_ms = 1 };
    assert_ok(c, storage_put(c, d, &logged_event_entity, &seen));
    schedule_init(&s, &services, NULL);
    assert_ok(c, schedule_step(c, d, &s, &submitted));
    clock.manual_ms += MS_PER_DAY;                          /* a clock that now stands still: no other minute comes */
    assert_ok(c, schedule_step(c, d, &s, &submitted));
    assert_int_equal(0, submitted);
    for (size_t i = 0; i < n_job_plans; i++) {
        job row;
        assert_ok(c, job_claim(c, d, STR("me"), JOB_STALE_MS, &row));
        assert_ok(c, job_finish(c, d, &row, JOB_DONE, (str){ 0 }, (str){ 0 }));
    }
    assert_ok(c, schedule_step(c, d, &s, &submitted));
    assert_int_equal(n_job_plans, submitted);
    assert_ok(c, schedule_step(c, d, &s, &submitted));
    assert_int_equal(0, submitted);
    storage_close(d);
}
