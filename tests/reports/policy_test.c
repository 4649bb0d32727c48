/* Judging other ways to choose, by logs whose truth is known. */
#include "reports/policy.h"
#include <math.h>
#include "base/map.h"
#include "events/event.h"
#include "schema/exposed_items.h"
#include "schema/rec_id.h"
#include "tests/experiments/near.h"
#include "tests/storage/backends.h"

/* ---- an invented shop ---- */
/* Four products compete for one position of three pages. chance: of standing there; worth: of being clicked there. */
enum { PAGES = 3, PRODUCTS = 4, MADE_MOST = 6000, VISITS = 3 };
enum { POPULAR, SIMILAR };
static const double made_chance[PAGES][PRODUCTS] = { { .85, .05, .05, .05 }, { .05, .8, .1, .05 }, { 1, 0, 0, 0 } };
static const double made_worth[PAGES][PRODUCTS] = { { .05, .2, .3, .1 }, { .3, .1, .15, .4 }, { .2, 0, 0, 0 } };
static const uint16_t made_source[PRODUCTS] = { POPULAR, SIMILAR, SIMILAR, POPULAR };
static const str made_sources[] = { { "popular", 7 }, { "similar", 7 } };

static size_t draw(rng *r, const double *chance) {
    double at = rng_unit(r);
    size_t k = 0;
    while (k + 1 < PRODUCTS && at >= chance[k]) at -= chance[k++];
    return k;
}

/* Each visitor sees three pages. Products' model: what they are worth, badly guessed. */
static void make_shown(rng *r, size_t n, shown_item *items, policy_log *ret) {
    for (size_t i = 0; i < n; i++) {
        uint32_t page = (uint32_t)rng_below(r, PAGES);
        size_t k = draw(r, made_chance[page]);
        items[i] = (shown_item){ .reward = rng_unit(r) < made_worth[page][k], .propensity = made_chance[page][k], .unit = i / VISITS,
                                 .product = k, .cell = page, .source = made_source[k], .model = made_worth[page][k] * (k % 2 ? .5 : .7) };
    }
    *ret = (policy_log){ .p = items, .n = n, .answers = n, .cells = PAGES, .wides = 1, .sources = made_sources, .n_sources = 2,
                         .visitors_0_1 = 1 };
}

/* Worth of a position under chances proportional to `times`, over pages where it shows something. */
typedef double made_times(size_t page, size_t k);
static double truth_of(made_times *times) {
    double sum = 0, pages = 0;
    for (size_t p = 0; p < PAGES; p++) {
        double all = 0, worth = 0;
        for (size_t k = 0; k < PRODUCTS; k++) {
            double chance = made_chance[p][k] * times(p, k);
            all += chance, worth += chance * made_worth[p][k];
        }
        if (all > 0) sum += worth / all, pages++;
    }
    return sum / pages;
}
static double times_best(size_t p, size_t k) { return made_chance[p][k] > .5; }
static double times_similar(size_t p, size_t k) { return (void)p, made_source[k] == SIMILAR; }
static double times_not_similar(size_t p, size_t k) { return (void)p, made_source[k] != SIMILAR; }
static double times_evenly(size_t p, size_t k) { return made_chance[p][k] > 0 ? 1 / made_chance[p][k] : 0; }
static double times_logged(size_t p, size_t k) { return (void)p, (void)k, 1; }

typedef struct { const char *policy; made_times *times; } policy_case;
static const policy_case cases[] = {
    { "logged", times_logged }, { "no_exploration", times_best }, { "source:similar", times_similar },
    { "without:similar", times_not_similar },
    { "popular_first", times_not_similar }, { "uniform", times_evenly },
};

static err_code judge_named(ctx *c, const policy_log *log, const char *name, policy_estimate *ret) {
    str source;
    const policy_row *row = policy_find(str_of(name), &source);
    assert_non_null(row);
    return policy_judge(c, log, row, source, ret);
}

static bool holds(off_policy_value v, double truth) { return v.low <= truth && truth <= v.high; }

