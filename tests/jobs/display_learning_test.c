/* Placements that learn how to be shown: what is counted of whom, what begins and ends, and that what the owner set stays. */
#include "jobs/display_learning.h"
#include <stdio.h>
#include <string.h>
#include "decide/displays.h"
#include "decide/placements.h"
#include "decide/terms.h"
#include "experiments/lifecycle.h"
#include "events/event.h"
#include "jobs/programme.h"
#include "jobs/trial.h"
#include "schema/rec_id.h"
#include "stores/stores.h"
#include "tests/experiments/near.h"
#include "tests/storage/backends.h"

#define DAY ((int64_t)MS_PER_DAY)
#define BEGIN (INT64_C(20000) * DAY)

typedef struct {
    db *d;
    db_options options;
    time_source clock;
    store s;
    rng r;
    int64_t events, orders;
} shop;

static err_code with_settings(ctx *c, store *s, void *arg) {
    (void)c;
    s->settings = str_of(arg);
    return ERR_OK;
}

static void set_store(ctx *c, shop *k, const char *settings) {
    static char text[200];
    snprintf(text, sizeof text, "%s", settings);
    assert_ok(c, store_change(c, k->d, k->s.store_id, with_settings, text, &k->s));
}

static void open_shop(ctx *c, shop *k, const backend *b) {
    *k = (shop){ .clock = time_source_manual(BEGIN) };
    c->time = &k->clock;
    rng_seed(&k->r, 7);
    k->d = test_database(c, b, &k->options);
    assert_ok(c, store_create(c, k->d, &(store_order){ .name = STR("tea"), .platform = STR("import") }, &k->s));
    set_store(c, k, "{\"learn_displays\":\"on\",\"owner_email\":\"ana@shop.example\"}");
}

static void put(ctx *c, shop *k, const entity *e, const void *row) { assert_ok(c, storage_put(c, k->d, e, row)); }

typedef struct { char id[REC_ID_LENGTH + 1]; } answer_id;
static answer_id put_answer(ctx *c, shop *k, const char *visitor, const char *where, const char *arms, int64_t ms) {
    answer_id a;
    rec_id_make(ms, &k->r, a.id);
    put(c, k, &exposure_entity,
        &(exposure){ .store_id = k->s.store_id, .rec_id = str_of(a.id), .time_ms = ms, .visitor_id = str_of(visitor),
                     .placement = str_of(where), .arms = str_of(arms), .items = STR("[]") });
    return a;
}

static displays_outcome step(ctx *c, shop *k) {
    displays_outcome o;
    assert_ok(c, displays_step(c, k->d, &k->s, &o));
    return o;
}

static experiment newest(ctx *c, shop *k) {
    experiment *rows = NULL;
    size_t n = 0;
    assert_ok(c, experiment_list(c, k->d, k->s.store_id, 0, 1, &rows, &n));
    assert_int_equal(1, n);
    return rows[0];
}

static void fix_display(ctx *c, shop *k, const char *settings) {
    put(c, k, &placement_setting_entity,
        &(placement_setting){ .store_id = k->s.store_id, .placement = STR("cart"), .settings = str_of(settings) });
}

/* ---- what begins and ends ---- */
TEST(display_learning, begins_once_where_people_come_and_the_owner_left_the_display_open) {
    TEST_CTX(c);
    shop k;
    open_shop(c, &k, &backends[0]);
    put_answer(c, &k, "ana", "cart", "", BEGIN - DAY);
    put_answer(c, &k, "ana", "email", "", BEGIN - DAY);             /* has no display */
    assert_int_equal(1, step(c, &k).begun);
    experiment row = newest(c, &k);
    running_experiment e;
    assert_str("running", row.state);
    assert_str("learning", row.author);
    assert_str("cart", row.placement);
    assert_ok(c, experiment_read(c, &row, &e));
    assert_int_equal(4, e.n_variants);
    assert_str("cart", e.variants[0].key);
    assert_near(.25, e.variants[3].share_0_1, 1e-12);
    displays_outcome again = step(c, &k);
    assert_true(!again.begun && !again.ended && !again.shared);
    storage_close(k.d);
}

