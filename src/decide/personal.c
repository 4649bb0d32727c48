/* What the snapshot's models make of the visitor: all he did for the personal model, the visit going on for the session model. Scores
 * of all items are made anew for each request, so the next event counts at once. It does NOT turn scores into probabilities
 * (candidates.c, ranking.c). */
#include <float.h>
#include <string.h>
#include "decide/recommend_int.h"
#include "num/order.h"

/* A score for each item takes 4 bytes of the request's arena; shops beyond it are answered from lists alone. */
enum { MODEL_MOST_ITEMS = 400000, BLOCK = 16, SAMPLE = 16 };

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

/* Is one of a block at least this? One test for all of them: nearly all blocks hold nothing. NaN is not. */
typedef float floats_4 __attribute__((vector_size(16)));
typedef int32_t ints_4 __attribute__((vector_size(16)));
static inline bool any_from(const float *x, float least) {
    const floats_4 bound = { least, least, least, least };
    ints_4 enough = { 0 };
    for (size_t i = 0; i < BLOCK; i += 4) {
        floats_4 v;
        memcpy(&v, x + i, sizeof v);
        enough |= v >= bound;
    }
    uint64_t halves[2];
    memcpy(halves, &enough, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

static bool is_score(float x) { return x > 0 && x <= 1e30f; }

static err_code scan(ctx *c, const float *scores, uint32_t n_items, uint32_t k, topk *ret_best) {
    topk best = { arena_new_raw(c->arena, topk_entry, k), 0, k };
    if (!best.entry) return fail(c, ERR_NO_MEMORY, "no memory for %u products", k);
    for (uint32_t i = 0; i < n_items; i++)
        if (is_score(scores[i])) topk_offer(&best, i, scores[i]);
    topk_sort(&best);
    *ret_best = best;
    return ERR_OK;
}

/* A list of the items found, with room for scratch. */
typedef struct { uint32_t n, most, *item, *order; float *score; } found;

static err_code found_new(ctx *c, uint32_t most, found *ret_found) {
    found f = { .most = most, .item = arena_new_raw(c->arena, uint32_t, most), .score = arena_new_raw(c->arena, float, most),
                .order = arena_new_raw(c->arena, uint32_t, 3 * (size_t)most) };
    *ret_found = f;
    return f.item && f.score && f.order ? ERR_OK : fail(c, ERR_NO_MEMORY, "no memory for %u products", most);
}

/* Items of every `step`th block that score at least this; false when there are more than the list has room for. */
static bool collect(const float *scores, uint32_t n_items, uint32_t step, float least, found *f) {
    f->n = 0;
    for (uint32_t from = 0; from < n_items; from += step * BLOCK) {
        uint32_t end = n_items - from < BLOCK ? n_items : from + BLOCK;
        if (end - from == BLOCK && !any_from(scores + from, least)) continue;
        if (f->n + BLOCK > f->most) return false;
        for (uint32_t i = from; i < end; i++)
            if (scores[i] >= least && is_score(scores[i])) f->item[f->n] = i, f->score[f->n++] = scores[i];
    }
    return true;
}

/* A bound that about twice the k best reach, by a sample: they are few, so that hardly any block has to be looked into. */
static float lower_bound(const float *scores, uint32_t n_items, uint32_t k, found *f) {
    uint32_t wanted = 2 * k / SAMPLE + 8;
    if (!collect(scores, n_items, SAMPLE, FLT_MIN, f) || f->n < wanted) return FLT_MIN;
    order_largest_first(f->score, f->n, f->order + f->n, f->order);
    return f->score[f->order[wanted - 1]];
}

err_code personal_best(ctx *c, const float *scores, uint32_t n_items, uint32_t k, topk *ret_best) {
    found f;
    TRY(found_new(c, n_items / SAMPLE + 4 * k + 2 * BLOCK, &f));
    float least = lower_bound(scores, n_items, k, &f);
    bool exact = collect(scores, n_items, 1, least, &f) && (f.n >= k || least <= FLT_MIN);
    if (!exact) return scan(c, scores, n_items, k, ret_best);           /* many alike, or an odd sample */
    topk best = { arena_new_raw(c->arena, topk_entry, k), f.n < k ? f.n : k, k };
    if (!best.entry) return fail(c, ERR_NO_MEMORY, "no memory for %u products", k);
    order_largest_first(f.score, f.n, f.order + f.n, f.order);
    for (uint32_t i = 0; i < best.n; i++) best.entry[i] = (topk_entry){ f.item[f.order[i]], f.score[f.order[i]] };
    *ret_best = best;
    return ERR_OK;
}
