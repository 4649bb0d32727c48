/* What the snapshot's models make of the visitor: all he did for the personal model, the visit going on for the session model. It is
 * asked anew for each request, so the next event counts at once: for scores of all items, or where scores are products of vectors,
 * for his vector alone. It does NOT turn scores into probabilities (candidates.c, ranking.c). */
#include <float.h>
#include <string.h>
#include "decide/recommend_int.h"
#include "num/order.h"
#include "num/vec.h"

/* A score for each item takes 4 bytes of the request's arena; shops beyond it are answered from lists alone. */
enum { MODEL_MOST_ITEMS = 400000, BLOCK = 16, SAMPLE = 16 };

/* What is banned is nobody's best. */
static void silence_banned(const request *r, uint32_t n_items, float *scores) {
    for (size_t i = 0; i < r->n_ban; i++) {
        uint32_t item = serving_item_of(r->s, r->ban[i]);
        if (item < n_items) scores[item] = 0;
    }
}

static err_code ask(request *r, const model *m, uint32_t from, uint32_t search_from, opinion *ret_opinion) {
    const visitor_events *e = &r->events;
    history h = { .n = e->n - from, .item = e->item + from, .weight = e->weight + from, .visit = from ? NULL : e->visit,
                  .time_ms = e->time_ms + from, .now_ms = r->now_ms, .user = MODEL_NOBODY };
    if (!m->row || !h.n) return ERR_OK;
    if (m->row->aim && m->n_items >= search_from) return m->row->aim(r->c, m->state, &h, &ret_opinion->aim);
    if (m->n_items > MODEL_MOST_ITEMS) return ERR_OK;
    float *scores = arena_new_raw(r->c->arena, float, m->n_items);
    if (!scores) return fail(r->c, ERR_NO_MEMORY, "no memory for the scores of %u products", m->n_items);
    TRY(model_score(r->c, m, &h, 1, scores));
    silence_banned(r, m->n_items, scores);
    ret_opinion->scores = scores;
    return ERR_OK;
}

err_code personal_score(request *r, uint32_t search_from) {
    const snapshot *snap = r->s->loaded->snap;
    if (!snap || !(r->place->weight[SOURCE_PERSONAL] > 0)) return ERR_OK;
    TRY(ask(r, &snap->personal_model, 0, search_from, &r->personal));
    if (!r->place->looking) return ERR_OK;
    return ask(r, &snap->session_model, r->events.session, search_from, &r->session);
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
typedef struct { uint32_t n, most, *item, *order; uint64_t *scratch; float *score; } found;

static err_code found_new(ctx *c, uint32_t most, found *ret_found) {
    found f = { .most = most, .item = arena_new_raw(c->arena, uint32_t, most), .score = arena_new_raw(c->arena, float, most),
                .order = arena_new_raw(c->arena, uint32_t, most), .scratch = arena_new_raw(c->arena, uint64_t, 2 * (size_t)most) };
    *ret_found = f;
    return f.item && f.score && f.order && f.scratch ? ERR_OK : fail(c, ERR_NO_MEMORY, "no memory for %u products", most);
}

/* Items of [from, to) that score at least this, added; false when there are more than the list has room for. */
static bool collect(const float *scores, uint32_t from, uint32_t to, float least, found *f) {
    uint32_t room = f->most - f->n, *item = f->item + f->n, n = vec_find_from(scores + from, to - from, least, item, room);
    if (n > room) return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = from + item[i];
        if (is_score(scores[at])) f->item[f->n] = at, f->score[f->n++] = scores[at];
    }
    return true;
}

/* The same of every SAMPLEth block of items. */
static bool collect_sample(const float *scores, uint32_t n_items, float least, found *f) {
    for (uint32_t from = 0; from < n_items; from += SAMPLE * BLOCK)
        if (!collect(scores, from, n_items - from < BLOCK ? n_items : from + BLOCK, least, f)) return false;
    return true;
}

/* A bound that about twice the k best reach, by a sample: they are few, so that hardly any block has to be looked into. */
static float lower_bound(const float *scores, uint32_t n_items, uint32_t k, found *f) {
    uint32_t wanted = 2 * k / SAMPLE + 8;
    f->n = 0;
    if (!collect_sample(scores, n_items, FLT_MIN, f) || f->n < wanted) return FLT_MIN;
    order_largest_first(f->score, f->n, f->scratch, f->order);
    return f->score[f->order[wanted - 1]];
}

err_code personal_best(ctx *c, const float *scores, uint32_t n_items, uint32_t k, topk *ret_best) {
    found f;
    TRY(found_new(c, n_items / SAMPLE + 4 * k + 2 * BLOCK, &f));
    float least = lower_bound(scores, n_items, k, &f);
    f.n = 0;
    bool exact = collect(scores, 0, n_items, least, &f) && (f.n >= k || least <= FLT_MIN);
    if (!exact) return scan(c, scores, n_items, k, ret_best);           /* many alike, or an odd sample */
    topk best = { arena_new_raw(c->arena, topk_entry, k), f.n < k ? f.n : k, k };
    if (!best.entry) return fail(c, ERR_NO_MEMORY, "no memory for %u products", k);
    order_largest_first(f.score, f.n, f.scratch, f.order);
    for (uint32_t i = 0; i < best.n; i++) best.entry[i] = (topk_entry){ f.item[f.order[i]], f.score[f.order[i]] };
    *ret_best = best;
    return ERR_OK;
}

float opinion_of(const opinion *o, uint32_t item) {
    return o->scores ? o->scores[item] : vec_dot(o->aim.query, mips_row(o->aim.items, item), o->aim.items->dim);
}

/* One bit an item, 1: banned. */
static err_code hide_banned(const request *r, uint32_t n_items, uint64_t **ret_hidden) {
    uint64_t *hidden = arena_new(r->c->arena, uint64_t, (size_t)n_items / 64 + 1);
    if (!hidden) return fail(r->c, ERR_NO_MEMORY, "no memory for a bit each of %u products", n_items);
    for (size_t i = 0; i < r->n_ban; i++) {
        uint32_t item = serving_item_of(r->s, r->ban[i]);
        if (item < n_items) hidden[item / 64] |= UINT64_C(1) << item % 64;
    }
    *ret_hidden = hidden;
    return ERR_OK;
}

static err_code best_by_vectors(const request *r, const model_aim *aim, uint32_t k, topk *ret_best) {
    topk best = { arena_new_raw(r->c->arena, topk_entry, k), 0, k };
    uint64_t *hidden = NULL;
    if (!best.entry) return fail(r->c, ERR_NO_MEMORY, "no memory for %u products", k);
    TRY(hide_banned(r, aim->items->n, &hidden));
    TRY(mips_top(r->c, aim->items, aim->query, k, hidden, best.entry, &best.n));
    while (best.n && !is_score(best.entry[best.n - 1].score)) best.n--;
    *ret_best = best;
    return ERR_OK;
}

err_code opinion_best(const request *r, const opinion *o, uint32_t k, topk *ret_best) {
    if (o->aim.query) return best_by_vectors(r, &o->aim, k, ret_best);
    if (o->scores) return personal_best(r->c, o->scores, (uint32_t)r->s->loaded->snap->n_items, k, ret_best);
    *ret_best = (topk){ NULL, 0, k };
    return ERR_OK;
}
