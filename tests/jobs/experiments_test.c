/* Experiments looked at: sums against a slow reference made from what was planted, ends, activation, letters, bandits. */
#include <stdio.h>
#include <string.h>
#include "events/identity.h"
#include "jobs/letters.h"
#include "jobs/outcomes.h"
#include "jobs/runner.h"
#include "jobs/trial.h"
#include "storage/job_queue.h"
#include "stores/stores.h"
#include "tests/experiments/near.h"
#include "tests/storage/backends.h"

#define DAY ((int64_t)MS_PER_DAY)
#define BEGIN (INT64_C(20000) * DAY)
#define CONTROL "{\"key\":\"control\",\"share\":0.5,\"settings\":{}}"
#define POPUP "{\"key\":\"b\",\"share\":0.5,\"settings\":{\"n\":3,\"display\":\"popup\"}}"

enum { MOST = 3000, ARMS = 2, EXPERIMENT = 7 };
static const char *const keys[ARMS] = { "control", "b" };

/* What one person did, as the test planted it; the reference is made of this and of nothing stored. */
typedef struct { size_t arm; double shown, clicks, orders, revenue, before; } planted;
typedef struct {
    db *d;
    job_services services;
    time_source clock;
    store s;
    rng r;
    planted of[MOST];
    size_t n;
} shop;

static err_code with_settings(ctx *c, store *s, void *arg) {
    (void)c;
    s->settings = str_of(arg);
    return ERR_OK;
}

static void open_shop(ctx *c, shop *k) {
    static char settings[] = "{\"owner_email\":\"ana@shop.example\"}";
    *k = (shop){ .clock = time_source_manual(BEGIN) };
    c->time = &k->clock;
    rng_seed(&k->r, 11);
    k->d = test_database(c, &backends[0], &k->services.database);
    k->services.owner = STR("here:1");
    assert_ok(c, store_create(c, k->d, &(store_order){ .name = STR("tea"), .platform = STR("import") }, &k->s));
    assert_ok(c, store_change(c, k->d, k->s.store_id, with_settings, settings, &k->s));
}

static void put(ctx *c, shop *k, const entity *e, const void *row) { assert_ok(c, storage_put(c, k->d, e, row)); }

static void begin_experiment(ctx *c, shop *k, const char *variants, const char *plan) {
    const experiment e = { .store_id = k->s.store_id, .experiment_id = EXPERIMENT, .name = STR("pop-up"), .state = STR("running"),
                           .placement = STR("cart"), .variants = str_of(variants), .plan = str_of(plan), .started_ms = BEGIN };
    put(c, k, &experiment_entity, &e);
}

typedef struct { char text[40]; } name;
static name named(const char *kind, size_t i) {
    name n;
    snprintf(n.text, sizeof n.text, "%s%zu", kind, i);
    return n;
}

/* An order; now and then cancelled, or given back in part. Returns what stays of it. */
static double plant_order(ctx *c, shop *k, size_t person, size_t i, int64_t at_ms, int64_t total) {
    name order_name = named("o", person * 10 + i), visitor = named("p", person);
    bool cancelled = rng_below(&k->r, 10) == 0;
    const order o = { .store_id = k->s.store_id, .order_id = str_of(order_name.text), .visitor_id = str_of(visitor.text), .total = total,
                      .status = cancelled ? STR("cancelled") : STR("completed"), .created_ms = at_ms };
    put(c, k, &order_entity, &o);
    if (rng_below(&k->r, 5)) return cancelled ? -1 : (double)total;
    const refund f = { .store_id = o.store_id, .order_id = o.order_id, .refund_id = STR("1"), .amount = total / 4 };
    put(c, k, &refund_entity, &f);
    return cancelled ? -1 : (double)(total - total / 4);
}

