/* Trees of XGBoost turned into complete trees; see boost.h. The library's model is read from its JSON form, whose floats read back
 * exactly; base_score is left out, since calibration finds the offset anyway. */
#include "models/boost.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xgboost/c_api.h>
#include "base/json.h"
#include "base/parse.h"

enum { MAX_BIN = 64, NAME = 32 };

static err_code library_says(ctx *c, const char *doing) {
    return fail(c, ERR_INTERNAL, "XGBoost cannot %s: %.300s", doing, XGBGetLastError());
}

static void data_free(DMatrixHandle *d) {
    if (*d) XGDMatrixFree(*d);
}
static void booster_free(BoosterHandle *b) {
    if (*b) XGBoosterFree(*b);
}
#define AUTO_DATA __attribute__((cleanup(data_free))) DMatrixHandle
#define AUTO_BOOSTER __attribute__((cleanup(booster_free))) BoosterHandle

static err_code give_labels(ctx *c, const ranker_rows *rows, const ranker_params *p, DMatrixHandle data) {
    float *label = arena_new_raw(c->arena, float, rows->n);
    unsigned *size = arena_new_raw(c->arena, unsigned, rows->n_groups);
    if (!label || !size) return fail(c, ERR_NO_MEMORY, "labels of %zu candidates", rows->n);
    for (size_t i = 0; i < rows->n; i++) label[i] = rows->label[i];
    if (XGDMatrixSetFloatInfo(data, "label", label, rows->n)) return library_says(c, "take the labels");
    if (!p->by_order) {
        if (rows->weight && XGDMatrixSetFloatInfo(data, "weight", rows->weight, rows->n)) return library_says(c, "take the weights");
        return ERR_OK;
    }
    if (!rows->group) return ERR_OK;
    for (size_t g = 0; g < rows->n_groups; g++) size[g] = (unsigned)(rows->group[g + 1] - rows->group[g]);
    if (XGDMatrixSetUIntInfo(data, "group", size, rows->n_groups)) return library_says(c, "take the questions");
    return ERR_OK;
}

static err_code set_params(ctx *c, const ranker_params *p, BoosterHandle booster) {
    const struct { const char *name; double value; } numbers[] = {
        { "max_depth", p->depth }, { "eta", p->learning_rate }, { "lambda", p->leaf_ridge }, { "min_child_weight", p->least_child },
        { "subsample", p->row_share }, { "colsample_bytree", p->column_share }, { "max_bin", MAX_BIN }, { "nthread", 1 },
        { "seed", (double)(p->seed % 2147483647) }, { "verbosity", 0 },
    };
    const struct { const char *name, *value; } words[] = {
        { "tree_method", "hist" }, { "objective", p->by_order ? "rank:ndcg" : "binary:logistic" }, { "base_score", "0.5" },
    };
    for (size_t i = 0; i < COUNT(words); i++)
        if (XGBoosterSetParam(booster, words[i].name, words[i].value)) return library_says(c, "take a parameter");
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char text[NAME];
        snprintf(text, sizeof text, "%.9g", numbers[i].value);
        if (XGBoosterSetParam(booster, numbers[i].name, text)) return library_says(c, "take a parameter");
    }
    return ERR_OK;
}

/* ---- from the library's trees to complete ones ---- */

typedef struct { const json_value *left, *right, *feature, *condition; } grown_tree;

static double number_at(const json_value *array, size_t i) {
    double v = 0;
    return jr_double(jr_at(array, i), &v) ? v : 0;
}

static err_code read_tree(ctx *c, const json_value *trees, size_t t, grown_tree *ret_tree) {
    const json_value *v = jr_at(trees, t);
    grown_tree g = { jr_get(v, "left_children"), jr_get(v, "right_children"), jr_get(v, "split_indices"), jr_get(v, "split_conditions") };
    size_t n = jr_count(g.left);
    if (n == 0 || jr_count(g.right) != n || jr_count(g.feature) != n || jr_count(g.condition) != n)
        return fail(c, ERR_INTERNAL, "XGBoost's tree %zu cannot be read", t);
    *ret_tree = g;
    return ERR_OK;
}

