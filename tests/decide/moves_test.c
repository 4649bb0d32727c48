/* Tests of how far a day may move a suggestion: the guard, and nights that are kept. */
#include "tests/test.h"
#include <math.h>
#include <stdio.h>
#include "base/limits.h"
#include "decide/moves.h"
#include "schema/exposed_items.h"
#include "tests/experiments/near.h"
#include "tests/storage/backends.h"

TEST(moves, are_kept_within_points_of_what_last_night_made_of_a_probability) {
    static const struct { double p, factor, before, points, expected; } cases[] = {
        { .2, 1.1, 1, .05, 1.1 },     { .2, 2, 1, .05, 1.25 },   { .2, .1, 1, .05, .75 },    { .2, 2, 1.9, .05, 2 },   { .01, 3, 1, .05,
                                                                                                                         3 },
        { .2, 3, 2, .05, 2.25 },      { .5, 1, 1.4, .05, 1.3 },  { .2, 2, 1.5, 0, 1.5 },     { .2, 9, 1, 1, 6 },       { 0, 7, 1, .05, 7 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_near(cases[i].expected, moves_guard(cases[i].p, cases[i].factor, cases[i].before, cases[i].points), 1e-12);
}

TEST(moves, know_a_product_beside_another_better_than_beside_whatever) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    move_base b;
    assert_ok(c, moves_read(c, d, 1, c->arena, &b));
    uint64_t seed = moves_seed(STR("cart"), STR("cross_sell"));
    assert_near(1, moves_factor(&b, seed, STR("kettle"), STR("mug")), 0);
    const suggestion_move rows[] = {
        { .store_id = 1, .moved_ms = 9 },
        { .store_id = 1, .placement = STR("cart"), .source = STR("cross_sell"), .item = STR("mug"), .factor = 2, .moved_ms = 9 },
        { .store_id = 1, .placement = STR("cart"), .source = STR("cross_sell"), .anchor = STR("kettle"), .item = STR("mug"), .factor = 3,
          .moved_ms = 9 },
        { .store_id = 2, .placement = STR("cart"), .source = STR("cross_sell"), .item = STR("cup"), .factor = 7, .moved_ms = 9 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) assert_ok(c, storage_put(c, d, &suggestion_move_entity, &rows[i]));
    assert_ok(c, moves_read(c, d, 1, c->arena, &b));
    assert_int_equal(9, b.night_ms);
    assert_near(3, moves_factor(&b, seed, STR("kettle"), STR("mug")), 0);
    assert_near(2, moves_factor(&b, seed, STR("pan"), STR("mug")), 0);
    assert_near(2, moves_factor(&b, seed, STR(""), STR("mug")), 0);
    assert_near(1, moves_factor(&b, seed, STR(""), STR("cup")), 0);
    assert_near(1, moves_factor(&b, moves_seed(STR("home"), STR("cross_sell")), STR(""), STR("mug")), 0);
    storage_close(d);
}

/* An answer with two products, seen and perhaps clicked. */
static void show(ctx *c, db *d, int number, const char *clicked) {
    char rec[32];
    snprintf(rec, sizeof rec, "R%026d", number);
    int64_t now_ms = ctx_now_ms(c);
    buf b;
    buf_init_in(&b, c->arena, KIB);
    const exposed_item items[2] = { { .product_id = STR("mug"), .source = STR("cross_sell"), .probability = .1, .propensity = 1 },
                                    { .product_id = STR("cup"), .source = STR("cross_sell"), .probability = .1, .propensity = 1 } };
    json_out w;
    jw_init(&w, &b);
    jw_array(&w);
    for (int i = 0; i < 2; i++) exposed_item_write(&w, &items[i]);
    jw_end_array(&w);
    assert_ok(c, storage_put(c, d, &exposure_entity, &(exposure){ .store_id = 1, .rec_id = str_of(rec), .time_ms = now_ms,
                                                                  .placement = STR("cart"),
                                                                  .items = buf_view(&b) }));
    const char *const kinds[] = { "impression", "click" };
    for (int k = 0; k < (clicked ? 2 : 1); k++)
        assert_ok(c, storage_put(c, d, &logged_event_entity,
                                 &(logged_event){ .store_id = 1, .event_id = (now_ms << 20) + 2 * number + k, .kind = str_of(kinds[k]),
                                                  .time_ms = now_ms, .rec_id = str_of(rec), .product_id = k ? str_of(clicked) : STR("") }));
}

static double kept_factor(ctx *c, db *d, const char *item) {
    suggestion_move row = { .store_id = 1, .placement = STR("cart"), .source = STR("cross_sell"), .item = str_of(item) };
    return storage_get(c, d, &suggestion_move_entity, &row) ? 1 : row.factor;
}

TEST(moves, of_a_night_take_the_place_of_the_last_ones_and_say_what_changed) {
    for (size_t back = 0; back < n_backends; back++) {
        TEST_CTX(c);
        time_source clock = time_source_manual(INT64_C(1784116800000));
        c->time = &clock;
        db_options o;
        db *d = test_database(c, &backends[back], &o);
        counters *k = NULL;
        suggestion_move *told = NULL;
        size_t n = 9;
        assert_ok(c, storage_put(c, d, &store_entity, &(store){ .store_id = 1, .name = STR("s") }));
        assert_ok(c, counters_new(c, NULL, &k));
        assert_ok(c, moves_keep(c, k, d, 1, 5, &told, &n));
        assert_int_equal(0, n);
        for (int i = 0; i < 60; i++) show(c, d, i, i % 3 ? "mug" : NULL);
        counters_free(k);
        assert_ok(c, counters_new(c, NULL, &k));
        clock.manual_ms += MS_PER_HOUR;
        assert_ok(c, moves_keep(c, k, d, 1, 5, &told, &n));
        double mug = kept_factor(c, d, "mug"), cup = kept_factor(c, d, "cup");
        assert_true(mug > 1.2 && cup < .8);
        assert_true(n >= 2);
        for (size_t i = 0; i < n; i++) assert_true(told[i].before == 1 && fabs(told[i].factor - 1) > .02);
        move_base b;
        assert_ok(c, moves_read(c, d, 1, c->arena, &b));
        assert_int_equal(clock.manual_ms, b.night_ms);
        assert_near(mug, moves_factor(&b, moves_seed(STR("cart"), STR("cross_sell")), STR(""), STR("mug")), 1e-6);
        for (int i = 100; i < 300; i++) show(c, d, i, "cup");
        counters_free(k);
        assert_ok(c, counters_new(c, NULL, &k));
        clock.manual_ms += MS_PER_HOUR;
        assert_ok(c, moves_keep(c, k, d, 1, 5, &told, &n));
        assert_true(kept_factor(c, d, "cup") > 1 && kept_factor(c, d, "mug") < 1);
        assert_true(n >= 2);
        for (size_t i = 0; i < n; i++)
            if (str_eq(told[i].item, STR("cup"))) assert_near(cup, told[i].before, 1e-6);
        counters_free(k);
        storage_close(d);
    }
}