TEST(display_learning, does_nothing_unless_switched_on_and_ends_when_switched_off_or_the_owner_decides) {
    TEST_CTX(c);
    shop k;
    open_shop(c, &k, &backends[0]);
    put_answer(c, &k, "ana", "cart", "", BEGIN - DAY);
    set_store(c, &k, "{}");
    assert_int_equal(0, step(c, &k).begun);                         /* off is usual */
    set_store(c, &k, "{\"learn_displays\":\"on\"}");
    fix_display(c, &k, "{\"display\":\"inline\"}");
    assert_int_equal(0, step(c, &k).begun);
    fix_display(c, &k, "{\"n\":3}");                                 /* of something else he may think what he wants */
    assert_int_equal(1, step(c, &k).begun);
    fix_display(c, &k, "{\"n\":3,\"display\":\"inline\"}");
    assert_int_equal(1, step(c, &k).ended);
    assert_str("stopped", newest(c, &k).state);
    fix_display(c, &k, "{\"n\":3}");
    assert_int_equal(1, step(c, &k).begun);
    set_store(c, &k, "{\"learn_displays\":\"off\"}");
    assert_int_equal(1, step(c, &k).ended);
    storage_close(k.d);
}

static experiment person_experiment(ctx *c, shop *k) {
    const experiment row = { .store_id = k->s.store_id, .name = STR("mine"), .placement = STR("cart"), .author = STR("person"),
                             .variants = STR("[{\"key\":\"control\",\"share\":0.5},"
                                             "{\"key\":\"b\",\"share\":0.5,\"settings\":{\"n\":3}}]") };
    experiment made;
    assert_ok(c, experiment_create(c, k->d, &row, &made));
    assert_ok(c, experiment_start(c, k->d, k->s.store_id, made.experiment_id, &made));
    return made;
}

TEST(display_learning, keeps_away_from_other_experiments_and_the_programme_from_it) {
    TEST_CTX(c);
    shop k;
    size_t started = 0;
    open_shop(c, &k, &backends[0]);
    for (int i = 0; i < 500; i++) {
        char visitor[16];
        snprintf(visitor, sizeof visitor, "v%d", i);
        put_answer(c, &k, visitor, "cart", "", BEGIN - DAY);
    }
    experiment mine = person_experiment(c, &k);
    assert_int_equal(0, step(c, &k).begun);
    assert_ok(c, experiment_stop(c, k.d, k.s.store_id, mine.experiment_id, NULL));
    assert_ok(c, programme_step(c, k.d, &k.s, &started));
    assert_int_equal(0, started);                                   /* also before the first night of learning */
    assert_int_equal(1, step(c, &k).begun);
    experiment row = newest(c, &k);
    trial_outcome looked = { .looked = false };
    assert_ok(c, trial_look(c, k.d, &k.s, &row, &looked));
    assert_true(looked.looked && looked.verdict == END_RUNNING);    /* no rule ends it */
    person_experiment(c, &k);
    assert_int_equal(1, step(c, &k).ended);
    set_store(c, &k, "{\"owner_email\":\"ana@shop.example\"}");
    assert_ok(c, experiment_stop(c, k.d, k.s.store_id, newest(c, &k).experiment_id, NULL));
    assert_ok(c, programme_step(c, k.d, &k.s, &started));
    assert_int_equal(1, started);                                   /* with learning off, the programme has the place */
    storage_close(k.d);
}

/* ---- answers ---- */
static const char *display_of(ctx *c, shop *k, const char *person) {
    shop_terms *t = NULL;
    terms of;
    const recommend_query q = { .person = str_of(person) };
    assert_ok(c, shop_terms_read(c, k->d, k->s.store_id, 0, &t));
    assert_ok(c, terms_of(c, k->s.store_id, t, &q, placement_find(STR("cart")), "en", &of));
    const char *word = of.told.display;
    shop_terms_free(t);
    return word;
}

