/* The weekly programme: what it tries, where, how long, and what it leaves alone. */
#include "jobs/programme.h"
#include <stdio.h>
#include <string.h>
#include "experiments/lifecycle.h"
#include "jobs/ideas.h"
#include "schema/rec_id.h"
#include "stores/stores.h"
#include "tests/experiments/near.h"
#include "tests/storage/backends.h"

#define DAY ((int64_t)MS_PER_DAY)
#define NOW (INT64_C(20000) * DAY)

static placement_settings settings(ctx *c, const char *text) {
    placement_settings s;
    assert_ok(c, placement_settings_parse(c, str_of(text), &s));
    return s;
}

static str written(ctx *c, const placement_settings *s) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, KIB);
    jw_init(&w, &b);
    placement_settings_write(&w, s);
    return buf_view(&b);
}

static void assert_ideas(ctx *c, const idea_question *q, const char *const *expected, size_t n) {
    placement_settings got[LIMIT_IDEAS];
    assert_int_equal(n, ideas_propose(q, LIMIT_IDEAS, got, NULL));
    for (size_t i = 0; i < n; i++) assert_str(expected[i], written(c, &got[i]));
}
#define ASSERT_IDEAS(c, q, ...) assert_ideas(c, q, (const char *const[]){ __VA_ARGS__ }, COUNT(((const char *const[]){ __VA_ARGS__ })))

TEST(ideas, begin_with_the_programmes_three_and_give_no_money_away_unasked) {
    TEST_CTX(c);
    idea_question q = { .placement = STR("cart"), .usual_n = 6, .now_ms = NOW };
    ASSERT_IDEAS(c, &q, "{\"n\":3,\"display\":\"popup\"}", "{\"n\":2,\"display\":\"popup\"}", "{\"n\":3,\"display\":\"banner\"}");
    q.discount_max = 5;
    ASSERT_IDEAS(c, &q, "{\"n\":3,\"discount\":5,\"display\":\"popup\"}", "{\"n\":2,\"display\":\"popup\"}",
                 "{\"n\":3,\"discount\":5,\"display\":\"banner\"}");
    q.discount_max = 10;
    ASSERT_IDEAS(c, &q, "{\"n\":3,\"discount\":5,\"display\":\"popup\"}", "{\"n\":2,\"discount\":10,\"display\":\"popup\"}",
                 "{\"n\":3,\"discount\":5,\"display\":\"banner\"}");
}

TEST(ideas, are_never_what_holds_already) {
    TEST_CTX(c);
    idea_question q = { .placement = STR("cart"), .usual_n = 3, .now_ms = NOW, .owner = settings(c, "{\"display\":\"popup\"}") };
    ASSERT_IDEAS(c, &q, "{\"n\":2}", "{\"display\":\"banner\"}");
}

/* Holds in every case: no idea changes nothing, repeats a loser of these weeks, offers more than allowed, or comes twice. */
static void assert_sound(const idea_question *q, const placement_settings *idea, size_t n) {
    for (size_t i = 0; i < n; i++) {
        assert_true(idea[i].given != 0);
        assert_true(placement_setting_or(&idea[i], PLACEMENT_DISCOUNT, 0) <= q->discount_max);
        assert_in_range(placement_setting_or(&idea[i], PLACEMENT_N, 1), 1, 50);
        for (size_t k = 0; k < i; k++) assert_memory_not_equal(&idea[i], &idea[k], sizeof idea[i]);
        for (size_t k = 0; k < q->n_past; k++) {
            const tried_idea *t = &q->past[k];
            bool same = t->set.given == idea[i].given;
            for (size_t j = 0; j < PLACEMENT_SETTINGS; j++) same = same && (!(idea[i].given >> j & 1) || idea[i].value[j] ==
                t->set.value[j]);
            assert_false(same && t->lost && str_eq(t->placement, q->placement) && NOW - t->ended_ms < IDEA_REST_MS);
        }
    }
}

TEST(ideas, stay_sound_through_years_of_weeks) {
    rng r;
    rng_seed(&r, 5);
    for (int run = 0; run < 40; run++) {
        tried_idea past[200];
        idea_question q = { .placement = STR("cart"), .usual_n = 1 + (int)rng_below(&r, 12), .discount_max = 5 * (int)rng_below(&r,
            5), .past = past,
                            .now_ms = NOW };
        for (int week = 0; week < 60; week++) {
            placement_settings idea[LIMIT_IDEAS];
            for (size_t i = 0; i < q.n_past; i++) past[i].ended_ms -= 7 * DAY;
            memset(idea, 0, sizeof idea);
            size_t n = ideas_propose(&q, LIMIT_IDEAS, idea, NULL);
            assert_sound(&q, idea, n);
            for (size_t i = 0; i < n && q.n_past < COUNT(past); i++)
                past[q.n_past++] = (tried_idea){ .placement = q.placement, .set = idea[i], .ended_ms = NOW, .lost = rng_below(&r, 2) == 0,
                                                 .lift_known = true, .lift = rng_unit(&r) - .5, .deviation = .1 };
            if (n && !past[q.n_past - 1].lost && rng_below(&r, 3) == 0) placement_settings_lay(&q.owner, &idea[n - 1]);
        }
    }
}

