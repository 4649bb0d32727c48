/* The pool an answer is chosen from: candidates that may be shown, by relevance, and once a ranker was learned by its probability.
 * It does NOT choose (choose.c). */
#include <math.h>
#include <string.h>
#include "base/touch.h"
#include "decide/candidate_features.h"
#include "num/order.h"

/* Insertion ends what the order of floats began: figures equal as floats, and ties. */
static void insert_in_order(candidate **p, size_t n) {
    for (size_t i = 1; i < n; i++) {
        candidate *x = p[i];
        size_t at = i;
        for (; at > 0 && candidate_is_better(x, p[at - 1]); at--) p[at] = p[at - 1];
        p[at] = x;
    }
}

void sort_by_score(candidate **p, size_t n) {
    float score[POOL_MOST];
    uint64_t scratch[2 * POOL_MOST];
    uint32_t best[POOL_MOST];
    candidate *sorted[POOL_MOST];
    if (n < 2) return;
    for (size_t i = 0; i < n; i++) score[i] = (float)p[i]->score;
    order_largest_first(score, (uint32_t)n, scratch, best);
    for (size_t i = 0; i < n; i++) sorted[i] = p[best[i]];
    memcpy(p, sorted, n * sizeof *p);
    insert_in_order(p, n);
}

static bool has_rules(const slate_rules *s) {
    return s->max_per_brand || s->max_per_category || s->new_slots || s->explore_slots || s->diversity.known;
}

/* What the request is about first, and whether more is known of who asks: history comes last among the anchors. */
uint64_t question_bit(const request *r) {
    static const uint64_t questions[2][ANCHOR_KINDS] = {
        { [ANCHOR_PRODUCT] = SNAPSHOT_RANKS_STRANGER_PRODUCT, [ANCHOR_CART] = SNAPSHOT_RANKS_STRANGER_CART },
        { SNAPSHOT_RANKS_PRODUCT, SNAPSHOT_RANKS_CART, SNAPSHOT_RANKS_VISITOR },
    };
    if (!r->n_anchors) return SNAPSHOT_RANKS_NOTHING;
    return questions[r->anchors[r->n_anchors - 1].kind == ANCHOR_HISTORY][r->anchors[0].kind];
}

/* Who orders the pool: what was learned from outcomes, else from orders, where it answers such questions better; NULL: the rules. A
 * ranker of another width is of another set of features: the rules serve until the shop is learned anew. */
static const ranker *ranker_of(const request *r) {
    const snapshot *snap = r->s->loaded->snap;
    if (!snap || !r->place->ranked || r->q->source != SOURCE_ALL) return NULL;
    const uint64_t outcomes = snap->facts.ranked_by_outcomes;
    const struct { uint64_t answers; const ranker *k; } rankers[] = {
        { outcomes & ~(uint64_t)SNAPSHOT_RANKS_ALONE, &snap->by_outcomes }, { outcomes & SNAPSHOT_RANKS_ALONE, &snap->by_outcomes_alone },
        { snap->facts.ranked, &snap->ranking },
    };
    for (size_t i = 0; i < COUNT(rankers); i++)
        if (rankers[i].answers & question_bit(r) && rankers[i].k->width == n_candidate_features) return rankers[i].k;
    return NULL;
}

/* Plain lists need few to choose from; what visitors did may bring up one from further down. */
static uint32_t pool_size(const request *r) {
    enum { LEARNED_FROM = 96 };
    size_t few = r->n * 3 + 16;
    if (r->s->counters && few < LEARNED_FROM) few = LEARNED_FROM;
    return ranker_of(r) || has_rules(&r->slate) ? POOL_MOST : (uint32_t)(few < POOL_MOST ? few : POOL_MOST);
}

/* Products live anywhere in memory: begin to load some together, first where they are, then themselves. */
enum { TOGETHER = 16 };
static void touch_items(const request *r, const uint32_t *best, uint32_t n) {
    const catalogue_item *item[TOGETHER];
    for (uint32_t i = 0; i < n; i++) item[i] = catalogue_at(&r->s->view, r->candidates[best[i]].slot);
    for (uint32_t i = 0; i < n; i++)
        if (item[i]) touch(item[i]);
}

/* Whether a candidate may be shown costs a walk into the catalogue's memory, so it is asked only of those that come in. */
static void take_showable(request *r, const uint32_t *best, uint32_t k, pool *h) {
    uint32_t n = r->n_candidates;
    for (uint32_t i = 0; i < n && h->n < k; i++) {
        if (i % TOGETHER == 0) touch_items(r, best + i, n - i < TOGETHER ? n - i : TOGETHER);
        candidate *x = &r->candidates[best[i]];
        if (x->banned || !(x->item = showable(r, x->slot))) continue;
        x->score = fmax((double)x->relevance, 1e-12);
        h->p[h->n++] = x;
    }
}

err_code pool_best(request *r, uint32_t k, pool *ret_pool) {
    uint32_t n = r->n_candidates;
    float *relevance = arena_new_raw(r->c->arena, float, n);
    uint64_t *scratch = arena_new_raw(r->c->arena, uint64_t, 2 * (size_t)n);
    uint32_t *best = arena_new_raw(r->c->arena, uint32_t, n);
    pool h = { arena_new_raw(r->c->arena, candidate *, k), 0 };
    if (!relevance || !scratch || !best || !h.p) return fail(r->c, ERR_NO_MEMORY, "no memory for %u candidates", n);
    for (uint32_t i = 0; i < n; i++) relevance[i] = r->candidates[i].relevance;
    order_largest_first(relevance, n, scratch, best);
    take_showable(r, best, k, &h);
    *ret_pool = h;
    return ERR_OK;
}

/* The ranker's probability is the score. */
static err_code rank(request *r, const ranker *k, pool *h) {
    float *x = arena_new_raw(r->c->arena, float, h->n * n_candidate_features), *p = arena_new_raw(r->c->arena, float, h->n);
    if (!x || !p) return fail(r->c, ERR_NO_MEMORY, "no memory for %zu candidates", h->n);
    candidate_features(r, h, x);
    ranker_score(k, x, h->n, p);
    for (size_t i = 0; i < h->n; i++) {
        h->p[i]->ranked = p[i];
        h->p[i]->score = fmax((double)p[i], 1e-12);
    }
    r->ranked = true;
    r->by_outcomes = k != &r->s->loaded->snap->ranking;
    return ERR_OK;
}

err_code pool_fill(request *r, pool *ret_pool) {
    TRY(pool_best(r, pool_size(r), ret_pool));
    const ranker *k = ranker_of(r);
    return ret_pool->n && k ? rank(r, k, ret_pool) : ERR_OK;
}