TEST(display_learning, gives_way_in_answers_at_once_when_the_owner_decides) {
    TEST_CTX(c);
    shop k;
    open_shop(c, &k, &backends[0]);
    put_answer(c, &k, "ana", "cart", "", BEGIN - DAY);
    assert_null(display_of(c, &k, "v:ana"));
    step(c, &k);
    const char *first = display_of(c, &k, "v:ana");
    bool differs = false;
    assert_non_null(first);
    assert_string_equal(first, display_of(c, &k, "v:ana"));
    for (int i = 0; i < 20; i++) {
        char person[16];
        snprintf(person, sizeof person, "v:%d", i);
        differs = differs || strcmp(first, display_of(c, &k, person)) != 0;
    }
    assert_true(differs);
    experiment mine = person_experiment(c, &k);
    assert_null(display_of(c, &k, "v:ana"));
    assert_ok(c, experiment_stop(c, k.d, k.s.store_id, mine.experiment_id, NULL));
    assert_non_null(display_of(c, &k, "v:ana"));
    fix_display(c, &k, "{\"display\":\"sticky\"}");
    assert_string_equal("sticky", display_of(c, &k, "v:ana"));
    storage_close(k.d);
}

/* ---- what is counted ---- */
static void put_event(ctx *c, shop *k, const char *visitor, const char *kind, const char *session, const char *rec_id, int64_t ms) {
    put(c, k, &logged_event_entity,
        &(logged_event){ .store_id = k->s.store_id, .event_id = (ms << EVENT_ID_BITS) + k->events++, .kind = str_of(kind), .time_ms = ms,
                         .visitor_id = str_of(visitor), .session_id = str_of(session), .rec_id = str_of(rec_id) });
}

static void put_line(ctx *c, shop *k, const char *person, const char *how, const char *arms, int64_t ms, int64_t value, int64_t refunded) {
    char id[24];
    snprintf(id, sizeof id, "o%lld", (long long)k->orders++);
    put(c, k, &attribution_entity,
        &(attribution){ .store_id = k->s.store_id, .order_id = str_of(id), .line_id = STR("1"), .how = str_of(how),
                        .person = str_of(person), .arms = str_of(arms), .ordered_ms = ms, .value = value, .refunded = refunded });
}

static void put_subject(ctx *c, shop *k, int64_t experiment_id, const char *person, const char *arm, int64_t first_ms, bool mixed) {
    put(c, k, &experiment_subject_entity,
        &(experiment_subject){ .store_id = k->s.store_id, .experiment_id = experiment_id, .person = str_of(person), .arm = str_of(arm),
                               .first_ms = first_ms, .mixed = mixed });
}

static void plant_ana(ctx *c, shop *k, const char *arms) {
    answer_id a = put_answer(c, k, "ana", "cart", arms, BEGIN), other = put_answer(c, k, "ana", "cart", "9=popup", BEGIN);
    put_subject(c, k, 1, "v:ana", "popup", BEGIN, false);
    put_line(c, k, "v:ana", "click", arms, BEGIN + DAY, 10000, 2500);
    put_line(c, k, "v:ana", "exact", "1=inline", BEGIN + DAY, 100, 0);          /* moved to another arm meanwhile: still hers */
    put_line(c, k, "v:ana", "view", arms, BEGIN + DAY, 7000, 0);                /* an assist */
    put_line(c, k, "v:ana", "click", "9=popup", BEGIN + DAY, 7000, 0);          /* of another experiment */
    put_line(c, k, "v:ana", "click", arms, BEGIN + 2 * DAY, 7000, 0);           /* later than her two days */
    put_event(c, k, "ana", "widget_dismiss", "s1", a.id, BEGIN + 1000);         /* she goes on */
    put_event(c, k, "ana", "view", "s1", "", BEGIN + 2000);
    put_event(c, k, "ana", "widget_dismiss", "s2", a.id, BEGIN + 50000);        /* she leaves */
    put_event(c, k, "ana", "widget_dismiss", "s3", other.id, BEGIN + 90000);    /* of another experiment */
    put_event(c, k, "ana", "widget_dismiss", "s4", a.id, BEGIN + 2 * DAY);      /* later */
}

