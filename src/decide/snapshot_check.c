/* Proof that the arrays of a snapshot may be read without checks. It does NOT judge whether what was learned is good.
 * Lists of neighbours must tile their array (item 0's list first, then item 1's, no gap, no overlap): so one walk sees each
 * element once, however hostile the file, and equal contents have one form. */
#include "decide/snapshot_int.h"
#include <math.h>

static bool range_is_in(snapshot_range r, uint64_t n) { return r.at <= n && r.n <= n - r.at; }

/* Does `r` begin where the last one ended, and end within `n`? Moves *at to its end. */
static bool range_tiles(uint64_t *at, snapshot_range r, uint64_t n) {
    if (r.at != *at || !range_is_in(r, n)) return false;
    *at += r.n;
    return true;
}

static bool is_share(double x) { return x >= 0 && x <= 1; }                     /* false for NaN, as the next two */
static bool is_amount(double x) { return x >= 0 && x <= 1e30; }

static bool rules_are_good(const snapshot *s, const snapshot_rule *rules, snapshot_range r, uint32_t anchor) {
    for (const snapshot_rule *x = rules + r.at, *end = x + r.n; x < end; x++) {
        if (x->item >= s->n_items || x->item == anchor) return false;
        if (!is_share(x->probability) || !is_share(x->confidence)) return false;
        if (!is_amount(x->lift) || !is_amount(x->llr) || !is_amount(x->score)) return false;
    }
    return true;
}

static bool upsells_are_good(const snapshot *s, snapshot_range r, uint32_t anchor) {
    for (const snapshot_upsell *x = s->upsell + r.at, *end = x + r.n; x < end; x++) {
        if (x->item >= s->n_items || x->item == anchor || !is_share(x->discount)) return false;
        if (!is_share(x->probability) || !is_share(x->confidence) || !is_amount(x->price_ratio)) return false;
    }
    return true;
}

static bool ranked_are_good(const snapshot *s, const snapshot_ranked *x, uint64_t n, uint32_t anchor) {
    for (uint64_t i = 0; i < n; i++)
        if (x[i].item >= s->n_items || x[i].item == anchor || !is_amount(x[i].score)) return false;
    return true;
}

static bool categories_are_good(const snapshot *s, snapshot_range r) {
    for (uint32_t i = 0; i < r.n; i++)
        if (s->item_categories[r.at + i] >= s->n_categories) return false;
    return true;
}

/* How far the lists of the items seen so far reach. */
typedef struct { uint64_t cross, also, upsell, similar, categories; } item_ends;

static const char *item_problem(const snapshot *s, uint32_t i, item_ends *end) {
    const snapshot_item *x = &s->items[i];
    if (!range_is_in(x->id, s->n_text)) return "its id lies outside the text";
    if (!range_tiles(&end->cross, x->cross_sell, s->n_cross_sell) || !rules_are_good(s, s->cross_sell, x->cross_sell, i))
        return "cross-sell list";
    if (!range_tiles(&end->also, x->also_bought, s->n_also_bought) || !rules_are_good(s, s->also_bought, x->also_bought, i))
        return "also-bought list";
    if (!range_tiles(&end->upsell, x->upsell, s->n_upsell) || !upsells_are_good(s, x->upsell, i)) return "upsell list";
    if (!range_tiles(&end->similar, x->similar, s->n_similar) || !ranked_are_good(s, s->similar + x->similar.at, x->similar.n, i))
        return "similar list";
    if (!range_tiles(&end->categories, x->categories, s->n_item_categories) || !categories_are_good(s, x->categories))
        return "category list";
    if (!is_amount(x->weight) || !is_share(x->popularity)) return "weights";
    return NULL;
}

static err_code check_items(ctx *c, const snapshot *s) {
    item_ends end = { 0 };
    for (uint32_t i = 0; i < s->n_items; i++) {
        const char *problem = item_problem(s, i, &end);
        if (problem) return fail(c, ERR_CORRUPT, "item %u of the snapshot is damaged: %s", i, problem);
    }
    if (end.cross != s->n_cross_sell || end.also != s->n_also_bought || end.upsell != s->n_upsell || end.similar != s->n_similar ||
        end.categories != s->n_item_categories)
        return fail(c, ERR_CORRUPT, "a list of the snapshot has more elements than its items name");
    return ERR_OK;
}

static err_code check_categories(ctx *c, const snapshot *s) {
    uint64_t end = 0;
    for (uint32_t i = 0; i < s->n_categories; i++) {
        const snapshot_category *x = &s->categories[i];
        bool good = range_is_in(x->id, s->n_text) && (x->parent < i || x->parent == SNAPSHOT_NONE) &&
                    range_tiles(&end, x->popular, s->n_category_popular) &&
                    ranked_are_good(s, s->category_popular + x->popular.at, x->popular.n, SNAPSHOT_NONE);
        if (!good) return fail(c, ERR_CORRUPT, "category %u of the snapshot is damaged", i);
    }
    if (end != s->n_category_popular) return fail(c, ERR_CORRUPT, "the best sellers of the snapshot's categories are damaged");
    return ERR_OK;
}

static err_code check_customers(ctx *c, const snapshot *s) {
    uint64_t end = 0;
    for (uint64_t i = 0; i < s->n_customers; i++) {
        bool good = range_tiles(&end, s->customers[i].purchases, s->n_purchases) &&
                    (i == 0 || s->customers[i - 1].hash < s->customers[i].hash);
        if (!good) return fail(c, ERR_CORRUPT, "the customers of the snapshot are damaged");
    }
    bool good = end == s->n_purchases;
    for (uint64_t i = 0; good && i < s->n_purchases; i++) good = s->purchases[i].item < s->n_items;
    return good ? ERR_OK : fail(c, ERR_CORRUPT, "the purchases of the snapshot are damaged");
}

