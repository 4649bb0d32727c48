/* Training of the two towers: epochs until the validation gets no better, and the best of them. It does NOT know how a step is taken
 * (two_tower_step.c) or who is drawn for it (two_tower_batch.c). */
#include <string.h>
#include "models/two_tower_train_int.h"

/* The best epoch so far, kept aside: item vectors and the user tower are all that answers need. */
static void keep_best(const tower_trainer *t, const tower_survey *s, tower_result *best) {
    size_t n = (size_t)t->data->n_items * t->plan->dim;
    memcpy(best->raw, s->raw, n * sizeof *s->raw);
    memcpy(best->item, s->item, n * sizeof *s->item);
    memcpy(best->known, s->known, t->data->n_items);
    memcpy(best->user.w1, t->user.w1, tower_size(t->user.dim, t->user.extra, t->user.hidden) * sizeof(float));
}

static err_code result_new(ctx *c, const tower_trainer *t, tower_result *ret) {
    size_t n = t->data->n_items, d = t->plan->dim;
    float *user = arena_new(c->arena, float, tower_size(t->user.dim, t->user.extra, t->user.hidden));
    *ret = (tower_result){ arena_new(c->arena, float, n * d), arena_new(c->arena, float, n * d), arena_new(c->arena, uint8_t, n),
                           tower_at(user, t->user.dim, t->user.extra, t->user.hidden) };
    return user && ret->raw && ret->item && ret->known ? ERR_OK : tower_no_memory(c);
}

static err_code train_epoch(ctx *c, tower_trainer *t, tower_sampler *sampler, uint32_t epoch, const model_options *o) {
    tower_sampler_shuffle(sampler);
    while ((t->b = tower_sampler_next(sampler))) {
        double done = (epoch + tower_sampler_done(sampler)) / t->plan->epochs;
        model_progress(o, "training the towers", done);
        if (t->b->n_rows) TRY(tower_train_step(c, t, t->plan->rate * (1 - 0.95 * done)));
        TRY(ctx_check(c));
    }
    return ERR_OK;
}

static err_code train(ctx *c, tower_trainer *t, const model_options *o, tower_result *best) {
    tower_sampler *sampler = NULL;
    tower_survey s;
    double most = -1, found = 0;
    uint32_t since = 0;
    TRY(tower_sampler_new(c, t->people, &t->plan->sampling, t->plan->seed, &sampler));
    TRY(tower_trainer_numbers(c, t));
    TRY(tower_trainer_scratch(c, t, sampler));
    TRY(tower_survey_new(c, t, &s));
    for (uint32_t epoch = 0; epoch < t->plan->epochs && since < t->plan->patience; epoch++) {
        TRY(train_epoch(c, t, sampler, epoch, o));
        bool last = epoch + 1 == t->plan->epochs;
        if (!t->people->n_validated && !last) continue;
        TRY(tower_survey_all(c, &s, &found));
        since++;
        if (t->people->n_validated && found <= most) continue;
        most = found, since = 0;
        keep_best(t, &s, best);
    }
    return ERR_OK;
}

err_code tower_train(ctx *c, const interactions *x, const tower_people *p, const tower_plan *plan, const model_options *o,
                     tower_result *ret_result) {
    tower_trainer t = { .data = x, .people = p, .plan = plan, .facts = x->facts };
    tower shape = { plan->dim, TOWER_FEATURES, plan->hidden, NULL, NULL, NULL };
    tower_result result;
    t.user = shape;
    TRY(result_new(c, &t, &result));
    arena_mark mark = arena_save(c->arena);
    TRY(train(c, &t, o, &result));
    arena_restore(c->arena, mark);
    *ret_result = result;
    return ERR_OK;
}
