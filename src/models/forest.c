/* Scoring of complete trees over binned inputs; see forest.h. Idea: inputs binned once for all trees (as histogram learners do when
 * they train), nodes evaluated without branches (Lucchese et al. 2015, QuickScorer, for the same reason). */
#include "models/forest.h"
#include <math.h>
#include <string.h>

enum { LANES = 32, MAX_LEAVES = 1 << FOREST_MAX_DEPTH };
typedef int8_t lanes __attribute__((vector_size(LANES)));       /* vectors of the compiler: any machine, no intrinsics */
enum { EIGHT = 8 };                 /* a vector of another size is taken apart by the compiler, number by number */
typedef float float_lanes __attribute__((vector_size(EIGHT * sizeof(float))));
typedef int32_t int_lanes __attribute__((vector_size(EIGHT * sizeof(int32_t))));

static inline uint32_t n_nodes(const forest *f) { return (1u << f->depth) - 1; }

void forest_score_plain(const forest *f, const float *x, size_t n, float *ret_sum) {
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (uint32_t t = 0; t < f->n_trees; t++) {
            const forest_node *node = f->node + (size_t)t * n_nodes(f);
            uint32_t at = 0;
            while (at < n_nodes(f)) {
                float cut = f->cut[f->cut_start[node[at].feature] + node[at].cut];
                at = 2 * at + 1 + (x[i * f->width + node[at].feature] >= cut);
            }
            sum += f->leaf[((size_t)t << f->depth) + at - n_nodes(f)];
        }
        ret_sum[i] = sum;
    }
}

/* Cuts each of 32 rows reaches, feature by feature; the rows a block lacks repeat its last. Four sums at once, since each waits for
 * its own last addition. */
static inline __attribute__((always_inline)) void bin_rows(const forest *f, const float *x, size_t n, lanes *ret_bins) {
    for (uint32_t k = 0; k < f->width; k++) {
        float_lanes v[LANES / EIGHT];
        int_lanes r0 = { 0 }, r1 = { 0 }, r2 = { 0 }, r3 = { 0 };
        for (size_t l = 0; l < LANES; l++) ((float *)v)[l] = x[(l < n ? l : n - 1) * f->width + k];
        const float_lanes v0 = v[0], v1 = v[1], v2 = v[2], v3 = v[3];
        for (uint32_t at = f->cut_start[k]; at < f->cut_start[k + 1]; at++) {
            float cut = f->cut[at];
            r0 -= v0 >= cut, r1 -= v1 >= cut, r2 -= v2 >= cut, r3 -= v3 >= cut;         /* true is -1 */
        }
        const int_lanes reached[LANES / EIGHT] = { r0, r1, r2, r3 };
        for (size_t l = 0; l < LANES; l++) ret_bins[k][l] = (int8_t)((const int32_t *)reached)[l];
    }
}

/* One tree for 32 rows: every node answers, level by level from the leaves up, which leaf below it is meant. */
static inline __attribute__((always_inline)) void walk_tree(const forest *f, uint32_t tree, const lanes *bins, lanes *ret_leaf) {
    const forest_node *node = f->node + (size_t)tree * n_nodes(f);
    lanes below[MAX_LEAVES / 2];
    uint32_t width = 1u << (f->depth - 1);
    for (uint32_t i = 0; i < width; i++) {
        const forest_node *m = &node[width - 1 + i];
        below[i] = (lanes)(bins[m->feature] > (int8_t)m->cut) & 1;
    }
    for (int8_t bit = 2; width > 1; bit = (int8_t)(bit * 2)) {
        width /= 2;
        for (uint32_t i = 0; i < width; i++) {
            const forest_node *m = &node[width - 1 + i];
            lanes right = (lanes)(bins[m->feature] > (int8_t)m->cut);
            below[i] = (right & (below[2 * i + 1] | bit)) | (~right & below[2 * i]);
        }
    }
    *ret_leaf = below[0];
}

static inline __attribute__((always_inline)) void score_block(const forest *f, const float *x, size_t n, float *ret_sum) {
    lanes bins[FOREST_MAX_WIDTH], at;
    float sum[LANES] = { 0 };
    bin_rows(f, x, n, bins);
    for (uint32_t t = 0; t < f->n_trees; t++) {
        const float *leaf = f->leaf + ((size_t)t << f->depth);
        walk_tree(f, t, bins, &at);
        for (size_t l = 0; l < LANES; l++) sum[l] += leaf[(uint8_t)at[l]];
    }
    memcpy(ret_sum, sum, n * sizeof *sum);
}

static void score_any(const forest *f, const float *x, size_t n, float *ret_sum) {
    for (size_t i = 0; i < n; i += LANES) score_block(f, x + i * f->width, n - i < LANES ? n - i : LANES, ret_sum + i);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void score_avx2(const forest *f, const float *x, size_t n, float *ret_sum) {
    for (size_t i = 0; i < n; i += LANES) score_block(f, x + i * f->width, n - i < LANES ? n - i : LANES, ret_sum + i);
}
#endif

void forest_score(const forest *f, const float *x, size_t n, float *ret_sum) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        score_avx2(f, x, n, ret_sum);
        return;
    }
#endif
    score_any(f, x, n, ret_sum);
}