TEST(policy, intervals_hold_the_truth_as_often_as_they_say) {
    TEST_CTX(c);
    static shown_item items[MADE_MOST];
    enum { RUNS = 100 };
    policy_log log;
    rng r;
    rng_seed(&r, 11);
    int snips[COUNT(cases)] = { 0 }, robust[COUNT(cases)] = { 0 }, gain[COUNT(cases)] = { 0 };
    double mean[COUNT(cases)] = { 0 };
    for (int run = 0; run < RUNS; run++) {
        make_shown(&r, MADE_MOST, items, &log);
        for (size_t i = 0; i < COUNT(cases); i++) {
            policy_estimate e;
            double truth = truth_of(cases[i].times);
            assert_ok(c, judge_named(c, &log, cases[i].policy, &e));
            snips[i] += holds(e.v.snips, truth);
            robust[i] += holds(e.v.robust, truth);
            gain[i] += e.judged < e.shown || holds(e.v.gain, truth - truth_of(times_logged));
            mean[i] += e.v.snips.value / RUNS;
        }
    }
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (snips[i] < 88 || robust[i] < 88 || gain[i] < 88) test_fail("%s: %d %d %d", cases[i].policy, snips[i], robust[i], gain[i]);
        assert_near(truth_of(cases[i].times), mean[i], 0.006);
    }
}

/* What was logged earned a tenth; the plain mean of the similar ones shown is that of the pages where they were shown often. */
TEST(policy, a_biased_log_is_put_right) {
    TEST_CTX(c);
    static shown_item items[60000];
    policy_log log;
    policy_estimate e;
    rng r;
    rng_seed(&r, 3);
    make_shown(&r, COUNT(items), items, &log);
    double plain = 0, n = 0, truth = truth_of(times_similar);
    for (size_t i = 0; i < log.n; i++)
        if (items[i].source == SIMILAR) plain += items[i].reward, n++;
    assert_ok(c, judge_named(c, &log, "source:similar", &e));
    assert_true(fabs(plain / n - truth) > 0.04);
    assert_true(fabs(e.v.snips.value - truth) < 0.01);
    assert_true(holds(e.v.snips, truth));
    assert_near(1, e.v.mean_weight, 1e-9);
    assert_true(e.judged < e.shown);                        /* on the third page it has nothing */
    assert_true(e.v.gain.low > 0);
}

/* At one place some visitors are shown the similar product nine times in ten and like it, others once in twenty and do not: whoever was
 * shown it often may not speak for those who were not. */
TEST(policy, visitors_who_differ_within_a_place_speak_for_their_like) {
    TEST_CTX(c);
    static shown_item items[40000];
    static const double chance[2] = { .9, .05 }, worth[2][2] = { { .4, .2 }, { .1, .3 } };     /* of kinds; of [kind][similar, popular] */
    static const struct { const char *policy; double truth; } judged[] = {
        { "source:similar", (.4 + .1) / 2 }, { "without:similar", (.2 + .3) / 2 }, { "source:popular", (.2 + .3) / 2 },
    };
    policy_log log;
    policy_estimate e;
    rng r;
    rng_seed(&r, 9);
    make_shown(&r, COUNT(items), items, &log);
    for (size_t i = 0; i < log.n; i++) {
        size_t kind = rng_below(&r, 2), k = rng_unit(&r) >= chance[kind];
        items[i] = (shown_item){ .reward = rng_unit(&r) < worth[kind][k], .propensity = k ? 1 - chance[kind] : chance[kind], .unit = i,
                                 .product = k, .source = k ? POPULAR : SIMILAR, .model = .2 };
    }
    for (size_t i = 0; i < COUNT(judged); i++) {
        assert_ok(c, judge_named(c, &log, judged[i].policy, &e));
        assert_near(judged[i].truth, e.v.snips.value, 0.015);
        assert_true(holds(e.v.snips, judged[i].truth));
        assert_near(1, e.v.mean_weight, 0.03);
    }
}

TEST(policy, the_logged_one_is_exactly_what_was_earned) {
    TEST_CTX(c);
    static shown_item items[MADE_MOST];
    policy_log log;
    policy_estimate e;
    rng r;
    rng_seed(&r, 5);
    make_shown(&r, MADE_MOST, items, &log);
    double sum = 0;
    for (size_t i = 0; i < log.n; i++) sum += items[i].reward;
    assert_ok(c, judge_named(c, &log, "logged", &e));
    assert_near(sum / MADE_MOST, e.v.snips.value, 1e-12);
    assert_near(sum / MADE_MOST, e.v.ips.value, 1e-12);
    assert_near(0, e.v.gain.value, 1e-12);
    assert_int_equal(MADE_MOST, e.judged);
    assert_int_equal(MADE_MOST / VISITS, e.v.units);
}