static err_code check_aliases(ctx *c, const snapshot *s) {
    bool good = s->n_aliases >= s->n_items;
    for (uint32_t i = 0; good && i < s->n_aliases; i++) {
        const snapshot_alias *x = &s->aliases[i];
        good = range_is_in(x->id, s->n_text) && x->item < s->n_items && (i >= s->n_items || x->item == i);
    }
    return good ? ERR_OK : fail(c, ERR_CORRUPT, "the product ids of the snapshot are damaged");
}

/* A table whose probes end: a power of two of slots, one at least free, each other naming one of `n` ids. */
static bool slots_are_good(const uint32_t *slots, uint64_t n_slots, uint64_t n) {
    if (n_slots == 0 || (n_slots & (n_slots - 1)) || n_slots > UINT32_MAX) return false;
    bool one_free = false;
    for (uint64_t i = 0; i < n_slots; i++) {
        if (slots[i] > n) return false;
        one_free |= slots[i] == 0;
    }
    return one_free;
}

static err_code check_vectors(ctx *c, const snapshot *s) {
    bool good = !s->n_vectors || s->n_vectors == s->n_items;
    for (uint64_t i = 0; good && i < s->n_vectors; i++) {
        int outside = 0;
        for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) outside |= s->vectors[i].x[d] < -SNAPSHOT_VECTOR_ONE;
        good = !outside;
    }
    return good ? ERR_OK : fail(c, ERR_CORRUPT, "the vectors of the snapshot are damaged");
}

/* All of it or nothing; kinds within their table. */
static err_code check_kinds(ctx *c, const snapshot *s) {
    bool good = s->n_kind_of == s->n_liked && s->n_kind_of == s->n_viewed && (!s->n_kind_of || s->n_kind_of == s->n_items) &&
                s->n_kinds <= 256 && s->n_kin == s->n_kinds * s->n_kinds && (s->n_kinds > 0 || !s->n_kind_of);
    for (uint64_t i = 0; good && i < s->n_kind_of; i++)
        good = s->kind_of[i] < s->n_kinds && isfinite(s->liked[i]) && isfinite(s->viewed[i]);
    for (uint64_t i = 0; good && i < s->n_kinds; i++) good = isfinite(s->kinds[i].log_price) && isfinite(s->kinds[i].viewed);
    for (uint64_t i = 0; good && i < s->n_kin; i++) good = isfinite(s->kin[i].bought) && isfinite(s->kin[i].clicked);
    return good ? ERR_OK : fail(c, ERR_CORRUPT, "the kinds of the snapshot are damaged");
}

/* Marks of products of known kinds, and a worth of each; or none. */
static err_code check_marks(ctx *c, const snapshot *s) {
    bool good = (!s->n_marks && !s->n_mark_worth) || (s->n_marks == s->n_kind_of && s->n_mark_worth == SNAPSHOT_MARK_ROWS);
    for (uint64_t i = 0; good && i < s->n_mark_worth; i++) {
        const snapshot_mark *m = &s->mark_worth[i];
        good = isfinite(m->bought) && isfinite(m->clicked) && isfinite(m->viewed);
    }
    return good ? ERR_OK : fail(c, ERR_CORRUPT, "the marks of the snapshot are damaged");
}

/* Probes end: a power of two of places, one at least free. */
static err_code check_promises(ctx *c, const snapshot *s) {
    uint64_t n = s->n_promises, taken = 0;
    bool good = !(n & (n - 1)) && is_amount(s->facts.promise_half_life_ms);
    for (uint64_t i = 0; good && i < n; i++) {
        taken += s->promises[i].key != 0;
        good = isfinite(s->promises[i].expected) && isfinite(s->promises[i].late);
    }
    good = good && (!n || taken < n);
    return good ? ERR_OK : fail(c, ERR_CORRUPT, "the promises of the snapshot are damaged");
}

err_code snapshot_check_content(ctx *c, const snapshot *s) {
    const snapshot_facts *f = &s->facts;
    if (s->n_items >= SNAPSHOT_NONE || s->n_categories >= SNAPSHOT_NONE || s->n_aliases >= SNAPSHOT_NONE)
        return fail(c, ERR_CORRUPT, "the snapshot claims more items than an index can hold");
    if (!is_amount(f->total_weight) || !is_amount(f->mean_items) || !(f->hit_rate <= 1) || !(f->hit_rate_popular <= 1) ||
        !is_amount(f->personal_unit) || !is_amount(f->session_unit))
        return fail(c, ERR_CORRUPT, "the facts of the snapshot are not numbers");
    TRY(check_vectors(c, s));
    TRY(check_kinds(c, s));
    TRY(check_marks(c, s));
    TRY(check_promises(c, s));
    TRY(check_aliases(c, s));
    TRY(check_items(c, s));
    TRY(check_categories(c, s));
    TRY(check_customers(c, s));
    bool shop_wide = ranked_are_good(s, s->popular, s->n_popular, SNAPSHOT_NONE) &&
                     ranked_are_good(s, s->trending, s->n_trending, SNAPSHOT_NONE) &&
                     ranked_are_good(s, s->newest, s->n_newest, SNAPSHOT_NONE);
    if (!shop_wide) return fail(c, ERR_CORRUPT, "the popular, trending or new list of the snapshot is damaged");
    if (!slots_are_good(s->alias_slots, s->n_alias_slots, s->n_aliases) ||
        !slots_are_good(s->category_slots, s->n_category_slots, s->n_categories))
        return fail(c, ERR_CORRUPT, "an index of ids of the snapshot is damaged");
    return ERR_OK;
}
