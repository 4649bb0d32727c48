/* One experiment looked at: counted, judged, its day kept, and ended when it is time.
 * Promise: the day's row, the verdict, the winner's settings, the entry to take them back by, and the letter to the owner are one
 * transaction: killed at any moment, all of it happened or none, and a second look changes nothing. An experiment that somebody
 * stopped meanwhile stays stopped. Read next: jobs/outcomes.h, jobs/programme.h, tests/jobs/experiments_test.c. */
#pragma once
#include "experiments/figures.h"
#include "storage/storage.h"

typedef struct {
    bool looked;                    /* false: it did not run any more */
    end_verdict verdict;            /* END_RUNNING: it goes on; always so of displays (display_learning.h), which no rule ends */
    bool activated, shares_changed;
    size_t letters;                 /* written now */
} trial_outcome;

/* Look at a running experiment of the store.
 * Not inside an open transaction. ERR_INVALID: its row cannot be read. ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code trial_look(ctx *c, db *d, const store *s, const experiment *row, trial_outcome *ret_outcome);

/* Take back what an experiment changed: the placement is set as before.
 * ERR_NOT_FOUND (it changed nothing), ERR_CONFLICT (taken back already, or somebody has set the placement since). */
CHECK_RESULT err_code trial_take_back(ctx *c, db *d, int64_t store_id, int64_t experiment_id, placement_change *ret_change);
/* Margin of the shop as the owner said it (setting margin_percent), else .3. */
double trial_margin(ctx *c, const store *s);
