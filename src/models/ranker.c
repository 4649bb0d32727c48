/* Which kind the data bear, calibration, and the pack; see ranker.h. */
#include "models/ranker.h"
#include <math.h>
#include <string.h>
#include "models/boost.h"
#include "models/logistic.h"

enum { KEPT_APART = 5 };            /* every fifth question calibrates the trees grown on the others */

ranker_params ranker_default_params(void) {
    return (ranker_params){
        .kind = RANKER_TREES, .ridge = 1, .trees = 100, .depth = 4, .learning_rate = 0.1, .leaf_ridge = 1, .least_child = 5,
        .row_share = 0.8, .column_share = 0.8, .seed = 1,
    };
}

static err_code check_params(ctx *c, const ranker_params *p) {
    const struct { const char *name; double value, low, high; } ranges[] = {
        { "ridge", p->ridge, 1e-6, 1e9 }, { "trees", p->trees, 1, FOREST_MAX_TREES }, { "depth", p->depth, 1, FOREST_MAX_DEPTH },
        { "learning_rate", p->learning_rate, 1e-4, 1 }, { "leaf_ridge", p->leaf_ridge, 0, 1e6 },
        { "least_child", p->least_child, 0, 1e9 }, { "row_share", p->row_share, 0.01, 1 }, { "column_share", p->column_share, 0.01, 1 },
    };
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (!(ranges[i].value >= ranges[i].low && ranges[i].value <= ranges[i].high))
            return fail_field(c, ERR_INVALID, ranges[i].name, "%s must be from %g to %g", ranges[i].name, ranges[i].low, ranges[i].high);
    return ERR_OK;
}

static err_code check_rows(ctx *c, const ranker_rows *r) {
    if (r->width == 0 || r->width > RANKER_MAX_WIDTH)
        return fail(c, ERR_INVALID, "a ranker takes 1 to %d inputs, not %u", RANKER_MAX_WIDTH, r->width);
    for (size_t i = 0; i < r->n * r->width; i++)
        if (!isfinite(r->x[i])) return fail(c, ERR_INVALID, "input %zu of candidate %zu is not a number", i % r->width, i / r->width);
    for (size_t i = 0; r->weight && i < r->n; i++)
        if (!(r->weight[i] > 0 && isfinite(r->weight[i]))) return fail(c, ERR_INVALID, "candidate %zu has no weight", i);
    if (!r->group) return ERR_OK;
    bool whole = r->group[0] == 0 && r->group[r->n_groups] == r->n;
    for (size_t g = 0; whole && g < r->n_groups; g++) whole = r->group[g] <= r->group[g + 1];
    return whole ? ERR_OK : fail(c, ERR_INVALID, "questions do not cover the candidates");
}

static size_t answers(const ranker_rows *rows) {
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) n += rows->label[i] != 0;
    return n;
}

static err_code targets(ctx *c, const ranker_rows *rows, float **ret_target) {
    float *target = arena_new_raw(c->arena, float, rows->n);
    if (!target) return fail(c, ERR_NO_MEMORY, "labels of %zu candidates", rows->n);
    for (size_t i = 0; i < rows->n; i++) target[i] = rows->label[i] ? 1 : 0;
    *ret_target = target;
    return ERR_OK;
}

/* Half an answer more and half an answer less: never 0, never 1. */
static void fit_rate(const ranker_rows *rows, ranker *r) {
    double hit = 0.5, total = 1;
    for (size_t i = 0; i < rows->n; i++) {
        double w = rows->weight ? (double)rows->weight[i] : 1;
        total += w;
        if (rows->label[i]) hit += w;
    }
    r->slope = 0, r->offset = log(hit / (total - hit));
}

