/* What to try next in a placement: settings that may sell better than the owner's, best guess first.
 * Promise: pure and deterministic; never the settings that hold already, never more discount than allowed, never what was settled
 * here within IDEA_REST_MS. The first time the programme's own three (three products in a pop-up, two products in a pop-up with the
 * larger discount, three products in a banner); then neighbours of what holds and what won elsewhere, by what was measured of
 * settings like them: a mean of past lifts, each weighed by how like it was and how well it is known, drawn towards no effect.
 * Read next: jobs/programme.h, tests/jobs/programme_test.c. */
#pragma once
#include "decide/placement_settings.h"

#define IDEA_REST_MS (12 * 7 * (int64_t)MS_PER_DAY)
enum { LIMIT_IDEAS = 3 };

/* A variant of an experiment that ended. */
typedef struct {
    str placement;
    placement_settings set;             /* what it changed */
    int64_t ended_ms;
    bool lost;                          /* worse, or without a difference that matters */
    bool won;
    bool lift_known;
    double lift, deviation;             /* against its control, in the metric that decided */
} tried_idea;

typedef struct {
    str placement;
    placement_settings owner;           /* what holds */
    int usual_n;                        /* items where nobody set a number */
    int discount_max;                   /* percent; 0 = none */
    const tried_idea *past;
    size_t n_past;
    int64_t now_ms;
} idea_question;

/* At most `most` (<= LIMIT_IDEAS) different ideas, best guess first; each holds only what it changes.
 *   ret_score  expected lift of each; may be NULL
 * Returns how many. */
size_t ideas_propose(const idea_question *q, size_t most, placement_settings *ret_ideas, double *ret_score);
