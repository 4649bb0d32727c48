/* Settings laid over each other for one person. It does NOT read rows: terms_load.c does. */
#include "decide/terms.h"
#include "experiments/assign.h"

/* The variant's settings over what holds so far, its key to the arms. */
static void join(const shop_terms *shop, size_t at, const experiment_variant *v, terms *t, buf *arms) {
    const running_experiment *e = &shop->experiments.p[at];
    placement_settings_lay(&t->set, &shop->variants[at * LIMIT_VARIANTS + (size_t)(v - e->variants)]);
    buf_printf(arms, "%s%lld=%.*s", arms->n ? " " : "", (long long)e->id, STR_ARG(v->key));
}

static err_code join_experiments(ctx *c, int64_t store_id, const shop_terms *shop, const experiment_asker *who, terms *t) {
    buf arms;
    buf_init_in(&arms, c->arena, LIMIT_RUNNING_EXPERIMENTS * (LIMIT_VARIANT_KEY + 22));
    for (size_t i = 0; i < shop->experiments.n; i++) {
        const experiment_variant *v = experiment_variant_of(store_id, &shop->experiments.p[i], who);
        if (v) join(shop, i, v, t, &arms);
    }
    if (buf_err(&arms)) return fail(c, buf_err(&arms), "name the arms of a visitor");
    t->told.arms = buf_view(&arms);
    return ERR_OK;
}

err_code terms_of(ctx *c, int64_t store_id, const shop_terms *shop, const recommend_query *q, const placement *place,
                  const char *language, terms *ret_terms) {
    terms t = { 0 };
    if (shop->places) t.set = shop->places[place - all_placements];
    if (q->person.n && !q->preview) {
        const experiment_asker who = { .person = q->person, .placement = str_of(place->name), .device = q->device,
                                       .locale = str_of(language), .customer = q->customer_id.n > 0 };
        t.told.held_out = assign_is_held_out(store_id, q->person, shop->holdout_0_1);
        if (!t.told.held_out && shop->experiments.n) TRY(join_experiments(c, store_id, shop, &who, &t));
    }
    t.told.display = placement_setting_word(&t.set, PLACEMENT_DISPLAY);
    t.told.off = !placement_setting_or(&t.set, PLACEMENT_ENABLED, true);
    *ret_terms = t;
    return ERR_OK;
}
