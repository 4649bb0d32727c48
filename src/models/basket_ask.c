/* Asking the blend of baskets: evidence for every item beside a cart, and its weighed sum. It does NOT count or learn anything. */
#include <math.h>
#include <string.h>
#include "models/basket_blend_int.h"

static const float FLOOR = 0.003f, NEAR_FLOOR = 1e-4f, CLOSE_FLOOR = 1e-3f;
static const float NOTHING = -1000;     /* below whatever evidence comes to */

err_code question_new(ctx *c, const blend *m, question *q) {
    uint32_t k = (uint32_t)m->param[NEIGHBOURS], n = m->n_items, baskets = m->log.x.n_users;
    *q = (question){ 0, arena_new_raw(c->arena, uint32_t, n), arena_new(c->arena, bool, n), arena_new_raw(c->arena, float, n),
                     arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, float, n),
                     arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, float, n),
                     arena_new(c->arena, float, baskets),
                     arena_new_raw(c->arena, uint32_t, baskets), { arena_new_raw(c->arena, topk_entry, k), 0, k } };
    bool all = q->item && q->in_cart && q->ease && q->cosine && q->most && q->recent && q->close && q->near3 && q->near5 && q->dot
               && q->touched && q->nearest.entry;
    return all ? ERR_OK : fail(c, ERR_NO_MEMORY, "a question over %u items", n);
}

void question_take(question *q, const history *h, uint32_t n_items) {
    for (uint32_t k = 0; k < q->n; k++) q->in_cart[q->item[k]] = false;
    q->n = 0;
    for (size_t e = 0; e < h->n; e++) {
        if (h->item[e] >= n_items || q->in_cart[h->item[e]]) continue;
        q->in_cart[h->item[e]] = true;
        q->item[q->n++] = h->item[e];
    }
}

/* most[j] = max over the cart of votes_ij / (votes_i + prior). */
static void ask_most(const pair_votes *v, const question *q, float prior, float *most) {
    memset(most, 0, v->lists.n_items * sizeof *most);
    for (uint32_t k = 0; k < q->n; k++) {
        float by = 1 / (v->total[q->item[k]] + prior);
        for (uint64_t e = v->lists.start[q->item[k]]; e < v->lists.start[q->item[k] + 1]; e++) {
            topk_entry p = v->lists.entry[e];
            most[p.item] = fmaxf(most[p.item], p.score * by);
        }
    }
}

static void ask_cosines(const blend *m, question *q) {
    const item_lists *lists = &m->pairs.lists;
    memset(q->cosine, 0, m->n_items * sizeof *q->cosine);
    for (uint32_t k = 0; k < q->n; k++) {
        float of_i = powf(fmaxf(m->pairs.total[q->item[k]], 1e-9f), -0.6f);
        for (uint64_t e = lists->start[q->item[k]]; e < lists->start[q->item[k] + 1]; e++) {
            topk_entry p = lists->entry[e];
            float cosine = p.score * of_i * m->damped[p.item];
            q->cosine[p.item] += cosine * cosine;
        }
    }
}

/* Shares of the nearest baskets that hold each item, cosines cubed and to the fifth. */
static void ask_neighbours(const blend *m, question *q) {
    const csr *holders = &m->log.holders;
    uint32_t n = 0;
    double own = 0, sum3 = 0, sum5 = 0;
    for (uint32_t k = 0; k < q->n; k++) {
        float weight = blend_idf(m, q->item[k]);
        own += (double)weight;
        for (uint64_t e = holders->start[q->item[k]]; weight > 0 && e < holders->start[q->item[k] + 1]; e++) {
            uint32_t b = holders->col[e];
            if (q->dot[b] == 0) q->touched[n++] = b;
            q->dot[b] += weight;
        }
    }
    q->nearest.n = 0;
    for (uint32_t k = 0; k < n; k++) {
        topk_offer(&q->nearest, q->touched[k], q->dot[q->touched[k]] / m->norm[q->touched[k]]);
        q->dot[q->touched[k]] = 0;
    }
    topk_sort(&q->nearest);
    memset(q->near3, 0, m->n_items * sizeof *q->near3);
    memset(q->near5, 0, m->n_items * sizeof *q->near5);
    for (uint32_t k = 0; k < q->nearest.n; k++) {
        uint32_t b = q->nearest.entry[k].item;
        float s = q->nearest.entry[k].score / (float)sqrt(own), w3 = s * s * s * m->decay[b], w5 = w3 * s * s;
        sum3 += (double)w3, sum5 += (double)w5;
        for (uint64_t e = m->log.x.start[b]; e < m->log.x.start[b + 1]; e++)
            q->near3[m->log.x.item[e]] += w3, q->near5[m->log.x.item[e]] += w5;
    }
    float by3 = sum3 > 0 ? (float)(1 / sum3) : 0, by5 = sum5 > 0 ? (float)(1 / sum5) : 0;
    for (uint32_t j = 0; j < m->n_items; j++) q->near3[j] *= by3, q->near5[j] *= by5;
}

