/* What the snapshot's models make of the visitor: all he did for the personal model, the visit going on for the session model. Scores
 * of all items are made anew for each request, so the next event counts at once. It does NOT turn scores into probabilities
 * (candidates.c, ranking.c). */
#include "decide/recommend_int.h"

/* A score for each item takes 4 bytes of the request's arena; shops beyond it are answered from lists alone. */
enum { MODEL_MOST_ITEMS = 400000, BLOCK = 16 };

static err_code ask(request *r, const model *m, uint32_t from, const float **ret_scores) {
    const visitor_events *e = &r->events;
    history h = { .n = e->n - from, .item = e->item + from, .weight = e->weight + from, .visit = from ? NULL : e->visit,
                  .time_ms = e->time_ms + from, .now_ms = r->now_ms, .user = MODEL_NOBODY };
    if (!m->row || !h.n || m->n_items > MODEL_MOST_ITEMS) return ERR_OK;
    float *scores = arena_new_raw(r->c->arena, float, m->n_items);
    if (!scores) return fail(r->c, ERR_NO_MEMORY, "no memory for the scores of %u products", m->n_items);
    TRY(model_score(r->c, m, &h, 1, scores));
    *ret_scores = scores;
    return ERR_OK;
}

err_code personal_score(request *r) {
    const snapshot *snap = r->s->loaded->snap;
    if (!snap || !(r->place->weight[SOURCE_PERSONAL] > 0)) return ERR_OK;
    TRY(ask(r, &snap->personal_model, 0, &r->personal));
    return ask(r, &snap->session_model, r->events.session, &r->session);
}

/* Is one of a block above? One test for all of them: nearly all blocks hold nothing. NaN is above nothing. */
static bool any_above(const float *x, float least) {
    int above = 0;
    for (size_t i = 0; i < BLOCK; i++) above |= x[i] > least;
    return above;
}

err_code personal_best(ctx *c, const float *scores, uint32_t n_items, uint32_t k, topk *ret_best) {
    topk best = { arena_new_raw(c->arena, topk_entry, k), 0, k };
    if (!best.entry) return fail(c, ERR_NO_MEMORY, "no memory for %u products", k);
    for (uint32_t from = 0; from < n_items; from += BLOCK) {
        float least = best.n == k ? best.entry[0].score : 0;
        uint32_t end = n_items - from < BLOCK ? n_items : from + BLOCK;
        if (end - from == BLOCK && !any_above(scores + from, least)) continue;
        for (uint32_t i = from; i < end; i++)
            if (scores[i] > 0 && scores[i] <= 1e30f) topk_offer(&best, i, scores[i]);
    }
    topk_sort(&best);
    *ret_best = best;
    return ERR_OK;
}
