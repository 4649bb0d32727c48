/* The pool an answer is chosen from: candidates that may be shown, by relevance, and once a ranker was learned by its probability.
 * It does NOT choose (choose.c). */
#include <math.h>
#include "decide/candidate_features.h"

void sort_by_score(candidate **p, size_t n) {
    for (size_t i = 1; i < n; i++) {
        candidate *x = p[i];
        size_t at = i;
        for (; at > 0 && candidate_is_better(x, p[at - 1]); at--) p[at] = p[at - 1];
        p[at] = x;
    }
}

static bool has_rules(const slate_rules *s) {
    return s->max_per_brand || s->max_per_category || s->new_slots || s->explore_slots || s->diversity.known;
}

/* A ranker of another width is of another set of features: the rules serve until the shop is learned anew. */
static bool is_ranked(const request *r) {
    const snapshot *snap = r->s->loaded->snap;
    if (!snap || snap->ranking.width != n_candidate_features || !r->place->ranked || r->q->source != SOURCE_ALL) return false;
    anchor_kind first = r->n_anchors ? r->anchors[0].kind : ANCHOR_HISTORY;
    static const uint64_t questions[ANCHOR_KINDS] = {
        [ANCHOR_PRODUCT] = SNAPSHOT_RANKS_PRODUCT, [ANCHOR_CART] = SNAPSHOT_RANKS_CART, [ANCHOR_HISTORY] = SNAPSHOT_RANKS_VISITOR,
    };
    uint64_t question = questions[first];
    return snap->facts.ranked & question && (r->events.n || question != SNAPSHOT_RANKS_VISITOR);
}

/* Plain lists need few to choose from. */
static uint32_t pool_size(const request *r) {
    size_t few = r->n * 3 + 16;
    return is_ranked(r) || has_rules(&r->slate) ? POOL_MOST : (uint32_t)(few < POOL_MOST ? few : POOL_MOST);
}

/* Whether a candidate may be shown costs a walk into the catalogue's memory, so it is asked only of those that would get in. */
static void keep_best(request *r, topk *best) {
    for (uint32_t i = 0; i < r->n_candidates; i++) {
        candidate *x = &r->candidates[i];
        topk_entry e = { i, x->relevance };
        if (x->banned || (best->n == best->k && !topk_better(e, best->entry[0])) || !(x->item = showable(r, x->slot))) continue;
        topk_insert(best, e);
    }
    topk_sort(best);
}

err_code pool_best(request *r, uint32_t k, pool *ret_pool) {
    topk best = { arena_new_raw(r->c->arena, topk_entry, k), 0, k };
    pool h = { arena_new_raw(r->c->arena, candidate *, k), 0 };
    if (!best.entry || !h.p) return fail(r->c, ERR_NO_MEMORY, "no memory for %u candidates", k);
    keep_best(r, &best);
    for (; h.n < best.n; h.n++) {
        h.p[h.n] = &r->candidates[best.entry[h.n].item];
        h.p[h.n]->score = fmax((double)best.entry[h.n].score, 1e-12);
    }
    *ret_pool = h;
    return ERR_OK;
}

/* The ranker's probability is the score, best first. */
static err_code rank(request *r, pool *h) {
    const ranker *k = &r->s->loaded->snap->ranking;
    float *x = arena_new_raw(r->c->arena, float, h->n * n_candidate_features), *p = arena_new_raw(r->c->arena, float, h->n);
    topk best = { arena_new_raw(r->c->arena, topk_entry, h->n), 0, (uint32_t)h->n };
    candidate **ordered = arena_new_raw(r->c->arena, candidate *, h->n);
    if (!x || !p || !best.entry || !ordered) return fail(r->c, ERR_NO_MEMORY, "no memory for %zu candidates", h->n);
    candidate_features(r, h, x);
    ranker_score(k, x, h->n, p);
    for (uint32_t i = 0; i < h->n; i++) topk_offer(&best, i, p[i]);
    topk_sort(&best);
    for (uint32_t i = 0; i < best.n; i++) {
        ordered[i] = h->p[best.entry[i].item];
        ordered[i]->ranked = best.entry[i].score;
        ordered[i]->score = fmax((double)best.entry[i].score, 1e-12);
    }
    h->p = ordered;
    r->ranked = true;
    return ERR_OK;
}

err_code pool_fill(request *r, pool *ret_pool) {
    TRY(pool_best(r, pool_size(r), ret_pool));
    return ret_pool->n && is_ranked(r) ? rank(r, ret_pool) : ERR_OK;
}
