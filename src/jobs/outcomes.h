/* What the persons of an experiment did since they were first in it: rows of subjects, orders, clicks -> sums an arm.
 * Promise: counted anew from the log each time, so refunds, cancellations and names found to be one person are right whenever they
 * come; a person erased keeps the totals of the last count. Who met two arms is left out. What was counted is kept in the rows of
 * subjects. Read next: events/subjects.h (who is a subject), experiments/figures.h (what follows), tests/jobs/experiments_test.c. */
#pragma once
#include "experiments/figures.h"
#include "storage/storage.h"

typedef struct {
    int64_t store_id;
    const running_experiment *experiment;
    double discount_0_1[LIMIT_VARIANTS];    /* that holds in each arm */
    double margin_0_1;                      /* of the shop */
    bool by_first_arm;                      /* shares move, and people with them: each counts for the arm he met first */
} outcome_question;

/* Does "3=b 7=a" name this arm of this experiment? */
bool outcome_arms_hold(str arms, int64_t experiment_id, str key);
/* Count. Short transactions, and none where nothing changed; c->arena is as before. Not inside an open transaction.
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED. Some indexed look-ups a person. */
CHECK_RESULT err_code outcomes_count(ctx *c, db *d, const outcome_question *q, experiment_sums *ret_sums);