static void plant_answer(ctx *c, shop *k, planted *p, size_t person, size_t i) {
    name rec = named("r", person * 10 + i), visitor = named("p", person);
    char arms[40];
    snprintf(arms, sizeof arms, "3=%s %d=%s", keys[1 - p->arm], EXPERIMENT, keys[p->arm]);
    const exposure x = { .store_id = k->s.store_id, .rec_id = str_of(rec.text), .visitor_id = str_of(visitor.text), .arms = str_of(arms) };
    put(c, k, &exposure_entity, &x);
    p->shown++;
    for (size_t clicks = rng_below(&k->r, 3); clicks; clicks--, p->clicks++) {
        const logged_event e = { .store_id = k->s.store_id, .event_id = (int64_t)(person * 100 + i * 10 + clicks), .kind = STR("click"),
                                 .visitor_id = x.visitor_id, .rec_id = x.rec_id, .time_ms = BEGIN + DAY };
        put(c, k, &logged_event_entity, &e);
    }
}

/* One person in an arm with a chance to buy in each of three days; some bought before. */
static void plant_person(ctx *c, shop *k, size_t arm, double chance, double price) {
    size_t i = k->n++;
    planted *p = &k->of[i];
    name alias = named("v:p", i);
    *p = (planted){ .arm = arm, .before = rng_below(&k->r, 3) ? 0 : (double)(1000 + rng_below(&k->r, 9000)) };
    for (size_t a = rng_below(&k->r, 3); a; a--) plant_answer(c, k, p, i, a);
    if (rng_below(&k->r, 4) == 0) (void)plant_order(c, k, i, 9, BEGIN - DAY, 5000);      /* before: counts for nothing here */
    for (size_t day = 0; day < 3; day++) {
        if (rng_unit(&k->r) >= chance + (p->before > 0 ? .1 : 0)) continue;
        double stays = plant_order(c, k, i, day, BEGIN + (int64_t)day * DAY + 1, (int64_t)(price * (.5 + rng_unit(&k->r))));
        if (stays >= 0) p->orders++, p->revenue += stays;
    }
    const experiment_subject s = { .store_id = k->s.store_id, .experiment_id = EXPERIMENT, .person = str_of(alias.text), .first_ms = BEGIN,
                                   .arm = str_of(keys[arm]), .shown = (int64_t)p->shown, .before = (int64_t)p->before };
    put(c, k, &experiment_subject_entity, &s);
}

static void plant(ctx *c, shop *k, size_t n, double chance_control, double chance_b) {
    assert_ok(c, storage_begin(c, k->d, STORAGE_WRITE));
    for (size_t i = 0; i < n; i++) plant_person(c, k, i % 2, i % 2 ? chance_b : chance_control, 10000);
    assert_ok(c, storage_commit(c, k->d));
}

static experiment row_of(ctx *c, shop *k) {
    experiment e = { .store_id = k->s.store_id, .experiment_id = EXPERIMENT };
    assert_ok(c, storage_get(c, k->d, &experiment_entity, &e));
    return e;
}

static trial_outcome look(ctx *c, shop *k) {
    trial_outcome o = { 0 };
    experiment row = row_of(c, k);
    assert_ok(c, trial_look(c, k->d, &k->s, &row, &o));
    return o;
}

static experiment_sums count_as(ctx *c, shop *k, bool by_first_arm) {
    experiment_sums sums;
    running_experiment e;
    experiment row = row_of(c, k);
    assert_ok(c, experiment_read(c, &row, &e));
    const outcome_question q = { .store_id = k->s.store_id, .experiment = &e, .margin_0_1 = .3, .by_first_arm = by_first_arm };
    assert_ok(c, outcomes_count(c, k->d, &q, &sums));
    return sums;
}

static experiment_sums count(ctx *c, shop *k) { return count_as(c, k, false); }

/* ---- the slow reference: two passes over persons ---- */
static double value_of(const planted *p, metric_id m) {
    const double v[METRICS] = { [METRIC_REVENUE] = p->revenue, [METRIC_PROFIT] = .3 * p->revenue, [METRIC_CONVERSION] = p->orders > 0 };
    return v[m];
}

static double mean_of(const shop *k, size_t arm, metric_id m, double *ret_error) {
    double n = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < k->n; i++)
        if (k->of[i].arm == arm) n++, sum += value_of(&k->of[i], m);
    for (size_t i = 0; i < k->n; i++)
        if (k->of[i].arm == arm) squares += pow(value_of(&k->of[i], m) - sum / n, 2);
    *ret_error = sqrt(squares / (m == METRIC_CONVERSION ? n : n - 1) / n);
    return sum / n;
}

