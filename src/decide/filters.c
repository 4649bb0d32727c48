/* What the request asks of every item, as groups of hashes: an item must have one of each group. */
#include "base/limits.h"
#include "decide/recommend_int.h"

static uint64_t *hashes_new(ctx *c, size_t n) { return arena_new(c->arena, uint64_t, n); }

static err_code add_names(ctx *c, item_filter *f, term_kind kind, str_list names) {
    if (!names.n) return ERR_OK;
    uint64_t *any = hashes_new(c, names.n);
    if (!any) return fail(c, ERR_NO_MEMORY, "no memory for a filter");
    for (size_t i = 0; i < names.n; i++) any[i] = term_hash(kind, names.p[i], STR(""));
    f->groups[f->n++] = (term_group){ any, names.n };
    return ERR_OK;
}

static bool named_before(const attribute_match *a, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (str_eq_nocase(a[k].name, a[i].name)) return true;
    return false;
}

/* Values of one name form one group. */
static err_code add_attributes(ctx *c, item_filter *f, const attribute_match *a, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (named_before(a, i)) continue;
        uint64_t *any = hashes_new(c, n - i);
        if (!any) return fail(c, ERR_NO_MEMORY, "no memory for a filter");
        size_t count = 0;
        for (size_t k = i; k < n; k++)
            if (str_eq_nocase(a[k].name, a[i].name)) any[count++] = term_hash(TERM_ATTRIBUTE, a[k].name, a[k].value);
        f->groups[f->n++] = (term_group){ any, count };
    }
    return ERR_OK;
}

err_code filter_compile(ctx *c, const recommend_filter *f, item_filter *ret_filter) {
    item_filter out = { .groups = arena_new(c->arena, term_group, 3 + f->n_attributes) };
    if (!out.groups) return fail(c, ERR_NO_MEMORY, "no memory for a filter");
    out.low = f->price_min.known ? f->price_min.v : INT64_MIN;
    out.on_hand = f->on_hand;
    out.high = f->price_max.known ? f->price_max.v : INT64_MAX;
    TRY(add_names(c, &out, TERM_CATEGORY, f->categories));
    TRY(add_names(c, &out, TERM_TAG, f->tags));
    TRY(add_names(c, &out, TERM_BRAND, f->brands));
    TRY(add_attributes(c, &out, f->attributes, f->n_attributes));
    *ret_filter = out;
    return ERR_OK;
}

static bool has_one(const catalogue_item *item, term_group g) {
    for (size_t i = 0; i < item->n_terms; i++)
        for (size_t k = 0; k < g.n; k++)
            if (item->terms[i] == g.any[k]) return true;
    return false;
}

bool filter_passes(const item_filter *f, const catalogue_item *item) {
    if (item->price_minor < f->low || item->price_minor > f->high) return false;
    if (f->on_hand && !item->on_hand) return false;
    for (size_t i = 0; i < f->n; i++)
        if (!has_one(item, f->groups[i])) return false;
    return true;
}
