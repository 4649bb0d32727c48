/* marks: what products of different kinds can have in common - a series, a material, a look, a brand - and what that is worth. A mark is a
 * word or a label (tag, brand, attribute) that stands at products of several kinds; the MARKS_MOST that join most pairs are kept.
 *   bought    log of (how much oftener what is bought beside a product of the mark has it too) over (how much oftener it lacks it)
 *   clicked   the same of clicks on what is shown beside it
 *   viewed    the same of pages that one visitor opens one after the other
 * each over what the kinds alone lead to expect, for pairs of one kind and of two. Categories say that a shade goes with a lamp; marks say
 * that it had better be the shade of its series.
 * Promise: pure; eight bytes a product; worth 0 without evidence. Which words are marks is decided by the products alone, so nothing that
 * happens later is in them. Owner: c->arena. Read next: kinship.h (owner), candidate_features.c (reader), README-learning.md. */
#pragma once
#include "decide/snapshot.h"
#include "features/content.h"

enum { MARKS_MOST = SNAPSHOT_MARKS, MARK_PAIRS = 2 };     /* of two kinds, of one */

/* Pairs of which the first has the mark: those whose second lacks it, and has it. */
typedef struct { double seen[2], expected[2]; } mark_sums;

typedef struct {
    uint64_t *of;                   /* n_items: bit m = the item has mark m */
    snapshot_mark *worth;           /* MARK_PAIRS x MARKS_MOST */
    mark_sums bought[MARK_PAIRS][MARKS_MOST], clicked[MARK_PAIRS][MARKS_MOST], viewed[MARK_PAIRS][MARKS_MOST];
    double crowd[MARK_PAIRS][MARKS_MOST];       /* of clicks expected where a mark is shared, each times how many are shared there */
    double *held;                   /* n_kinds + 1 rows of MARKS_MOST: of what was bought or viewed of a kind, how much has the mark */
    double *held_of;                /* n_kinds + 1: all of it */
    size_t n_items, n_kinds;
} marks;

/* Find them. kind_of: n_items, 0 = none, at most n_kinds. ERR_NO_MEMORY, O(words of the products). */
CHECK_RESULT err_code marks_find(ctx *c, const content_model *m, const uint8_t *kind_of, size_t n_kinds, marks *ret_marks);
/* Clicks are told anew, over what marks are worth by now. */
void marks_count_again(marks *m);
/* Forget clicks and views; what was bought stays. */
void marks_forget_clicks(marks *m);
/* Held by something of its kind that was bought or viewed: what pairs are compared with. */
void marks_add_one(marks *m, uint8_t kind, uint32_t item, double weight);
void marks_forget_held(marks *m);
/* One pair: bought together, or viewed one after the other. */
void marks_add_pair(const marks *m, mark_sums sums[MARK_PAIRS][MARKS_MOST], const uint8_t *kind_of, uint32_t first, uint32_t second,
                    double weight);
/* One position shown beside `about`; expected: clicks, by what is known of it, marks that the two share among it. */
void marks_add_look(marks *m, const uint8_t *kind_of, uint32_t about, uint32_t item, double expected, bool clicked);
/* What the two share, by clicks: a logarithm. */
double marks_shared(const marks *m, const uint8_t *kind_of, uint32_t about, uint32_t item);
/* `worth` as of now. */
void marks_weigh(marks *m);
