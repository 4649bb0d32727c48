/* When an experiment ends, and how: one table of cases, then what it must refuse. */
#include "experiments/decide_end.h"
#include "experiments/holdout.h"
#include "tests/experiments/near.h"

enum { ARMS = 3, PRIMARY = 0, GUARD = 1, READ = 2, METRICS = 3 };

static const end_plan plan = { .alpha = 0.05, .tuning = 20000, .least_days = 7, .most_days = 28, .least_visitors = 500,
                               .least_buyers = 30, .worth = 0.03 };
static const end_metric metrics[METRICS] = {
    [PRIMARY] = { .role = END_PRIMARY, .kind = METRIC_KIND_SHARE },
    [GUARD] = { .role = END_GUARD, .kind = METRIC_KIND_SHARE, .less_is_better = true, .margin = 0.1 },
    [READ] = { .role = END_SECONDARY, .kind = METRIC_KIND_SHARE },
};

/* Sums of arms of n visitors: buyers and, for the guard, returns; the secondary metric is the primary one again. */
static void fill(const double *n, const double *buyers, const double *returns, moments *ret) {
    for (size_t a = 0; a < ARMS; a++) {
        ret[PRIMARY * ARMS + a] = ret[READ * ARMS + a] = (moments){ .n = n[a], .y = buyers[a], .yy = buyers[a] };
        ret[GUARD * ARMS + a] = (moments){ .n = n[a], .y = returns[a], .yy = returns[a] };
    }
}

static const struct {
    const char *what;
    double days, n[ARMS], buyers[ARMS], returns[ARMS];
    end_verdict verdict;
    end_reason reason;
    size_t winner;
    end_reason variant[ARMS];       /* [0] not used */
} cases[] = {
#define EQUAL { 10000, 10000, 10000 }
    { "nothing differs much", 10, EQUAL, { 1000, 1010, 990 }, { 5000, 5000, 5000 }, END_RUNNING, END_BY_UNDECIDED, 0,
      { 0, END_BY_UNDECIDED, END_BY_UNDECIDED } },
    { "the second is clearly better", 10, EQUAL, { 1000, 1010, 1300 }, { 5000, 5000, 4900 }, END_WON, END_BY_BETTER, 2,
      { 0, END_BY_UNDECIDED, END_BY_BETTER } },
    { "both are better, the first more", 10, EQUAL, { 1000, 1400, 1300 }, { 5000, 5000, 4900 }, END_WON, END_BY_BETTER, 1,
      { 0, END_BY_BETTER, END_BY_BETTER } },
    { "better, but before the least days", 3, EQUAL, { 1000, 1010, 1300 }, { 5000, 5000, 4900 }, END_RUNNING, END_BY_TOO_EARLY, 0,
      { 0, END_BY_UNDECIDED, END_BY_BETTER } },
    { "both are worse, and harm need not wait", 3, EQUAL, { 1000, 700, 650 }, { 5000, 5000, 5000 }, END_LOST, END_BY_WORSE, 0,
      { 0, END_BY_WORSE, END_BY_WORSE } },
    { "one worse, one open", 10, EQUAL, { 1000, 700, 1010 }, { 5000, 5000, 5000 }, END_RUNNING, END_BY_UNDECIDED, 0,
      { 0, END_BY_WORSE, END_BY_UNDECIDED } },
    { "better, but returns rise by more than allowed", 10, EQUAL, { 1000, 1300, 1300 }, { 5000, 6500, 6500 }, END_LOST,
      END_BY_GUARD_BROKEN, 0, { 0, END_BY_GUARD_BROKEN, END_BY_GUARD_BROKEN } },
    { "better, but returns may have risen", 10, EQUAL, { 1000, 1010, 1300 }, { 500, 500, 510 }, END_RUNNING, END_BY_GUARD_OPEN, 0,
      { 0, END_BY_UNDECIDED, END_BY_GUARD_OPEN } },
    { "better, returns still open at the end", 28, EQUAL, { 1000, 1010, 1300 }, { 500, 500, 510 }, END_INCONCLUSIVE, END_BY_GUARD_OPEN,
      0, { 0, END_BY_UNDECIDED, END_BY_GUARD_OPEN } },
    { "out of time", 28, EQUAL, { 1000, 1010, 990 }, { 5000, 5000, 5000 }, END_INCONCLUSIVE, END_BY_OUT_OF_TIME, 0,
      { 0, END_BY_UNDECIDED, END_BY_UNDECIDED } },
    { "too alike to matter", 14, { 1e6, 1e6, 1e6 }, { 300000, 300300, 299800 }, { 5e5, 5e5, 5e5 }, END_INCONCLUSIVE,
      END_BY_NO_DIFFERENCE, 0, { 0, END_BY_NO_DIFFERENCE, END_BY_NO_DIFFERENCE } },
    { "an arm short of visitors", 10, { 10000, 10000, 9000 }, { 1000, 1300, 1300 }, { 5000, 5000, 5000 }, END_INCONCLUSIVE,
      END_BY_RATIO_MISMATCH, 0, { 0, END_BY_RATIO_MISMATCH, END_BY_RATIO_MISMATCH } },
    { "few visitors", 10, { 400, 420, 410 }, { 40, 42, 200 }, { 200, 200, 200 }, END_RUNNING, END_BY_FEW_VISITORS, 0,
      { 0, END_BY_FEW_VISITORS, END_BY_FEW_VISITORS } },
    { "few buyers", 10, EQUAL, { 5, 60, 70 }, { 500, 500, 500 }, END_RUNNING, END_BY_FEW_BUYERS, 0,
      { 0, END_BY_FEW_BUYERS, END_BY_FEW_BUYERS } },
    { "few buyers to the end", 30, EQUAL, { 5, 60, 70 }, { 500, 500, 500 }, END_INCONCLUSIVE, END_BY_FEW_BUYERS, 0,
      { 0, END_BY_FEW_BUYERS, END_BY_FEW_BUYERS } },
    { "nobody came", 2, { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0, 0 }, END_RUNNING, END_BY_FEW_VISITORS, 0,
      { 0, END_BY_FEW_VISITORS, END_BY_FEW_VISITORS } },
#undef EQUAL
};