static void check_counting(ctx *c, const backend *b) {
    shop k;
    moments worth[LIMIT_VARIANTS];
    running_experiment e;
    open_shop(c, &k, b);
    put_answer(c, &k, "eva", "cart", "", BEGIN - DAY);
    step(c, &k);
    experiment row = newest(c, &k);
    assert_int_equal(1, row.experiment_id);
    assert_ok(c, experiment_read(c, &row, &e));
    plant_ana(c, &k, "1=popup");
    put_subject(c, &k, 1, "v:ion", "popup", BEGIN, true);                        /* met two arms: the first answers for him */
    put_subject(c, &k, 1, "v:late", "popup", BEGIN + 2 * DAY + 5, false);        /* his two days are not over */
    put_subject(c, &k, 1, "erased", "popup", BEGIN, false);
    put_subject(c, &k, 1, "v:odd", "gone", BEGIN, false);
    k.clock = time_source_manual(BEGIN + 3 * DAY);
    assert_ok(c, displays_count(c, k.d, k.s.store_id, &e, 100, worth));
    assert_str("popup", e.variants[3].key);
    assert_near(2, worth[3].n, 0);
    assert_near(7600 - 100 * (2 + DISPLAY_EXIT_COST), worth[3].y, 1e-9);        /* two dismissals, one of them an exit */
    for (int a = 0; a < 3; a++) assert_near(0, worth[a].n, 0);
    k.clock = time_source_manual(BEGIN + 30 * DAY);
    assert_ok(c, displays_count(c, k.d, k.s.store_id, &e, 100, worth));
    assert_near(1, worth[3].n, 0);                                               /* the late one; the others are too long ago */
    storage_close(k.d);
}

TEST(display_learning, counts_two_days_of_each_person_and_takes_off_what_annoyed_him) {
    for (size_t i = 0; i < n_backends; i++) {
        TEST_CTX(c);
        check_counting(c, &backends[i]);
    }
}

TEST(display_learning, a_dismissal_costs_a_hundredth_of_an_average_order_or_what_the_owner_says) {
    TEST_CTX(c);
    shop k;
    double cost = -1;
    open_shop(c, &k, &backends[0]);
    assert_ok(c, displays_cost(c, k.d, &k.s, &cost));
    assert_near(0, cost, 0);
    static const struct { const char *id, *status; int64_t total; } orders[] = {
        { "1", "completed", 10000 }, { "2", "completed", 20000 }, { "3", "cancelled", 90000 },
    };
    for (size_t i = 0; i < COUNT(orders); i++)
        put(c, &k, &order_entity, &(order){ .store_id = k.s.store_id, .order_id = str_of(orders[i].id), .status = str_of(orders[i].status),
                                            .total = orders[i].total, .created_ms = BEGIN - DAY });
    assert_ok(c, displays_cost(c, k.d, &k.s, &cost));
    assert_near(150, cost, 1e-9);
    set_store(c, &k, "{\"annoyance_percent\":4}");
    assert_ok(c, displays_cost(c, k.d, &k.s, &cost));
    assert_near(600, cost, 1e-9);
    storage_close(k.d);
}

