/* What the statistics of experiments promise, held against simulated shops, and what they cost. One JSON line a case:
 * false alarms of experiments without any effect, coverage of intervals with heavy-tailed revenue, power promised and found. */
#include <math.h>
#include <stdio.h>
#include "base/limits.h"
#include "experiments/bandit.h"
#include "experiments/bayes.h"
#include "experiments/fixed.h"
#include "experiments/power.h"
#include "experiments/sequential.h"
#include "simulate/trial.h"

enum { DAYS = 28, RUNS_AA = 1000, RUNS_COVER = 400, RUNS_POWER = 2000 };

static const struct { const char *name; trial_arm arm; double other_a_day; } shops[] = {
    { "3 % buy, log-normal orders (1.0), 500 a day and arm", TRIAL_ARM(500, 0.03, 4, 1), 500 },
    { "3 % buy, log-normal orders (1.5), 500 a day and arm", TRIAL_ARM(500, 0.03, 4, 1.5), 500 },
    { "1 % buy, log-normal orders (1.0), 300 a day and arm", TRIAL_ARM(300, 0.01, 4, 1), 300 },
    { "3 % buy, log-normal orders (1.0), 5,000 a day and arm", TRIAL_ARM(5000, 0.03, 4, 1), 5000 },
    { "3 % buy, log-normal orders (1.0), 250 a day held out of 5,000", TRIAL_ARM(250, 0.03, 4, 1), 4750 },
};

static trial_arm other_arm(size_t s, double more_buyers) {
    trial_arm out = shops[s].arm;
    out.a_day = shops[s].other_a_day, out.conversion *= more_buyers;
    return out;
}

static void false_alarms(size_t s) {
    int sequential = 0, daily = 0, end = 0;
    rng r;
    rng_seed(&r, 100 + s);
    for (int i = 0; i < RUNS_AA; i++) {
        trial_said x = trial_run(&r, shops[s].arm, other_arm(s, 1), DAYS);
        sequential += x.sequential, daily += x.fixed_daily, end += x.fixed_end;
    }
    printf("{\"bench\":\"experiments\",\"case\":\"no effect, looked at daily\",\"shop\":\"%s\",\"days\":%d,\"runs\":%d,"
           "\"called_sequential\":%.4f,\"called_fixed_daily\":%.4f,\"called_fixed_end\":%.4f}\n",
           shops[s].name, DAYS, RUNS_AA, sequential / (double)RUNS_AA, daily / (double)RUNS_AA, end / (double)RUNS_AA);
}

static void coverage(size_t s) {
    int sequential = 0, fixed = 0;
    rng r;
    rng_seed(&r, 200 + s);
    for (int i = 0; i < RUNS_COVER; i++) {
        trial_said x = trial_run(&r, shops[s].arm, other_arm(s, 1.1), DAYS);
        sequential += !x.sequential_missed, fixed += !x.fixed_missed;
    }
    printf("{\"bench\":\"experiments\",\"case\":\"95 %% intervals, a tenth more buyers\",\"shop\":\"%s\",\"days\":%d,\"runs\":%d,"
           "\"sequential_holds_every_day\":%.4f,\"fixed_holds_at_the_end\":%.4f}\n",
           shops[s].name, DAYS, RUNS_COVER, sequential / (double)RUNS_COVER, fixed / (double)RUNS_COVER);
}

static bool is_share(trial_arm a) { return a.order_log_deviation == 0; }

/* The question to the calculator that goes with an arm. */
static power_plan ask_about(trial_arm a) {
    return (power_plan){ .kind = is_share(a) ? METRIC_KIND_SHARE : METRIC_KIND_MEAN, .mean = trial_mean(a),
                         .deviation = trial_deviation(a), .control_share = 0.5, .variant_share = 0.5, .alpha = 0.05,
                         .first_look_days = 7, .visitors_per_day = 1000 };
}

static void print_power(const char *test, trial_arm base, double lift, power_answer promised, double one_look, double found) {
    printf("{\"bench\":\"experiments\",\"case\":\"power of %s\",\"metric\":\"%s\",\"base\":%.3f,\"order_log_deviation\":%.1f,\"lift\":%.2f,"
           "\"visitors\":%.0f,\"visitors_one_look\":%.0f,\"expected_visitors\":%.0f,\"runs\":%d,\"promised\":%.4f,\"found\":%.4f}\n",
           test, is_share(base) ? "conversion" : "revenue", base.conversion, base.order_log_deviation, lift, promised.visitors, one_look,
           promised.expected_visitors, RUNS_POWER, promised.power, found);
}

