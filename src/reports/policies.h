/* Other ways to choose suggestions, as a table: each says how much likelier than logged a suggestion would have stood where it stood.
 * Promise: pure; known from what the row of an answer holds alone, no model is asked again.
 * Add a policy: a row in policies.c. Read next: reports/policy.h (judges them), reports/README.md ("Another policy"). */
#pragma once
#include "base/str.h"

/* One suggestion that stood at a position of an answer. */
typedef struct {
    double reward;                  /* what followed it: 1 or 0, or minor units of money */
    double propensity;              /* chance of this product at this position, 0 < . <= 1 */
    double model;                   /* what the answer itself expected of it, in any unit */
    uint64_t unit;                  /* hash of the person */
    uint64_t product;               /* hash of the id */
    uint32_t cell, wide;            /* number of (placement, product looked at, position), of (placement, position) */
    uint16_t source;                /* number in the log's list */
} shown_item;

typedef enum { AIM_NONE = -1 } policy_aim;

typedef struct {
    const char *name, *doc;         /* name ends with ':' when a source follows it */
    /* Chance of the policy over the logged one, but for one factor of the place, that makes chances add up to 1.
     *   source  number of the source asked about; AIM_NONE: it was never shown */
    double (*times)(const shown_item *x, int source);
    bool adds_up;                   /* the factor is 1 */
    bool else_logged;               /* where it has nothing to show, the logged one stays; else the place is left out of the comparison */
    const char *source;             /* always about this one; NULL: as asked, if the name asks */
} policy_row;
extern const policy_row policy_rows[];
extern const size_t n_policy_rows;

/* The row of "no_exploration", "source:popular", ...
 *   ret_source  behind the ':', or the row's own; empty when it is about none. NULL row when there is none, or a source is missing. */
const policy_row *policy_find(str name, str *ret_source);
