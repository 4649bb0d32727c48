/* popularity: the same answer for everybody, what most users took lately. The floor every other model is measured against. */
#include <math.h>
#include <string.h>
#include "models/rows.h"

enum { HALF_LIFE_DAYS };
static const model_param params[] = {
    [HALF_LIFE_DAYS] = { "half_life_days", 0, 0, 36500, false, "an event this old counts half; 0: all alike" },
};

typedef struct { uint32_t n_items; const float *score; } popularity;

static double event_weight(const interactions *x, uint64_t e, double half_life_days) {
    double weight = x->weight ? (double)x->weight[e] : 1.0;
    if (half_life_days <= 0 || !x->time_ms) return weight;
    double age_days = (double)(x->as_of_ms - x->time_ms[e]) / 86400e3;
    return weight * exp2(-fmax(age_days, 0) / half_life_days);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    popularity *s = arena_new(c->arena, popularity, 1);
    float *score = arena_new(c->arena, float, x->n_items);
    double *sum = arena_new(c->arena, double, x->n_items);
    if (!s || !score || !sum) return fail(c, ERR_NO_MEMORY, "popularity of %u items", x->n_items);
    for (uint64_t e = 0; e < x->start[x->n_users]; e++) sum[x->item[e]] += event_weight(x, e, o->param[HALF_LIFE_DAYS]);
    for (uint32_t i = 0; i < x->n_items; i++) score[i] = (float)sum[i];
    TRY(ctx_check(c));
    *s = (popularity){ x->n_items, score };
    *ret_state = s;
    return ERR_OK;
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    (void)c, (void)h;               /* everybody gets the same */
    const popularity *s = state;
    for (size_t i = 0; i < n; i++) memcpy(ret_scores + i * s->n_items, s->score, s->n_items * sizeof *s->score);
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) {
    const popularity *s = state;
    return pack_write(c, &(pack_array){ "score", s->score, sizeof(float), s->n_items }, 1, out);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    popularity *s = arena_new(c->arena, popularity, 1);
    const void *score = NULL;
    if (!s) return fail(c, ERR_NO_MEMORY, "load popularity");
    TRY(pack_get(c, p, "score", sizeof(float), n_items, &score, NULL));
    *s = (popularity){ n_items, score };
    *ret_state = s;
    return ERR_OK;
}

const model_row model_popularity = {
    .name = "popularity", .title = "What most people take", .source = "the floor", .params = params, .n_params = COUNT(params),
    .fit = fit, .score = score, .save = save, .load = load,
};
