/* The personal model of a shop: fitted on all purchases, packed for the snapshot, and fitted again on those before a moment for the
 * ranker's lessons. It does NOT measure models against each other (learn_personal.h, eval/). */
#include "decide/learn_past_int.h"
#include "decide/shop_interactions.h"

enum { LEAST_BASKETS = 20, PACK_MOST = 1 << 30 };

static err_code fit(ctx *c, const learning *l, const model_row *row, const model_options *o, model *ret_model) {
    interactions x;
    model_options here = *o;
    here.threads = l->p->threads;
    TRY(shop_interactions(c, &l->shop, NULL, &x));
    return model_fit(c, row, &x, &here, ret_model);
}

/* What needs least data and least time, and is never far from the best. */
err_code learn_personal_model(ctx *c, learning *l) {
    const model_row *row = model_named(STR("item_knn"));
    if (!row || l->shop.baskets.n < LEAST_BASKETS) return ERR_OK;
    model_options o = model_default_options(row);
    model m;
    buf out;
    TRY(fit(c, l, row, &o, &m));
    buf_init_in(&out, c->arena, PACK_MOST);
    TRY(model_save(c, &m, &out));
    l->out.personal = buf_view(&out).p, l->out.n_personal = out.n;
    return ERR_OK;
}

err_code learn_personal_then(ctx *c, const learning *now, const learning *then, model *ret_model) {
    model m;
    *ret_model = (model){ .row = NULL };
    if (!now->out.n_personal || !then->shop.baskets.n) return ERR_OK;
    TRY(model_load(c, (str){ now->out.personal, now->out.n_personal }, &m));
    return fit(c, then, m.row, &m.options, ret_model);
}