TEST(ideas, follow_what_was_measured_of_settings_like_them) {
    TEST_CTX(c);
    const tried_idea past[] = {
        { .placement = STR("cart"), .set = settings(c, "{\"n\":3,\"display\":\"popup\"}"), .ended_ms = NOW - 10 * DAY, .lost = true,
          .lift_known = true,
          .lift = -.2, .deviation = .03 },
        { .placement = STR("cart"), .set = settings(c, "{\"n\":2,\"display\":\"popup\"}"), .ended_ms = NOW - 10 * DAY, .lift_known =
          true, .lift = -.15,
          .deviation = .05 },
        { .placement = STR("product"), .set = settings(c, "{\"display\":\"slide_in\"}"), .ended_ms = NOW - 10 * DAY, .won = true,
          .lift_known = true,
          .lift = .12, .deviation = .03 },
    };
    idea_question q = { .placement = STR("cart"), .usual_n = 6, .past = past, .n_past = COUNT(past), .now_ms = NOW };
    placement_settings got[LIMIT_IDEAS];
    double score[LIMIT_IDEAS];
    assert_int_equal(LIMIT_IDEAS, ideas_propose(&q, LIMIT_IDEAS, got, score));
    assert_str("{\"display\":\"slide_in\"}", written(c, &got[0]));
    /* half a vote from elsewhere: .5 / (.03^2 + .03^2) * .12 against 1 / .05^2 of no effect */
    assert_near(.5 / .0018 * .12 / (.5 / .0018 + 400), score[0], 1e-12);
    assert_sound(&q, got, LIMIT_IDEAS);
    for (size_t i = 0; i < LIMIT_IDEAS; i++) assert_true(str_find(written(c, &got[i]), STR("popup")) == SIZE_MAX);
    q.now_ms += IDEA_REST_MS;                               /* what lost may be tried again after its rest, not that it looks good */
    assert_true(ideas_propose(&q, LIMIT_IDEAS, got, score) == LIMIT_IDEAS && score[0] > 0);
}

/* ---- begun ---- */
typedef struct { db *d; time_source clock; store s; } shop;

static err_code with_settings(ctx *c, store *s, void *arg) {
    (void)c;
    s->settings = str_of(arg);
    return ERR_OK;
}

static void open_shop(ctx *c, shop *k, char *settings_text) {
    db_options o;
    *k = (shop){ .clock = time_source_manual(NOW) };
    c->time = &k->clock;
    k->d = test_database(c, &backends[0], &o);
    assert_ok(c, store_create(c, k->d, &(store_order){ .name = STR("tea"), .platform = STR("import") }, &k->s));
    assert_ok(c, store_change(c, k->d, k->s.store_id, with_settings, settings_text, &k->s));
}
#define OWNED "{\"owner_email\":\"ana@shop.example\"}"

/* So many visitors of a placement a day ago, each twice. */
static void visit(ctx *c, shop *k, const char *place, int visitors) {
    assert_ok(c, storage_begin(c, k->d, STORAGE_WRITE));
    for (int i = 0; i < 2 * visitors; i++) {
        char id[REC_ID_LENGTH + 1], visitor[20];
        rec_id_make(k->clock.manual_ms - DAY, &c->random, id);
        snprintf(visitor, sizeof visitor, "v%d", i / 2);
        assert_ok(c, storage_put(c, k->d, &exposure_entity, &(exposure){ .store_id = k->s.store_id, .rec_id = str_of(id),
            .placement = str_of(place),
            .visitor_id = str_of(visitor), .time_ms = k->clock.manual_ms - DAY }));
    }
    assert_ok(c, storage_commit(c, k->d));
}

static size_t step(ctx *c, shop *k) {
    size_t started = 0;
    assert_ok(c, programme_step(c, k->d, &k->s, &started));
    return started;
}

static experiment newest(ctx *c, shop *k) {
    experiment *rows;
    size_t n;
    assert_ok(c, experiment_list(c, k->d, k->s.store_id, 0, 1, &rows, &n));
    assert_int_equal(1, n);
    return rows[0];
}

TEST(programme, begins_one_even_experiment_where_enough_visitors_come) {
    TEST_CTX(c);
    shop k;
    running_experiment e;
    open_shop(c, &k, (char[]){ OWNED });
    visit(c, &k, "cart", 450);
    visit(c, &k, "home", 150);                              /* too few for two arms */
    visit(c, &k, "email", 900);
    assert_int_equal(1, step(c, &k));
    experiment row = newest(c, &k);
    assert_ok(c, experiment_read(c, &row, &e));
    assert_str("cart", row.placement);
    assert_str("running", row.state);
    assert_str("programme", row.author);
    assert_int_equal(4, e.n_variants);
    for (size_t i = 0; i < 4; i++) assert_near(.25, e.variants[i].share_0_1, 1e-12);
    assert_str("{}", e.variants[0].settings);
    assert_str("{\"n\":3,\"display\":\"popup\"}", e.variants[1].settings);
    assert_str("{\"metric\":\"revenue\",\"least_days\":7,\"most_days\":7,"
               "\"least_visitors\":100,\"tuning\":225,\"margin\":0.3,\"activate\":true}",
               row.plan);
    assert_int_equal(0, step(c, &k));                       /* one at a time */
    storage_close(k.d);
}

