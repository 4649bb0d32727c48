/* Who is in which experiment: rows made of the log of answers, once, whoever reads it and whenever two names become one person. */
#include "events/subjects.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "events/identity.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define DAY ((int64_t)MS_PER_DAY)
#define NOW (INT64_C(20000) * DAY)

#define EACH_SHOP(c, d)                                                                                       \
    TEST_CTX(c);                                                                                              \
    time_source clock_of_test = time_source_manual(NOW);                                                      \
    db_options o;                                                                                             \
    db *d = NULL;                                                                                             \
    c->time = &clock_of_test;                                                                                 \
    for (size_t b_ = 0; b_ < n_backends && (d = test_database(c, &backends[b_], &o)); b_++, storage_close(d))

static void put(ctx *c, db *d, const entity *e, const void *row) { assert_ok(c, storage_put(c, d, e, row)); }

static void shown(ctx *c, db *d, int64_t at_ms, const char *visitor, const char *arms, bool held_out) {
    char id[32];
    int n = snprintf(id, sizeof id, "%018lld", (long long)at_ms);
    put(c, d, &exposure_entity, &(exposure){ .store_id = 1, .rec_id = { id, (size_t)n }, .time_ms = at_ms, .visitor_id = str_of(visitor),
                                             .placement = STR("home"), .arms = str_of(arms), .held_out = held_out });
}

static void log_in(ctx *c, db *d, const char *visitor, const char *account, int64_t at_ms) {
    assert_ok(c, identity_take(c, d, &(identity_told){ 1, str_of(visitor), str_of(account), STR(""), at_ms }, NULL));
}

static size_t catch_up(ctx *c, db *d) {
    size_t n = 0;
    assert_ok(c, subjects_catch_up(c, d, 1, 0, &n));
    return n;
}

static experiment_subject subject(ctx *c, db *d, int64_t experiment_id, const char *person) {
    experiment_subject s = { .store_id = 1, .experiment_id = experiment_id, .person = str_of(person) };
    assert_ok(c, storage_get(c, d, &experiment_subject_entity, &s));
    return s;
}

static int64_t rows_of(ctx *c, db *d) {
    int64_t n = 0;
    assert_ok(c, storage_count(c, d, &experiment_subject_entity, 1, &n));
    return n;
}

TEST(subjects, begin_with_the_first_answer_and_count_all) {
    EACH_SHOP(c, d) {
        shown(c, d, NOW - 3 * DAY, "x", "", false);
        shown(c, d, NOW - 2 * DAY, "x", "3=b 17=control", false);
        shown(c, d, NOW - DAY, "x", "3=b", false);
        shown(c, d, NOW - DAY + 1, "y", "", true);
        shown(c, d, NOW - DAY + 2, "", "", false);                  /* nobody known */
        assert_int_equal(5, catch_up(c, d));
        assert_int_equal(4, rows_of(c, d));
        experiment_subject all = subject(c, d, 0, "v:x"), third = subject(c, d, 3, "v:x"), other = subject(c, d, 17, "v:x");
        assert_str(SUBJECT_TREATED, all.arm);
        assert_true(all.first_ms == NOW - 3 * DAY && all.shown == 3 && !all.mixed);
        assert_str("b", third.arm);
        assert_true(third.first_ms == NOW - 2 * DAY && third.shown == 2 && !third.mixed);
        assert_str("control", other.arm);
        assert_str(SUBJECT_HELD_OUT, subject(c, d, 0, "v:y").arm);
    }
}

TEST(subjects, are_written_once_and_leave_what_is_on_its_way_for_later) {
    EACH_SHOP(c, d) {
        for (int i = 0; i < 1200; i++) shown(c, d, NOW - DAY + i, i % 2 ? "x" : "y", "3=a", false);
        shown(c, d, NOW - 1, "late", "3=a", false);
        assert_int_equal(1200, catch_up(c, d));
        assert_int_equal(0, catch_up(c, d));
        assert_int_equal(600, subject(c, d, 3, "v:x").shown);
        clock_of_test.manual_ms += DAY;
        assert_int_equal(1, catch_up(c, d));
        assert_int_equal(1, subject(c, d, 3, "v:late").shown);
        clock_of_test.manual_ms -= DAY;
    }
}

TEST(subjects, are_looked_for_a_little_at_a_time_when_asked) {
    EACH_SHOP(c, d) {
        for (int i = 0; i < 1200; i++) shown(c, d, NOW - DAY + i, "x", "", false);
        size_t n = 0;
        assert_ok(c, subjects_catch_up(c, d, 1, 100, &n));
        assert_true(n >= 100 && n < 1200);
        assert_int_equal(1200 - n, catch_up(c, d));
        assert_int_equal(1200, subject(c, d, 0, "v:x").shown);
    }
}

