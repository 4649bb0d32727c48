/* Checks, turns and weighs the basket matrix. It does NOT read orders: features do. */
#include "models/baskets.h"
#include <math.h>

static err_code check_basket(ctx *c, const basket_matrix *b, uint32_t at) {
    uint64_t from = b->start[at], to = b->start[at + 1];
    if (to < from || to > b->start[b->n_baskets]) return fail(c, ERR_INVALID, "basket %u ends before it starts", at);
    for (uint64_t e = from; e < to; e++) {
        if (b->items[e] >= b->n_items) return fail(c, ERR_INVALID, "basket %u holds item %u of %u", at, b->items[e], b->n_items);
        if (e > from && b->items[e] <= b->items[e - 1]) return fail(c, ERR_INVALID, "items of basket %u do not ascend", at);
    }
    if (b->weight && !(b->weight[at] > 0 && isfinite(b->weight[at])))
        return fail(c, ERR_INVALID, "weight of basket %u is not a positive number", at);
    return ERR_OK;
}

err_code baskets_check(ctx *c, const basket_matrix *b) {
    if (b->start[0] != 0) return fail(c, ERR_INVALID, "the first basket does not start at 0");
    for (uint32_t at = 0; at < b->n_baskets; at++) TRY(check_basket(c, b, at));
    return ERR_OK;
}

static bool makes_pairs(const basket_matrix *b, uint32_t at, uint32_t max_items) {
    uint64_t n = b->start[at + 1] - b->start[at];
    return n >= 2 && (max_items == 0 || n <= max_items);
}

err_code baskets_transpose(ctx *c, const basket_matrix *b, uint32_t max_items, basket_transpose *ret_t) {
    uint64_t entries = b->start[b->n_baskets];
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)b->n_items + 2);
    uint32_t *baskets = arena_new(c->arena, uint32_t, entries);
    if (!start || !baskets) return fail(c, ERR_NO_MEMORY, "turn %u baskets with %llu entries", b->n_baskets, (unsigned long long)entries);
    for (uint32_t at = 0; at < b->n_baskets; at++)
        if (makes_pairs(b, at, max_items))
            for (uint64_t e = b->start[at]; e < b->start[at + 1]; e++) start[b->items[e] + 2]++;
    for (uint32_t i = 0; i < b->n_items; i++) start[i + 2] += start[i + 1];
    /* start[i + 1] now says where item i begins; filling moves it to where i ends, which is where i + 1 begins */
    for (uint32_t at = 0; at < b->n_baskets; at++)
        if (makes_pairs(b, at, max_items))
            for (uint64_t e = b->start[at]; e < b->start[at + 1]; e++) baskets[start[b->items[e] + 1]++] = at;
    *ret_t = (basket_transpose){ start, baskets };
    return ERR_OK;
}

void baskets_decay(const int64_t *time_ms, uint32_t n, int64_t as_of_ms, double half_life_days, float *ret_weight) {
    bool decays = isfinite(half_life_days) && half_life_days > 0;
    for (uint32_t i = 0; i < n; i++) {
        double age_days = (double)(as_of_ms - time_ms[i]) / MS_PER_DAY;
        double weight = decays && age_days > 0 ? exp2(-age_days / half_life_days) : 1;
        ret_weight[i] = (float)(weight < 1e-6 ? 1e-6 : weight);
    }
}
