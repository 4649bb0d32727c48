/* Experiments: rows read, checked beside each other, asked. */
#include "experiments/experiment.h"
#include <stdio.h>
#include "experiments/assign.h"
#include "tests/test.h"

#define TWO "[{\"key\":\"control\",\"share\":0.5},{\"key\":\"b\",\"share\":0.5,\"settings\":{\"n\":3}}]"

static experiment running(int64_t id, const char *layer, int64_t from, int64_t to) {
    return (experiment){ .store_id = 1, .experiment_id = id, .state = STR("running"), .layer = str_of(layer), .layer_from = from,
                         .layer_to = to, .variants = STR(TWO) };
}

static str person_of(int i, char room[24]) {
    int n = snprintf(room, 24, "v:%d", i);
    return (str){ room, (size_t)n };
}

TEST(experiment, reads_variants_and_targeting) {
    TEST_CTX(c);
    experiment row = running(3, "", 0, 0);
    row.targeting = STR("{\"device\":[\"mobile\",\"tablet\"],\"customer\":false}");
    running_experiment e;
    assert_ok(c, experiment_read(c, &row, &e));
    assert_int_equal(2, e.n_variants);
    assert_str("control", e.variants[0].key);
    assert_str("{\"n\":3}", e.variants[1].settings);
    assert_int_equal(2, e.targeting.n_devices);
    assert_int_equal(0, e.targeting.customer);
    assert_int_equal(ASSIGN_BUCKETS, e.layer_to);
}