/* All cuts a forest uses, ascending and distinct by feature. */
typedef struct { float cut[FOREST_MAX_WIDTH][FOREST_MAX_CUTS]; uint32_t n[FOREST_MAX_WIDTH]; } cut_table;

static uint32_t cut_place(const cut_table *t, uint32_t feature, float cut) {
    uint32_t at = 0;
    while (at < t->n[feature] && t->cut[feature][at] < cut) at++;
    return at;
}

static err_code add_cut(ctx *c, cut_table *t, uint32_t feature, float cut) {
    uint32_t at = cut_place(t, feature, cut);
    if (at < t->n[feature] && t->cut[feature][at] == cut) return ERR_OK;
    if (t->n[feature] == FOREST_MAX_CUTS) return fail(c, ERR_INTERNAL, "XGBoost cuts input %u too often", feature);
    memmove(&t->cut[feature][at + 1], &t->cut[feature][at], (t->n[feature] - at) * sizeof(float));
    t->cut[feature][at] = cut;
    t->n[feature]++;
    return ERR_OK;
}

static err_code collect_cuts(ctx *c, const json_value *trees, uint32_t width, cut_table *t) {
    for (size_t i = 0; i < jr_count(trees); i++) {
        grown_tree g;
        TRY(read_tree(c, trees, i, &g));
        for (size_t n = 0; n < jr_count(g.left); n++) {
            if (number_at(g.left, n) < 0) continue;
            double feature = number_at(g.feature, n);
            if (feature < 0 || feature >= width) return fail(c, ERR_INTERNAL, "XGBoost splits by input %g of %u", feature, width);
            TRY(add_cut(c, t, (uint32_t)feature, (float)number_at(g.condition, n)));
        }
    }
    /* a short branch needs a node that asks something; input 0 may have no cut of its own */
    return t->n[0] ? ERR_OK : add_cut(c, t, 0, 0);
}

typedef struct { const cut_table *cuts; uint32_t depth; forest_node *node; float *leaf; } one_tree;

/* Node `from` of the grown tree to place `to` of the complete one; a leaf above the last level is repeated on both sides. */
static void fill(const grown_tree *g, size_t from, one_tree *out, uint32_t to, uint32_t level) {
    double left = number_at(g->left, from), right = number_at(g->right, from);
    bool is_leaf = left < 0;
    if (level == out->depth) {
        out->leaf[to - ((1u << out->depth) - 1)] = (float)number_at(g->condition, from);
        return;
    }
    uint32_t feature = is_leaf ? 0 : (uint32_t)number_at(g->feature, from);
    uint32_t cut = is_leaf ? 0 : cut_place(out->cuts, feature, (float)number_at(g->condition, from));
    out->node[to] = (forest_node){ (uint8_t)feature, (uint8_t)cut };
    fill(g, is_leaf ? from : (size_t)left, out, 2 * to + 1, level + 1);
    fill(g, is_leaf ? from : (size_t)right, out, 2 * to + 2, level + 1);
}

static err_code flatten_cuts(ctx *c, const cut_table *t, forest *f) {
    uint32_t *start = arena_new(c->arena, uint32_t, (size_t)f->width + 1);
    float *cut = arena_new(c->arena, float, (size_t)f->width * FOREST_MAX_CUTS);
    if (!start || !cut) return fail(c, ERR_NO_MEMORY, "cuts of a forest");
    for (uint32_t k = 0; k < f->width; k++) {
        memcpy(cut + start[k], t->cut[k], t->n[k] * sizeof *cut);
        start[k + 1] = start[k] + t->n[k];
    }
    f->cut_start = start, f->cut = cut;
    return ERR_OK;
}

