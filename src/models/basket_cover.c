/* Lists for one product, chosen so that at least one of them is wanted. It does NOT rank carts: basket_blend.c does. */
#include <math.h>
#include "models/basket_parts.h"
#include "num/parallel.h"

enum { POOL = 128, PICKS = 24, ITEMS_AT_ONCE = 16 };

typedef struct { uint64_t bits[POOL / 64]; } basket_mask;
typedef struct {
    uint32_t *slot;                 /* n_items: 1 + place in the pool; 0 outside */
    basket_mask *mask;              /* of each basket with the item: which of the pool are in it */
    float *left;                    /* its vote, less for each hit already had */
} cover_scratch;

typedef struct {
    const basket_log *log;
    const float *votes, *prior, *factor;    /* per basket; n_items: chance of any item; popular^-damp, NULL: the pool's scores are the
                                             * worth before any pick */
    const item_lists *pool;
    double covered;
    cover_scratch *scratch;         /* one a thread */
    item_lists_room *room;
} cover_job;

/* Votes of each of the pool with item i, and who has them. */
static void count_pool(const cover_job *j, cover_scratch *s, uint32_t i, double *cell) {
    const csr *holders = &j->log->holders;
    for (uint64_t h = holders->start[i]; h < holders->start[i + 1]; h++) {
        uint32_t b = holders->col[h];
        basket_mask mask = { { 0 } };
        s->left[h - holders->start[i]] = j->votes[b];
        for (uint64_t e = j->log->x.start[b]; e < j->log->x.start[b + 1]; e++) {
            uint32_t slot = s->slot[j->log->x.item[e]];
            if (slot == 0) continue;
            mask.bits[(slot - 1) / 64] |= UINT64_C(1) << (slot - 1) % 64;
            cell[slot - 1] += (double)j->votes[b];
        }
        s->mask[h - holders->start[i]] = mask;
    }
}

/* Baskets with the one picked are worth less from now on. */
static void cover(const cover_job *j, cover_scratch *s, uint64_t n_baskets, uint32_t pick, double *cell) {
    for (uint64_t h = 0; h < n_baskets; h++) {
        if (!(s->mask[h].bits[pick / 64] >> pick % 64 & 1)) continue;
        double less = j->covered * (double)s->left[h];
        s->left[h] -= (float)less;
        for (uint32_t w = 0; w < POOL / 64; w++)
            for (uint64_t bits = s->mask[h].bits[w]; bits; bits &= bits - 1) cell[w * 64 + (uint32_t)__builtin_ctzll(bits)] -= less;
    }
}

static void cover_item(const cover_job *j, cover_scratch *s, uint32_t i) {
    const topk_entry *pool = j->pool->entry + j->pool->start[i];
    uint64_t listed = j->pool->start[i + 1] - j->pool->start[i];
    uint32_t n = listed < POOL ? (uint32_t)listed : POOL, most = PICKS < j->room->k ? PICKS : j->room->k;
    double cell[POOL] = { 0 };
    for (uint32_t k = 0; k < n; k++) s->slot[pool[k].item] = k + 1;
    count_pool(j, s, i, cell);
    for (uint32_t k = 0; k < n; k++) s->slot[pool[k].item] = 0;
    bool taken[POOL] = { false };
    double worth_of_vote[POOL];
    uint32_t picked = 0;
    for (uint32_t k = 0; k < n; k++)
        worth_of_vote[k] = j->factor ? (double)j->factor[pool[k].item]
                                     : (double)pool[k].score / (fmax(cell[k], 0) + (double)j->prior[pool[k].item]);
    for (; picked < n && picked < most; picked++) {
        uint32_t best = POOL;
        double worth = -1;
        for (uint32_t k = 0; k < n; k++) {
            double value = (fmax(cell[k], 0) + (double)j->prior[pool[k].item]) * worth_of_vote[k];
            if (!taken[k] && value > worth) worth = value, best = k;
        }
        taken[best] = true;
        j->room->entry[(size_t)i * j->room->k + picked] = (topk_entry){ pool[best].item, (float)(PICKS - picked) };
        cover(j, s, j->log->holders.start[i + 1] - j->log->holders.start[i], best, cell);
    }
    j->room->length[i] = picked;
}

static void cover_items(void *state, size_t from, size_t to, int worker) {
    const cover_job *j = state;
    for (size_t i = from; i < to; i++) cover_item(j, &j->scratch[worker], (uint32_t)i);
}

static err_code scratch_new(ctx *c, const basket_log *log, int threads, cover_scratch *ret) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < log->x.n_items; i++)
        if (log->holders.start[i + 1] - log->holders.start[i] > most) most = log->holders.start[i + 1] - log->holders.start[i];
    for (int t = 0; t < threads; t++) {
        ret[t] = (cover_scratch){ arena_new(c->arena, uint32_t, log->x.n_items), arena_new_raw(c->arena, basket_mask, (size_t)most),
                                  arena_new_raw(c->arena, float, (size_t)most) };
        if (!ret[t].slot || !ret[t].mask || !ret[t].left) return fail(c, ERR_NO_MEMORY, "lists of %u items", log->x.n_items);
    }
    return ERR_OK;
}

err_code basket_cover(ctx *c, const basket_log *log, const float *votes, const float *popular, const item_lists *pool,
                      double covered, double damp, int threads, item_lists *ret_lists) {
    uint32_t n_items = log->x.n_items, n = log->x.n_users;
    item_lists_room room;
    float *prior = arena_new(c->arena, float, n_items), *factor = popular ? arena_new_raw(c->arena, float, n_items) : NULL;
    float *even = arena_new_raw(c->arena, float, n);
    cover_scratch *scratch = arena_new(c->arena, cover_scratch, (size_t)threads);
    if (!prior || (popular && !factor) || !even || !scratch) return fail(c, ERR_NO_MEMORY, "lists of %u items", n_items);
    double sum = 0;
    for (uint32_t b = 0; b < n; b++) sum += (double)votes[b];
    for (uint32_t b = 0; b < n; b++) {                      /* one vote a basket on average: the prior is one basket */
        even[b] = (float)((double)votes[b] * n / sum);
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) prior[log->x.item[e]] += even[b] / (float)n;
    }
    for (uint32_t i = 0; popular && i < n_items; i++) factor[i] = popular[i] > 0 ? powf(popular[i], (float)-damp) : 0;
    TRY(item_lists_room_new(c, n_items, PICKS, &room));
    TRY(scratch_new(c, log, threads, scratch));
    cover_job j = { log, even, prior, factor, pool, covered, scratch, &room };
    TRY(parallel_for(c, threads, n_items, ITEMS_AT_ONCE, cover_items, &j));
    return item_lists_close(c, &room, ret_lists);
}
