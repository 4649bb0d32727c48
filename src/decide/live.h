/* live: what visitors did with answers since the models were learned, as a factor on a candidate's score, and lists drawn by chance
 * to learn more, each position with its exact propensity.
 * Promise: pure and deterministic; without evidence every factor is 1 and nothing is drawn, so the order is that of the models.
 * Read next: decide/README-learning.md ("Between trainings"), events/counters.h (where the sums come from). Any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- belief ---- */
/* Decayed sums of some answers' positions. */
typedef struct {
    double expected;                /* sum over looks of the probability the answer gave: clicks there would be, but for one unit */
    double clicks, purchases;
    double late_expected, late_clicks;      /* of the last days alone (a seventh of the half-life), parts of the two above */
} live_sums;

/* From wide to narrow. Each level says how far it differs from what the levels before it led to expect. */
#define LIVE_LEVEL_LIST(X)                                                                  \
    X(SOURCE)       /* of the source at the placement */                                    \
    X(ARM)          /* of it, for visitors in this arm of an experiment */                  \
    X(ANCHOR)       /* of it, beside the product looked at */                               \
    X(ITEM)         /* of the product shown, beside whatever */                             \
    X(PAIR)         /* of the product shown beside the product looked at */
typedef enum {
#define X(name) LIVE_##name,
    LIVE_LEVEL_LIST(X)
#undef X
    LIVE_LEVELS
} live_level;

typedef struct {
    live_sums all;                  /* of the placement: what one unit of probability is worth there */
    live_sums of[LIVE_LEVELS];
} live_evidence;

/* How much is needed to believe a level: in clicks expected (click) and purchases expected (purchase). Large: its children are alike. */
typedef struct { double click[LIVE_LEVELS], purchase[LIVE_LEVELS]; } live_strengths;
/* For shops that have shown too little to tell. */
extern const live_strengths LIVE_STRENGTHS;
/* Beside a ranker that learned from the same clicks: what is left to tell is little, and comes slowly. */
extern const live_strengths LIVE_STRENGTHS_LEARNED;

typedef struct {
    double factor;                  /* posterior mean of value per look, relative to what the score promises at this placement; > 0 */
    double spread;                  /* standard deviation of its logarithm, as far as it is the candidate's own; 0 without evidence */
} live_belief;
/* Value per look = clicks per look x purchases per click, each a chain of Gamma-Poisson posteriors with mean 1 before data:
 *     m_level = (k + clicks) / (k + expected x unit x product of m of the levels above)
 * Where the last days contradict what was before, what was before counts less: weight exp(-(z^2 - 4) / 2) for a difference of z > 2
 * standard errors (a power prior, Ibrahim and Chen 2000, discounted by conflict). */
live_belief live_believe(const live_evidence *e, const live_strengths *k);

/* ---- exploration ---- */
enum { LIVE_LISTS = 32, LIVE_DRAWN_MOST = 500, LIVE_SHOWN_MOST = 50 };
/* Everybody who asks the same question at the same time is offered the same LIVE_LISTS lists, drawn by Thompson's rule; `share` of the
 * visitors get one of them, each with equal chance, the others the best one. So the propensity of what is shown is a count, not
 * an estimate. */
typedef struct {
    double share;                   /* of answers that explore, 0..1 */
    uint64_t question;              /* hash of what is asked, placement, minute: the lists are drawn from it */
    uint64_t visitor;               /* hash of who asks and the minute: chooses among them */
} live_plan;
/* May candidate `next` join those taken already? For quotas. */
typedef bool live_fits(void *arg, const uint16_t *taken, size_t n_taken, uint16_t next);
typedef struct {
    const double *score;            /* m, > 0, factor included */
    const double *spread;           /* m, >= 0 */
    size_t m;                       /* 0..LIVE_DRAWN_MOST */
    const uint16_t *best;           /* the list shown without exploration: places in score */
    size_t n;                       /* of it, 0..LIVE_SHOWN_MOST, <= m */
    live_fits *fits;                /* NULL: anything goes with anything */
    void *arg;
} live_pool;
typedef struct {
    uint16_t at[LIVE_SHOWN_MOST];
    double propensity[LIVE_SHOWN_MOST];     /* of this candidate at this position, over visitors; > 0 */
    size_t n;                       /* as of the pool; fewer where no more fit */
    bool explored;
} live_list;
/* Which list this visitor gets: 0 .. LIVE_LISTS - 1, or LIVE_LISTS for the best one. */
size_t live_lot(const live_plan *plan);
/* The list to show. With share 0 it is `best`, propensities 1. O(LIVE_LISTS * m). */
void live_choose(const live_pool *p, const live_plan *plan, live_list *ret_list);
/* The same for position k and candidate i of any list: what a test or an audit asks. */
double live_propensity(const live_pool *p, const live_plan *plan, size_t k, uint16_t i);