TEST(policy, says_no_rather_than_a_figure_nobody_can_know) {
    TEST_CTX(c);
    static shown_item items[MADE_MOST];
    policy_log log;
    policy_estimate e = { .shown = 7 };
    rng r;
    rng_seed(&r, 8);
    make_shown(&r, MADE_MOST, items, &log);
    assert_err(ERR_INVALID, judge_named(c, &log, "source:upsell", &e));
    assert_non_null(strstr(c->error.text, "popular, similar"));
    for (size_t i = 0; i < log.n; i++) items[i].propensity = 1;
    assert_err(ERR_INVALID, judge_named(c, &log, "source:similar", &e));
    assert_non_null(strstr(c->error.text, "nothing was left to chance"));
    assert_err(ERR_INVALID, judge_named(c, &log, "uniform", &e));
    assert_ok(c, judge_named(c, &log, "logged", &e));
    make_shown(&r, 60, items, &log);
    assert_err(ERR_INVALID, judge_named(c, &log, "source:similar", &e));
    assert_non_null(strstr(c->error.text, "it takes 10"));
    make_shown(&r, 150, items, &log);                       /* some thirty of a few visitors speak for it */
    for (size_t i = 0; i < log.n; i++) items[i].reward = 1, items[i].unit = i / 30;
    assert_err(ERR_INVALID, judge_named(c, &log, "source:similar", &e));
    assert_non_null(strstr(c->error.text, "decisions are worth"));
    log.n = 0;
    assert_err(ERR_INVALID, judge_named(c, &log, "uniform", &e));
    assert_non_null(strstr(c->error.text, "no suggestion was shown"));
}

TEST(policy, names_are_those_of_the_table) {
    str source;
    assert_null(policy_find(STR("source:"), &source));
    assert_null(policy_find(STR("best"), &source));
    assert_null(policy_find(STR(""), &source));
    assert_non_null(policy_find(STR("without:new"), &source));
    assert_str("new", source);
    assert_non_null(policy_find(STR("popular_first"), &source));
    assert_str("popular", source);
}

/* ---- from the database ---- */
#define DAY_MS INT64_C(1763596800000)       /* 2025-11-20, UTC */

static void put(ctx *c, db *d, const entity *e, const void *row) { assert_ok(c, storage_put(c, d, e, row)); }

static str put_answer(ctx *c, db *d, rng *r, int64_t ms, const char *visitor, bool held_out, const exposed_item *items, size_t n) {
    char id[REC_ID_LENGTH + 1];
    buf b;
    json_out w;
    rec_id_make(ms, r, id);
    buf_init_in(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) exposed_item_write(&w, &items[i]);
    jw_end_array(&w);
    const exposure x = { .store_id = 1, .rec_id = str_dup(c->arena, str_of(id)), .time_ms = ms, .visitor_id = str_of(visitor),
                         .placement = STR("product"), .product_id = STR("desk"), .held_out = held_out, .items = buf_view(&b) };
    put(c, d, &exposure_entity, &x);
    return x.rec_id;
}

static void put_click(ctx *c, db *d, int64_t ms, int n, const char *visitor, str rec_id, const char *what) {
    put(c, d, &logged_event_entity,
        &(logged_event){ .store_id = 1, .event_id = (ms << EVENT_ID_BITS) + n, .kind = STR("click"), .time_ms = ms,
                         .visitor_id = str_of(visitor), .rec_id = rec_id, .product_id = str_of(what) });
}

static void put_line(ctx *c, db *d, const char *id, const char *how, str rec_id, const char *what, int64_t value, int64_t refunded) {
    put(c, d, &attribution_entity,
        &(attribution){ .store_id = 1, .order_id = str_of(id), .line_id = STR("1"), .how = str_of(how), .rec_id = rec_id,
                        .product_id = str_of(what), .ordered_ms = DAY_MS + 3 * (int64_t)MS_PER_DAY, .value = value, .refunded = refunded });
}

static double reward_of(const policy_log *log, const char *what, double propensity) {
    for (size_t i = 0; i < log->n; i++)
        if (log->p[i].product == hash_str(str_of(what)) && fabs(log->p[i].propensity - propensity) < 1e-6) return log->p[i].reward;
    test_fail("%s is not in the log", what);
    return -1;
}