TEST(experiment, refuses_what_cannot_be_run) {
    static const struct { const char *variants, *targeting, *field; int64_t from, to; } cases[] = {
        { "", "", "variants", 0, 10 },
        { "{}", "", "variants", 0, 10 },
        { "[{\"key\":\"a\",\"share\":0.9}]", "", "variants", 0, 10 },
        { "[{\"key\":\"a\",\"share\":0.5},{\"key\":\"a\",\"share\":0.5}]", "", "variants", 0, 10 },
        { "[{\"key\":\"a\",\"share\":0.5},{\"key\":\"B b\",\"share\":0.5}]", "", "variants", 0, 10 },
        { "[{\"key\":\"a\",\"share\":0.5},{\"key\":\"b\",\"share\":0.4}]", "", "variants", 0, 10 },
        { "[{\"key\":\"a\",\"share\":1},{\"key\":\"b\",\"share\":0}]", "", "variants", 0, 10 },
        { "[{\"key\":\"a\",\"share\":0.5},{\"key\":\"b\"}]", "", "variants", 0, 10 },
        { "[{\"key\":\"a\",\"share\":0.5},{\"key\":\"b\",\"share\":0.5,\"settings\":7}]", "", "variants", 0, 10 },
        { TWO, "[]", "targeting", 0, 10 },
        { TWO, "{\"devise\":[\"mobile\"]}", "targeting", 0, 10 },
        { TWO, "{\"device\":[]}", "targeting", 0, 10 },
        { TWO, "{\"customer\":\"yes\"}", "targeting", 0, 10 },
        { TWO, "", "layer_from", 10, 10 },
        { TWO, "", "layer_from", -1, 10 },
        { TWO, "", "layer_from", 0, ASSIGN_BUCKETS + 1 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        experiment row = running(1, "page", cases[i].from, cases[i].to);
        row.variants = str_of(cases[i].variants);
        row.targeting = str_of(cases[i].targeting);
        running_experiment e;
        assert_err(ERR_INVALID, experiment_read(c, &row, &e));
        assert_string_equal(cases[i].field, c->error.field);
    }
}

TEST(experiment, takes_buckets_of_a_layer_that_nobody_has) {
    TEST_CTX(c);
    experiment others[] = { running(1, "page", 0, 5000), running(2, "cart", 0, 10000), running(3, "page", 5000, 6000) };
    others[2].state = STR("stopped");
    experiment beside = running(4, "page", 5000, 10000), across = running(5, "page", 4999, 6000), own = running(6, "", 0, 0);
    assert_ok(c, experiment_check(c, &beside, others, 3));
    assert_ok(c, experiment_check(c, &own, others, 3));
    assert_ok(c, experiment_check(c, &others[0], others, 3));       /* the row itself is no obstacle */
    assert_err(ERR_CONFLICT, experiment_check(c, &across, others, 3));
}

TEST(experiment, passes_through_its_states_once) {
    assert_true(experiment_may_become(EXPERIMENT_DRAFT, EXPERIMENT_RUNNING));
    assert_false(experiment_may_become(EXPERIMENT_DRAFT, EXPERIMENT_WON));
    assert_false(experiment_may_become(EXPERIMENT_RUNNING, EXPERIMENT_DRAFT));
    assert_false(experiment_may_become(EXPERIMENT_RUNNING, EXPERIMENT_RUNNING));
    for (experiment_state s = EXPERIMENT_STOPPED; s < EXPERIMENT_STATES; s++) {
        experiment_state found;
        assert_true(experiment_may_become(EXPERIMENT_RUNNING, s));
        assert_false(experiment_may_become(s, EXPERIMENT_RUNNING));
        assert_true(experiment_state_find(str_of(experiment_state_name(s)), &found) && found == s);
    }
}

TEST(experiment, never_shares_a_person_within_a_layer) {
    TEST_CTX(c);
    const experiment rows[] = { running(1, "page", 0, 4000), running(2, "page", 4000, 7000), running(3, "", 0, 0) };
    experiment_set set;
    assert_ok(c, experiment_set_make(c, 1, rows, 3, &set));
    assert_int_equal(3, set.n);
    char room[24];
    int in[3] = { 0 };
    for (int i = 0; i < 20000; i++) {
        experiment_asker who = { .person = person_of(i, room), .placement = STR("home") };
        bool is_in[3];
        for (int k = 0; k < 3; k++) in[k] += is_in[k] = experiment_variant_of(1, &set.p[k], &who) != NULL;
        assert_false(is_in[0] && is_in[1]);
    }
    assert_true(in[0] > 7600 && in[0] < 8400 && in[1] > 5600 && in[1] < 6400);
    assert_int_equal(20000, in[2]);
}

TEST(experiment, lets_in_only_those_it_is_aimed_at) {
    TEST_CTX(c);
    experiment row = running(1, "", 0, 0);
    row.placement = STR("cart");
    row.targeting = STR("{\"device\":[\"mobile\"],\"locale\":[\"ro\",\"en\"],\"customer\":true}");
    experiment_set set;
    assert_ok(c, experiment_set_make(c, 1, &row, 1, &set));
    const experiment_asker fits = { STR("v:1"), STR("cart"), STR("mobile"), STR("ro"), true };
    assert_non_null(experiment_variant_of(1, &set.p[0], &fits));
    experiment_asker not[5] = { fits, fits, fits, fits, fits };
    not[0].person = (str){ 0 };
    not[1].placement = STR("home");
    not[2].device = STR("desktop");
    not[3].locale = STR("de");
    not[4].customer = false;
    for (size_t i = 0; i < COUNT(not); i++) assert_null(experiment_variant_of(1, &set.p[0], &not[i]));
}

TEST(experiment, mixes_persons_anew_when_another_follows_on_the_same_buckets) {
    TEST_CTX(c);
    const experiment first = running(1, "page", 0, 10000), next = running(2, "page", 0, 10000);
    running_experiment a, b;
    assert_ok(c, experiment_read(c, &first, &a));
    assert_ok(c, experiment_read(c, &next, &b));
    char room[24];
    int same = 0;
    for (int i = 0; i < 10000; i++) {
        experiment_asker who = { .person = person_of(i, room) };
        same += str_eq(experiment_variant_of(1, &a, &who)->key, experiment_variant_of(1, &b, &who)->key);
    }
    assert_true(same > 4750 && same < 5250);
}

TEST(experiment, leaves_out_running_rows_that_cannot_be_read) {
    TEST_CTX(c);
    experiment rows[] = { running(1, "", 0, 0), running(2, "", 0, 0), running(3, "", 0, 0) };
    rows[1].variants = STR("[");
    rows[2].state = STR("draft");
    experiment_set set;
    assert_ok(c, experiment_set_make(c, 1, rows, 3, &set));
    assert_int_equal(1, set.n);
    assert_int_equal(1, set.p[0].id);
}