static err_code check_cuts(ctx *c, const forest *f) {
    if (f->cut_start[0] != 0) return fail(c, ERR_CORRUPT, "forest: cuts do not start at 0");
    for (uint32_t k = 0; k < f->width; k++) {
        uint32_t from = f->cut_start[k], to = f->cut_start[k + 1];
        if (to < from || to - from > FOREST_MAX_CUTS) return fail(c, ERR_CORRUPT, "forest: feature %u has a wrong number of cuts", k);
        for (uint32_t i = from; i < to; i++)
            if (!isfinite(f->cut[i]) || (i > from && f->cut[i] <= f->cut[i - 1]))
                return fail(c, ERR_CORRUPT, "forest: cuts of feature %u do not rise", k);
    }
    return ERR_OK;
}

err_code forest_check(ctx *c, const forest *f) {
    if (f->width == 0 || f->width > FOREST_MAX_WIDTH || f->depth == 0 || f->depth > FOREST_MAX_DEPTH || f->n_trees > FOREST_MAX_TREES)
        return fail(c, ERR_CORRUPT, "forest: %u inputs, %u trees of %u levels", f->width, f->n_trees, f->depth);
    TRY(check_cuts(c, f));
    for (size_t i = 0; i < (size_t)f->n_trees * n_nodes(f); i++) {
        forest_node m = f->node[i];
        if (m.feature >= f->width || m.cut >= f->cut_start[m.feature + 1] - f->cut_start[m.feature])
            return fail(c, ERR_CORRUPT, "forest: a node asks for cut %u of input %u", m.cut, m.feature);
    }
    for (size_t i = 0; i < (size_t)f->n_trees << f->depth; i++)
        if (!isfinite(f->leaf[i])) return fail(c, ERR_CORRUPT, "forest: a leaf is not a number");
    return ERR_OK;
}

err_code forest_copy(ctx *c, const forest *f, forest *ret_copy) {
    size_t n_cuts = f->cut_start[f->width], nodes = (size_t)f->n_trees * n_nodes(f), leaves = (size_t)f->n_trees << f->depth;
    uint32_t *cut_start = arena_new_raw(c->arena, uint32_t, (size_t)f->width + 1);
    float *cut = arena_new_raw(c->arena, float, n_cuts), *leaf = arena_new_raw(c->arena, float, leaves);
    forest_node *node = arena_new_raw(c->arena, forest_node, nodes);
    if (!cut_start || !cut || !leaf || !node) return fail(c, ERR_NO_MEMORY, "a forest of %u trees", f->n_trees);
    memcpy(cut_start, f->cut_start, ((size_t)f->width + 1) * sizeof *cut_start);
    memcpy(cut, f->cut, n_cuts * sizeof *cut);
    memcpy(node, f->node, nodes * sizeof *node);
    memcpy(leaf, f->leaf, leaves * sizeof *leaf);
    *ret_copy = (forest){ f->width, f->n_trees, f->depth, cut_start, cut, node, leaf };
    return ERR_OK;
}

void forest_arrays(const forest *f, pack_array *ret_arrays) {
    const pack_array arrays[FOREST_ARRAYS] = {
        { "forest_shape", f, sizeof(uint32_t), 3 },     /* width, n_trees, depth stand first in the struct */
        { "forest_cut_start", f->cut_start, sizeof *f->cut_start, (uint64_t)f->width + 1 },
        { "forest_cut", f->cut, sizeof *f->cut, f->cut_start[f->width] },
        { "forest_node", f->node, sizeof *f->node, (uint64_t)f->n_trees * n_nodes(f) },
        { "forest_leaf", f->leaf, sizeof *f->leaf, (uint64_t)f->n_trees << f->depth },
    };
    memcpy(ret_arrays, arrays, sizeof arrays);
}

err_code forest_from(ctx *c, const pack *p, forest *ret_forest) {
    const void *shape, *cut_start, *cut, *node, *leaf;
    forest f = { 0 };
    TRY(pack_get(c, p, "forest_shape", sizeof(uint32_t), 3, &shape, NULL));
    memcpy(&f, shape, 3 * sizeof(uint32_t));
    if (f.width == 0 || f.width > FOREST_MAX_WIDTH || f.depth == 0 || f.depth > FOREST_MAX_DEPTH || f.n_trees > FOREST_MAX_TREES)
        return fail(c, ERR_CORRUPT, "forest: %u inputs, %u trees of %u levels", f.width, f.n_trees, f.depth);
    TRY(pack_get(c, p, "forest_cut_start", sizeof(uint32_t), (uint64_t)f.width + 1, &cut_start, NULL));
    f.cut_start = cut_start;
    TRY(pack_get(c, p, "forest_cut", sizeof(float), f.cut_start[f.width], &cut, NULL));
    TRY(pack_get(c, p, "forest_node", sizeof(forest_node), (uint64_t)f.n_trees * n_nodes(&f), &node, NULL));
    TRY(pack_get(c, p, "forest_leaf", sizeof(float), (uint64_t)f.n_trees << f.depth, &leaf, NULL));
    f.cut = cut, f.node = node, f.leaf = leaf;
    TRY(forest_check(c, &f));
    *ret_forest = f;
    return ERR_OK;
}
