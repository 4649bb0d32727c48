/* ratio_check: do the arms hold the visitors they should? If not, assignment or logging is broken and no figure can be believed,
 * however good it looks. Pure. Any thread. Source: Pearson 1900; Fabijan et al. 2019 (the alarm at .001). */
#pragma once
#include "base/ctx.h"

#define RATIO_CHECK_ALARM 0.001

typedef struct {
    double chi2, p;                 /* of the counts, given the shares; p 1 where nothing is expected */
    bool alarm;                     /* p < RATIO_CHECK_ALARM */
    size_t worst;                   /* the arm furthest from what it should hold, in standard deviations */
} ratio_check;

/* Compare counts with shares.
 *   n       arms counts of visitors, >= 0
 *   share   arms shares planned, > 0; need not sum to 1
 *   arms    >= 2
 * ERR_INVALID: fewer than two arms, a share not above 0, a negative count. */
CHECK_RESULT err_code ratio_check_counts(ctx *c, const double *n, const double *share, size_t arms, ratio_check *ret);
