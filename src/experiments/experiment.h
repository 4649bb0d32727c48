/* Experiments: what they vary, on whom, and the states they pass through.
 *     draft -> running -> stopped (by hand), won, lost, inconclusive (by rule)
 * Promise: a row that passed experiment_check() can be run; running ones of a layer have separate ranges of its buckets, so that a
 * person is in one of them at most; the settings of a variant are JSON that decide/ reads (what of a placement it changes), and are
 * not looked into here. A set is immutable once made: any thread.
 * Read next: experiments/assign.h, experiments/decide_end.h (when one ends), schema/fields_events.h (EXPERIMENT_FIELDS). */
#pragma once
#include "base/ctx.h"
#include "schema/tables.h"

enum { LIMIT_VARIANTS = 8, LIMIT_VARIANT_KEY = 20, LIMIT_TARGETS = 20, LIMIT_RUNNING_EXPERIMENTS = 50 };

/* state, may it go on from here */
#define EXPERIMENT_STATE_LIST(X) X(DRAFT, "draft") X(RUNNING, "running") X(STOPPED, "stopped") X(WON, "won") X(LOST, "lost") \
    X(INCONCLUSIVE, "inconclusive")
typedef enum {
#define X(name, word) EXPERIMENT_##name,
    EXPERIMENT_STATE_LIST(X)
#undef X
    EXPERIMENT_STATES
} experiment_state;
const char *experiment_state_name(experiment_state s);
bool experiment_state_find(str word, experiment_state *ret_state);
/* Draft to running; running to any end. Nothing else. */
bool experiment_may_become(experiment_state from, experiment_state to);

typedef struct {
    str key;                        /* short, unique in its experiment: "control", "b" */
    double share_0_1;               /* of the experiment's persons */
    str settings;                   /* JSON object, or empty: nothing is changed */
} experiment_variant;

/* What is known of somebody who asks. */
typedef struct {
    str person;                     /* events/identity.h; empty = nobody known: in no experiment */
    str placement, device, locale;  /* words; empty = not known */
    bool customer;                  /* logged in, or known to have bought */
} experiment_asker;

/* Any one of the words of a kind is enough; a kind without words lets everybody in. */
typedef struct {
    const str *devices, *locales;
    size_t n_devices, n_locales;
    int customer;                   /* 1 customers only, 0 only others, -1 everybody */
} experiment_targeting;

typedef struct {
    int64_t id;
    str placement;                  /* empty: every placement */
    str layer;                      /* salt of its buckets; never empty here */
    uint32_t layer_from, layer_to;  /* buckets [from, to) */
    experiment_targeting targeting;
    const experiment_variant *variants;     /* the first is the control */
    size_t n_variants;
} running_experiment;

typedef struct {
    int64_t store_id;
    const running_experiment *p;
    size_t n;                       /* by id */
} experiment_set;

/* Read one row whole. Texts and lists live in c->arena.
 * ERR_INVALID with the field: fewer than 2 or more than LIMIT_VARIANTS variants, keys empty, repeated or of other letters than
 * a-z 0-9 - _, shares not above 0 or not adding up to 1 (within 1e-6), settings no object, a range of buckets outside
 * 0..ASSIGN_BUCKETS or empty, targeting of unknown members. */
CHECK_RESULT err_code experiment_read(ctx *c, const experiment *row, running_experiment *ret_experiment);
/* May `row` run beside the others? ERR_CONFLICT when the buckets of its layer are taken (says which are free), or
 * LIMIT_RUNNING_EXPERIMENTS run already; errors of experiment_read().
 *   others  rows of the store in any state; the row itself may be among them */
CHECK_RESULT err_code experiment_check(ctx *c, const experiment *row, const experiment *others, size_t n_others);
/* Is one of these rows an experiment that runs on this placement, or on all of them? Whoever begins one by himself (the
 * weekly programme, the learning of displays) keeps away from where another one runs: the one rule of it. */
bool experiment_runs_on(const experiment *rows, size_t n, str placement);
/* The running ones of these rows. A row that cannot be read is left out (it was checked before it ran). In c->arena. */
CHECK_RESULT err_code experiment_set_make(ctx *c, int64_t store_id, const experiment *rows, size_t n, experiment_set *ret_set);

/* The arm of `who` in `e`; NULL when he is not in it (other buckets, not aimed at, another placement, nobody known). */
const experiment_variant *experiment_variant_of(int64_t store_id, const running_experiment *e, const experiment_asker *who);