/* Ratio of sums; error by leaving out one person at a time. */
static double ratio_of(const shop *k, size_t arm, metric_id m, double *ret_error) {
    double y = 0, d = 0, n = 0, squares = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < k->n; i++) {
            const planted *p = &k->of[i];
            double py = m == METRIC_CLICK_RATE ? p->clicks : p->revenue, pd = m == METRIC_CLICK_RATE ? p->shown : p->orders;
            if (p->arm != arm) continue;
            if (pass) squares += pow((y - py) / (d - pd) - y / d, 2);
            else y += py, d += pd, n++;
        }
    *ret_error = sqrt(squares * (n - 1) / n);
    return y / d;
}

/* Means after taking out what was known before, with one slope over both arms, by regression within arms. */
static double adjusted_lift(const shop *k, metric_id m) {
    double n[ARMS] = { 0 }, x[ARMS] = { 0 }, y[ARMS] = { 0 }, xy = 0, xx = 0, all = 0, adjusted[ARMS];
    for (size_t i = 0; i < k->n; i++) {
        const planted *p = &k->of[i];
        n[p->arm]++, x[p->arm] += p->before, y[p->arm] += value_of(p, m), all += p->before;
    }
    for (size_t i = 0; i < k->n; i++) {
        const planted *p = &k->of[i];
        double dx = p->before - x[p->arm] / n[p->arm];
        xy += dx * (value_of(p, m) - y[p->arm] / n[p->arm]), xx += dx * dx;
    }
    for (size_t a = 0; a < ARMS; a++) adjusted[a] = y[a] / n[a] - xy / xx * (x[a] / n[a] - all / (n[0] + n[1]));
    return adjusted[1] / adjusted[0] - 1;
}

TEST(experiments, figures_equal_a_slow_reference_made_of_what_was_planted) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    experiment_plan plan = experiment_plan_default();
    experiment_figures f;
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "");
    plant(c, k, 1200, .05, .09);
    experiment_sums s = count(c, k);
    assert_ok(c, experiment_figures_of(c, &plan, &s, (double[]){ .5, .5 }, 8, &f));
    static const metric_id means[] = { METRIC_REVENUE, METRIC_PROFIT, METRIC_CONVERSION }, ratios[] = { METRIC_ORDER_VALUE,
        METRIC_CLICK_RATE };
    for (size_t a = 0; a < ARMS; a++) {
        double error;
        for (size_t i = 0; i < COUNT(means); i++) {
            assert_near(mean_of(k, a, means[i], &error), f.value[means[i]][a].value, 1e-9 * f.value[means[i]][a].value);
            assert_near(error, sqrt(estimate_error2(f.value[means[i]][a])), 1e-9 * error);
        }
        for (size_t i = 0; i < COUNT(ratios); i++) {
            assert_near(ratio_of(k, a, ratios[i], &error), f.value[ratios[i]][a].value, 1e-9 * f.value[ratios[i]][a].value);
            assert_near(error, sqrt(estimate_error2(f.value[ratios[i]][a])), .02 * error);   /* two ways of approximating */
        }
    }
    assert_near(adjusted_lift(k, METRIC_REVENUE), f.figure[METRIC_REVENUE][1].lift.value, 1e-9);
    assert_near(adjusted_lift(k, METRIC_PROFIT), f.figure[METRIC_PROFIT][1].lift.value, 1e-9);
    assert_near(1, f.chance[0] + f.chance[1], 1e-9);
    storage_close(k->d);
}

TEST(experiments, keep_what_was_counted_with_each_person_and_let_the_erased_stay) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "");
    plant(c, k, 300, .3, .3);
    experiment_sums first = count(c, k);
    for (size_t i = 0; i < 300; i += 7) {                   /* erased: the name leads nowhere any more */
        name alias = named("v:p", i), word = named("erased", i);
        experiment_subject s = { .store_id = k->s.store_id, .experiment_id = EXPERIMENT, .person = str_of(alias.text) };
        assert_ok(c, storage_get(c, k->d, &experiment_subject_entity, &s));
        assert_int_equal((int64_t)k->of[i].revenue, s.revenue);
        assert_int_equal((int64_t)k->of[i].orders, s.orders);
        assert_int_equal((int64_t)k->of[i].clicks, s.clicks);
        assert_ok(c, storage_delete(c, k->d, &experiment_subject_entity, &s, 3, NULL));
        s.person = str_of(word.text);
        put(c, k, &experiment_subject_entity, &s);
    }
    experiment_sums again = count(c, k);
    for (size_t m = 0; m < METRICS; m++)
        for (size_t a = 0; a < ARMS; a++) {
            const moments *x = &first.of[m][a], *y = &again.of[m][a];
            assert_true(x->n == y->n && x->d == y->d && x->x == y->x);
            assert_near(x->y, y->y, 1e-12 * x->y);
            assert_near(x->yy, y->yy, 1e-12 * x->yy);
        }
    storage_close(k->d);
}

