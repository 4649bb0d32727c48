/* content: who took things that say this of themselves likes other things that say it. Needs no sale of what it recommends.
 * A history becomes the weighted mean of what is known of its items; items score by their cosine to it: exactly, through an
 * inverted index over the facts, or between short projections of them (random, or LSA), which take the same time however many facts
 * there are. It does NOT know what words mean or which facts matter to people (two_tower learns that). */
#include <math.h>
#include <string.h>
#include "base/map.h"
#include "models/rows.h"
#include "models/weigh.h"
#include "num/net.h"
#include "num/parallel.h"
#include "num/rsvd.h"
#include "num/vec.h"

enum { DIM, LSA, VALUES, HALF_LIFE };
static const model_param params[] = {
    [DIM] = { "dim", 0, 0, 4096, true, "numbers a projected vector; 0: exact" },
    [LSA] = { "lsa", 0, 0, 1, true, "projected on: 1 the leading singular vectors of the facts, 0 random signs" },
    [VALUES] = WEIGH_PARAM_VALUES,
    [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
};

typedef struct {
    uint32_t n_items, dim;
    weighing weigh;
    csr items, by_fact;             /* exact: rows of length 1 (or empty), and the same by column */
    const float *vectors;           /* projected: n_items x dim, rows of length 1 or 0 */
} content;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "content: it needs more memory than a job may have"); }

/* Rows of length 1: what an item says counts, not how much it says. */
static err_code unit_rows(ctx *c, const csr *facts, csr *ret_unit) {
    uint64_t cells = facts->start[facts->n_rows];
    float *value = arena_new_raw(c->arena, float, cells);
    uint64_t *start = arena_new_raw(c->arena, uint64_t, (size_t)facts->n_rows + 1);
    uint32_t *col = arena_new_raw(c->arena, uint32_t, cells);
    if (!value || !start || !col) return no_memory(c);
    memcpy(start, facts->start, ((size_t)facts->n_rows + 1) * sizeof *start);
    if (cells) memcpy(col, facts->col, cells * sizeof *col);
    for (uint32_t i = 0; i < facts->n_rows; i++) {
        double squares = csr_row_norm2(facts, i);
        for (uint64_t e = start[i]; e < start[i + 1]; e++)
            value[e] = squares > 0 ? (float)((double)csr_value(facts, e) / sqrt(squares)) : 0;
    }
    *ret_unit = (csr){ facts->n_rows, facts->n_cols, start, col, value };
    return ERR_OK;
}

enum { SIGNS = 8, PROJECT_BLOCK = 256, OVERSAMPLE = 16, POWER = 2 };

/* Sparse random projection: every fact is SIGNS places of the vector, plus or minus 1 by its hash, so no matrix is stored.
 * Source: Achlioptas 2003; Kane and Nelson 2014 (a few places a column are enough). */
static void add_projected(float *v, uint32_t dim, uint32_t fact, float value, uint64_t seed) {
    const uint64_t key[2] = { fact, seed };
    for (uint64_t k = 0; k < SIGNS; k++) {
        uint64_t h = hash_bytes(key, sizeof key, k);
        v[(uint32_t)(((h >> 32) * dim) >> 32)] += h & 1 ? value : -value;
    }
}

typedef struct { const csr *unit; uint32_t dim; uint64_t seed; float *vectors; } projecting;

static void project(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    projecting *p = state;
    float inverse[PROJECT_BLOCK], *v = p->vectors + from * p->dim;
    for (size_t i = from; i < to; i++)
        for (uint64_t e = p->unit->start[i]; e < p->unit->start[i + 1]; e++)
            add_projected(p->vectors + i * p->dim, p->dim, p->unit->col[e], p->unit->value[e], p->seed);
    net_normalise(v, to - from, p->dim, v, p->dim, inverse);
}

/* Latent semantic analysis: items in the space of the leading singular vectors of the facts, where words that stand beside the
 * same words are near each other. Source: Deerwester et al. 1990. */
