/* The personal and the session model of a shop: chosen by measuring (learn_personal.h, learn_sessions.h), packed for the snapshot, and
 * fitted again on what was before a moment for the ranker's lessons. */
#include "decide/learn_past_int.h"
#include "decide/shop_interactions.h"
#include "features/facts.h"

static err_code facts_of(ctx *c, const learning *l, const csr **ret_facts) {
    shop_facts *facts = arena_new(c->arena, shop_facts, 1);
    facts_params p = facts_default_params();
    if (!facts) return learn_no_memory(c);
    TRY(facts_build(c, &l->content, &p, facts));
    *ret_facts = &facts->matrix;
    return ERR_OK;
}

/* ---- what is bought next ---- */
typedef struct { const learning *l; const csr *facts; } browsed_shop;

/* Baskets stand in the order of time. */
static err_code browsed_before(ctx *c, void *state, int64_t before_ms, interactions *ret_x) {
    const browsed_shop *b = state;
    shop_data then = b->l->shop;
    shop_visits visits = b->l->visits;
    while (then.baskets.n && then.baskets.time_ms[then.baskets.n - 1] >= before_ms) then.baskets.n--;
    if (before_ms < INT64_MAX) TRY(shop_visits_before(c, &b->l->visits, before_ms, &visits));
    if (before_ms < then.as_of_ms) then.as_of_ms = before_ms;
    return shop_interactions_browsed(c, &then, &visits, b->facts, ret_x);
}

err_code learn_personal_model(ctx *c, learning *l) {
    interactions x;
    str bytes = { 0 };
    personal_params p = personal_default_params();
    p.threads = l->p->threads;
    browsed_shop shop = { l, NULL };
    const browsing_source browsed = { browsed_before, &shop };
    if (!l->shop.baskets.n) return ERR_OK;
    TRY(facts_of(c, l, &shop.facts));
    TRY(shop_interactions(c, &l->shop, shop.facts, &x));
    TRY(learn_personal(c, &x, l->visits.n_visits ? &browsed : NULL, &p, &bytes, &l->report.personal));
    l->out.personal = bytes.p, l->out.n_personal = bytes.n;
    return ERR_OK;
}

err_code learn_personal_then(ctx *c, const learning *now, const learning *then, model *ret_model) {
    model m;
    interactions x;
    const csr *facts = NULL;
    *ret_model = (model){ .row = NULL };
    if (!now->out.n_personal || !then->shop.baskets.n) return ERR_OK;
    TRY(model_load(c, (str){ now->out.personal, now->out.n_personal }, &m));
    TRY(facts_of(c, then, &facts));
    if (now->report.personal.browsing) TRY(shop_interactions_browsed(c, &then->shop, &then->visits, facts, &x));
    else TRY(shop_interactions(c, &then->shop, facts, &x));
    m.options.threads = then->p->threads;
    return model_fit(c, m.row, &x, &m.options, ret_model);
}

/* ---- what is looked at next ---- */
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