TEST(decide_end, gives_the_verdict_of_the_table) {
    TEST_CTX(c);
    for (size_t i = 0; i < COUNT(cases); i++) {
        moments sums[METRICS * ARMS];
        end_figure figures[METRICS * (ARMS - 1)];
        end_answer a;
        fill(cases[i].n, cases[i].buyers, cases[i].returns, sums);
        assert_ok(c, decide_end(c, &plan, metrics, METRICS, sums, (double[]){ 1, 1, 1 }, ARMS, cases[i].days, &a, figures));
        if (a.verdict != cases[i].verdict || a.reason != cases[i].reason || a.winner != cases[i].winner)
            test_fail("%s: %s by %s, arm %zu", cases[i].what, end_verdict_name(a.verdict), end_reason_name(a.reason), a.winner);
        for (size_t v = 1; v < ARMS; v++)
            if (a.variant_reason[v] != cases[i].variant[v] || (a.variant[v] == END_RUNNING && a.verdict != END_RUNNING))
                test_fail("%s: arm %zu %s by %s", cases[i].what, v, end_verdict_name(a.variant[v]), end_reason_name(a.variant_reason[v]));
    }
}

TEST(decide_end, never_calls_a_winner_that_one_of_two_variants_is_by_chance) {
    TEST_CTX(c);
    /* a p of .03 is enough for one variant alone, but not for one of two */
    moments sums[2 * 3] = { { 0 } };
    end_metric one = { .role = END_PRIMARY, .kind = METRIC_KIND_SHARE };
    end_answer a;
    end_figure f[2];
    for (double buyers = 1000;; buyers++) {
        for (size_t k = 0; k < 3; k++) sums[k] = (moments){ .n = 10000, .y = k == 2 ? buyers : 1000, .yy = k == 2 ? buyers : 1000 };
        assert_ok(c, decide_end(c, &plan, &one, 1, sums, (double[]){ 1, 1, 1 }, 3, 10, &a, f));
        if (f[1].lift.p < 0.04) break;
    }
    assert_true(f[1].lift.p > 0.025 && f[1].lift.low <= 0);
    assert_near(2 * f[1].lift.p, f[1].p_adjusted, 1e-12);
    assert_int_equal(END_RUNNING, a.verdict);
    moments two[2] = { sums[0], sums[2] };
    assert_ok(c, decide_end(c, &plan, &one, 1, two, (double[]){ 1, 1 }, 2, 10, &a, f));
    assert_int_equal(END_WON, a.verdict);
    assert_true(f[0].lift.low > 0);
}

TEST(decide_end, turns_a_metric_round_where_less_is_better) {
    TEST_CTX(c);
    end_metric returns = { .role = END_PRIMARY, .kind = METRIC_KIND_SHARE, .less_is_better = true };
    moments sums[2] = { { .n = 10000, .y = 1300, .yy = 1300 }, { .n = 10000, .y = 1000, .yy = 1000 } };
    end_answer a;
    end_figure f;
    assert_ok(c, decide_end(c, &plan, &returns, 1, sums, (double[]){ 1, 1 }, 2, 10, &a, &f));
    assert_true(a.verdict == END_WON && a.winner == 1 && f.lift.value < 0);
    returns.less_is_better = false;
    assert_ok(c, decide_end(c, &plan, &returns, 1, sums, (double[]){ 1, 1 }, 2, 10, &a, &f));
    assert_true(a.verdict == END_LOST && a.reason == END_BY_WORSE);
}