TEST(experiments, leave_out_who_met_two_arms_and_arms_nobody_knows) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "");
    plant(c, k, 20, .5, .5);
    put(c, k, &experiment_subject_entity, &(experiment_subject){ .store_id = k->s.store_id, .experiment_id = EXPERIMENT, .person =
                                                                 STR("v:both"),
        .arm = STR("b"), .mixed = true });
    put(c, k, &experiment_subject_entity, &(experiment_subject){ .store_id = k->s.store_id, .experiment_id = EXPERIMENT, .person =
                                                                 STR("v:odd"),
        .arm = STR("gone") });
    experiment_sums s = count(c, k);
    assert_near(2, s.mixed, 0);
    assert_near(10, s.of[METRIC_REVENUE][0].n, 0);
    assert_near(10, s.of[METRIC_REVENUE][1].n, 0);
    s = count_as(c, k,
                 true);                               /* of a bandit: for the arm met first, or arms that lose share lose their buyers */
    assert_near(1, s.mixed, 0);
    assert_near(10, s.of[METRIC_REVENUE][0].n, 0);
    assert_near(11, s.of[METRIC_REVENUE][1].n, 0);
    storage_close(k->d);
}

TEST(experiments, count_a_persons_orders_by_all_names_and_charge_a_discount_to_profit) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    experiment_sums s;
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "");
    const int64_t id = k->s.store_id;
    assert_ok(c, identity_take(c, k->d, &(identity_told){ id, STR("x"), STR("5"), STR(""), BEGIN }, NULL));
    put(c, k, &experiment_subject_entity, &(experiment_subject){ .store_id = id, .experiment_id = EXPERIMENT, .person = STR("v:x"),
        .arm = STR("b"), .first_ms = BEGIN });
    put(c, k, &order_entity, &(order){ .store_id = id, .order_id = STR("1"), .customer_id = STR("5"), .status = STR("completed"),
                                       .total = 10000,
        .created_ms = BEGIN + 1 });
    put(c, k, &attribution_entity, &(attribution){ .store_id = id, .order_id = STR("1"), .line_id = STR("1"), .person = STR("v:x"),
                                                   .value = 5000,
        .refunded = 1000, .arms = STR("7=b"), .ordered_ms = BEGIN + 1 });
    put(c, k, &attribution_entity, &(attribution){ .store_id = id, .order_id = STR("1"), .line_id = STR("2"), .person = STR("v:x"),
                                                   .value = 900,
        .arms = STR("7=control"), .ordered_ms = BEGIN + 1 });
    experiment row = row_of(c, k);
    running_experiment e;
    assert_ok(c, experiment_read(c, &row, &e));
    const outcome_question q = { .store_id = id, .experiment = &e, .margin_0_1 = .3, .discount_0_1 = { 0, .1 } };
    assert_ok(c, outcomes_count(c, k->d, &q, &s));
    assert_near(10000, s.of[METRIC_REVENUE][1].y, 0);
    assert_near(.3 * 6000 + 4000 * .2 / .9, s.of[METRIC_PROFIT][1].y,
                1e-9);      /* 4,444.44 of goods cost 3,111.11 and were sold for 4,000 */
    storage_close(k->d);
}

/* ---- the end ---- */
static void assert_settings(ctx *c, shop *k, const char *expected) {
    placement_setting p = { .store_id = k->s.store_id, .placement = STR("cart") };
    assert_ok(c, storage_get(c, k->d, &placement_setting_entity, &p));
    assert_str(expected, p.settings);
}

