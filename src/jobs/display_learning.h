/* Placements learn how to be shown: pop-up, banner, inline ... compete by what people buy after them, with what annoys counted against.
 * Where a store lets it (setting learn_displays), a placement whose display the owner left open has a running experiment of author
 * `learning` in a layer of its own, an arm a display: who sees which is sticky by person and stands in the log of answers. Each night
 * shares follow what each display was worth a person (experiments/displays.h).
 * Promise: what the owner set is never changed; the experiment ends the night after he sets the display, switches learning off, or somebody
 * else's experiment runs on the placement. A look is one transaction; a second one changes nothing.
 * Read next: decide/displays.h, events/subjects.h, docs/learning.md. */
#pragma once
#include "decide/placement_settings.h"
#include "experiments/displays.h"
#include "experiments/experiment.h"
#include "storage/storage.h"

#define LEARNING_AUTHOR STR("learning")
/* Counted of a person: his first two days, the same for all whatever the shares of the day; of persons first met in the last four weeks. */
enum { DISPLAY_COUNTED_DAYS = 2, DISPLAY_MEMORY_DAYS = 28 };

/* Is the display of this placement learned? The one rule of who has a placement: then the weekly programme leaves it alone.
 *   owner  how he set the placement */
bool displays_are_learned(ctx *c, const store *s, str placement, const placement_settings *owner);

/* Sums of display_worth() of an experiment's arms.
 *   cost       of a dismissal, minor units
 *   ret_worth  n_variants
 * Some indexed look-ups a person. ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED. (display_outcomes.c) */
CHECK_RESULT err_code displays_count(ctx *c, db *d, int64_t store_id, const running_experiment *e, double cost, moments *ret_worth);
/* What a dismissal costs: annoyance_percent of the average order of the last three months; 0 without orders. (display_outcomes.c) */
CHECK_RESULT err_code displays_cost(ctx *c, db *d, const store *s, double *ret_cost);

typedef struct { size_t begun, ended, shared; } displays_outcome;
/* Begin, share anew, end: whatever is due. Not inside an open transaction. */
CHECK_RESULT err_code displays_step(ctx *c, db *d, const store *s, displays_outcome *ret_outcome);