TEST(decide_end, refuses_plans_and_sums_that_cannot_be) {
    TEST_CTX(c);
    moments sums[METRICS * ARMS];
    end_figure figures[METRICS * (ARMS - 1)];
    end_answer a;
    double share[ARMS] = { 1, 1, 1 };
    fill(cases[0].n, cases[0].buyers, cases[0].returns, sums);
    end_plan bad[6] = { plan, plan, plan, plan, plan, plan };
    bad[0].alpha = 0, bad[1].tuning = 0, bad[2].most_days = 3, bad[3].least_visitors = 0, bad[4].worth = -1, bad[5].alpha = NAN;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_err(ERR_INVALID, decide_end(c, &bad[i], metrics, METRICS, sums, share, ARMS, 9, &a, figures));
    assert_err(ERR_INVALID, decide_end(c, &plan, metrics + 1, 2, sums, share, ARMS, 9, &a, figures));       /* no primary */
    assert_err(ERR_INVALID, decide_end(c, &plan, metrics, METRICS, sums, share, 1, 9, &a, figures));
    assert_err(ERR_INVALID, decide_end(c, &plan, metrics, 0, sums, share, ARMS, 9, &a, figures));
    assert_err(ERR_INVALID, decide_end(c, &plan, metrics, METRICS, sums, share, ARMS, -1, &a, figures));
    end_metric free_guard[METRICS] = { metrics[0], { .role = END_GUARD }, metrics[2] };
    assert_err(ERR_INVALID, decide_end(c, &plan, free_guard, METRICS, sums, share, ARMS, 9, &a, figures));
    sums[4].yy = -1;
    assert_err(ERR_INVALID, decide_end(c, &plan, metrics, METRICS, sums, share, ARMS, 9, &a, figures));
}

TEST(decide_end, names_every_verdict_and_reason_once) {
    for (int i = 0; i < END_REASONS; i++) {
        assert_true(strlen(end_reason_name((end_reason)i)) > 4 && strlen(end_reason_text((end_reason)i)) > 20);
        for (int k = 0; k < i; k++) assert_string_not_equal(end_reason_name((end_reason)i), end_reason_name((end_reason)k));
    }
    assert_string_equal("inconclusive", end_verdict_name(END_INCONCLUSIVE));
}

TEST(holdout, counts_what_was_caused_for_those_who_saw_suggestions) {
    TEST_CTX(c);
    /* 100,000 visitors, 5 % held out; 3.0 % of these buy for 50.00 each, 3.6 % of the others */
    double out_buyers = 150, in_buyers = 3420, order = 5000;
    moments out = { .n = 5000, .y = out_buyers * order, .yy = out_buyers * order * order };
    moments in = { .n = 95000, .y = in_buyers * order, .yy = in_buyers * order * order };
    holdout_report r;
    sequential_plan p = { 0.05, 100000 };
    assert_ok(c, holdout_measure(c, &out, &in, METRIC_KIND_MEAN, false, 0.05, p, &r));
    assert_near(30, r.per_visitor.value, 1e-9);
    assert_near(30 * 95000.0, r.caused, 1e-6);
    assert_near(30 * 95000.0 / (3420 * 5000), r.caused_share, 1e-12);
    assert_near(0.2, r.lift.value, 1e-12);
    assert_true(r.caused_low < 0 && r.caused_high > r.caused && !r.ratio.alarm);
    assert_near(r.per_visitor.low * 95000, r.caused_low, 1e-6);
    /* the same shares after twenty times as many */
    moments_merge(&out, &(moments){ .n = 95000, .y = 19 * out.y, .yy = 19 * out.yy });
    moments_merge(&in, &(moments){ .n = 19 * 95000, .y = 19 * in.y, .yy = 19 * in.yy });
    assert_ok(c, holdout_measure(c, &out, &in, METRIC_KIND_MEAN, false, 0.05, p, &r));
    assert_true(r.caused_low > 0 && r.lift.low > 0);
    /* held-out visitors who are missing make it worthless */
    assert_ok(c, holdout_measure(c, &out, &in, METRIC_KIND_MEAN, false, 0.06, p, &r));
    assert_true(r.ratio.alarm && r.ratio.worst < 2);
}

TEST(holdout, says_nothing_of_nobody_and_refuses_ratios) {
    TEST_CTX(c);
    moments none = { 0 };
    holdout_report r;
    sequential_plan p = { 0.05, 5000 };
    assert_ok(c, holdout_measure(c, &none, &none, METRIC_KIND_MEAN, true, 0.05, p, &r));
    assert_true(!r.per_visitor.known && r.caused == 0 && isinf(r.caused_low) && r.caused_share == 0);
    assert_err(ERR_INVALID, holdout_measure(c, &none, &none, METRIC_KIND_RATIO, false, 0.05, p, &r));
    assert_err(ERR_INVALID, holdout_measure(c, &none, &none, METRIC_KIND_MEAN, false, 0, p, &r));
    assert_err(ERR_INVALID, holdout_measure(c, &none, &none, METRIC_KIND_MEAN, false, 0.05, (sequential_plan){ 0 }, &r));
    assert_err(ERR_INVALID, holdout_measure(c, &(moments){ .n = -1 }, &none, METRIC_KIND_MEAN, false, 0.05, p, &r));
}
