/* Vectors of all items between two epochs, and how high the items stand that users kept back. It does NOT train. */
#include <math.h>
#include <string.h>
#include "models/two_tower_train_int.h"
#include "num/blas.h"
#include "num/parallel.h"
#include "num/vec.h"

err_code tower_survey_new(ctx *c, tower_trainer *t, tower_survey *ret_survey) {
    size_t n = t->data->n_items, d = t->plan->dim, asked = t->people->n_validated;
    int threads = parallel_threads(t->plan->threads);
    tower_survey s = { .t = t, .raw = arena_new(c->arena, float, n * d), .item = arena_new(c->arena, float, n * d),
                 .known = arena_new(c->arena, uint8_t, n), .pass = arena_new(c->arena, tower_pass, (size_t)threads),
                 .pool = arena_new(c->arena, float, asked * d), .found = arena_new(c->arena, double, asked),
                 .scores = arena_new_raw(c->arena, float, asked ? (size_t)threads * TOWER_USER_BLOCK * n : 0) };
    if (!s.raw || !s.item || !s.known || !s.pass || !s.pool || !s.found || !s.scores) return tower_no_memory(c);
    for (int k = 0; k < threads; k++) TRY(tower_pass_new(c, &t->item, TOWER_ITEM_BLOCK, false, &s.pass[k]));
    TRY(tower_pass_new(c, &t->user, asked, false, &s.users));
    *ret_survey = s;
    return ERR_OK;
}

/* Vectors of all items; the id of one that nobody took was never trained and stays out. */
static void survey_items(void *state, size_t from, size_t to, int worker) {
    tower_survey *s = state;
    const tower_trainer *t = s->t;
    size_t d = t->plan->dim;
    for (size_t i = from; i < to; i++) tower_raw_vector(t, (uint32_t)i, t->people->chance[i] > 0 ? 1 : 0, s->raw + i * d);
    tower_forward(&t->item, s->raw + from * d, 0, to - from, &s->pass[worker]);
    memcpy(s->item + from * d, s->pass[worker].out, (to - from) * d * sizeof *s->item);
    for (size_t i = from; i < to; i++) s->known[i] = s->pass[worker].inverse_in[i - from] > 0;
}

/* How high the hidden items of a user stand: the mean of 1 / log2(1 + place) over them, NDCG without a cut. Smoother than what
 * is among the first twenty, so that a few hundred users are enough to compare epochs. */
static double height(const tower_people *p, uint32_t user, const float *scores) {
    const uint32_t *item = p->item + p->start[user];
    uint32_t n = (uint32_t)(p->start[user + 1] - p->start[user]);
    double sum = 0;
    for (uint32_t k = p->n_train[user]; k < n; k++) {
        uint32_t before = 0;
        float own = scores[item[k]];
        for (uint32_t i = 0; i < p->x->n_items; i++) before += scores[i] > own;
        sum += 1 / log2(2 + (double)before);
    }
    return sum / (n - p->n_train[user]);
}

static void survey_users(void *state, size_t from, size_t to, int worker) {
    tower_survey *s = state;
    const tower_trainer *t = s->t;
    const tower_people *p = t->people;
    size_t d = t->plan->dim, n_items = p->x->n_items, wide = d + TOWER_FEATURES;
    float *scores = s->scores + (size_t)worker * TOWER_USER_BLOCK * n_items;
    for (size_t k = from; k < to; k++) {
        uint32_t user = p->validated[k];
        float *pool = s->pool + k * d;
        memset(pool, 0, d * sizeof *pool);
        for (uint64_t e = p->start[user]; e < p->start[user] + p->n_train[user]; e++)
            vec_add_scaled(pool, p->pool[e], s->raw + (size_t)p->item[e] * d, d);
        history h = interactions_history(p->x, user);
        tower_behaviour(&h, p->n_train[user], (double)p->n_train[user] / (double)(p->start[user + 1] - p->start[user]),
                        s->users.in + k * wide + d);
    }
    tower_forward(&t->user, s->pool, from, to, &s->users);
    blas_gemm(false, true, to - from, n_items, d, 1, s->users.out + from * d, d, s->item, d, 0, scores, n_items);
    for (size_t k = from; k < to; k++) {
        uint32_t user = p->validated[k];
        float *row = scores + (k - from) * n_items;
        for (uint64_t e = p->start[user]; e < p->start[user] + p->n_train[user]; e++) row[p->item[e]] = -2;
        s->found[k] = height(p, user, row);
    }
}

err_code tower_survey_all(ctx *c, tower_survey *s, double *ret_found) {
    tower_trainer *t = s->t;
    TRY(parallel_for(c, t->plan->threads, t->data->n_items, TOWER_ITEM_BLOCK, survey_items, s));
    TRY(parallel_for(c, t->plan->threads, t->people->n_validated, TOWER_USER_BLOCK, survey_users, s));
    double sum = 0;
    for (uint32_t k = 0; k < t->people->n_validated; k++) sum += s->found[k];
    *ret_found = t->people->n_validated ? sum / t->people->n_validated : 0;
    return ERR_OK;
}