/* The look of the night keeps how each display stood, with the shares that hold, and leaves the experiment alone. */
static void assert_day_of_arms(ctx *c, shop *k, const experiment *row, const running_experiment *e) {
    experiment_day *days = NULL;
    const json_value *figures = NULL;
    trial_outcome looked = { 0 };
    size_t n = 0;
    assert_ok(c, trial_look(c, k->d, &k->s, row, &looked));
    assert_true(looked.looked && looked.verdict == END_RUNNING && !looked.shares_changed && !looked.letters);
    const experiment_day of = { .store_id = k->s.store_id, .experiment_id = 1 };
    assert_ok(c, storage_scan(c, k->d, &experiment_day_entity, &of, 2, NULL, 9, &days, &n));
    assert_int_equal(1, n);
    assert_ok(c, json_parse(c, days[0].figures, JSON_READ_STRICT, &figures));
    assert_str("running", jr_string(jr_get(figures, "verdict")));
    assert_str("learning", newest(c, k).author);
    for (size_t a = 0; a < 4; a++) {
        const json_value *arm = jr_at(jr_get(figures, "arms"), a);
        double visitors = 0, share = 0;
        assert_true(jr_double(jr_get(arm, "visitors"), &visitors) && jr_double(jr_get(arm, "share"), &share));
        assert_near(300, visitors, 0);
        assert_near(e->variants[a].share_0_1, share, 1e-9);
    }
    assert_str(row->variants.p, newest(c, k).variants);
}

/* Three hundred persons of each display: those of the banner buy, those of the pop-up buy as much and close it. */
TEST(display_learning, shares_follow_what_was_bought_and_closed) {
    TEST_CTX(c);
    shop k;
    running_experiment e;
    open_shop(c, &k, &backends[0]);
    put(c, &k, &order_entity, &(order){ .store_id = k.s.store_id, .order_id = STR("1"), .status = STR("completed"), .total = 200000,
                                        .created_ms = BEGIN - DAY });
    put_answer(c, &k, "eva", "cart", "", BEGIN - DAY);
    step(c, &k);
    assert_ok(c, storage_begin(c, k.d, STORAGE_WRITE));
    static const char *const arms[] = { "cart", "inline", "banner", "popup" };
    for (int i = 0; i < 1200; i++) {
        char visitor[16], person[16], arm[16];
        snprintf(visitor, sizeof visitor, "p%d", i);
        snprintf(person, sizeof person, "v:p%d", i);
        snprintf(arm, sizeof arm, "1=%s", arms[i % 4]);
        put_subject(c, &k, 1, person, arms[i % 4], BEGIN, false);
        if (i % 4 >= 2 && i / 4 % 10 == 0) put_line(c, &k, person, "click", arm, BEGIN + DAY, 10000, 0);
        if (i % 4 == 3) put_event(c, &k, visitor, "widget_dismiss", "s", put_answer(c, &k, visitor, "cart", arm, BEGIN).id, BEGIN + 5);
    }
    assert_ok(c, storage_commit(c, k.d));
    k.clock = time_source_manual(BEGIN + 3 * DAY);
    assert_int_equal(1, step(c, &k).shared);
    experiment row = newest(c, &k);
    assert_ok(c, experiment_read(c, &row, &e));
    assert_true(e.variants[2].share_0_1 > .8);
    for (int a = 0; a < 4; a++) assert_true(a == 2 || e.variants[a].share_0_1 < .08);
    assert_str("{\"display\":\"popup\"}", e.variants[3].settings);
    assert_int_equal(0, step(c, &k).shared);
    assert_day_of_arms(c, &k, &row, &e);
    storage_close(k.d);
}

TEST(display_learning, every_placement_of_the_table_has_displays_that_fit_it) {
    int displays[LIMIT_DISPLAYS];
    size_t with = 0;
    for (size_t i = 0; i < n_placements; i++) {
        size_t n = displays_of(str_of(all_placements[i].name), displays);
        with += n > 0;
        assert_true(n == 0 || (n >= 2 && n <= LIMIT_DISPLAYS));
        for (size_t k = 0; k < n; k++) assert_non_null(display_word(displays[k]));
    }
    assert_int_equal(6, with);
    assert_int_equal(0, displays_of(STR("email"), displays));
}