static size_t letters(ctx *c, shop *k, owner_letter *ret_first) {
    owner_letter *rows;
    size_t n;
    assert_ok(c, storage_scan(c, k->d, &owner_letter_entity, &(owner_letter){ .store_id = k->s.store_id }, 1, NULL, 10, &rows, &n));
    if (n) *ret_first = rows[0];
    return n;
}

TEST(experiments, won_set_the_placement_tell_the_owner_once_and_can_be_taken_back) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    owner_letter told = { 0 };
    placement_change change;
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "{\"activate\":true}");
    put(c, k, &placement_setting_entity, &(placement_setting){ .store_id = k->s.store_id, .placement = STR("cart"),
        .settings = STR("{\"n\":6,\"message\":\"plain\"}") });
    plant(c, k, 2000, .05, .2);
    k->clock.manual_ms = BEGIN + 3 * DAY;
    assert_int_equal(END_RUNNING, look(c, k).verdict);          /* too early, however clear */
    assert_int_equal(0, letters(c, k, &told));
    k->clock.manual_ms = BEGIN + 7 * DAY - MS_PER_MINUTE;       /* the night's look came a minute sooner than a week ago */
    trial_outcome o = look(c, k);
    assert_true(o.looked && o.verdict == END_WON && o.activated);
    assert_str("won", row_of(c, k).state);
    assert_str("b", row_of(c, k).winner);
    assert_true(row_of(c, k).ended_ms == k->clock.manual_ms && str_find(row_of(c, k).verdict, STR("\"reason\":\"better\"")) != SIZE_MAX);
    assert_settings(c, k, "{\"n\":3,\"display\":\"popup\",\"message\":\"plain\"}");
    assert_int_equal(1, letters(c, k, &told));
    assert_str("experiment-7", told.letter);
    assert_true(str_find(told.subject, STR("„3 produse, fereastră pop-up”")) != SIZE_MAX);
    assert_false(look(c, k).looked);
    assert_int_equal(1, letters(c, k, &told));
    assert_ok(c, trial_take_back(c, k->d, k->s.store_id, EXPERIMENT, &change));
    assert_settings(c, k, "{\"n\":6,\"message\":\"plain\"}");
    assert_err(ERR_CONFLICT, trial_take_back(c, k->d, k->s.store_id, EXPERIMENT, &change));
    storage_close(k->d);
}

TEST(experiments, are_judged_by_the_job_which_looks_at_none_that_ended) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    owner_letter told = { 0 };
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "{\"activate\":true}");
    plant(c, k, 2000, .2, .05);
    k->clock.manual_ms = BEGIN + 4 * DAY;
    const job_runner_options o = { .services = &k->services, .kinds = job_kinds, .n_kinds = n_job_kinds, .threads = 1, .time = c->time };
    for (int night = 0; night < 2; night++) {
        int64_t id;
        bool ran;
        job row;
        assert_ok(c, job_submit(c, k->d, &(job_order){ .store_id = k->s.store_id, .kind = STR("experiments") }, &id, NULL));
        assert_ok(c, job_runner_step(c, &o, k->d, &ran));
        assert_ok(c, job_get(c, k->d, k->s.store_id, id, &row));
        assert_str("done", row.state);
        assert_true(str_starts(row.result, night ? STR("{\"looked_at\":0,") : STR("{\"looked_at\":1,\"ended\":1,\"won\":0,\"failed\":0,")));
    }
    assert_str("lost", row_of(c, k).state);                     /* harm need not wait */
    placement_setting p = { .store_id = k->s.store_id, .placement = STR("cart") };
    assert_err(ERR_NOT_FOUND, storage_get(c, k->d, &placement_setting_entity, &p));
    assert_int_equal(1, letters(c, k, &told));
    experiment_day *days;
    size_t n;
    assert_ok(c, storage_scan(c, k->d, &experiment_day_entity, &(experiment_day){ .store_id = k->s.store_id }, 1, NULL, 10, &days, &n));
    assert_int_equal(1, n);
    assert_true(str_find(days[0].figures, STR("\"verdict\":\"lost\"")) != SIZE_MAX);
    storage_close(k->d);
}