static err_code project_latent(ctx *c, const csr *unit, const projecting *p, int threads) {
    csr turned;
    float *values = arena_new(c->arena, float, p->dim), *basis = arena_new_raw(c->arena, float, (size_t)unit->n_cols * p->dim);
    float *inverse = arena_new_raw(c->arena, float, unit->n_rows);
    if (!values || !basis || !inverse) return no_memory(c);
    TRY(csr_transpose(c, unit, &turned));
    TRY(rsvd(c, unit, &turned, &(rsvd_options){ p->dim, OVERSAMPLE, POWER, p->seed, threads }, values, basis));
    TRY(csr_times(c, unit, basis, p->dim, threads, p->vectors));
    net_normalise(p->vectors, unit->n_rows, p->dim, p->vectors, p->dim, inverse);
    return ERR_OK;
}

static err_code project_items(ctx *c, const csr *facts, const model_options *o, float *ret_vectors) {
    csr unit;
    int threads = parallel_threads(o->threads);
    TRY(unit_rows(c, facts, &unit));
    projecting p = { &unit, (uint32_t)o->param[DIM], o->seed, ret_vectors };
    if (o->param[LSA] > 0) return project_latent(c, &unit, &p, threads);
    return parallel_for(c, threads, facts->n_rows, PROJECT_BLOCK, project, &p);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    if (!x->facts) return fail(c, ERR_INVALID, "the model content needs to know something of the items");
    content *s = arena_new(c->arena, content, 1);
    if (!s) return no_memory(c);
    *s = (content){ x->n_items, (uint32_t)o->param[DIM], { (int)o->param[VALUES], o->param[HALF_LIFE] }, { 0 }, { 0 }, NULL };
    TRY(ctx_check(c));
    if (s->dim == 0) {
        TRY(unit_rows(c, x->facts, &s->items));
        TRY(csr_transpose(c, &s->items, &s->by_fact));
    } else {
        float *vectors = arena_new(c->arena, float, (size_t)x->n_items * s->dim);
        if (!vectors) return no_memory(c);
        arena_mark mark = arena_save(c->arena);
        TRY(project_items(c, x->facts, o, vectors));
        arena_restore(c->arena, mark);
        s->vectors = vectors;
    }
    *ret_state = s;
    return ERR_OK;
}

/* ---- answers ---- */

typedef struct { float *sum; uint32_t *touched, n; } profile;     /* sum: one a fact, zeros between answers */

static void score_exact(const content *s, const weighed *w, size_t n, profile *p, float *ret) {
    memset(ret, 0, s->n_items * sizeof *ret);
    for (size_t k = 0; k < n; k++)
        for (uint64_t e = s->items.start[w[k].item]; e < s->items.start[w[k].item + 1]; e++) {
            float *sum = &p->sum[s->items.col[e]];
            if (*sum == 0) p->touched[p->n++] = s->items.col[e];
            *sum += w[k].value * s->items.value[e];
            if (*sum == 0) *sum = 1e-30f;                       /* touched stays touched */
        }
    double squares = 0;
    for (uint32_t k = 0; k < p->n; k++) squares += (double)p->sum[p->touched[k]] * (double)p->sum[p->touched[k]];
    float scale = squares > 0 ? (float)(1 / sqrt(squares)) : 0;
    for (uint32_t k = 0; k < p->n; k++) {
        uint32_t fact = p->touched[k];
        float weight = p->sum[fact] * scale;
        for (uint64_t e = s->by_fact.start[fact]; e < s->by_fact.start[fact + 1];
            e++) ret[s->by_fact.col[e]] += weight * s->by_fact.value[e];
        p->sum[fact] = 0;
    }
    p->n = 0;
}

