/* decide_end: does an experiment go on, and if not, how did it end? One verdict from all its sums, with reasons a program can read.
 * Promise: pure: the same sums, plan and days give the same verdict; may be asked every day, since every interval in it is
 * always-valid (sequential.h) and variants share the error by Holm's rule, and variances
 * are steadied (effect.h). The chance that an experiment in which no variant does
 * anything ends as won is at most alpha / 2, as lost too. Any thread. Storage of experiments and their states lies above
 * (experiment.h). Read next: README.md, "How an experiment ends". */
#pragma once
#include "experiments/effect.h"
#include "experiments/ratio_check.h"
#include "base/limits.h"

/* verdict: machine name */
#define END_LIST(X) X(RUNNING, "running") X(WON, "won") X(LOST, "lost") X(INCONCLUSIVE, "inconclusive")
typedef enum {
#define X(name, word) END_##name,
    END_LIST(X)
#undef X
    END_COUNT
} end_verdict;

/* reason: machine name, sentence */
#define END_REASON_LIST(X)                                                                                                            \
    X(UNDECIDED,       "undecided",       "No variant is shown to be better or worse than the control yet.")                          \
    X(TOO_EARLY,       "too_early",       "It has not run for the least number of days yet.")                                         \
    X(FEW_VISITORS,    "few_visitors",    "An arm has fewer visitors than the least number.")                                         \
    X(FEW_BUYERS,      "few_buyers",      "An arm has too few buyers behind its figure for any interval to hold.")                    \
    X(GUARD_OPEN,      "guard_open",      "A variant is better, but a guard metric may still be worse than allowed.")                 \
    X(BETTER,          "better",          "The primary metric is better, and no guard metric is worse than allowed.")                 \
    X(WORSE,           "worse",           "The primary metric is worse.")                                                             \
    X(GUARD_BROKEN,    "guard_broken",    "A guard metric is worse than allowed.")                                                    \
    X(NO_DIFFERENCE,   "no_difference",   "Any difference from the control is smaller than what would matter.")                       \
    X(OUT_OF_TIME,     "out_of_time",     "It has run for the most days without a clear answer.")                                     \
    X(RATIO_MISMATCH,  "ratio_mismatch",  "The arms do not hold the visitors they should; assignment or logging is broken.")
typedef enum {
#define X(name, word, text) END_BY_##name,
    END_REASON_LIST(X)
#undef X
    END_REASONS
} end_reason;

/* Machine name of a verdict and of a reason, and the reason's sentence; static. */
const char *end_verdict_name(end_verdict v);
const char *end_reason_name(end_reason r);
const char *end_reason_text(end_reason r);

typedef enum { END_PRIMARY, END_SECONDARY, END_GUARD } end_role;

typedef struct {
    end_role role;                  /* exactly one primary; it alone decides, unless a guard forbids. Secondaries are for reading */
    metric_kind kind;
    bool less_is_better;            /* returns, time to an answer */
    bool cuped;                     /* adjust by the covariate of the sums */
    double margin;                  /* guard: the relative worsening still allowed, > 0 (.02 = 2 %) */
} end_metric;

typedef struct {
    double alpha;                   /* .05; 0 < alpha <= .5 */
    double tuning;                  /* N* of sequential.h, >= 1: the units of two arms one expects to need */
    double least_days, most_days;   /* no win and no "no difference" before; inconclusive after. Whole weeks are fair to weekdays */
    double least_visitors;          /* in every arm, >= 2; nothing is said before */
    double least_buyers;            /* in every arm: (sum y)^2 / sum y^2 of the primary metric, which is the number of buyers for a
                                     * share and fewer when few large orders make the sum; nothing is said before. 30 is a start */
    double worth;                   /* lifts within (-worth, worth) do not matter; 0: all do */
} end_plan;

typedef struct {
    effect lift;                    /* of the variant; always-valid interval: 1 - alpha / variants for the primary, else 1 - alpha */
    double p_adjusted;              /* primary: Holm over variants; secondary: Benjamini-Hochberg over all secondary tests; guard: plain */
} end_figure;

typedef struct {
    end_verdict verdict;
    end_reason reason;
    size_t winner;                  /* arm, when won; else 0 */
    end_verdict variant[LIMIT_EXPERIMENT_ARMS];         /* by arm, [0] not used; none runs when the experiment does not */
    end_reason variant_reason[LIMIT_EXPERIMENT_ARMS];
    ratio_check ratio;              /* of visitors */
} end_answer;

enum { LIMIT_END_METRICS = 20 };

/* Judge an experiment.
 *   metric   n_metrics, 1..LIMIT_END_METRICS; metrics x (arms - 1) <= 100
 *   sums     n_metrics x arms, row-major; arm 0 is the control; every metric counts the same visitors
 *   share    arms: planned shares of visitors, > 0
 *   arms     2..LIMIT_EXPERIMENT_ARMS
 *   days     since it began, >= 0
 *   ret_figures  n_metrics x (arms - 1), row-major
 * ERR_INVALID: a plan, a metric or sums that cannot be, in a sentence. */
CHECK_RESULT err_code decide_end(ctx *c, const end_plan *plan, const end_metric *metric, size_t n_metrics, const moments *sums,
                                 const double *share, size_t arms, double days, end_answer *ret, end_figure *ret_figures);