static err_code make_forest(ctx *c, const json_value *trees, uint32_t width, uint32_t depth, forest *ret_forest) {
    forest f = { .width = width, .n_trees = (uint32_t)jr_count(trees), .depth = depth };
    size_t nodes = (1u << depth) - 1;
    cut_table *cuts = arena_new(c->arena, cut_table, 1);
    forest_node *node = arena_new(c->arena, forest_node, f.n_trees * nodes);
    float *leaf = arena_new(c->arena, float, (size_t)f.n_trees << depth);
    if (!cuts || !node || !leaf) return fail(c, ERR_NO_MEMORY, "a forest of %u trees", f.n_trees);
    TRY(collect_cuts(c, trees, width, cuts));
    TRY(flatten_cuts(c, cuts, &f));
    for (uint32_t t = 0; t < f.n_trees; t++) {
        grown_tree g;
        TRY(read_tree(c, trees, t, &g));
        one_tree out = { cuts, depth, node + t * nodes, leaf + ((size_t)t << depth) };
        fill(&g, 0, &out, 0, 0);
    }
    f.node = node, f.leaf = leaf;
    TRY(forest_check(c, &f));
    *ret_forest = f;
    return ERR_OK;
}

static err_code read_booster(ctx *c, BoosterHandle booster, uint32_t width, uint32_t depth, forest *ret_forest) {
    bst_ulong n = 0;
    const char *text = NULL;
    const json_value *v;
    if (XGBoosterSaveModelToBuffer(booster, "{\"format\":\"json\"}", &n, &text)) return library_says(c, "write its trees");
    TRY(json_parse(c, (str){ text, (size_t)n }, JSON_READ_STRICT, &v));
    v = jr_get(jr_get(jr_get(jr_get(v, "learner"), "gradient_booster"), "model"), "trees");
    return make_forest(c, v, width, depth, ret_forest);
}

/* Margins as the library has them, without its base_score (log-odds 0 of .5, but .5 itself where it learned an order). */
static err_code library_sums(ctx *c, BoosterHandle booster, DMatrixHandle data, size_t n, float base, float *ret_library) {
    const bst_ulong *shape;
    bst_ulong dims;
    const float *sums;
    const char *how = "{\"type\":1,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":false}";
    if (XGBoosterPredictFromDMatrix(booster, data, how, &shape, &dims, &sums)) return library_says(c, "predict");
    for (size_t i = 0; i < n; i++) ret_library[i] = sums[i] - base;
    return ERR_OK;
}

static err_code grow(ctx *c, const ranker_rows *rows, const ranker_params *p, forest *ret_forest, float *ret_library) {
    AUTO_DATA data = NULL;
    AUTO_BOOSTER booster = NULL;
    if (XGDMatrixCreateFromMat(rows->x, rows->n, rows->width, __builtin_nanf(""), &data)) return library_says(c, "take the candidates");
    TRY(give_labels(c, rows, p, data));
    if (XGBoosterCreate(&data, 1, &booster)) return library_says(c, "begin");
    TRY(set_params(c, p, booster));
    for (uint32_t t = 0; t < p->trees; t++) {
        if (XGBoosterUpdateOneIter(booster, (int)t, data)) return library_says(c, "grow a tree");
        TRY(ctx_check(c));
    }
    TRY(read_booster(c, booster, rows->width, p->depth, ret_forest));
    return ret_library ? library_sums(c, booster, data, rows->n, p->by_order ? 0.5f : 0, ret_library) : ERR_OK;
}

err_code boost_fit(ctx *c, const ranker_rows *rows, const ranker_params *p, forest *ret_forest, float *ret_library) {
    AUTO_ARENA home;                /* labels and the library's words go when the forest stands */
    arena_init(&home, c->arena->cap);
    arena *kept = c->arena;
    forest f;
    c->arena = &home;
    err_code e = grow(c, rows, p, &f, ret_library);
    c->arena = kept;
    return e ? e : forest_copy(c, &f, ret_forest);
}