static err_code fit_logistic(ctx *c, const ranker_rows *rows, const ranker_params *p, ranker *r) {
    float *coefficient = arena_new(c->arena, float, rows->width), *target = NULL;
    if (!coefficient) return fail(c, ERR_NO_MEMORY, "a logistic model of %u inputs", rows->width);
    arena_mark mark = arena_save(c->arena);
    double b[RANKER_MAX_WIDTH];
    TRY(targets(c, rows, &target));
    TRY(logistic_fit(c, &(logistic_rows){ .x = rows->x, .target = target, .weight = rows->weight, .n = rows->n, .width = rows->width,
                                          .ridge = p->ridge, .toward = p->toward }, b, &r->offset));
    arena_restore(c->arena, mark);
    for (uint32_t k = 0; k < rows->width; k++) coefficient[k] = (float)b[k];
    r->slope = 1, r->coefficient = coefficient;
    return ERR_OK;
}

/* ---- trees ---- */

/* Questions g with (g % KEPT_APART == 0) == apart, copied side by side. */
static err_code part_of(ctx *c, const ranker_rows *all, bool apart, ranker_rows *ret_part) {
    float *x = arena_new_raw(c->arena, float, all->n * all->width), *weight = arena_new_raw(c->arena, float, all->n);
    uint8_t *label = arena_new_raw(c->arena, uint8_t, all->n);
    size_t *group = arena_new(c->arena, size_t, all->n_groups + 1), n_groups = 0, n = 0;
    if (!x || !weight || !label || !group) return fail(c, ERR_NO_MEMORY, "a part of %zu candidates", all->n);
    for (size_t g = 0; g < all->n_groups; g++) {
        if ((g % KEPT_APART == 0) != apart) continue;
        size_t from = all->group[g], many = all->group[g + 1] - from;
        memcpy(x + n * all->width, all->x + from * all->width, many * all->width * sizeof *x);
        memcpy(label + n, all->label + from, many);
        for (size_t i = 0; i < many; i++) weight[n + i] = all->weight ? all->weight[from + i] : 1;
        n += many;
        group[++n_groups] = n;
    }
    *ret_part = (ranker_rows){ x, label, weight, n, all->width, group, n_groups };
    return ERR_OK;
}

/* Platt 1999: one slope and one offset on sums of questions the trees have not seen; targets a little inside 0 and 1. */
static err_code calibrate(ctx *c, const ranker_rows *apart, ranker *r) {
    arena_mark mark = arena_save(c->arena);
    float *sum = arena_new_raw(c->arena, float, apart->n), *target = arena_new_raw(c->arena, float, apart->n);
    if (!sum || !target) return fail(c, ERR_NO_MEMORY, "calibration on %zu candidates", apart->n);
    double hits = (double)answers(apart), others = (double)apart->n - hits;
    forest_score(&r->trees, apart->x, apart->n, sum);
    for (size_t i = 0; i < apart->n; i++) target[i] = (float)(apart->label[i] ? (hits + 1) / (hits + 2) : 1 / (others + 2));
    TRY(logistic_fit(c, &(logistic_rows){ .x = sum, .target = target, .weight = apart->weight, .n = apart->n, .width = 1, .ridge = 1e-3 },
                     &r->slope, &r->offset));
    arena_restore(c->arena, mark);
    if (r->slope <= 0) r->slope = 1e-3;         /* trees that learned nothing must not turn the order around */
    return ERR_OK;
}

static err_code fit_trees(ctx *c, const ranker_rows *rows, const ranker_params *p, ranker *r) {
    AUTO_ARENA home;                            /* the parts are as large as all rows and go with the fit */
    arena_init(&home, c->arena->cap);
    arena *kept = c->arena;
    ranker_rows grown_on, apart;
    c->arena = &home;
    err_code e = part_of(c, rows, false, &grown_on);
    if (!e) e = part_of(c, rows, true, &apart);
    c->arena = kept;
    if (e) return e;
    if (answers(&apart) < RANKER_LEAST_LOGISTIC || answers(&grown_on) < RANKER_LEAST_ANSWERS / 2) {
        r->kind = RANKER_LOGISTIC;              /* answers crowd in a few questions */
        return fit_logistic(c, rows, p, r);
    }
    TRY(boost_fit(c, &grown_on, p, &r->trees, NULL));
    return calibrate(c, &apart, r);
}

