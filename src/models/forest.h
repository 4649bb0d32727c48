/* forest: regression trees, summed; flat, read in place, scored for hundreds of candidates within microseconds.
 * Promise: forest_score() and forest_score_plain() give the same bits. Inputs become bytes (how many cuts of the feature they reach),
 * 32 rows walk a tree together, and every tree is complete (short branches repeat their leaf), so there is no branch to guess.
 * Owner: plain data, whoever filled it; constant afterwards, any thread. It does NOT learn trees: boost.h does. Read next: ranker.h. */
#pragma once
#include "base/pack.h"

enum { FOREST_MAX_DEPTH = 6, FOREST_MAX_CUTS = 120, FOREST_MAX_WIDTH = 64, FOREST_MAX_TREES = 2000 };

typedef struct { uint8_t feature, cut; } forest_node;   /* right when the input reaches this cut of the feature */

typedef struct {
    uint32_t width, n_trees, depth; /* inputs, trees, levels of nodes (1..FOREST_MAX_DEPTH) */
    const uint32_t *cut_start;      /* width + 1: cuts of feature f are cut[cut_start[f] .. cut_start[f + 1]) */
    const float *cut;               /* ascending within a feature, at most FOREST_MAX_CUTS */
    const forest_node *node;        /* n_trees x (2^depth - 1), level by level */
    const float *leaf;              /* n_trees x 2^depth, left to right */
} forest;

/* The same forest in c->arena, without what lies between its arrays. ERR_NO_MEMORY. */
CHECK_RESULT err_code forest_copy(ctx *c, const forest *f, forest *ret_copy);
/* ERR_CORRUPT when an index is out of range or a number is not finite. */
CHECK_RESULT err_code forest_check(ctx *c, const forest *f);
/* Sums of the trees' leaves.
 *   x         n x width, row-major; NaN goes left everywhere
 *   ret_sum   n */
void forest_score(const forest *f, const float *x, size_t n, float *ret_sum);
/* The same one row and one node at a time: the reference. */
void forest_score_plain(const forest *f, const float *x, size_t n, float *ret_sum);
/* The arrays as rows of a pack (FOREST_ARRAYS of them), and back. ERR_CORRUPT. */
enum { FOREST_ARRAYS = 5 };
void forest_arrays(const forest *f, pack_array *ret_arrays);
CHECK_RESULT err_code forest_from(ctx *c, const pack *p, forest *ret_forest);
