/* choice: which of several candidates is taken, by weights of their inputs (conditional logit), leaning to weights known before.
 * Promise: few choices change little, none change nothing; always ends at finite weights (concave, steps halved until it rises).
 * Double precision, one thread. Read next: basket_blend.c (who learns by it). */
#pragma once
#include "base/ctx.h"

enum { CHOICE_MAX_WIDTH = 32 };

/* Candidates, choice by choice; the first of each is the one that was taken. */
typedef struct {
    const float *x;                 /* n x width, row-major, finite */
    uint32_t width;                 /* 1..CHOICE_MAX_WIDTH */
    const size_t *group;            /* n_groups + 1: choice g has rows [group[g], group[g + 1]), one at least */
    size_t n_groups;
} choice_rows;

/* Maximise sum over choices of ln(exp(w x_taken) / sum exp(w x)) - ridge / 2 sum ((w_k - prior_k) s_k)^2, s_k the standard deviation of
 * input k.
 *   prior      width: weights without any choice
 *   ridge      > 0
 *   ret_weight width; may be `prior`
 * ERR_INVALID (width), ERR_CANCELLED. O(iterations * n * width^2), about 6 iterations. Source: McFadden 1974. */
CHECK_RESULT err_code choice_fit(ctx *c, const choice_rows *rows, const float *prior, double ridge, float *ret_weight);