static ranker_kind borne(const ranker_rows *rows, ranker_kind wanted) {
    size_t hits = answers(rows), least = rows->n - hits < hits ? rows->n - hits : hits;
    if (least < RANKER_LEAST_LOGISTIC) return RANKER_RATE;
    if (wanted == RANKER_TREES && (least < RANKER_LEAST_ANSWERS || !rows->group || rows->n_groups < 2 * KEPT_APART))
        return RANKER_LOGISTIC;
    return wanted;
}

err_code ranker_fit(ctx *c, const ranker_rows *rows, const ranker_params *p, ranker *ret_ranker) {
    TRY(check_params(c, p));
    TRY(check_rows(c, rows));
    ranker r = { .kind = borne(rows, p->kind), .width = rows->width };
    switch (r.kind) {
    case RANKER_RATE: fit_rate(rows, &r); break;
    case RANKER_LOGISTIC: TRY(fit_logistic(c, rows, p, &r)); break;
    case RANKER_TREES: TRY(fit_trees(c, rows, p, &r)); break;
    }
    *ret_ranker = r;
    return ERR_OK;
}

void ranker_raw(const ranker *r, const float *x, size_t n, float *ret_raw) {
    if (r->kind == RANKER_TREES) {
        forest_score(&r->trees, x, n, ret_raw);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (uint32_t k = 0; r->kind == RANKER_LOGISTIC && k < r->width; k++)
            sum += (double)r->coefficient[k] * (double)x[i * r->width + k];
        ret_raw[i] = (float)sum;
    }
}

void ranker_score(const ranker *r, const float *x, size_t n, float *ret_probability) {
    ranker_raw(r, x, n, ret_probability);
    for (size_t i = 0; i < n; i++) ret_probability[i] = (float)logistic_sigmoid(r->slope * (double)ret_probability[i] + r->offset);
}

/* ---- pack ---- */

typedef struct { uint32_t kind, width; double slope, offset; } saved_head;

err_code ranker_save(ctx *c, const ranker *r, buf *out) {
    const saved_head head = { (uint32_t)r->kind, r->width, r->slope, r->offset };
    pack_array arrays[1 + FOREST_ARRAYS] = { { "ranker", &head, sizeof head, 1 } };
    size_t n = 1;
    if (r->kind == RANKER_LOGISTIC) arrays[n++] = (pack_array){ "coefficient", r->coefficient, sizeof(float), r->width };
    if (r->kind == RANKER_TREES) forest_arrays(&r->trees, arrays + n), n += FOREST_ARRAYS;
    return pack_write(c, arrays, n, out);
}

static err_code load_logistic(ctx *c, const pack *p, ranker *r) {
    const void *coefficient;
    TRY(pack_get(c, p, "coefficient", sizeof(float), r->width, &coefficient, NULL));
    r->coefficient = coefficient;
    for (uint32_t k = 0; k < r->width; k++)
        if (!isfinite(r->coefficient[k])) return fail(c, ERR_CORRUPT, "ranker: a coefficient is not a number");
    return ERR_OK;
}

err_code ranker_load(ctx *c, str bytes, ranker *ret_ranker) {
    pack p;
    const void *data;
    saved_head head;
    TRY(pack_open(c, bytes, &p));
    TRY(pack_get(c, &p, "ranker", sizeof head, 1, &data, NULL));
    memcpy(&head, data, sizeof head);
    if (head.kind > RANKER_TREES || head.width == 0 || head.width > RANKER_MAX_WIDTH || !isfinite(head.slope) || !isfinite(head.offset))
        return fail(c, ERR_CORRUPT, "ranker: of a kind this version does not know; train again");
    ranker r = { .kind = (ranker_kind)head.kind, .width = head.width, .slope = head.slope, .offset = head.offset };
    if (r.kind == RANKER_LOGISTIC) TRY(load_logistic(c, &p, &r));
    if (r.kind == RANKER_TREES) {
        TRY(forest_from(c, &p, &r.trees));
        if (r.trees.width != r.width) return fail(c, ERR_CORRUPT, "ranker: its trees take %u inputs, not %u", r.trees.width, r.width);
    }
    *ret_ranker = r;
    return ERR_OK;
}
