/* Builds the earlier shop of learn_past_int.h. */
#include "decide/learn_past_int.h"
#include <math.h>
#include <string.h>

/* Sales as known then; the rest of a product has no past. */
static err_code items_then(ctx *c, shop_data *s) {
    shop_item *items = arena_new(c->arena, shop_item, s->n_items);
    if (!items) return learn_no_memory(c);
    for (uint32_t i = 0; i < s->n_items; i++) {
        items[i] = s->items[i];
        items[i].sales = 0;
    }
    for (uint64_t k = 0; k < s->baskets.start[s->baskets.n]; k++) items[s->baskets.items[k]].sales++;
    s->items = items;
    return ERR_OK;
}

static err_code learn_lists(ctx *c, past_shop *p, const learning *now) {
    learning *l = &p->l;
    *l = *now;
    l->shop.baskets.n = p->n_train;
    l->now_ms = l->shop.as_of_ms = now->shop.baskets.time_ms[p->n_train - 1];
    l->out = (snapshot){ .facts = now->out.facts };
    l->items = arena_new(c->arena, snapshot_item, l->shop.n_items);
    if (!l->items) return learn_no_memory(c);
    l->out.items = l->items, l->out.n_items = l->shop.n_items;
    l->out.vectors = now->out.vectors, l->out.n_vectors = now->out.n_vectors;
    TRY(items_then(c, &l->shop));
    TRY(shop_visits_before(c, &now->visits, l->now_ms, &l->visits));
    TRY(learn_pack(c, l));
    TRY(learn_seasons(c, l));
    TRY(learn_kinship(c, l));
    TRY(learn_rules(c, l));
    TRY(learn_upsell(c, l));
    return learn_ranked(c, l);
}

static catalogue_item shown_item(const learning *l, uint32_t i) {
    const shop_item *x = &l->shop.items[i];
    int64_t price = x->price_minor > 0 ? x->price_minor : 0;
    return (catalogue_item){ .slot = i, .sellable = x->listed, .on_hand = true, .in_stock = true, .price_minor = price,
        .regular_minor = price,
                             .log_price = log((double)(price + 1)), .created_ms = x->created_ms,
                             .main_category = x->main_category == SHOP_NONE ? 0 : x->main_category + 1, .brand = x->brand };
}

/* Slot = item, so nothing is looked up by id. */
static err_code make_serving(ctx *c, past_shop *p) {
    uint32_t n = p->l.shop.n_items, *same = arena_new(c->arena, uint32_t, n);
    catalogue_item *items = arena_new(c->arena, catalogue_item, n);
    _Atomic(const catalogue_item *) *slots = arena_array(c->arena, n, sizeof *slots);
    float *popularity = arena_new(c->arena, float, n);
    recent_purchases *_Atomic *none = arena_array(c->arena, 1, sizeof *none);
    if (!same || !items || !slots || !popularity || !none) return learn_no_memory(c);
    for (uint32_t i = 0; i < n; i++) {
        same[i] = i;
        items[i] = shown_item(&p->l, i);
        atomic_init(&slots[i], &items[i]);
        popularity[i] = p->l.items[i].popularity;
    }
    p->loaded = (loaded_shop){ .store_id = p->l.shop.store_id, .settings = store_settings_read(c, STR("")), .snap = &p->snap,
        .slot_of_item = same,
                               .item_of_slot = same, .popularity = popularity, .ranking = same, .n_ranked = n };
    loaded_shop_set_units(&p->loaded);
    p->s = (serving){ .loaded = &p->loaded, .view = { .slots = slots, .n_slots = n }, .recent = none };
    return ERR_OK;
}

err_code past_shop_learn(ctx *c, const learning *now, uint32_t n_train, past_shop *ret_past) {
    ret_past->n_train = n_train;
    TRY(learn_lists(c, ret_past, now));
    ret_past->snap = ret_past->l.out;
    TRY(learn_personal_then(c, now, &ret_past->l, &ret_past->snap.personal_model));
    TRY(learn_session_then(c, now, &ret_past->l, &ret_past->snap.session_model));
    return make_serving(c, ret_past);
}

err_code past_shop_ask(ctx *c, const past_shop *p, str place, const told *t, int64_t now_ms, uint32_t k, request **ret_request,
                       pool *ret_pool) {
    static const recommend_query anything = { .source = SOURCE_ALL };
    request *r = arena_new_raw(c->arena, request, 1);
    if (!r) return learn_no_memory(c);
    memset(r, 0, offsetof(request, anchors));
    r->c = c;
    r->s = &p->s;
    r->q = &anything;
    r->now_ms = now_ms;
    r->n = 10;
    r->place = placement_find(place);
    TRY(filter_compile(c, &anything.filter, &r->filter));
    TRY(context_build(r, t));
    TRY(personal_score(r, PERSONAL_SEARCH_FROM));
    TRY(candidates_gather(r));
    TRY(pool_best(r, k, ret_pool));
    *ret_request = r;
    return ERR_OK;
}
