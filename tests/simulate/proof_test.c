/* What experiments say of a simulated shop, in short; the long runs are `vitrine simulate --runs`. */
#include "simulate/proof.h"
#include "tests/experiments/near.h"

enum { RUNS = 200 };

TEST(proof, of_a_simulated_shop_experiments_stay_silent_and_power_is_as_promised) {
    TEST_CTX(c);
    sim_world w;
    sim_params p = sim_default_params();
    sim_proof o;
    p.products = 60, p.categories = 6, p.visits_a_day = 400;
    assert_ok(c, sim_world_make(c, &p, &w));
    assert_ok(c, sim_prove(c, &w, RUNS, &o));
    assert_true(o.false_alarms <= 0.05 && o.false_alarms_daily_p >= 0.12);
    assert_near(o.power_promised, o.power_found, 4 * sqrt(0.16 / RUNS));
}

TEST(proof, a_number_of_runs_that_says_nothing_is_refused) {
    TEST_CTX(c);
    sim_world w;
    sim_params p = sim_default_params();
    sim_proof o;
    assert_ok(c, sim_world_make(c, &p, &w));
    assert_err(ERR_INVALID, sim_prove(c, &w, SIM_RUNS_LEAST - 1, &o));
    assert_string_equal("runs", c->error.field);
}
