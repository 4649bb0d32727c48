/* Simulated experiments: many visitors come, few buy, and what they spend has the long tail of real orders: log-normal, or drawn from
 * the visitors of a simulated shop. What the statistics of experiments/ say of them is held against the truth.
 * Promise: the same stream gives the same answers; nothing is kept between calls. Read next: experiments/README.md. */
#pragma once
#include "base/rng.h"
#include "experiments/decide_end.h"

typedef struct {
    double a_day;                   /* visitors */
    double conversion;              /* share of visitors who buy, 0 < . < 1 */
    double order_log_mean, order_log_deviation;         /* of log revenue of a buyer; deviation 0 and mean 0: revenue is 1 */
    const double *orders;           /* revenue of buyers to be drawn from, instead; NULL: none */
    size_t n_orders;
} trial_arm;
#define TRIAL_ARM(day, share, mean, deviation) \
    { .a_day = (day), .conversion = (share), .order_log_mean = (mean), .order_log_deviation = (deviation) }

/* `visitors` of an arm come by. O(buyers). */
void trial_visitors(rng *r, trial_arm arm, double visitors, moments *m);
/* Mean revenue of a visitor, and its deviation between visitors. */
double trial_mean(trial_arm a);
double trial_deviation(trial_arm a);

/* What one experiment on revenue, looked at every day once each arm has 30 effective buyers, would have said. */
typedef struct {
    bool sequential, fixed_daily, fixed_end;            /* an effect was called: always-valid, fixed p on any day, on the last day */
    bool sequential_missed, fixed_missed;               /* the truth lay outside: on any day; on the last day */
    bool sequential_missed_end;                         /* the always-valid interval of the last day alone */
} trial_said;
trial_said trial_run(rng *r, trial_arm a, trial_arm b, int days);

/* An experiment asked daily and ended by decide_end(). */
CHECK_RESULT err_code trial_to_end(ctx *c, rng *r, const end_plan *plan, metric_kind kind, trial_arm a, trial_arm b,
                                   end_answer *ret);
