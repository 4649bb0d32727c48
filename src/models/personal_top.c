/* personal_top: what the shopper took most often, then what everybody takes. The floor of next-basket models.
 *   score(i) = number of his visits with i + share of shoppers' last visits with i / 2 */
#include "models/rows.h"
#include "models/visits.h"

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    (void)o;
    visit_model *m = arena_new(c->arena, visit_model, 1);
    if (!m) return fail(c, ERR_NO_MEMORY, "personal_top");
    TRY(visits_everybody(c, x, &m->everybody));
    m->index.n_items = x->n_items;
    *ret_state = m;
    return ctx_check(c);
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const visit_model *m = state;
    uint32_t n_items = m->index.n_items;
    arena_mark mark = arena_save(c->arena);
    visit_tasting s;
    TRY(visit_tasting_new(c, n_items, &s));
    for (size_t r = 0; r < n; r++) {
        float *scores = ret_scores + r * n_items;
        for (uint32_t i = 0; i < n_items; i++) scores[i] = m->everybody[i] / 2;
        visit_taste(&s, &h[r], visit_weight_one, NULL);
        for (uint32_t k = 0; k < s.n; k++) scores[s.item[k]] += s.value[s.item[k]];
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) {
    const visit_model *m = state;
    return pack_write(c, &(pack_array){ "everybody", m->everybody, sizeof *m->everybody, m->index.n_items }, 1, out);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    visit_model *m = arena_new(c->arena, visit_model, 1);
    if (!m) return fail(c, ERR_NO_MEMORY, "load personal_top");
    TRY(visits_load_numbers(c, p, "everybody", n_items, false, &m->everybody));
    m->index.n_items = n_items;
    *ret_state = m;
    return ERR_OK;
}

const model_row model_personal_top = {
    .name = "personal_top", .title = "What he took most often, then what everybody takes", .needs = MODEL_NEEDS_VISITS,
    .source = "the floor of next baskets", .fit = fit, .score = score, .save = save, .load = load,
};