TEST(experiments, stopped_or_set_anew_by_somebody_stay_so) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    trial_outcome o;
    placement_change change;
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "{\"activate\":true}");
    plant(c, k, 2000, .05, .2);
    k->clock.manual_ms = BEGIN + 8 * DAY;
    experiment read_before = row_of(c, k), stopped = read_before;
    stopped.state = STR("stopped");
    put(c, k, &experiment_entity, &stopped);
    assert_ok(c, trial_look(c, k->d, &k->s, &read_before, &o));
    assert_false(o.looked);
    assert_str("stopped", row_of(c, k).state);
    put(c, k, &experiment_entity, &read_before);
    assert_true(look(c, k).activated);
    put(c, k, &placement_setting_entity, &(placement_setting){ .store_id = k->s.store_id, .placement = STR("cart"), .settings =
                                                               STR("{\"n\":9}") });
    assert_err(ERR_CONFLICT, trial_take_back(c, k->d, k->s.store_id, EXPERIMENT, &change));
    assert_settings(c, k, "{\"n\":9}");
    assert_err(ERR_NOT_FOUND, trial_take_back(c, k->d, k->s.store_id, 8, &change));
    storage_close(k->d);
}

TEST(experiments, as_bandits_share_anew_after_the_burn_in_and_keep_a_floor) {
    TEST_CTX(c);
    shop *k = arena_new(c->arena, shop, 1);
    running_experiment e;
    open_shop(c, k);
    begin_experiment(c, k, "[" CONTROL "," POPUP "]", "{\"metric\":\"conversion\",\"bandit\":{\"burn_in\":400,\"floor\":0.1}}");
    plant(c, k, 600, .05, .12);
    k->clock.manual_ms = BEGIN + DAY;
    assert_false(look(c, k).shares_changed);                    /* 300 an arm */
    plant(c, k, 600, .05, .12);
    assert_true(look(c, k).shares_changed);
    experiment row = row_of(c, k);
    assert_ok(c, experiment_read(c, &row, &e));
    assert_true(e.variants[1].share_0_1 > .85 && e.variants[0].share_0_1 >= .1 - 1e-9);
    assert_str("{\"n\":3,\"display\":\"popup\"}", e.variants[1].settings);
    assert_str("running", row.state);
    storage_close(k->d);
}

TEST(experiments, have_plans_that_say_what_is_wrong) {
    TEST_CTX(c);
    static const struct { const char *text, *field; } bad[] = {
        { "[]", "plan" }, { "{\"colour\":1}", "plan" }, { "{\"metric\":\"clicks\"}", "metric" }, { "{\"guards\":[\"x\"]}", "guards" },
        { "{\"guards\":[\"revenue\"]}", "guards" }, { "{\"alpha\":0}", "alpha" }, { "{\"alpha\":\"0.1\"}", "alpha" },
        { "{\"least_days\":30}", "most_days" }, { "{\"activate\":1}", "activate" }, { "{\"bandit\":true}", "bandit" },
        { "{\"bandit\":{\"floor\":0.5}}", "floor" }, { "{\"metric\":\"click_rate\",\"bandit\":{}}", "bandit" }, { "{\"margin\":0}",
            "margin" },
    };
    experiment_plan p;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_err(ERR_INVALID, experiment_plan_read(c, str_of(bad[i].text), &p));
        assert_string_equal(bad[i].field, c->error.field);
    }
    static const char good[] = "{\"metric\":\"conversion\",\"guards\":[\"order_value\"],\"guard_margin\":0.1,\"alpha\":0.1}";
    assert_ok(c, experiment_plan_read(c, str_of(good), &p));
    assert_true(p.metric == METRIC_CONVERSION && p.guard[METRIC_ORDER_VALUE] && p.end.least_days == 7 && !p.activate && !p.is_bandit);
}

TEST(experiments, read_arms_of_an_answer_by_number) {
    assert_true(outcome_arms_hold(STR("3=b 7=control"), 7, STR("control")));
    assert_false(outcome_arms_hold(STR("3=b 7=control"), 7, STR("b")));
    assert_false(outcome_arms_hold(STR("77=b"), 7, STR("b")));
    assert_false(outcome_arms_hold(STR(""), 7, STR("b")));
}