TEST(subjects, who_meets_two_arms_is_mixed_and_keeps_the_first) {
    EACH_SHOP(c, d) {
        shown(c, d, NOW - 3 * DAY, "x", "3=b", false);
        shown(c, d, NOW - 2 * DAY, "x", "3=a", false);
        catch_up(c, d);
        experiment_subject s = subject(c, d, 3, "v:x");
        assert_str("b", s.arm);
        assert_true(s.mixed && s.first_ms == NOW - 3 * DAY);
        assert_false(subject(c, d, 0, "v:x").mixed);
    }
}

TEST(subjects, robots_are_none) {
    EACH_SHOP(c, d) {
        put(c, d, &known_visitor_entity, &(known_visitor){ .store_id = 1, .visitor_id = STR("bot"), .robot = true });
        shown(c, d, NOW - DAY, "bot", "3=b", false);
        assert_int_equal(1, catch_up(c, d));
        assert_int_equal(0, rows_of(c, d));
    }
}

static void placed(ctx *c, db *d, const char *id, const char *account, const char *visitor, const char *status, int64_t total, int64_t ms) {
    put(c, d, &order_entity, &(order){ .store_id = 1, .order_id = str_of(id), .customer_id = str_of(account), .visitor_id = str_of(visitor),
                                       .status = str_of(status), .total = total, .created_ms = ms });
}

TEST(subjects, bring_what_they_bought_in_the_two_weeks_before) {
    EACH_SHOP(c, d) {
        const int64_t first = NOW - DAY;
        log_in(c, d, "x", "7", first - 20 * DAY);
        placed(c, d, "1", "7", "", "completed", 5000, first - 13 * DAY);
        placed(c, d, "2", "7", "x", "completed", 700, first - DAY);         /* found by customer and by browser: once */
        placed(c, d, "3", "", "x", "completed", 90, first - 2 * DAY);
        placed(c, d, "4", "", "", "processing", 8, first - 3 * DAY);        /* a page told who placed it */
        put(c, d, &order_link_entity, &(order_link){ .store_id = 1, .order_id = STR("4"), .visitor_id = STR("x") });
        placed(c, d, "5", "7", "", "cancelled", 100000, first - DAY);
        placed(c, d, "6", "7", "", "completed", 200000, first - 15 * DAY);  /* too long ago */
        placed(c, d, "7", "7", "", "completed", 300000, first);             /* not before */
        placed(c, d, "8", "8", "x", "completed", 400000, first - DAY);      /* another customer at this browser */
        put(c, d, &refund_entity, &(refund){ .store_id = 1, .order_id = STR("1"), .refund_id = STR("1"), .amount = 1000 });
        shown(c, d, first, "x", "3=b", false);
        shown(c, d, first + 1, "x", "3=b", false);
        shown(c, d, first + 2, "stranger", "3=a", false);
        catch_up(c, d);
        assert_int_equal(4798, subject(c, d, 3, "v:x").before);
        assert_int_equal(0, subject(c, d, 3, "v:stranger").before);
    }
}

TEST(subjects, a_log_in_changes_nothing_and_a_second_browser_joins) {
    EACH_SHOP(c, d) {
        put(c, d, &person_alias_entity, &(person_alias){ .store_id = 1, .alias = STR("c:7"), .person = STR("c:7"), .first_ms = 1 });
        shown(c, d, NOW - 5 * DAY, "phone", "3=b", false);
        catch_up(c, d);
        log_in(c, d, "phone", "7", NOW - 4 * DAY);                          /* an account known for years */
        shown(c, d, NOW - 3 * DAY, "phone", "3=b", false);
        shown(c, d, NOW - 2 * DAY, "laptop", "3=a 4=a", false);
        catch_up(c, d);
        assert_false(subject(c, d, 3, "v:phone").mixed);
        assert_int_equal(2, subject(c, d, 3, "v:phone").shown);
        log_in(c, d, "laptop", "7", NOW - DAY);
        experiment_subject s = subject(c, d, 3, "v:phone");
        assert_str("b", s.arm);
        assert_true(s.mixed && s.shown == 3 && s.first_ms == NOW - 5 * DAY);
        assert_str("a", subject(c, d, 4, "v:phone").arm);
        assert_int_equal(3, rows_of(c, d));                                 /* experiments 0, 3, 4 of one person */
    }
}