static float largest(const question *q, const float *v, uint32_t n) {
    float most = 1e-9f;
    for (uint32_t j = 0; j < n; j++)
        if (v[j] > most && !q->in_cart[j]) most = v[j];
    return most;
}

static float ratio(float v, float most) { return fmaxf(v / most, FLOOR); }

measures question_measure(const blend *m, const question *q) {
    return (measures){ largest(q, q->ease, m->n_items), largest(q, q->cosine, m->n_items), largest(q, q->most, m->n_items),
                       largest(q, q->recent, m->n_items), logf((float)q->n) };
}

bool question_names(const question *q, const measures *by, uint32_t j) {
    return !q->in_cart[j] && (q->near3[j] > 0 || q->cosine[j] > 0 || q->ease[j] > FLOOR * by->ease);
}

void question_inputs(const blend *m, const question *q, const measures *by, uint32_t j, float x[N_WEIGHTS]) {
    float log_ease = logf(ratio(q->ease[j], by->ease)), near3 = logf(q->near3[j] + NEAR_FLOOR);
    x[LOG_EASE] = log_ease, x[LOG_EASE_SIZE] = by->size * log_ease, x[EASE_RATIO] = ratio(q->ease[j], by->ease);
    x[LOG_COSINE] = logf(ratio(q->cosine[j], by->cosine)), x[LOG_MOST] = logf(ratio(q->most[j], by->most));
    x[LOG_RECENT] = logf(ratio(q->recent[j], by->recent)), x[NEAR3] = near3, x[NEAR3_SIZE] = by->size * near3;
    x[NEAR5] = logf(q->near5[j] + NEAR_FLOOR), x[POPULAR] = logf(m->popular[j] + 1e-6f), x[LOG_CLOSE] = logf(q->close[j] + CLOSE_FLOOR);
}

void question_weigh(const blend *m, const question *q, float *scores) {
    const measures by = question_measure(m, q);
    float x[N_WEIGHTS];
    for (uint32_t j = 0; j < m->n_items; j++) {
        scores[j] = NOTHING + m->lately[j];
        if (!question_names(q, &by, j)) continue;
        question_inputs(m, q, &by, j, x);
        scores[j] = 0;
        for (int k = 0; k < N_WEIGHTS; k++) scores[j] += m->weight[k] * x[k];
    }
}

err_code question_gather(ctx *c, const blend *m, question *q, int64_t now_ms) {
    history cart = { .n = q->n, .item = q->item, .now_ms = now_ms, .user = MODEL_NOBODY };
    TRY(m->part->score(c, m->ease, &cart, 1, q->ease));
    ask_cosines(m, q);
    ask_most(&m->pairs, q, 0.3f, q->most);
    ask_most(&m->recent, q, 0.2f, q->recent);
    ask_most(&m->close, q, 1, q->close);
    ask_neighbours(m, q);
    return ERR_OK;
}

static err_code answer(ctx *c, const blend *m, const history *h, question *q, float *scores) {
    question_take(q, h, m->n_items);
    for (uint32_t j = 0; j < m->n_items && q->n < 2; j++) scores[j] = m->lately[j];
    if (q->n == 1) item_lists_add(&m->alone, q->item[0], 1, scores);
    if (q->n < 2) return ERR_OK;
    TRY(question_gather(c, m, q, h->now_ms));
    question_weigh(m, q, scores);
    return ERR_OK;
}

err_code blend_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const blend *m = state;
    arena_mark mark = arena_save(c->arena);
    question q;
    TRY(question_new(c, m, &q));
    for (size_t i = 0; i < n; i++) TRY(answer(c, m, &h[i], &q, ret_scores + i * m->n_items));
    arena_restore(c->arena, mark);
    return ERR_OK;
}
