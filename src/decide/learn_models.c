/* The personal and the session model of a shop: chosen by measuring (learn_personal.h, learn_sessions.h), packed for the snapshot, and
 * fitted again on what was before a moment for the ranker's lessons. */
#include "decide/learn_past_int.h"
#include "decide/shop_interactions.h"
#include "features/facts.h"

static err_code shop_as_interactions(ctx *c, const learning *l, interactions *ret_x) {
    shop_facts *facts = arena_new(c->arena, shop_facts, 1);
    facts_params p = facts_default_params();
    if (!facts) return learn_no_memory(c);
    TRY(facts_build(c, &l->content, &p, facts));
    return shop_interactions(c, &l->shop, &facts->matrix, ret_x);
}

err_code learn_personal_model(ctx *c, learning *l) {
    interactions x;
    str bytes = { 0 };
    personal_params p = personal_default_params();
    p.threads = l->p->threads;
    if (!l->shop.baskets.n) return ERR_OK;
    TRY(shop_as_interactions(c, l, &x));
    TRY(learn_personal(c, &x, &p, &bytes, &l->report.personal));
    l->out.personal = bytes.p, l->out.n_personal = bytes.n;
    return ERR_OK;
}

err_code learn_personal_then(ctx *c, const learning *now, const learning *then, model *ret_model) {
    model m;
    interactions x;
    *ret_model = (model){ .row = NULL };
    if (!now->out.n_personal || !then->shop.baskets.n) return ERR_OK;
    TRY(model_load(c, (str){ now->out.personal, now->out.n_personal }, &m));
    TRY(shop_as_interactions(c, then, &x));
    m.options.threads = then->p->threads;
    return model_fit(c, m.row, &x, &m.options, ret_model);
}

err_code learn_session_model(ctx *c, learning *l) {
    interactions x;
    str bytes = { 0 };
    personal_params p = personal_default_params();
    p.threads = l->p->threads;
    if (!l->visits.n_visits) return ERR_OK;
    TRY(shop_visits_interactions(c, &l->visits, l->shop.n_items, &x));
    TRY(learn_sessions(c, &x, &p, &bytes, &l->report.session));
    l->out.sessions = bytes.p, l->out.n_sessions = bytes.n;
    l->out.facts.session_unit = l->report.session.unit;
    return ERR_OK;
}

err_code learn_session_then(ctx *c, const learning *now, const learning *then, model *ret_model) {
    model m;
    interactions x;
    *ret_model = (model){ .row = NULL };
    if (!now->out.n_sessions || !then->visits.n_visits) return ERR_OK;
    TRY(model_load(c, (str){ now->out.sessions, now->out.n_sessions }, &m));
    TRY(shop_visits_interactions(c, &then->visits, then->shop.n_items, &x));
    m.options.threads = then->p->threads;
    return model_fit(c, m.row, &x, &m.options, ret_model);
}
