/* Posteriors: chance to win, expected loss, several arms, and the bandit that lives on them. */
#include "experiments/bandit.h"
#include "experiments/bayes.h"
#include "base/limits.h"
#include "num/special.h"
#include "tests/experiments/near.h"

static estimate mean_of(double n, double sum, double squares) {
    return moments_estimate(&(moments){ .n = n, .y = sum, .yy = squares }, METRIC_KIND_MEAN);
}
static estimate share_of(double hits, double n) {
    return moments_estimate(&(moments){ .n = n, .y = hits, .yy = hits }, METRIC_KIND_SHARE);
}

TEST(bayes, chance_of_shares_is_exact) {
    TEST_CTX(c);
    static const struct { posterior a, b; double chance; } cases[] = {
        { { POSTERIOR_BETA, 2, 2 }, { POSTERIOR_BETA, 3, 2 }, 0.628571428571 },
        { { POSTERIOR_BETA, 50, 52 }, { POSTERIOR_BETA, 52, 50 }, 0.610770522688 },
        { { POSTERIOR_BETA, 121, 881 }, { POSTERIOR_BETA, 146, 856 }, 0.950197 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double chance[2];
        assert_ok(c, best_of(c, (posterior[]){ cases[i].a, cases[i].b }, 2, chance, NULL));
        assert_near(cases[i].chance, chance[1], i == 2 ? 5e-7 : 1e-9);
    }
    posterior p = bayes_share(49, 100);
    assert_true(p.a == 50 && p.b == 52);
}

/* P(B > A) for a whole number of successes, by the sum of Miller 2014. */
static double miller(posterior a, posterior b) {
    double sum = 0;
    for (int i = 0; i < (int)b.a; i++)
        sum += exp(special_log_beta(a.a + i, a.b + b.b) - log(b.b + i) - special_log_beta(1 + i, b.b) - special_log_beta(a.a, a.b));
    return sum;
}

TEST(bayes, chance_of_sharp_and_vague_arms_equals_the_closed_sum) {
    TEST_CTX(c);
    static const double counts[][4] = {
        { 30000, 1000000, 2, 40 }, { 2, 40, 30000, 1000000 }, { 0, 5, 1, 100000 }, { 300, 10000, 330, 10000 },
        { 0, 0, 3, 3 }, { 500000, 1000000, 500700, 1000000 },
    };
    for (size_t i = 0; i < COUNT(counts); i++) {
        posterior arm[2] = { bayes_share(counts[i][0], counts[i][1]), bayes_share(counts[i][2], counts[i][3]) };
        double chance[2], loss[2];
        assert_ok(c, best_of(c, arm, 2, chance, loss));
        assert_near(miller(arm[0], arm[1]), chance[1], 2e-8);
        assert_near(1, chance[0] + chance[1], 1e-12);
        /* what is lost by one arm and by the other differs by the difference of the means */
        assert_near(posterior_mean(arm[1]) - posterior_mean(arm[0]), loss[0] - loss[1], 1e-8);
        assert_true(loss[0] >= 0 && loss[1] >= 0);
    }
}

TEST(bayes, normal_arms_equal_the_closed_form) {
    TEST_CTX(c);
    static const posterior pairs[][2] = {
        { { POSTERIOR_NORMAL, 10, 1 }, { POSTERIOR_NORMAL, 10.5, 2 } }, { { POSTERIOR_NORMAL, 0, 1e-4 }, { POSTERIOR_NORMAL, 0.3, 1 } },
        { { POSTERIOR_NORMAL, 5, 1 }, { POSTERIOR_NORMAL, 500, 1 } },
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        double sd = hypot(pairs[i][0].b, pairs[i][1].b), d = pairs[i][1].a - pairs[i][0].a, chance[2], loss[2];
        assert_ok(c, best_of(c, pairs[i], 2, chance, loss));
        assert_near(special_normal_cdf(d / sd), chance[1], 1e-9);
        assert_near(sd * special_normal_density(d / sd) - d * special_normal_tail(d / sd), loss[1], 1e-8);
    }
}

TEST(bayes, several_arms_share_the_chance_and_equal_arms_share_it_equally) {
    TEST_CTX(c);
    posterior arm[LIMIT_EXPERIMENT_ARMS];
    double chance[LIMIT_EXPERIMENT_ARMS], loss[LIMIT_EXPERIMENT_ARMS];
    for (size_t k = 0; k < COUNT(arm); k++) arm[k] = bayes_share(40, 900);
    assert_ok(c, best_of(c, arm, COUNT(arm), chance, loss));
    for (size_t k = 0; k < COUNT(arm); k++) assert_near(1.0 / COUNT(arm), chance[k], 1e-9);
    arm[3] = bayes_share(200, 900);
    assert_ok(c, best_of(c, arm, COUNT(arm), chance, loss));
    assert_true(chance[3] > 0.999999 && loss[3] < 1e-6 && loss[0] > 0.17);
    /* three normal arms of unit deviation at 0, 0, 1; the chance of the third by a plain sum over a fine grid */
    posterior three[3] = { { POSTERIOR_NORMAL, 0, 1 }, { POSTERIOR_NORMAL, 0, 1 }, { POSTERIOR_NORMAL, 1, 1 } };
    double slow = 0;
    for (double x = -9; x < 11; x += 1e-3) slow += 1e-3 * special_normal_density(x - 1) * pow(special_normal_cdf(x), 2);
    assert_ok(c, best_of(c, three, 3, chance, loss));
    assert_near(slow, chance[2], 1e-9);
    assert_near(chance[0], chance[1], 1e-12);
}

TEST(bayes, refuses_arms_that_cannot_be_compared) {
    TEST_CTX(c);
    double chance[LIMIT_EXPERIMENT_ARMS + 1];
    posterior many[LIMIT_EXPERIMENT_ARMS + 1] = { { POSTERIOR_BETA, 1, 1 } };
    assert_err(ERR_INVALID, best_of(c, many, 0, chance, NULL));
    assert_err(ERR_INVALID, best_of(c, many, COUNT(many), chance, NULL));
    assert_err(ERR_INVALID, best_of(c, (posterior[]){ { POSTERIOR_BETA, 1, 1 }, { POSTERIOR_NORMAL, 1, 1 } }, 2, chance, NULL));
    assert_err(ERR_INVALID, best_of(c, (posterior[]){ { POSTERIOR_NORMAL, 1, 0 } }, 1, chance, NULL));
    assert_err(ERR_INVALID, best_of(c, (posterior[]){ { POSTERIOR_BETA, 0.1, 1 } }, 1, chance, NULL));
}

TEST(bayes, lift_equals_growthbook) {
    bayes_effect e = bayes_contrast(effect_lift(share_of(49, 100), share_of(51, 100)), 0, INFINITY, 0.05);
    assert_near(0.04082, e.mean, 5e-6);
    assert_near(0.14725, e.deviation, 5e-6);
    assert_near(-0.24779, e.low, 5e-6);
    assert_near(0.32943, e.high, 5e-6);
    assert_near(0.60918, e.chance, 5e-6);
    assert_near(0.0814, e.loss_control, 5e-6);
    assert_near(0.04058, e.loss_variant, 5e-6);
    contrast x = effect_lift(mean_of(10, 100, 1002.25), mean_of(10, 105, 1111.5));
    e = bayes_contrast(x, 0, INFINITY, 0.05);
    assert_near(0.05, e.mean, 5e-6);
    assert_near(-0.02, e.low, 5e-3);
    assert_near(0.91923, e.chance, 5e-6);
    assert_near(0.05131, e.loss_control, 5e-6);
    assert_near(0.00131, e.loss_variant, 5e-6);
    e = bayes_contrast(x, 0.1, sqrt(0.1), 0.05);
    assert_near(0.05063, e.mean, 5e-6);
    assert_near(0.92315, e.chance, 5e-6);
    assert_false(bayes_contrast((contrast){ 0 }, 0, 1, 0.05).known);
}

TEST(bayes, mean_lies_between_data_and_prior) {
    posterior none = bayes_mean(mean_of(10, 100, 1002.25), 0, INFINITY), some = bayes_mean(mean_of(10, 100, 1002.25), 9, 0.15);
    assert_near(10, none.a, 1e-12);
    assert_near(sqrt(0.025), none.b, 1e-12);
    assert_near((10 / 0.025 + 9 / 0.0225) / (1 / 0.025 + 1 / 0.0225), some.a, 1e-12);
    assert_near(sqrt(1 / (1 / 0.025 + 1 / 0.0225)), some.b, 1e-12);
}

TEST(bandit, shares_follow_the_chance_to_be_best_above_a_floor) {
    TEST_CTX(c);
    posterior belief[3] = { bayes_share(40, 1000), bayes_share(60, 1000), bayes_share(10, 1000) };
    double n[3] = { 1000, 1000, 1000 }, chance[3], share[3], sum = 0;
    assert_ok(c, best_of(c, belief, 3, chance, NULL));
    assert_ok(c, bandit_shares(c, belief, n, 3, (bandit_plan){ 500, 0.05 }, share));
    for (size_t k = 0; k < 3; k++) {
        assert_near(0.05 + 0.85 * chance[k], share[k], 1e-12);
        sum += share[k];
    }
    assert_near(1, sum, 1e-12);
    assert_true(share[1] > 0.8 && share[2] < 0.0501);
    n[2] = 499;
    assert_ok(c, bandit_shares(c, belief, n, 3, (bandit_plan){ 500, 0.05 }, share));
    for (size_t k = 0; k < 3; k++) assert_near(1.0 / 3, share[k], 1e-15);
    assert_err(ERR_INVALID, bandit_shares(c, belief, n, 3, (bandit_plan){ 500, 0.4 }, share));
    assert_err(ERR_INVALID, bandit_shares(c, belief, n, 0, (bandit_plan){ 500, 0 }, share));
}

TEST(bandit, revenue_of_one_lucky_order_does_not_take_all) {
    TEST_CTX(c);
    moments arm[2] = { { .n = 1000, .y = 2000, .yy = 120000 }, { .n = 20, .y = 900, .yy = 810000 } };
    posterior belief[2];
    double share[2];
    assert_ok(c, bandit_posteriors(c, arm, 2, METRIC_KIND_MEAN, 100, belief));
    assert_ok(c, bandit_shares(c, belief, (double[]){ 1000, 20 }, 2, (bandit_plan){ 0, 0.01 }, share));
    assert_true(belief[1].a < 12 && belief[1].b > 3 && share[0] > 0.02);
    /* without any order nothing varies, and nobody is preferred */
    moments nothing[2] = { { .n = 50 }, { .n = 70 } };
    assert_ok(c, bandit_posteriors(c, nothing, 2, METRIC_KIND_MEAN, 100, belief));
    assert_ok(c, bandit_shares(c, belief, (double[]){ 50, 70 }, 2, (bandit_plan){ 0, 0 }, share));
    assert_near(0.5, share[0], 0);
    assert_err(ERR_INVALID, bandit_posteriors(c, arm, 2, METRIC_KIND_RATIO, 100, belief));
    assert_err(ERR_INVALID, bandit_posteriors(c, arm, 2, METRIC_KIND_MEAN, 0, belief));
}

TEST(bandit, draws_arms_as_often_as_it_logs) {
    static const double share[] = { 0, 0.05, 0.7, 0.25, 0 };
    int drawn[5] = { 0 }, n = 20000;
    rng r;
    rng_seed(&r, 9);
    for (int i = 0; i < n; i++) {
        double propensity;
        size_t k = bandit_draw(&r, share, 5, &propensity);
        assert_true(propensity == share[k] && propensity > 0);
        drawn[k]++;
    }
    for (int k = 0; k < 5; k++) assert_near(share[k], drawn[k] / (double)n, 4 * sqrt(share[k] * (1 - share[k]) / n));
}

/* Regret of 20 lots of 250 visitors with arms of 5 and 4 %: below that of a tenth of all visitors drawn at random for ever. */
TEST(bandit, loses_less_than_drawing_a_tenth_at_random) {
    TEST_CTX(c);
    enum { RUNS = 40, BATCHES = 20, BATCH = 500 };
    static const double rate[] = { 0.05, 0.04 };
    double lost[2] = { 0 };
    rng r;
    rng_seed(&r, 12);
    for (int run = 0; run < RUNS * 2; run++) {
        moments arm[2] = { { 0 } };
        bool greedy = run % 2;
        for (int b = 0; b < BATCHES; b++) {
            posterior belief[2];
            double share[2], n[2] = { arm[0].n, arm[1].n }, propensity;
            assert_ok(c, bandit_posteriors(c, arm, 2, METRIC_KIND_SHARE, 1, belief));
            assert_ok(c, bandit_shares(c, belief, n, 2, (bandit_plan){ 50, 0.01 }, share));
            if (greedy && b) {
                bool first = arm[0].y * arm[1].n >= arm[1].y * arm[0].n;
                share[0] = first ? 0.95 : 0.05, share[1] = 1 - share[0];
            }
            for (int i = 0; i < BATCH; i++) {
                size_t k = bandit_draw(&r, share, 2, &propensity);
                double hit = rng_unit(&r) < rate[k];
                moments_add(&arm[k], (unit_totals){ hit, 0, 0 });
                lost[greedy] += rate[0] - rate[k];
            }
        }
    }
    assert_true(lost[0] < lost[1]);
}
