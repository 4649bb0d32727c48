/* Baskets from interactions, and votes of pairs. */
#include "models/basket_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "models/item_product.h"

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Items of events [from, to) sorted, each once, behind the ones before; where they end. */
static uint64_t add_basket(const interactions *x, uint64_t from, uint64_t to, uint32_t *item, uint64_t at) {
    uint64_t end = at, n = to - from;
    memcpy(item + at, x->item + from, (size_t)n * sizeof *item);
    qsort(item + at, (size_t)n, sizeof *item, by_number);
    for (uint64_t i = at; i < at + n; i++)
        if (end == at || item[i] != item[end - 1]) item[end++] = item[i];
    return end;
}

static uint64_t visit_end(const interactions *x, uint32_t user, uint64_t e) {
    uint64_t to = e + 1;
    while (to < x->start[user + 1] && (!x->visit || x->visit[to] == x->visit[e])) to++;
    return to;
}

err_code basket_log_of(ctx *c, const interactions *x, basket_log *ret_log) {
    uint64_t events = x->start[x->n_users], n = 0;
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = x->start[u]; e < x->start[u + 1]; e = visit_end(x, u, e)) n++;
    if (n > UINT32_MAX - 1) return fail(c, ERR_TOO_LARGE, "%llu baskets", (unsigned long long)n);
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, events);
    int64_t *time_ms = x->time_ms ? arena_new_raw(c->arena, int64_t, events) : NULL;
    float *age = arena_new(c->arena, float, (size_t)n);
    if (!start || !item || !age || (x->time_ms && !time_ms)) return fail(c, ERR_NO_MEMORY, "%llu baskets", (unsigned long long)n);
    uint32_t b = 0;
    for (uint32_t u = 0; u < x->n_users; u++) {
        if (u % 4096 == 0) TRY(ctx_check(c));
        for (uint64_t e = x->start[u], to; e < x->start[u + 1]; e = to, b++) {
            to = visit_end(x, u, e);
            start[b + 1] = add_basket(x, e, to, item, start[b]);
            if (!time_ms) continue;
            for (uint64_t i = start[b]; i < start[b + 1]; i++) time_ms[i] = x->time_ms[e];
            age[b] = fmaxf(0, (float)((double)(x->as_of_ms - x->time_ms[e]) / 86400e3));
        }
    }
    interactions baskets = { .n_users = b, .n_items = x->n_items, .start = start, .item = item, .time_ms = time_ms,
                             .as_of_ms = x->as_of_ms };
    *ret_log = (basket_log){ baskets, { b, x->n_items, start, item, NULL }, { 0 }, age };
    return csr_transpose(c, &ret_log->items, &ret_log->holders);
}

typedef struct { float age; uint32_t basket; } aged;

static int oldest_first(const void *a, const void *b) {
    const aged *x = a, *y = b;
    if (x->age != y->age) return x->age > y->age ? -1 : 1;
    return (x->basket > y->basket) - (x->basket < y->basket);
}

/* The baskets named, ages less `since` days. */
static err_code part_of(ctx *c, const basket_log *log, const aged *which, uint32_t n, float since, basket_log *ret_part) {
    uint64_t events = 0;
    for (uint32_t k = 0; k < n; k++) events += log->x.start[which[k].basket + 1] - log->x.start[which[k].basket];
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, events);
    int64_t *time_ms = log->x.time_ms ? arena_new_raw(c->arena, int64_t, events) : NULL;
    float *age = arena_new_raw(c->arena, float, n);
    if (!start || !item || !age || (log->x.time_ms && !time_ms)) return fail(c, ERR_NO_MEMORY, "%u baskets", n);
    for (uint32_t k = 0; k < n; k++) {
        uint64_t from = log->x.start[which[k].basket], many = log->x.start[which[k].basket + 1] - from;
        memcpy(item + start[k], log->x.item + from, (size_t)many * sizeof *item);
        if (time_ms) memcpy(time_ms + start[k], log->x.time_ms + from, (size_t)many * sizeof *time_ms);
        age[k] = fmaxf(0, which[k].age - since);
        start[k + 1] = start[k] + many;
    }
    interactions x = { .n_users = n, .n_items = log->x.n_items, .start = start, .item = item, .time_ms = time_ms,
                       .as_of_ms = log->x.as_of_ms - (int64_t)((double)since * 86400e3) };
    *ret_part = (basket_log){ x, { n, x.n_items, start, item, NULL }, { 0 }, age };
    return csr_transpose(c, &ret_part->items, &ret_part->holders);
}

err_code basket_log_split(ctx *c, const basket_log *log, double newest_0_1, basket_log *ret_older, basket_log *ret_newer) {
    uint32_t n = log->x.n_users, newest = (uint32_t)(newest_0_1 * n);
    aged *all = arena_new_raw(c->arena, aged, n);
    if (!all) return fail(c, ERR_NO_MEMORY, "%u baskets", n);
    for (uint32_t b = 0; b < n; b++) all[b] = (aged){ log->age_days[b], b };
    qsort(all, n, sizeof *all, oldest_first);
    TRY(part_of(c, log, all, n - newest, newest < n ? all[n - newest - 1].age : 0, ret_older));
    return part_of(c, log, all + n - newest, newest, 0, ret_newer);
}

void basket_votes(const basket_log *log, double power, double half_life_days, float *ret_votes) {
    for (uint32_t b = 0; b < log->x.n_users; b++) {
        double size = (double)(log->x.start[b + 1] - log->x.start[b]);
        double vote = pow(size, -power) * (half_life_days > 0 ? exp2((double)-log->age_days[b] / half_life_days) : 1);
        ret_votes[b] = (float)fmax(vote, 1e-9);         /* a vote of years ago still is one */
    }
}

/* Partners are kept by their votes over a root of what they have anyway: not the bestsellers only. */
static void rate_by_cosine(const void *state, uint32_t i, product_row *row) {
    (void)i;
    const float *total = state;
    for (uint32_t k = 0; k < row->n_touched; k++) row->cell[row->touched[k]] /= sqrtf(total[row->touched[k]]);
}

err_code basket_pairs(ctx *c, const basket_log *log, const float *votes, uint32_t keep, int threads, item_lists *ret_lists,
                      float *ret_total) {
    uint32_t n = log->x.n_items;
    item_product product;
    item_lists_room room;
    memset(ret_total, 0, n * sizeof *ret_total);
    for (uint32_t b = 0; b < log->x.n_users; b++)
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) ret_total[log->x.item[e]] += votes[b];
    TRY(item_lists_room_new(c, n, keep, &room));
    TRY(item_product_new(c, &log->items, votes, 500, &product));
    TRY(item_product_lists(c, &product, threads, rate_by_cosine, ret_total, &room));
    TRY(item_lists_close(c, &room, ret_lists));
    topk_entry *entry = (topk_entry *)(uintptr_t)ret_lists->entry;      /* ours since close: back from cosines to votes */
    for (uint64_t e = 0; e < ret_lists->start[n]; e++) entry[e].score *= sqrtf(ret_total[entry[e].item]);
    return ERR_OK;
}
