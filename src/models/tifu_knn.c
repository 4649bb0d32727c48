/* tifu_knn: what the shopper takes, by how often and how lately, mixed with what the nearest shoppers take.
 *   score(i) = alpha u_i + (1 - alpha) mean over the k nearest v of v_i,   u, v: decayed frequencies (visits.h, visit_weight_tifu)
 * nearest by Euclidean distance, those without an item in common too. */
#include <string.h>
#include "models/rows.h"
#include "models/visits.h"

enum { NEIGHBOURS = VISIT_TIFU_PARAMS, ALPHA, FEW = 10 };
static const model_param params[] = {
    [VISIT_DECAY] = VISIT_PARAM_DECAY(0.9),
    [VISIT_GROUP_DECAY] = VISIT_PARAM_GROUP_DECAY,
    [VISIT_GROUPS] = VISIT_PARAM_GROUPS(7),
    [NEIGHBOURS] = { "neighbours", 300, 1, 10000, true, "nearest shoppers; in a small shop a fifth of all, at least ten" },
    [ALPHA] = { "alpha", 0.7, 0, 1, false, "share of the shopper's own taste; the rest is the neighbours'" },
};

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    visit_model *m = arena_new(c->arena, visit_model, 1);
    double *param = arena_new(c->arena, double, COUNT(params));
    visit_tasting s;
    visit_rows taste;
    if (!m || !param) return fail(c, ERR_NO_MEMORY, "tifu_knn");
    memcpy(param, o->param, sizeof *param * COUNT(params));
    TRY(visit_rows_new(c, x->n_users, x->n_items, x->start[x->n_users], &taste));
    TRY(visit_tasting_new(c, x->n_items, &s));
    for (uint32_t u = 0; u < x->n_users; u++) {
        history h = interactions_history(x, u);
        if (u % 1024 == 0) TRY(ctx_check(c));
        visit_taste(&s, &h, visit_weight_tifu, param);
        visit_rows_add(&taste, &s, NULL);
    }
    TRY(visits_everybody(c, x, &m->everybody));
    TRY(visit_index_build(c, &taste.rows, &taste.rows, &m->index));
    m->param = param;
    *ret_state = m;
    return ERR_OK;
}

static void answer(const visit_model *m, const history *h, visit_tasting *s, visit_search *near, float *scores) {
    float own = (float)m->param[ALPHA];
    for (uint32_t i = 0; i < m->index.n_items; i++) scores[i] = VISITS_FILL * m->everybody[i];
    visit_taste(s, h, visit_weight_tifu, m->param);
    if (s->n == 0) return;
    for (uint32_t k = 0; k < s->n; k++) scores[s->item[k]] += own * s->value[s->item[k]];
    visit_nearest_euclid(&m->index, s, h->user, near);
    for (uint32_t k = 0; k < near->best.n; k++)
        visit_add_vote(&m->index, near->best.entry[k].item, (1 - own) / (float)near->best.n, scores);
}

/* All of a small shop are not near. */
static uint32_t neighbours(const visit_model *m) {
    uint32_t most = m->index.n_users / 5 > FEW ? m->index.n_users / 5 : FEW, wanted = (uint32_t)m->param[NEIGHBOURS];
    return wanted < most ? wanted : most;
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const visit_model *m = state;
    return visit_model_score(c, m, neighbours(m), answer, h, n, ret_scores);
}

static err_code save(ctx *c, const void *state, buf *out) { return visit_model_save(c, state, COUNT(params), out); }

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    return visit_model_load(c, p, n_items, params, COUNT(params), (visit_model **)ret_state);
}

static const char *const grid[] = { "neighbours=900 groups=3", "alpha=0.9", NULL };

const model_row model_tifu_knn = {
    .name = "tifu_knn", .title = "What was taken often and lately, by him and by his like", .needs = MODEL_NEEDS_VISITS,
    .source = "Hu, He, Gao, Zhang 2020 (TIFU-KNN), equations 1-4", .params = params, .n_params = COUNT(params), .grid = grid,
    .fit = fit, .score = score, .save = save, .load = load,
};
