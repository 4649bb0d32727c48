/* next_basket: what the shopper comes back for, what his like took when they came back, and what everybody takes now.
 *   score(i) = u_i + g sum over the k nearest v of cos(u, v) b_v,i / sum of cos + p e_i
 * u: decayed frequencies of all his visits (visit_weight_tifu); v: the same of another's visits but the last one; b_v: that last
 * visit and `past` times v; e: share of shoppers' last visits with i; cos over u_i idf_i. What neighbours took next, not what they
 * took before, is what is likely to come. */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "models/visits.h"

enum { NEIGHBOURS = VISIT_TIFU_PARAMS, FOLLOW, PAST, EVERYBODY };
static const model_param params[] = {
    [VISIT_DECAY] = VISIT_PARAM_DECAY(0.95),
    [VISIT_GROUP_DECAY] = VISIT_PARAM_GROUP_DECAY,
    [VISIT_GROUPS] = VISIT_PARAM_GROUPS(1),
    [NEIGHBOURS] = { "neighbours", 300, 1, 10000, true, "nearest shoppers" },
    [FOLLOW] = { "follow", 5, 0, 1000, false, "weight of what the nearest took next (g)" },
    [PAST] = { "past", 0.03, 0, 10, false, "weight of what the nearest took before, within that" },
    [EVERYBODY] = { "everybody", 0.1, 0, 1000, false, "weight of what everybody took last (p)" },
};

/* All visits but the last; empty for those who came once. */
static history but_last(visit_tasting *s, history h) {
    visit_taste(s, &h, visit_weight_one, NULL);
    h.n = (size_t)s->last_visit;
    return h;
}

/* The last visit, and a little of those before it: what fell on another day may fall on the next one. */
static double vote_weight(const double *param, uint64_t t, uint64_t n) {
    return t + 1 == n ? 1 : param[PAST] * visit_weight_tifu(param, t, n - 1);
}

/* ln(1 + shoppers / shoppers who hold it): what all take tells little of a taste. */
static err_code item_scale(ctx *c, const interactions *x, visit_tasting *s, const float **ret_scale) {
    float *scale = arena_new(c->arena, float, x->n_items);
    if (!scale) return fail(c, ERR_NO_MEMORY, "%u items", x->n_items);
    for (uint32_t u = 0; u < x->n_users; u++) {
        history h = interactions_history(x, u);
        visit_taste(s, &h, visit_weight_one, NULL);
        for (uint32_t k = 0; k < s->n; k++) scale[s->item[k]]++;
    }
    for (uint32_t i = 0; i < x->n_items; i++) scale[i] = scale[i] > 0 ? log1pf((float)x->n_users / scale[i]) : 0;
    *ret_scale = scale;
    return ERR_OK;
}

static void make_unit_length(visit_tasting *s, const float *scale) {
    double sum = 0;
    for (uint32_t k = 0; k < s->n; k++) sum += pow((double)s->value[s->item[k]] * (double)scale[s->item[k]], 2);
    float by = sum > 0 ? (float)(1 / sqrt(sum)) : 0;
    for (uint32_t k = 0; k < s->n; k++) s->value[s->item[k]] *= by;
}

static err_code fit_rows(ctx *c, const interactions *x, visit_fitting *f) {
    const visit_model *m = f->m;
    visit_tasting *s = &f->tasting;
    for (uint32_t u = 0; u < x->n_users; u++) {
        history all = interactions_history(x, u), before = but_last(s, all);
        if (u % 1024 == 0) TRY(ctx_check(c));
        visit_taste(s, &all, vote_weight, m->param);
        visit_rows_add(&f->vote, s, NULL);
        visit_taste(s, &before, visit_weight_tifu, m->param);
        make_unit_length(s, m->scale);
        visit_rows_add(&f->taste, s, m->scale);
    }
    return ERR_OK;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    visit_fitting f;
    TRY(visit_fitting_new(c, x, o->param, COUNT(params), &f));
    TRY(item_scale(c, x, &f.tasting, &f.m->scale));
    TRY(fit_rows(c, x, &f));
    TRY(visit_fitting_close(c, x, &f));
    *ret_state = f.m;
    return ERR_OK;
}

static void answer(const visit_model *m, const history *h, visit_tasting *s, visit_search *near, float *scores) {
    float everybody = fmaxf((float)m->param[EVERYBODY], VISITS_FILL);
    for (uint32_t i = 0; i < m->index.n_items; i++) scores[i] = everybody * m->everybody[i];
    visit_taste(s, h, visit_weight_tifu, m->param);
    for (uint32_t k = 0; k < s->n; k++) scores[s->item[k]] += s->value[s->item[k]];
    make_unit_length(s, m->scale);
    visit_nearest_dot(&m->index, s, m->scale, h->user, near);
    float sum = 0;
    for (uint32_t k = 0; k < near->best.n; k++) sum += near->best.entry[k].score;
    for (uint32_t k = 0; k < near->best.n; k++)
        visit_add_vote(&m->index, near->best.entry[k].item, (float)m->param[FOLLOW] * near->best.entry[k].score / sum, scores);
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const visit_model *m = state;
    return visit_model_score(c, m, (uint32_t)m->param[NEIGHBOURS], answer, h, n, ret_scores);
}

static err_code save(ctx *c, const void *state, buf *out) { return visit_model_save(c, state, COUNT(params), out); }

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    visit_model *m;
    TRY(visit_model_load(c, p, n_items, params, COUNT(params), &m));
    if (n_items && !m->scale) return fail(c, ERR_CORRUPT, "saved model: nothing says how much an item tells");     /* others have none */
    *ret_state = m;
    return ERR_OK;
}

static const char *const grid[] = { "groups=7", "follow=2", "follow=10 neighbours=1000", "everybody=2", NULL };

const model_row model_next_basket = {
    .name = "next_basket", .title = "What he comes back for, what his like took next, what everybody takes now",
    .needs = MODEL_NEEDS_VISITS, .source = "decayed frequencies of Hu et al. 2020; neighbours speak for their next basket",
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
