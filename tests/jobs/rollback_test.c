/* Taken back: what was learned, when suggestions are clicked less since; and what is left alone. */
#include <stdio.h>
#include "base/file.h"
#include "events/event.h"
#include "jobs/publish.h"
#include "jobs/runner.h"
#include "jobs/schedule.h"
#include "schema/rec_id.h"
#include "storage/job_queue.h"
#include "stores/stores.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define DAY ((int64_t)MS_PER_DAY)
#define NOW (INT64_C(20000) * DAY + 12 * (int64_t)MS_PER_HOUR)

typedef struct { db *d; time_source clock; job_services services; store s; } shop;

static err_code with_settings(ctx *c, store *s, void *arg) {
    (void)c;
    s->settings = str_of(arg);
    s->time_zone = STR("UTC");
    return ERR_OK;
}

static void open_shop(ctx *c, shop *k) {
    static char settings[] = "{\"owner_email\":\"ana@shop.example\"}";
    *k = (shop){ .clock = time_source_manual(NOW) };
    c->time = &k->clock;
    k->d = test_database(c, &backends[0], &k->services.database);
    k->services.owner = STR("here:1");
    k->services.data_dir = test_folder();
    assert_ok(c, store_create(c, k->d, &(store_order){ .name = STR("tea"), .platform = STR("import") }, &k->s));
    assert_ok(c, store_change(c, k->d, k->s.store_id, with_settings, settings, &k->s));
}

static void put(ctx *c, shop *k, const entity *e, const void *row) { assert_ok(c, storage_put(c, k->d, e, row)); }

static void learned(ctx *c, shop *k, int64_t version, int64_t days_ago, const char *state) {
    put(c, k, &stored_model_entity, &(stored_model){ .store_id = k->s.store_id, .kind = STR("snapshot"), .version = version, .state =
                                                     str_of(state),
        .created_ms = NOW - days_ago * DAY });
}

/* Answers of a day, so many of them clicked on. */
static void day(ctx *c, shop *k, int64_t days_ago, int answers, int clicked, const char *arms) {
    static int64_t number;
    for (int i = 0; i < answers; i++) {
        char id[REC_ID_LENGTH + 1];
        int64_t at_ms = NOW - days_ago * DAY + i;
        rec_id_make(at_ms, &c->random, id);
        const exposure x = { .store_id = k->s.store_id, .rec_id = str_of(id), .time_ms = at_ms, .visitor_id = STR("v"), .placement =
                             STR("cart"),
                             .arms = str_of(arms) };
        put(c, k, &exposure_entity, &x);
        if (i >= clicked) continue;
        put(c, k, &logged_event_entity, &(logged_event){ .store_id = k->s.store_id, .event_id =
                                                         (at_ms << EVENT_ID_BITS) + (++number & 1023),
            .kind = STR("click"), .visitor_id = STR("v"), .rec_id = x.rec_id, .time_ms = at_ms });
    }
}

/* Seven weeks of 100 answers a day, 20 to 23 of them clicked; `after` clicks a day in the last `days`. */
static void weeks(ctx *c, shop *k, int days, int after, const char *arms) {
    assert_ok(c, storage_begin(c, k->d, STORAGE_WRITE));
    for (int ago = 48; ago >= 1; ago--) day(c, k, ago, 100, ago > days ? 20 + ago % 4 : after, ago > days ? "" : arms);
    assert_ok(c, storage_commit(c, k->d));
}

static str night(ctx *c, shop *k) {
    const job_runner_options o = { .services = &k->services, .kinds = job_kinds, .n_kinds = n_job_kinds, .threads = 1, .time = c->time };
    int64_t id;
    bool ran;
    job row;
    assert_ok(c, job_submit(c, k->d, &(job_order){ .store_id = k->s.store_id, .kind = STR("rollback") }, &id, NULL));
    assert_ok(c, job_runner_step(c, &o, k->d, &ran));
    assert_ok(c, job_get(c, k->d, k->s.store_id, id, &row));
    if (!str_eq(row.state, STR("done"))) test_fail("%.*s", STR_ARG(row.error));
    return row.result;
}