/* ---- the reference: all answers and who is who in the end ---- */
enum { BROWSERS = 12, ACCOUNTS = 4, ANSWERS = 60, STEPS = 30 };
typedef struct { int browser; char arm; int64_t at_ms; } answer_told;
typedef struct { char arm; bool mixed, met; int64_t first_ms, shown; } expected_row;

static void name_of(char room[8], int browser) { snprintf(room, 8, "b%d", browser); }

static void check(ctx *c, db *d, const answer_told *a, size_t n) {
    for (int b = 0; b < BROWSERS; b++) {
        char mine[8], other[8], alias[10], theirs[10];
        str me, you;
        expected_row x = { .met = false };
        name_of(mine, b);
        snprintf(alias, sizeof alias, "v:%s", mine);
        assert_ok(c, identity_person(c, d, 1, str_of(alias), &me));
        for (size_t i = 0; i < n; i++) {                                    /* oldest first */
            name_of(other, a[i].browser);
            snprintf(theirs, sizeof theirs, "v:%s", other);
            assert_ok(c, identity_person(c, d, 1, str_of(theirs), &you));
            if (!str_eq(me, you)) continue;
            if (!x.met) x = (expected_row){ .met = true, .arm = a[i].arm, .first_ms = a[i].at_ms };
            x.mixed |= a[i].arm != x.arm;
            x.shown++;
        }
        if (!x.met) continue;
        experiment_subject s = { .store_id = 1, .experiment_id = 3, .person = me };
        assert_ok(c, storage_get(c, d, &experiment_subject_entity, &s));
        assert_true(s.arm.n == 1 && s.arm.p[0] == x.arm && s.mixed == x.mixed && s.first_ms == x.first_ms && s.shown == x.shown);
    }
}

TEST(subjects, do_not_depend_on_when_names_turn_out_to_be_one_person) {
    EACH_SHOP(c, d) for (int round = 0; round < 20; round++) {
        answer_told answers[ANSWERS];
        size_t n = 0;
        assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
        assert_ok(c, storage_delete(c, d, &person_alias_entity, &(person_alias){ .store_id = 1 }, 1, NULL));
        assert_ok(c, storage_delete(c, d, &experiment_subject_entity, &(experiment_subject){ .store_id = 1 }, 1, NULL));
        assert_ok(c, storage_delete(c, d, &exposure_entity, &(exposure){ .store_id = 1 }, 1, NULL));
        assert_ok(c, storage_delete(c, d, &sync_cursor_entity, &(sync_cursor){ .store_id = 1 }, 1, NULL));
        assert_ok(c, storage_commit(c, d));
        for (int step = 0; step < STEPS; step++) {
            char browser[8], account[8], arms[8];
            int b = (int)rng_below(&c->random, BROWSERS);
            name_of(browser, b);
            switch (rng_below(&c->random, 4)) {
            case 0:
                name_of(account, b % ACCOUNTS);                             /* each browser one account: groups only grow */
                log_in(c, d, browser, account, NOW - DAY + step);
                break;
            case 1: catch_up(c, d); break;
            default:
                answers[n] = (answer_told){ b, (char)('a' + rng_below(&c->random, 2)), NOW - 2 * DAY + step };
                snprintf(arms, sizeof arms, "3=%c", answers[n].arm);
                shown(c, d, answers[n++].at_ms, browser, arms, false);
            }
        }
        catch_up(c, d);
        check(c, d, answers, n);
    }
}

/* ---- several readers ---- */
typedef struct { db_options o; const time_source *time; } reader;

static void *read_log(void *arg) {
    const reader *r = arg;
    AUTO_ARENA memory;
    arena_init(&memory, 64 * MIB);
    ctx c;
    ctx_init(&c, &memory);
    c.time = r->time;
    db *d = test_connect(&c, &r->o);
    for (int i = 0; i < 20; i++) assert_ok(&c, subjects_catch_up(&c, d, 1, 500, NULL));
    storage_close(d);
    return NULL;
}

TEST(subjects, are_counted_once_by_several_processes_at_once) {
    EACH_SHOP(c, d) {
        enum { READERS = 4 };
        pthread_t threads[READERS];
        reader r = { o, c->time };
        assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
        for (int i = 0; i < 3000; i++) shown(c, d, NOW - DAY + i, i % 3 ? "x" : "y", "3=a", false);
        assert_ok(c, storage_commit(c, d));
        for (int i = 0; i < READERS; i++) assert_int_equal(0, pthread_create(&threads[i], NULL, read_log, &r));
        for (int i = 0; i < READERS; i++) pthread_join(threads[i], NULL);
        assert_int_equal(2000, subject(c, d, 3, "v:x").shown);
        assert_int_equal(1000, subject(c, d, 0, "v:y").shown);
    }
}
