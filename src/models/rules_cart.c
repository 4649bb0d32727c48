/* Rules of a whole cart: the lists of its items added up. It does NOT learn anything. */
#include "base/map.h"
#include "models/rules.h"
#include "num/topk.h"

typedef struct {
    double score;
    uint32_t item;
    bool in_cart;
    const rule *strongest;
} candidate;

typedef struct {
    const rule_lists *lists;
    map64 seen;                     /* item to its place in found */
    candidate *found;
    uint32_t n;
} collection;

static candidate *find(collection *all, uint32_t item) {
    uint32_t *place = map64_at(&all->seen, (uint64_t)item + 1);
    if (!place) return NULL;
    if (*place == 0) {
        all->found[all->n].item = item;
        *place = ++all->n;
    }
    return &all->found[*place - 1];
}

static bool add_anchor(collection *all, uint32_t anchor) {
    const rule_lists *l = all->lists;
    const rule *r = l->rules + (size_t)anchor * l->k;
    for (uint32_t n = 0; n < l->length[anchor]; n++) {
        candidate *to = find(all, r[n].item);
        if (!to) return false;
        to->score += (double)r[n].cart_score;
        if (!to->strongest || r[n].probability > to->strongest->probability) to->strongest = &r[n];
    }
    return true;
}

static err_code rank_cart(ctx *c, const rule_lists *lists, const uint32_t *anchors, size_t n, uint32_t k,
                          rule *ret_rules, uint32_t *ret_n) {
    collection all = { .lists = lists, .found = arena_array(c->arena, n, sizeof(candidate) * (lists->k + 1)) };
    topk best = { arena_new(c->arena, topk_entry, k), 0, k };
    map64_init(&all.seen, c->arena);
    if (!all.found || !best.entry) return fail(c, ERR_NO_MEMORY, "a cart of %zu items", n);
    for (size_t i = 0; i < n; i++) {
        if (anchors[i] >= lists->n_items) continue;
        candidate *own = find(&all, anchors[i]);
        if (!own) return fail(c, ERR_NO_MEMORY, "a cart of %zu items", n);
        bool again = own->in_cart;
        own->in_cart = true;
        if (!again && !add_anchor(&all, anchors[i])) return fail(c, ERR_NO_MEMORY, "a cart of %zu items", n);
    }
    for (uint32_t i = 0; i < all.n; i++)
        if (!all.found[i].in_cart) topk_offer(&best, all.found[i].item, (float)all.found[i].score);
    topk_sort(&best);
    for (uint32_t i = 0; i < best.n; i++) {
        ret_rules[i] = *find(&all, best.entry[i].item)->strongest;
        ret_rules[i].score = best.entry[i].score;
    }
    *ret_n = best.n;
    return ERR_OK;
}

err_code rules_rank_cart(ctx *c, const rule_lists *lists, const uint32_t *anchors, size_t n, uint32_t k, rule *ret_rules, uint32_t *ret_n) {
    if (k == 0) {
        *ret_n = 0;
        return ERR_OK;
    }
    if (n == 1 && anchors[0] < lists->n_items) {
        uint32_t length = lists->length[anchors[0]];
        *ret_n = length < k ? length : k;
        for (uint32_t i = 0; i < *ret_n; i++) ret_rules[i] = lists->rules[(size_t)anchors[0] * lists->k + i];
        return ERR_OK;
    }
    arena_mark mark = arena_save(c->arena);
    err_code e = rank_cart(c, lists, anchors, n, k, ret_rules, ret_n);
    arena_restore(c->arena, mark);
    return e;
}