static int64_t serving_version(ctx *c, shop *k) {
    stored_model m;
    assert_ok(c, model_serving(c, k->d, k->s.store_id, &m));
    return m.version;
}

static bool says(str result, const char *words) { return str_find(result, str_of(words)) != SIZE_MAX; }

TEST(rollback, goes_back_before_the_fall_tells_the_owner_once_and_learns_nothing_for_a_day) {
    TEST_CTX(c);
    shop k;
    int64_t letters = 0, held_ms = 0;
    open_shop(c, &k);
    learned(c, &k, 4, 7, "kept");
    learned(c, &k, 5, 6, "kept");
    learned(c, &k, 6, 5, "kept");                           /* the bad one; nothing learned since was better */
    learned(c, &k, 7, 2, "serving");
    weeks(c, &k, 4, 5, "");
    str result = night(c, &k);
    assert_true(says(result, "\"back_to\":5"));
    assert_int_equal(5, serving_version(c, &k));
    for (int64_t v = 6; v <= 7; v++) {
        stored_model m = { .store_id = k.s.store_id, .kind = STR("snapshot"), .version = v };
        assert_ok(c, storage_get(c, k.d, &stored_model_entity, &m));
        assert_str("failed", m.state);
    }
    assert_ok(c, storage_count(c, k.d, &owner_letter_entity, k.s.store_id, &letters));
    assert_int_equal(1, letters);
    assert_ok(c, model_held_until(c, k.d, k.s.store_id, &held_ms));
    assert_true(held_ms == NOW + DAY);
    assert_false(says(night(c, &k), "back_to"));            /* the same days do not accuse it again */
    assert_int_equal(5, serving_version(c, &k));
    storage_close(k.d);
}

TEST(rollback, is_not_undone_by_a_training_that_was_asked_for_before) {
    TEST_CTX(c);
    shop k;
    int64_t id;
    bool ran;
    job row;
    open_shop(c, &k);
    learned(c, &k, 1, 6, "kept");
    learned(c, &k, 2, 5, "serving");
    weeks(c, &k, 4, 5, "");
    assert_true(says(night(c, &k), "\"back_to\":1"));
    const job_runner_options o = { .services = &k.services, .kinds = job_kinds, .n_kinds = n_job_kinds, .threads = 1, .time = c->time };
    for (int later = 0; later < 2; later++) {               /* one that waited, and one the owner asks for afterwards */
        k.clock.manual_ms += MS_PER_MINUTE;
        assert_ok(c, job_submit(c, k.d, &(job_order){ .store_id = k.s.store_id, .kind = STR("train") }, &id, NULL));
        assert_ok(c, job_get(c, k.d, k.s.store_id, id, &row));
        if (!later) row.created_ms = NOW - 1;
        put(c, &k, &job_entity, &row);
        assert_ok(c, job_runner_step(c, &o, k.d, &ran));
        assert_ok(c, job_get(c, k.d, k.s.store_id, id, &row));
        assert_int_equal(!later, says(row.result, "\"refused\":\"what served was taken back meanwhile\""));
        assert_int_equal(later ? 3 : 1, serving_version(c, &k));
    }
    storage_close(k.d);
}