static void score_projected(const content *s, const weighed *w, size_t n, float *mean, float *ret) {
    float inverse;
    memset(mean, 0, s->dim * sizeof *mean);
    for (size_t k = 0; k < n; k++) vec_add_scaled(mean, w[k].value, s->vectors + (size_t)w[k].item * s->dim, s->dim);
    net_normalise(mean, 1, s->dim, mean, s->dim, &inverse);
    for (size_t i = 0; i < s->n_items; i++) {
        float cosine = vec_dot(mean, s->vectors + i * s->dim, s->dim);
        ret[i] = cosine > 0 ? cosine : 0;                       /* facts are never negative: below 0 is noise */
    }
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const content *s = state;
    arena_mark mark = arena_save(c->arena);
    profile p = { arena_new(c->arena, float, s->items.n_cols), arena_new_raw(c->arena, uint32_t, s->items.n_cols), 0 };
    float *mean = arena_new_raw(c->arena, float, s->dim);
    if (!p.sum || !p.touched || !mean) return no_memory(c);
    for (size_t i = 0; i < n; i++) {
        weighed *w = NULL;
        size_t n_w = 0;
        arena_mark one = arena_save(c->arena);
        TRY(weigh_history(c, &h[i], s->n_items, &s->weigh, &w, &n_w));
        if (s->dim) score_projected(s, w, n_w, mean, ret_scores + i * s->n_items);
        else score_exact(s, w, n_w, &p, ret_scores + i * s->n_items);
        arena_restore(c->arena, one);
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* ---- saved ---- */

static err_code save(ctx *c, const void *state, buf *out) {
    const content *s = state;
    double room[WEIGHING_NUMBERS];
    const uint32_t shape[] = { s->n_items, s->dim, s->items.n_cols };
    uint64_t cells = s->dim ? 0 : s->items.start[s->n_items];
    const pack_array arrays[] = {
        { "shape", shape, sizeof *shape, COUNT(shape) }, weighing_array(&s->weigh, room),
        { "vectors", s->vectors, sizeof(float), (uint64_t)s->n_items * s->dim },
        { "item_start", s->items.start, sizeof(uint64_t), s->dim ? 0 : (uint64_t)s->n_items + 1 },
        { "item_fact", s->items.col, sizeof(uint32_t), cells }, { "item_value", s->items.value, sizeof(float), cells },
        { "fact_start", s->by_fact.start, sizeof(uint64_t), s->dim ? 0 : (uint64_t)s->items.n_cols + 1 },
        { "fact_item", s->by_fact.col, sizeof(uint32_t), cells }, { "fact_value", s->by_fact.value, sizeof(float), cells },
    };
    return pack_write(c, arrays, COUNT(arrays), out);
}

static err_code load_matrix(ctx *c, const pack *p, const char *const *name, uint32_t rows, uint32_t cols, csr *ret) {
    const void *start, *col, *value;
    uint64_t cells = 0;
    TRY(pack_get(c, p, name[0], sizeof(uint64_t), (uint64_t)rows + 1, &start, NULL));
    TRY(pack_get(c, p, name[1], sizeof(uint32_t), UINT64_MAX, &col, &cells));
    TRY(pack_get(c, p, name[2], sizeof(float), cells, &value, NULL));
    csr m = { rows, cols, start, col, value };
    const uint64_t *s = start;
    bool fits = s[rows] == cells;                               /* before csr_check() walks that far */
    for (uint32_t r = 0; fits && r < rows; r++) fits = s[r] <= s[r + 1];
    if (!fits || csr_check(c, &m)) return fail(c, ERR_CORRUPT, "saved model: facts that point nowhere");
    *ret = m;
    return ERR_OK;
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    static const char *const item_names[] = { "item_start", "item_fact", "item_value" };
    static const char *const fact_names[] = { "fact_start", "fact_item", "fact_value" };
    content *s = arena_new(c->arena, content, 1);
    const void *shape, *vectors;
    uint32_t of[3];
    if (!s) return no_memory(c);
    TRY(pack_get(c, p, "shape", sizeof(uint32_t), COUNT(of), &shape, NULL));
    memcpy(of, shape, sizeof of);
    if (of[0] != n_items || of[1] > 4096) return fail(c, ERR_CORRUPT, "saved model: content of %u items", of[0]);
    *s = (content){ .n_items = of[0], .dim = of[1] };
    TRY(weighing_load(c, p, &s->weigh));
    TRY(pack_get(c, p, "vectors", sizeof(float), (uint64_t)of[0] * of[1], &vectors, NULL));
    s->vectors = vectors;
    if (s->dim == 0) {
        TRY(load_matrix(c, p, item_names, of[0], of[2], &s->items));
        TRY(load_matrix(c, p, fact_names, of[2], of[0], &s->by_fact));
    }
    *ret_state = s;
    return ERR_OK;
}

static const char *const grid[] = { "values=3", "half_life_days=90", "dim=64 lsa=1", NULL };

const model_row model_content = {
    .name = "content", .title = "What resembles what somebody took",
    .source = "Pazzani and Billsus 2007 (profiles); Achlioptas 2003 (projections); Deerwester et al. 1990 (LSA)",
    .needs = MODEL_NEEDS_FACTS, .params = params, .n_params = COUNT(params), .grid = grid,
    .fit = fit, .score = score, .save = save, .load = load,
};