TEST(programme, judges_discounts_by_profit_and_only_offers_what_the_owner_allows) {
    TEST_CTX(c);
    shop k;
    open_shop(c, &k, (char[]){ "{\"owner_email\":\"ana@shop.example\",\"auto_discount_max\":5,\"margin_percent\":40}" });
    visit(c, &k, "cart", 250);                              /* two arms of a hundred */
    assert_int_equal(1, step(c, &k));
    experiment row = newest(c, &k);
    assert_true(str_find(row.variants, STR("\"discount\":5")) != SIZE_MAX && str_find(row.variants, STR("\"discount\":10")) == SIZE_MAX);
    assert_true(str_starts(row.plan, STR("{\"metric\":\"profit\",")) && str_find(row.plan, STR("\"margin\":0.4")) != SIZE_MAX);
    storage_close(k.d);
}

TEST(programme, does_nothing_unless_the_owner_can_be_told_and_wants_it) {
    TEST_CTX(c);
    static const char *const quiet[] = { "{}", "{\"owner_email\":\"nobody\"}",
                                         "{\"owner_email\":\"ana@shop.example\",\"auto_experiments\":\"off\"}" };
    for (size_t i = 0; i < COUNT(quiet); i++) {
        shop k;
        open_shop(c, &k, (char *)(uintptr_t)quiet[i]);
        visit(c, &k, "cart", 450);
        assert_int_equal(0, step(c, &k));
        storage_close(k.d);
    }
}

TEST(programme, leaves_a_placement_alone_where_somebody_tries_something_or_that_is_off) {
    TEST_CTX(c);
    static const struct { const char *busy, *set; } cases[] = { { "cart", "{}" }, { "", "{}" }, { "home", "{\"enabled\":false}" } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        shop k;
        open_shop(c, &k, (char[]){ OWNED });
        const experiment own = { .store_id = k.s.store_id, .experiment_id = 1, .state = STR("running"), .placement = str_of(cases[i].busy),
                                 .variants = STR("[{\"key\":\"a\",\"share\":0.5},{\"key\":\"b\",\"share\":0.5}]") };
        assert_ok(c, storage_put(c, k.d, &experiment_entity, &own));
        assert_ok(c, storage_put(c, k.d, &placement_setting_entity, &(placement_setting){ .store_id = k.s.store_id, .placement =
            STR("cart"),
            .settings = str_of(cases[i].set) }));
        visit(c, &k, "cart", 450);
        assert_int_equal(0, step(c, &k));
        storage_close(k.d);
    }
}

/* As the nightly look would leave it. */
static void end_newest(ctx *c, shop *k, const char *state, const char *verdict) {
    experiment row = newest(c, k);
    row.state = str_of(state);
    row.verdict = str_of(verdict);
    k->clock.manual_ms += 7 * DAY;
    row.ended_ms = k->clock.manual_ms;
    assert_ok(c, storage_put(c, k->d, &experiment_entity, &row));
}

TEST(programme, goes_on_with_longer_ones_without_an_answer_and_never_repeats_what_lost) {
    TEST_CTX(c);
    shop k;
    open_shop(c, &k, (char[]){ OWNED });
    static const char open[] = "{\"metric\":\"revenue\",\"arms\":[{\"key\":\"control\"},"
                               "{\"key\":\"a\",\"verdict\":\"lost\",\"reason\":\"worse\"},"
                               "{\"key\":\"b\",\"verdict\":\"inconclusive\",\"reason\":\"undecided\"},"
                               "{\"key\":\"c\",\"verdict\":\"inconclusive\"}]}";
    static const char *const days[] = { "\"most_days\":7,", "\"most_days\":14,", "\"most_days\":21,", "\"most_days\":28,",
                                        "\"most_days\":28," };
    for (size_t week = 0; week < COUNT(days); week++) {
        visit(c, &k, "cart", 450);
        assert_int_equal(1, step(c, &k));
        assert_true(str_find(newest(c, &k).plan, str_of(days[week])) != SIZE_MAX);
        if (week) assert_true(str_find(newest(c, &k).variants, STR("\"settings\":{\"n\":3,\"display\":\"popup\"}")) == SIZE_MAX);
        end_newest(c, &k, "inconclusive", open);
    }
    visit(c, &k, "cart", 450);
    assert_int_equal(1, step(c, &k));
    end_newest(c, &k, "lost", open);
    visit(c, &k, "cart", 450);
    assert_int_equal(1, step(c, &k));
    assert_true(str_find(newest(c, &k).plan, str_of(days[0])) != SIZE_MAX);
    storage_close(k.d);
}
