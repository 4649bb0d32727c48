/* examination: how likely a visitor looks at a position of a list, learned from clicks.
 * The position-based model (Richardson et al. 2007; Craswell et al. 2008): P(click on item i at position k) = seen_k * appeal_i.
 * Items that stood at several positions, as exploration and other anchors move them, tell the two apart: an item at position 1 one
 * day and 4 the next is as good both days. What stands still says nothing of its position, and does no harm.
 * Promise: pure, deterministic; seen_1 = 1; little data leave the prior curve. Any thread. Read next: events/counters.h. */
#pragma once
#include <stddef.h>
#include "base/ctx.h"

enum { EXAMINED_POSITIONS = 50 };       /* LIMIT_EXPOSED_ITEMS */

/* seen[k - 1]: chance that position k is looked at, relative to the first; 0 < seen <= 1. */
typedef struct { double seen[EXAMINED_POSITIONS]; } examination;

/* Before anything is known: (1 / position)^0.5. The shape is that of Joachims, Swaminathan and Schnabel 2017 (section 6.2, (1/rank)^eta);
 * half a rank's power because an impression is only told once the item was half on the screen for a second. */
extern const examination EXAMINATION_PRIOR;
/* Of a position from 1; that of the last one beyond, of 0 (not known) the first. */
double examination_of(const examination *e, int64_t position);

/* What one item did at one position. */
typedef struct {
    uint32_t item;                      /* 0 .. n_items - 1; what counts is that it is the same thing: product, source,
                                           placement and product looked at */
    uint32_t position;                  /* from 1; beyond EXAMINED_POSITIONS is passed over */
    double impressions, clicks;         /* clicks <= impressions */
} examined;
/* Estimate the curve from counts.
 *   x, n      counts, any order; the same pair may come twice: it adds up
 *   n_items   items named
 *   strength  clicks the prior of each position is worth; 0 = EXAMINATION_STRENGTH
 * ERR_INVALID (an item out of range, a count negative or not finite), ERR_NO_MEMORY. O(rounds * n), at most 500 rounds.
 * Source: the score equations of the position-based model, solved in turn for seen and appeal (they hold in expectation whatever the
 * variance of a click, so decayed counts may be given); prior as clicks = impressions * appeal * prior added at each position. */
#define EXAMINATION_STRENGTH 20.0
CHECK_RESULT err_code examination_fit(ctx *c, const examined *x, size_t n, uint32_t n_items, double strength, examination *ret_fit);
