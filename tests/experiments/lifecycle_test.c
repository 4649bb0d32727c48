/* Rows of experiments: made, started, ended, deleted; what is refused changes nothing. */
#include "experiments/lifecycle.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define NOW INT64_C(1700000000000)
#define TWO "[{\"key\":\"a\",\"share\":0.5},{\"key\":\"b\",\"share\":0.5,\"settings\":{\"n\":2}}]"

#define EACH_SHOP(c, d)                                                                                       \
    TEST_CTX(c);                                                                                              \
    time_source clock_of_test = time_source_manual(NOW);                                                      \
    db_options o;                                                                                             \
    db *d = NULL;                                                                                             \
    c->time = &clock_of_test;                                                                                 \
    for (size_t b_ = 0; b_ < n_backends && (d = test_database(c, &backends[b_], &o)); b_++, storage_close(d))

static int64_t draft(ctx *c, db *d, const char *layer, int64_t from, int64_t to) {
    experiment row = { .store_id = 1, .name = STR("three or two"), .placement = STR("home"), .layer = str_of(layer), .layer_from = from,
                       .layer_to = to, .variants = STR(TWO) };
    experiment made;
    assert_ok(c, experiment_create(c, d, &row, &made));
    return made.experiment_id;
}

static experiment got(ctx *c, db *d, int64_t id) {
    experiment row;
    assert_ok(c, experiment_get(c, d, 1, id, &row));
    return row;
}

TEST(lifecycle, goes_from_draft_to_running_to_stopped_and_no_other_way) {
    EACH_SHOP(c, d) {
        experiment row;
        int64_t id = draft(c, d, "", 0, 0);
        assert_str("draft", got(c, d, id).state);
        assert_err(ERR_CONFLICT, experiment_stop(c, d, 1, id, &row));
        clock_of_test.manual_ms = NOW + 5;
        assert_ok(c, experiment_start(c, d, 1, id, &row));
        assert_str("running", row.state);
        assert_true(got(c, d, id).started_ms == NOW + 5 && row.created_ms == NOW && !row.ended_ms);
        assert_err(ERR_CONFLICT, experiment_start(c, d, 1, id, &row));
        assert_err(ERR_CONFLICT, experiment_delete(c, d, 1, id));
        clock_of_test.manual_ms = NOW + 9;
        assert_ok(c, experiment_stop(c, d, 1, id, &row));
        assert_str("stopped", got(c, d, id).state);
        assert_true(got(c, d, id).ended_ms == NOW + 9);
        assert_err(ERR_CONFLICT, experiment_start(c, d, 1, id, &row));
        assert_err(ERR_NOT_FOUND, experiment_start(c, d, 1, id + 1, &row));
        assert_err(ERR_NOT_FOUND, experiment_get(c, d, 2, id, &row));       /* of another store */
        clock_of_test.manual_ms = NOW;
    }
}

TEST(lifecycle, drafts_can_be_deleted_and_their_numbers_are_the_newest) {
    EACH_SHOP(c, d) {
        experiment *rows;
        size_t n;
        for (int i = 0; i < 5; i++) assert_int_equal(i + 1, draft(c, d, "", 0, 0));
        assert_ok(c, experiment_delete(c, d, 1, 2));
        assert_err(ERR_NOT_FOUND, experiment_delete(c, d, 1, 2));
        assert_ok(c, experiment_list(c, d, 1, 0, 3, &rows, &n));
        assert_true(n == 3 && rows[0].experiment_id == 5 && rows[2].experiment_id == 3);
        assert_ok(c, experiment_list(c, d, 1, 3, 3, &rows, &n));
        assert_true(n == 1 && rows[0].experiment_id == 1);
    }
}

TEST(lifecycle, two_on_the_same_buckets_of_a_layer_do_not_run_together) {
    EACH_SHOP(c, d) {
        int64_t whole = draft(c, d, "prices", 0, 0), half = draft(c, d, "prices", 0, 5000), rest = draft(c, d, "prices", 5000, 10000);
        experiment row;
        assert_true(got(c, d, whole).layer_to == 10000);
        assert_ok(c, experiment_start(c, d, 1, half, &row));
        assert_err(ERR_CONFLICT, experiment_start(c, d, 1, whole, &row));
        assert_str("draft", got(c, d, whole).state);                        /* nothing was changed */
        assert_ok(c, experiment_start(c, d, 1, rest, &row));
        assert_ok(c, experiment_stop(c, d, 1, half, &row));
        assert_err(ERR_CONFLICT, experiment_start(c, d, 1, whole, &row));
        assert_ok(c, experiment_stop(c, d, 1, rest, &row));
        assert_ok(c, experiment_start(c, d, 1, whole, &row));
    }
}

TEST(lifecycle, what_cannot_run_is_no_draft_either) {
    EACH_SHOP(c, d) {
        const struct { experiment row; const char *field; } bad[] = {
            { { .name = STR(""), .variants = STR(TWO) }, "name" },
            { { .name = STR("x"), .variants = STR("[]") }, "variants" },
            { { .name = STR("x"), .variants = STR("[{\"key\":\"a\",\"share\":0.5},{\"key\":\"b\",\"share\":0.6}]") }, "variants" },
            { { .name = STR("x"), .variants = STR(TWO), .layer = STR("l"), .layer_from = 9, .layer_to = 9 }, "layer_from" },
            { { .name = STR("x"), .variants = STR(TWO), .plan = STR("{\"metric\":\"luck\"}") }, "metric" },
            { { .name = STR("x"), .variants = STR(TWO), .targeting = STR("{\"age\":3}") }, "targeting" },
        };
        int64_t n = -1;
        for (size_t i = 0; i < COUNT(bad); i++) {
            experiment row = bad[i].row, made;
            row.store_id = 1;
            assert_err(ERR_INVALID, experiment_create(c, d, &row, &made));
            assert_string_equal(bad[i].field, c->error.field);
        }
        assert_ok(c, storage_count(c, d, &experiment_entity, 1, &n));
        assert_int_equal(0, n);
    }
}
