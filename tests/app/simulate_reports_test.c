/* The report an owner reads, on simulated shops, in short; the long run is `vitrine simulate --runs`. */
#include "app/simulate_reports.h"
#include "tests/experiments/near.h"

static void make_world(ctx *c, sim_world *w) {
    sim_params p = sim_default_params();
    p.products = 60, p.categories = 6, p.visits_a_day = 400;
    assert_ok(c, sim_world_make(c, &p, w));
}

TEST(simulate_reports, of_what_was_caused_hold_the_truth_as_often_as_they_say) {
    TEST_CTX(c);
    enum { RUNS = 120 };
    sim_world w;
    reports_proof o, again;
    const reports_plan plan = { .runs = RUNS, .visitors = 1000, .holdout_percent = 20 }, few = { 2, 300, 5 };
    make_world(c, &w);
    assert_ok(c, simulate_prove_reports(c, &w, &plan, test_folder(), &o));
    assert_true(o.truth > 0 && o.coverage_any_look >= 0.97);             /* valid at any look, so it is wide */
    assert_near(0.95, o.coverage, 4 * sqrt(0.95 * 0.05 / RUNS));
    assert_near(0, o.z_mean, 4 / sqrt(RUNS));                   /* given back, bought before, from another browser: as it was */
    assert_near(1, o.z_deviation, 0.14);                        /* the width itself */
    assert_ok(c, simulate_prove_reports(c, &w, &few, test_folder(), &o));
    assert_ok(c, simulate_prove_reports(c, &w, &few, test_folder(), &again));
    assert_true(o.z_mean == again.z_mean && o.z_deviation == again.z_deviation);    /* nothing stayed */
}

TEST(simulate_reports, of_too_few_or_too_many_visitors_are_refused) {
    TEST_CTX(c);
    sim_world w;
    reports_proof o;
    make_world(c, &w);
    const reports_plan plans[] = { { 0, 1000, 5 }, { 10, REPORTS_LEAST - 1, 5 }, { 10, REPORTS_MOST + 1, 5 }, { 10, 1000, 0 },
                                   { 10, 1000, 51 } };
    for (size_t i = 0; i < COUNT(plans); i++) assert_err(ERR_INVALID, simulate_prove_reports(c, &w, &plans[i], test_folder(), &o));
}
