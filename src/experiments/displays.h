/* What a way of showing is worth to a shop: what people bought after it, less what it annoyed them; and how visitors are shared
 * between several of them.
 * Promise: pure. Source of the shares: experiments/bandit.h. Read next: jobs/display_learning.h. */
#pragma once
#include "experiments/bandit.h"

/* One person in the days after he first met it. */
typedef struct {
    double value;                   /* of lines bought after a click on it, refunds subtracted, minor units */
    double dismissals;              /* closed unread */
    double exits;                   /* of them, those after which he did nothing more in that visit */
} display_doings;

/* Who leaves at once also loses what the rest of the visit would have brought: as much as two dismissals more. At the usual weight,
 * 1 % of an order, a visit lost costs 3 %: somewhat more than what a visit brings where 2 in 100 buy. */
#define DISPLAY_EXIT_COST 2.0
/* Worth in minor units.
 *   cost  of one dismissal, minor units, >= 0 */
double display_worth(const display_doings *d, double cost);

enum { DISPLAY_BURN_IN = 200 };     /* persons of each, before anything is preferred */
#define DISPLAY_FLOOR 0.05          /* of visitors still see each other one: tastes move */
/* Shares of new visitors.
 *   worth      arms sums of display_worth()
 *   ret_share  arms, each >= DISPLAY_FLOOR, summing to 1
 * ERR_INVALID: no arm, or too many. */
CHECK_RESULT err_code display_shares(ctx *c, const moments *worth, size_t arms, double *ret_share);