static void made_log(ctx *c, db *d) {
    rng r;
    rng_seed(&r, 4);
    const exposed_item first[] = { { STR("lamp"), STR("popular"), .1, .9, 2000 }, { STR("rug"), STR("similar"), .05, .25, 5000 } };
    const exposed_item second[] = { { STR("rug"), STR("similar"), .05, .1, 5000 }, { STR("lamp"), STR("popular"), .1, 1, 2000 } };
    str a = put_answer(c, d, &r, DAY_MS + 1000, "ana", false, first, 2);
    str b = put_answer(c, d, &r, DAY_MS + 2000, "ion", false, second, 2);
    str held = put_answer(c, d, &r, DAY_MS + 3000, "eva", true, first, 2);
    str robot = put_answer(c, d, &r, DAY_MS + 4000, "bot", false, first, 2);
    put_answer(c, d, &r, DAY_MS + (int64_t)MS_PER_DAY + 5, "ana", false, second, 2);         /* of the next day */
    put(c, d, &known_visitor_entity, &(known_visitor){ .store_id = 1, .visitor_id = STR("bot"), .robot = true });
    put_click(c, d, DAY_MS + 5000, 1, "ana", a, "lamp");
    put_click(c, d, DAY_MS + 5000, 2, "ana", a, "lamp");
    put_click(c, d, DAY_MS + (int64_t)MS_PER_DAY + 60, 3, "ion", b, "rug");                  /* the next morning */
    put_click(c, d, DAY_MS + 5000, 4, "ion", b, "sofa");
    put_click(c, d, DAY_MS + 5000, 5, "eva", held, "lamp");
    put_click(c, d, DAY_MS + 5000, 6, "bot", robot, "lamp");
    put_line(c, d, "o1", "click", a, "lamp", 2000, 500);
    put_line(c, d, "o2", "exact", a, "lamp", 1000, 0);
    put_line(c, d, "o3", "view", a, "rug", 5000, 0);
    put_line(c, d, "o4", "click", b, "rug", 5000, 5000);
}

static void check_backend(ctx *c, const backend *back) {
    db_options o;
    db *d = test_database(c, back, &o);
    report_period day;
    policy_log log;
    arena home;
    arena_init(&home, LIMIT_REPORT_ARENA);
    made_log(c, d);
    assert_ok(c, report_period_make(c, STR("UTC"), DAY_MS / MS_PER_DAY, DAY_MS / MS_PER_DAY, &day));
    const report_source from = { .d = d, .store_id = 1, .period = &day };
    static const struct { policy_metric metric; double lamp, rug_of_ana, rug_of_ion, lamp_model; } expected[] = {
        { POLICY_CLICK, 1, 0, 1, .1 }, { POLICY_PURCHASE, 1, 0, 0, .1 }, { POLICY_REVENUE, 2500, 0, 0, 200 },
    };
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_ok(c, policy_log_read(c, &from, expected[i].metric, &home, &log));
        assert_int_equal(4, log.n);
        assert_int_equal(2, log.answers);
        assert_int_equal(2, log.n_sources);
        assert_int_equal(2, log.wides);
        assert_near(expected[i].lamp, reward_of(&log, "lamp", .9), 1e-9);
        assert_near(0, reward_of(&log, "lamp", 1), 1e-9);
        assert_near(expected[i].rug_of_ana, reward_of(&log, "rug", .25), 1e-9);
        assert_near(expected[i].rug_of_ion, reward_of(&log, "rug", .1), 1e-9);
        for (size_t k = 0; k < log.n; k++)
            if (log.p[k].product == hash_str(STR("lamp"))) assert_near(expected[i].lamp_model, log.p[k].model, 1e-3);
    }
    arena_done(&home);
    storage_close(d);
}

TEST(policy, a_log_holds_what_people_were_given_and_what_followed) {
    for (size_t i = 0; i < n_backends; i++) {
        TEST_CTX(c);
        check_backend(c, &backends[i]);
    }
}

TEST(policy, a_question_is_answered_or_told_what_would_be_right) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    const store s = { .store_id = 1, .time_zone = STR("UTC"), .currency = STR("RON") };
    policy_answer a;
    made_log(c, d);
    const struct { policy_request q; const char *says; } wrong[] = {
        { { .policy = STR("best"), .from = STR("2025-11-20"), .to = STR("2025-11-20") }, "source:NAME" },
        { { .metric = STR("carts"), .from = STR("2025-11-20"), .to = STR("2025-11-20") }, "not by 'carts'" },
        { { .from = STR("2025-11-20"), .to = STR("2025-11-20") }, "only 1 suggestions" },
        { { .from = STR("2025-11-01"), .to = STR("2025-11-02") }, "no suggestion was shown" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_err(ERR_INVALID, policy_read(c, d, &s, &wrong[i].q, &a));
        if (!strstr(c->error.text, wrong[i].says)) test_fail("expected '%s', got '%s'", wrong[i].says, c->error.text);
    }
    storage_close(d);
}