/* Ask the calculator, then run what it was asked about: 1.7 times the visitors that one look needs, looked at daily for four weeks. */
static err_code power_sequential(ctx *c, trial_arm base, double lift) {
    power_plan ask = ask_about(base);
    power_answer one_look, promised;
    TRY(power_visitors(c, &ask, lift, 0.8, &one_look));
    trial_arm better = base;
    base.a_day = better.a_day = ceil(1.7 * one_look.visitors / DAYS / 2), better.conversion *= 1 + lift;
    ask.sequential = true, ask.visitors_per_day = 2 * base.a_day, ask.tuning = ask.visitors_per_day * DAYS;
    TRY(power_of(c, &ask, lift, ask.visitors_per_day * DAYS, &promised));
    end_plan plan = { .alpha = 0.05, .tuning = ask.tuning, .least_days = 7, .most_days = DAYS, .least_visitors = 100, .least_buyers = 30 };
    double won = 0;
    for (int i = 0; i < RUNS_POWER; i++) {
        end_answer a;
        TRY(trial_to_end(c, &c->random, &plan, ask.kind, base, better, &a));
        won += a.verdict == END_WON;
    }
    print_power("daily looks", base, lift, promised, one_look.visitors, won / RUNS_POWER);
    return ERR_OK;
}

static err_code power_one_look(ctx *c, trial_arm base, double lift) {
    trial_arm better = base;
    better.conversion *= 1 + lift;
    power_plan ask = ask_about(base);
    power_answer need;
    TRY(power_visitors(c, &ask, lift, 0.8, &need));
    double called = 0;
    for (int i = 0; i < RUNS_POWER; i++) {
        moments a = { 0 }, b = { 0 };
        trial_visitors(&c->random, base, floor(need.visitors / 2), &a);
        trial_visitors(&c->random, better, floor(need.visitors / 2), &b);
        effect e = is_share(base)
            ? fixed_shares(a.y, a.n, b.y, b.n, 0.05)
            : fixed_test(effect_difference(moments_estimate(&a, ask.kind), moments_estimate(&b, ask.kind)), 0.05, SIDES_TWO);
        called += e.p <= 0.05 && e.value > 0;
    }
    print_power("one look", base, lift, need, need.visitors, called / RUNS_POWER);
    return ERR_OK;
}

static err_code cost(ctx *c) {
    enum { TIMES = 50 };
    posterior arm[10];
    double chance[10], at = 0;
    power_plan ask = { .kind = METRIC_KIND_SHARE, .mean = 0.03, .control_share = 0.5, .variant_share = 0.5, .alpha = 0.05,
                       .sequential = true, .first_look_days = 7, .visitors_per_day = 2000 };
    power_answer need;
    for (size_t k = 0; k < COUNT(arm); k++) arm[k] = bayes_share(3000 + (double)(k * k), 100000);
    int64_t start = mono_time_ns();
    for (int i = 0; i < TIMES; i++) TRY(best_of(c, arm, 2, chance, NULL));
    int64_t two = mono_time_ns();
    for (int i = 0; i < TIMES; i++) TRY(best_of(c, arm, COUNT(arm), chance, NULL));
    int64_t ten = mono_time_ns();
    TRY(power_visitors(c, &ask, 0.1, 0.8, &need));
    int64_t asked = mono_time_ns();
    for (int i = 0; i < 100000; i++) {
        moments m = { .n = 10000 + i, .y = 900, .yy = 60000 };
        estimate e = moments_estimate(&m, METRIC_KIND_MEAN);
        at += sequential_lift(e, (estimate){ 9000, 0.1, 6 }, (sequential_plan){ 0.05, 5000 }, 0.05, SIDES_TWO).low;
    }
    int64_t lifts = mono_time_ns();
    printf("{\"bench\":\"experiments\",\"case\":\"cost\",\"best_of_2_us\":%.0f,\"best_of_10_us\":%.0f,\"power_visitors_ms\":%.1f,"
           "\"sequential_lift_ns\":%.0f,\"sum\":%.3f}\n",
           (double)(two - start) / TIMES / 1e3, (double)(ten - two) / TIMES / 1e3, (double)(asked - ten) / 1e6,
           (double)(lifts - asked) / 100000, at);
    return ERR_OK;
}

static err_code all(ctx *c) {
    static const trial_arm bases[] = {
        { .conversion = 0.1 }, { .conversion = 0.03 }, TRIAL_ARM(0, 0.03, 4, 0.5), TRIAL_ARM(0, 0.03, 4, 1), TRIAL_ARM(0, 0.03, 4, 1.5),
    };
    for (size_t s = 0; s < COUNT(shops); s++) false_alarms(s);
    for (size_t s = 0; s < COUNT(shops); s++) coverage(s);
    for (size_t i = 0; i < COUNT(bases); i++) TRY(power_one_look(c, bases[i], 0.1));
    for (size_t i = 0; i < COUNT(bases); i++) TRY(power_sequential(c, bases[i], 0.1));
    return cost(c);
}

int main(void) {
    AUTO_ARENA memory;
    arena_init(&memory, LIMIT_JOB_ARENA);
    ctx c;
    ctx_init(&c, &memory);
    if (all(&c)) return fprintf(stderr, "%s\n", c.error.text), 1;
    return 0;
}