TEST(rollback, leaves_alone_what_did_not_fall_or_cannot_be_told) {
    TEST_CTX(c);
    static const struct { const char *what; int after; const char *arms; int64_t made, set_ago; } cases[] = {
        { "as before", 21, "", 4, 99 }, { "a fall that does not matter", 19, "", 4, 99 }, { "the placement was set anew", 5, "", 4, 4 },
        { "the placement was set anew too shortly before", 5, "", 4, 16 },
        { "a variant is tried", 5, "7=b", 4, 99 }, { "made yesterday: no whole day yet", 5, "", 1, 99 },
        { "made long before the fall", 5, "", 20, 99 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        shop k;
        open_shop(c, &k);
        learned(c, &k, 1, cases[i].made + 1, "kept");
        learned(c, &k, 2, cases[i].made, "serving");
        put(c, &k, &placement_setting_entity, &(placement_setting){ .store_id = k.s.store_id, .placement = STR("cart"), .settings =
                                                                    STR("{}"),
            .updated_ms = NOW - cases[i].set_ago * DAY });
        weeks(c, &k, 4, cases[i].after, cases[i].arms);
        if (says(night(c, &k), "back_to")) test_fail("%s", cases[i].what);
        assert_int_equal(2, serving_version(c, &k));
        storage_close(k.d);
    }
}

TEST(rollback, judges_a_place_by_the_days_since_it_was_set) {
    TEST_CTX(c);
    shop k;
    open_shop(c, &k);
    learned(c, &k, 1, 5, "kept");
    learned(c, &k, 2, 4, "serving");
    put(c, &k, &placement_setting_entity, &(placement_setting){ .store_id = k.s.store_id, .placement = STR("cart"), .settings = STR("{}"),
                                                                .updated_ms = NOW - 22 * DAY });
    assert_ok(c, storage_begin(c, k.d, STORAGE_WRITE));
    for (int ago = 48; ago >= 23; ago--) day(c, &k, ago, 100, 1, "");       /* before: clicked less than it is now */
    for (int ago = 22; ago >= 1; ago--) day(c, &k, ago, 100, ago > 4 ? 20 + ago % 4 : 2, "");
    assert_ok(c, storage_commit(c, k.d));
    assert_true(says(night(c, &k), "\"back_to\":1"));
    storage_close(k.d);
}

TEST(rollback, sees_a_fall_in_the_control_of_an_experiment) {
    TEST_CTX(c);
    shop k;
    open_shop(c, &k);
    put(c, &k, &experiment_entity, &(experiment){ .store_id = k.s.store_id, .experiment_id = 7, .state = STR("running"),
        .variants = STR("[{\"key\":\"control\",\"share\":0.5},{\"key\":\"b\",\"share\":0.5}]") });
    learned(c, &k, 1, 6, "kept");
    learned(c, &k, 2, 5, "serving");
    weeks(c, &k, 4, 5, "7=control");
    assert_true(says(night(c, &k), "\"back_to\":1"));
    storage_close(k.d);
}

TEST(rollback, finds_the_last_version_of_each_of_the_last_days_kept) {
    TEST_CTX(c);
    shop k;
    stored_model m, *rows;
    size_t n;
    open_shop(c, &k);
    for (int64_t hour = 30 * 24; hour >= 0; hour -= 6) {    /* learned four times a day for a month */
        k.clock.manual_ms = NOW - hour * (int64_t)MS_PER_HOUR;
        assert_ok(c, model_next(c, k.d, k.s.store_id, &m));
        m.created_ms = k.clock.manual_ms;
        assert_ok(c, model_publish(c, k.d, k.services.data_dir, &m));
    }
    assert_ok(c, model_list(c, k.d, k.s.store_id, &rows, &n));
    assert_in_range(n, 1 + MODEL_DAYS_KEPT, 1 + MODEL_DAYS_KEPT + MODELS_KEPT);
    int64_t oldest = NOW - rows[0].created_ms;
    assert_true(oldest > 8 * DAY && oldest < 10 * DAY);
    storage_close(k.d);
}

TEST(rollback, holds_trainings_back_for_a_day_but_not_from_an_owner_without_any) {
    store_facts f = { .store_id = 1, .has_data = true, .train_every_ms = 15 * MS_PER_MINUTE, .created_ms = NOW - 30 * DAY,
                      .trained_ms = NOW - 3 * DAY,
                      .train_ended_ms = NOW - DAY, .changed_ms = NOW - DAY };
    assert_true(schedule_decide(&f, NOW).train);
    f.held_until_ms = NOW + 1;
    assert_false(schedule_decide(&f, NOW).train);
    f.held_until_ms = NOW + 2 * DAY;                        /* the clock was set back */
    assert_true(schedule_decide(&f, NOW).train);
    f.held_until_ms = NOW + 1, f.unreadable = true;         /* the shop would be answered from its catalogue alone */
    assert_true(schedule_decide(&f, NOW).train);
}
