/* up_cf: what the shopper took in his last visits, and what those with the same items took in theirs.
 *   P_v,i    = share of the last min(r, visits) visits of v that hold i
 *   score(i) = sum over shoppers v, himself with weight 1, of s(u, v)^q P_v,i,   s = |I_u & I_v| / (|I_u|^a |I_v|^(1-a))
 * over the k most similar shoppers. */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "models/visits.h"

enum { WINDOW, ASYMMETRY, LOCALITY, NEIGHBOURS };
static const model_param params[] = {
    [WINDOW] = { "window", 10, 1, 1000, true, "last visits that count (r)" },
    [ASYMMETRY] = { "asymmetry", 0.75, 0, 1, false, "0: share of the other's items, 1: share of one's own, between: a mix (a)" },
    [LOCALITY] = { "locality", 10, 0.1, 1000, false, "power of the similarity: high listens to the most similar only (q)" },
    [NEIGHBOURS] = { "neighbours", 1000, 1, 100000, true, "similar shoppers that are heard (k)" },
};

static double in_window(const double *param, uint64_t t, uint64_t n) {
    double r = fmin(param[WINDOW], (double)n);
    return (double)(n - t) <= r ? 1 / r : 0;
}

/* Every item taken counts 1, divided by the part of the similarity that is the shopper's own. */
static void taste_of_set(const visit_model *m, const history *h, visit_tasting *s, double power) {
    visit_taste(s, h, visit_weight_one, m->param);
    float value = (float)pow((double)s->n, -power);
    for (uint32_t k = 0; k < s->n; k++) s->value[s->item[k]] = value;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    visit_fitting f;
    TRY(visit_fitting_new(c, x, o->param, COUNT(params), &f));
    for (uint32_t u = 0; u < x->n_users; u++) {
        history h = interactions_history(x, u);
        if (u % 1024 == 0) TRY(ctx_check(c));
        taste_of_set(f.m, &h, &f.tasting, 1 - f.m->param[ASYMMETRY]);
        visit_rows_add(&f.taste, &f.tasting, NULL);
        visit_taste(&f.tasting, &h, in_window, f.m->param);
        visit_rows_add(&f.vote, &f.tasting, NULL);
    }
    TRY(visit_fitting_close(c, x, &f));
    *ret_state = f.m;
    return ERR_OK;
}

static void answer(const visit_model *m, const history *h, visit_tasting *s, visit_search *near, float *scores) {
    for (uint32_t i = 0; i < m->index.n_items; i++) scores[i] = VISITS_FILL * m->everybody[i];
    taste_of_set(m, h, s, m->param[ASYMMETRY]);
    visit_nearest_dot(&m->index, s, NULL, h->user, near);
    for (uint32_t k = 0; k < near->best.n; k++)
        visit_add_vote(&m->index, near->best.entry[k].item, powf(near->best.entry[k].score, (float)m->param[LOCALITY]), scores);
    visit_taste(s, h, in_window, m->param);
    for (uint32_t k = 0; k < s->n; k++) scores[s->item[k]] += s->value[s->item[k]];
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const visit_model *m = state;
    return visit_model_score(c, m, (uint32_t)m->param[NEIGHBOURS], answer, h, n, ret_scores);
}

static err_code save(ctx *c, const void *state, buf *out) { return visit_model_save(c, state, COUNT(params), out); }

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    return visit_model_load(c, p, n_items, params, COUNT(params), (visit_model **)ret_state);
}

static const char *const grid[] = { "locality=4", "window=5", NULL };

const model_row model_up_cf = {
    .name = "up_cf", .title = "What was taken lately, by him and by those with the same items", .needs = MODEL_NEEDS_VISITS,
    .source = "Faggioli, Polato, Aiolli 2020 (UP-CF)", .params = params, .n_params = COUNT(params), .grid = grid,
    .fit = fit, .score = score, .save = save, .load = load,
};
