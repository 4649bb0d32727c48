/* Positions of an answer as JSON. It does NOT know the rest of an exposure. */
#include "schema/exposed_items.h"

void exposed_item_write(json_out *w, const exposed_item *x) {
    jw_array(w);
    jw_str(w, x->product_id);
    jw_str(w, x->source);
    jw_fixed(w, x->probability, 5);
    jw_fixed(w, x->propensity, 5);
    jw_i64(w, x->price_minor);
    jw_end_array(w);
}

static bool read_item(const json_value *v, exposed_item *ret_item) {
    exposed_item x = { .product_id = jr_string(jr_at(v, 0)), .source = jr_string(jr_at(v, 1)) };
    bool good = jr_count(v) == 5 && x.product_id.n && x.source.n && jr_double(jr_at(v, 2), &x.probability) &&
                jr_double(jr_at(v, 3), &x.propensity) && jr_i64(jr_at(v, 4), &x.price_minor);
    if (good) *ret_item = x;
    return good;
}

err_code exposed_items_read(ctx *c, str items, exposed_item **ret_items, size_t *ret_n) {
    const json_value *list = NULL;
    if (json_parse(c, items, JSON_READ_STRICT, &list) || !jr_is_array(list) || jr_count(list) > LIMIT_EXPOSED_ITEMS)
        return fail(c, ERR_CORRUPT, "the items of an exposure cannot be read");
    size_t n = jr_count(list);
    exposed_item *x = arena_new(c->arena, exposed_item, n ? n : 1);
    if (!x) return fail(c, ERR_NO_MEMORY, "read an exposure");
    for (size_t i = 0; i < n; i++)
        if (!read_item(jr_at(list, i), &x[i])) return fail(c, ERR_CORRUPT, "item %zu of an exposure cannot be read", i);
    *ret_items = x;
    *ret_n = n;
    return ERR_OK;
}
